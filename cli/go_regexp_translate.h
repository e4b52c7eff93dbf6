/* A translation of Go's syntax in progress. For go_regexp_translate.c and go_regexp_escape.c. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "cli/go_regexp.h"

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
