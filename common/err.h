/* One error of one action: what was tried, on what, why, and the exit code it deserves.
 *
 * A function that can fail takes 'struct err *e' as its last parameter and returns a negative
 * errno. Whoever detects the error sets it; a caller that knows more wraps it; only the frame of
 * the executable prints it, once. Messages name what was tried, with names in single quotes, no
 * capital and no full stop: open 'config.json': Permission denied. Untrusted text may stand in a
 * message as it is: control bytes are escaped where messages are printed (log.h). */
#pragma once

#include <sysexits.h>

#include "common/cleanup.h"

struct err {
	int exit_code; /* of sysexits(3); 0: no error */
	int error;     /* errno, positive */
	char message[1024];
};

/* Set the error with an exit code of our choice. 'error' is the errno to return (0: EINVAL); it is
 * not put into the message. Returns -error. */
int err_set(struct err *e, int exit_code, int error, const char *fmt, ...) printf_like(4, 5);

/* Set the error of a failed system call: its text is appended after ': ', the exit code follows
 * from the errno by err_exit_code(). Returns -error. */
int err_sys(struct err *e, int error, const char *fmt, ...) printf_like(3, 4);

/* -ENOMEM, exit 71. */
int err_nomem(struct err *e);

/* Put 'what: ' before the message. Returns -e->error. */
int err_wrap(struct err *e, const char *fmt, ...) printf_like(2, 3);

/* For work that goes on after an error: keep the first, and clear the next. */
void err_keep_first(struct err *first, struct err *next);

/* The exit code of an errno that nobody knew more about: ENOSYS 69, EAGAIN and ENOSPC 75, EIO 74,
 * else 71. */
int err_exit_code(int error);

/* Whether an errno says nothing of what was asked for, only that the system cannot serve us now:
 * ENOMEM, EMFILE, … */
int err_is_transient(int error);

/* Whether on_error=warn may let the container start without a share after this exit code: 71, 73,
 * 74, 75. */
int err_may_warn(int exit_code);
