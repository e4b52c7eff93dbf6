/* Subpaths of a volume that belongs to somebody else: what is opened, made and removed, and what is
 * refused; and that nothing changes that when the volume's content is exchanged meanwhile. */
#include "share/subpath.h"

#include <sys/prctl.h>
#include <sys/xattr.h>

#include "common/io.h"
#include "tests/check.h"
#include "tests/seed.h"

enum { OWNER = 1000, GROUP = 1001 };

/* ---- fixtures ---- */

/* Work in a new volume "vol"; "../outside" is an empty directory of root's. */
static void fresh_volume(const char *names)
{
	check_fresh_directory();
	check_directory("outside", 0700);
	check_directory("vol", 0755);
	ck_assert_int_eq(chdir("vol"), 0);
	control_make(names);
}

static void leave_volume(void)
{
	ck_assert_int_eq(chdir("../.."), 0);
}

static void check_same_file(int fd, const char *path, const char *name)
{
	struct stat st, expected;

	ck_assert_msg(lstat(path, &expected) == 0, "%s: %s: %s", name, path, strerror(errno));
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_msg(st.st_ino == expected.st_ino && st.st_dev == expected.st_dev,
		      "%s: it is not %s", name, path);
	ck_assert_msg(fcntl(fd, F_GETFD) == FD_CLOEXEC, "%s: not close-on-exec", name);
	ck_assert_msg(fcntl(fd, F_GETFL) & O_PATH, "%s: opened by more than its path", name);
}

static void check_shape(const char *path, unsigned mode, uid_t uid, gid_t gid, const char *name)
{
	struct stat st;

	ck_assert_msg(lstat(path, &st) == 0, "%s: %s: %s", name, path, strerror(errno));
	ck_assert_msg(S_ISDIR(st.st_mode), "%s: %s is no directory", name, path);
	ck_assert_msg((st.st_mode & 07777) == mode, "%s: %s has mode %04o, not %04o", name, path,
		      st.st_mode & 07777, mode);
	ck_assert_msg(st.st_uid == uid && st.st_gid == gid, "%s: %s is of %u:%u, not %u:%u", name,
		      path, st.st_uid, st.st_gid, uid, gid);
}

static int exit_of(int error)
{
	if (error == ELOOP || error == EXDEV)
		return EX_NOPERM;
	return error == ENAMETOOLONG ? EX_DATAERR : EX_NOINPUT;
}

static void check_refused(int result, const struct err *e, int error, const char *at,
			  const char *name)
{
	char quoted[PATH_MAX + 2];

	check_exit(result, e, exit_of(error), name);
	ck_assert_msg(e->error == error, "%s: %s, expected %s (%s)", name, strerror(e->error),
		      strerror(error), e->message);
	(void)snprintf(quoted, sizeof(quoted), "'%s'", at ? at : "");
	ck_assert_msg(!at || strstr(e->message, quoted), "%s: no %s in \"%s\"", name, quoted,
		      e->message);
}

/* ---- subpath_check ---- */

static const struct {
	const char *name, *path;
	int error;
	const char *at;
} texts[] = {
	{ "PW01 below", "b/c", 0, NULL },
	{ "PW05 the volume", "", 0, NULL },
	{ "PW05 the volume, '.'", ".", 0, NULL },
	{ "PW05 the volume, './/./'", ".//./", 0, NULL },
	{ "PW04 '..' that stays within", "b/../c", EXDEV, "b/.." },
	{ "PW11 '..' that leads out", "../b", EXDEV, ".." },
	{ "'..'", "..", EXDEV, ".." },
	{ "'..' behind '.'", "./..", EXDEV, "./.." },
	{ "'..' at the end", "a/b/..", EXDEV, "a/b/.." },
	{ "'..' with a slash", "a/../", EXDEV, "a/.." },
	{ "PW13 a name that begins with dots", "..b", 0, NULL },
	{ "a name that ends with dots", "b..", 0, NULL },
	{ "a name of three dots", "a/.../b", 0, NULL },
	{ "a blank before dots", "a/ ../b", 0, NULL },
	{ "backslashes", "a\\..\\b", 0, NULL },
	{ "PW14 relative", "a/b", 0, NULL },
	{ "PW07 PW08 absolute", "/a", EXDEV, "/a" },
	{ "the root", "/", EXDEV, "/" },
	{ "two slashes first", "//a", EXDEV, "//a" },
	{ "slashes doubled, and at the end", "a//b/./c//", 0, NULL },
	{ "SO19 a newline", "a\nb", 0, NULL },
	{ "bytes that are not UTF-8", "\xff/\xc0\xaf", 0, NULL },
};

START_TEST(paths_are_relative_and_never_lead_upwards)
{
	struct err e = { 0 };
	int result = subpath_check(texts[_i].path, &e);

	if (texts[_i].error)
		check_refused(result, &e, texts[_i].error, texts[_i].at, texts[_i].name);
	else
		ck_assert_msg(result == 0 && e.exit_code == 0, "%s: %s", texts[_i].name, e.message);
}
END_TEST

/* ---- what all three that walk have in common ---- */

enum way { OPEN, FIND, MAKE, WAYS };

static const char *const way_names[WAYS] = { "open", "find", "make" };

static int call_way(enum way way, int volume, const char *path, const char **ret_rest,
		    struct err *e)
{
	if (way == OPEN)
		return subpath_open(volume, path, e);
	if (way == FIND)
		return subpath_find_existing(volume, path, ret_rest, e);
	return subpath_make_dir(volume, path, SUBPATH_MODE, OWNER, GROUP, e);
}

/* What find_existing() says is missing; where something is, how it begins does not matter. */
static void check_rest(const char *path, const char *rest, const char *expected, const char *name)
{
	ck_assert_msg(rest >= path && rest <= path + strlen(path),
		      "%s: the rest is not of the path", name);
	if (expected[0])
		while (rest[0] == '/' || (rest[0] == '.' && rest[1] == '/'))
			rest++;
	ck_assert_msg(strcmp(rest, expected) == 0, "%s: the rest is '%s', not '%s'", name, rest,
		      expected);
}

static void check_way(enum way way, int fd, const char *path, const char *rest,
		      const char *expected_rest, const char *name)
{
	char there[PATH_MAX];

	(void)snprintf(there, sizeof(there), "./%s", path);
	if (way == FIND) {
		check_rest(path, rest, expected_rest, name);
		(void)snprintf(there, sizeof(there), "./%.*s", (int)(rest - path), path);
	}
	check_same_file(fd, there, name);
	ck_assert_int_eq(close(fd), 0);
}

