/* Files below a directory's descriptor, by openat2: a name is resolved once, and what it gave is
 * used from then on.
 *
 * Every descriptor returned is close-on-exec and belongs to the caller. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "common/err.h"
#include "common/syscalls.h"

/* How a name may be resolved. AT_OURS: in our own trees nothing leads away, no link, no mount. */
#define AT_OURS (RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV)
/* In our own trees, with the mounts on the way. */
#define AT_OURS_MOUNTED (RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS)

/* openat2, repeated while the kernel says EAGAIN (a rename elsewhere during '..'), at most 128
 * times. Returns the descriptor or -errno; sets no message. */
int at_try(int dirfd, const char *name, int flags, uint64_t resolve) must_use;

/* The same with the message "open 'name'". */
int at_open(int dirfd, const char *name, int flags, uint64_t resolve, struct err *e) must_use;

/* Open a regular file for reading without waiting on FIFOs or devices; the last component may not
 * be a link. Anything else is refused with exit 77. *ret_stat is what fstat said of it. */
int at_open_regular(int dirfd, const char *name, struct stat *ret_stat, struct err *e) must_use;

/* Whether only root (or, in a user's namespace, this user) can have written a file: owner, no write
 * bit for group and others, one link. -EPERM (exit 77) with the reason where not. */
int at_check_owner(const struct stat *st, const char *name, struct err *e) must_use;

/* Make the directory 'name' with the mode; one that is there already is right. */
int at_mkdir(int dirfd, const char *name, unsigned mode, struct err *e) must_use;

/* Call 'each' with the name of every entry of a directory but "." and "..", until it returns other
 * than 0. 'dirfd' may be O_PATH. Returns what it returned, or a negative errno. */
int at_each(int dirfd, int (*each)(const char *name, void *data), void *data,
	    struct err *e) must_use;

/* The same from *place on, where the last call has ended: only a few entries are read beyond those
 * that 'each' is given. *place is 0 at the start, and when the end was reached. It means something
 * to the file system alone; one of yesterday is as good as any. */
int at_each_from(int dirfd, int64_t *place, int (*each)(const char *name, void *data), void *data,
		 struct err *e) must_use;

/* Whether a directory has no entries: 1, or 0. */
int at_is_empty(int dirfd, struct err *e) must_use;

/* /proc, checked to be the root of a proc filesystem. */
int at_open_proc(struct err *e) must_use;

/* statx of the descriptor itself that asks no server and triggers no automount, so that it cannot
 * hang. With unique mount id where the kernel has it. */
int at_statx(int fd, struct statx *ret, struct err *e) must_use;

/* Identity of a file: device and inode. */
struct at_id {
	uint32_t major, minor;
	uint64_t ino;
};

static inline struct at_id at_id(const struct statx *sx)
{
	return (struct at_id){ sx->stx_dev_major, sx->stx_dev_minor, sx->stx_ino };
}

static inline bool at_id_equal(struct at_id a, struct at_id b)
{
	return a.ino == b.ino && a.major == b.major && a.minor == b.minor;
}

/* The same for files of the host's administrator, which a user namespace's root sees as the
 * overflow uid's. */
int at_check_host_owner(const struct stat *st, const char *name, struct err *e) must_use;

/* Whether only root (or this user) can change one component of a path, the first 'length' bytes of
 * 'path': by owner and mode, of a link by its owner. -EPERM (exit 77) names it. */
enum {
	AT_HOST = 1 << 0,   /* in a user namespace the overflow uid passes */
	AT_STICKY = 1 << 1, /* a sticky directory passes: what is in it is looked at */
};
int at_check_component(const struct statx *sx, const char *path, size_t length, unsigned flags,
		       struct err *e) must_use;

/* The directories from / down to one, by identity. */
enum { AT_TRAIL_MAX = 16 };

struct at_trail {
	struct at_id ids[AT_TRAIL_MAX];
	size_t n;
	uint64_t root_mount; /* mount id of / */
};

/* Open the directory 'path' (absolute, clean), every component of which must be a directory, no
 * link, owned by root and not writable by group and others (a sticky directory of root is as good;
 * in a user namespace the overflow uid passes where not writable). What is missing is made with
 * mode 0755, the last with 'mode', where 'create'. -EPERM names the component that is not trusted;
 * -ENOENT where it is missing. Returns an O_PATH descriptor. */
int at_open_trusted(const char *path, bool create, unsigned mode, struct at_trail *ret_trail,
		    struct err *e) must_use;
