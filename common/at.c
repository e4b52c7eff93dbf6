/* Files below a directory's descriptor, by openat2. */
#include "common/at.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

#include "common/io.h"
#include "common/str.h"

enum { OPENAT2_TRIES = 128, PROC_ROOT_INODE = 1 };

int at_try(int dirfd, const char *name, int flags, uint64_t resolve)
{
	struct open_how how = { .flags = (uint64_t)(unsigned)flags | O_CLOEXEC,
				.resolve = resolve };

	for (int i = 0; i < OPENAT2_TRIES; i++) {
		int fd = sys_openat2(dirfd, name, &how);

		if (fd >= 0)
			return fd;
		if (errno != EAGAIN && errno != EINTR)
			break;
	}
	return -errno;
}

static int fail_open(struct err *e, int error, const char *name)
{
	if (error == ENOSYS)
		return err_set(e, EX_UNAVAILABLE, ENOSYS,
			       "openat2: this kernel does not have it (Linux 5.12 is needed)");
	return err_sys(e, error, "open '%s'", name);
}

int at_open(int dirfd, const char *name, int flags, uint64_t resolve, struct err *e)
{
	int fd = at_try(dirfd, name, flags, resolve);

	return fd < 0 ? fail_open(e, -fd, name) : fd;
}

int at_open_regular(int dirfd, const char *name, struct stat *ret_stat, struct err *e)
{
	cleanup_fd int fd = at_try(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
				   RESOLVE_NO_MAGICLINKS);
	struct stat st;

	if (fd == -ELOOP || fd == -ENXIO) /* a link; a socket, or a FIFO without a peer */
		return err_set(e, EX_NOPERM, -fd, "open '%s': not a regular file", name);
	if (fd < 0)
		return fail_open(e, -fd, name);
	if (fstat(fd, &st) < 0)
		return err_sys(e, errno, "stat '%s'", name);
	if (!S_ISREG(st.st_mode))
		return err_set(e, EX_NOPERM, EINVAL, "open '%s': not a regular file", name);
	*ret_stat = st;
	return take_fd(&fd);
}

/* The uid that stands for everyone outside of a user namespace; it owns what the host's root owns.
 */
enum { OVERFLOW_UID = 65534 };

static bool in_user_namespace(void)
{
	char map[64];
	struct err ignored = { 0 };

	/* without an answer: not, which is the stricter reading */
	return io_read_line(AT_FDCWD, "/proc/self/uid_map", map, sizeof(map), &ignored) >= 0 &&
	       strtoul(map + strspn(map, " "), NULL, 10) == 0 && !strstr(map, "4294967295");
}

static int check_owner(const struct stat *st, const char *name, bool or_host, struct err *e)
{
	bool host = or_host && st->st_uid == OVERFLOW_UID && in_user_namespace();

	if (st->st_uid != 0 && st->st_uid != geteuid() && !host)
		return err_set(e, EX_NOPERM, EPERM, "refuse '%s': owned by uid %u", name,
			       st->st_uid);
	if (st->st_mode & 022)
		return err_set(e, EX_NOPERM, EPERM, "refuse '%s': mode %04o lets others write it",
			       name, st->st_mode & 07777);
	if (st->st_nlink > 1) /* 0: replaced since it was opened, and whole as it was */
		return err_set(e, EX_NOPERM, EPERM, "refuse '%s': %ju links to it", name,
			       (uintmax_t)st->st_nlink);
	return 0;
}

int at_check_owner(const struct stat *st, const char *name, struct err *e)
{
	return check_owner(st, name, false, e);
}

int at_check_host_owner(const struct stat *st, const char *name, struct err *e)
{
	return check_owner(st, name, true, e);
}

