/* doctor: share_dir, what is in it, and how its export/ is mounted. */
#include <fcntl.h>
#include <sys/statvfs.h>

#include "cli/doctor.h"
#include "common/mountinfo.h"
#include "common/str.h"

enum { FEW_INODES = 256, FEW_BYTES = 1 << 20 };

int doctor_open_share(struct doctor *d, struct sharedir *sd)
{
	struct err ignored = { 0 };
	cleanup_fd int root = at_open_trusted(d->cli->policy.share_dir, false, 0, &sd->trail,
					      &ignored),
		       tree = -EBADF;

	/* what sharedir_open() would make must be there */
	tree = root < 0 ? root : at_try(root, "tree", O_PATH | O_DIRECTORY, AT_OURS);
	if (tree < 0 || faccessat(root, "state/.lock", F_OK, 0) < 0 ||
	    faccessat(root, "export", F_OK, 0) < 0)
		return 0;
	return sharedir_open(&d->cli->policy, d->proc, sd, &ignored) < 0 ? 0 : 1;
}

static void check_room(struct doctor *d, int root)
{
	struct statvfs fs;
	cleanup_fd int fd = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fstatvfs(fd, &fs) < 0)
		return; /* only of use where it can be had */
	if (fs.f_flag & ST_RDONLY) {
		doctor_find(d, DOCTOR_PROBLEM, "the filesystem of %s is read-only",
			    d->cli->policy.share_dir);
		doctor_remedy(d, "remount it read-write, or set share_dir to a place on a tmpfs");
	}
	/* 0 inodes in all: it does not count them */
	if ((fs.f_files > 0 && fs.f_favail < FEW_INODES) ||
	    (fs.f_blocks > 0 && fs.f_bavail * fs.f_frsize < FEW_BYTES)) {
		doctor_find(d, DOCTOR_PROBLEM,
			    "the filesystem of %s is nearly full: %ju bytes, %ju inodes are free",
			    d->cli->policy.share_dir, (uintmax_t)(fs.f_bavail * fs.f_frsize),
			    (uintmax_t)fs.f_favail);
		doctor_remedy(d, "make room there, or mount it with more (mount -o remount,size=, "
				 "nr_inodes=)");
	}
}

/* A directory of root's. False: it is not there, or none. */
static bool check_directory(struct doctor *d, int root, const char *name, unsigned mode,
			    uint64_t resolve)
{
	const char *share_dir = d->cli->policy.share_dir;
	struct err e = { 0 };
	cleanup_fd int fd = at_try(root, name, O_PATH | O_NOFOLLOW, resolve);
	struct statx sx;

	if (fd == -ENOENT)
		return false;
	if (fd < 0 || at_statx(fd, &sx, &e) < 0 || !S_ISDIR(sx.stx_mode)) {
		doctor_find(d, DOCTOR_PROBLEM, "%s/%s is %s", share_dir, name,
			    fd == -EXDEV ? "another mount" : "not a directory");
		doctor_remedy(d, "unmount or remove it, then run oci-share setup");
		return false;
	}
	if (sx.stx_uid == geteuid() && (sx.stx_mode & 07777 & ~mode) == 0)
		return true;
	doctor_find(d, DOCTOR_PROBLEM, "%s/%s has owner %u and mode %04o, not 0 and %04o",
		    share_dir, name, sx.stx_uid, sx.stx_mode & 07777, mode);
	doctor_remedy(d, "chown 0:0 and chmod %04o it, and find out who changed it", mode);
	return true;
}

static const char *propagation_name(uint64_t propagation)
{
	return propagation == MS_SHARED	   ? "shared"
	       : propagation == MS_PRIVATE ? "private"
	       : propagation == MS_SLAVE   ? "slave"
					   : "unbindable";
}

/* Whether a mount is in the peer group of the one that it is mounted on. */
static bool is_peer_of_parent(const struct mountinfo *m, const struct mountinfo *parent)
{
	return m->peer_group != 0 && m->peer_group == parent->peer_group;
}

