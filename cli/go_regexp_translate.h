/* Go's syntax of regular expressions, translated to PCRE2's. For the files go_regexp*.c. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "cli/go_regexp.h"

/* The pattern as PCRE2 is given it. The caller frees it. */
int go_regexp_translate(const char *pattern, char **ret, struct err *e) must_use;

/* What a quantifier would find before it. */
enum go_regexp_before { NOTHING, ATOM, REPEATED };

struct translation {
	const char *in;
	FILE *out;
	enum go_regexp_before before;
	bool in_class;
	struct err *e;
};

#define refuse(t, ...) err_set((t)->e, EX_DATAERR, EINVAL, __VA_ARGS__)

/* What stands behind a backslash. 1: it was a class (\d), of which no range can begin. */
int go_regexp_put_escape(struct translation *t) must_use;
