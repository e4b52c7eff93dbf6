/* The whole mount table. libmount only parses here: its mounting and unmounting resolve paths
 * again. */
#include "cli/mounttable.h"

#include <libmount.h>
#include <string.h>

int mounttable_each(const char *prefix,
		    int (*each)(const char *type, const char *source, void *data), void *data,
		    struct err *e)
{
	struct libmnt_table *table = mnt_new_table_from_file("/proc/self/mountinfo");
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_BACKWARD);
	struct libmnt_fs *fs;
	int result = 0;

	if (!table || !iter) {
		mnt_free_iter(iter);
		mnt_unref_table(table);
		return err_set(e, EX_OSERR, ENOMEM, "read the mount table");
	}
	while (result == 0 && mnt_table_next_fs(table, iter, &fs) == 0) {
		const char *type = mnt_fs_get_fstype(fs), *source = mnt_fs_get_source(fs);

		if (type && source && strncmp(source, prefix, strlen(prefix)) == 0)
			result = each(type, source, data);
	}
	mnt_free_iter(iter);
	mnt_unref_table(table);
	return result;
}
