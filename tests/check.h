/* What the unit tests share: a main over a table of cases, fresh directories, and small makers of
 * files and mounts. Every case runs in a process of its own, below a directory that main removes.
 */
#pragma once

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"

/* One row of a module's list: a test, and over how many rows of its table it loops (0: none). */
struct check_case {
	const TTest *test;
	size_t rows;
};

enum { CHECK_SECONDS = 60 };

static inline int check_remove_one(const char *path, const struct stat *st, int type,
				   struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	(void)remove(path); /* what stays is seen by main */
	return 0;
}

/* Run all cases; the exit code of main. 'cases' ends with a row without a test. */
static inline int check_main(const char *name, const struct check_case *cases)
{
	char base[] = "/tmp/oci-share-check.XXXXXX";
	Suite *suite = suite_create(name);
	SRunner *runner;
	int failed;

	(void)umask(022);
	if (!mkdtemp(base) || chmod(base, 0755) < 0 || chdir(base) < 0) {
		perror(base);
		return EXIT_FAILURE;
	}
	for (; cases->test; cases++) {
		TCase *tc = tcase_create(cases->test->name);

		tcase_set_timeout(tc, CHECK_SECONDS);
		if (cases->rows > 0)
			tcase_add_loop_test(tc, cases->test, 0, (int)cases->rows);
		else
			tcase_add_test(tc, cases->test);
		suite_add_tcase(suite, tc);
	}
	runner = srunner_create(suite);
	srunner_set_fork_status(runner, CK_FORK);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	if (chdir("/") < 0 ||
	    nftw(base, check_remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) < 0)
		perror(base);
	if (access(base, F_OK) == 0) {
		fprintf(stderr, "%s: could not be removed\n", base);
		return EXIT_FAILURE;
	}
	return failed > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* The call succeeds; else the error's own message is the failure's. */
#define check_ok(call, e)                                                   \
	do {                                                                \
		int result_ = (call);                                       \
		ck_assert_msg(result_ >= 0, "%s: %s", #call, (e)->message); \
	} while (0)

/* It fails, sets an error with a message, and returns that error. */
static inline void check_error(int result, const struct err *e, const char *what)
{
	ck_assert_msg(result < 0, "%s: succeeded", what);
	ck_assert_msg(e->exit_code != 0 && e->message[0], "%s: no error is set", what);
	ck_assert_msg(result == -e->error, "%s: returned %d, but the error is %d", what, result,
		      e->error);
}

/* It fails with that exit code. */
static inline void check_exit(int result, const struct err *e, int exit_code, const char *what)
{
	check_error(result, e, what);
	ck_assert_msg(e->exit_code == exit_code, "%s: exit %d, expected %d (%s)", what,
		      e->exit_code, exit_code, e->message);
}

/* Make a new directory below main's, and work there. */
static inline void check_fresh_directory(void)
{
	char name[] = "t.XXXXXX";

	ck_assert_ptr_nonnull(mkdtemp(name));
	ck_assert_int_eq(chmod(name, 0755), 0);
	ck_assert_int_eq(chdir(name), 0);
}

/* The absolute path of a name in the working directory; good until the next call but three. */
static inline const char *check_absolute(const char *name)
{
	static char paths[4][PATH_MAX];
	static unsigned next;
	char cwd[PATH_MAX / 2], *path = paths[next++ % 4];

	ck_assert_ptr_nonnull(getcwd(cwd, sizeof(cwd)));
	(void)snprintf(path, PATH_MAX, "%s%s%.2000s", cwd, name[0] ? "/" : "", name);
	return path;
}

static inline void check_file(const char *name, const char *text, unsigned mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ck_assert_msg(fd >= 0, "create %s: %s", name, strerror(errno));
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	ck_assert_int_eq(fchmod(fd, mode), 0);
	ck_assert_int_eq(close(fd), 0);
}

static inline void check_directory(const char *name, unsigned mode)
{
	ck_assert_msg(mkdir(name, 0700) == 0, "mkdir %s: %s", name, strerror(errno));
	ck_assert_int_eq(chmod(name, mode), 0);
}

/* A file without a name that holds these bytes, to be read from its start. */
static inline int check_memory(const void *text, size_t length)
{
	int fd = memfd_create("check", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	for (size_t done = 0; done < length;) {
		ssize_t n = write(fd, (const char *)text + done, length - done);

		ck_assert_int_gt(n, 0);
		done += (size_t)n;
	}
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static inline int check_path_fd(const char *path)
{
	int fd = open(path, O_PATH | O_CLOEXEC);

	ck_assert_msg(fd >= 0, "open %s: %s", path, strerror(errno));
	return fd;
}

/* Give this process mounts of its own, all private. False, with a line that says so, where it may
 * not. */
static inline bool check_own_mounts(void)
{
	if (unshare(CLONE_NEWNS) < 0) {
		printf("skipped, it needs a mount namespace: %s\n", strerror(errno));
		return false;
	}
	ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	return true;
}

static inline void check_mount(const char *source, const char *target, const char *type,
			       unsigned long flags, const char *data)
{
	ck_assert_msg(mount(source, target, type, flags, data) == 0, "mount %s at %s: %s", source,
		      target, strerror(errno));
}
