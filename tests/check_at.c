/* Files below a directory's descriptor: what is opened, and what is refused. */
#include "common/at.h"

#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "common/io.h"
#include "tests/check.h"

static bool skip_without_root(void)
{
	if (geteuid() != 0)
		printf("skipped, it needs root\n");
	return geteuid() != 0;
}

static void make_socket(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	cleanup_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)strcpy(address.sun_path, name);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

/* ---- at_open_regular ---- */

static const struct {
	const char *name, *file;
	int exit_code; /* 0: it is opened, -1: any */
} regular[] = {
	{ "a file", "file", 0 },
	{ "a file in a directory", "dir/file", 0 },
	{ "an empty file", "empty", 0 },
	{ "SO11 a FIFO", "fifo", EX_NOPERM },
	{ "a FIFO with a writer", "fifo2", EX_NOPERM },
	{ "a directory", "dir", EX_NOPERM },
	{ "SO10 a socket", "socket", EX_NOPERM },
	{ "a link to a file", "link", EX_NOPERM },
	{ "a dangling link", "dangling", EX_NOPERM },
	{ "a link to a FIFO", "link2", EX_NOPERM },
	{ "T48 /dev/zero by another name", "zero", EX_NOPERM },
	{ "a device without driver", "device", -1 },
	{ "SO16 a magic link on the way", "/proc/self/fd/0/x", -1 },
	{ "SO17 a slash behind a file", "file/", -1 },
	{ "SO10 below a socket", "socket/bar", -1 },
	{ "missing", "none", -1 },
};

START_TEST(opens_regular_files_only)
{
	cleanup_fd int dir = -EBADF, fd = -EBADF, writer = -EBADF;
	struct stat st = { .st_size = -7 };
	struct err e = { 0 };
	uint64_t started;

	if (skip_without_root())
		return;
	check_fresh_directory();
	check_file("file", "abc", 0644);
	check_file("empty", "", 0644);
	check_directory("dir", 0755);
	check_file("dir/file", "abc", 0644);
	ck_assert_int_eq(mkfifo("fifo", 0644) | mkfifo("fifo2", 0644), 0);
	writer = open("fifo2", O_RDWR | O_CLOEXEC);
	make_socket("socket");
	ck_assert_int_eq(symlink("file", "link") | symlink("none", "dangling"), 0);
	ck_assert_int_eq(symlink("fifo", "link2"), 0);
	ck_assert_int_eq(mknod("zero", S_IFCHR | 0644, makedev(1, 5)), 0);
	ck_assert_int_eq(mknod("device", S_IFCHR | 0644, makedev(4000, 5)), 0);
	dir = check_path_fd(".");
	started = io_now();
	fd = at_open_regular(dir, regular[_i].file, &st, &e);
	ck_assert_msg(io_now() - started < 1000000, "%s: it hangs", regular[_i].name);
	if (regular[_i].exit_code == 0) {
		ck_assert_msg(fd >= 0, "%s: %s", regular[_i].name, e.message);
		ck_assert(S_ISREG(st.st_mode));
		ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
		return;
	}
	check_error(fd, &e, regular[_i].name);
	ck_assert_msg(strstr(e.message, regular[_i].file), "%s: %s", regular[_i].name, e.message);
	if (regular[_i].exit_code > 0)
		check_exit(fd, &e, regular[_i].exit_code, regular[_i].name);
	ck_assert_int_eq(st.st_size, -7);
}
END_TEST

START_TEST(a_regular_file_is_read_as_one)
{
	cleanup_fd int dir = -EBADF, fd = -EBADF;
	struct err e = { 0 };
	struct stat st;
	char buf[8];

	check_fresh_directory();
	check_file("file", "abc", 0644);
	dir = check_path_fd(".");
	fd = at_open_regular(dir, "file", &st, &e);
	check_ok(fd, &e);
	ck_assert_int_eq(read(fd, buf, sizeof(buf)), 3);
	ck_assert_int_eq(st.st_size, 3);
}
END_TEST

/* ---- at_check_owner ---- */

