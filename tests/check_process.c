/* What is asked of the kernel about this process. */
#include "common/process.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "common/at.h"
#include "tests/check.h"

static const char *const namespaces[] = { "mnt", "pid", "time", "user", "net" };

enum { SAME, OTHER, NO_NAMESPACE, FAILED };

/* In a child, in new namespaces where there are flags: what 'look' says, or NO_NAMESPACE. */
static int in_child(int flags, int (*look)(const char *), const char *argument)
{
	pid_t child = fork();
	int status;

	ck_assert_int_ge(child, 0);
	if (child == 0)
		_exit(flags && unshare(flags) < 0 ? NO_NAMESPACE : look(argument));
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int compare(const char *name)
{
	cleanup_fd int proc = -EBADF;
	struct err e = { 0 };
	uint64_t inode = 0;
	char path[64];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	proc = at_open_proc(&e);
	if (proc < 0 || stat(path, &st) < 0 || process_namespace(proc, name, &inode, &e) < 0)
		return FAILED;
	return inode == st.st_ino ? SAME : OTHER;
}

START_TEST(a_namespace_is_the_one_that_proc_shows)
{
	static const int flags[] = { 0, CLONE_NEWNS, CLONE_NEWNS | CLONE_NEWUSER };

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		int result = in_child(flags[i], compare, namespaces[_i]);

		/* a container may not make namespaces */
		ck_assert_msg(result == SAME || (flags[i] && result == NO_NAMESPACE), "%s, %#x: %d",
			      namespaces[_i], (unsigned)flags[i], result);
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

static int runtime_directory(const char *expected)
{
	struct err e = { 0 };
	char *directory = NULL;

	if (process_user_runtime_directory(&directory, &e) < 0)
		return FAILED;
	return strcmp(directory ? directory : "", expected) == 0 ? SAME : OTHER;
}

START_TEST(only_a_user_namespace_has_a_directory_of_its_own)
{
	int result = in_child(0, runtime_directory, "");

	ck_assert(result == SAME || (geteuid() != 0 && result == OTHER));
	/* nobody has mapped a uid into it yet: there is no line to read */
	result = in_child(CLONE_NEWUSER, runtime_directory, "");
	ck_assert_msg(result == FAILED || result == NO_NAMESPACE, "%d", result);
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
