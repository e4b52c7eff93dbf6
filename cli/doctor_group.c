/* doctor: a check in a process of its own, and what it says, as messages over a pipe. */
#include "cli/doctor_group.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/io.h"
#include "common/str.h"

enum { DEADLINE_S = 5, REAP_MS = 100, TEXT_MAX = 4096, FINDINGS_MAX = 4096 };

/* Beside those of enum doctor_level, which are findings. */
enum { MESSAGE_REMEDY = DOCTOR_PROBLEM + 1, MESSAGE_END };

/* So many bytes of the text are sent; it ends with a NUL only here. */
struct message {
	uint32_t kind, length;
	char text[TEXT_MAX + 1];
};
#define HEADER_SIZE offsetof(struct message, text)

/* How a check ended, as far as the pipe says. */
enum ending { ENDED, ENDED_EARLY, NO_ANSWER };

static void tell(const struct doctor *d, unsigned kind, const char *text)
{
	struct message r = { .kind = kind, .length = (uint32_t)strnlen(text, TEXT_MAX) };
	struct err ignored = { 0 };

	memcpy(r.text, text, r.length);
	if (io_write_all(d->out, (const char *)&r, HEADER_SIZE + r.length, &ignored) < 0)
		_exit(EXIT_FAILURE); /* nobody listens any more */
}

static bool say(struct doctor *d, unsigned kind, const char *fmt, va_list ap) printf_like(3, 0);

static bool say(struct doctor *d, unsigned kind, const char *fmt, va_list ap)
{
	cleanup_free char *text = str_vformat(fmt, ap);

	if (!text) {
		d->no_memory = true;
		return false;
	}
	tell(d, kind, text);
	return true;
}

void doctor_ok(struct doctor *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	d->n += say(d, DOCTOR_OK, fmt, ap);
	va_end(ap);
}

void doctor_find(struct doctor *d, enum doctor_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	d->found = say(d, level, fmt, ap);
	d->n += d->found;
	va_end(ap);
}

void doctor_remedy(struct doctor *d, const char *fmt, ...)
{
	va_list ap;

	if (!d->found)
		return; /* it would be another's */
	va_start(ap, fmt);
	(void)say(d, MESSAGE_REMEDY, fmt, ap);
	va_end(ap);
}

/* A process that cannot be killed would keep whoever reads our output waiting for its end. */
static void leave_standard(void)
{
	cleanup_fd int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; fd <= 2 && null >= 0; fd++) {
		(void)close(fd);
		(void)fcntl(null, F_DUPFD, fd); /* gives fd, which is the lowest that is free */
	}
}

static _Noreturn void run_check(const struct doctor_check *check, const struct doctor *base,
				int out)
{
	struct doctor d = *base;

	/* where it fails, a check that hangs outlives a tool that is killed, and nothing else */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	leave_standard();
	d.out = out;
	check->run(&d);
	if (!d.no_memory)
		tell(&d, MESSAGE_END, "");
	_exit(EXIT_SUCCESS);
}

/* Exactly that many bytes: 1; 0: there are no more; -ETIMEDOUT. */
static int take_bytes(int fd, void *buf, size_t size, uint64_t deadline)
{
	for (size_t used = 0; used < size;) {
		int n = io_read_some(fd, (char *)buf + used, size - used, deadline);

		if (n <= 0)
			return n;
		used += (size_t)n;
	}
	return 1;
}

/* 1; 0: no more, or it is none; -ETIMEDOUT. */
static int take_message(int fd, struct message *ret, uint64_t deadline)
{
	int result = take_bytes(fd, ret, HEADER_SIZE, deadline);

	if (result <= 0)
		return result;
	if (ret->kind > MESSAGE_END || ret->length > TEXT_MAX)
		return 0;
	ret->text[ret->length] = '\0';
	return take_bytes(fd, ret->text, ret->length, deadline);
}

static int take_all(int fd, const char *group, struct doctor_report *r, enum ending *ret,
		    struct err *e)
{
	uint64_t deadline = io_now() + DEADLINE_S * UINT64_C(1000000);
	size_t before = r->n;
	struct message message;
	int result;

	while ((result = take_message(fd, &message, deadline)) > 0 && message.kind != MESSAGE_END) {
		if (r->n - before > FINDINGS_MAX ||
		    (message.kind == MESSAGE_REMEDY && r->n == before))
			break;
		if (message.kind == MESSAGE_REMEDY)
			result = doctor_report_remedy(r, message.text, e);
		else
			result = doctor_report_add(r, group, message.kind, message.text, e);
		if (result < 0)
			return result;
	}
	*ret = result == -ETIMEDOUT			   ? NO_ANSWER
	       : result > 0 && message.kind == MESSAGE_END ? ENDED
							   : ENDED_EARLY;
	return 0;
}

/* A process that waits for a server may not even be killed before that answers: it is left then. */
static void reap(pid_t pid, bool ended)
{
	if (!ended)
		(void)kill(pid, SIGKILL); /* it is our child, not waited for yet */
	for (unsigned i = 0; i < REAP_MS; i++) {
		if (waitpid(pid, NULL, WNOHANG) != 0)
			return;
		(void)poll(NULL, 0, 1);
	}
	(void)kill(pid, SIGKILL);
}

static int report_failure(struct doctor_report *r, const char *group, const char *message,
			  const char *remedy, struct err *e)
{
	if (doctor_report_add(r, group, DOCTOR_PROBLEM, message, e) < 0)
		return -e->error;
	return doctor_report_remedy(r, remedy, e);
}

static int report_ending(struct doctor_report *r, const char *group, enum ending ending,
			 struct err *e)
{
	char message[128];

	if (ending == ENDED)
		return 0;
	if (ending == ENDED_EARLY)
		return report_failure(r, group,
				      "the check ended early: no memory, or it was killed",
				      "run it again where there is more memory", e);
	(void)snprintf(message, sizeof(message),
		       "%s: no answer within %d s: something it looks at does not answer", group,
		       DEADLINE_S); /* fits */
	return report_failure(r, group, message,
			      "look in /proc/self/mountinfo for a FUSE, an autofs or a network "
			      "filesystem on its paths: restart its server, or umount -l it",
			      e);
}

/* Returns the end of the pipe on which the check says what it finds. */
static int start(const struct doctor_check *check, const struct doctor *d, pid_t *ret_pid,
		 struct err *e)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, errno, "the check cannot be run: pipe");
	pid = fork();
	if (pid == 0)
		run_check(check, d, ends[1]);
	if (pid < 0)
		(void)err_sys(e, errno, "the check cannot be run: fork");
	cleanup_close(&ends[1]);
	if (pid > 0) {
		*ret_pid = pid;
		return ends[0];
	}
	cleanup_close(&ends[0]);
	return -e->error;
}

int doctor_group(const struct doctor_check *check, const struct doctor *d, struct doctor_report *r,
		 struct err *e)
{
	enum ending ending = ENDED_EARLY;
	struct err cannot = { 0 };
	cleanup_fd int fd = -EBADF;
	pid_t pid = -1;
	int result;

	fd = start(check, d, &pid, &cannot);
	if (fd < 0)
		return report_failure(r, check->group, cannot.message,
				      "raise the limits of processes and descriptors", e);
	result = take_all(fd, check->group, r, &ending, e);
	reap(pid, ending == ENDED);
	return result < 0 ? result : report_ending(r, check->group, ending, e);
}