static const struct {
	const char *name;
	uid_t uid;
	mode_t mode;
	nlink_t links;
	bool trusted;
} owners[] = {
	{ "0644", 0, 0644, 1, true },
	{ "0600", 0, 0600, 1, true },
	{ "0755", 0, 0755, 1, true },
	{ "0444", 0, 0444, 1, true },
	{ "uid 1000", 1000, 0644, 1, false },
	{ "overflow uid", 65534, 0644, 1, false },
	{ "0664", 0, 0664, 1, false },
	{ "0646", 0, 0646, 1, false },
	{ "0666", 0, 0666, 1, false },
	{ "two links", 0, 0644, 2, false },
	{ "no link: replaced meanwhile", 0, 0644, 0, true },
};

START_TEST(trusts_what_only_root_could_write)
{
	struct stat st = { .st_uid = owners[_i].uid,
			   .st_mode = S_IFREG | owners[_i].mode,
			   .st_nlink = owners[_i].links };
	struct err e = { 0 };
	int result;

	if (skip_without_root())
		return;
	result = at_check_owner(&st, "the-file", &e);
	if (owners[_i].trusted) {
		ck_assert_msg(result == 0, "%s: %s", owners[_i].name, e.message);
		return;
	}
	check_exit(result, &e, EX_NOPERM, owners[_i].name);
	ck_assert_int_eq(result, -EPERM);
	ck_assert_ptr_nonnull(strstr(e.message, "the-file"));
}
END_TEST

/* ---- at_open_trusted ---- */

static int open_trusted(const char *path, bool create, unsigned mode, struct err *e)
{
	struct at_trail trail = { .n = 77 };
	int fd = at_open_trusted(path, create, mode, &trail, e);

	ck_assert_uint_eq(trail.n == 77, fd < 0);
	return fd;
}

static void make_a(unsigned mode, uid_t owner)
{
	check_directory("a", mode);
	ck_assert_int_eq(chown("a", owner, owner), 0);
	ck_assert_int_eq(chmod("a", mode), 0);
}

static const struct {
	const char *name;
	/* a/b is opened; 'a' has these */
	unsigned mode;
	uid_t owner;
	/* b: 'd'irectory, 'f'ile, 'l'ink to a directory, 'p' FIFO, '-' missing */
	char last;
	unsigned last_mode;
	uid_t last_owner;
	bool create;
	int result; /* 0, -EPERM: refused with exit 77, or another errno */
	const char *component;
} trusted[] = {
	{ "both root's", 0755, 0, 'd', 0700, 0, false, 0, NULL },
	{ "both root's, create", 0755, 0, 'd', 0755, 0, true, 0, NULL },
	{ "T56 a of uid 1000", 0755, 1000, 'd', 0700, 0, false, -EPERM, "a" },
	{ "T56 a writable by its group", 0775, 0, 'd', 0700, 0, false, -EPERM, "a" },
	{ "T56 a writable by all", 0777, 0, 'd', 0700, 0, false, -EPERM, "a" },
	{ "T56 a writable by all, create", 0777, 0, '-', 0, 0, true, -EPERM, "a" },
	{ "a sticky", 01777, 0, 'd', 0700, 0, false, 0, NULL },
	{ "a sticky, of uid 1000", 01777, 1000, 'd', 0700, 0, false, -EPERM, "a" },
	{ "a sticky, b of uid 1000", 01777, 0, 'd', 0700, 1000, false, -EPERM, "a/b" },
	{ "T56 b of uid 1000", 0755, 0, 'd', 0700, 1000, false, -EPERM, "a/b" },
	{ "T56 b writable by its group", 0755, 0, 'd', 0770, 0, false, -EPERM, "a/b" },
	{ "b writable by all", 0755, 0, 'd', 0777, 0, true, -EPERM, "a/b" },
	{ "T56 b is a link", 0755, 0, 'l', 0, 0, false, -EPERM, "a/b" },
	{ "T56 b is a link, create", 0755, 0, 'l', 0, 0, true, -EPERM, "a/b" },
	{ "b is a file", 0755, 0, 'f', 0644, 0, false, -EPERM, "a/b" },
	{ "b is a FIFO", 0755, 0, 'p', 0644, 0, false, -EPERM, "a/b" },
	{ "b is missing", 0755, 0, '-', 0, 0, false, -ENOENT, "a/b" },
	{ "b is made", 0755, 0, '-', 0, 0, true, 0, NULL },
};

