/* What RFC 8259 text may not contain here, checked byte by byte before a parser sees it: the parser
 * accepts or repairs some of it, and others read it otherwise (Go replaces bad bytes, cuts nothing,
 * takes lone surrogates as U+FFFD). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JSON_DEPTH_MAX = 64, JSON_STRING_MAX = 1 << 20 };

/* Zero at the start of a document. */
struct json_text {
	uint8_t utf8_left, utf8_low,
		utf8_high; /* continuation bytes to come, and the range of the next */
	bool in_string, escaped,
		want_low; /* want_low: a high surrogate must be followed by a low one */
	uint8_t hex_left;
	uint32_t unit; /* of \uXXXX */
	unsigned depth;
	size_t string_length;
};

/* Check the next bytes. NULL: fine so far; else why not: invalid UTF-8, a NUL (as \u0000), a lone
 * surrogate, deeper than JSON_DEPTH_MAX, a string longer than JSON_STRING_MAX, a control byte
 * outside of strings that is no blank. Everything else is the parser's to refuse, but that
 * 'in_string' must be false at the end. */
const char *json_text_check(struct json_text *t, const char *text, size_t length);