int at_check_component(const struct statx *sx, const char *path, size_t length, unsigned flags,
		       struct err *e)
{
	bool ours = sx->stx_uid == 0 || sx->stx_uid == geteuid();
	bool sticky = ours && (flags & AT_STICKY) && (sx->stx_mode & S_ISVTX);
	bool host = (flags & AT_HOST) && sx->stx_uid == OVERFLOW_UID && in_user_namespace();

	if (!ours && !host)
		return err_set(e, EX_NOPERM, EPERM, "refuse '%.*s': owned by uid %u", (int)length,
			       path, sx->stx_uid);
	if ((sx->stx_mode & 022) && !sticky && !S_ISLNK(sx->stx_mode))
		return err_set(e, EX_NOPERM, EPERM, "refuse '%.*s': mode %04o lets others write it",
			       (int)length, path, sx->stx_mode & 07777);
	return 0;
}

static int check_trusted(const struct statx *sx, const char *path, size_t length, bool last,
			 struct err *e)
{
	if (!S_ISDIR(sx->stx_mode))
		return err_set(e, EX_NOPERM, ENOTDIR, "refuse '%.*s': not a directory", (int)length,
			       path);
	return at_check_component(sx, path, length, last ? 0 : AT_HOST | AT_STICKY, e);
}

static int add_to_trail(struct at_trail *trail, const struct statx *sx, struct err *e)
{
	if (trail->n == AT_TRAIL_MAX)
		return err_set(e, EX_CONFIG, ENAMETOOLONG, "more than %d directories deep",
			       AT_TRAIL_MAX);
	trail->ids[trail->n++] = at_id(sx);
	return 0;
}

/* Open the next component, which may have to be made; it ends 'upto' bytes from the path's start.
 */
static int open_component(int dirfd, const char *name, bool create, unsigned mode, const char *path,
			  size_t upto, struct err *e)
{
	int fd = at_try(dirfd, name, O_PATH | O_NOFOLLOW, RESOLVE_NO_MAGICLINKS);

	if (fd == -ENOENT && create) {
		if (mkdirat(dirfd, name, mode) < 0 && errno != EEXIST)
			return err_set(e, EX_CANTCREAT, errno, "make directory '%.*s': %s",
				       (int)upto, path, strerror(errno));
		fd = at_try(dirfd, name, O_PATH | O_NOFOLLOW, RESOLVE_NO_MAGICLINKS);
	}
	return fd < 0 ? err_sys(e, -fd, "open '%.*s'", (int)upto, path) : fd;
}

int at_open_trusted(const char *path, bool create, unsigned mode, struct at_trail *ret_trail,
		    struct err *e)
{
	cleanup_fd int fd = at_open(AT_FDCWD, "/", O_PATH | O_DIRECTORY, 0, e);
	const char *rest = path, *name;
	struct at_trail trail = { 0 };
	struct statx sx;
	size_t length;

	if (fd < 0 || at_statx(fd, &sx, e) < 0 || add_to_trail(&trail, &sx, e) < 0)
		return -e->error;
	trail.root_mount = sx.stx_mnt_id;
	while ((name = path_next(&rest, &length))) {
		size_t upto = (size_t)(rest - path);
		bool last = rest[strspn(rest, "/")] == '\0';
		char component[256];
		int next;

		if (length >= sizeof(component))
			return err_sys(e, ENAMETOOLONG, "open '%s'", path);
		memcpy(component, name, length);
		component[length] = '\0';
		next = open_component(fd, component, create, last ? mode : 0755, path, upto, e);
		if (next < 0)
			return next;
		close(fd);
		fd = next;
		if (at_statx(fd, &sx, e) < 0 || check_trusted(&sx, path, upto, last, e) < 0 ||
		    add_to_trail(&trail, &sx, e) < 0)
			return -e->error;
	}
	*ret_trail = trail;
	return take_fd(&fd);
}

int at_mkdir(int dirfd, const char *name, unsigned mode, struct err *e)
{
	if (mkdirat(dirfd, name, mode) < 0 && errno != EEXIST)
		return err_sys(e, errno, "make directory '%s'", name);
	return 0;
}

