/* share_dir: directories, the view that consumers are given, locks. */
#include "share/sharedir.h"

#include <fcntl.h>

#include "common/lock.h"
#include "common/mountinfo.h"
#include "common/str.h"
#include "share/export.h"
#include "share/kind.h"

void sharedir_close(struct sharedir *sd)
{
	int *fds[] = { &sd->root, &sd->tree, &sd->export, &sd->state, &sd->lock };

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		cleanup_close(fds[i]);
		*fds[i] = -EBADF;
	}
}

static int open_below(int root, const char *name, int flags, uint64_t resolve, int *ret,
		      struct err *e)
{
	*ret = at_open(root, name, flags | O_DIRECTORY, resolve, e);
	return *ret < 0 ? err_wrap(e, "share_dir") : 0;
}

/* Make it where it is missing, which is seldom. */
static int open_or_make(int root, const char *name, mode_t mode, int flags, uint64_t resolve,
			int *ret, struct err *e)
{
	if (open_below(root, name, flags, resolve, ret, e) == 0)
		return 0;
	if (*ret != -ENOENT)
		return -e->error;
	*e = (struct err){ 0 };
	if (at_mkdir(root, name, mode, e) < 0)
		return err_wrap(e, "share_dir");
	return open_below(root, name, flags, resolve, ret, e);
}

/* Before anything in it is looked up: a server that does not answer would make every hook wait. */
static int check_filesystem(const struct policy *policy, int proc, uint64_t mount, struct err *e)
{
	cleanup_with(mountinfo_free) struct mountinfo m = { 0 };

	if (mountinfo_get(proc, mount, &m, e) < 0) {
		/* ENOENT says that there is no share_dir */
		if (e->error == ENOENT)
			e->error = ESTALE;
		return -e->error;
	}
	if (kind_may_not_answer(m.fstype))
		return err_set(e, EX_NOPERM, EPERM,
			       "refuse '%s': it is on %s, whose server may not answer",
			       policy->share_dir, m.fstype);
	return 0;
}

static int open_all(const struct policy *policy, int proc, bool create, struct sharedir *ret,
		    struct err *e)
{
	cleanup_with(sharedir_close) struct sharedir sd = SHAREDIR_INIT;
	struct statx sx;

	sd.root = at_open_trusted(policy->share_dir, create, 0700, &sd.trail, e);
	if (sd.root < 0)
		return sd.root;
	if (at_statx(sd.root, &sx, e) < 0)
		return -e->error;
	if (sx.stx_mode & 077)
		return err_set(e, EX_NOPERM, EPERM,
			       "refuse '%s': mode %04o lets others into the shares, 0700 does not",
			       policy->share_dir, sx.stx_mode & 07777);
	if (check_filesystem(policy, proc, sx.stx_mnt_id, e) < 0)
		return -e->error;
	if (create && at_mkdir(sd.root, "tree", 0755, e) < 0)
		return err_wrap(e, "share_dir '%s'", policy->share_dir);
	if (open_below(sd.root, "tree", O_PATH, AT_OURS, &sd.tree, e) < 0)
		return -e->error;
	/* with tree/ there may be shares: what else is missing was taken away, and is made again */
	if (open_or_make(sd.root, "state", 0700, O_RDONLY, AT_OURS, &sd.state, e) < 0)
		return -e->error;
	sd.lock = openat(sd.state, ".lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (sd.lock < 0)
		return err_sys(e, errno, "open 'state/.lock'");
	if (open_or_make(sd.root, "export", 0755, O_PATH, AT_OURS_MOUNTED, &sd.export, e) < 0 ||
	    at_statx(sd.export, &sx, e) < 0)
		return -e->error;
	sd.export_mount = sx.stx_mnt_id;
	if (at_statx(sd.tree, &sx, e) < 0)
		return -e->error;
	sd.tree_id = at_id(&sx);
	*ret = sd;
	sd = (struct sharedir)SHAREDIR_INIT;
	return 0;
}

int sharedir_open(const struct policy *policy, int proc, struct sharedir *ret, struct err *e)
{
	return open_all(policy, proc, false, ret, e);
}

static int create(const struct policy *policy, int proc, bool repair, struct sharedir *ret,
		  struct err *e)
{
	cleanup_with(sharedir_close) struct sharedir sd = SHAREDIR_INIT;
	int there = open_all(policy, proc, false, &sd, e); /* nearly always it is */

	if (there == -ENOENT) {
		*e = (struct err){ 0 };
		there = open_all(policy, proc, true, &sd, e);
	}
	if (there < 0 || export_ensure(&sd, policy, proc, repair, e) < 0)
		return -e->error;
	*ret = sd;
	sd = (struct sharedir)SHAREDIR_INIT;
	return 0;
}

int sharedir_create(const struct policy *policy, int proc, struct sharedir *ret, struct err *e)
{
	return create(policy, proc, false, ret, e);
}

int sharedir_setup(const struct policy *policy, int proc, struct sharedir *ret, struct err *e)
{
	return create(policy, proc, true, ret, e);
}

/* FNV-1a; two ids on one byte merely wait for each other. Byte 0 is setup's. */
static off_t lock_byte(const char *id)
{
	uint64_t hash = 0xcbf29ce484222325;

	if (!id)
		return 0;
	for (; *id; id++)
		hash = (hash ^ (unsigned char)*id) * 0x100000001b3;
	return 1 + (off_t)(hash & (((uint64_t)1 << 62) - 1));
}

int sharedir_lock(const struct sharedir *sd, const char *id, unsigned wait_ms, struct err *e)
{
	return lock_take(sd->lock, lock_byte(id), wait_ms, id ? id : "setup", e);
}

void sharedir_unlock(const struct sharedir *sd, const char *id)
{
	lock_drop(sd->lock, lock_byte(id));
}
