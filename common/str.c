/* Text: paths taken apart lexically, and untrusted bytes made printable. */
#include "common/str.h"

#include <stdio.h>
#include <string.h>

char *str_vformat(const char *fmt, va_list ap)
{
	char *text;

	/* on failure vasprintf leaves 'text' undefined */
	return vasprintf(&text, fmt, ap) < 0 ? NULL : text;
}

char *str_format(const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = str_vformat(fmt, ap);
	va_end(ap);
	return text;
}

const char *path_next(const char **path, size_t *ret_length)
{
	const char *start = *path + strspn(*path, "/");
	size_t length = strcspn(start, "/");

	*path = start + length;
	*ret_length = length;
	return length > 0 ? start : NULL;
}

char *path_clean(const char *path)
{
	char *clean = malloc(strlen(path) + 2);
	size_t used = 0, length;
	const char *name;

	if (!clean)
		return NULL;
	while ((name = path_next(&path, &length))) {
		if (length == 1 && name[0] == '.')
			continue;
		if (length == 2 && name[0] == '.' && name[1] == '.') {
			while (used > 0 && clean[--used] != '/')
				;
			continue;
		}
		clean[used++] = '/';
		memcpy(clean + used, name, length);
		used += length;
	}
	if (used == 0)
		clean[used++] = '/';
	clean[used] = '\0';
	return clean;
}

bool path_is_below(const char *path, const char *dir)
{
	if (str_equal(dir, "/"))
		return path[0] == '/';
	for (; *dir && *dir == *path; dir++)
		path++;
	return *dir == '\0' && (*path == '\0' || *path == '/');
}

size_t str_utf8_length(const char *s, size_t length)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n;

	if (length == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n > length)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

/* One character of untrusted text as it may be printed, at most 16 bytes; returns how many bytes of
 * 'text' it is. */
static size_t escape_one(const char *text, size_t left, char ret[20])
{
	size_t n = str_utf8_length(text, left), used = 0;
	unsigned char c = (unsigned char)text[0];
	bool plain = n > 1 || (n == 1 && c >= 0x20 && c != 0x7f && c != '\\');

	/* C1 controls, U+0080 to U+009F, drive terminals as ESC does */
	if (n == 2 && c == 0xc2 && (unsigned char)text[1] < 0xa0)
		plain = false;
	if (n == 0)
		n = 1;
	for (size_t i = 0; i < n; i++) {
		if (c == '\\')
			ret[used++] = '\\';
		if (plain || c == '\\')
			ret[used++] = text[i];
		else
			used += (size_t)snprintf(ret + used, 20 - used, "\\x%02x",
						 (unsigned char)text[i]);
	}
	ret[used] = '\0';
	return n;
}

char *str_escape(char *buf, size_t size, const char *text)
{
	size_t left = strlen(text), used = 0, mark = 0, dots;

	while (left > 0) {
		char one[20];
		size_t n = escape_one(text, left, one), length = strlen(one);

		if (used + length >= size) {
			/* mark: the last place behind which three dots fit */
			dots = size > mark ? size - mark - 1 : 0;
			memcpy(buf + mark, "...", dots < 3 ? dots : 3);
			used = mark + (dots < 3 ? dots : 3);
			break;
		}
		memcpy(buf + used, one, length);
		used += length;
		if (used + 3 < size)
			mark = used;
		text += n;
		left -= n;
	}
	if (size > 0)
		buf[used] = '\0';
	return buf;
}

bool str_equal_folded(const char *name, const char *other, size_t other_length)
{
	size_t i = 0;

	for (; *name; name++) {
		char lower = (char)(*name >= 'A' && *name <= 'Z' ? *name + 32 : *name);
		size_t left = other_length - i;

		if (left == 0)
			return false;
		if (lower == 's' && left >= 2 && memcmp(other + i, "\xc5\xbf", 2) == 0) {
			i += 2;
		} else if (lower == 'k' && left >= 3 && memcmp(other + i, "\xe2\x84\xaa", 3) == 0) {
			i += 3;
		} else {
			if ((other[i] >= 'A' && other[i] <= 'Z' ? other[i] + 32 : other[i]) !=
			    lower)
				return false;
			i++;
		}
	}
	return i == other_length;
}

bool str_equal(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

bool str_is(const char *text, const char *bytes, size_t length)
{
	return strlen(text) == length && memcmp(text, bytes, length) == 0;
}

bool str_has_suffix(const char *text, const char *suffix)
{
	size_t length = strlen(text), after = strlen(suffix);

	return length >= after && str_equal(text + length - after, suffix);
}

int str_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int str_place_in_words(const char *words, const char *word, size_t length)
{
	int place = 0;

	for (const char *p = words; *p; place++) {
		size_t n = strcspn(p, " ");

		if (n == length && strncmp(p, word, n) == 0)
			return place;
		p += n;
		p += strspn(p, " ");
	}
	return -1;
}

bool str_in_words(const char *words, const char *word)
{
	return str_place_in_words(words, word, strlen(word)) >= 0;
}

char *str_unescape_octal(const char *text, size_t length)
{
	char *plain = malloc(length + 1), *out = plain;

	for (size_t i = 0; plain && i < length; i++) {
		if (text[i] == '\\' && i + 3 < length && strspn(text + i + 1, "01234567") >= 3) {
			*out++ = (char)((text[i + 1] - '0') << 6 | (text[i + 2] - '0') << 3 |
					(text[i + 3] - '0'));
			i += 3;
		} else {
			*out++ = text[i];
		}
	}
	if (plain)
		*out = '\0';
	return plain;
}
