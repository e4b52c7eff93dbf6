/* Which system calls each executable may make once it has read its settings and opened its log and
 * its input: a row a call. What has no row fails with ENOSYS, from which the C library falls back;
 * what is 'never' kills the process: no bug of ours leads there, only somebody else's code does. */
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <termios.h>

enum filter_program {
	FILTER_PRESTART = 1 << 0,
	FILTER_POSTSTOP = 1 << 1,
	FILTER_TOOL = 1 << 2,
	FILTER_HOOKS = FILTER_PRESTART | FILTER_POSTSTOP,
	FILTER_ALL = FILTER_HOOKS | FILTER_TOOL,
};

/* The argument of clone() that the flags are. */
#ifdef __s390__
#define FORK_FLAGS 2
#else
#define FORK_FLAGS 1
#endif

static const struct filter_row {
	const char *name;
	unsigned programs; /* enum filter_program */
	int number;	   /* where libseccomp may not know the name; the same everywhere */
	/* the argument (from 1; 0: none) must be 'value' in the bits of 'mask' */
	unsigned argument;
	uint64_t mask, value;
} filter_rows[] = {
	/* what each volume takes; the filter is a list in this order */
	{ "openat2", FILTER_ALL, 437 },
	{ "statx", FILTER_ALL },
	{ "close", FILTER_ALL },
	{ "open_tree", FILTER_PRESTART | FILTER_TOOL, 428 },
	{ "mount_setattr", FILTER_PRESTART | FILTER_TOOL, 442 },
	{ "mkdirat", FILTER_ALL },
	{ "move_mount", FILTER_PRESTART | FILTER_TOOL, 429 },
	/* files */
	{ "openat", FILTER_ALL },
	{ "close_range", FILTER_PRESTART | FILTER_TOOL, 436 },
	{ "read", FILTER_ALL },
	{ "pread64", FILTER_PRESTART | FILTER_TOOL },
	{ "pwrite64", FILTER_PRESTART | FILTER_TOOL },
	{ "write", FILTER_ALL },
	{ "writev", FILTER_ALL }, /* the C library, when it aborts */
	{ "lseek", FILTER_ALL },
	{ "fcntl", FILTER_ALL },
	{ "flock", FILTER_TOOL },
	{ "fstat", FILTER_ALL },
	{ "newfstatat", FILTER_ALL },
	{ "fstatfs", FILTER_ALL },
	{ "statfs", FILTER_TOOL },
	{ "faccessat", FILTER_ALL },
	{ "faccessat2", FILTER_ALL, 439 },
	{ "access", FILTER_TOOL },
	{ "getdents64", FILTER_ALL },
	{ "readlinkat", FILTER_ALL },
	{ "readlink", FILTER_TOOL },
	{ "mknodat", FILTER_PRESTART | FILTER_TOOL, .argument = 3, S_IFMT, S_IFREG },
	{ "unlinkat", FILTER_ALL },
	{ "renameat", FILTER_PRESTART | FILTER_TOOL },
	{ "fchmod", FILTER_PRESTART | FILTER_TOOL },
	{ "fchmodat", FILTER_PRESTART | FILTER_TOOL },
	{ "fchown", FILTER_PRESTART | FILTER_TOOL },
	{ "chdir", FILTER_ALL },
	{ "fchdir", FILTER_ALL },
	{ "poll", FILTER_ALL },
	{ "ppoll", FILTER_ALL },
	{ "ioctl", FILTER_TOOL, .argument = 2, ~UINT64_C(0), TCGETS },
	{ "ioctl", FILTER_TOOL, .argument = 2, ~UINT64_C(0), TIOCGWINSZ },
	/* which cgroup, mount, pid and time namespace a pidfd's process is in */
	{ "pidfd_open", FILTER_PRESTART | FILTER_TOOL, 434 },
	{ "ioctl", FILTER_PRESTART | FILTER_TOOL, .argument = 2, ~UINT64_C(6), _IO(0xff, 1) },
	/* mounts */
	{ "fsopen", FILTER_PRESTART | FILTER_TOOL, 430 },
	{ "fsconfig", FILTER_PRESTART | FILTER_TOOL, 431 },
	{ "fsmount", FILTER_PRESTART | FILTER_TOOL, 432 },
	{ "statmount", FILTER_ALL, 457 },
	{ "listmount", FILTER_ALL, 458 },
	{ "umount2", FILTER_ALL, .argument = 2, MNT_DETACH, MNT_DETACH },
	/* the process; no memory that can be executed */
	{ "brk", FILTER_ALL },
	{ "mmap", FILTER_ALL, .argument = 3, PROT_EXEC, 0 },
	{ "mprotect", FILTER_ALL, .argument = 3, PROT_EXEC, 0 },
	{ "mremap", FILTER_ALL },
	{ "munmap", FILTER_ALL },
	{ "madvise", FILTER_ALL },
	{ "clock_gettime", FILTER_ALL }, /* where there is no vDSO */
	{ "gettimeofday", FILTER_ALL },
	{ "time", FILTER_ALL },
	{ "clock_nanosleep", FILTER_ALL },
	{ "getrandom", FILTER_ALL },
	{ "getpid", FILTER_ALL },
	{ "gettid", FILTER_ALL },
	{ "getuid", FILTER_ALL },
	{ "geteuid", FILTER_ALL },
	{ "sysinfo", FILTER_TOOL },
	{ "uname", FILTER_TOOL },
	{ "futex", FILTER_ALL },
	{ "rt_sigaction", FILTER_ALL },
	{ "rt_sigprocmask", FILTER_ALL },
	{ "rt_sigreturn", FILTER_ALL },
	{ "tgkill", FILTER_ALL, .argument = 3, ~UINT64_C(0), 6 }, /* abort() */
	{ "restart_syscall", FILTER_ALL },
	{ "exit", FILTER_ALL },
	{ "exit_group", FILTER_ALL },
	/* doctor's trial, in a mount namespace of its own */
	{ "unshare", FILTER_TOOL, .argument = 1, ~UINT64_C(0), CLONE_NEWNS },
	/* doctor's checks, each in a process of its own: fork() as the C library makes it, and no
	 * thread, no namespace, no shared memory; no signal but the last one, and for itself */
	{ "clone", FILTER_TOOL, .argument = FORK_FLAGS, ~UINT64_C(0),
	  CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD },
	{ "pipe2", FILTER_TOOL, .argument = 2, ~UINT64_C(0), O_CLOEXEC },
	{ "wait4", FILTER_TOOL },
	{ "kill", FILTER_TOOL, .argument = 2, ~UINT64_C(0), SIGKILL },
	{ "prctl", FILTER_TOOL, .argument = 1, ~UINT64_C(0), PR_SET_PDEATHSIG },
};

static const char *const filter_never[] = {
	"execve",
	"execveat",
	"ptrace",
	"process_vm_readv",
	"process_vm_writev",
	"mount",
	"pivot_root",
	"chroot",
	"kexec_load",
	"kexec_file_load",
	"bpf",
	"perf_event_open",
	"init_module",
	"finit_module",
	"delete_module",
	"reboot",
	"swapon",
	"swapoff",
	"open_by_handle_at",
	"userfaultfd",
	"io_uring_setup",
	"keyctl",
	"add_key",
	"request_key",
	"iopl",
	"ioperm",
	"settimeofday",
	"clock_settime",
	"sethostname",
	"setuid",
	"setgid",
	"setresuid",
	"setresgid",
	"modify_ldt",
	"quotactl",
	"acct",
};