static const struct {
	const char *name, *tree, *path;
	int errors[WAYS];
	const char *at, *rest;
} walks[] = {
	/* missing and there */
	{ "MK01 FP01 SO01 all is missing",
	  "",
	  "test/directory",
	  { ENOENT },
	  "test",
	  "test/directory" },
	{ "the last is missing",
	  "test/",
	  "test/directory",
	  { ENOENT },
	  "test/directory",
	  "directory" },
	{ "two are missing", "a/ a/b/", "a/b/c/d", { ENOENT }, "a/b/c", "c/d" },
	{ "FP02 SO02 there", "test/ test/directory/", "test/directory", { 0 }, NULL, "" },
	{ "MK04 FP08 the volume", "", "", { 0 }, NULL, "" },
	{ "the volume as '.'", "", ".", { 0 }, NULL, "" },
	{ "the volume as './/.'", "", ".//.", { 0 }, NULL, "" },
	{ "MK23 a slash behind", "a/ a/b/", "a/b/", { 0 }, NULL, "" },
	{ "MK23 a slash behind what is missing", "a/", "a/b/", { ENOENT }, "a/b", "b/" },
	{ "MK23 a dot within", "a/ a/b/", "a/./b", { 0 }, NULL, "" },
	{ "MK23 a dot within, missing", "a/", "a/./b", { ENOENT }, NULL, "b" },
	{ "a dot at the end", "a/ a/b/", "a/b/.", { 0 }, NULL, "" },
	{ "slashes doubled", "a/ a/b/", "a//b//", { 0 }, NULL, "" },
	{ "a dot first", "a/", "./a", { 0 }, NULL, "" },
	{ "names with dots", ".../ .../..b/", ".../..b", { 0 }, NULL, "" },
	{ "SO19 a newline", "a\nb/", "a\nb", { 0 }, NULL, "" },
	/* upwards, absolute */
	{ "MK05 '..'", "", "..", { EXDEV, EXDEV, EXDEV }, "..", NULL },
	{ "MK05 upwards and out",
	  "test/",
	  "test/../../..",
	  { EXDEV, EXDEV, EXDEV },
	  "test/..",
	  NULL },
	{ "'..' that stays within", "a/ b/", "a/../b", { EXDEV, EXDEV, EXDEV }, "a/..", NULL },
	{ "MK22 '..' behind what is missing",
	  "a/ a/b/",
	  "a/b/x/../y",
	  { EXDEV, EXDEV, EXDEV },
	  "a/b/x/..",
	  NULL },
	{ "MK22 '..' behind what is missing, first",
	  "",
	  "x/..",
	  { EXDEV, EXDEV, EXDEV },
	  "x/..",
	  NULL },
	{ "absolute", "etc/", "/etc", { EXDEV, EXDEV, EXDEV }, "/etc", NULL },
	/* symbolic links */
	{ "MK07 FP04 a link to itself",
	  "test>test",
	  "test/directory",
	  { ELOOP, ELOOP, ELOOP },
	  "test",
	  NULL },
	{ "MK08 FP05 links across",
	  "t1/ t2/ t1/dir>../t2 t2/dir>../t1",
	  "t1/dir/dir/foo/bar",
	  { ELOOP, ELOOP, ELOOP },
	  "t1/dir",
	  NULL },
	{ "MK08 links across, seven times",
	  "t1/ t2/ t1/dir>../t2 t2/dir>../t1",
	  "t1/dir/dir/dir/dir/dir/dir/dir/foo",
	  { ELOOP, ELOOP, ELOOP },
	  "t1/dir",
	  NULL },
	{ "MK11 SO08 a link that stays within",
	  "dir/ exists/ dir/test>../exists",
	  "dir/test",
	  { ELOOP, ELOOP, ELOOP },
	  "dir/test",
	  NULL },
	{ "MK13 a link to the root",
	  "test>/",
	  "test/directory",
	  { ELOOP, ELOOP, ELOOP },
	  "test",
	  NULL },
	{ "MK14 a link to the root, and there",
	  "test>/",
	  "test/etc",
	  { ELOOP, ELOOP, ELOOP },
	  "test",
	  NULL },
	{ "T01 a link out",
	  "a/ a/sub>../../outside",
	  "a/sub",
	  { ELOOP, ELOOP, ELOOP },
	  "a/sub",
	  NULL },
	{ "T01 through a link out",
	  "a/ a/sub>../../outside",
	  "a/sub/x",
	  { ELOOP, ELOOP, ELOOP },
	  "a/sub",
	  NULL },
	{ "SO04 SO14 a link at the end",
	  "test>destination destination/",
	  "test",
	  { ELOOP, ELOOP, ELOOP },
	  "test",
	  NULL },
	{ "a link with a slash behind",
	  "test>destination destination/",
	  "test/",
	  { ELOOP, ELOOP, ELOOP },
	  "test",
	  NULL },
	{ "a link with a dot behind",
	  "test>destination destination/",
	  "test/.",
	  { ELOOP, ELOOP, ELOOP },
	  "test",
	  NULL },
	{ "SO05 a link by the way",
	  "d1/ d1/d2/ d1/d2/test>../../d1",
	  "test",
	  { ENOENT },
	  "test",
	  "test" },
	{ "SO08 a dangling link",
	  "dir/ dir/test>../not-exists",
	  "dir/test",
	  { ELOOP, ELOOP, ELOOP },
	  "dir/test",
	  NULL },
	{ "a link to a file", "f l>f", "l", { ELOOP, ELOOP, ELOOP }, "l", NULL },
	{ "a link to a FIFO", "p| l>p", "l/x", { ELOOP, ELOOP, ELOOP }, "l", NULL },
	/* what is no directory */
	{ "MK10 SO07 below a file",
	  "test",
	  "test/directory",
	  { ENOTDIR, ENOTDIR, ENOTDIR },
	  "test",
	  NULL },
	{ "MK10 SO07 a file", "test", "test", { 0, 0, ENOTDIR }, "test", "" },
	{ "SO10 a socket", "mt.sock=", "mt.sock", { 0, 0, ENOTDIR }, "mt.sock", "" },
	{ "SO10 below a socket",
	  "mt.sock=",
	  "mt.sock/bar",
	  { ENOTDIR, ENOTDIR, ENOTDIR },
	  "mt.sock",
	  NULL },
	{ "SO11 a FIFO", "a/ a/fifo|", "a/fifo", { 0, 0, ENOTDIR }, "a/fifo", "" },
	{ "FP07 a FIFO on the way",
	  "a/ a/fifo|",
	  "a/fifo/x/y",
	  { ENOTDIR, ENOTDIR, ENOTDIR },
	  "a/fifo",
	  NULL },
	{ "a device", "null%", "null", { 0, 0, ENOTDIR }, "null", "" },
	{ "below a device", "null%", "null/x", { ENOTDIR, ENOTDIR, ENOTDIR }, "null", NULL },
	{ "SO17 'file/'", "file", "file/", { ENOTDIR, ENOTDIR, ENOTDIR }, "file", NULL },
	{ "SO17 'file/.'", "file", "file/.", { ENOTDIR, ENOTDIR, ENOTDIR }, NULL, NULL },
	{ "SO17 'file/..'", "file", "file/..", { EXDEV, EXDEV, EXDEV }, "file/..", NULL },
	{ "SO17 'fifo/'", "fifo|", "fifo/", { ENOTDIR, ENOTDIR, ENOTDIR }, "fifo", NULL },
	{ "'fifo/.'", "fifo|", "fifo/.", { ENOTDIR, ENOTDIR, ENOTDIR }, NULL, NULL },
	{ "'socket//'", "socket=", "socket//", { ENOTDIR, ENOTDIR, ENOTDIR }, "socket", NULL },
	{ "'device/.'", "null%", "null/.", { ENOTDIR, ENOTDIR, ENOTDIR }, NULL, NULL },
};

