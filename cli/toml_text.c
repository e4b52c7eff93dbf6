/* Words of TOML. */
#include "cli/toml_text.h"

#include <stdio.h>
#include <string.h>

#include "common/str.h"

static const char bare[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

int toml_fail(const struct toml_text *t, const char *why)
{
	unsigned line = 1;

	for (const char *p = t->start; p < t->at; p++)
		line += *p == '\n';
	return err_set(t->e, EX_CONFIG, EINVAL, "line %u: %s", line, why);
}

void toml_skip_blanks(struct toml_text *t)
{
	t->at += strspn(t->at, " \t");
}

static void skip_comment(struct toml_text *t)
{
	if (*t->at == '#')
		t->at += strcspn(t->at, "\n");
}

void toml_skip_space(struct toml_text *t)
{
	do {
		t->at += strspn(t->at, " \t\r\n");
		skip_comment(t);
	} while (*t->at && strchr(" \t\r\n#", *t->at));
}

int toml_end_line(struct toml_text *t)
{
	toml_skip_blanks(t);
	skip_comment(t);
	t->at += t->at[0] == '\r' && t->at[1] == '\n';
	if (*t->at && *t->at != '\n')
		return toml_fail(t, "more than one value");
	t->at += *t->at == '\n';
	return 0;
}

static void put_utf8(FILE *out, unsigned long c)
{
	if (c < 0x80) {
		fputc((int)c, out);
	} else if (c < 0x800) {
		fprintf(out, "%c%c", (int)(0xc0 | c >> 6), (int)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		fprintf(out, "%c%c%c", (int)(0xe0 | c >> 12), (int)(0x80 | (c >> 6 & 0x3f)),
			(int)(0x80 | (c & 0x3f)));
	} else {
		fprintf(out, "%c%c%c%c", (int)(0xf0 | c >> 18), (int)(0x80 | (c >> 12 & 0x3f)),
			(int)(0x80 | (c >> 6 & 0x3f)), (int)(0x80 | (c & 0x3f)));
	}
}

/* \uXXXX and \UXXXXXXXX, behind the letter. */
static int put_code_point(struct toml_text *t, size_t digits, FILE *out)
{
	char text[9] = "";
	unsigned long c;

	if (strspn(t->at, "0123456789abcdefABCDEF") < digits)
		return toml_fail(t, "a bad escape");
	memcpy(text, t->at, digits);
	c = strtoul(text, NULL, 16);
	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return toml_fail(t, "a bad escape");
	t->at += digits;
	put_utf8(out, c);
	return 0;
}

/* Behind a backslash. */
static int put_escape(struct toml_text *t, bool lines, FILE *out)
{
	static const char letters[] = "btnfre\"\\", values[] = "\b\t\n\f\r\x1b\"\\";
	const char *found = *t->at ? strchr(letters, *t->at) : NULL;
	size_t blanks = strspn(t->at, " \t\r");

	if (lines && t->at[blanks] == '\n') {
		t->at += strspn(t->at, " \t\r\n");
		return 0;
	}
	if (*t->at == 'u' || *t->at == 'U')
		return put_code_point(t, *t->at++ == 'u' ? 4 : 8, out);
	if (!found)
		return toml_fail(t, "a bad escape");
	fputc(values[found - letters], out);
	t->at++;
	return 0;
}

/* Up to the closing quotes, 'n' of them. */
static int put_string(struct toml_text *t, char quote, size_t n, FILE *out)
{
	const char quotes[4] = { quote, n == 3 ? quote : '\0', n == 3 ? quote : '\0', '\0' };

	while (strncmp(t->at, quotes, n) != 0) {
		char c = *t->at;

		if (c == '\0' || (c == '\n' && n == 1))
			return toml_fail(t, "a string without an end");
		t->at++;
		if (c != '\\' || quote == '\'')
			fputc(c, out);
		else if (put_escape(t, n == 3, out) < 0)
			return -t->e->error;
	}
	t->at += n;
	for (int i = 0; i < 2 && n == 3 && *t->at == quote;
	     i++) /* """a"""" ends with one of its own */
		fputc(*t->at++, out);
	return 0;
}

int toml_string(struct toml_text *t, char **ret, struct err *e)
{
	char quote = *t->at;
	size_t n = strncmp(t->at, quote == '"' ? "\"\"\"" : "'''", 3) == 0 ? 3 : 1, length;
	cleanup_free char *text = NULL;
	FILE *out = open_memstream(&text, &length);
	int result;

	if (!out)
		return err_nomem(e);
	t->at += n;
	if (n == 3) {
		t->at += t->at[0] == '\r' && t->at[1] == '\n';
		t->at += t->at[0] == '\n';
	}
	result = put_string(t, quote, n, out);
	if (fclose(out) != 0 && result == 0)
		return err_nomem(e);
	if (result == 0)
		*ret = take_ptr(text);
	return result;
}

static int take_name(struct toml_text *t, char **ret, struct err *e)
{
	size_t length = strspn(t->at, bare);

	if (*t->at == '"' || *t->at == '\'')
		return toml_string(t, ret, e);
	if (length == 0)
		return toml_fail(t, "not a key");
	*ret = strndup(t->at, length);
	t->at += length;
	return *ret ? 0 : err_nomem(e);
}

int toml_key(struct toml_text *t, char **ret, struct err *e)
{
	const char *start = t->at;
	unsigned names = 0;
	bool more;

	do {
		cleanup_free char *name = NULL;
		char *longer;

		toml_skip_blanks(t);
		if (take_name(t, &name, e) < 0)
			return -e->error;
		/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): set by take_name() */
		if (strchr(name, '\n'))
			return toml_fail(t, "a key with a line end");
		if (++names > TOML_NAMES_MAX || t->at - start > TOML_KEY_MAX)
			return toml_fail(t, "a key that is too long");
		longer = str_format("%s\n%s", *ret ? *ret : "", name);
		if (!longer)
			return err_nomem(e);
		free(*ret);
		*ret = longer;
		toml_skip_blanks(t);
		more = *t->at == '.';
		t->at += more;
	} while (more);
	return 0;
}
