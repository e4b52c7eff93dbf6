/* Log lines. */
#include "common/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/at.h"
#include "common/clock.h"
#include "common/io.h"
#include "common/json.h"
#include "common/str.h"

enum { LINE_SIZE = 1280 };

static const char *level_name(enum log_level level)
{
	return level == LOG_LEVEL_ERROR	    ? "error"
	       : level == LOG_LEVEL_WARNING ? "warning"
	       : level == LOG_LEVEL_INFO    ? "info"
					    : "debug";
}

static int open_socket(const char *path)
{
	cleanup_fd int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (fd < 0)
		return -errno;
	memcpy(address.sun_path, path, strlen(path) + 1);
	return connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ? -errno
									     : take_fd(&fd);
}

static int open_file(const char *path)
{
	cleanup_fd int fd =
		open(path,
		     O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		     0600);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -EINVAL;
	return take_fd(&fd);
}

void log_open(struct log *log, const char *target)
{
	int file = 0;

	log_close(log);
	if (strncmp(target, "file:", 5) == 0)
		log->fd = file = open_file(target + 5);
	if (str_equal(target, "journal")) {
		log->fd = open_socket("/run/systemd/journal/socket");
		log->journal = log->fd >= 0;
	}
	if (log->fd < 0 && !str_equal(target, "stderr")) {
		log->fd = open_socket("/dev/log");
		log->syslog = log->fd >= 0;
	}
	if (log->fd < 0) {
		log->fd = STDERR_FILENO;
		log->echo = false;
	}
	if (file < 0)
		log_line(log, LOG_LEVEL_WARNING, "open log '%s': %s", target + 5,
			 file == -EINVAL ? "not a regular file" : strerror(-file));
}

void log_close(struct log *log)
{
	if (log->fd > STDERR_FILENO)
		(void)close(log->fd); /* lines were written one by one */
	log->fd = -EBADF;
	log->journal = log->syslog = false;
}

static void put(int fd, const char *text, size_t length)
{
	/* a log that cannot be written, or whose daemon does not read, must not stop a container */
	if (write(fd, text, length) < 0)
		return;
}

static void put_json(const struct log *log, enum log_level level, const char *message)
{
	cleanup_with(json_out_free) struct json_out *out = json_out_new(false);
	char when[CLOCK_UTC_SIZE];
	const char *text;
	size_t length;
	struct err ignored = { 0 };
	char line[6 * LINE_SIZE]; /* every byte may become \\uXXXX */

	if (!out)
		return;
	clock_utc_now(when);
	json_open(out, NULL);
	json_string(out, "time", when);
	json_string(out, "level", level_name(level));
	json_string(out, "program", log->program);
	json_string(out, "stage", log->stage);
	json_string(out, "id", log->id);
	json_string(out, "message", message);
	json_close(out);
	if (json_out_take(out, &text, &length, &ignored) < 0 || length + 2 > sizeof(line))
		return;
	memcpy(line, text, length);
	line[length] = '\n';
	put(log->fd, line, length + 1);
}

static void put_text(const struct log *log, enum log_level level, const char *message)
{
	const char *id = log->id ? log->id : "-";
	char line[LINE_SIZE + 512];
	int n;

	if (log->journal)
		n = snprintf(line, sizeof(line),
			     "PRIORITY=%d\nSYSLOG_IDENTIFIER=%s\nOCI_SHARE_STAGE=%s\nCONTAINER_ID_"
			     "FULL=%s\nMESSAGE=%s %s: %s\n",
			     level, log->program, log->stage, id, log->stage, id, message);
	else if (log->syslog) /* facility daemon */
		n = snprintf(line, sizeof(line), "<%d>%s[%d]: %s %s: %s", 3 * 8 + (int)level,
			     log->program, getpid(), log->stage, id, message);
	else
		n = snprintf(line, sizeof(line), "%s: %s %s: %s: %s\n", log->program, log->stage,
			     id, level_name(level), message);
	if (n > 0)
		put(log->fd, line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

static void line_of(struct log *log, enum log_level level, const char *text)
{
	char message[LINE_SIZE];
	char echo[LINE_SIZE + 512];
	int n;

	(void)str_escape(message, sizeof(message), text);
	if (log->echo && level <= LOG_LEVEL_WARNING) {
		n = snprintf(echo, sizeof(echo), "%s: %s: %s\n", log->program, level_name(level),
			     message);
		put(STDERR_FILENO, echo, (size_t)n < sizeof(echo) ? (size_t)n : sizeof(echo) - 1);
	}
	if (log->fd < 0)
		return;
	if (log->json && !log->journal && !log->syslog)
		put_json(log, level, message);
	else
		put_text(log, level, message);
}

void log_line(struct log *log, enum log_level level, const char *fmt, ...)
{
	char text[LINE_SIZE];
	va_list ap;

	if (level > log->level)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap); /* a line too long is cut */
	va_end(ap);
	line_of(log, level, text);
}

void log_start(struct log *log)
{
	if (log->level >= LOG_LEVEL_DEBUG)
		log->started = io_now();
}

void log_step(struct log *log, const char *step, const char *fmt, ...)
{
	char text[LINE_SIZE];
	uint64_t now;
	va_list ap;
	int n;

	if (log->level < LOG_LEVEL_DEBUG)
		return;
	now = io_now();
	n = snprintf(text, sizeof(text), "%s us=%ju ", step, (uintmax_t)(now - log->started));
	va_start(ap, fmt);
	(void)vsnprintf(text + n, sizeof(text) - (size_t)n, fmt, ap); /* a line too long is cut */
	va_end(ap);
	line_of(log, LOG_LEVEL_DEBUG, text);
	log->started = io_now();
}