/* Each way on the same tree, the one that changes something last; within a second. */
static void walk_all(const char *path, const int errors[WAYS], const char *at, const char *rest,
		     const char *name)
{
	cleanup_fd int volume = check_path_fd(".");

	for (enum way way = OPEN; way < WAYS; way++) {
		size_t descriptors = control_count("/proc/self/fd");
		uint64_t tree = control_tree(".."), started = io_now();
		const char *found = "unset";
		struct err e = { 0 };
		char what[256];
		int fd;

		(void)snprintf(what, sizeof(what), "%s: %s", way_names[way], name);
		fd = call_way(way, volume, path, &found, &e);
		ck_assert_msg(io_now() - started < 1000000, "%s: it waits", what);
		if (errors[way]) {
			check_refused(fd, &e, errors[way], at, what);
			ck_assert_msg(strcmp(found, "unset") == 0, "%s: it returned a rest", what);
		} else {
			ck_assert_msg(fd >= 0, "%s: %s", what, e.message);
			check_way(way, fd, path, found, rest, what);
		}
		if (errors[way] || way != MAKE)
			ck_assert_msg(control_tree("..") == tree, "%s: it changed something", what);
		ck_assert_msg(control_count("/proc/self/fd") == descriptors,
			      "%s: a descriptor leaks", what);
	}
}

START_TEST(a_walk_never_leaves_and_never_waits)
{
	fresh_volume(walks[_i].tree);
	walk_all(walks[_i].path, walks[_i].errors, walks[_i].at, walks[_i].rest, walks[_i].name);
	ck_assert_uint_eq(control_count("../outside"), 0);
}
END_TEST

/* ---- other mounts ---- */

static const struct {
	const char *name, *path, *at;
} mounts[] = {
	{ "W34 a mount", "m", "m" },
	{ "below a mount", "m/x", "m" },
	{ "missing below a mount", "m/none", "m" },
	{ "a mount, with a slash", "m/", "m" },
	{ "a bind of the same filesystem", "a/bind", "a/bind" },
	{ "below a bind of the same filesystem", "a/bind/x", "a/bind" },
	{ "a bind of itself", "self", "self" },
	{ "below a bind of itself", "self/x", "self" },
	{ "a bound file", "f", "f" },
};

START_TEST(another_mount_is_never_entered)
{
	const int errors[WAYS] = { EXDEV, EXDEV, EXDEV };

	fresh_volume("m/ a/ a/bind/ dir/ dir/x/ self/ self/x/ f g");
	if (!check_own_mounts())
		return;
	check_mount("check", "m", "tmpfs", 0, NULL);
	check_directory("m/x", 0755);
	check_mount("dir", "a/bind", NULL, MS_BIND, NULL);
	check_mount("self", "self", NULL, MS_BIND, NULL);
	check_mount("g", "f", NULL, MS_BIND, NULL);
	walk_all(mounts[_i].path, errors, mounts[_i].at, NULL, mounts[_i].name);
}
END_TEST

START_TEST(a_volume_may_be_a_mount_itself)
{
	const int there[WAYS] = { 0 }, missing[WAYS] = { ENOENT };

	fresh_volume("m/");
	if (!check_own_mounts())
		return;
	check_mount("check", "m", "tmpfs", 0, NULL);
	ck_assert_int_eq(chdir("m"), 0);
	check_directory("x", 0755);
	walk_all("x", there, NULL, "", "the root of a mount");
	walk_all("x/y", missing, "x/y", "y", "missing in a mount");
}
END_TEST

START_TEST(the_volume_is_what_was_opened_whatever_is_mounted_over_it)
{
	cleanup_fd int volume = -EBADF, fd = -EBADF;
	struct err e = { 0 };
	struct stat st, expected;

	fresh_volume("a/ a/b/");
	if (!check_own_mounts())
		return;
	volume = check_path_fd(".");
	ck_assert_int_eq(stat("a/b", &expected), 0);
	check_mount("check", "../vol", "tmpfs", 0, NULL);
	check_ok(fd = subpath_open(volume, "a/b", &e), &e);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_uint_eq(st.st_ino, expected.st_ino);
}
END_TEST

static const char *const magic[] = {
	"exe", "cwd", "cwd/etc", "root", "root/etc", "fd/0", "ns/mnt"
};

START_TEST(SO16_magic_links_are_links)
{
	cleanup_fd int volume = check_path_fd("/proc/self");
	char first[16];

	(void)snprintf(first, sizeof(first), "%.*s", (int)strcspn(magic[_i], "/"), magic[_i]);
	for (enum way way = OPEN; way < WAYS; way++) {
		const char *rest = NULL;
		struct err e = { 0 };
		int fd = call_way(way, volume, magic[_i], &rest, &e);

		check_refused(fd, &e, ELOOP, strchr("fn", first[0]) ? magic[_i] : first,
			      way_names[way]);
	}
}
END_TEST

static const struct {
	const char *name, *volume;
} not_volumes[] = {
	{ "a file", "file" },
	{ "SO13 a FIFO", "fifo" },
	{ "a socket", "socket" },
	{ "a device", "null" },
};

START_TEST(SO13_a_volume_that_is_no_directory_has_nothing_in_it)
{
	cleanup_fd int volume = -EBADF;

	fresh_volume("file fifo| socket= null%");
	volume = check_path_fd(not_volumes[_i].volume);
	for (enum way way = OPEN; way < WAYS; way++) {
		const char *rest = NULL;
		struct err e = { 0 };

		check_refused(call_way(way, volume, "x", &rest, &e), &e, ENOTDIR, NULL,
			      not_volumes[_i].name);
	}
}
END_TEST

/* ---- lengths ---- */

/* 'n' components of 'length' bytes each, with slashes between; the caller frees it. */
static char *long_path(size_t n, size_t length)
{
	char *path = malloc(n * (length + 1) + 1);

	ck_assert_ptr_nonnull(path);
	memset(path, 'x', n * (length + 1));
	for (size_t i = 1; i <= n; i++)
		path[i * (length + 1) - 1] = '/';
	path[n * (length + 1) - 1] = '\0';
	return path;
}

/* Such a path's directories again, which are too deep for main to remove. */
static void remove_long_path(size_t n, size_t length)
{
	cleanup_free char *name = long_path(1, length);

	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(chdir(name), 0);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(chdir("..") | rmdir(name), 0);
}

static const struct {
	const char *name;
	size_t n, length, slashes; /* slashes behind it */
	int error;
} lengths[] = {
	{ "SO19 a name of 255 bytes", 1, 255, 0, 0 },
	{ "SO19 a name of 256 bytes", 1, 256, 0, ENAMETOOLONG },
	{ "a path of 4095 bytes", 16, 255, 0, 0 },
	{ "SO19 a path of 4096 bytes", 16, 255, 1, ENAMETOOLONG },
	{ "4095 bytes of slashes", 1, 1, 4094, 0 },
	{ "4096 bytes of slashes", 1, 1, 4095, ENAMETOOLONG },
	{ "a path of 100000 bytes", 1, 1, 99999, ENAMETOOLONG },
	{ "256 components", 256, 1, 0, 0 },
	{ "257 components", 257, 1, 0, ENAMETOOLONG },
	{ "1000 components", 1000, 1, 0, ENAMETOOLONG },
	{ "256 components, a slash behind", 256, 1, 1, 0 },
};

