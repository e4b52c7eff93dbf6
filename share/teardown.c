/* Remove share_dir. */
#include "share/teardown.h"

#include <fcntl.h>
#include <string.h>

#include "common/mount.h"
#include "common/mountinfo.h"

/* Detach what is mounted at export/ or stage/, if nothing is mounted below it. */
static int detach(const struct sharedir *sd, int proc, const char *name, struct err *e)
{
	cleanup_fd int fd = at_try(sd->root, name, O_PATH | O_DIRECTORY, AT_OURS_MOUNTED);
	struct statx sx;
	uint64_t below;
	int n;

	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return err_sys(e, -fd, "open '%s'", name);
	if (at_statx(fd, &sx, e) < 0)
		return -e->error;
	if (!(sx.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return 0;
	n = mountinfo_below(proc, sx.stx_mnt_id, &below, 1, e);
	if (n < 0)
		return n;
	if (n > 0)
		return err_set(e, EX_TEMPFAIL, EBUSY, "something is mounted below '%s'", name);
	return mount_detach(proc, fd, false, e);
}

static int remove_directory(int dirfd, const char *name, struct err *e)
{
	if (unlinkat(dirfd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno == ENOTEMPTY || errno == EEXIST || errno == EBUSY)
		return err_set(e, EX_TEMPFAIL, EBUSY, "'%s' is %s", name,
			       errno == EBUSY ? "a mount point" : "not empty");
	return err_sys(e, errno, "remove '%s'", name);
}

/* share_dir itself. Where it is a mount point, as a tmpfs of its own, it stays. */
static int remove_root(const struct policy *policy, const struct sharedir *sd, struct err *e)
{
	cleanup_fd int above = at_open(sd->root, "..", O_PATH | O_DIRECTORY, 0, e);
	const char *name = strrchr(policy->share_dir, '/') + 1; /* it is absolute */

	if (above < 0)
		return above;
	if (unlinkat(above, name, AT_REMOVEDIR) == 0 || errno == ENOENT || errno == EBUSY)
		return 0;
	return err_sys(e, errno, "remove '%s'", policy->share_dir);
}

int sharedir_remove(const struct policy *policy, struct sharedir *sd, int proc, struct err *e)
{
	static const char *const mounts[] = { "export", "stage" }, *const directories[] = {
		"tree", "export", "stage"
	};

	if (sharedir_lock(sd, NULL, SHAREDIR_WAIT_MS, e) < 0)
		return -e->error;
	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++)
		if (detach(sd, proc, mounts[i], e) < 0)
			return err_wrap(e, "share_dir '%s'", policy->share_dir);
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++)
		if (remove_directory(sd->root, directories[i], e) < 0)
			return err_wrap(e, "share_dir '%s'", policy->share_dir);
	/* whoever waits for the lock now finds nothing to work in */
	if (unlinkat(sd->state, ".lock", 0) < 0 && errno != ENOENT)
		return err_sys(e, errno, "remove 'state/.lock'");
	if (remove_directory(sd->root, "state", e) < 0)
		return err_wrap(e, "share_dir '%s'", policy->share_dir);
	return remove_root(policy, sd, e);
}
