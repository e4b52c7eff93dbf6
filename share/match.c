/* Is what we opened what the container has? */
#include "share/match.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum { IN_CONTAINER = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };

/* What is at a place in the container. -ENOENT and the like: nothing, without an error. */
static int look(const struct facts_context *c, const char *path, struct statx *ret)
{
	cleanup_fd int fd = at_try(c->container, path, O_PATH, IN_CONTAINER);
	struct err ignored = { 0 };

	if (fd < 0)
		return fd;
	return at_statx(fd, ret, &ignored);
}

/* The same for the deepest directory on the way there that exists. */
static int look_above(const struct facts_context *c, const char *path, struct statx *ret)
{
	cleanup_free char *above = strdup(path);
	char *slash;
	int result = above ? -ENOENT : -ENOMEM;

	while (result == -ENOENT && (slash = strrchr(above, '/'))) {
		*slash = '\0';
		result = look(c, above[0] ? above : "/", ret);
	}
	return result;
}

/* Does a later mount cover what is there? Then both lie on one mount, whose root is at the later
 * destination. */
static bool is_covered(const struct facts_context *c, int i, const struct statx *there,
		       unsigned *ret_by)
{
	for (size_t j = (size_t)i + 1; j < c->config->mounts.n; j++) {
		struct statx sx;

		if (look(c, oci_mount(c->config, j)->path, &sx) == 0 &&
		    sx.stx_mnt_id == there->stx_mnt_id &&
		    (sx.stx_attributes & STATX_ATTR_MOUNT_ROOT)) {
			*ret_by = (unsigned)j;
			return true;
		}
	}
	return false;
}

/* Has the engine begun to mount? It does all of it before it calls a hook; by hand there may be a
 * process without. */
static bool is_mounted(struct facts_context *c)
{
	for (size_t j = 0; c->engine_mounted == 0 && j < c->config->mounts.n; j++) {
		struct statx sx;

		if (look(c, oci_mount(c->config, j)->path, &sx) == 0 &&
		    (sx.stx_attributes & STATX_ATTR_MOUNT_ROOT))
			c->engine_mounted = 1;
	}
	if (c->engine_mounted == 0)
		c->engine_mounted = -1;
	return c->engine_mounted > 0;
}

int match_volume(struct facts_context *c, int i, struct facts *f, struct err *e)
{
	const char *path = oci_mount(c->config, (size_t)i)->path;
	struct statx sx;
	int there;

	f->match = MATCH_UNKNOWN;
	if (c->container < 0)
		return 0;
	there = look(c, path, &sx);
	if (there == 0 && at_id_equal(at_id(&sx), f->id)) {
		f->match = MATCH_SAME;
		return 0;
	}
	if (there == -ENOENT)
		there = look_above(c, path, &sx);
	if (there < 0 && err_is_transient(-there))
		return err_sys(e, -there, "look at '%s' in the container", path);
	if (there == 0 && is_covered(c, i, &sx, &f->covered_by))
		f->match = MATCH_COVERED;
	else
		/* Whoever can write what the destination lies in can move the engine's mount aside:
		 * that it is not there is no excuse once the engine has mounted. */
		f->match = is_mounted(c) ? MATCH_DIFFERENT : MATCH_ABSENT;
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
	if (root < 0 && err_is_transient(errno))
		return err_sys(e, errno, "open '/proc/%s'", name);
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
	if (below < 0 && err_is_transient(-below))
		return err_sys(e, -below, "look at '%s' in the container", path);
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