START_TEST(what_is_too_long_or_too_deep_is_refused_before_anything_is_made)
{
	cleanup_free char *base = long_path(lengths[_i].n, lengths[_i].length), *path = NULL;
	size_t length = strlen(base), descriptors = control_count("/proc/self/fd") + 1;
	cleanup_fd int volume = -EBADF;
	struct err e = { 0 };

	path = malloc(length + lengths[_i].slashes + 1);
	ck_assert_ptr_nonnull(path);
	memcpy(path, base, length);
	memset(path + length, '/', lengths[_i].slashes);
	path[length + lengths[_i].slashes] = '\0';
	fresh_volume("");
	volume = check_path_fd(".");
	ck_assert_int_eq(subpath_check(path, &e), -lengths[_i].error);
	/* made first, so that there is something to open */
	for (int i = WAYS - 1; i >= OPEN; i--) {
		const char *rest = NULL;
		int fd;

		e = (struct err){ 0 };
		fd = call_way((enum way)i, volume, path, &rest, &e);
		if (lengths[_i].error) {
			check_refused(fd, &e, lengths[_i].error, NULL, lengths[_i].name);
			continue;
		}
		ck_assert_msg(fd >= 0, "%s: %s: %s", way_names[i], lengths[_i].name, e.message);
		ck_assert_int_eq(close(fd), 0);
	}
	ck_assert_uint_eq(control_count("."), lengths[_i].error == 0);
	ck_assert_uint_eq(control_count("/proc/self/fd"), descriptors);
	if (lengths[_i].error == 0)
		remove_long_path(lengths[_i].n, lengths[_i].length);
}
END_TEST

/* ---- permissions and owners of what is made ---- */

static const unsigned modes[] = { 0, 0111, 0700, 0750, 0777, 01777, 02750, 02777, 03777 };
static const unsigned masks[] = { 0, 022, 077, 0777 };

START_TEST(MK01_MK02_every_level_gets_exactly_that_mode_and_owner)
{
	unsigned mode = modes[_i];

	for (size_t i = 0; i < 2 * ARRAY_SIZE(masks); i++) {
		cleanup_fd int volume = -EBADF, fd = -EBADF;
		const char *levels[] = { "a/b", "a/b/c", "a/b/c/d" };
		struct err e = { 0 };
		char name[64];

		fresh_volume("a/");
		/* whose group and set-gid bit a new directory would inherit */
		ck_assert_int_eq(chown("a", 7, 8) | chmod("a", i % 2 ? 02775 : 0700), 0);
		volume = check_path_fd(".");
		(void)snprintf(name, sizeof(name), "mode %04o, umask %04o, below %s", mode,
			       masks[i / 2], i % 2 ? "set-gid" : "no set-gid");
		(void)umask(masks[i / 2]);
		fd = subpath_make_dir(volume, "a/b/c/d", mode, OWNER, GROUP, &e);
		ck_assert_msg(umask(022) == masks[i / 2], "%s: the umask is another", name);
		ck_assert_msg(fd >= 0, "%s: %s", name, e.message);
		for (size_t level = 0; level < ARRAY_SIZE(levels); level++)
			check_shape(levels[level], mode, OWNER, GROUP, name);
		check_shape("a", i % 2 ? 02775 : 0700, 7, 8, name);
		check_same_file(fd, "a/b/c/d", name);
		ck_assert_uint_eq(
			control_count("a") + control_count("a/b") + control_count("a/b/c"), 3);
		leave_volume();
	}
}
END_TEST

START_TEST(what_was_there_is_left_as_it_is)
{
	static const struct {
		const char *path;
		unsigned mode;
		uid_t uid;
	} before[] = { { ".", 0777, 5 }, { "a", 04711, 7 }, { "a/b", 0, 8 } };
	cleanup_fd int volume = -EBADF;
	const char *paths[] = { "a/b", "a/b/c", "a/b/c", "", "a" };

	fresh_volume("a/ a/b/");
	for (size_t i = 0; i < ARRAY_SIZE(before); i++)
		ck_assert_int_eq(chown(before[i].path, before[i].uid, before[i].uid) |
					 chmod(before[i].path, before[i].mode),
				 0);
	volume = check_path_fd(".");
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct err e = { 0 };
		/* other wishes each time: the first that makes it counts */
		int fd = subpath_make_dir(volume, paths[i], 0750 + (unsigned)i, OWNER + (unsigned)i,
					  GROUP, &e);

		check_ok(fd, &e);
		ck_assert_int_eq(close(fd), 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(before); i++)
		check_shape(before[i].path, before[i].mode, before[i].uid, before[i].uid, "before");
	check_shape("a/b/c", 0751, OWNER + 1, GROUP, "made");
}
END_TEST

/* user::rwx user:1000:rwx group::rwx mask::rwx other::rwx, as the kernel stores it */
static const uint32_t acl[] = { 2,   0x00070001, ~0U, 0x00070002, 1000, 0x00070004,
				~0U, 0x00070010, ~0U, 0x00070020, ~0U };

START_TEST(a_default_acl_does_not_change_the_mode)
{
	cleanup_fd int volume = -EBADF, fd = -EBADF;
	struct err e = { 0 };

	fresh_volume("a/");
	if (setxattr("a", "system.posix_acl_default", acl, sizeof(acl), 0) < 0) {
		printf("skipped, it needs ACLs: %s\n", strerror(errno));
		return;
	}
	volume = check_path_fd(".");
	check_ok(fd = subpath_make_dir(volume, "a/b/c", 0700, OWNER, GROUP, &e), &e);
	check_shape("a/b", 0700, OWNER, GROUP, "below a default ACL");
	check_shape("a/b/c", 0700, OWNER, GROUP, "below a default ACL");
}
END_TEST

static const unsigned refused_modes[] = { 04750,  04000,	  06777,	  07777,
					  010750, S_IFDIR | 0750, S_IFREG | 0644, 0x80000000 | 0750,
					  ~0U };

START_TEST(MK19_W31_modes_with_other_bits_are_refused_and_nothing_is_made)
{
	cleanup_fd int volume = -EBADF;
	struct err e = { 0 };
	uint64_t tree;

	fresh_volume("a/");
	volume = check_path_fd(".");
	tree = control_tree("..");
	check_exit(subpath_make_dir(volume, "a/b/c", refused_modes[_i], OWNER, GROUP, &e), &e,
		   EX_USAGE, "a mode");
	ck_assert_uint_eq(control_tree(".."), tree);
}
END_TEST

