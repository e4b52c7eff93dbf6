/* The mount core. */
#include "common/mount.h"

#include <fcntl.h>
#include <stdio.h>

#include "common/at.h"
#include "common/syscalls.h"

static int fail(struct err *e, int error, const char *call)
{
	if (error == ENOSYS)
		return err_set(e, EX_UNAVAILABLE, ENOSYS,
			       "%s: this kernel does not have it (Linux 5.12 is needed)", call);
	return err_sys(e, error, "%s", call);
}

int mount_tmpfs(const char *source, const char *context, uint64_t attributes, struct err *e)
{
	const struct {
		const char *key, *value;
	} options[] = { { "source", source }, { "mode", "0755" }, { "context", context } };
	cleanup_fd int fs = sys_fsopen("tmpfs", FSOPEN_CLOEXEC);
	int fd;

	if (fs < 0)
		return fail(e, errno, "fsopen");
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (options[i].value &&
		    sys_fsconfig(fs, FSCONFIG_SET_STRING, options[i].key, options[i].value) < 0)
			return err_sys(e, errno, "fsconfig %s", options[i].key);
	if (sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL) < 0)
		return fail(e, errno, "fsconfig");
	fd = sys_fsmount(fs, FSMOUNT_CLOEXEC, (unsigned)attributes);
	return fd < 0 ? fail(e, errno, "fsmount") : fd;
}

int mount_clone(int fd, bool recursive, struct err *e)
{
	unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_NO_AUTOMOUNT;
	int clone = sys_open_tree(fd, "", recursive ? flags | AT_RECURSIVE : flags);

	return clone < 0 ? fail(e, errno, "open_tree") : clone;
}

int mount_shape(int fd, uint64_t attributes, uint64_t propagation, bool recursive, struct err *e)
{
	struct mount_attr attr = { .attr_set = attributes, .propagation = propagation };

	if (sys_mount_setattr(fd, "", recursive ? AT_EMPTY_PATH | AT_RECURSIVE : AT_EMPTY_PATH,
			      &attr) < 0)
		return fail(e, errno, "mount_setattr");
	return 0;
}

int mount_unseal(int fd, struct err *e)
{
	struct mount_attr attr = { .attr_clr = MOUNT_ATTR_RDONLY };

	if (sys_mount_setattr(fd, "", AT_EMPTY_PATH, &attr) < 0)
		return fail(e, errno, "mount_setattr");
	return 0;
}

int mount_attach(int mount, int dirfd, const char *name, struct err *e)
{
	unsigned flags = MOVE_MOUNT_F_EMPTY_PATH;

	if (sys_move_mount(mount, "", dirfd, name,
			   name[0] ? flags : flags | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return fail(e, errno, "move_mount");
	return 0;
}

int mount_attach_beneath(int mount, int root, struct err *e)
{
	const unsigned flags =
		MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH | MOVE_MOUNT_BENEATH;

	if (sys_move_mount(mount, "", root, "", flags) < 0)
		return fail(e, errno, "move_mount beneath");
	return 0;
}

int mount_check_beneath(struct err *e)
{
	/* flags are looked at first, and only then descriptors */
	if (sys_move_mount(-EBADF, "", -EBADF, "", MOVE_MOUNT_BENEATH) < 0 && errno == EINVAL)
		return err_set(e, EX_UNAVAILABLE, ENOSYS,
			       "move_mount beneath: this kernel does not have it (Linux 6.5 is "
			       "needed)");
	return 0;
}

static int detach(int dirfd, const char *name, int flags, struct err *e)
{
	int result = 0;

	if (fchdir(dirfd) < 0)
		return err_sys(e, errno, "fchdir");
	if (umount2(name, MNT_DETACH | flags) < 0)
		result = err_sys(e, errno, "umount2");
	if (chdir("/") < 0 && result == 0)
		result = err_sys(e, errno, "chdir '/'");
	return result;
}

int mount_detach(int proc, int root, bool enter, struct err *e)
{
	struct err ignored = { 0 };
	char name[32];

	if (enter && detach(root, ".", 0, &ignored) == 0)
		return 0;
	/* A name could be exchanged before umount2 looks it up. The link of the kernel's own is the
	 * mount that is pinned, even after a rename; with UMOUNT_NOFOLLOW it would be refused. */
	(void)snprintf(name, sizeof(name), "self/fd/%d", root); /* fits */
	return detach(proc, name, 0, e);
}

int mount_detach_at(int dirfd, const char *name, struct err *e)
{
	cleanup_fd int root = at_try(dirfd, name, O_PATH | O_NOFOLLOW, RESOLVE_BENEATH);
	struct err ignored = { 0 };

	/* what is mounted below would be unmounted in the peers, too; where nothing is mounted
	 * there, umount2 says so */
	if (root >= 0)
		ignore_result(mount_shape(root, 0, MS_PRIVATE, true, &ignored));
	return detach(dirfd, name, UMOUNT_NOFOLLOW, e);
}
