/* Subpaths: one directory or file within a volume. */
#include "share/subpath.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <time.h>

#include "common/at.h"
#include "common/str.h"

/* What the kernel says of a component, and what that means here. */
static const struct {
	int error, exit_code;
	const char *text;
} refusals[] = {
	{ ELOOP, EX_NOPERM, "is a symbolic link" },
	{ EXDEV, EX_NOPERM, "leads to another mount" },
	{ ESTALE, EX_NOPERM,
	  "is not the directory that was made: it was exchanged, or its filesystem gives "
	  "directories another owner or mode" },
	{ ENOENT, EX_NOINPUT, "does not exist" },
	{ ENOTDIR, EX_NOINPUT, "is not a directory" },
	{ ENAMETOOLONG, EX_DATAERR, "is too long" },
};

enum { SHOWN_MAX = 200 }; /* most bytes of a path in a message */

/* Refuse the component of 'path' that ends 'upto' bytes from its start. */
static int refuse(const char *path, size_t upto, int exit_code, int error, const char *why,
		  struct err *e)
{
	size_t cut = upto > SHOWN_MAX ? upto - SHOWN_MAX : 0;

	return err_set(e, exit_code, error, "subpath '%.*s': '%s%.*s' %s", SHOWN_MAX, path,
		       cut > 0 ? "..." : "", (int)(upto - cut), path + cut, why);
}

static int fail(const char *path, size_t upto, int error, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++)
		if (refusals[i].error == error)
			return refuse(path, upto, refusals[i].exit_code, error, refusals[i].text,
				      e);
	return refuse(path, upto, err_exit_code(error), error, strerror(error), e);
}

/* The next component of *rest but '.'; *rest is moved behind it. */
static const char *next_component(const char **rest, size_t *ret_length)
{
	const char *name;

	do
		name = path_next(rest, ret_length);
	while (name && *ret_length == 1 && name[0] == '.');
	return name;
}

int subpath_check(const char *path, struct err *e)
{
	const char *rest = path, *name;
	size_t length, depth = 0;

	if (path[0] == '/')
		return refuse(path, 1, EX_NOPERM, EXDEV, "is not in the volume", e);
	if (strlen(path) >= PATH_MAX)
		return fail(path, strlen(path), ENAMETOOLONG, e);
	while ((name = next_component(&rest, &length))) {
		size_t upto = (size_t)(rest - path);

		if (length == 2 && name[0] == '.' && name[1] == '.')
			return refuse(path, upto, EX_NOPERM, EXDEV, "leads upwards", e);
		if (length > NAME_MAX || ++depth > SUBPATH_DEPTH_MAX)
			return fail(path, upto, ENAMETOOLONG, e);
	}
	return 0;
}

/* A component, by itself: whatever it was exchanged with, no link is followed, no mount entered. */
static int open_component(int dirfd, const char *name, int flags)
{
	return at_try(dirfd, name, flags, AT_OURS);
}

static void copy_component(char ret[NAME_MAX + 1], const char *name, size_t length)
{
	memcpy(ret, name, length); /* subpath_check() has measured it */
	ret[length] = '\0';
}

/* Of the volume alone it can be true: what was opened on the way is a directory. */
static bool is_file(int fd)
{
	struct err ignored = { 0 };
	struct statx sx;

	return at_statx(fd, &sx, &ignored) == 0 && !S_ISDIR(sx.stx_mode);
}

