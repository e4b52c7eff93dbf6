/* inject: run a command and lay a hand on one of its system calls.
 *
 *	inject list -- COMMAND [ARGUMENT]...	a line a call to descriptor 3: number, name
 *	inject N kill -- COMMAND...		SIGKILL at the entry of call N, from 1
 *	inject NAME:K ERROR[+] -- COMMAND...	the K-th call of NAME is not made and fails with
 *						ERROR; with a plus all later ones do, too
 *
 * Calls are counted from the one after execve; children are not followed. The exit status is the
 * command's, or one of enum. A brk that fails returns the old break, as the kernel has it, and one
 * that only asks cannot fail. */
#define _GNU_SOURCE /* strerrorname_np */
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	KILLED = 120, /* as asked */
	NOT_REACHED,  /* it has fewer calls, or that one cannot fail */
	DIED,	      /* of a signal of its own */
	TROUBLE = 125,
	ERRORS = 134,  /* no errno is as large */
	PATIENCE = 20, /* seconds; then SIGALRM ends us, and that the command */
};

/* Names of calls; one without has its number for a name. */
static const struct {
	const char *name;
	uint64_t number;
} calls[] = {
#ifdef CALLS
#include CALLS /* rows that t-fault makes of sys/syscall.h, which may be older than what comes now */
#endif
	{ "open_tree", 428 }, { "move_mount", 429 }, { "fsopen", 430 },
	{ "fsconfig", 431 },  { "fsmount", 432 },    { "close_range", 436 },
	{ "openat2", 437 },   { "faccessat2", 439 }, { "mount_setattr", 442 },
	{ "statmount", 457 }, { "listmount", 458 },
};

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* What is to be done to which call. */
struct fault {
	unsigned long n;  /* of all, or of those of that name; 0: list them */
	const char *name; /* NULL: any */
	int error;	  /* 0: kill */
	bool later;	  /* later ones, too */
	unsigned long seen;
	uint64_t number; /* of the call that it is in */
	uint64_t brk;	 /* what the last one said */
	bool failing;	 /* between its entry and its exit */
	bool over; /* it closed -4242, as nomem.c does when main has returned: what follows is left
		      alone */
	bool done;
};

static int trouble(const char *what)
{
	fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
	return TROUBLE;
}

static const char *name_of(uint64_t number)
{
	static char other[32];

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		if (calls[i].number == number)
			return calls[i].name;
	(void)snprintf(other, sizeof(other), "call_%ju", (uintmax_t)number);
	return other;
}

/* Let the call not be made, or have that result. */
#ifdef __x86_64__
static long set_register(pid_t child, size_t offset, int64_t value)
{
	return ptrace(PTRACE_POKEUSER, child, (void *)offset, (void *)value);
}

static long skip_call(pid_t child)
{
	return set_register(child, offsetof(struct user_regs_struct, orig_rax), -1);
}

static long set_result(pid_t child, int64_t result)
{
	return set_register(child, offsetof(struct user_regs_struct, rax), result);
}
#elif defined(__aarch64__)
static long skip_call(pid_t child)
{
	int none = -1;
	struct iovec io = { &none, sizeof(none) };

	return ptrace(PTRACE_SETREGSET, child, (void *)NT_ARM_SYSTEM_CALL, &io);
}

static long set_result(pid_t child, int64_t result)
{
	struct user_regs_struct r;
	struct iovec io = { &r, sizeof(r) };

	if (ptrace(PTRACE_GETREGSET, child, (void *)NT_PRSTATUS, &io) < 0)
		return -1;
	r.regs[0] = (uint64_t)result;
	return ptrace(PTRACE_SETREGSET, child, (void *)NT_PRSTATUS, &io);
}
#else
#error "add this architecture"
#endif

