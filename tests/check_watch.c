/* Counting what a consumer would have to watch, on real trees. */
#include "share/watch.h"

#include <sys/wait.h>

#include "tests/check.h"

enum { LIMIT = 8 };

static int count(const char *path, unsigned limit)
{
	cleanup_fd int fd = check_path_fd(path);

	return watch_count(fd, limit);
}

static void name_below(char *ret, size_t size, const char *directory, const char *prefix,
		       unsigned i)
{
	ck_assert_int_lt(snprintf(ret, size, "%s/%s%u", directory, prefix, i), (int)size);
}

static void add_files(const char *directory, unsigned n)
{
	char name[PATH_MAX];

	for (unsigned i = 0; i < n; i++) {
		name_below(name, sizeof(name), directory, "f", i);
		check_file(name, "", 0644);
	}
}

static void add_directories(const char *directory, unsigned n, unsigned files_each)
{
	char name[PATH_MAX];

	for (unsigned i = 0; i < n; i++) {
		name_below(name, sizeof(name), directory, "d", i);
		check_directory(name, 0755);
		add_files(name, files_each);
	}
}

static void add_link(const char *target, const char *name)
{
	ck_assert_int_eq(symlink(target, name), 0);
}

/* A chain of n directories, each in the one before, with a file at its end. */
static void add_chain(unsigned n)
{
	char name[PATH_MAX] = "t";

	for (unsigned i = 0; i < n; i++) {
		(void)strcat(name, "/c");
		check_directory(name, 0755);
	}
	add_files(name, 1);
}

static void make_empty(unsigned n)
{
	(void)n;
}

static void make_files(unsigned n)
{
	add_files("t", n);
}

static void make_subdirectory(unsigned n)
{
	add_directories("t", 1, n);
}

static void make_cf05(unsigned n)
{
	add_files("t", n);
	add_directories("t", 1, 9);
}

static void make_cf07(unsigned n)
{
	add_directories("t", 2, 9);
	check_directory("t/e", 0755);
	add_files("t/e", n);
}

static void make_cf08(unsigned n)
{
	add_directories("t", 1, n);
	add_files("t", 8);
}

static void make_empty_directories(unsigned n)
{
	add_directories("t", n, 0);
}

static void make_many_directories(unsigned n)
{
	add_directories("t", n, 0);
	add_files("t", 1);
}

static void make_links(unsigned n)
{
	add_files("t", n);
	add_link(".", "t/self");
	add_link("/etc", "t/etc");
}

static void make_special(unsigned n)
{
	ck_assert_int_eq(mkfifo("t/fifo", 0644), 0);
	ck_assert_int_eq(mknod("t/socket", S_IFSOCK | 0644, 0), 0);
	add_link("nowhere", "t/dangling");
	add_files("t", n);
}

/* As kubelet writes it: the keys in a directory of their own, links to them, and '..data'. */
static void make_configmap(unsigned keys)
{
	char name[PATH_MAX], target[PATH_MAX];

	check_directory("t/..2026_01_31_12_00_00.1", 0755);
	add_link("..2026_01_31_12_00_00.1", "t/..data");
	add_files("t/..2026_01_31_12_00_00.1", keys);
	for (unsigned i = 0; i < keys; i++) {
		name_below(name, sizeof(name), "t", "f", i);
		name_below(target, sizeof(target), "..data", "f", i);
		add_link(target, name);
	}
}

static void make_cf26(unsigned n)
{
	check_directory("t/origin_dir", 0755);
	add_files("t/origin_dir", 8);
	add_link("origin_dir", "t/symlink");
	add_files("t", n);
}

static void make_odd_names(unsigned n)
{
	char name[PATH_MAX] = "t/";

	(void)n;
	memset(name + 2, 'x', 255);
	check_file(name, "", 0644);
	check_file("t/\xff\xfe", "", 0644);
	check_file("t/a\nb", "", 0644);
	check_file("t/...", "", 0644);
	check_file("t/-", "", 0);
}

static const struct {
	const char *name;
	void (*make)(unsigned n);
	unsigned n;
	int expected;
} trees[] = {
	{ "CF01 empty", make_empty, 0, 0 },
	{ "WM04 1 file", make_files, 1, 1 },
	{ "CF02 8 files", make_files, 8, 8 },
	{ "WM05 9 files", make_files, 9, LIMIT + 1 },
	{ "T66 5000 files", make_files, 5000, LIMIT + 1 },
	{ "8 in a subdirectory", make_subdirectory, 8, 8 },
	{ "CF04 9 in a subdirectory", make_subdirectory, 9, LIMIT + 1 },
	{ "CF05 2 and a subdirectory of 9", make_cf05, 2, LIMIT + 1 },
	{ "CF07 subdirectories of 9, 9, 8", make_cf07, 8, LIMIT + 1 },
	{ "CF08 50 in a subdirectory, 8 files", make_cf08, 50, LIMIT + 1 },
	{ "CF10 empty subdirectories", make_empty_directories, 3, 0 },
	{ "CF11 a file, a link to itself, a link to /etc", make_links, 1, 3 },
	{ "a FIFO, a socket, a dangling link", make_special, 0, 3 },
	{ "the same and a file", make_special, 1, 4 },
	{ "CF19 ConfigMap of 3 keys", make_configmap, 3, 7 },
	{ "CF20 ConfigMap of 4 keys", make_configmap, 4, LIMIT + 1 },
	{ "CF26 a link to a directory counts as one", make_cf26, 2, LIMIT + 1 },
	{ "T66 odd names", make_odd_names, 0, 5 },
	{ "63 directories in one", make_many_directories, WATCH_DIRECTORIES_MAX - 1, 1 },
	{ "CF25 more directories than may be", make_empty_directories, WATCH_DIRECTORIES_MAX + 1,
	  -E2BIG },
	{ "CF25 1000 empty directories", make_empty_directories, 1000, -E2BIG },
	{ "a chain of the greatest depth", add_chain, WATCH_DEPTH_MAX, 1 },
	{ "deeper", add_chain, WATCH_DEPTH_MAX + 1, -E2BIG },
	{ "CF25 a chain of 60", add_chain, 60, -E2BIG },
};