int at_open_proc(struct err *e)
{
	cleanup_fd int fd = at_open(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY | O_NOFOLLOW, 0, e);
	struct statfs fs;
	struct statx sx;

	if (fd < 0)
		return fd;
	if (fstatfs(fd, &fs) < 0 || at_statx(fd, &sx, e) < 0)
		return err_sys(e, errno, "stat '/proc'");
	if (fs.f_type != PROC_SUPER_MAGIC || sx.stx_ino != PROC_ROOT_INODE ||
	    !(sx.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return err_set(e, EX_NOPERM, EPERM, "refuse '/proc': not a proc filesystem");
	return take_fd(&fd);
}

/* Unique ids are of use only where they can be asked about: an old filter may refuse statmount on a
 * new kernel. The answer is the kernel's and cannot change, so it is asked once in a process. */
static unsigned mount_id_mask(void)
{
	const struct sys_mount_request request = { .size = SYS_MOUNT_REQUEST_SIZE };
	static unsigned mask;

	if (mask == 0) {
		mask = STATX_MNT_ID_UNIQUE;
		if (sys_statmount(&request, NULL, 0) < 0 && (errno == ENOSYS || errno == EPERM))
			mask = STATX_MNT_ID;
	}
	return mask;
}

int at_statx(int fd, struct statx *ret, struct err *e)
{
	const int flags = AT_EMPTY_PATH | AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT;

	if (sys_statx(fd, "", flags, STATX_BASIC_STATS | mount_id_mask(), ret) < 0)
		return err_sys(e, errno, "statx");
	return 0;
}

/* Names but for '.' and '..' of what getdents64() gave; 0, or what 'each' says. Ends behind the
 * entry for which it did: *place is what follows. */
static int each_entry(const char *entries, size_t length, int64_t *place,
		      int (*each)(const char *, void *), void *data)
{
	int result = 0;

	for (size_t at = 0; result == 0 && at < length;) {
		const struct sys_dirent *entry = (const void *)(entries + at);

		at += entry->length;
		*place = entry->offset;
		if (!str_equal(entry->name, ".") && !str_equal(entry->name, ".."))
			result = each(entry->name, data);
	}
	return result;
}

static int each_from(int dirfd, int64_t *place, char *entries, size_t size,
		     int (*each)(const char *name, void *data), void *data, struct err *e)
{
	cleanup_fd int fd = at_open(dirfd, ".", O_RDONLY | O_DIRECTORY, 0, e);
	int64_t next = 0;
	ssize_t n = 0;
	int result = 0;

	if (fd < 0)
		return fd;
	if (*place > 0)
		(void)lseek(fd, *place, SEEK_SET); /* or from the start */
	while (result == 0 && (n = sys_getdents(fd, entries, size)) > 0)
		result = each_entry(entries, (size_t)n, &next, each, data);
	/* ENOENT: 'each' removed the directory itself */
	if (n < 0 && errno != ENOENT)
		return err_sys(e, errno, "read a directory");
	*place = result ? next : 0;
	return result;
}

int at_each(int dirfd, int (*each)(const char *name, void *data), void *data, struct err *e)
{
	_Alignas(struct sys_dirent) char entries[4096];
	int64_t start = 0;

	return each_from(dirfd, &start, entries, sizeof(entries), each, data, e);
}

int at_each_from(int dirfd, int64_t *place, int (*each)(const char *name, void *data), void *data,
		 struct err *e)
{
	_Alignas(struct sys_dirent) char few[512];

	return each_from(dirfd, place, few, sizeof(few), each, data, e);
}

static int not_empty(const char *name, void *data)
{
	(void)name;
	(void)data;
	return 1;
}

int at_is_empty(int dirfd, struct err *e)
{
	int result = at_each(dirfd, not_empty, NULL, e);

	return result < 0 ? result : !result;
}