int subpath_find_existing(int volume, const char *path, const char **ret_rest, struct err *e)
{
	cleanup_fd int fd = -EBADF;
	const char *rest = path, *name;
	size_t length;

	if (subpath_check(path, e) < 0)
		return -e->error;
	fd = fcntl(volume, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return err_sys(e, errno, "subpath '%s'", path);
	while ((name = next_component(&rest, &length))) {
		/* only a directory may be followed by anything */
		int next, flags = rest[0] ? O_PATH | O_DIRECTORY : O_PATH;
		char component[NAME_MAX + 1];

		copy_component(component, name, length);
		next = open_component(fd, component, flags);
		if (next == -ENOENT) {
			*ret_rest = name;
			return take_fd(&fd);
		}
		if (next == -ENOTDIR && is_file(fd))
			return refuse(path, (size_t)(rest - path), EX_NOINPUT, ENOTDIR,
				      "is in a volume that is not a directory", e);
		if (next < 0)
			return fail(path, (size_t)(rest - path), -next, e);
		close(fd);
		fd = next;
	}
	/* './' is a directory, too */
	if (strchr(path, '/') && is_file(fd) && path[strspn(path, "./")] == '\0')
		return fail(path, strlen(path), ENOTDIR, e);
	*ret_rest = rest;
	return take_fd(&fd);
}

int subpath_open(int volume, const char *path, struct err *e)
{
	const char *rest;
	cleanup_fd int fd = subpath_find_existing(volume, path, &rest, e);
	size_t length;

	if (fd < 0)
		return fd;
	if (next_component(&rest, &length))
		return fail(path, (size_t)(rest - path), ENOENT, e);
	return take_fd(&fd);
}

static bool is_before(const struct statx_timestamp *a, const struct timespec *b)
{
	return a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

/* Whether an open directory is the one that we made just now. Whoever can write the directory that
 * it is in can put another in its place, but none that is root's, closed to all others, and was
 * made since; where its birth is not known, or a server's clock says it, none with content. */
static int is_new(int fd, const struct timespec *since)
{
	struct err ignored = { 0 };
	struct statx sx;

	if (sys_statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &sx) < 0)
		return -errno;
	if (sx.stx_uid != geteuid() || (sx.stx_mode & 05077) != 0)
		return 0;
	return (sx.stx_mask & STATX_BTIME && !is_before(&sx.stx_btime, since)) ||
	       at_is_empty(fd, &ignored) > 0;
}

/* Open what was made just now, and give it away through its descriptor. -ESTALE: it is not that. */
static int give_away(int dirfd, const char *name, const struct timespec *since, unsigned mode,
		     uid_t uid, gid_t gid)
{
	cleanup_fd int fd = open_component(dirfd, name, O_RDONLY | O_DIRECTORY);
	int new = fd < 0 ? fd : is_new(fd, since);

	if (new <= 0)
		return new < 0 ? new : -ESTALE;
	if (fchmod(fd, mode) < 0 || fchown(fd, uid, gid) < 0)
		return -errno;
	return open_component(fd, ".", O_PATH | O_DIRECTORY);
}

/* A directory is made closed, opened, and only then given away: through its descriptor, by which
 * nothing else can be meant. One that another has made meanwhile is right as it is. One that could
 * not be given away would be taken for another's the next time; it goes, where it is empty. */
static int make_component(int dirfd, const char *name, unsigned mode, uid_t uid, gid_t gid)
{
	struct timespec since;
	int fd;

	/* the coarse clock is what the kernel stamps files with, or behind it */
	if (clock_gettime(CLOCK_REALTIME_COARSE, &since) < 0)
		return -errno;
	if (mkdirat(dirfd, name, 0700) < 0)
		return errno == EEXIST ? open_component(dirfd, name, O_PATH | O_DIRECTORY) : -errno;
	fd = give_away(dirfd, name, &since, mode, uid, gid);
	if (fd < 0 && fd != -ESTALE)
		(void)unlinkat(dirfd, name, AT_REMOVEDIR); /* the first error is told */
	return fd;
}

int subpath_make_dir(int volume, const char *path, unsigned mode, uid_t uid, gid_t gid,
		     struct err *e)
{
	const char *rest = path, *name;
	cleanup_fd int fd = -EBADF;
	struct statx sx;
	size_t length;

	if (mode & ~(unsigned)SUBPATH_MODES)
		return err_set(e, EX_USAGE, EINVAL, "subpath '%.*s': mode %04o is not allowed",
			       SHOWN_MAX, path, mode);
	fd = subpath_find_existing(volume, path, &rest, e);
	if (fd < 0 || at_statx(fd, &sx, e) < 0)
		return -e->error;
	if (!S_ISDIR(sx.stx_mode))
		return fail(path, (size_t)(rest - path), ENOTDIR, e);
	while ((name = next_component(&rest, &length))) {
		char component[NAME_MAX + 1];
		int next;

		copy_component(component, name, length);
		next = make_component(fd, component, mode, uid, gid);
		if (next < 0)
			return fail(path, (size_t)(rest - path), -next, e);
		close(fd);
		fd = next;
	}
	return take_fd(&fd);
}

/* From the end of the path upwards: what is below first, then the directory itself. */
/* NOLINTNEXTLINE(misc-no-recursion): SUBPATH_DEPTH_MAX */
static int remove_from(int dirfd, const char *path, const char *rest, struct err *e)
{
	char component[NAME_MAX + 1];
	cleanup_fd int fd = -EBADF;
	const char *name;
	size_t length;
	int result = 0;

	name = next_component(&rest, &length);
	if (!name)
		return 0;
	copy_component(component, name, length);
	fd = open_component(dirfd, component, O_PATH | O_DIRECTORY);
	if (fd == -ENOENT)
		return 0;
	if (fd == -EXDEV)
		return 1;
	if (fd < 0)
		return fail(path, (size_t)(rest - path), -fd, e);
	result = remove_from(fd, path, rest, e);
	if (result != 0)
		return result;
	if (unlinkat(dirfd, component, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno == ENOTEMPTY || errno == EEXIST || errno == EBUSY)
		return 1;
	return fail(path, (size_t)(rest - path), errno, e);
}

int subpath_remove_empty(int base, const char *path, struct err *e)
{
	return subpath_check(path, e) < 0 ? -e->error : remove_from(base, path, path, e);
}