START_TEST(C16_trees)
{
	int found;

	check_fresh_directory();
	check_directory("t", 0755);
	trees[_i].make(trees[_i].n);
	found = count("t", LIMIT);
	ck_assert_msg(found == trees[_i].expected, "%s: %d, expected %d", trees[_i].name, found,
		      trees[_i].expected);
}
END_TEST

static const struct {
	unsigned files, limit;
	int expected;
} limits[] = {
	{ 0, 0, 0 }, { 1, 0, 1 }, { 5, 0, 1 }, { 5, 1, 2 }, { 5, 4, 5 }, { 5, 5, 5 }, { 5, 100, 5 },
};

START_TEST(counts_at_most_one_more_than_the_limit)
{
	int found;

	check_fresh_directory();
	check_directory("t", 0755);
	add_files("t", limits[_i].files);
	found = count("t", limits[_i].limit);
	ck_assert_msg(found == limits[_i].expected, "%u files, limit %u: %d", limits[_i].files,
		      limits[_i].limit, found);
}
END_TEST

START_TEST(CF16_what_is_no_directory_counts_one)
{
	cleanup_fd int link_itself = -EBADF;

	check_fresh_directory();
	check_directory("t", 0755);
	add_files("t", 9);
	check_file("file", "", 0);
	ck_assert_int_eq(mkfifo("fifo", 0644), 0);
	add_link("t", "link");
	ck_assert_int_eq(count("file", LIMIT), 1);
	ck_assert_int_eq(count("fifo", LIMIT), 1); /* and it does not hang */
	/* CF13: whoever opened it has followed the link */
	ck_assert_int_eq(count("link", LIMIT), LIMIT + 1);
	link_itself = open("link", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	ck_assert_int_ge(link_itself, 0);
	ck_assert_int_eq(watch_count(link_itself, LIMIT), 1);
}
END_TEST

START_TEST(CF17_what_was_removed_is_an_error_or_empty)
{
	cleanup_fd int fd = -EBADF;

	check_fresh_directory();
	check_directory("t", 0755);
	fd = check_path_fd("t");
	ck_assert_int_eq(rmdir("t"), 0);
	ck_assert_int_le(watch_count(fd, LIMIT), 0);
}
END_TEST

START_TEST(CF23_a_subdirectory_that_cannot_be_read_is_an_error)
{
	pid_t child;
	int status;

	check_fresh_directory();
	check_directory("t", 0755);
	add_files("t", 2);
	check_directory("t/secret", 0700);
	if (geteuid() != 0) {
		printf("skipped, it needs root\n");
		return;
	}
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		if (setresgid(65534, 65534, 65534) < 0 || setresuid(65534, 65534, 65534) < 0)
			_exit(1);
		_exit(count("t", LIMIT) == -EACCES ? 0 : 2);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(other_mounts_are_not_entered)
{
	int found;

	check_fresh_directory();
	if (!check_own_mounts())
		return;
	check_directory("t", 0755);
	check_directory("t/m", 0755);
	check_mount("check", "t/m", "tmpfs", 0, NULL);
	add_files("t/m", 3);
	found = count("t", LIMIT);
	ck_assert_msg(found <= 1, "%d entries", found);
	/* the mount itself may be what is watched */
	ck_assert_int_eq(count("t/m", LIMIT), 3);
}
END_TEST

START_TEST(counting_leaves_no_descriptor)
{
	int before, after;

	check_fresh_directory();
	check_directory("t", 0755);
	add_directories("t", 20, 0);
	before = dup(0);
	ck_assert_int_eq(count("t", LIMIT), 0);
	ck_assert_int_eq(close(before), 0);
	after = dup(0);
	ck_assert_int_eq(after, before);
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ C16_trees, ARRAY_SIZE(trees) },
		{ counts_at_most_one_more_than_the_limit, ARRAY_SIZE(limits) },
		{ CF16_what_is_no_directory_counts_one, 0 },
		{ CF17_what_was_removed_is_an_error_or_empty, 0 },
		{ CF23_a_subdirectory_that_cannot_be_read_is_an_error, 0 },
		{ other_mounts_are_not_entered, 0 },
		{ counting_leaves_no_descriptor, 0 },
		{ 0 },
	};

	return check_main("watch", cases);
}