START_TEST(W31_the_seed_makes_directories_set_uid)
{
	struct stat st;

	fresh_volume("");
	ck_assert_int_eq(seed_make_dir(check_absolute("a"), check_absolute(""), 04750), 0);
	ck_assert_int_eq(stat("a", &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 04750);
}
END_TEST

/* ---- several at the same time ---- */

enum { PROCESSES = 8, ROUNDS = 50 };

struct made {
	int error;
	ino_t inode;
};

static struct made make_in_round(int volume, const char *path)
{
	struct made made = { 0 };
	struct err e = { 0 };
	struct stat st = { 0 };
	int fd = subpath_make_dir(volume, path, 02770, OWNER, GROUP, &e);

	if (fd < 0 || fstat(fd, &st) < 0) {
		fprintf(stderr, "%s\n", e.message);
		made.error = e.error ? e.error : EIO;
	}
	made.inode = st.st_ino;
	return made;
}

START_TEST(MK20_W30_makers_of_the_same_path_all_succeed)
{
	struct made *made = mmap(NULL, sizeof(*made) * PROCESSES, PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	cleanup_fd int volume = -EBADF;

	ck_assert(made != MAP_FAILED);
	fresh_volume("");
	volume = check_path_fd(".");
	for (int round = 0; round < ROUNDS; round++) {
		pid_t children[PROCESSES];
		char path[64], byte;
		int gate[2], length = snprintf(path, sizeof(path), "r%d/a/b/c/d/e", round);

		ck_assert_int_eq(pipe2(gate, O_CLOEXEC), 0);
		for (size_t i = 0; i < PROCESSES; i++) {
			children[i] = fork();
			ck_assert_int_ge(children[i], 0);
			if (children[i] > 0)
				continue;
			(void)close(gate[1]);
			(void)!read(gate[0], &byte, 1); /* until all are there */
			made[i] = make_in_round(volume, path);
			_exit(0);
		}
		ck_assert_int_eq(close(gate[0]) | close(gate[1]), 0);
		for (size_t i = 0; i < PROCESSES; i++)
			ck_assert_int_eq(waitpid(children[i], NULL, 0), children[i]);
		for (size_t i = 0; i < PROCESSES; i++)
			ck_assert_msg(made[i].error == 0 && made[i].inode == made[0].inode,
				      "round %d: %s, inode %ju and %ju", round,
				      strerror(made[i].error), (uintmax_t)made[i].inode,
				      (uintmax_t)made[0].inode);
		for (; length > 0; length -= 2) {
			path[length] = '\0';
			check_shape(path, 02770, OWNER, GROUP, "made by one of many");
			if (!strchr(path, '/'))
				break;
			path[length - 2] = '\0';
			ck_assert_uint_eq(control_count(path), 1);
		}
	}
	ck_assert_uint_eq(control_count("."), ROUNDS);
}
END_TEST

/* ---- exchanged at every moment ---- */

/* What the volume's owner puts in the place of a new directory. */
enum { BAIT_AGE_US = 20000 }; /* more than a tick of the clock that stamps files */

enum bait { BAIT_FIFO, BAIT_LINK, BAIT_FILE, BAIT_DIRECTORY, BAITS };

static const char *const bait_names[BAITS] = { "a FIFO", "a link", "a hard link of root's file",
					       "a directory of root's" };

static void fresh_bait(enum bait bait)
{
	fresh_volume("");
	check_file("../secret", "secret", 0600);
	if (bait == BAIT_FIFO)
		ck_assert_int_eq(mkfifo("bait", 0600), 0);
	else if (bait == BAIT_LINK)
		ck_assert_int_eq(symlink("../outside", "bait"), 0);
	else if (bait == BAIT_FILE)
		ck_assert_int_eq(link("../secret", "bait"), 0);
	else
		ck_assert_int_eq(mkdir("bait", 0700) | link("../secret", "bait/secret") |
					 usleep(BAIT_AGE_US),
				 0);
}

static int open_bait(void)
{
	int fd = open("bait", O_PATH | O_NOFOLLOW | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	return fd;
}

/* The bait, the file and the directory outside are as they were. */
static void check_untouched(int bait, mode_t mode, const char *name)
{
	struct stat st;

	ck_assert_int_eq(fstat(bait, &st), 0);
	ck_assert_msg(st.st_mode == mode && st.st_uid == 0 && st.st_gid == 0, "%s: mode %o, %u:%u",
		      name, st.st_mode, st.st_uid, st.st_gid);
	ck_assert_int_eq(stat("../secret", &st), 0);
	ck_assert_msg(st.st_mode == (S_IFREG | 0600) && st.st_uid == 0, "%s: the file's mode is %o",
		      name, st.st_mode);
	ck_assert_int_eq(stat("../outside", &st), 0);
	ck_assert_msg(st.st_mode == (S_IFDIR | 0700) && st.st_uid == 0,
		      "%s: the mode outside is %o", name, st.st_mode);
	ck_assert_msg(control_count("../outside") == 0, "%s: something is made outside", name);
}

static mode_t mode_of(int fd)
{
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	return st.st_mode;
}

/* Exchange whatever else is in the volume, be its name the wanted or one for the time being. Runs
 * in children too, so it asserts nothing. Returns how often. */
static unsigned exchange_all(void)
{
	DIR *dir = opendir(".");
	unsigned n = 0;

	for (struct dirent *entry; dir && (entry = readdir(dir));)
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, "bait") != 0)
			n += renameat2(AT_FDCWD, entry->d_name, AT_FDCWD, "bait",
				       RENAME_EXCHANGE) == 0;
	if (dir)
		(void)closedir(dir);
	return n;
}

static unsigned exchanged;

static void exchange_once(void)
{
	exchanged += exchange_all();
}

static int make_new(void *arg)
{
	cleanup_fd int volume = open(".", O_PATH | O_CLOEXEC), fd = -EBADF;
	struct err e = { 0 };
	struct stat st;

	(void)arg;
	fd = subpath_make_dir(volume, "new/deep", 0777, OWNER, GROUP, &e);
	if (fd < 0)
		return fd;
	return fstat(fd, &st) < 0 || st.st_mode != (S_IFDIR | 0777) || st.st_uid != OWNER ? -EPROTO
											  : 0;
}

static int seed_make_new(void *base)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/new/deep", (char *)base);
	return seed_make_dir(path, base, 0777);
}

START_TEST(MK16_MK17_W28_a_directory_exchanged_at_any_moment_changes_nothing_else)
{
	enum bait kind = (enum bait)_i;
	bool reached = true;
	unsigned refused = 0;

	exchanged = 0;
	for (unsigned n = 1; reached; n++) {
		cleanup_fd int bait = -EBADF;
		mode_t mode;
		char name[64];
		int result;

		(void)snprintf(name, sizeof(name), "%s, before call %u", bait_names[kind], n);
		fresh_bait(kind);
		bait = open_bait();
		mode = mode_of(bait);
		result = control_at(make_new, NULL, n, exchange_once, 0, &reached);
		ck_assert_msg(result != CONTROL_HUNG, "%s: it hangs", name);
		ck_assert_msg(result <= 0 && result != -EPROTO, "%s: result %d", name, result);
		refused += result < 0;
		check_untouched(bait, mode, name);
		leave_volume();
	}
	/* the exchange did happen, and did matter */
	ck_assert_uint_gt(exchanged, 0);
	ck_assert(refused > 0 || kind == BAIT_DIRECTORY);
}
END_TEST

START_TEST(W28_the_seed_waits_for_a_FIFO_and_opens_up_the_file)
{
	bool reached = true, hung = false, opened = false;

	for (unsigned n = 1; reached && !hung; n++) {
		fresh_bait(BAIT_FIFO);
		hung = control_at(seed_make_new, (void *)check_absolute(""), n, exchange_once,
				  CONTROL_SECOND, &reached) == CONTROL_HUNG;
		leave_volume();
	}
	ck_assert_msg(hung, "the seed does not wait for a FIFO");
	reached = true;
	for (unsigned n = 1; reached && !opened; n++) {
		cleanup_fd int bait = -EBADF;

		fresh_bait(BAIT_FILE);
		bait = open_bait();
		(void)control_at(seed_make_new, (void *)check_absolute(""), n, exchange_once, 0,
				 &reached);
		opened = mode_of(bait) == (S_IFREG | 0777);
		leave_volume();
	}
	ck_assert_msg(opened, "the seed does not change the file's mode");
}
END_TEST

/* ---- the directory above, exchanged at every moment ---- */

static void exchange_parent(void)
{
	exchanged += renameat2(AT_FDCWD, "p", AT_FDCWD, "link", RENAME_EXCHANGE) == 0;
}

