/* The mounts below a source. */
#include "share/below.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "common/str.h"
#include "share/kind.h"
#include "share/seal.h"

enum { BELOW_MAX = 65536 };

/* What is_ours() says beside 0 and 1. */
enum { CLOSED = 2 };

/* A copy of share_dir, of what is above or in it: by what is mounted there, wherever it comes from.
 */
static int is_ours(struct facts_context *c, const struct mountinfo *m, struct err *e)
{
	cleanup_fd int fd =
		at_try(AT_FDCWD, m->point, O_PATH, RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS);
	struct facts_mount mount = { .info = *m };
	struct facts f = { 0 };
	struct statx sx;

	if (fd < 0 && err_is_transient(-fd))
		return err_sys(e, -fd, "look at the mount at '%s'", m->point);
	if (fd <
	    0) /* it went away, or is covered by what cannot be entered: not to be cloned either */
		return fd == -ENOENT ? 0 : CLOSED;
	if (at_statx(fd, &sx, e) < 0)
		return -e->error;
	f.type = sx.stx_mode & S_IFMT;
	f.id = at_id(&sx);
	if (facts_find_place(c, fd, &mount, &f, e) < 0)
		return -e->error;
	return f.place != PLACE_ELSEWHERE;
}

static int find_unfit(struct facts_context *c, const struct mountinfo *m, const char **ret,
		      struct err *e)
{
	int ours;

	if (kind_is_system_fs(m->fstype)) {
		*ret = "a system filesystem is mounted below";
	} else if (str_equal(m->fstype, "autofs")) {
		*ret = "an automount is below";
	} else if (strncmp(m->source, SEAL_PREFIX, strlen(SEAL_PREFIX)) == 0) {
		*ret = "a share is mounted below";
	} else {
		ours = is_ours(c, m, e);
		if (ours < 0)
			return ours;
		if (ours)
			*ret = ours == CLOSED ? "a mount below cannot be entered"
					      : "the share directory is mounted below";
	}
	return 0;
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
		if (!below.unfit && find_unfit(c, &m, &below.unfit, e) < 0)
			return -e->error;
	}
	if (n == BELOW_MAX)
		below.unfit = "more mounts are below than can be looked at";
	*ret = below;
	return 0;
}
