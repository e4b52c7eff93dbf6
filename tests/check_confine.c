/* What each program may still do behind its filter: every system call is tried, in a process of its
 * own, and the set of those that are let through is compared with the table. */
#include "common/confine.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "filter/table.h"
#include "tests/check.h"

#include "filter/poststop.h"
static const struct confinement poststop = { .capabilities = 0, FILTER };
#undef FILTER
#include "filter/prestart.h"
static const struct confinement prestart = { .capabilities = 0, FILTER };
#undef FILTER
#include "filter/tool.h"
static const struct confinement tool = { .capabilities = 0, FILTER };

static const struct {
	const char *name;
	const struct confinement *confinement;
	unsigned program;
} programs[] = {
	{ "prestart", &prestart, FILTER_PRESTART },
	{ "poststop", &poststop, FILTER_POSTSTOP },
	{ "tool", &tool, FILTER_TOOL },
};

enum { NUMBERS = 480 };
enum outcome { DENIED, KILLED, ALLOWED };

/* In a child: behind the filter, one call. */
static enum outcome try_call(const struct confinement *c, long number, const long arguments[4])
{
	pid_t child = fork();
	struct err e = { 0 };
	int status;

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || confine(c, &e) != 0)
			_exit(100);
		(void)syscall(number, arguments[0], arguments[1], arguments[2], arguments[3], -1L,
			      -1L);
		_exit(errno == ENOSYS ? 1 : 2);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS ? KILLED : ALLOWED;
	ck_assert_int_ne(WEXITSTATUS(status), 100);
	/* any other exit code is that of the call itself: exit, exit_group */
	return WEXITSTATUS(status) == 1 ? DENIED : ALLOWED;
}

/* A number that no kernel of today has cannot be told from one that is denied. */
static bool has_row(unsigned program, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(filter_rows); i++)
		if (filter_rows[i].programs & program && strcmp(filter_rows[i].name, name) == 0)
			return true;
	return false;
}

