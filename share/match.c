/* Is what we opened what the container has? */
#include "share/match.h"

#include <fcntl.h>
#include <stdio.h>

/* Does a later mount cover what is at 'there'? Then both lie on one mount, the one that is at the
 * later destination. */
static bool is_covered(const struct facts_context *c, int i, const struct statx *there,
		       unsigned *ret_by)
{
	for (size_t j = (size_t)(i + 1); j < c->config->mounts.n; j++) {
		cleanup_fd int fd = at_try(c->container, oci_mount(c->config, j)->path, O_PATH,
					   RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
		struct err ignored = { 0 };
		struct statx sx;

		if (fd >= 0 && at_statx(fd, &sx, &ignored) == 0 &&
		    sx.stx_mnt_id == there->stx_mnt_id &&
		    (sx.stx_attributes & STATX_ATTR_MOUNT_ROOT)) {
			*ret_by = (unsigned)j;
			return true;
		}
	}
	return false;
}

int match_volume(const struct facts_context *c, int i, struct facts *f, struct err *e)
{
	cleanup_fd int fd = -EBADF;
	struct statx sx;

	f->match = MATCH_UNKNOWN;
	if (c->container < 0)
		return 0;
	fd = at_try(c->container, oci_mount(c->config, (size_t)i)->path, O_PATH,
		    RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
	f->match = MATCH_ABSENT;
	if (fd < 0)
		return 0;
	if (at_statx(fd, &sx, e) < 0)
		return -e->error;
	if (at_id_equal(at_id(&sx), f->id))
		f->match = MATCH_SAME;
	else if (is_covered(c, i, &sx, &f->covered_by))
		f->match = MATCH_COVERED;
	else if (sx.stx_attributes & STATX_ATTR_MOUNT_ROOT)
		f->match = MATCH_DIFFERENT;
	return 0;
}

int match_find_container(struct facts_context *c, int64_t pid, const struct facts *rootfs,
			 struct err *e)
{
	cleanup_fd int root = -EBADF, below = -EBADF;
	cleanup_free char *path = NULL;
	struct statx sx;
	char name[32];

	if (pid <= 0)
		return 0;
	(void)snprintf(name, sizeof(name), "%jd/root", (intmax_t)pid); /* fits */
	root = openat(c->proc, name,
		      O_PATH | O_DIRECTORY | O_CLOEXEC); /* a magic link of the kernel's own */
	if (root < 0)
		return 0; /* no such process, or not ours to see: what is published stays unverified
			   */
	if (at_statx(root, &sx, e) < 0)
		return -e->error;
	if (at_id_equal(at_id(&sx), rootfs->id)) { /* it has changed its root already */
		c->container = take_fd(&root);
		return 0;
	}
	path = facts_absolute(c, c->config->root.path);
	if (!path)
		return err_nomem(e);
	below = at_try(root, path, O_PATH | O_DIRECTORY, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
	if (below < 0)
		return 0;
	if (at_statx(below, &sx, e) < 0)
		return -e->error;
	if (!at_id_equal(at_id(&sx), rootfs->id))
		return err_set(e, EX_NOPERM, EPERM,
			       "refuse the root filesystem: process %jd has another at '%s'",
			       (intmax_t)pid, path);
	c->container = take_fd(&below);
	return 0;
}
