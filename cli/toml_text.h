/* Words of TOML: blanks, comments, strings and keys. For toml.c and toml_text.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"

enum { TOML_NAMES_MAX = 16, TOML_KEY_MAX = 256 /* bytes */ };

struct toml_text {
	const char *start, *at;
	struct err *e;
};

/* Set an error that names the line. */
int toml_fail(const struct toml_text *t, const char *why);

void toml_skip_blanks(struct toml_text *t); /* blanks and tabs */
void toml_skip_space(struct toml_text *t);  /* line ends and comments too */

/* Nothing but blanks and a comment up to the end of the line, which is passed. */
int toml_end_line(struct toml_text *t) must_use;

/* A string of any of the four kinds. The caller frees it. */
int toml_string(struct toml_text *t, char **ret, struct err *e) must_use;

/* A key with dots; blanks around it are passed. Its names are appended to 'ret' with a newline
 * before each; a name that has one itself is refused. One of more than TOML_NAMES_MAX names or
 * TOML_KEY_MAX bytes is refused. */
int toml_key(struct toml_text *t, char **ret, struct err *e) must_use;
