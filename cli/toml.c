/* One array of strings out of a TOML file. */
#include "cli/toml.h"

#include <string.h>
#include <strings.h>

#include "cli/toml_text.h"
#include "common/str.h"

enum { DEPTH_MAX = 32 };

struct search {
	struct toml_text text;
	const char *wanted;   /* with newlines for dots, as toml_key() has them */
	char *table;	      /* of the last header; NULL: none yet */
	bool found, in_table; /* in_table: the key's own table had its header */
	bool attributes;      /* may stand in the array */
	bool given;	      /* the array says whether it appends */
	struct toml_strings strings;
};

void toml_strings_free(struct toml_strings *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->items[i]);
	free(s->items);
	*s = (struct toml_strings){ 0 };
}

static void close_search(struct search *s)
{
	free(s->table);
	toml_strings_free(&s->strings);
}

int toml_strings_add(struct toml_strings *s, const char *text, struct err *e)
{
	char **place = array_grow((void **)&s->items, s->n, sizeof(*place));

	if (!place)
		return err_nomem(e);
	*place = strdup(text);
	if (!*place)
		return err_nomem(e);
	s->n++;
	return 0;
}

static int skip_value(struct toml_text *t, unsigned depth, struct err *e);

/* What is between brackets or braces, the opening one passed. */
/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX */
static int skip_nested(struct toml_text *t, char end, unsigned depth, struct err *e)
{
	for (toml_skip_space(t); *t->at != end; toml_skip_space(t)) {
		if (*t->at == '\0')
			return toml_fail(t, "a value without an end");
		if (*t->at == ',' || *t->at == '=' || *t->at == '.')
			t->at++;
		else if (skip_value(t, depth + 1, e) < 0)
			return -e->error;
	}
	t->at++;
	return 0;
}

/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX */
static int skip_value(struct toml_text *t, unsigned depth, struct err *e)
{
	cleanup_free char *dropped = NULL;
	size_t length;

	if (depth > DEPTH_MAX)
		return toml_fail(t, "nested too deep");
	if (*t->at == '"' || *t->at == '\'')
		return toml_string(t, &dropped, e);
	if (*t->at == '[' || *t->at == '{')
		return skip_nested(t, *t->at++ == '[' ? ']' : '}', depth, e);
	length = strcspn(t->at, " \t\r\n,]}=#\"'[{");
	if (length == 0)
		return toml_fail(t, "a value is missing");
	t->at += length;
	/* a date may have its time behind a blank */
	if (depth == 0 && t->at[0] == ' ' && t->at[1] >= '0' && t->at[1] <= '9')
		t->at += 1 + strcspn(t->at + 1, " \t\r\n#");
	return 0;
}

/* {append=true} or false, as containers/common has it within an array; the brace is passed. */
static int take_attribute(struct search *s, struct err *e)
{
	struct toml_text *t = &s->text;
	cleanup_free char *key = NULL;
	bool append;

	if (toml_key(t, &key, e) < 0)
		return -e->error;
	if (!str_equal(key, "\nappend") || *t->at != '=')
		return toml_fail(t, "an unknown attribute of the array");
	t->at++;
	toml_skip_blanks(t);
	append = strncmp(t->at, "true", 4) == 0;
	if (!append && strncmp(t->at, "false", 5) != 0)
		return toml_fail(t, "append is neither true nor false");
	t->at += append ? 4 : 5;
	toml_skip_blanks(t);
	if (*t->at != '}')
		return toml_fail(t, "an unknown attribute of the array");
	t->at++;
	s->strings.append = append;
	s->given = true;
	return 0;
}

static int take_element(struct search *s, struct err *e)
{
	struct toml_text *t = &s->text;
	cleanup_free char *text = NULL;

	if (*t->at == '{' && s->attributes) {
		t->at++;
		return take_attribute(s, e);
	}
	if (*t->at != '"' && *t->at != '\'')
		return toml_fail(t, "not an array of strings");
	if (s->strings.n == TOML_STRINGS_MAX)
		return toml_fail(t, "too many elements");
	if (toml_string(t, &text, e) < 0)
		return -e->error;
	return toml_strings_add(&s->strings, text, e);
}

