/* export/ and stage/: the two mounts of share_dir itself. */
#include "share/export.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "common/mount.h"
#include "common/mountinfo.h"
#include "common/str.h"

#define EXPORT_ATTRIBUTES \
	(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

/* Give export/ its flags and propagation. One in its parent's peer group, an ordinary bind, must
 * leave that first: what is attached there would be attached below tree/ too. One in a group of its
 * own stays in it, since consumers depend on it. */
static int repair_export(const struct sharedir *sd, int fd, const struct mountinfo *m,
			 uint64_t propagation, int proc, struct err *e)
{
	cleanup_with(mountinfo_free) struct mountinfo parent = { 0 };
	struct statx sx;

	if (at_statx(sd->root, &sx, e) < 0 || mountinfo_get(proc, sx.stx_mnt_id, &parent, e) < 0)
		return -e->error;
	if (m->peer_group != 0 && m->peer_group == parent.peer_group &&
	    mount_shape(fd, EXPORT_ATTRIBUTES, MS_PRIVATE, false, e) < 0)
		return -e->error;
	return mount_shape(fd, EXPORT_ATTRIBUTES, propagation, false, e);
}

/* How export/ may be treated. */
enum export_mode {
	EXPORT_LOOK,   /* without the setup lock: look only */
	EXPORT_LOCKED, /* with it: finish what a killed process began, where nobody uses it yet */
	EXPORT_REPAIR, /* with it, for setup */
};

/* 1: export/ is as it must be; 0: nothing is mounted there, or (EXPORT_LOOK) it has another
 * propagation than the setting says, and whoever has the lock may be about to change that. */
static int check_export(struct sharedir *sd, const struct policy *policy, int proc,
			enum export_mode mode, struct err *e)
{
	cleanup_with(mountinfo_free) struct mountinfo m = { 0 };
	cleanup_fd int fd = at_open(sd->root, "export", O_PATH | O_DIRECTORY, AT_OURS_MOUNTED, e);
	uint64_t propagation = policy_propagation(policy);
	bool repair = mode == EXPORT_REPAIR, other;
	struct statx sx;
	int unused;

	if (fd < 0 || at_statx(fd, &sx, e) < 0)
		return -e->error;
	if (!(sx.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return 0;
	if (!at_id_equal(at_id(&sx), sd->tree_id))
		return err_set(e, EX_TEMPFAIL, EBUSY,
			       "refuse '%s/export': another mount is there; unmount it, then run "
			       "oci-share setup",
			       policy->share_dir);
	if (mountinfo_get(proc, sx.stx_mnt_id, &m, e) < 0)
		return -e->error;
	other = (m.peer_group != 0) != (propagation == MS_SHARED);
	if (other && mode == EXPORT_LOOK)
		return 0;
	if (other && mode == EXPORT_LOCKED) {
		unused = at_is_empty(sd->tree, e);
		if (unused < 0)
			return unused;
		repair = unused && m.attributes & MOUNT_ATTR_RDONLY;
	}
	if (repair && repair_export(sd, fd, &m, propagation, proc, e) < 0)
		return err_wrap(e, "repair '%s/export'", policy->share_dir);
	if (!repair && !(m.attributes & MOUNT_ATTR_RDONLY))
		return err_set(e, EX_TEMPFAIL, EROFS,
			       "refuse '%s/export': it can be written; run oci-share setup",
			       policy->share_dir);
	close(sd->export);
	sd->export = take_fd(&fd);
	sd->export_mount = sx.stx_mnt_id;
	return 1;
}

/* Private first, so that the copy leaves its source's peer group, then shared, in a group of its
 * own, which an ordinary bind below a shared parent would not have. */
static int make_export(struct sharedir *sd, const struct policy *policy, struct err *e)
{
	cleanup_fd int clone = mount_clone(sd->tree, false, e), target = -EBADF;
	uint64_t propagation = policy_propagation(policy);

	if (clone < 0)
		return clone;
	if (mount_shape(clone, EXPORT_ATTRIBUTES, MS_PRIVATE, false, e) < 0)
		return -e->error;
	if (propagation == MS_SHARED && mount_shape(clone, 0, MS_SHARED, false, e) < 0)
		return -e->error;
	target = at_open(sd->root, "export", O_PATH | O_DIRECTORY, AT_OURS, e);
	if (target < 0)
		return target;
	if (mount_attach(clone, target, "", e) < 0)
		return -e->error;
	/* below a shared parent it became shared whatever it was, and an unbindable one could not
	 * be attached there */
	return propagation == MS_SHARED ? 0 : mount_shape(clone, 0, propagation, false, e);
}

int export_ensure(struct sharedir *sd, const struct policy *policy, int proc, bool repair,
		  struct err *e)
{
	enum export_mode mode = repair ? EXPORT_REPAIR : EXPORT_LOCKED;
	int there = repair ? 0 : check_export(sd, policy, proc, EXPORT_LOOK, e);

	if (there != 0)
		return there < 0 ? there : 0;
	if (sharedir_lock(sd, NULL, SHAREDIR_WAIT_MS, e) < 0)
		return -e->error;
	there = check_export(sd, policy, proc, mode, e); /* another may have been faster */
	sd->made_export = there == 0;
	if (there == 0 && make_export(sd, policy, e) < 0)
		there = err_wrap(e, "make '%s/export'", policy->share_dir);
	if (there == 0)
		there = check_export(sd, policy, proc, mode, e);
	sharedir_unlock(sd, NULL);
	if (there == 0)
		return err_set(e, EX_CANTCREAT, EBUSY, "make '%s/export': it is not there",
			       policy->share_dir);
	return there < 0 ? there : 0;
}

/* The stage's descriptor; -ENOENT without a message: nothing is mounted there, or, without the
 * setup lock, it is not private yet. */
static int open_ready_stage(const struct sharedir *sd, int proc, bool locked, struct err *e)
{
	cleanup_fd int fd = at_open(sd->root, "stage", O_PATH | O_DIRECTORY, AT_OURS_MOUNTED, e);
	cleanup_with(mountinfo_free) struct mountinfo m = { 0 };
	struct statx sx;

	if (fd < 0 || at_statx(fd, &sx, e) < 0)
		return -e->error;
	if (!(sx.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return -ENOENT;
	if (mountinfo_get(proc, sx.stx_mnt_id, &m, e) < 0)
		return -e->error;
	if (!str_equal(m.source, "oci-share-stage"))
		return err_set(e, EX_TEMPFAIL, EBUSY, "refuse stage/: another mount is there");
	if (m.peer_group != 0 && !locked)
		return -ENOENT;
	/* its maker was killed before the last step */
	if (m.peer_group != 0 && mount_shape(fd, 0, MS_PRIVATE, false, e) < 0)
		return -e->error;
	return take_fd(&fd);
}

int export_find_stage(const struct sharedir *sd, int proc, struct err *e)
{
	int fd = open_ready_stage(sd, proc, false, e);

	if (fd == -ENOENT)
		*e = (struct err){ 0 };
	return fd;
}

static int make_stage(const struct sharedir *sd, struct err *e)
{
	cleanup_fd int tmpfs = -EBADF,
		       target = at_open(sd->root, "stage", O_PATH | O_DIRECTORY, AT_OURS, e);

	if (target < 0)
		return target;
	tmpfs = mount_tmpfs("oci-share-stage", NULL,
			    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, e);
	if (tmpfs < 0)
		return tmpfs;
	if (fchmodat(tmpfs, ".", 0700, 0) < 0)
		return err_sys(e, errno, "chmod stage/");
	if (mount_attach(tmpfs, target, "", e) < 0)
		return -e->error;
	/* what it propagated to other namespaces is empty; a tree can only be moved out of a
	 * private mount */
	if (mount_shape(tmpfs, 0, MS_PRIVATE, false, e) < 0)
		return -e->error;
	return take_fd(&tmpfs);
}

int export_open_stage(const struct sharedir *sd, int proc, struct err *e)
{
	int fd;

	if (at_mkdir(sd->root, "stage", 0700, e) < 0)
		return -e->error;
	fd = open_ready_stage(sd, proc, false, e);
	if (fd != -ENOENT)
		return fd;
	if (sharedir_lock(sd, NULL, SHAREDIR_WAIT_MS, e) < 0)
		return -e->error;
	fd = open_ready_stage(sd, proc, true, e); /* another may have been faster */
	if (fd == -ENOENT)
		fd = make_stage(sd, e);
	sharedir_unlock(sd, NULL);
	return fd;
}