static int make_below(void *arg)
{
	cleanup_fd int volume = open(".", O_PATH | O_CLOEXEC), fd = -EBADF;
	struct err e = { 0 };

	(void)arg;
	fd = subpath_make_dir(volume, "p/new/deep", 0777, OWNER, GROUP, &e);
	return fd < 0 ? fd : 0;
}

static int seed_make_below(void *base)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/p/new/deep", (char *)base);
	return seed_make_dir(path, base, 0777);
}

START_TEST(W27_a_parent_exchanged_at_any_moment_leads_nowhere_else)
{
	bool reached = true;

	exchanged = 0;
	for (unsigned n = 1; reached; n++) {
		int result;

		fresh_volume("p/ link>../outside");
		result = control_at(make_below, NULL, n, exchange_parent, 0, &reached);
		ck_assert_msg(result <= 0, "before call %u: result %d", n, result);
		ck_assert_msg(control_count("../outside") == 0, "before call %u: made outside", n);
		leave_volume();
	}
	ck_assert_uint_gt(exchanged, 1);
}
END_TEST

START_TEST(W27_the_seed_makes_it_outside)
{
	bool reached = true, outside = false;

	for (unsigned n = 1; reached && !outside; n++) {
		fresh_volume("p/ link>../outside");
		(void)control_at(seed_make_below, (void *)check_absolute(""), n, exchange_parent, 0,
				 &reached);
		outside = control_count("../outside") > 0;
		leave_volume();
	}
	ck_assert(outside);
}
END_TEST

/* ---- somebody else makes it, at every moment ---- */

static struct {
	bool made, made_deep; /* by it, at that moment */
} other;

static void make_by_other(void)
{
	other.made = mkdir("new", 0700) == 0;
}

static void make_deep_by_other(void)
{
	make_by_other();
	other.made_deep = mkdir("new/deep", 0700) == 0;
}

static void (*const others[])(void) = { make_by_other, make_deep_by_other };

START_TEST(W30_a_directory_that_another_makes_meanwhile_is_right)
{
	unsigned made = 0, made_deep = 0;
	bool reached = true;

	for (unsigned n = 1; reached; n++) {
		int result;

		other.made = other.made_deep = false;
		fresh_volume("");
		result = control_at(make_new, NULL, n, others[_i], 0, &reached);
		ck_assert_msg(result == 0 || (result == -EPROTO && other.made_deep),
			      "before call %u: result %d", n, result);
		check_shape("new", other.made ? 0700 : 0777, other.made ? 0 : OWNER,
			    other.made ? 0 : GROUP, "the one that came first counts");
		check_shape("new/deep", other.made_deep ? 0700 : 0777, other.made_deep ? 0 : OWNER,
			    other.made_deep ? 0 : GROUP, "below it");
		ck_assert_uint_eq(control_count(".") + control_count("new"), 2);
		made += other.made;
		made_deep += other.made_deep;
		leave_volume();
	}
	ck_assert(made > 0 && (made_deep > made || _i == 0));
}
END_TEST

START_TEST(W30_the_seed_fails_where_another_makes_it)
{
	bool reached = true, failed = false;

	for (unsigned n = 1; reached && !failed; n++) {
		fresh_volume("");
		failed = control_at(seed_make_new, (void *)check_absolute(""), n, make_by_other, 0,
				    &reached) == -EEXIST;
		leave_volume();
	}
	ck_assert(failed);
}
END_TEST

/* ---- a racer that does not stop ---- */

/* Shared with the racer: odd turns are its. */
struct race {
	unsigned turn, seen, exchanges;
};

static void race(struct race *r)
{
	for (;;) {
		unsigned turn = __atomic_load_n(&r->turn, __ATOMIC_SEQ_CST);

		__atomic_store_n(&r->seen, turn, __ATOMIC_SEQ_CST);
		if (turn % 2)
			__atomic_add_fetch(&r->exchanges, exchange_all(), __ATOMIC_SEQ_CST);
	}
}

static void next_turn(struct race *r)
{
	unsigned turn = __atomic_add_fetch(&r->turn, 1, __ATOMIC_SEQ_CST);

	while (__atomic_load_n(&r->seen, __ATOMIC_SEQ_CST) != turn)
		(void)sched_yield();
}

/* Remove the directories, and give the bait its name again. */
static void tidy(void)
{
	DIR *dir = opendir(".");

	ck_assert_ptr_nonnull(dir);
	for (struct dirent *entry; (entry = readdir(dir));) {
		struct stat st;

		if (entry->d_name[0] == '.' || lstat(entry->d_name, &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode))
			(void)nftw(entry->d_name, check_remove_one, 8, FTW_DEPTH | FTW_PHYS);
		else if (strcmp(entry->d_name, "bait") != 0)
			ck_assert_int_eq(rename(entry->d_name, "new.bait"), 0);
	}
	ck_assert_int_eq(closedir(dir), 0);
	if (access("new.bait", F_OK) == 0 || errno == ELOOP)
		ck_assert_int_eq(rename("new.bait", "bait"), 0);
	ck_assert_uint_eq(control_count("."), 1);
}

START_TEST(MK16_MK17_a_racer_neither_stops_nor_turns_it)
{
	struct race *r =
		mmap(NULL, sizeof(*r), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t end = io_now() + 600000;
	cleanup_fd int bait = -EBADF;
	unsigned results[2] = { 0 };
	mode_t mode;
	pid_t racer;

	ck_assert(r != MAP_FAILED);
	if (!check_own_mounts())
		return;
	check_mount("check", "/mnt", "tmpfs", 0, NULL);
	ck_assert_int_eq(chdir("/mnt"), 0);
	fresh_bait((enum bait)_i);
	bait = open_bait();
	mode = mode_of(bait);
	racer = fork();
	ck_assert_int_ge(racer, 0);
	if (racer == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		race(r);
	}
	(void)alarm(30); /* the seed would wait for ever */
	/* longer on a machine that has no time for the racer */
	while (io_now() < end || (r->exchanges == 0 && io_now() < end + 10000000)) {
		int result;

		next_turn(r);
		result = make_new(NULL);
		next_turn(r);
		ck_assert_msg(result <= 0 && result != -EPROTO, "result %d", result);
		results[result < 0]++;
		check_untouched(bait, mode, bait_names[_i]);
		tidy();
	}
	ck_assert_int_eq(kill(racer, SIGKILL), 0);
	ck_assert_int_eq(waitpid(racer, NULL, 0), racer);
	ck_assert_uint_gt(results[0], 0);
	ck_assert_uint_gt(r->exchanges, 0);
}
END_TEST

/* ---- open, exchanged at every moment ---- */

enum { OUTSIDE = 1 };

static int open_below(void *arg)
{
	cleanup_fd int volume = open(".", O_PATH | O_CLOEXEC), fd = -EBADF;
	struct err e = { 0 };
	struct stat st, outside;

	(void)arg;
	fd = subpath_open(volume, "p/dir/file", &e);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || stat("../outside/dir/file", &outside) < 0)
		return -EIO;
	return st.st_ino == outside.st_ino ? OUTSIDE : 0;
}

START_TEST(BS17_what_is_opened_is_never_outside)
{
	unsigned opened = 0, refused = 0;
	bool reached = true;

	for (unsigned n = 1; reached; n++) {
		int result;

		fresh_volume("p/ p/dir/ p/dir/file link>../outside ../outside/dir/ "
			     "../outside/dir/file");
		result = control_at(open_below, NULL, n, exchange_parent, 0, &reached);
		ck_assert_msg(result == 0 || result == -ELOOP, "before call %u: %d", n, result);
		opened += result == 0;
		refused += result < 0;
		leave_volume();
	}
	ck_assert(opened > 0 && refused > 0);
}
END_TEST

