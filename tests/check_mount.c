/* The mount core on the real kernel: clones, shapes, attaching, detaching. */
#include "common/mount.h"

#include <sched.h>
#include <sys/wait.h>

#include "common/at.h"
#include "common/mountinfo.h"
#include "tests/check.h"

enum { SAFE = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV };

/* A fresh directory and mounts of our own; 'src' is a shared tmpfs with a tmpfs in src/sub, which
 * has one in src/sub/deep. Each holds a file. */
static bool prepare(void)
{
	check_fresh_directory();
	if (!check_own_mounts())
		return false;
	check_directory("src", 0755);
	check_mount("src", "src", "tmpfs", MS_NOEXEC, NULL);
	check_mount(NULL, "src", NULL, MS_SHARED, NULL);
	check_file("src/f", "", 0644);
	check_directory("src/sub", 0755);
	check_mount("sub", "src/sub", "tmpfs", 0, NULL);
	check_file("src/sub/f", "", 0644);
	check_directory("src/sub/deep", 0755);
	check_mount("deep", "src/sub/deep", "tmpfs", 0, NULL);
	check_file("src/sub/deep/f", "", 0644);
	check_directory("dst", 0755);
	return true;
}

static int clone_of(const char *path, bool recursive)
{
	cleanup_fd int fd = check_path_fd(path);
	struct err e = { 0 };
	int clone = mount_clone(fd, recursive, &e);

	check_ok(clone, &e);
	return clone;
}

static void shape(int clone, uint64_t attributes, uint64_t propagation, bool recursive)
{
	struct err e = { 0 };

	check_ok(mount_shape(clone, attributes, propagation, recursive, &e), &e);
}

static void attach(int clone, const char *name)
{
	struct err e = { 0 };

	check_ok(mount_attach(clone, AT_FDCWD, name, &e), &e);
}

static struct mountinfo info_of(const char *path)
{
	cleanup_fd int fd = check_path_fd(path), proc = -EBADF;
	struct mountinfo m = { 0 };
	struct err e = { 0 };
	struct statx sx;

	check_ok(proc = at_open_proc(&e), &e);
	check_ok(at_statx(fd, &sx, &e), &e);
	check_ok(mountinfo_get(proc, sx.stx_mnt_id, &m, &e), &e);
	return m;
}

static uint64_t attributes_of(const char *path)
{
	struct mountinfo m = info_of(path);
	uint64_t attributes = m.attributes;

	mountinfo_free(&m);
	return attributes;
}

/* The errno of making a file there; 0: it can be made. */
static int write_to(const char *directory)
{
	char name[PATH_MAX];
	int fd;

	(void)snprintf(name, sizeof(name), "%s/new", directory);
	fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return errno;
	ck_assert_int_eq(close(fd) | unlink(name), 0);
	return 0;
}

static size_t count_mounts(void)
{
	FILE *table = fopen("/proc/self/mountinfo", "re");
	size_t n = 0;
	int c;

	ck_assert_ptr_nonnull(table);
	while ((c = getc(table)) != EOF)
		n += c == '\n';
	ck_assert_int_eq(fclose(table), 0);
	return n;
}

/* Detach a mount by its root; the working directory stays. */
static int detach_root(int root, bool enter, struct err *e)
{
	cleanup_fd int here = check_path_fd("."), proc = at_open_proc(e);
	int result = proc < 0 ? proc : mount_detach(proc, root, enter, e);
	char cwd[8];

	ck_assert_str_eq(getcwd(cwd, sizeof(cwd)), "/");
	ck_assert_int_eq(fchdir(here), 0);
	return result;
}

static int detach(const char *path, struct err *e)
{
	cleanup_fd int root = check_path_fd(path);

	return detach_root(root, false, e);
}

/* ---- shapes ---- */

static const struct {
	const char *name;
	bool recursive;
	uint64_t attributes;
	int write, write_sub; /* errnos; -1: there is no mount below */
} shapes[] = {
	{ "BM04 ro", false, SAFE | MOUNT_ATTR_RDONLY, EROFS, -1 },
	{ "rw", false, SAFE, 0, -1 },
	{ "BM10 recursive, rw", true, SAFE, 0, 0 },
	{ "BM11 recursive, ro", true, SAFE | MOUNT_ATTR_RDONLY, EROFS, EROFS },
};

