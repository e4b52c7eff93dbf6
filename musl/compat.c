/* What hooks that are linked with musl need beside it: the checks of FORTIFY, which Debian's static
 * yajl calls too, since it was compiled for glibc, a memcpy(), and glibc's words for errors. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "musl/compat.h"

#undef memcpy
#undef memset
#undef strncat
#undef snprintf
#undef vsnprintf
#undef strerror

/* musl's is one 'rep movsq' whatever the size, which takes 50 ns to begin; nearly all that a hook
 * copies is shorter than a line. 20 % of a prestart. */
typedef uint64_t __attribute__((may_alias, aligned(1))) word;

__attribute__((optimize("no-tree-loop-distribute-patterns"))) void *
memcpy(void *restrict to, const void *restrict from, size_t n)
{
	char *t = to;
	const char *f = from;

	if (n < sizeof(word)) {
		for (size_t i = 0; i < n; i++)
			t[i] = f[i];
		return to;
	}
	for (size_t i = 0; i + sizeof(word) <= n; i += sizeof(word))
		*(word *)(t + i) = *(const word *)(f + i);
	*(word *)(t + n - sizeof(word)) = *(const word *)(f + n - sizeof(word));
	return to;
}

void *__memcpy_chk(void *to, const void *from, size_t n, size_t room)
{
	if (n > room)
		abort();
	return memcpy(to, from, n);
}

void *__memset_chk(void *to, int byte, size_t n, size_t room)
{
	if (n > room)
		abort();
	return memset(to, byte, n);
}

char *__strncat_chk(char *to, const char *from, size_t n, size_t room)
{
	if (strlen(to) + strnlen(from, n) >= room)
		abort();
	return strncat(to, from, n);
}

int __vsnprintf_chk(char *to, size_t n, int flag, size_t room, const char *fmt, va_list ap)
{
	(void)flag;
	if (n > room)
		abort();
	return vsnprintf(to, n, fmt, ap);
}

int __snprintf_chk(char *to, size_t n, int flag, size_t room, const char *fmt, ...)
{
	va_list ap;
	int length;

	va_start(ap, fmt);
	length = __vsnprintf_chk(to, n, flag, room, fmt, ap);
	va_end(ap);
	return length;
}

int __sprintf_chk(char *to, int flag, size_t room, const char *fmt, ...)
{
	va_list ap;
	int length;

	(void)flag;
	va_start(ap, fmt);
	length = vsnprintf(to, room, fmt, ap);
	va_end(ap);
	if (length < 0 || (size_t)length >= room)
		abort();
	return length;
}

const char *strerror_of_host(int error)
{
	/* those that mount and file calls have and that musl says otherwise */
	static const struct {
		int error;
		const char *text;
	} others[] = {
		{ EIO, "Input/output error" },
		{ ENOMEM, "Cannot allocate memory" },
		{ EBUSY, "Device or resource busy" },
		{ EXDEV, "Invalid cross-device link" },
		{ EMFILE, "Too many open files" },
		{ ENAMETOOLONG, "File name too long" },
		{ ELOOP, "Too many levels of symbolic links" },
		{ EOVERFLOW, "Value too large for defined data type" },
		{ EOPNOTSUPP, "Operation not supported" },
		{ ENOTCONN, "Transport endpoint is not connected" },
		{ ETIMEDOUT, "Connection timed out" },
		{ EDQUOT, "Disk quota exceeded" },
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i].error == error)
			return others[i].text;
	return strerror(error);
}
