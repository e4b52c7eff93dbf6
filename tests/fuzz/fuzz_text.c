/* Text that others wrote: paths, names, times, and what is printed of them. The first byte is the
 * size of the buffer that it is printed to. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/clock.h"
#include "common/str.h"
#include "share/direct.h"
#include "tests/fuzz/fuzz.h"

static void check_printable(const char *text)
{
	size_t left = strlen(text), n;

	for (; left > 0; text += n, left -= n) {
		n = str_utf8_length(text, left);
		fuzz_assert(n > 0 && (unsigned char)text[0] >= ' ' && text[0] != 0x7f);
		fuzz_assert(n != 2 || (unsigned char)text[0] != 0xc2 ||
			    (unsigned char)text[1] >= 0xa0);
	}
}

/* It fits, cannot drive a terminal, and is cut only where it must be. */
static void check_escape(const char *text, size_t size)
{
	size_t room = 4 * strlen(text) + 1, length, kept;
	cleanup_free char *whole = malloc(room), *buf = malloc(size + 1);

	fuzz_assert(whole && buf);
	fuzz_assert(str_escape(whole, room, text) == whole);
	check_printable(whole);
	length = strlen(whole);
	memset(buf, 'x', size + 1);
	fuzz_assert(str_escape(buf, size, text) == buf && buf[size] == 'x');
	if (size == 0)
		return;
	kept = strnlen(buf, size);
	fuzz_assert(kept < size);
	check_printable(buf);
	if (length < size) {
		fuzz_assert(str_equal(buf, whole));
		return;
	}
	fuzz_assert(size < 4 || (kept >= 3 && str_equal(buf + kept - 3, "...")));
	fuzz_assert(size < 4 || strncmp(buf, whole, kept - 3) == 0);
	fuzz_assert(size < 4 || size - kept <= 16 + 3); /* no more is cut than one character */
}

/* Said otherwise than path_is_below() says it. */
static bool is_below(const char *path, const char *dir)
{
	cleanup_free char *with = str_format("%s/", path),
			  *want = str_format("%s%s", dir, str_equal(dir, "/") ? "" : "/");

	fuzz_assert(with && want);
	return strncmp(with, want, strlen(want)) == 0;
}

static void check_paths(const char *text)
{
	cleanup_free char *clean = path_clean(text), *again = NULL, *framed = NULL;
	const char *rest = text, *name;
	size_t length, names = 0;

	fuzz_assert(clean && clean[0] == '/');
	again = path_clean(clean);
	framed = str_format("%s/", clean);
	fuzz_assert(again && framed && str_equal(again, clean));
	fuzz_assert(str_equal(clean, "/") ||
		    (!strstr(framed, "//") && !strstr(framed, "/./") && !strstr(framed, "/../")));
	fuzz_assert(strlen(clean) <= strlen(text) + 1);
	while ((name = path_next(&rest, &length))) {
		fuzz_assert(length > 0 && !memchr(name, '/', length));
		fuzz_assert(rest == name + length);
		names++;
	}
	fuzz_assert(!*rest && names <= strlen(text));
	/* some of the directories above, and texts that are none */
	for (size_t n = strlen(clean), step = n / 8 + 1; n > 0; n -= n < step ? n : step) {
		again[n] = '\0';
		if (n == 1 || again[n - 1] != '/')
			fuzz_assert(path_is_below(clean, again) == is_below(clean, again));
	}
}

/* Go's folding, said otherwise: 'name' is ASCII, and only two other letters fold to ASCII. */
static bool folds_to(const char *name, const char *other)
{
	cleanup_free char *folded = strdup(other);
	char *to = folded;

	fuzz_assert(folded);
	for (const char *p = other; *p;) {
		if (strncmp(p, "\u017f", 2) == 0) {
			*to++ = 's';
			p += 2;
		} else if (strncmp(p, "\u212a", 3) == 0) {
			*to++ = 'k';
			p += 3;
		} else {
			*to++ = *p++;
		}
	}
	*to = '\0';
	return strcasecmp(name, folded) == 0;
}

static void check_folding(const char *text)
{
	static const char *const names[] = { "source", "bundle",      "hasBindMounts", "kind",
					     "",       "volume-type", "skipped",       "mounts" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		fuzz_assert(str_equal_folded(names[i], text, strlen(text)) ==
			    folds_to(names[i], text));
}

/* Only the bytes that are given count, whatever stands behind them. */
static void check_octal(const char *text, size_t cut)
{
	size_t length = strlen(text) < cut ? strlen(text) : cut;
	cleanup_free char *part = strndup(text, length), *plain, *of_part;

	fuzz_assert(part);
	plain = str_unescape_octal(text, length);
	of_part = str_unescape_octal(part, length);
	fuzz_assert(plain && of_part && str_equal(plain, of_part));
	fuzz_assert(strlen(plain) <= length);
}

static void check_time(const char *text)
{
	char written[CLOCK_UTC_SIZE];
	int64_t seconds, again;

	if (!clock_parse_utc(text, &seconds))
		return;
	clock_utc(seconds, written);
	/* months and days out of range are counted on, so another text may stand for it */
	fuzz_assert(seconds < -62167219200 || seconds > 253402300799 ||
		    (clock_parse_utc(written, &again) && again == seconds));
}

/* The value of a digit of base64url. */
static unsigned digit(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *found = c ? strchr(digits, c) : NULL;

	fuzz_assert(found);
	return (unsigned)(found - digits);
}

/* A volume's directory: one name, and the way back from it leads to the same volume. */
static void check_direct_name(const char *text)
{
	char name[DIRECT_NAME_SIZE], back[DIRECT_NAME_SIZE] = "";
	size_t used = 0;

	if (direct_name(text, name) < 0) {
		fuzz_assert(strlen(text) > 189);
		return;
	}
	fuzz_assert(strlen(name) % 4 == 0 && strlen(name) < DIRECT_NAME_SIZE);
	for (const char *p = name; *p; p += 4) {
		unsigned group = digit(p[0]) << 18 | digit(p[1]) << 12 |
				 (p[2] == '=' ? 0 : digit(p[2])) << 6 |
				 (p[3] == '=' ? 0 : digit(p[3]));

		back[used++] = (char)(group >> 16);
		if (p[2] != '=')
			back[used++] = (char)(group >> 8 & 0xff);
		if (p[3] != '=')
			back[used++] = (char)(group & 0xff);
	}
	fuzz_assert(used == strlen(text) && memcmp(back, text, used) == 0);
}

void fuzz_text(const uint8_t *data, size_t size)
{
	size_t first = size > 0 ? data[0] : 0;
	cleanup_free char *text = fuzz_string(data + (size > 0), size - (size > 0));

	check_escape(text, first);
	check_paths(text);
	check_folding(text);
	check_octal(text, first);
	check_time(text);
	check_direct_name(text);
}
