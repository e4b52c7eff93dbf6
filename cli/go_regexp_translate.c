/* Go's syntax of regular expressions, translated to PCRE2's. What both understand alike is copied;
 * what PCRE2 would read otherwise is written so that it does not; what Go refuses is refused. */
#include "cli/go_regexp_translate.h"

#include <string.h>

#include "common/str.h"

enum { REPEAT_MAX = 1000 };

/* Those of Go: PCRE2 has [:<:] and [:>:] too. */
static const char posix_names[] =
	"alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit";

/* At the ':' of '[:name:]'. 0: there is no ':]', and '[' stands for itself. */
static int put_posix_class(struct translation *t)
{
	const char *end = strstr(t->in + 1, ":]"), *name = t->in + 1;
	size_t length;

	if (!end)
		return 0;
	name += *name == '^';
	length = end > name ? (size_t)(end - name) : 0;
	if (length == 0 || str_place_in_words(posix_names, name, length) < 0)
		return refuse(t, "a bad class, '[%.*s'", (int)(end + 2 - t->in), t->in);
	fprintf(t->out, "[%.*s", (int)(end + 2 - t->in), t->in);
	t->in = end + 2;
	return 1;
}

/* 1: the '[' at t->in[-1] began a class. */
static int put_bracket(struct translation *t)
{
	int class = *t->in == ':' ? put_posix_class(t) : 0;

	if (class == 0)
		fputs("\\[", t->out); /* [.x.] and [=x=] are nothing special */
	return class;
}

/* After a '['. */
static int put_class(struct translation *t)
{
	bool first = true;

	fputc('[', t->out);
	if (*t->in == '^')
		fputc(*t->in++, t->out);
	for (t->in_class = true; *t->in != ']' || first; first = false) {
		char c = *t->in++;
		int class = 0;

		if (c == '\0')
			return refuse(t, "']' is missing");
		if (c == '\\')
			class = go_regexp_put_escape(t);
		else if (c == '[')
			class = put_bracket(t);
		else
			fprintf(t->out, "%s%c", c == ']' && first ? "\\" : "", c);
		if (class < 0)
			return class;
		if (class && *t->in == '-') /* PCRE2 would begin a range */
			fprintf(t->out, "\\%c", *t->in++);
	}
	t->in++;
	t->in_class = false;
	fputc(']', t->out);
	return 0;
}

/* After '(?': flags of Go's, and ':' or ')'. */
static int put_flags(struct translation *t)
{
	size_t length = strspn(t->in, "imsU-");
	const char *minus = memchr(t->in, '-', length);
	char end = t->in[length];

	if ((end != ':' && end != ')') ||
	    (minus && (minus == t->in + length - 1 || memrchr(t->in, '-', length) != minus)))
		return refuse(t, "'(?%.1s': Go does not have it", t->in);
	if (length > 0 || end == ':')
		fprintf(t->out, "(?%.*s%c", (int)length, t->in, end);
	t->in += length + 1;
	return 0;
}

/* Names do not matter to a match, and Go's may occur twice and begin with a digit: PCRE2 is not
 * told of them. */
static int put_named_group(struct translation *t, const char *name)
{
	size_t length = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789_");

	if (*name == '=' || *name == '!')
		return refuse(t, "'(?<%c': Go does not look behind", *name);
	if (length == 0 || name[length] != '>')
		return refuse(t, "a bad name of a group");
	fputc('(', t->out);
	t->in = name + length + 1;
	return 0;
}

/* After a '('. */
static int put_group(struct translation *t)
{
	const char *in = t->in;

	t->before = NOTHING;
	if (in[0] == '*')
		return refuse(t, "'(*': nothing to repeat");
	if (in[0] != '?') {
		fputc('(', t->out);
		return 0;
	}
	if (in[1] == '<')
		return put_named_group(t, in + 2);
	if (in[1] == 'P' && in[2] == '<')
		return put_named_group(t, in + 3);
	t->in++;
	return put_flags(t);
}

/* {n}, {n,} or {n,m} behind '{': its length; 0: it is none, and '{' stands for itself. */
static size_t repeat_length(const char *text, unsigned long *ret_most, bool *ret_reversed)
{
	size_t length = strspn(text, "0123456789"), more;
	unsigned long least, most;

	if (length == 0)
		return 0;
	least = most = strtoul(text, NULL, 10);
	if (text[length] == ',') {
		length++;
		more = strspn(text + length, "0123456789");
		most = more > 0 ? strtoul(text + length, NULL, 10) : least;
		length += more;
	}
	*ret_most = most > least ? most : least;
	*ret_reversed = most < least;
	return text[length] == '}' ? length + 1 : 0;
}

/* A quantifier of that length at t->in. */
static int put_repeat(struct translation *t, size_t length)
{
	if (t->before == NOTHING)
		return refuse(t, "'%.*s': nothing to repeat", (int)length, t->in);
	if (t->before == REPEATED)
		return refuse(t, "'%.*s': repeats what is repeated already", (int)length, t->in);
	fprintf(t->out, "%.*s", (int)length, t->in);
	t->in += length;
	if (*t->in == '?')
		fputc(*t->in++, t->out);
	t->before = REPEATED;
	return 0;
}

/* 0: '{' is a character. */
static int put_braces(struct translation *t)
{
	unsigned long most = 0;
	bool reversed = false;
	size_t length = repeat_length(t->in + 1, &most, &reversed);

	if (length == 0) {
		fputs("\\{", t->out);
		t->in++;
		t->before = ATOM;
		return 0;
	}
	if (most > REPEAT_MAX || reversed)
		return refuse(t, "'%.*s': not a number of repeats", (int)length + 1, t->in);
	return put_repeat(t, length + 1);
}

static int put_next(struct translation *t)
{
	char c = *t->in;

	if (c == '*' || c == '+' || c == '?')
		return put_repeat(t, 1);
	if (c == '{')
		return put_braces(t);
	t->in++;
	if (c == '(')
		return put_group(t);
	t->before = c == '|' ? NOTHING : ATOM;
	if (c == '\\')
		return go_regexp_put_escape(t) < 0 ? -t->e->error : 0;
	if (c == '[')
		return put_class(t);
	if (c == '^' || c == '$')
		fprintf(t->out, "(?:%c)", c);
	else
		fputc(c, t->out);
	return 0;
}

int go_regexp_translate(const char *pattern, char **ret, struct err *e)
{
	struct translation t = { .in = pattern, .e = e };
	cleanup_free char *text = NULL;
	size_t length;
	int result = 0;

	if (strlen(pattern) > GO_REGEXP_MAX)
		return err_set(e, EX_DATAERR, EINVAL, "a pattern of more than %d bytes",
			       GO_REGEXP_MAX);
	t.out = open_memstream(&text, &length);
	if (!t.out)
		return err_nomem(e);
	while (result == 0 && *t.in)
		result = put_next(&t);
	if (fclose(t.out) != 0 && result == 0)
		return err_nomem(e);
	if (result == 0)
		*ret = take_ptr(text);
	return result;
}