START_TEST(C8_clones_are_shaped_before_they_are_attached)
{
	uint64_t wanted = shapes[_i].attributes;
	size_t before;
	int clone;

	if (!prepare())
		return;
	before = count_mounts();
	clone = clone_of("src", shapes[_i].recursive);
	shape(clone, wanted, MS_PRIVATE, shapes[_i].recursive);
	ck_assert_uint_eq(count_mounts(), before);
	attach(clone, "dst");
	ck_assert_int_eq(close(clone), 0);
	ck_assert_uint_eq(count_mounts(), before + (shapes[_i].recursive ? 3 : 1));
	ck_assert_int_eq(write_to("dst"), shapes[_i].write);
	ck_assert_msg((access("dst/sub/f", F_OK) == 0) == shapes[_i].recursive, "%s: submount",
		      shapes[_i].name);
	if (shapes[_i].recursive) {
		ck_assert_int_eq(write_to("dst/sub"), shapes[_i].write_sub);
		ck_assert_int_eq(write_to("dst/sub/deep"), shapes[_i].write_sub);
		ck_assert_uint_eq(attributes_of("dst/sub/deep"), wanted);
	}
	/* L06: what the source has, stays */
	ck_assert_uint_eq(attributes_of("dst"), wanted | MOUNT_ATTR_NOEXEC);
	/* and the source is as it was */
	ck_assert_int_eq(write_to("src") | write_to("src/sub/deep"), 0);
	ck_assert_uint_eq(attributes_of("src"), MOUNT_ATTR_NOEXEC);
}
END_TEST

START_TEST(L06_read_only_later_keeps_nosuid_nodev_noexec)
{
	const uint64_t all = SAFE | MOUNT_ATTR_NOEXEC;
	cleanup_fd int root = -EBADF;
	int clone;

	if (!prepare())
		return;
	clone = clone_of("src", false);
	shape(clone, all, MS_PRIVATE, false);
	attach(clone, "dst");
	ck_assert_int_eq(close(clone), 0);
	root = check_path_fd("dst");
	shape(root, MOUNT_ATTR_RDONLY, 0, false);
	ck_assert_uint_eq(attributes_of("dst"), all | MOUNT_ATTR_RDONLY);
	ck_assert_int_eq(write_to("dst"), EROFS);
	/* nothing is ever taken away */
	shape(root, MOUNT_ATTR_NOSUID, 0, false);
	ck_assert_uint_eq(attributes_of("dst"), all | MOUNT_ATTR_RDONLY);
}
END_TEST

START_TEST(RM05_a_slave_sees_no_writable_mount)
{
	int clone;

	if (!prepare())
		return;
	check_directory("shared", 0755);
	check_mount("shared", "shared", "tmpfs", 0, NULL);
	check_mount(NULL, "shared", NULL, MS_SHARED, NULL);
	check_directory("shared/x", 0755);
	check_directory("slave", 0755);
	check_mount("shared", "slave", NULL, MS_BIND, NULL);
	check_mount(NULL, "slave", NULL, MS_SLAVE, NULL);
	clone = clone_of("src", true);
	shape(clone, SAFE | MOUNT_ATTR_RDONLY, MS_PRIVATE, true);
	attach(clone, "shared/x");
	ck_assert_int_eq(close(clone), 0);
	ck_assert_int_eq(access("slave/x/sub/f", F_OK), 0);
	ck_assert_int_eq(write_to("slave/x"), EROFS);
	ck_assert_int_eq(write_to("slave/x/sub"), EROFS);
	ck_assert_uint_eq(attributes_of("slave/x/sub/deep"), SAFE | MOUNT_ATTR_RDONLY);
}
END_TEST

START_TEST(files_are_cloned_as_well)
{
	int clone;

	if (!prepare())
		return;
	check_file("src/f", "content", 0644);
	check_file("place", "", 0644);
	clone = clone_of("src/f", false);
	shape(clone, SAFE | MOUNT_ATTR_RDONLY, MS_PRIVATE, false);
	attach(clone, "place");
	ck_assert_int_eq(close(clone), 0);
	ck_assert_int_eq(open("place", O_WRONLY | O_CLOEXEC), -1);
	ck_assert_int_eq(errno, EROFS);
	ck_assert_uint_eq(attributes_of("place"), SAFE | MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC);
}
END_TEST