static const struct {
	const char *name;
	long number;
	long arguments[4];
	enum outcome outcome[3]; /* of prestart, poststop, tool */
} calls[] = {
	{ "execve", SYS_execve, { 0 }, { KILLED, KILLED, KILLED } },
	{ "execveat", SYS_execveat, { 0 }, { KILLED, KILLED, KILLED } },
	{ "ptrace", SYS_ptrace, { 0 }, { KILLED, KILLED, KILLED } },
	{ "mount", SYS_mount, { 0 }, { KILLED, KILLED, KILLED } },
	{ "bpf", SYS_bpf, { -1 }, { KILLED, KILLED, KILLED } },
	{ "kexec_load", SYS_kexec_load, { -1 }, { KILLED, KILLED, KILLED } },
	{ "init_module", SYS_init_module, { 0 }, { KILLED, KILLED, KILLED } },
	{ "chroot", SYS_chroot, { 0 }, { KILLED, KILLED, KILLED } },
	{ "pivot_root", SYS_pivot_root, { 0 }, { KILLED, KILLED, KILLED } },
	{ "open_by_handle_at", SYS_open_by_handle_at, { -1 }, { KILLED, KILLED, KILLED } },
	{ "perf_event_open", SYS_perf_event_open, { 0 }, { KILLED, KILLED, KILLED } },
	{ "setuid", SYS_setuid, { 0 }, { KILLED, KILLED, KILLED } },
	{ "socket", SYS_socket, { 1, 1, 0 }, { DENIED, DENIED, DENIED } },
	{ "connect", SYS_connect, { -1 }, { DENIED, DENIED, DENIED } },
	{ "clone", SYS_clone, { SIGCHLD }, { DENIED, DENIED, DENIED } },
	/* doctor runs each check in a process of its own, which it may have to kill */
	{ "clone, as fork() does",
	  SYS_clone,
	  { CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD },
	  { DENIED, DENIED, ALLOWED } },
	{ "clone, a thread",
	  SYS_clone,
	  { CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD },
	  { DENIED, DENIED, DENIED } },
	{ "clone, a user namespace",
	  SYS_clone,
	  { CLONE_NEWUSER | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD },
	  { DENIED, DENIED, DENIED } },
	{ "clone3", SYS_clone3, { 0 }, { DENIED, DENIED, DENIED } },
	{ "pipe2", SYS_pipe2, { 0, O_CLOEXEC }, { DENIED, DENIED, ALLOWED } },
	{ "pipe2, of packets", SYS_pipe2, { 0, O_DIRECT }, { DENIED, DENIED, DENIED } },
	{ "wait4", SYS_wait4, { 0 }, { DENIED, DENIED, ALLOWED } },
	{ "kill, for good", SYS_kill, { 1 << 30, SIGKILL }, { DENIED, DENIED, ALLOWED } },
	{ "kill, a question", SYS_kill, { 1 << 30, 0 }, { DENIED, DENIED, DENIED } },
	{ "kill, another signal", SYS_kill, { 1 << 30, SIGTERM }, { DENIED, DENIED, DENIED } },
	{ "linkat", SYS_linkat, { -1, 0, -1, 0 }, { DENIED, DENIED, DENIED } },
	{ "symlinkat", SYS_symlinkat, { 0, -1, 0 }, { DENIED, DENIED, DENIED } },
	{ "truncate", SYS_truncate, { 0 }, { DENIED, DENIED, DENIED } },
	{ "sethostname", SYS_sethostname, { 0 }, { KILLED, KILLED, KILLED } },
	{ "prctl", SYS_prctl, { -1 }, { DENIED, DENIED, DENIED } },
	{ "prctl, to end with the parent",
	  SYS_prctl,
	  { PR_SET_PDEATHSIG, 0 },
	  { DENIED, DENIED, ALLOWED } },
	{ "prctl, to be dumped", SYS_prctl, { PR_SET_DUMPABLE, 1 }, { DENIED, DENIED, DENIED } },
	{ "capset", SYS_capset, { 0 }, { DENIED, DENIED, DENIED } },
	{ "move_mount", SYS_move_mount, { -1, 0, -1, 0 }, { ALLOWED, DENIED, ALLOWED } },
	{ "open_tree", SYS_open_tree, { -1 }, { ALLOWED, DENIED, ALLOWED } },
	{ "fsopen", SYS_fsopen, { 0 }, { ALLOWED, DENIED, ALLOWED } },
	{ "mount_setattr", 442, { -1 }, { ALLOWED, DENIED, ALLOWED } },
	{ "umount2, lazily", SYS_umount2, { 0, MNT_DETACH }, { ALLOWED, ALLOWED, ALLOWED } },
	{ "umount2, not lazily", SYS_umount2, { 0, 0 }, { DENIED, DENIED, DENIED } },
	{ "umount2, by force", SYS_umount2, { 0, MNT_FORCE }, { DENIED, DENIED, DENIED } },
	{ "mknodat, a file", SYS_mknodat, { -1, 0, S_IFREG, 0 }, { ALLOWED, DENIED, ALLOWED } },
	{ "mknodat, a device", SYS_mknodat, { -1, 0, S_IFBLK, 0 }, { DENIED, DENIED, DENIED } },
	{ "mmap", SYS_mmap, { 0, 0, PROT_READ, -1 }, { ALLOWED, ALLOWED, ALLOWED } },
	{ "mmap, executable",
	  SYS_mmap,
	  { 0, 4096, PROT_READ | PROT_EXEC, -1 },
	  { DENIED, DENIED, DENIED } },
	{ "mprotect, executable",
	  SYS_mprotect,
	  { 0, 4096, PROT_READ | PROT_EXEC },
	  { DENIED, DENIED, DENIED } },
	{ "unshare, a mount namespace", SYS_unshare, { CLONE_NEWNS }, { DENIED, DENIED, ALLOWED } },
	{ "unshare, a user namespace", SYS_unshare, { CLONE_NEWUSER }, { DENIED, DENIED, DENIED } },
	/* doctor's trial ends with its process, and goes nowhere back */
	{ "setns, a mount namespace", SYS_setns, { -1, CLONE_NEWNS }, { DENIED, DENIED, DENIED } },
	{ "setns, any", SYS_setns, { -1, 0 }, { DENIED, DENIED, DENIED } },
	{ "ioctl, a pidfd's pid namespace",
	  SYS_ioctl,
	  { -1, _IO(0xff, 5) },
	  { ALLOWED, DENIED, ALLOWED } },
	{ "ioctl, a pidfd's net namespace",
	  SYS_ioctl,
	  { -1, _IO(0xff, 4) },
	  { DENIED, DENIED, DENIED } },
	{ "ioctl, a pidfd's user namespace",
	  SYS_ioctl,
	  { -1, _IO(0xff, 9) },
	  { DENIED, DENIED, DENIED } },
	{ "pidfd_open", 434, { -1 }, { ALLOWED, DENIED, ALLOWED } },
	{ "ioctl, TIOCSTI", SYS_ioctl, { 0, TIOCSTI, 0 }, { DENIED, DENIED, DENIED } },
	{ "fchown", SYS_fchown, { -1 }, { ALLOWED, DENIED, ALLOWED } },
};