static void make_last(char last, unsigned mode, uid_t owner)
{
	if (last == 'd')
		check_directory("a/b", mode);
	else if (last == 'f')
		check_file("a/b", "", mode);
	else if (last == 'l')
		ck_assert_int_eq(mkdir("c", 0755) | symlink("../c", "a/b"), 0);
	else if (last == 'p')
		ck_assert_int_eq(mkfifo("a/b", mode), 0);
	if (last != '-')
		ck_assert_int_eq(lchown("a/b", owner, owner), 0);
}

START_TEST(opens_only_where_every_component_is_trusted)
{
	struct err e = { 0 };
	const char *path;
	int fd;

	if (skip_without_root())
		return;
	check_fresh_directory();
	make_a(trusted[_i].mode, trusted[_i].owner);
	make_last(trusted[_i].last, trusted[_i].last_mode, trusted[_i].last_owner);
	path = check_absolute("a/b");
	fd = open_trusted(path, trusted[_i].create, 0700, &e);
	if (trusted[_i].result == 0) {
		struct stat st, expected;

		ck_assert_msg(fd >= 0, "%s: %s", trusted[_i].name, e.message);
		ck_assert_int_eq(fstat(fd, &st) | stat(path, &expected), 0);
		ck_assert(st.st_ino == expected.st_ino && st.st_dev == expected.st_dev);
		ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
		ck_assert_int_eq(close(fd), 0);
		return;
	}
	check_error(fd, &e, trusted[_i].name);
	if (trusted[_i].result == -EPERM)
		check_exit(fd, &e, EX_NOPERM, trusted[_i].name);
	else
		ck_assert_int_eq(fd, trusted[_i].result);
	ck_assert_msg(strstr(e.message, check_absolute(trusted[_i].component)), "%s: %s",
		      trusted[_i].name, e.message);
	if (strcmp(trusted[_i].component, "a") == 0) {
		char quoted[PATH_MAX + 2];

		(void)snprintf(quoted, sizeof(quoted), "'%s'", check_absolute("a"));
		ck_assert_msg(strstr(e.message, quoted), "%s: %s", trusted[_i].name, e.message);
		ck_assert_msg(trusted[_i].last != '-' || access("a/b", F_OK) < 0,
			      "%s: made in a directory that is not trusted", trusted[_i].name);
	}
}
END_TEST

