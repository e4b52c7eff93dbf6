/* doctor: what the kernel can do, found out by real calls on mounts that exist only as descriptors
 * and are gone with them. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "cli/doctor.h"
#include "common/mount.h"

#ifndef MOVE_MOUNT_BENEATH
#define MOVE_MOUNT_BENEATH 0x00000200 /* Linux 6.5 */
#endif

/* What the probes have in hand; each may add to it for the next. */
struct bench {
	int proc, tmpfs, other;
};

static int probe_openat2(struct bench *b, struct err *e)
{
	cleanup_fd int fd = at_open(b->proc, ".", O_PATH | O_DIRECTORY, AT_OURS, e);

	return fd < 0 ? fd : 0;
}

static int probe_tmpfs(struct bench *b, struct err *e)
{
	b->tmpfs = mount_tmpfs("oci-share-doctor", NULL, MOUNT_ATTR_NOSUID, e);
	if (b->tmpfs < 0)
		return b->tmpfs;
	b->other = mount_tmpfs("oci-share-doctor", NULL, MOUNT_ATTR_NOSUID, e);
	return b->other < 0 ? b->other : 0;
}

static int probe_clone(struct bench *b, struct err *e)
{
	cleanup_fd int clone = mount_clone(b->proc, false, e);

	return clone < 0 ? clone : 0;
}

static int probe_shape(struct bench *b, struct err *e)
{
	return b->other < 0 ? 0 : mount_shape(b->other, MOUNT_ATTR_RDONLY, MS_PRIVATE, false, e);
}

/* Whether the call is there and knows the flags: it has no descriptor to work on, and an unknown
 * flag is EINVAL before that is seen. */
static int move_nothing(unsigned flags, struct err *e)
{
	flags |= MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
	if (sys_move_mount(INT_MAX, "", INT_MAX, "", flags) < 0 && errno != EBADF)
		return err_sys(e, errno, "move_mount");
	return 0;
}

static int probe_move(struct bench *b, struct err *e)
{
	(void)b;
	return move_nothing(0, e);
}

static int probe_beneath(struct bench *b, struct err *e)
{
	(void)b;
	return move_nothing(MOVE_MOUNT_BENEATH, e);
}

static int probe_assembly(struct bench *b, struct err *e)
{
	if (b->tmpfs < 0 || b->other < 0)
		return 0;
	if (mkdirat(b->tmpfs, "a", 0755) < 0)
		return err_sys(e, errno, "mkdir");
	return mount_attach(b->other, b->tmpfs, "a", e);
}

static int probe_statmount(struct bench *b, struct err *e)
{
	struct sys_mount_request request = { .size = SYS_MOUNT_REQUEST_SIZE };

	(void)b;
	if (sys_statmount(&request, NULL, 0) < 0 && (errno == ENOSYS || errno == EPERM))
		return err_sys(e, errno, "statmount");
	return 0;
}

static int probe_unique_id(struct bench *b, struct err *e)
{
	struct statx sx;

	if (sys_statx(b->proc, "", AT_EMPTY_PATH, STATX_MNT_ID_UNIQUE, &sx) < 0)
		return err_sys(e, errno, "statx");
	return sx.stx_mask & STATX_MNT_ID_UNIQUE ? 0 : err_sys(e, EINVAL, "statx");
}

#define NO_SHARES    "no share can be published"
#define NEWER_KERNEL "run Linux 5.12 or newer, and take mount calls out of no filter"

static const struct feature {
	const char *name, *since;
	int (*probe)(struct bench *b, struct err *e);
	enum doctor_level without;
	const char *consequence, *remedy;
} features[] = {
	{ "openat2", "5.6", probe_openat2, DOCTOR_PROBLEM, NO_SHARES, NEWER_KERNEL },
	{ "fsopen, fsmount", "5.2", probe_tmpfs, DOCTOR_PROBLEM, NO_SHARES, NEWER_KERNEL },
	{ "open_tree", "5.2", probe_clone, DOCTOR_PROBLEM, NO_SHARES, NEWER_KERNEL },
	{ "mount_setattr", "5.12", probe_shape, DOCTOR_PROBLEM, NO_SHARES, NEWER_KERNEL },
	{ "move_mount", "5.2", probe_move, DOCTOR_PROBLEM, NO_SHARES, NEWER_KERNEL },
	{ "MOVE_MOUNT_BENEATH", "6.5", probe_beneath, DOCTOR_NOTE,
	  "a share cannot be republished without a gap", "for that, run Linux 6.5 or newer" },
	{ "unique mount ids", "6.8", probe_unique_id, DOCTOR_NOTE,
	  "mounts below a volume are looked for in the mount table",
	  "nothing needs to be done; Linux 6.8 or newer is faster with many mounts" },
	{ "statmount", "6.8", probe_statmount, DOCTOR_NOTE,
	  "facts of a mount are read from /proc/self/mountinfo",
	  "nothing needs to be done; Linux 6.8 or newer is faster with many mounts" },
	{ "assembly of detached mounts", "6.15", probe_assembly, DOCTOR_NOTE,
	  "shares are put together below stage/, a private mount of our own",
	  "nothing needs to be done; a prestart that is killed leaves less on Linux 6.15" },
};

static void close_bench(struct bench *b)
{
	cleanup_close(&b->tmpfs);
	cleanup_close(&b->other);
}

void doctor_kernel(struct doctor *d)
{
	cleanup_with(close_bench) struct bench b = { d->proc, -EBADF, -EBADF };
	struct utsname name = { .release = "?" };
	unsigned missing = 0;

	(void)uname(&name); /* only to be shown */
	for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
		const struct feature *f = &features[i];
		struct err e = { 0 };

		if (f->probe(&b, &e) >= 0)
			continue;
		missing++;
		doctor_find(d, f->without, "Linux %s: %s (since %s): %s; %s", name.release, f->name,
			    f->since, e.message, f->consequence);
		if (e.error == EPERM && f->without == DOCTOR_PROBLEM)
			doctor_remedy(d, "run it as root with CAP_SYS_ADMIN, outside of a "
					 "container's seccomp filter");
		else
			doctor_remedy(d, "%s", f->remedy);
	}
	if (!missing)
		doctor_ok(d, "Linux %s has all that is used", name.release);
}
