/* The mounts below a source. */
#include "share/below.h"

#include <limits.h>
#include <string.h>

#include "common/str.h"
#include "share/kind.h"
#include "share/seal.h"

enum { BELOW_MAX = 65536 };

static const char *unfit_reason(const struct mountinfo *m)
{
	if (kind_is_system_fs(m->fstype))
		return "a system filesystem is mounted below";
	if (str_equal(m->fstype, "autofs"))
		return "an automount is below";
	if (strncmp(m->source, SEAL_PREFIX, strlen(SEAL_PREFIX)) == 0)
		return "a share is mounted below";
	return NULL;
}

int below_measure(struct facts_context *c, int fd, const struct facts *source, struct below *ret,
		  struct err *e)
{
	cleanup_free uint64_t *ids = realloc_array(NULL, BELOW_MAX, sizeof(*ids));
	struct below below = { 0 };
	char path[PATH_MAX];
	int n;

	if (!ids)
		return err_nomem(e);
	if (facts_path(c->proc, fd, path, sizeof(path), e) < 0)
		return -e->error;
	n = mountinfo_below(c->proc, source->mount_id, ids, BELOW_MAX, e);
	if (n < 0)
		return n;
	for (int i = 0; i < n; i++) {
		cleanup_with(mountinfo_free) struct mountinfo m = { 0 };

		if (mountinfo_get(c->proc, ids[i], &m, e) == -ENOENT) {
			*e = (struct err){ 0 }; /* it went away meanwhile */
			continue;
		}
		if (e->exit_code)
			return -e->error;
		if (!path_is_below(m.point, path))
			continue;
		below.n++;
		if (!below.unfit)
			below.unfit = unfit_reason(&m);
	}
	if (n == BELOW_MAX)
		below.unfit = "more mounts are below than can be looked at";
	*ret = below;
	return 0;
}