/* ---- ties to the source ---- */

START_TEST(L09_detaching_leaves_the_mounts_of_a_shared_source)
{
	struct err e = { 0 };
	size_t before;
	int clone;

	if (!prepare())
		return;
	before = count_mounts();
	clone = clone_of("src", true);
	shape(clone, SAFE, MS_PRIVATE, true);
	attach(clone, "dst");
	ck_assert_int_eq(close(clone), 0);
	check_ok(detach("dst", &e), &e);
	ck_assert_uint_eq(count_mounts(), before);
	ck_assert_int_eq(access("src/sub/deep/f", F_OK), 0);
	ck_assert_int_eq(access("dst/f", F_OK), -1);
}
END_TEST

START_TEST(a_private_clone_gets_no_later_mount)
{
	int clone;

	if (!prepare())
		return;
	check_directory("src/later", 0755);
	check_directory("src/sub/later", 0755);
	clone = clone_of("src", true);
	shape(clone, SAFE, MS_PRIVATE, true);
	attach(clone, "dst");
	ck_assert_int_eq(close(clone), 0);
	check_mount("later", "src/later", "tmpfs", 0, NULL);
	check_file("src/later/f", "", 0644);
	check_mount("later", "src/sub/later", "tmpfs", 0, NULL);
	check_file("src/sub/later/f", "", 0644);
	ck_assert_int_eq(access("dst/later", F_OK), 0);
	ck_assert_int_eq(access("dst/later/f", F_OK), -1);
	ck_assert_int_eq(access("dst/sub/later/f", F_OK), -1);
	/* what was there goes on when the source unmounts it */
	ck_assert_int_eq(umount2("src/sub", MNT_DETACH), 0);
	ck_assert_int_eq(access("dst/sub/deep/f", F_OK), 0);
}
END_TEST

START_TEST(a_clone_that_is_closed_leaves_nothing)
{
	size_t before;
	int clone;

	if (!prepare())
		return;
	before = count_mounts();
	clone = clone_of("src", true);
	ck_assert_int_eq(fcntl(clone, F_GETFD), FD_CLOEXEC);
	shape(clone, SAFE, MS_PRIVATE, true);
	ck_assert_int_eq(close(clone), 0);
	ck_assert_uint_eq(count_mounts(), before);
	ck_assert_int_eq(access("src/sub/deep/f", F_OK), 0);
}
END_TEST

/* ---- what is refused ---- */

START_TEST(BM13_an_unbindable_source_is_EINVAL_and_leaves_nothing)
{
	cleanup_fd int fd = -EBADF;
	struct err e = { 0 };
	size_t before;

	if (!prepare())
		return;
	check_mount(NULL, "src", NULL, MS_UNBINDABLE, NULL);
	fd = check_path_fd("src");
	before = count_mounts();
	ck_assert_int_eq(mount_clone(fd, _i == 1, &e), -EINVAL);
	check_error(-EINVAL, &e, "unbindable");
	ck_assert_uint_eq(count_mounts(), before);
}
END_TEST

START_TEST(a_source_of_another_namespace_is_EINVAL)
{
	cleanup_fd int fd = -EBADF;
	struct err e = { 0 };

	if (!prepare())
		return;
	fd = check_path_fd("src");
	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	ck_assert_int_eq(mount_clone(fd, false, &e), -EINVAL);
}
END_TEST

static const struct {
	const char *name, *source, *target;
	int expected;
} targets[] = {
	{ "BM14 a directory onto a file", "src", "file", -ENOTDIR },
	{ "BM14 a file onto a directory", "src/f", "dst", -ENOTDIR },
	{ "onto what is missing", "src", "none", -ENOENT },
	{ "below a file", "src", "file/x", -ENOTDIR },
};

START_TEST(attaching_in_the_wrong_place_fails)
{
	struct err e = { 0 };
	size_t before;
	int clone, result;

	if (!prepare())
		return;
	check_file("file", "", 0644);
	clone = clone_of(targets[_i].source, false);
	before = count_mounts();
	result = mount_attach(clone, AT_FDCWD, targets[_i].target, &e);
	check_error(result, &e, targets[_i].name);
	ck_assert_msg(result == targets[_i].expected ||
			      (targets[_i].expected == -ENOTDIR && result == -EINVAL),
		      "%s: %d", targets[_i].name, result);
	ck_assert_int_eq(close(clone), 0);
	ck_assert_uint_eq(count_mounts(), before);
}
END_TEST

