/* Clean up subpaths in kubelet's directory layout. */
#include <fcntl.h>
#include <string.h>

#include "common/at.h"
#include "common/mount.h"
#include "common/str.h"
#include "share/pod_dir.h"
#include "share/subpath_pod.h"

/* Below the pod's directory; the place of a name in 'path'. */
enum level { LEVEL_SUBPATHS, LEVEL_VOLUME, LEVEL_CONTAINER, LEVEL_INDEX, LEVELS };

/* A level of the walk: where it is, and what it works for. */
struct cleaning {
	struct subpath_cleaning *result;
	const char *only[LEVELS]; /* NULL: all */
	const char *path[LEVELS];
	enum level level; /* of the entries of dirfd */
	int dirfd;
	struct err error; /* no memory */
};

void subpath_cleaning_free(struct subpath_cleaning *c)
{
	for (size_t i = 0; i < c->n_kept; i++) {
		free(c->kept[i].path);
		free(c->kept[i].reason);
	}
	free(c->kept);
	*c = (struct subpath_cleaning){ 0 };
}

static char *join(const struct cleaning *c)
{
	char *path = strdup(c->path[0]);

	for (int i = 1; path && i <= (int)c->level; i++) {
		char *longer = str_format("%s/%s", path, c->path[i]);

		free(path);
		path = longer;
	}
	return path;
}

static int keep(struct cleaning *c, const char *reason)
{
	struct subpath_cleaning *r = c->result;
	struct subpath_kept *kept = array_grow((void **)&r->kept, r->n_kept, sizeof(*kept));
	char *path = join(c), *why = strdup(reason);

	if (!kept || !path || !why) {
		free(path);
		free(why);
		return err_nomem(&c->error);
	}
	*kept = (struct subpath_kept){ path, why };
	r->n_kept++;
	/* cppcheck-suppress memleak ; the list owns them, subpath_cleaning_free() frees it */
	return 0;
}

/* The name is resolved once, by the kernel's umount, in a directory that only root can write; what
 * is mounted there is not opened and not asked: its server may be dead. */
static int clean_index(struct cleaning *c, const char *name)
{
	struct err why = { 0 };
	const char *reason;
	int result = 0;

	for (int i = 0; i < POD_DIR_STACK_MAX && result == 0; i++) {
		result = mount_detach_at(c->dirfd, name, &why);
		c->result->unmounted += result == 0;
	}
	if (result < 0 && result != -EINVAL && result != -ENOENT)
		return keep(c, why.message);
	reason = placeholder_remove(c->dirfd, name);
	if (reason)
		return keep(c, reason);
	c->result->removed++;
	return 0;
}

static int clean_entry(const char *name, void *data);

/* What is in a directory, then the directory. */
/* NOLINTNEXTLINE(misc-no-recursion): LEVEL_INDEX */
static int clean_directory(struct cleaning *c, const char *name)
{
	cleanup_fd int fd = at_try(c->dirfd, name, O_PATH | O_DIRECTORY, AT_OURS);
	struct cleaning below = *c;
	struct err why = { 0 };
	int result;

	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return keep(c, fd == -EXDEV ? "something is mounted on it" : strerror(-fd));
	below.dirfd = fd;
	below.level = c->level + 1;
	if (below.only[below.level])
		result = clean_entry(below.only[below.level], &below);
	else
		result = at_each(fd, clean_entry, &below, &why);
	if (below.error.exit_code) {
		c->error = below.error;
		return result;
	}
	if (result < 0)
		return keep(c, strerror(-result));
	if (unlinkat(c->dirfd, name, AT_REMOVEDIR) == 0) {
		c->result->removed++;
		return 0;
	}
	/* what is in it was kept, or came just now, and has been said */
	if (errno == ENOENT || errno == ENOTEMPTY || errno == EEXIST)
		return 0;
	return keep(c, errno == EBUSY ? "something is mounted on it" : strerror(errno));
}

/* NOLINTNEXTLINE(misc-no-recursion): LEVEL_INDEX */
static int clean_entry(const char *name, void *data)
{
	struct cleaning *c = data;

	c->path[c->level] = name;
	return c->level == LEVEL_INDEX ? clean_index(c, name) : clean_directory(c, name);
}

int subpath_clean(const char *pod_dir, const char *volume_name, const char *container_name,
		  struct subpath_cleaning *ret, struct err *e)
{
	cleanup_with(subpath_cleaning_free) struct subpath_cleaning result = { 0 };
	struct cleaning c = {
		.result = &result,
		.only = { [LEVEL_VOLUME] = volume_name, [LEVEL_CONTAINER] = container_name }
	};
	cleanup_free char *path = NULL;
	cleanup_fd int pod = -EBADF, lock = -EBADF;

	if ((volume_name && pod_dir_check_name("volume", volume_name, e) < 0) ||
	    (container_name && pod_dir_check_name("container", container_name, e) < 0))
		return -e->error;
	if (container_name && !volume_name)
		return err_set(e, EX_USAGE, EINVAL, "a container's subpaths are those of a volume");
	pod = pod_dir_open(pod_dir, &path, e);
	if (pod == -ENOENT) {
		*e = (struct err){ 0 };
		return 0;
	}
	if (pod < 0)
		return pod;
	lock = pod_dir_lock(pod, false, path, e);
	if (lock == -EAGAIN)
		return lock;
	*e = (struct err){ 0 }; /* there is none, or what is there is no directory, and is kept */
	c.dirfd = pod;
	if (clean_entry(POD_DIR_SUBPATHS, &c) < 0) {
		*e = c.error;
		return err_wrap(e, "clean '%s'", path);
	}
	*ret = result;
	result = (struct subpath_cleaning){ 0 };
	return ret->n_kept > 0;
}
