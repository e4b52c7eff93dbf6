/* Errors: set, wrapped, and turned into exit codes. */
#include "common/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	int error, exit_code;
} exit_codes[] = {
	{ ENOSYS, EX_UNAVAILABLE }, { EAGAIN, EX_TEMPFAIL }, { ENOSPC, EX_TEMPFAIL },
	{ EDQUOT, EX_TEMPFAIL },    { EIO, EX_IOERR },	     { EFBIG, EX_IOERR },
};

static const int transient_errors[] = { ENOMEM, EMFILE, ENFILE, EAGAIN, EINTR };

static const int may_warn[] = { EX_OSERR, EX_CANTCREAT, EX_IOERR, EX_TEMPFAIL };

int err_exit_code(int error)
{
	for (size_t i = 0; i < ARRAY_SIZE(exit_codes); i++)
		if (exit_codes[i].error == error)
			return exit_codes[i].exit_code;
	return EX_OSERR;
}

int err_is_transient(int error)
{
	for (size_t i = 0; i < ARRAY_SIZE(transient_errors); i++)
		if (transient_errors[i] == error)
			return 1;
	return 0;
}

int err_may_warn(int exit_code)
{
	for (size_t i = 0; i < ARRAY_SIZE(may_warn); i++)
		if (may_warn[i] == exit_code)
			return 1;
	return 0;
}

int err_set(struct err *e, int exit_code, int error, const char *fmt, ...)
{
	va_list ap;

	e->exit_code = exit_code;
	e->error = error > 0 ? error : EINVAL;
	va_start(ap, fmt);
	(void)vsnprintf(e->message, sizeof(e->message), fmt, ap); /* a message too long is cut */
	va_end(ap);
	return -e->error;
}

int err_sys(struct err *e, int error, const char *fmt, ...)
{
	va_list ap;
	size_t used;

	e->exit_code = err_exit_code(error);
	e->error = error > 0 ? error : EINVAL;
	va_start(ap, fmt);
	(void)vsnprintf(e->message, sizeof(e->message), fmt, ap); /* a message too long is cut */
	va_end(ap);
	used = strlen(e->message);
	(void)snprintf(e->message + used, sizeof(e->message) - used, ": %s", strerror(e->error));
	return -e->error;
}

int err_nomem(struct err *e)
{
	return err_sys(e, ENOMEM, "allocate");
}

int err_wrap(struct err *e, const char *fmt, ...)
{
	char inner[sizeof(e->message)];
	va_list ap;
	size_t used;

	memcpy(inner, e->message, sizeof(inner));
	va_start(ap, fmt);
	(void)vsnprintf(e->message, sizeof(e->message), fmt, ap); /* a message too long is cut */
	va_end(ap);
	used = strlen(e->message);
	(void)snprintf(e->message + used, sizeof(e->message) - used, ": %s", inner);
	return -e->error;
}

void err_keep_first(struct err *first, struct err *next)
{
	if (!first->exit_code)
		*first = *next;
	*next = (struct err){ 0 };
}
