/* When a share is stale. */
#include "share/lifecycle.h"

#include <sys/wait.h>

#include "common/process.h"
#include "tests/check.h"

#define THIS  "6a5c0e1c-0000-4000-8000-000000000001"
#define OTHER "6a5c0e1c-0000-4000-8000-000000000002"

enum { NS = 4026531836, GRACE = 60 };

static const struct {
	const char *name, *boot_id; /* the record's */
	int64_t pid;
	uint64_t pid_ns; /* of whoever judges */
	bool process, bundle;
	uint64_t gone_seconds, grace;
	enum lifecycle verdict;
} cases_of_judge[] = {
#define LIVE	LIFECYCLE_LIVE
#define GONE	LIFECYCLE_GONE
#define STALE	LIFECYCLE_STALE
#define UNKNOWN LIFECYCLE_UNKNOWN
	{ "it runs", THIS, 7, NS, true, true, 0, GRACE, LIVE },
	{ "it runs, its bundle is gone", THIS, 7, NS, true, false, 0, GRACE, LIVE },
	{ "it runs, and did not once", THIS, 7, NS, true, true, 9999, GRACE, LIVE },
	{ "just gone", THIS, 7, NS, false, true, 0, GRACE, GONE },
	{ "gone for the grace less a second", THIS, 7, NS, false, true, 59, GRACE, GONE },
	{ "gone for the grace", THIS, 7, NS, false, true, 60, GRACE, STALE },
	{ "gone for a day", THIS, 7, NS, false, true, 86400, GRACE, STALE },
	{ "gone with its bundle", THIS, 7, NS, false, false, 0, GRACE, STALE },
	{ "no grace", THIS, 7, NS, false, true, 0, 0, STALE },
	{ "no grace, it runs", THIS, 7, NS, true, true, 0, 0, LIVE },
	{ "no pid", THIS, 0, NS, false, true, 0, GRACE, LIVE },
	{ "no pid, for long", THIS, 0, NS, false, true, 9999, GRACE, LIVE },
	{ "no pid, no bundle", THIS, 0, NS, false, false, 0, GRACE, STALE },
	{ "another boot", OTHER, 7, NS, false, true, 0, GRACE, STALE },
	{ "another boot, a process of that pid", OTHER, 7, NS, true, true, 0, GRACE, STALE },
	{ "another boot, no pid", OTHER, 0, NS, false, true, 0, GRACE, STALE },
	{ "another pid namespace", THIS, 7, NS + 1, false, true, 9999, GRACE, UNKNOWN },
	{ "another pid namespace, no bundle", THIS, 7, NS + 1, false, false, 9999, GRACE, UNKNOWN },
	{ "another pid namespace, another boot", OTHER, 7, NS + 1, false, true, 0, GRACE, STALE },
};

START_TEST(judges)
{
	char boot_id[64], bundle[] = "/b";
	struct record r = { .boot_id = boot_id,
			    .bundle = bundle,
			    .pid = cases_of_judge[_i].pid,
			    .start_time = 100,
			    .pid_ns = NS };
	struct lifecycle_here here = { .boot_id = THIS, .pid_ns = cases_of_judge[_i].pid_ns };
	struct lifecycle_facts f = { .process = cases_of_judge[_i].process,
				     .bundle = cases_of_judge[_i].bundle,
				     .gone_seconds = cases_of_judge[_i].gone_seconds };
	enum lifecycle verdict;

	(void)strcpy(boot_id, cases_of_judge[_i].boot_id);
	verdict = lifecycle_judge(&r, &here, &f, cases_of_judge[_i].grace);
	ck_assert_msg(verdict == cases_of_judge[_i].verdict, "%s: %s", cases_of_judge[_i].name,
		      lifecycle_name(verdict));
}
END_TEST

