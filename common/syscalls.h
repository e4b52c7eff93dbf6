/* System calls, structures and constants that the C library or the kernel headers of Debian 12
 * lack, and thin wrappers of the mount calls, which other C libraries do not have at all. Nothing
 * here decides anything. */
#pragma once

#include <fcntl.h>
#include <linux/ioctl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Numbers are the same on every architecture since Linux 5.1. */
#ifndef SYS_statmount
#define SYS_statmount 457
#define SYS_listmount 458
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

#ifndef MOVE_MOUNT_BENEATH
#define MOVE_MOUNT_BENEATH 0x00000200 /* Linux 6.5 */
#endif
#ifndef STATX_MNT_ID_UNIQUE
#define STATX_MNT_ID_UNIQUE 0x00004000U /* Linux 6.8 */
#endif

/* ioctl(2) of a pidfd: a descriptor of a namespace of its process; Linux 6.11. */
enum {
	SYS_PIDFD_GET_MNT_NAMESPACE = _IO(0xff, 3),
	SYS_PIDFD_GET_PID_NAMESPACE = _IO(0xff, 5),
	SYS_PIDFD_GET_TIME_NAMESPACE = _IO(0xff, 7),
	SYS_PIDFD_GET_USER_NAMESPACE = _IO(0xff, 9),
};

/* statmount(2), listmount(2): Linux 6.8. */
struct sys_mount_request {
	uint32_t size, spare;
	uint64_t mnt_id, param, mnt_ns_id;
};
#define SYS_MOUNT_REQUEST_SIZE 24 /* the first version of the structure, without mnt_ns_id */

struct sys_statmount {
	uint32_t size, mnt_opts;
	uint64_t mask;
	uint32_t sb_dev_major, sb_dev_minor;
	uint64_t sb_magic;
	uint32_t sb_flags, fs_type;
	uint64_t mnt_id, mnt_parent_id;
	uint32_t mnt_id_old, mnt_parent_id_old;
	uint64_t mnt_attr, mnt_propagation, mnt_peer_group, mnt_master, propagate_from;
	uint32_t mnt_root, mnt_point;
	uint64_t mnt_ns_id;
	uint32_t fs_subtype, sb_source, opt_num, opt_array, opt_sec_num, opt_sec_array;
	uint64_t supported_mask;
	uint64_t more[45];
	char strings[];
};

enum {
	SYS_STATMOUNT_SB_BASIC = 0x001,
	SYS_STATMOUNT_MNT_BASIC = 0x002,
	SYS_STATMOUNT_MNT_ROOT = 0x008,
	SYS_STATMOUNT_MNT_POINT = 0x010,
	SYS_STATMOUNT_FS_TYPE = 0x020,
	SYS_STATMOUNT_MNT_OPTS = 0x080,
	SYS_STATMOUNT_FS_SUBTYPE = 0x100,
	SYS_STATMOUNT_SB_SOURCE = 0x200,
	SYS_STATMOUNT_SUPPORTED = 0x1000,
};

static inline int sys_openat2(int dirfd, const char *path, const struct open_how *how)
{
	return (int)syscall(SYS_openat2, dirfd, path, how, sizeof(*how));
}

static inline int sys_statx(int dirfd, const char *path, int flags, unsigned mask,
			    struct statx *ret)
{
	return (int)syscall(SYS_statx, dirfd, path, flags, mask, ret);
}

static inline int sys_open_tree(int dirfd, const char *path, unsigned flags)
{
	return (int)syscall(SYS_open_tree, dirfd, path, flags);
}

static inline int sys_move_mount(int from, const char *from_path, int to, const char *to_path,
				 unsigned flags)
{
	return (int)syscall(SYS_move_mount, from, from_path, to, to_path, flags);
}

static inline int sys_mount_setattr(int dirfd, const char *path, unsigned flags,
				    const struct mount_attr *attr)
{
	return (int)syscall(SYS_mount_setattr, dirfd, path, flags, attr, sizeof(*attr));
}

static inline int sys_fsopen(const char *type, unsigned flags)
{
	return (int)syscall(SYS_fsopen, type, flags);
}

static inline int sys_fsconfig(int fd, unsigned command, const char *key, const char *value)
{
	return (int)syscall(SYS_fsconfig, fd, command, key, value, 0);
}

static inline int sys_fsmount(int fd, unsigned flags, unsigned attributes)
{
	return (int)syscall(SYS_fsmount, fd, flags, attributes);
}

static inline int sys_statmount(const struct sys_mount_request *request, void *ret, size_t size)
{
	return (int)syscall(SYS_statmount, request, ret, size, 0);
}

static inline ssize_t sys_listmount(const struct sys_mount_request *request, uint64_t *ret_ids,
				    size_t n)
{
	return syscall(SYS_listmount, request, ret_ids, n, 0);
}

/* getdents64(2). */
struct sys_dirent {
	uint64_t inode;
	int64_t offset;
	uint16_t length; /* of the whole, with what aligns the next */
	uint8_t type;
	char name[];
};

static inline ssize_t sys_getdents(int fd, void *entries, size_t size)
{
	return syscall(SYS_getdents64, fd, entries, size);
}

static inline int sys_pidfd_open(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

static inline int sys_pidfd_namespace(int pidfd, unsigned request)
{
	return (int)syscall(SYS_ioctl, pidfd, request, 0);
}

static inline int sys_close_range(unsigned first, unsigned last)
{
	return (int)syscall(SYS_close_range, first, last, 0);
}