START_TEST(makes_what_is_missing_with_these_modes)
{
	struct err e = { 0 };
	struct stat st;
	int fd;

	if (skip_without_root())
		return;
	check_fresh_directory();
	fd = open_trusted(check_absolute("x/y/z"), true, 0700, &e);
	check_ok(fd, &e);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFDIR | 0700);
	ck_assert_int_eq(stat("x", &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFDIR | 0755);
	ck_assert_int_eq(stat("x/y", &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFDIR | 0755);
	ck_assert_int_eq(close(fd), 0);
	fd = open_trusted("/", false, 0700, &e);
	check_ok(fd, &e);
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

static struct at_id id_of(const char *path)
{
	cleanup_fd int fd = check_path_fd(path);
	struct err e = { 0 };
	struct statx sx;

	check_ok(at_statx(fd, &sx, &e), &e);
	return at_id(&sx);
}

START_TEST(the_trail_leads_from_the_root_down)
{
	struct at_trail trail = { .n = 77 };
	struct err e = { 0 };
	struct statx sx;
	int fd, root = check_path_fd("/");

	if (skip_without_root())
		return;
	check_fresh_directory();
	fd = at_open_trusted(check_absolute("x/y"), true, 0700, &trail, &e);
	check_ok(fd, &e);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_uint_ge(trail.n, 5); /* /, tmp, main's, this test's, x, y */
	ck_assert(at_id_equal(trail.ids[0], id_of("/")));
	ck_assert(at_id_equal(trail.ids[trail.n - 3], id_of(".")));
	ck_assert(at_id_equal(trail.ids[trail.n - 2], id_of("x")));
	ck_assert(at_id_equal(trail.ids[trail.n - 1], id_of("x/y")));
	check_ok(at_statx(root, &sx, &e), &e);
	ck_assert_uint_eq(trail.root_mount, sx.stx_mnt_id);
	ck_assert_int_eq(close(root), 0);
}
END_TEST

START_TEST(a_path_too_deep_for_the_trail_is_refused)
{
	struct err e = { 0 };

	if (skip_without_root())
		return;
	check_fresh_directory();
	check_error(open_trusted(check_absolute("1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16"), true,
				 0700, &e),
		    &e, "too deep");
}
END_TEST

/* In the child: the user namespace's root, who is nobody outside, sees root's files as those of
 * the overflow uid. Exit code 0: as it should be. */
static int open_in_user_namespace(int ready, int go)
{
	struct err e = { 0 };
	char byte = 0;

	if (unshare(CLONE_NEWUSER) < 0)
		return 42;
	if (write(ready, &byte, 1) != 1 || read(go, &byte, 1) != 1 || setresuid(0, 0, 0) < 0)
		return 43;
	if (open_trusted("/usr", false, 0700, &e) != -EPERM)
		return 1; /* the last must be ours */
	e = (struct err){ 0 };
	/* a sticky directory of nobody-knows-whom is writable all the same */
	if (open_trusted("/mnt/sticky/mine", false, 0700, &e) >= 0)
		return 2;
	e = (struct err){ 0 };
	if (open_trusted("/mnt/fast/mine", false, 0700, &e) < 0) {
		fprintf(stderr, "%s\n", e.message);
		return 3;
	}
	return 0;
}

START_TEST(in_a_user_namespace_the_overflow_uid_passes_where_not_writable)
{
	int ready[2], go[2], status, map;
	char path[64], byte = 0;
	pid_t child;

	if (skip_without_root())
		return;
	check_fresh_directory();
	if (!check_own_mounts())
		return;
	check_directory("sticky", 01777);
	check_directory("fast", 0755);
	check_directory("sticky/mine", 0700);
	check_directory("fast/mine", 0700);
	/* /tmp is sticky too */
	check_mount(".", "/mnt", NULL, MS_BIND, NULL);
	ck_assert_int_eq(chown("sticky/mine", 1000, 0) | chown("fast/mine", 1000, 0), 0);
	ck_assert_int_eq(pipe2(ready, O_CLOEXEC) | pipe2(go, O_CLOEXEC), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0)
		_exit(open_in_user_namespace(ready[1], go[0]));
	ck_assert_int_eq(close(ready[1]), 0);
	if (read(ready[0], &byte, 1) == 1) {
		(void)snprintf(path, sizeof(path), "/proc/%d/uid_map", child);
		map = open(path, O_WRONLY | O_CLOEXEC);
		ck_assert_int_eq(write(map, "0 1000 1", 8), 8);
		ck_assert_int_eq(close(map), 0);
		ck_assert_int_eq(write(go[1], &byte, 1), 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	if (WEXITSTATUS(status) == 42)
		printf("skipped, it needs a user namespace\n");
	else
		ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

/* ---- the rest ---- */

static const struct {
	const char *name, *path;
	int expected; /* 0 or -errno */
} ours[] = {
	{ "SO02 a directory", "dir/sub", 0 },
	{ "the directory itself", ".", 0 },
	{ "SO01 missing", "dir/none", -ENOENT },
	{ "SO04 a link on the way", "link/sub", -ELOOP },
	{ "SO14 a link at the end", "link", -ELOOP },
	{ "upwards", "..", -EXDEV },
	{ "upwards within", "dir/../dir", 0 },
	{ "upwards out", "dir/../..", -EXDEV },
	{ "absolute", "/etc", -EXDEV },
	{ "SO07 through a file", "file/x", -ENOTDIR },
	{ "SO19 a name of 256", NULL, -ENAMETOOLONG },
	{ "empty", "", -ENOENT },
};

START_TEST(in_our_trees_nothing_leads_away)
{
	cleanup_fd int dir = -EBADF, fd = -EBADF;
	char name[257] = "";

	check_fresh_directory();
	check_directory("dir", 0755);
	check_directory("dir/sub", 0755);
	check_file("file", "", 0644);
	ck_assert_int_eq(symlink("dir", "link"), 0);
	memset(name, 'x', 256);
	dir = check_path_fd(".");
	fd = at_try(dir, ours[_i].path ? ours[_i].path : name, O_PATH, AT_OURS);
	ck_assert_msg(ours[_i].expected ? fd == ours[_i].expected : fd >= 0, "%s: %d",
		      ours[_i].name, fd);
}
END_TEST

START_TEST(in_our_trees_only_AT_OURS_MOUNTED_enters_mounts)
{
	cleanup_fd int dir = -EBADF, fd = -EBADF;

	check_fresh_directory();
	if (!check_own_mounts())
		return;
	check_directory("m", 0755);
	check_mount("check", "m", "tmpfs", 0, NULL);
	check_directory("m/sub", 0755);
	dir = check_path_fd(".");
	ck_assert_int_eq(at_try(dir, "m/sub", O_PATH, AT_OURS), -EXDEV);
	ck_assert_int_eq(at_try(dir, "m", O_PATH, AT_OURS), -EXDEV);
	fd = at_try(dir, "m/sub", O_PATH, AT_OURS_MOUNTED);
	ck_assert_int_ge(fd, 0);
}
END_TEST

START_TEST(open_names_what_it_tried)
{
	cleanup_fd int dir = -EBADF;
	struct err e = { 0 };

	check_fresh_directory();
	dir = check_path_fd(".");
	check_error(at_open(dir, "a-name", O_PATH, AT_OURS, &e), &e, "missing");
	ck_assert_str_eq(e.message, "open 'a-name': No such file or directory");
}
END_TEST

START_TEST(mkdir_is_idempotent)
{
	cleanup_fd int dir = -EBADF;
	struct err e = { 0 };
	struct stat st;

	check_fresh_directory();
	check_file("file", "", 0644);
	dir = check_path_fd(".");
	check_ok(at_mkdir(dir, "d", 0755, &e), &e);
	check_ok(at_mkdir(dir, "d", 0700, &e), &e);
	ck_assert_int_eq(stat("d", &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFDIR | 0755);
	check_error(at_mkdir(dir, "none/d", 0755, &e), &e, "below what is missing");
}
END_TEST

START_TEST(proc_is_the_root_of_a_proc_filesystem)
{
	struct err e = { 0 };
	int fd = at_open_proc(&e);

	check_ok(fd, &e);
	ck_assert_int_eq(close(fd), 0);
	if (!check_own_mounts())
		return;
	check_mount("/proc/self", "/proc", NULL, MS_BIND, NULL);
	e = (struct err){ 0 };
	fd = at_open_proc(&e);
	check_exit(fd, &e, EX_NOPERM, "a directory of proc");
	check_mount("check", "/proc", "tmpfs", 0, NULL);
	e = (struct err){ 0 };
	check_exit(at_open_proc(&e), &e, EX_NOPERM, "a tmpfs at /proc");
	ck_assert_int_eq(umount2("/proc", MNT_DETACH) | umount2("/proc", MNT_DETACH), 0);
}
END_TEST

START_TEST(identity_is_device_and_inode)
{
	cleanup_fd int a = -EBADF, b = -EBADF, again = -EBADF;
	struct statx sa, sb, sc;
	struct err e = { 0 };
	struct stat st;

	check_fresh_directory();
	check_file("a", "", 0644);
	check_file("b", "", 0644);
	a = check_path_fd("a");
	b = check_path_fd("b");
	again = check_path_fd("a");
	check_ok(at_statx(a, &sa, &e), &e);
	check_ok(at_statx(b, &sb, &e), &e);
	check_ok(at_statx(again, &sc, &e), &e);
	ck_assert(at_id_equal(at_id(&sa), at_id(&sc)));
	ck_assert(!at_id_equal(at_id(&sa), at_id(&sb)));
	ck_assert_int_eq(stat("a", &st), 0);
	ck_assert_uint_eq(at_id(&sa).ino, st.st_ino);
	ck_assert_uint_eq(at_id(&sa).major, major(st.st_dev)); /* MM01 */
	ck_assert_uint_eq(at_id(&sa).minor, minor(st.st_dev));
	ck_assert_uint_ne(sa.stx_mnt_id, 0);
}
END_TEST

enum { FILES = 40, AT_ONCE = 3 };

struct taking {
	unsigned seen[FILES], left;
};

static int take(const char *name, void *data)
{
	struct taking *t = data;
	unsigned number;

	ck_assert_int_eq(sscanf(name, "file-with-a-long-name-%u", &number), 1);
	ck_assert_uint_lt(number, FILES);
	t->seen[number]++;
	return --t->left == 0 ? 7 : 0;
}

/* All in turns of three, from 'place' on; the number of turns. */
static unsigned take_turns(int dir, struct taking *t, int64_t place)
{
	struct err e = { 0 };

	for (unsigned turn = 1;; turn++) {
		int result;

		t->left = AT_ONCE;
		result = at_each_from(dir, &place, take, t, &e);
		check_ok(result, &e);
		ck_assert_uint_le(turn, FILES);
		if (result == 0) {
			ck_assert_int_eq(place, 0);
			return turn;
		}
		ck_assert_int_eq(result, 7);
		ck_assert_uint_eq(t->left, 0);
	}
}

START_TEST(a_directory_is_read_in_turns)
{
	cleanup_fd int dir = -EBADF;
	struct taking t = { 0 };
	char name[64];

	check_fresh_directory();
	for (unsigned i = 0; i < FILES; i++) {
		(void)snprintf(name, sizeof(name), "file-with-a-long-name-%u", i);
		check_file(name, "", 0644);
	}
	dir = check_path_fd(".");
	ck_assert_uint_eq(take_turns(dir, &t, 0), FILES / AT_ONCE + 1);
	for (unsigned i = 0; i < FILES; i++)
		ck_assert_uint_eq(t.seen[i], 1);
}
END_TEST

START_TEST(any_place_is_one_to_begin_at)
{
	static const int64_t places[] = { 1, 1000, INT64_C(1) << 40, INT64_MAX, -1, INT64_MIN };
	cleanup_fd int dir = -EBADF;
	struct taking t = { 0 };

	check_fresh_directory();
	check_file("file-with-a-long-name-1", "", 0644);
	dir = check_path_fd(".");
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		ck_assert_uint_eq(take_turns(dir, &t, places[i]), 1);
	ck_assert_uint_le(t.seen[1], ARRAY_SIZE(places));
	ck_assert_uint_ge(t.seen[1], 2); /* those below 0 are the start */
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ a_directory_is_read_in_turns, 0 },
		{ any_place_is_one_to_begin_at, 0 },
		{ opens_regular_files_only, ARRAY_SIZE(regular) },
		{ a_regular_file_is_read_as_one, 0 },
		{ trusts_what_only_root_could_write, ARRAY_SIZE(owners) },
		{ opens_only_where_every_component_is_trusted, ARRAY_SIZE(trusted) },
		{ makes_what_is_missing_with_these_modes, 0 },
		{ the_trail_leads_from_the_root_down, 0 },
		{ a_path_too_deep_for_the_trail_is_refused, 0 },
		{ in_a_user_namespace_the_overflow_uid_passes_where_not_writable, 0 },
		{ in_our_trees_nothing_leads_away, ARRAY_SIZE(ours) },
		{ in_our_trees_only_AT_OURS_MOUNTED_enters_mounts, 0 },
		{ open_names_what_it_tried, 0 },
		{ mkdir_is_idempotent, 0 },
		{ proc_is_the_root_of_a_proc_filesystem, 0 },
		{ identity_is_device_and_inode, 0 },
		{ 0 },
	};

	return check_main("at", cases);
}
