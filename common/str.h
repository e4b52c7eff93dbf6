/* Text: paths taken apart lexically, and untrusted bytes made printable. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/cleanup.h"

/* Formatted text, allocated; NULL: no memory. The caller frees it. */
char *str_format(const char *fmt, ...) printf_like(1, 2) must_use;
char *str_vformat(const char *fmt, va_list ap) printf_like(1, 0) must_use;

/* 'path' without empty and '.' components, '..' applied (never above '/'), no trailing slash;
 * always absolute. It is text only: nothing is looked up. NULL: no memory. The caller frees it. */
char *path_clean(const char *path) must_use;

/* Whether 'path' is 'dir' or below it; both clean. */
bool path_is_below(const char *path, const char *dir);

/* The next component of *path, advanced behind it, its length in *ret_length; NULL at the end. */
const char *path_next(const char **path, size_t *ret_length);

/* Copy 'text' to 'buf' with control bytes and bytes that are not UTF-8 as \xNN, backslash as \\;
 * what does not fit is cut and ends with '...'. Returns buf. */
char *str_escape(char *buf, size_t size, const char *text);

/* Undo \040 and the like, which the kernel writes for blank, tab, newline and backslash in its
 * tables, and in options for comma and '=' too. NULL: no memory. The caller frees it. */
char *str_unescape_octal(const char *text, size_t length) must_use;

/* Length of the UTF-8 sequence at the start of 's' (at most 'length' bytes), 1 to 4; 0: invalid,
 * overlong or surrogate. */
size_t str_utf8_length(const char *s, size_t length);

/* Whether two names are equal when letter case is ignored as Go's encoding/json does: ASCII case,
 * and U+017F and U+212A, which fold to s and k. 'name' is ASCII. */
bool str_equal_folded(const char *name, const char *other, size_t other_length);

bool str_equal(const char *a, const char *b);

/* Whether 'text' is these 'length' bytes. */
bool str_is(const char *text, const char *bytes, size_t length);

bool str_has_suffix(const char *text, const char *suffix);

/* For qsort() and bsearch() of an array of strings. */
int str_compare(const void *a, const void *b);

/* The place of a word of that length in a list separated by blanks, from 0; -1: it is not there. */
int str_place_in_words(const char *words, const char *word, size_t length);
bool str_in_words(const char *words, const char *word);

static inline void *realloc_array(void *p, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return realloc(p, bytes);
}

/* Room for the element behind the last of an array that grows by doubling, and starts as NULL.
 * NULL: no memory. */
static inline void *array_grow(void **items, size_t n, size_t size)
{
	if ((n & (n - 1)) == 0) {
		size_t room = n > 0 ? 2 * n : 1;
		void *more = realloc_array(*items, room, size);

		if (!more)
			return NULL;
		*items = more;
	}
	return (char *)*items + n * size;
}