static void rename_for_ever(void)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		(void)rename("../outside/a", "../outside/b");
		(void)rename("../outside/b", "../outside/a");
	}
}

START_TEST(SO20_renames_elsewhere_do_not_matter)
{
	cleanup_fd int volume = -EBADF;
	pid_t child;

	fresh_volume("../outside/a/ a/ a/b/ a/b/c/");
	volume = check_path_fd(".");
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0)
		rename_for_ever();
	for (int i = 0; i < 20000; i++) {
		struct err e = { 0 };
		int fd = subpath_open(volume, "a/b/c", &e);

		check_ok(fd, &e);
		ck_assert_int_eq(close(fd), 0);
	}
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
}
END_TEST

/* ---- automounts: nobody answers ---- */

static const char *const autofs_types[] = { "indirect", "direct" };

struct autofs {
	pid_t group; /* whose lookups would not be waited for */
	int pipe[2];
};

/* At "auto"; false, with a line that says so, where it cannot be mounted. */
static bool mount_autofs(const char *type, struct autofs *ret)
{
	char options[128];

	ret->group = fork();
	ck_assert_int_ge(ret->group, 0);
	if (ret->group == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)pause();
		_exit(0);
	}
	ck_assert_int_eq(setpgid(ret->group, ret->group), 0);
	ck_assert_int_eq(pipe2(ret->pipe, O_CLOEXEC), 0);
	(void)snprintf(options, sizeof(options), "fd=%d,pgrp=%d,minproto=5,maxproto=5,%s",
		       ret->pipe[1], ret->group, type);
	if (mount("check", "auto", "autofs", 0, options) == 0)
		return true;
	printf("skipped, it needs autofs: %s\n", strerror(errno));
	return false;
}

static void end_autofs(const struct autofs *a)
{
	(void)umount2("auto", MNT_DETACH);
	ck_assert_int_eq(close(a->pipe[0]) | close(a->pipe[1]), 0);
	ck_assert_int_eq(kill(a->group, SIGKILL), 0);
	ck_assert_int_eq(waitpid(a->group, NULL, 0), a->group);
}

static const char *const autofs_paths[] = { "auto", "auto/", "auto/name", "auto/name/x" };

static int walk_autofs(void *arg)
{
	cleanup_fd int volume = open(".", O_PATH | O_CLOEXEC);

	(void)arg;
	for (size_t i = 0; i < ARRAY_SIZE(autofs_paths); i++)
		for (enum way way = OPEN; way < WAYS; way++) {
			const char *rest = NULL;
			struct err e = { 0 };
			int result = call_way(way, volume, autofs_paths[i], &rest, &e);

			if (result != -EXDEV || e.exit_code != EX_NOPERM) {
				fprintf(stderr, "%s %s: %d\n", way_names[way], autofs_paths[i],
					result);
				return OUTSIDE;
			}
		}
	return 0;
}

static int remove_in_autofs(void *arg)
{
	cleanup_fd int base = open(".", O_PATH | O_CLOEXEC);
	struct err e = { 0 };
	int result = subpath_remove_empty(base, "auto/name", &e);

	(void)arg;
	return result == 1 || result == -EXDEV ? 0 : result < 0 ? result : OUTSIDE;
}

static int seed_walk_autofs(void *base)
{
	char path[PATH_MAX];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/auto/name", (char *)base);
	fd = seed_open(path, base);
	return fd < 0 ? fd : 0;
}

START_TEST(W33_an_automount_is_never_waited_for)
{
	const struct control walk = { .run = walk_autofs }, rm = { .run = remove_in_autofs };
	struct control seed = { .run = seed_walk_autofs, .patience = CONTROL_SECOND };
	struct autofs a;

	fresh_volume("auto/");
	if (!check_own_mounts())
		return;
	if (mount_autofs(autofs_types[_i], &a)) {
		ck_assert_int_eq(control_run(&walk), 0);
		ck_assert_int_eq(control_run(&rm), 0);
		seed.arg = (void *)check_absolute("");
		ck_assert_msg(control_run(&seed) == CONTROL_HUNG, "the seed does not wait");
	}
	end_autofs(&a);
}
END_TEST

/* ---- W32: the volume itself ---- */

static int open_in_fifo(void *arg)
{
	cleanup_fd int volume = open("base", O_PATH | O_CLOEXEC);
	struct err e = { 0 };

	(void)arg;
	return subpath_open(volume, "x", &e);
}

static int seed_open_in_fifo(void *base)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/x", (char *)base);
	return seed_open(path, base);
}

START_TEST(W32_SO13_a_FIFO_as_the_volume_is_not_waited_for)
{
	const struct control ours = { .run = open_in_fifo };
	struct control seed = { .run = seed_open_in_fifo, .patience = CONTROL_SECOND };

	fresh_volume("base|");
	ck_assert_int_eq(control_run(&ours), -ENOTDIR);
	seed.arg = (void *)check_absolute("base");
	ck_assert_msg(control_run(&seed) == CONTROL_HUNG, "the seed does not wait");
}
END_TEST

/* ---- subpath_remove_empty ---- */

static const struct {
	const char *name, *tree, *path;
	int result;
	const char *stays, *goes; /* goes: NULL: nothing */
} removals[] = {
	{ "RE01 all are empty", "a/ a/b/ a/b/c/", "a/b/c", 0, ".", "a" },
	{ "RE02 another is there", "a/ a/b/ a/b/c/ a/b/d/", "a/b/c", 1, "a/b/d", "a/b/c" },
	{ "a file is there", "a/ a/b/ a/b/c/ a/file", "a/b/c", 1, "a/file", "a/b" },
	{ "the last is not empty", "a/ a/b/ a/b/c", "a/b", 1, "a/b/c", NULL },
	{ "RE04 nothing is there", "", "a/b/c", 0, ".", "a" },
	{ "RE04 a part is there", "a/", "a/b/c", 0, ".", "a" },
	{ "a part is there, not empty", "a/ a/x", "a/b/c", 1, "a/x", NULL },
	{ "RE05 the last is a file", "a/ a/b/ a/b/c", "a/b/c", -ENOTDIR, "a/b/c", NULL },
	{ "a file on the way", "a/ a/b", "a/b/c", -ENOTDIR, "a/b", NULL },
	{ "a FIFO", "a/ a/b|", "a/b", -ENOTDIR, "a/b", NULL },
	{ "a FIFO on the way", "a/ a/b|", "a/b/c/d", -ENOTDIR, "a/b", NULL },
	{ "a socket", "a/ a/b=", "a/b", -ENOTDIR, "a/b", NULL },
	{ "RE07 the base", "a/", "", 0, "a", NULL },
	{ "RE07 the base, '.'", "", ".", 0, ".", NULL },
	{ "RE08 the last is a link", "a/ d/ a/b>../d", "a/b", -ELOOP, "d", NULL },
	{ "RE08 a link on the way", "d/ d/c/ a>d", "a/c", -ELOOP, "d/c", NULL },
	{ "RE08 a link out", "../outside/c/ a>../outside", "a/c", -ELOOP, "../outside/c", NULL },
	{ "a dangling link", "a/ a/b>none", "a/b", -ELOOP, "a", NULL },
	{ "upwards", "a/", "a/../../outside", -EXDEV, "a", NULL },
	{ "upwards within", "a/ b/", "a/../b", -EXDEV, "b", NULL },
	{ "absolute", "a/", "/a", -EXDEV, "a", NULL },
	{ "slashes and dots", "a/ a/b/ a/b/c/", "./a//b/./c/", 0, ".", "a" },
};