START_TEST(RM02_shaping_what_is_no_mount_is_EINVAL)
{
	cleanup_fd int fd = -EBADF;
	struct err e = { 0 };

	if (!prepare())
		return;
	check_directory("src/plain", 0755);
	fd = check_path_fd("src/plain");
	ck_assert_int_eq(mount_shape(fd, MOUNT_ATTR_RDONLY, 0, false, &e), -EINVAL);
	ck_assert_int_eq(write_to("src"), 0);
}
END_TEST

/* ---- detaching ---- */

START_TEST(UM02_detaching_what_is_no_mount_fails)
{
	struct err e = { 0 };
	size_t before;

	if (!prepare())
		return;
	before = count_mounts();
	check_error(detach("dst", &e), &e, "a plain directory");
	ck_assert_int_eq(e.error, EINVAL);
	ck_assert_uint_eq(count_mounts(), before);
}
END_TEST

START_TEST(detaches_the_pinned_mount_even_after_a_rename)
{
	cleanup_fd int root = -EBADF;
	struct err e = { 0 };
	size_t before;

	if (!prepare())
		return;
	check_directory("p", 0755);
	check_directory("p/m", 0755);
	before = count_mounts();
	attach(clone_of("src", true), "p/m");
	root = check_path_fd("p/m");
	ck_assert_int_eq(rename("p", "moved"), 0);
	/* at its old name there is another one now */
	check_directory("p", 0755);
	check_directory("p/m", 0755);
	check_mount("other", "p/m", "tmpfs", 0, NULL);
	shape(root, 0, MS_PRIVATE, true);
	check_ok(detach_root(root, _i, &e), &e);
	ck_assert_uint_eq(count_mounts(), before + 1);
	ck_assert_int_eq(access("moved/m/f", F_OK), -1);
	ck_assert_int_eq(write_to("p/m"), 0);
	ck_assert_int_eq(access("src/sub/deep/f", F_OK), 0);
}
END_TEST

START_TEST(a_file_s_mount_is_detached_whether_it_could_be_entered_or_not)
{
	cleanup_fd int root = -EBADF;
	struct err e = { 0 };
	size_t before;

	if (!prepare())
		return;
	before = count_mounts();
	check_file("file", "", 0644);
	check_mount("file", "file", NULL, MS_BIND, NULL);
	root = check_path_fd("file");
	check_ok(detach_root(root, _i, &e), &e);
	ck_assert_uint_eq(count_mounts(), before);
}
END_TEST

START_TEST(what_is_mounted_below_it_goes_with_it)
{
	cleanup_fd int root = -EBADF;
	struct err e = { 0 };
	size_t before;

	if (!prepare())
		return;
	before = count_mounts();
	check_mount("ours", "dst", "tmpfs", 0, NULL);
	check_directory("dst/below", 0755);
	check_mount("below", "dst/below", "tmpfs", 0, NULL);
	root = check_path_fd("dst");
	check_ok(detach_root(root, _i, &e), &e);
	ck_assert_uint_eq(count_mounts(), before);
}
END_TEST

START_TEST(UM08_what_is_mounted_over_it_goes_first_and_alone)
{
	cleanup_fd int root = -EBADF;
	struct err e = { 0 };
	size_t before;

	if (!prepare())
		return;
	before = count_mounts();
	check_mount("ours", "dst", "tmpfs", 0, NULL);
	check_file("dst/ours", "", 0644);
	root = check_path_fd("dst");
	check_mount("above", "dst", "tmpfs", 0, NULL);
	check_ok(detach_root(root, _i, &e), &e);
	ck_assert_uint_eq(count_mounts(), before + 1);
	ck_assert_int_eq(access("dst/ours", F_OK), 0);
	check_ok(detach_root(root, _i, &e), &e);
	ck_assert_uint_eq(count_mounts(), before);
}
END_TEST

/* ---- trees that are put together detached ---- */

