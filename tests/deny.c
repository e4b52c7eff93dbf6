/* deny: run a command without some system calls, as an older kernel or a filter would.
 *
 *	deny NAME[:ERROR][@FLAGS]... -- COMMAND [ARGUMENT]...
 *
 * The call fails with ERROR, ENOSYS where none is given; with @FLAGS (any base) only where its
 * flags are exactly these. Exit 125: not understood, or the filter could not be loaded. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif
#ifndef SYS_statmount
#define SYS_statmount 457
#define SYS_listmount 458
#endif

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "add this architecture"
#endif

/* 'flags' is the number of the argument. */
static const struct {
	const char *name;
	unsigned number, flags;
} calls[] = {
	{ "openat2", SYS_openat2, 2 },	     { "open_tree", SYS_open_tree, 2 },
	{ "move_mount", SYS_move_mount, 4 }, { "fsopen", SYS_fsopen, 1 },
	{ "fsconfig", SYS_fsconfig, 1 },     { "fsmount", SYS_fsmount, 1 },
	{ "statmount", SYS_statmount, 3 },   { "listmount", SYS_listmount, 3 },
	{ "statx", SYS_statx, 2 },	     { "mount_setattr", SYS_mount_setattr, 2 },
	{ "umount2", SYS_umount2, 1 },	     { "close_range", SYS_close_range, 2 },
	{ "fchdir", SYS_fchdir, 0 },	     { "getdents64", SYS_getdents64, 0 },
	{ "pidfd_open", SYS_pidfd_open, 1 },
};

static const struct {
	const char *name;
	int number;
} errors[] = {
	{ "ENOSYS", ENOSYS }, { "EPERM", EPERM },   { "EINVAL", EINVAL }, { "ENOSPC", ENOSPC },
	{ "ENOMEM", ENOMEM }, { "EACCES", EACCES }, { "EBUSY", EBUSY },
};

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

enum { RULES_MAX = 16, RULE_SIZE = 5 };

static int refuse(const char *what, const char *name)
{
	fprintf(stderr, "deny: %s: %s\n", what, name);
	return 125;
}

/* One rule, RULE_SIZE instructions: load the number, leave the rule where it is another, the same
 * with the low half of the flags, fail. Returns -1 where the word is not understood. */
static int add_rule(char *word, struct sock_filter *rule)
{
	char *flags = strchr(word, '@'), *error = strchr(word, ':');
	size_t call = 0, number = 0;
	unsigned offset;

	if (flags)
		*flags++ = '\0';
	if (error)
		*error++ = '\0';
	while (call < ARRAY_SIZE(calls) && strcmp(calls[call].name, word) != 0)
		call++;
	while (error && number < ARRAY_SIZE(errors) && strcmp(errors[number].name, error) != 0)
		number++;
	if (call == ARRAY_SIZE(calls) || number == ARRAY_SIZE(errors))
		return -1;
	offset = (unsigned)offsetof(struct seccomp_data, args) + 8 * calls[call].flags;
	rule[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
					       offsetof(struct seccomp_data, nr));
	rule[1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[call].number, 0, 3);
	rule[2] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset);
	rule[3] = flags ? (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
						       (uint32_t)strtoul(flags, NULL, 0), 0, 1)
			: (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JA, 0, 0, 0);
	rule[4] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
					       SECCOMP_RET_ERRNO | (unsigned)errors[number].number);
	return 0;
}

int main(int argc, char **argv)
{
	struct sock_filter filter[3 + RULES_MAX * RULE_SIZE + 1] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = { .len = 3, .filter = filter };
	int i = 1;

	for (; i < argc && strcmp(argv[i], "--") != 0; i++, program.len += RULE_SIZE)
		if (i > RULES_MAX || add_rule(argv[i], filter + program.len) < 0)
			return refuse("not understood", argv[i]);
	if (i + 1 >= argc)
		return refuse("usage", "deny NAME[:ERROR][@FLAGS]... -- COMMAND");
	filter[program.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return refuse("load the filter", strerror(errno));
	execvp(argv[i + 1], argv + i + 1);
	return refuse(strerror(errno), argv[i + 1]);
}