START_TEST(what_is_dangerous_is_denied)
{
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		enum outcome outcome =
			try_call(programs[i].confinement, calls[_i].number, calls[_i].arguments);

		ck_assert_msg(outcome == calls[_i].outcome[i], "%s: %s: %d", programs[i].name,
			      calls[_i].name, outcome);
	}
}
END_TEST

/* All numbers, with arguments that no call takes: more are denied than allowed, and no more are
 * allowed than have a row. */
START_TEST(a_filter_denies_more_than_it_allows)
{
	static const long nothing[4] = { -1, -1, -1, -1 };
	unsigned allowed = 0, rows = 0;

	for (long number = 0; number < NUMBERS; number++)
		allowed += try_call(programs[_i].confinement, number, nothing) == ALLOWED;
	for (size_t i = 0; i < ARRAY_SIZE(filter_rows); i++)
		rows += (filter_rows[i].programs & programs[_i].program) != 0;
	ck_assert_msg(allowed > 20 && allowed <= rows && 3 * allowed < NUMBERS,
		      "%s: %u allowed of %d, %u rows", programs[_i].name, allowed, NUMBERS, rows);
}
END_TEST

START_TEST(the_hooks_need_less_than_the_tool)
{
	static const char *const tools_alone[] = { "clone", "kill",    "pipe2", "prctl",
						   "wait4", "unshare", "flock" };

	for (size_t i = 0; i < ARRAY_SIZE(tools_alone); i++) {
		ck_assert(has_row(FILTER_TOOL, tools_alone[i]));
		ck_assert(!has_row(FILTER_HOOKS, tools_alone[i]));
	}
}
END_TEST

START_TEST(capabilities_are_given_up_for_good)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct confinement c = { .capabilities =
					       CAPABILITY(CAP_SYS_ADMIN) | CAPABILITY(CAP_BPF) };
	struct __user_cap_data_struct data[2], again[2];
	struct err e = { 0 };

	if (geteuid() != 0)
		return;
	check_ok(confine(&c, &e), &e);
	ck_assert_int_eq(syscall(SYS_capget, &header, data), 0);
	ck_assert_uint_eq(data[0].permitted, 1U << CAP_SYS_ADMIN);
	ck_assert_uint_eq(data[0].effective, 1U << CAP_SYS_ADMIN);
	ck_assert_uint_eq(data[0].inheritable | data[1].inheritable, 0);
	ck_assert_uint_eq(data[1].permitted, 1U << (CAP_BPF - 32));
	memcpy(again, data, sizeof(again));
	again[0].permitted |= 1U << CAP_CHOWN;
	ck_assert_int_lt(syscall(SYS_capset, &header, again), 0);
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ what_is_dangerous_is_denied, prestart.filter ? ARRAY_SIZE(calls) : 0 },
		{ a_filter_denies_more_than_it_allows, ARRAY_SIZE(programs) },
		{ the_hooks_need_less_than_the_tool, 0 },
		{ capabilities_are_given_up_for_good, 0 },
		{ 0 },
	};
	const struct check_case without[] = {
		{ the_hooks_need_less_than_the_tool, 0 },
		{ capabilities_are_given_up_for_good, 0 },
		{ 0 },
	};

	return check_main("confine", prestart.filter ? cases : without);
}