START_TEST(verdicts_have_names)
{
	ck_assert_str_eq(lifecycle_name(LIFECYCLE_LIVE), "live");
	ck_assert_str_eq(lifecycle_name(LIFECYCLE_GONE), "gone");
	ck_assert_str_eq(lifecycle_name(LIFECYCLE_STALE), "stale");
	ck_assert_str_eq(lifecycle_name(LIFECYCLE_UNKNOWN), "unknown");
}
END_TEST

/* ---- facts ---- */

static int open_proc(void)
{
	struct err e = { 0 };
	int proc = at_open_proc(&e);

	check_ok(proc, &e);
	return proc;
}

static struct lifecycle_facts measure(int proc, int64_t pid, int64_t start_time, const char *bundle)
{
	struct record r = { .bundle = (char *)bundle, .pid = pid, .start_time = start_time };
	struct lifecycle_facts f = { 0 };
	struct lifecycle_here here;
	struct err e = { 0 };

	check_ok(lifecycle_here(proc, &here, &e), &e);
	check_ok(lifecycle_measure(proc, &here, &r, &f, &e), &e);
	ck_assert_int_eq(e.exit_code, 0);
	return f;
}

START_TEST(measures_a_process_that_runs_and_then_does_not)
{
	cleanup_fd int proc = open_proc();
	struct process_namespaces own;
	struct process_identity identity;
	struct lifecycle_facts f;
	struct err e = { 0 };
	int64_t start_time;
	siginfo_t info;
	int ends[2];
	pid_t child;
	char byte;

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		ck_assert_int_eq(close(ends[1]), 0);
		_exit(read(ends[0], &byte, 1) != 0);
	}
	check_ok(process_namespaces(proc, &own, &e), &e);
	check_ok(process_identify(proc, child, process_start_shift(proc, own.time), &identity, &e),
		 &e);
	start_time = (int64_t)identity.start_time;
	f = measure(proc, child, start_time, "/");
	ck_assert(f.process && f.bundle);
	ck_assert(!measure(proc, child, start_time + 1, "/").process); /* the pid was reused */
	ck_assert_int_eq(close(ends[1]), 0);
	ck_assert_int_eq(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	ck_assert(!measure(proc, child, start_time, "/").process); /* a zombie */
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert(!measure(proc, child, start_time, "/").process);
}
END_TEST

START_TEST(measures_bundle_boot_and_namespace)
{
	cleanup_fd int proc = open_proc();
	struct lifecycle_here here;
	struct lifecycle_facts f;
	struct err e = { 0 };
	struct stat st;
	char boot_id[64] = "";
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	ck_assert_ptr_nonnull(file);
	ck_assert_ptr_nonnull(fgets(boot_id, sizeof(boot_id), file));
	ck_assert_int_eq(fclose(file), 0);
	check_fresh_directory();
	check_directory("bundle", 0755);
	check_file("file", "", 0644);
	f = measure(proc, 0, 0, check_absolute("bundle"));
	ck_assert(f.bundle && !f.process);
	check_ok(lifecycle_here(proc, &here, &e), &e);
	ck_assert_uint_eq(strlen(here.boot_id), PROCESS_BOOT_ID_SIZE - 1);
	ck_assert(strncmp(here.boot_id, boot_id, strlen(here.boot_id)) == 0);
	ck_assert_int_eq(stat("/proc/self/ns/pid", &st), 0);
	ck_assert_uint_eq(here.pid_ns, st.st_ino);
	ck_assert_int_eq(stat("/proc/self/ns/mnt", &st), 0);
	ck_assert_uint_eq(here.mnt_ns, st.st_ino);
	ck_assert(!measure(proc, 0, 0, check_absolute("none")).bundle);
	ck_assert(!measure(proc, 0, 0, check_absolute("none/below")).bundle);
	ck_assert(!measure(proc, 0, 0, check_absolute("file")).bundle);
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ judges, ARRAY_SIZE(cases_of_judge) },
		{ verdicts_have_names, 0 },
		{ measures_a_process_that_runs_and_then_does_not, 0 },
		{ measures_bundle_boot_and_namespace, 0 },
		{ 0 },
	};

	return check_main("lifecycle", cases);
}
