/* Log lines: one an action, to the journal, syslog, standard error or a file, as text or JSON.
 *
 * Control bytes in what is logged are escaped, a line is at most 1 KiB and a bit; logging never
 * fails an action. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"

/* As syslog(3) numbers them. */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7
};

/* What stands in every line. Strings belong to the caller and outlive the log. */
struct log {
	int fd;		      /* where lines go; -EBADF: nowhere yet */
	bool journal, syslog; /* how fd is spoken to; neither: plain lines */
	bool json, echo;      /* echo: errors and warnings also go to standard error */
	enum log_level level;
	const char *program; /* oci-share-prestart */
	const char *stage;   /* prestart, poststop, gc, … */
	const char *id;	     /* the container's, NULL while unknown */
	uint64_t started;    /* of the step that log_step() ends, io_now() */
};

#define LOG_INIT(name, of_stage)                                                        \
	{                                                                               \
		.fd = -EBADF, .level = LOG_LEVEL_INFO, .echo = true, .program = (name), \
		.stage = (of_stage)                                                     \
	}

/* Open the target: "journal", "syslog", "stderr" or "file:PATH" (made with mode 0600, appended to,
 * no link as its last component). A journal or a file that is not to be had gives way to syslog,
 * that to standard error. */
void log_open(struct log *log, const char *target);
void log_close(struct log *log);

void log_line(struct log *log, enum log_level level, const char *fmt, ...) printf_like(3, 4);

/* At level debug: one line with what was done since the last log_start() or log_step() and its
 * duration in microseconds. */
void log_start(struct log *log);
void log_step(struct log *log, const char *step, const char *fmt, ...) printf_like(3, 4);
