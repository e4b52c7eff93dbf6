/* doctor: publish and withdraw a small share for real.
 *
 * In a mount namespace of its own, below a tmpfs that is mounted there on /run: nothing of it can
 * be seen from outside, and all of it is gone with the namespace, however the check ends. What the
 * real namespace has is copied, so that its limits hold here too. */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/doctor.h"
#include "common/io.h"
#include "common/mount.h"
#include "common/str.h"
#include "share/publish.h"
#include "share/withdraw.h"

#define SCRATCH "/run"
#define BUNDLE	SCRATCH "/bundle"
#define ID	"oci-share-doctor"

static const char config[] = "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"rootfs\"},\"mounts\":["
			     "{\"destination\":\"/data\",\"type\":\"bind\",\"source\":\"data\","
			     "\"options\":[\"rbind\",\"ro\",\"rprivate\"]}]}";

/* How long each took, in microseconds. */
struct trial {
	uint64_t published, withdrawn;
};

static int enter_namespace(struct err *e)
{
	cleanup_fd int root = -EBADF, tmpfs = -EBADF, target = -EBADF;

	if (unshare(CLONE_NEWNS) < 0)
		return err_sys(e, errno, "unshare");
	root = at_open(AT_FDCWD, "/", O_PATH | O_DIRECTORY, 0, e);
	if (root < 0 || mount_shape(root, 0, MS_PRIVATE, true, e) < 0)
		return -e->error;
	target = at_open(root, "run", O_PATH | O_DIRECTORY, RESOLVE_IN_ROOT, e);
	tmpfs = target < 0 ? target : mount_tmpfs("oci-share-doctor", NULL, MOUNT_ATTR_NODEV, e);
	return tmpfs < 0 ? tmpfs : mount_attach(tmpfs, target, "", e);
}

static int make_bundle(struct err *e)
{
	cleanup_fd int run = at_open(AT_FDCWD, SCRATCH, O_PATH | O_DIRECTORY, 0, e),
		       bundle = -EBADF;

	if (run < 0 || at_mkdir(run, "bundle", 0755, e) < 0)
		return -e->error;
	bundle = at_open(run, "bundle", O_PATH | O_DIRECTORY, AT_OURS, e);
	if (bundle < 0 || at_mkdir(bundle, "rootfs", 0755, e) < 0 ||
	    at_mkdir(bundle, "data", 0755, e) < 0)
		return -e->error;
	return io_write_new(bundle, "config.json", 0644, config, strlen(config), e);
}

static int check_published(const struct sharedir *sd, struct err *e)
{
	cleanup_fd int share =
		at_open(sd->export, ID "/" ID, O_PATH | O_DIRECTORY, AT_OURS_MOUNTED, e);

	if (share < 0)
		return err_wrap(e, "it is not there");
	if (mkdirat(share, "written", 0755) == 0 || errno != EROFS)
		return err_set(e, EX_SOFTWARE, EINVAL, "it can be written");
	return 0;
}

static int withdraw_it(const struct policy *policy, int proc, struct log *log, struct err *e)
{
	cleanup_with(sharedir_close) struct sharedir sd = SHAREDIR_INIT;
	const struct withdrawal w = { .id = ID, .sandbox = ID };
	int seen;

	if (sharedir_open(policy, proc, &sd, e) < 0 || check_published(&sd, e) < 0 ||
	    sharedir_lock(&sd, ID, SHAREDIR_WAIT_MS, e) < 0 || withdraw(&sd, proc, &w, log, e) < 0)
		return -e->error;
	seen = withdraw_look(&sd, proc, &w, e);
	return seen <= 0 ? seen : err_set(e, EX_OSERR, EBUSY, "it is still mounted");
}

static int try_it(struct doctor *d, const struct policy *policy, struct trial *ret, struct err *e)
{
	struct oci_state state = { .id = (char[]){ ID }, .bundle = (char[]){ BUNDLE } };
	struct log silent = LOG_INIT("oci-share", "doctor");
	uint64_t start;

	silent.echo = false;
	if (make_bundle(e) < 0)
		return err_wrap(e, "make a bundle");
	start = io_now();
	if (publish(policy, &state, &silent, e) < 0)
		return err_wrap(e, "publish");
	ret->published = io_now() - start;
	start = io_now();
	if (withdraw_it(policy, d->proc, &silent, e) < 0)
		return err_wrap(e, "withdraw");
	ret->withdrawn = io_now() - start;
	return 0;
}

void doctor_try(struct doctor *d)
{
	struct policy policy = d->cli->policy;
	struct trial t = { 0 };
	struct err e = { 0 };
	int result;

	policy.share_dir = (char[]){ SCRATCH "/oci-share" };
	policy.enabled = ENABLED_TRUE;
	result = enter_namespace(&e);
	if (result < 0)
		result = err_wrap(&e, "a mount namespace of its own");
	else
		result = try_it(d, &policy, &t, &e);
	if (result < 0) {
		doctor_find(d, DOCTOR_PROBLEM, "a share cannot be published: %s", e.message);
		doctor_remedy(d,
			      "see what is found above; if all else is well, this is how a hook "
			      "fails (exit %d): run one with --log-level debug",
			      e.exit_code);
		return;
	}
	doctor_ok(d, "a share was published in %ju us and withdrawn in %ju us",
		  (uintmax_t)t.published, (uintmax_t)t.withdrawn);
}
