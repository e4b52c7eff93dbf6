/* What stands behind a published mount. */
#include "share/device.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "common/str.h"

enum { MOUNTS_MAX = 131072 };

/* How many mounts of this namespace show that superblock: 1, or 2 for more. */
static int count_mounts(struct facts_context *c, const struct mountinfo *of, struct err *e)
{
	cleanup_free uint64_t *ids = realloc_array(NULL, MOUNTS_MAX, sizeof(*ids));
	int n = ids ? mountinfo_below(c->proc, MOUNTINFO_ALL, ids, MOUNTS_MAX, e) : err_nomem(e),
	    found = 0;

	for (int i = 0; i < n && found < 2; i++) {
		cleanup_with(mountinfo_free) struct mountinfo m = { 0 };
		struct err ignored = { 0 };

		/* one that went away meanwhile does not count */
		if (mountinfo_get(c->proc, ids[i], &m, &ignored) == 0)
			found += m.major == of->major && m.minor == of->minor;
	}
	return n < 0 ? n : found;
}

int device_measure(struct facts_context *c, int sys, const struct facts *f, struct device *ret,
		   struct err *e)
{
	bool node = f->type == S_IFCHR || f->type == S_IFBLK;
	struct device d = { .major = node ? f->rdev_major : f->mount->major,
			    .minor = node ? f->rdev_minor : f->mount->minor };
	cleanup_fd int block = -EBADF;
	char name[64];
	int mounts;

	(void)snprintf(name, sizeof(name), "dev/block/%u:%u/", d.major, d.minor); /* fits */
	block = d.major > 0 ? at_try(sys, name, O_PATH | O_DIRECTORY, RESOLVE_NO_MAGICLINKS)
			    : -ENOENT;
	if (block >= 0) {
		d.device_mapper = faccessat(block, "dm", F_OK, 0) == 0;
		if (f->mount_root && str_equal(f->mount->root, "/")) {
			mounts = count_mounts(c, f->mount, e);
			if (mounts < 0)
				return mounts;
			d.block_device =
				mounts == 1 &&
				f->place == PLACE_ELSEWHERE; /* not the disk the host runs on */
		}
	}
	*ret = d;
	return 0;
}

char *device_overlay_option(const char *options, const char *name)
{
	size_t length = strlen(name);

	for (const char *p = options; *p; p += *p == ',') {
		size_t n = 0;

		while (p[n] && p[n] != ',')
			n += p[n] == '\\' && p[n + 1] ? 2 : 1; /* a comma in a path is escaped */
		if (n > length && strncmp(p, name, length) == 0 && p[length] == '=')
			return strndup(p + length + 1, n - length - 1);
		p += n;
	}
	return NULL;
}
