/* Go's escapes. */
#include <string.h>

#include "cli/go_regexp_translate.h"

#define UPPER_CASE "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER_CASE "abcdefghijklmnopqrstuvwxyz"

/* Letters of escapes that mean the same to both, in and outside of a class. */
static const char same_letters[] = "dDwW";

/* Characters by their letter. */
static const struct {
	char letter;
	unsigned char value;
} characters[] = {
	{ 'a', 7 }, { 'f', 12 }, { 'n', 10 }, { 'r', 13 }, { 't', 9 }, { 'v', 11 },
};

static void put_character(struct translation *t, unsigned long value)
{
	fprintf(t->out, "\\x{%lx}", value);
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

static bool is_hex(char c)
{
	return c && strchr("0123456789abcdefABCDEF", c);
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_letter_or_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || is_upper(c);
}

/* \012 and \12, but not \1, which would be a backreference. */
static int put_octal(struct translation *t)
{
	unsigned long value = 0;

	if (t->in[0] != '0' && !is_octal(t->in[1]))
		return refuse(t, "a backreference, '\\%c'", t->in[0]);
	for (int i = 0; i < 3 && is_octal(*t->in); i++)
		value = value * 8 + (unsigned long)(*t->in++ - '0');
	put_character(t, value);
	return 0;
}

/* After \x. */
static int put_hex(struct translation *t)
{
	bool braces = *t->in == '{';
	unsigned long value = 0;
	int digits = 0;

	t->in += braces;
	for (; is_hex(*t->in) && digits < (braces ? 6 : 2); digits++, t->in++) {
		char digit[2] = { *t->in, '\0' };

		value = value * 16 + strtoul(digit, NULL, 16);
	}
	if (digits < (braces ? 1 : 2) || value > 0x10ffff || (braces && *t->in != '}'))
		return refuse(t, "a bad escape, '\\x'");
	t->in += braces;
	put_character(t, value);
	return 0;
}

/* After \p or \P: a letter, or a name in braces. Go has categories and scripts, by the names that
 * Unicode writes with a capital; PCRE2 takes any letter case, and name=value. */
static int put_property(struct translation *t, char letter)
{
	bool braces = *t->in == '{';
	const char *name = t->in + braces;
	bool negated = braces && *name == '^';
	size_t length;

	name += negated;
	length = braces ? strspn(name, UPPER_CASE LOWER_CASE "_") : 1;
	if (!is_upper(*name) || (braces && name[length] != '}'))
		return refuse(t, "a bad class, '\\%c%s'", letter, braces ? "{" : "");
	fprintf(t->out, "\\%c{%s%.*s}", letter, negated ? "^" : "", (int)length, name);
	t->in = name + length + braces;
	return 1;
}

/* Blanks without VT, which PCRE2 counts as one. */
static void put_blanks(struct translation *t, bool not )
{
	if (t->in_class)
		fprintf(t->out, "%s", not ? "\\S\\x{b}" : "\\t\\n\\f\\r\\x20");
	else
		fprintf(t->out, "[%s\\t\\n\\f\\r\\x20]", not ? "^" : "");
}

/* \Q...\E: all of it as it is. */
static void put_quoted(struct translation *t)
{
	const char *end = strstr(t->in, "\\E");
	size_t length = end ? (size_t)(end - t->in) : strlen(t->in);

	for (size_t i = 0; i < length; i++) {
		bool plain = is_letter_or_digit(t->in[i]) || (unsigned char)t->in[i] >= 0x80;

		fprintf(t->out, "%s%c", plain ? "" : "\\", t->in[i]);
	}
	t->in += length + (end ? 2 : 0);
	if (length > 0)
		t->before = ATOM;
}

/* What stands only outside of classes: 1, it did. Assertions are put in a group, since PCRE2 takes
 * no quantifier behind them. */
static int put_assertion(struct translation *t, char letter)
{
	if (t->in_class || !strchr("AzbBQ", letter))
		return 0;
	if (letter == 'Q')
		put_quoted(t);
	else
		fprintf(t->out, "(?:\\%c)", letter);
	return 1;
}

int go_regexp_put_escape(struct translation *t)
{
	char c = *t->in;

	if (c == '\0')
		return refuse(t, "a backslash at the end");
	if (c == '8' || c == '9')
		return refuse(t, "a backreference, '\\%c'", c);
	if (is_octal(c))
		return put_octal(t);
	t->in++;
	if (c == 'x')
		return put_hex(t);
	if (c == 'p' || c == 'P')
		return put_property(t, c);
	if (c == 's' || c == 'S') {
		put_blanks(t, c == 'S');
		return 1;
	}
	for (size_t i = 0; i < ARRAY_SIZE(characters); i++) {
		if (characters[i].letter == c) {
			put_character(t, characters[i].value);
			return 0;
		}
	}
	if ((unsigned char)c >= 0x80)
		return refuse(t, "a bad escape");
	if (is_letter_or_digit(c) && !strchr(same_letters, c))
		return put_assertion(t, c) ? 0 : refuse(t, "a bad escape, '\\%c'", c);
	fprintf(t->out, "\\%c", c);
	return is_letter_or_digit(c);
}
