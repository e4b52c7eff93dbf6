/* The process itself: what it inherited is made harmless, and who it and others are is asked of the
 * kernel. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"

/* First thing in main, before anything untrusted is read: refuse where real and effective ids
 * differ (exit 77); clear the environment; close every descriptor above 2 and open /dev/null on
 * missing 0 to 2; unblock all signals (crun blocks them) and set those that matter to their
 * defaults, but ignore SIGPIPE and SIGXFSZ, which are errors of write() then; umask 022; no core
 * dump; no new privileges. */
int process_harden(struct err *e) must_use;

/* After the files that the command line names were opened: leave the inherited working directory
 * for '/'. */
int process_leave_directory(struct err *e) must_use;

/* The directory for run-time files of this user: in a user namespace /run/user/<uid outside>, else
 * NULL (the host's root has /run). The caller frees it. */
int process_user_runtime_directory(char **ret, struct err *e) must_use;

/* Who a process is, so that a reused pid is not taken for it. */
struct process_identity {
	pid_t pid;
	uint64_t start_time; /* clock ticks since boot, the same in every time namespace */
	bool zombie;
};

/* Inode number of a namespace of ours: "mnt", "pid", "time", "user". 'proc', at_open_proc(),
 * answers where the kernel does not (before Linux 6.11). */
int process_namespace(int proc, const char *name, uint64_t *ret, struct err *e) must_use;

struct process_namespaces {
	uint64_t mnt, pid;
	uint64_t time; /* 0: this kernel has none (before Linux 5.6) */
};

/* Those that tell whether another process is where this one is. */
int process_namespaces(int proc, struct process_namespaces *ret, struct err *e) must_use;

/* By how many ticks the start times in /proc are shifted in this process's time namespace, whose
 * number process_namespaces() has. */
int64_t process_start_shift(int proc, uint64_t time_ns);

/* 'shift': that. -ESRCH: there is no such process. 'proc': at_open_proc(). */
int process_identify(int proc, pid_t pid, int64_t shift, struct process_identity *ret,
		     struct err *e) must_use;

enum { PROCESS_BOOT_ID_SIZE = 37 };

/* The kernel's random id of this boot. */
int process_boot_id(int proc, char ret[PROCESS_BOOT_ID_SIZE], struct err *e) must_use;

/* Whether this process is in the mount namespace of process 1, as far as it may look: 1, or 0. */
int process_in_first_namespace(int proc);

/* Random bytes as 16 hex digits and a NUL. */
int process_nonce(char ret[17], struct err *e) must_use;