static int take_array(struct search *s, struct err *e)
{
	struct toml_text *t = &s->text;

	if (s->found)
		return toml_fail(t, "the key occurs twice");
	if (*t->at != '[')
		return toml_fail(t, "not an array of strings");
	t->at++;
	s->found = true;
	for (toml_skip_space(t); *t->at != ']'; toml_skip_space(t)) {
		if (take_element(s, e) < 0)
			return -e->error;
		toml_skip_space(t);
		if (*t->at != ',' && *t->at != ']')
			return toml_fail(t, "',' or ']' is missing");
		t->at += *t->at == ',';
	}
	t->at++;
	return 0;
}

/* Whether 'key' is one of the tables in which the wanted key is. */
static bool is_above(const char *key, const char *wanted)
{
	size_t length = strlen(key);

	return strncasecmp(wanted, key, length) == 0 && wanted[length] == '\n';
}

static int take_header(struct search *s, struct err *e)
{
	struct toml_text *t = &s->text;
	bool array = t->at[1] == '[', own;
	cleanup_free char *key = NULL;

	t->at += array ? 2 : 1;
	if (toml_key(t, &key, e) < 0)
		return -e->error;
	if (strncmp(t->at, "]]", array ? 2 : 1) != 0)
		return toml_fail(t, "']' is missing");
	t->at += array ? 2 : 1;
	own = is_above(key, s->wanted) && !strchr(s->wanted + strlen(key) + 1, '\n');
	if ((array && is_above(key, s->wanted)) || strcasecmp(key, s->wanted) == 0)
		return toml_fail(t, "the key's table cannot be read in this form");
	if (own && s->in_table)
		return toml_fail(t, "the table occurs twice");
	s->in_table |= own;
	free(s->table);
	s->table = take_ptr(key);
	return toml_end_line(t);
}

static int take_pair(struct search *s, struct err *e)
{
	struct toml_text *t = &s->text;
	cleanup_free char *key = s->table ? strdup(s->table) : NULL;
	int result;

	if (s->table && !key)
		return err_nomem(e);
	if (toml_key(t, &key, e) < 0)
		return -e->error;
	if (*t->at != '=')
		return toml_fail(t, "'=' is missing");
	t->at++;
	toml_skip_blanks(t);
	if (is_above(key, s->wanted))
		return toml_fail(t, "the key's table cannot be read in this form");
	result = strcasecmp(key, s->wanted) == 0 ? take_array(s, e) : skip_value(t, 0, e);
	return result < 0 ? result : toml_end_line(t);
}

/* Give what was found to the caller. An attribute holds for the later files too. */
static int hand_over(struct search *s, struct toml_strings *ret, struct err *e)
{
	if (!(s->given ? s->strings.append : ret->append)) {
		toml_strings_free(ret);
		*ret = s->strings;
		s->strings = (struct toml_strings){ 0 };
		return 1;
	}
	for (size_t i = 0; i < s->strings.n; i++)
		if (toml_strings_add(ret, s->strings.items[i], e) < 0)
			return -e->error;
	ret->append = true;
	return 1;
}

int toml_read_strings(const char *text, const char *key, bool attributes, struct toml_strings *ret,
		      struct err *e)
{
	cleanup_with(close_search) struct search s = {
		.text = { .start = text, .at = text, .e = e }, .attributes = attributes
	};
	cleanup_free char *wanted = str_format("\n%s", key);

	if (!wanted)
		return err_nomem(e);
	for (char *dot = wanted; (dot = strchr(dot, '.'));)
		*dot = '\n';
	s.wanted = wanted;
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		s.text.at += 3;
	for (toml_skip_space(&s.text); *s.text.at; toml_skip_space(&s.text))
		if ((*s.text.at == '[' ? take_header(&s, e) : take_pair(&s, e)) < 0)
			return -e->error;
	return s.found ? hand_over(&s, ret, e) : 0;
}