static void judge_export(struct doctor *d, const struct mountinfo *m,
			 const struct mountinfo *parent)
{
	const char *share_dir = d->cli->policy.share_dir;
	uint64_t want = policy_propagation(&d->cli->policy);
	size_t before = d->n;

	if (!(m->attributes & MOUNT_ATTR_RDONLY)) {
		doctor_find(d, DOCTOR_PROBLEM, "%s/export can be written", share_dir);
		doctor_remedy(d, "oci-share setup");
	}
	if (is_peer_of_parent(m, parent)) {
		doctor_find(d, DOCTOR_PROBLEM,
			    "%s/export is a peer of the mount that it is on: every share shows in "
			    "tree/ too",
			    share_dir);
		doctor_remedy(d, "oci-share setup");
	} else if ((m->peer_group != 0) != (want == MS_SHARED)) {
		doctor_find(d, DOCTOR_PROBLEM,
			    "%s/export is %sshared, but export_propagation is %s: %s", share_dir,
			    m->peer_group != 0 ? "" : "not ", propagation_name(want),
			    m->peer_group != 0 ? "other mount namespaces receive its shares"
					       : "no other mount namespace sees its shares");
		doctor_remedy(d, "oci-share setup, then start consumers again; or change "
				 "export_propagation");
	}
	if (parent->peer_group == 0 && want == MS_SHARED && d->n == before) {
		doctor_find(d, DOCTOR_NOTE,
			    "the mount below %s is private: namespaces made before export/ never "
			    "see it",
			    share_dir);
		doctor_remedy(d, "run oci-share setup at boot, before consumers start");
	}
	if (d->n == before)
		doctor_ok(d, "%s/export is a read-only view of tree/, %s", share_dir,
			  propagation_name(want));
}

static void check_export(struct doctor *d, int root)
{
	const char *share_dir = d->cli->policy.share_dir;
	cleanup_with(mountinfo_free) struct mountinfo m = { 0 }, parent = { 0 };
	cleanup_fd int fd = at_try(root, "export", O_PATH | O_DIRECTORY, AT_OURS_MOUNTED),
		       tree = at_try(root, "tree", O_PATH | O_DIRECTORY, AT_OURS);
	struct statx sx, of_tree, of_root;
	struct err e = { 0 };

	if (fd < 0 || tree < 0 || at_statx(fd, &sx, &e) < 0 || at_statx(tree, &of_tree, &e) < 0 ||
	    !(sx.stx_attributes & STATX_ATTR_MOUNT_ROOT)) {
		doctor_find(d, DOCTOR_NOTE, "%s/export is not mounted yet", share_dir);
		doctor_remedy(d, "oci-share setup; else the first container makes it, and "
				 "consumers that run by then may not see it");
	} else if (!at_id_equal(at_id(&sx), at_id(&of_tree))) {
		doctor_find(d, DOCTOR_PROBLEM, "another mount is at %s/export", share_dir);
		doctor_remedy(d, "umount %s/export, then oci-share setup", share_dir);
	} else if (mountinfo_get(d->proc, sx.stx_mnt_id, &m, &e) < 0 ||
		   at_statx(root, &of_root, &e) < 0 ||
		   mountinfo_get(d->proc, of_root.stx_mnt_id, &parent, &e) < 0) {
		doctor_find(d, DOCTOR_WARNING, "%s/export: %s", share_dir, e.message);
		doctor_remedy(d, "make /proc readable for root");
	} else {
		judge_export(d, &m, &parent);
	}
}

static void check_root(struct doctor *d, int root)
{
	const char *share_dir = d->cli->policy.share_dir;
	struct err e = { 0 };
	struct statx sx;

	if (at_statx(root, &sx, &e) < 0)
		return;
	if (sx.stx_mode & 077) {
		doctor_find(d, DOCTOR_PROBLEM, "%s has mode %04o, which lets others in", share_dir,
			    sx.stx_mode & 07777);
		doctor_remedy(d, "chmod 0700 %s", share_dir);
	} else {
		doctor_ok(d, "%s is root's alone, and so is all above it", share_dir);
	}
}

void doctor_share(struct doctor *d)
{
	const char *share_dir = d->cli->policy.share_dir;
	struct at_trail trail;
	struct err e = { 0 };
	cleanup_fd int root = at_open_trusted(share_dir, false, 0, &trail, &e);

	if (root == -ENOENT) {
		doctor_find(d, DOCTOR_NOTE, "%s: there is none yet", share_dir);
		doctor_remedy(d, "oci-share setup at boot, before engines and consumers start; "
				 "else the first container makes it");
		return;
	}
	if (root < 0) {
		doctor_find(d, DOCTOR_PROBLEM, "share_dir %s: %s", share_dir, e.message);
		doctor_remedy(d, "make every component of the path a directory that root owns and "
				 "nobody else can write, or set share_dir to another");
		return;
	}
	check_root(d, root);
	check_room(d, root);
	if (!check_directory(d, root, "tree", 0755, AT_OURS)) {
		doctor_find(d, DOCTOR_NOTE, "%s/tree: there is none yet", share_dir);
		doctor_remedy(d, "oci-share setup");
		return;
	}
	(void)check_directory(d, root, "state", 0700, AT_OURS);
	(void)check_directory(d, root, "stage", 0700, AT_OURS_MOUNTED); /* a mount before 6.15 */
	check_export(d, root);
}