START_TEST(C27_directories_are_removed_upwards_while_they_are_empty)
{
	size_t descriptors = control_count("/proc/self/fd") + 1;
	cleanup_fd int base = -EBADF;
	struct err e = { 0 };
	uint64_t tree;
	int result;

	fresh_volume(removals[_i].tree);
	base = check_path_fd(".");
	tree = control_tree("..");
	result = subpath_remove_empty(base, removals[_i].path, &e);
	ck_assert_msg(result == removals[_i].result, "%s: %d, not %d: %s", removals[_i].name,
		      result, removals[_i].result, e.message);
	if (result < 0)
		check_refused(result, &e, -result, NULL, removals[_i].name);
	else
		ck_assert_msg(e.exit_code == 0, "%s: %s", removals[_i].name, e.message);
	ck_assert_msg(access(removals[_i].stays, F_OK) == 0, "%s: %s is gone", removals[_i].name,
		      removals[_i].stays);
	if (removals[_i].goes)
		ck_assert_msg(access(removals[_i].goes, F_OK) < 0, "%s: %s is still there",
			      removals[_i].name, removals[_i].goes);
	else
		ck_assert_msg(control_tree("..") == tree, "%s: it changed something",
			      removals[_i].name);
	ck_assert_uint_eq(control_count("/proc/self/fd"), descriptors);
}
END_TEST

START_TEST(what_something_is_mounted_on_is_not_removed)
{
	cleanup_fd int base = -EBADF;
	struct err e = { 0 };
	int result;

	fresh_volume("a/ a/m/ a/b/");
	if (!check_own_mounts())
		return;
	check_mount("check", "a/m", "tmpfs", 0, NULL);
	check_directory("a/m/x", 0755);
	check_directory("a/m/x/y", 0755);
	check_mount("a/b", "a/b", NULL, MS_BIND, NULL);
	base = check_path_fd(".");
	ck_assert_int_eq(subpath_remove_empty(base, "a/m", &e), 1);
	ck_assert_int_eq(subpath_remove_empty(base, "a/b", &e), 1);
	/* and nothing within it, whether that is said to be an error or not */
	result = subpath_remove_empty(base, "a/m/x/y", &e);
	ck_assert_msg(result == 1 || result == -EXDEV, "result %d", result);
	ck_assert_int_eq(access("a/m/x/y", F_OK) | access("a/b", F_OK), 0);
}
END_TEST

static int remove_ours(void *arg)
{
	cleanup_fd int base = open(".", O_PATH | O_CLOEXEC);
	struct err e = { 0 };

	(void)arg;
	return subpath_remove_empty(base, "p/dir", &e);
}

static int seed_remove(void *base)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/p/dir", (char *)base);
	return seed_remove_empty(base, path);
}

/* Whether "../outside/dir" was removed at any moment. */
static bool removes_outside(int (*run)(void *arg))
{
	bool reached = true, outside = false;

	exchanged = 0;
	for (unsigned n = 1; reached && !outside; n++) {
		fresh_volume("p/ p/dir/ link>../outside ../outside/dir/");
		(void)control_at(run, (void *)check_absolute(""), n, exchange_parent, 0, &reached);
		outside = access("../outside/dir", F_OK) < 0;
		leave_volume();
	}
	ck_assert_uint_gt(exchanged, 0);
	return outside;
}

START_TEST(W39_nothing_is_removed_outside_whatever_is_exchanged)
{
	ck_assert(!removes_outside(remove_ours));
	ck_assert_msg(removes_outside(seed_remove), "the seed does not remove it");
}
END_TEST

START_TEST(W39_the_base_stays_however_it_is_written)
{
	char base[PATH_MAX], end[PATH_MAX];
	cleanup_fd int fd = -EBADF;
	struct err e = { 0 };

	fresh_volume("base/ base/a/ base/a/b/");
	(void)snprintf(base, sizeof(base), "%s/", check_absolute("base"));
	(void)snprintf(end, sizeof(end), "%s", check_absolute("base/a/b"));
	fd = check_path_fd(base);
	check_ok(subpath_remove_empty(fd, "a/b", &e), &e);
	ck_assert(access("base/a", F_OK) < 0 && access("base", F_OK) == 0);
	check_directory("base/a", 0755);
	check_directory("base/a/b", 0755);
	(void)seed_remove_empty(base, end);
	ck_assert_msg(access("../vol", F_OK) < 0, "the seed does not go above its base");
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ paths_are_relative_and_never_lead_upwards, ARRAY_SIZE(texts) },
		{ a_walk_never_leaves_and_never_waits, ARRAY_SIZE(walks) },
		{ another_mount_is_never_entered, ARRAY_SIZE(mounts) },
		{ a_volume_may_be_a_mount_itself, 0 },
		{ the_volume_is_what_was_opened_whatever_is_mounted_over_it, 0 },
		{ SO16_magic_links_are_links, ARRAY_SIZE(magic) },
		{ SO13_a_volume_that_is_no_directory_has_nothing_in_it, ARRAY_SIZE(not_volumes) },
		{ what_is_too_long_or_too_deep_is_refused_before_anything_is_made,
		  ARRAY_SIZE(lengths) },
		{ MK01_MK02_every_level_gets_exactly_that_mode_and_owner, ARRAY_SIZE(modes) },
		{ what_was_there_is_left_as_it_is, 0 },
		{ a_default_acl_does_not_change_the_mode, 0 },
		{ MK19_W31_modes_with_other_bits_are_refused_and_nothing_is_made,
		  ARRAY_SIZE(refused_modes) },
		{ W31_the_seed_makes_directories_set_uid, 0 },
		{ MK20_W30_makers_of_the_same_path_all_succeed, 0 },
		{ MK16_MK17_W28_a_directory_exchanged_at_any_moment_changes_nothing_else, BAITS },
		{ W28_the_seed_waits_for_a_FIFO_and_opens_up_the_file, 0 },
		{ W27_a_parent_exchanged_at_any_moment_leads_nowhere_else, 0 },
		{ W27_the_seed_makes_it_outside, 0 },
		{ W30_a_directory_that_another_makes_meanwhile_is_right, ARRAY_SIZE(others) },
		{ W30_the_seed_fails_where_another_makes_it, 0 },
		{ MK16_MK17_a_racer_neither_stops_nor_turns_it, BAIT_DIRECTORY },
		{ BS17_what_is_opened_is_never_outside, 0 },
		{ SO20_renames_elsewhere_do_not_matter, 0 },
		{ W33_an_automount_is_never_waited_for, ARRAY_SIZE(autofs_types) },
		{ W32_SO13_a_FIFO_as_the_volume_is_not_waited_for, 0 },
		{ C27_directories_are_removed_upwards_while_they_are_empty, ARRAY_SIZE(removals) },
		{ what_something_is_mounted_on_is_not_removed, 0 },
		{ W39_nothing_is_removed_outside_whatever_is_exchanged, 0 },
		{ W39_the_base_stays_however_it_is_written, 0 },
		{ 0 },
	};

	return check_main("subpath", cases);
}
