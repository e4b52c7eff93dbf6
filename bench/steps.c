/* steps: count the instructions that a program executes in user space, by single steps of
 * ptrace(2). valgrind counts faster, but does not know openat2 and the newer mount calls.
 *
 *	steps [-a] PROGRAM [ARGUMENT...]
 *
 * Prints the number on descriptor 3. An instruction that repeats itself ('rep movs') counts once.
 * Addresses are not random, so that the number is the same each time. With -a a line
 * 'ADDRESS COUNT' for each address, in hexadecimal from the start of the program's file, for
 * addr2line or nm.
 * The exit status is the program's; 125 where it cannot be run or is killed. */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CANNOT = 125, ADDRESSES = 1 << 24 };

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "steps: %s: %s\n", what, strerror(errno));
	exit(CANNOT);
}

static unsigned long counter(pid_t child)
{
#if defined(__x86_64__)
	return (unsigned long)ptrace(PTRACE_PEEKUSER, child, offsetof(struct user_regs_struct, rip),
				     NULL);
#else
#error "which register is the program counter?"
#endif
}

/* Where the program's file begins: its program headers are behind the ELF header. */
static unsigned long base_of(pid_t child)
{
	char path[64];
	unsigned long pair[2];
	FILE *auxiliary;

	(void)snprintf(path, sizeof(path), "/proc/%d/auxv", (int)child);
	auxiliary = fopen(path, "re");
	if (!auxiliary)
		fail(path);
	while (fread(pair, sizeof(pair), 1, auxiliary) == 1 && pair[0] != AT_PHDR)
		;
	(void)fclose(auxiliary);
	return pair[1] - sizeof(Elf64_Ehdr);
}

/* On one processor: to wake the other one up for each step takes longer than the step. */
static void stay_here(void)
{
	cpu_set_t here;

	CPU_ZERO(&here);
	CPU_SET((unsigned)sched_getcpu(), &here);
	(void)sched_setaffinity(0, sizeof(here), &here);
}

static pid_t start(char **argv)
{
	pid_t child;

	stay_here();
	child = fork();
	if (child < 0)
		fail("fork");
	if (child > 0)
		return child;
	(void)close(3);
	if (personality(ADDR_NO_RANDOMIZE) < 0 || ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		fail("trace");
	(void)execv(argv[0], argv);
	fail(argv[0]);
}

int main(int argc, char **argv)
{
	bool addresses = argc > 1 && strcmp(argv[1], "-a") == 0;
	uint64_t total = 0;
	unsigned long base, last = 0;
	uint32_t *counts = NULL;
	int status;
	pid_t child;
	FILE *out = fdopen(3, "w");

	argv += 1 + addresses;
	if (argc < 2 + addresses || !out) {
		fprintf(stderr, "usage: steps [-a] PROGRAM [ARGUMENT...] 3>COUNT\n");
		return CANNOT;
	}
	child = start(argv);
	if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
		fail(argv[0]);
	base = base_of(child);
	if (addresses && !(counts = calloc(ADDRESSES, sizeof(*counts))))
		fail("memory");
	for (int signal = 0; WIFSTOPPED(status);) {
		unsigned long at;

		if (ptrace(PTRACE_SINGLESTEP, child, NULL, signal) < 0 ||
		    waitpid(child, &status, 0) != child)
			fail("step");
		signal = WIFSTOPPED(status) && WSTOPSIG(status) != SIGTRAP ? WSTOPSIG(status) : 0;
		if (!WIFSTOPPED(status))
			break;
		at = counter(child);
		total += at != last;
		if (counts && at != last && at - base < ADDRESSES)
			counts[at - base]++;
		last = at;
	}
	for (unsigned i = 0; counts && i < ADDRESSES; i++)
		if (counts[i] > 0)
			fprintf(out, "%x %" PRIu32 "\n", i, counts[i]);
	if (!addresses)
		fprintf(out, "%" PRIu64 "\n", total);
	return WIFEXITED(status) ? WEXITSTATUS(status) : CANNOT;
}
