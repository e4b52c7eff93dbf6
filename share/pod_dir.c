/* A pod's directory as kubelet lays it out. */
#include "share/pod_dir.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "common/at.h"
#include "common/lock.h"
#include "common/str.h"
#include "share/sharedir.h"

enum { LOCK_TRIES = 64 };

int pod_dir_open(const char *path, char **ret_path, struct err *e)
{
	cleanup_free char *clean = path_clean(path);
	cleanup_fd int fd = -EBADF;
	struct at_trail trail;

	if (!clean)
		return err_nomem(e);
	if (path[0] != '/')
		return err_set(e, EX_USAGE, EINVAL, "pod directory '%s': not an absolute path",
			       path);
	fd = at_open_trusted(clean, false, POD_DIR_MODE, &trail, e);
	if (fd == -ENOENT)
		e->exit_code = EX_NOINPUT;
	if (fd < 0)
		return err_wrap(e, "pod directory");
	*ret_path = take_ptr(clean);
	return take_fd(&fd);
}

/* Whether it is still what it is called. */
static bool is_current(int pod, int fd)
{
	cleanup_fd int again = at_try(pod, POD_DIR_SUBPATHS, O_PATH | O_DIRECTORY, AT_OURS);
	struct err ignored = { 0 };
	struct statx a, b;

	return again >= 0 && at_statx(again, &a, &ignored) == 0 &&
	       at_statx(fd, &b, &ignored) == 0 && at_id_equal(at_id(&a), at_id(&b));
}

int pod_dir_lock(int pod, bool create, const char *pod_path, struct err *e)
{
	/* whoever had the lock before may have removed it */
	for (int i = 0; i < LOCK_TRIES; i++) {
		cleanup_fd int fd = -EBADF;

		if (create && at_mkdir(pod, POD_DIR_SUBPATHS, POD_DIR_MODE, e) < 0)
			return err_wrap(e, "pod directory '%s'", pod_path);
		fd = at_try(pod, POD_DIR_SUBPATHS, O_RDONLY | O_DIRECTORY, AT_OURS);
		if (fd == -ENOENT && !create)
			return -ENOENT;
		if (fd == -ENOENT)
			continue;
		if (fd < 0)
			return err_sys(e, -fd, "pod directory '%s': open '" POD_DIR_SUBPATHS "'",
				       pod_path);
		if (lock_take(fd, LOCK_WHOLE, SHAREDIR_WAIT_MS, pod_path, e) < 0)
			return err_wrap(e, "pod directory");
		if (is_current(pod, fd))
			return take_fd(&fd);
	}
	return err_set(e, EX_TEMPFAIL, EAGAIN, "pod directory '%s': others are at work", pod_path);
}

int pod_dir_check_name(const char *what, const char *name, struct err *e)
{
	size_t length = strlen(name);

	if (length == 0 || length > NAME_MAX || strchr(name, '/') || str_equal(name, ".") ||
	    str_equal(name, ".."))
		return err_set(e, EX_USAGE, EINVAL, "'%.300s' is not a name of a %s", name, what);
	return 0;
}

/* Why what is there is no placeholder of that type; NULL: it is one. */
static const char *unfit(int fd, const struct statx *sx, bool directory)
{
	struct err ignored = { 0 };

	if (directory && !S_ISDIR(sx->stx_mode))
		return "not a directory";
	if (directory)
		return at_is_empty(fd, &ignored) > 0 ? NULL : "not empty";
	if (S_ISLNK(sx->stx_mode))
		return "a symbolic link";
	if (!S_ISREG(sx->stx_mode))
		return "not a regular file";
	return sx->stx_size == 0 ? NULL : "a file with content";
}

/* Open and judge it. O_NOFOLLOW with O_PATH gives a link itself. */
static const char *look(int dirfd, const char *name, bool directory, int *ret_fd)
{
	cleanup_fd int fd = at_try(dirfd, name, O_PATH | O_NOFOLLOW,
				   RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV);
	struct err ignored = { 0 };
	const char *why;
	struct statx sx;

	if (fd < 0)
		return fd == -EXDEV ? "something is mounted on it" : strerror(-fd);
	if (at_statx(fd, &sx, &ignored) < 0)
		return strerror(ignored.error);
	why = unfit(fd, &sx, directory);
	if (!why)
		*ret_fd = take_fd(&fd);
	return why;
}

const char *placeholder_remove(int dirfd, const char *name)
{
	cleanup_fd int fd = -EBADF;
	const char *why;

	if (unlinkat(dirfd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return NULL;
	if (errno == ENOTEMPTY || errno == EEXIST)
		return "not empty";
	if (errno != ENOTDIR)
		return errno == EBUSY ? "something is mounted on it" : strerror(errno);
	why = look(dirfd, name, false, &fd);
	if (why)
		return why;
	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return NULL;
	return errno == EBUSY ? "something is mounted on it" : strerror(errno);
}

static int make(int dirfd, const char *name, bool directory)
{
	return directory ? mkdirat(dirfd, name, POD_DIR_MODE)
			 : mknodat(dirfd, name, S_IFREG | POD_DIR_FILE_MODE, 0);
}

int placeholder_make(int dirfd, const char *name, bool directory, bool *ret_made, struct err *e)
{
	cleanup_fd int fd = -EBADF;
	const char *why = NULL;

	*ret_made = make(dirfd, name, directory) == 0;
	if (!*ret_made && errno != EEXIST)
		return err_sys(e, errno, "make '%s'", name);
	if (!*ret_made && look(dirfd, name, directory, &fd)) {
		why = placeholder_remove(dirfd, name);
		*ret_made = !why && make(dirfd, name, directory) == 0;
	}
	if (fd < 0 && !why)
		why = look(dirfd, name, directory, &fd);
	if (why)
		return err_set(e, EX_CANTCREAT, EEXIST, "'%s' is in the way: %s", name, why);
	return take_fd(&fd);
}