START_TEST(a_sealed_tree_is_published_by_one_move)
{
	struct err e = { 0 };
	struct mountinfo m;
	int tmpfs, clone, result;
	size_t before;
	struct stat st;

	if (!prepare())
		return;
	before = count_mounts();
	tmpfs = mount_tmpfs("oci-share:check", NULL, SAFE | MOUNT_ATTR_NOEXEC, &e);
	check_ok(tmpfs, &e);
	ck_assert_int_eq(fcntl(tmpfs, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fstat(tmpfs, &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFDIR | 0755);
	ck_assert_int_eq(mkdirat(tmpfs, "rootfs", 0755), 0);
	clone = clone_of("src", true);
	shape(clone, SAFE | MOUNT_ATTR_RDONLY, MS_PRIVATE, true);
	result = mount_attach(clone, tmpfs, "rootfs", &e);
	if (result == -EINVAL) {
		printf("skipped, this kernel is older than 6.15\n");
		return;
	}
	check_ok(result, &e);
	ck_assert_int_eq(close(clone), 0);
	shape(tmpfs, MOUNT_ATTR_RDONLY, 0, false);
	ck_assert_uint_eq(count_mounts(), before);
	attach(tmpfs, "dst");
	ck_assert_int_eq(close(tmpfs), 0);
	ck_assert_uint_eq(count_mounts(), before + 4);
	ck_assert_int_eq(write_to("dst"), EROFS);
	ck_assert_int_eq(write_to("dst/rootfs/sub/deep"), EROFS);
	m = info_of("dst");
	ck_assert_str_eq(m.source, "oci-share:check");
	ck_assert_str_eq(m.fstype, "tmpfs");
	ck_assert_uint_eq(m.attributes, SAFE | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY);
	mountinfo_free(&m);
	check_ok(detach("dst", &e), &e);
	ck_assert_uint_eq(count_mounts(), before);
	ck_assert_int_eq(access("src/sub/deep/f", F_OK), 0);
}
END_TEST

START_TEST(attaches_at_a_descriptor)
{
	cleanup_fd int target = -EBADF;
	struct err e = { 0 };
	int clone;

	if (!prepare())
		return;
	clone = clone_of("src", false);
	target = check_path_fd("dst");
	check_ok(mount_attach(clone, target, "", &e), &e);
	ck_assert_int_eq(close(clone), 0);
	ck_assert_int_eq(access("dst/f", F_OK), 0);
}
END_TEST

START_TEST(a_process_that_is_killed_leaves_no_mount)
{
	size_t before;
	int status;
	pid_t child;

	if (!prepare())
		return;
	before = count_mounts();
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		int clone = clone_of("src", true);

		shape(clone, SAFE, MS_PRIVATE, true);
		(void)kill(getpid(), SIGKILL);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status));
	ck_assert_uint_eq(count_mounts(), before);
	ck_assert_int_eq(umount2("src", MNT_DETACH), 0);
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ C8_clones_are_shaped_before_they_are_attached, ARRAY_SIZE(shapes) },
		{ L06_read_only_later_keeps_nosuid_nodev_noexec, 0 },
		{ RM05_a_slave_sees_no_writable_mount, 0 },
		{ files_are_cloned_as_well, 0 },
		{ L09_detaching_leaves_the_mounts_of_a_shared_source, 0 },
		{ a_private_clone_gets_no_later_mount, 0 },
		{ a_clone_that_is_closed_leaves_nothing, 0 },
		{ BM13_an_unbindable_source_is_EINVAL_and_leaves_nothing, 2 },
		{ a_source_of_another_namespace_is_EINVAL, 0 },
		{ attaching_in_the_wrong_place_fails, ARRAY_SIZE(targets) },
		{ RM02_shaping_what_is_no_mount_is_EINVAL, 0 },
		{ UM02_detaching_what_is_no_mount_fails, 0 },
		{ detaches_the_pinned_mount_even_after_a_rename, 2 },
		{ a_file_s_mount_is_detached_whether_it_could_be_entered_or_not, 2 },
		{ what_is_mounted_below_it_goes_with_it, 2 },
		{ UM08_what_is_mounted_over_it_goes_first_and_alone, 2 },
		{ a_sealed_tree_is_published_by_one_move, 0 },
		{ attaches_at_a_descriptor, 0 },
		{ a_process_that_is_killed_leaves_no_mount, 0 },
		{ 0 },
	};

	return check_main("mount", cases);
}