/* At the entry of a call. 0: go on; else how we end. */
static int at_entry(struct fault *f, pid_t child, const struct __ptrace_syscall_info *info)
{
	const char *name = name_of(info->entry.nr);

	f->number = info->entry.nr;
	f->over |= f->number == SYS_close && (int)info->entry.args[0] == -4242;
	if (f->over)
		return 0;
	if (f->name && strcmp(f->name, name) != 0)
		return 0;
	f->seen++;
	if (f->n == 0)
		return dprintf(3, "%lu %s\n", f->seen, name) < 0 ? trouble("list") : 0;
	if (f->seen != f->n && !(f->later && f->seen > f->n))
		return 0;
	if (f->error == 0)
		return KILLED;
	if (f->number == SYS_brk && info->entry.args[0] == 0)
		return 0;
	f->done = f->failing = true;
	return skip_call(child) < 0 ? trouble("skip the call") : 0;
}

static int at_exit(struct fault *f, pid_t child, const struct __ptrace_syscall_info *info)
{
	if (!f->failing && f->number == SYS_brk)
		f->brk = (uint64_t)info->exit.rval;
	if (!f->failing)
		return 0;
	f->failing = false;
	return set_result(child, f->number == SYS_brk ? (int64_t)f->brk : -f->error) < 0
		       ? trouble("set the result")
		       : 0;
}

/* What a stop of the child is; *signal is to be handed on. 0: go on; else how we end. */
static int at_stop(struct fault *f, pid_t child, int status, bool *running, int *signal)
{
	struct __ptrace_syscall_info info;

	*signal = 0;
	if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) {
		*running = true;
		f->number = SYS_execve; /* whose exit comes next */
	} else if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
		*signal = WSTOPSIG(status);
	} else if (*running) {
		if (ptrace(PTRACE_GET_SYSCALL_INFO, child, (void *)sizeof(info), &info) <= 0)
			return trouble("ask for the call");
		return info.op == PTRACE_SYSCALL_INFO_ENTRY ? at_entry(f, child, &info)
							    : at_exit(f, child, &info);
	}
	return 0;
}

static int follow(struct fault *f, pid_t child)
{
	int status, signal = 0, end = 0;
	bool running = false;

	while (end == 0) {
		if (ptrace(PTRACE_SYSCALL, child, NULL, (void *)(intptr_t)signal) < 0 ||
		    waitpid(child, &status, 0) != child)
			return trouble("follow");
		if (WIFEXITED(status))
			return f->n > 0 && !f->done ? NOT_REACHED : WEXITSTATUS(status);
		if (WIFSIGNALED(status)) {
			fprintf(stderr, "inject: signal %d\n", WTERMSIG(status));
			return DIED;
		}
		end = at_stop(f, child, status, &running, &signal);
	}
	(void)kill(child, SIGKILL);
	(void)waitpid(child, &status, 0);
	return end;
}

static int run(struct fault *f, char **command)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 && raise(SIGSTOP) == 0) {
			(void)close(3);
			(void)execvp(command[0], command);
		}
		_exit(trouble(command[0]));
	}
	(void)alarm(PATIENCE);
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, child, NULL,
		   (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)) < 0)
		return trouble("start");
	return follow(f, child);
}

static int parse(struct fault *f, char *where, char *what)
{
	char *colon = strchr(where, ':'), *plus = strchr(what, '+');

	f->later = plus != NULL;
	if (plus)
		*plus = '\0';
	if (colon) {
		*colon = '\0';
		f->name = where;
		for (int i = 1; i < ERRORS; i++)
			if (strerrorname_np(i) && strcmp(strerrorname_np(i), what) == 0)
				f->error = i;
	}
	f->n = strtoul(colon ? colon + 1 : where, NULL, 10);
	return f->n > 0 && (f->error > 0) == (colon != NULL) ? 0 : -1;
}

int main(int argc, char **argv)
{
	bool list = argc > 1 && strcmp(argv[1], "list") == 0;
	struct fault f = { 0 };
	int i = list ? 2 : 3;

	errno = EINVAL;
	if (argc < i + 2 || strcmp(argv[i], "--") != 0 ||
	    (!list && parse(&f, argv[1], argv[2]) < 0))
		return trouble("usage: inject list|N|NAME:K [kill|ERROR[+]] -- COMMAND");
	return run(&f, argv + i + 1);
}
