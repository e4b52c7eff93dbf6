/* For hooks that are linked with musl; every source of them is compiled with this before all else.
 *
 * What glibc's _FORTIFY_SOURCE does, since musl has none: a call that is sure to write behind an
 * object is a warning, and one that turns out to aborts. And errors in the words that the tool and
 * all other programs of the host have for them. */
#pragma once

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void *__memcpy_chk(void *to, const void *from, size_t n, size_t room);
void *__memset_chk(void *to, int byte, size_t n, size_t room);
char *__strncat_chk(char *to, const char *from, size_t n, size_t room);
int __sprintf_chk(char *to, int flag, size_t room, const char *fmt, ...);
int __snprintf_chk(char *to, size_t n, int flag, size_t room, const char *fmt, ...);
int __vsnprintf_chk(char *to, size_t n, int flag, size_t room, const char *fmt, va_list ap);

/* The compiler makes a plain call of what it can see to fit. */
#define room_of(object)		__builtin_object_size(object, 1)
#define memcpy(to, from, n)	__builtin___memcpy_chk(to, from, n, __builtin_object_size(to, 0))
#define memset(to, byte, n)	__builtin___memset_chk(to, byte, n, __builtin_object_size(to, 0))
#define strncat(to, from, n)	__builtin___strncat_chk(to, from, n, room_of(to))
#define snprintf(to, n, ...)	__builtin___snprintf_chk(to, n, 1, room_of(to), __VA_ARGS__)
#define vsnprintf(to, n, f, ap) __builtin___vsnprintf_chk(to, n, 1, room_of(to), f, ap)

const char *strerror_of_host(int error);
#define strerror(error) strerror_of_host(error)
