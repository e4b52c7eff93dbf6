/* What is asked of the kernel about this process. */
#include "common/process.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "common/at.h"
#include "tests/check.h"

static const char *const namespaces[] = { "mnt", "pid", "time", "user", "net" };

/* In a child: 1 where process_namespace() and /proc differ. */
static int differ(const char *name, int flags)
{
	cleanup_fd int proc = -EBADF;
	struct err e = { 0 };
	uint64_t inode = 0;
	char path[64];
	struct stat st;

	if (flags && unshare(flags) < 0)
		return 2;
	(void)snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	proc = at_open_proc(&e);
	if (proc < 0 || stat(path, &st) < 0 || process_namespace(proc, name, &inode, &e) < 0)
		return 3;
	return inode != st.st_ino;
}

START_TEST(a_namespace_is_the_one_that_proc_shows)
{
	static const int flags[] = { 0, CLONE_NEWNS, CLONE_NEWNS | CLONE_NEWUSER };
	int status;

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		pid_t child = fork();

		ck_assert_int_ge(child, 0);
		if (child == 0)
			_exit(differ(namespaces[_i], flags[i]));
		ck_assert_int_eq(waitpid(child, &status, 0), child);
		/* a container may not make namespaces */
		ck_assert_msg(status == 0 || (flags[i] && status == 2 << 8), "%s, %#x: %#x",
			      namespaces[_i], (unsigned)flags[i], (unsigned)status);
	}
}
END_TEST

START_TEST(those_of_a_record_are_the_same)
{
	cleanup_fd int proc = -EBADF;
	struct process_namespaces own = { 0 };
	struct err e = { 0 };
	struct stat st;

	proc = at_open_proc(&e);
	check_ok(proc, &e);
	check_ok(process_namespaces(proc, &own, &e), &e);
	ck_assert_int_eq(stat("/proc/self/ns/mnt", &st), 0);
	ck_assert_uint_eq(own.mnt, st.st_ino);
	ck_assert_int_eq(stat("/proc/self/ns/pid", &st), 0);
	ck_assert_uint_eq(own.pid, st.st_ino);
	ck_assert_uint_eq(own.time, stat("/proc/self/ns/time", &st) == 0 ? st.st_ino : 0);
}
END_TEST

START_TEST(an_unknown_namespace_is_none)
{
	cleanup_fd int proc = -EBADF;
	struct err e = { 0 };
	uint64_t inode = 5;

	proc = at_open_proc(&e);
	check_ok(proc, &e);
	check_error(process_namespace(proc, "nothing", &inode, &e), &e,
		    "stat '/proc/self/ns/nothing'");
	ck_assert_uint_eq(inode, 5);
}
END_TEST

/* In a child: the directory, as one of no more than 'room' bytes. */
static int runtime_directory(int flags, char *ret, size_t room)
{
	int ends[2], status;
	pid_t child;
	ssize_t n;

	ck_assert_int_eq(pipe(ends), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		struct err e = { 0 };
		char *directory = NULL;

		if (flags && unshare(flags) < 0)
			_exit(2);
		if (process_user_runtime_directory(&directory, &e) < 0)
			_exit(3);
		_exit(directory && write(ends[1], directory, strlen(directory)) < 0);
	}
	(void)close(ends[1]);
	n = read(ends[0], ret, room - 1);
	(void)close(ends[0]);
	ck_assert_int_ge(n, 0);
	ret[n] = '\0';
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return status;
}

START_TEST(only_a_user_namespace_has_a_directory_of_its_own)
{
	char directory[64];
	int status;

	ck_assert_int_eq(runtime_directory(0, directory, sizeof(directory)), 0);
	if (geteuid() == 0)
		ck_assert_str_eq(directory, "");
	/* nobody has mapped a uid into it yet: there is no line to read */
	status = runtime_directory(CLONE_NEWUSER, directory, sizeof(directory));
	ck_assert_msg(status == 3 << 8 || status == 2 << 8, "%#x, '%s'", (unsigned)status,
		      directory);
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ a_namespace_is_the_one_that_proc_shows, ARRAY_SIZE(namespaces) },
		{ those_of_a_record_are_the_same, 0 },
		{ an_unknown_namespace_is_none, 0 },
		{ only_a_user_namespace_has_a_directory_of_its_own, 0 },
		{ 0 },
	};

	return check_main("process", cases);
}
