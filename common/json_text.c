/* What JSON text may not contain here. */
#include "common/json_text.h"

static const char *check_utf8(struct json_text *t, uint8_t c)
{
	static const char invalid[] = "invalid UTF-8";

	if (t->utf8_left > 0) {
		if (c < t->utf8_low || c > t->utf8_high)
			return invalid;
		t->utf8_left--;
		t->utf8_low = 0x80;
		t->utf8_high = 0xbf;
		return NULL;
	}
	if (c < 0xc2 || c > 0xf4)
		return invalid;
	/* overlong forms, surrogates and what lies above U+10FFFF show in the second byte */
	t->utf8_low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	t->utf8_high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	t->utf8_left = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
	return NULL;
}

static const char *check_unit(struct json_text *t)
{
	bool high = t->unit >= 0xd800 && t->unit <= 0xdbff,
	     low = t->unit >= 0xdc00 && t->unit <= 0xdfff;

	if (t->unit == 0)
		return "a NUL";
	if (low != t->want_low)
		return "a lone surrogate";
	t->want_low = high;
	return NULL;
}

static const char *check_string(struct json_text *t, uint8_t c)
{
	t->string_length++;
	if (t->hex_left > 0) {
		/* a digit that is none is for the parser to refuse */
		t->unit = t->unit << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10) % 16U;
		return --t->hex_left == 0 ? check_unit(t) : NULL;
	}
	if (t->escaped && c == 'u') {
		t->escaped = false;
		t->hex_left = 4;
		t->unit = 0;
		return NULL;
	}
	if (!t->escaped && c == '\\') {
		t->escaped = true;
		return NULL;
	}
	if (t->want_low)
		return "a lone surrogate";
	t->escaped = false;
	return NULL;
}

/* Bytes that change nothing here: within strings, and outside. In strings control bytes are for the
 * parser to refuse, outside a backslash is. */
enum { IN_STRINGS = 1, OUTSIDE = 2, ANYWHERE = IN_STRINGS | OUTSIDE };

static const uint8_t plain[256] = {
	[0 ... 8] = IN_STRINGS,	  ['\t'] = ANYWHERE,	    ['\n'] = ANYWHERE,
	[11 ... 12] = IN_STRINGS, ['\r'] = ANYWHERE,	    [14 ... 31] = IN_STRINGS,
	[' ' ... '!'] = ANYWHERE, ['#' ... 'Z'] = ANYWHERE, ['['] = IN_STRINGS,
	['\\'] = OUTSIDE,	  [']'] = IN_STRINGS,	    ['^' ... 'z'] = ANYWHERE,
	['{'] = IN_STRINGS,	  ['|'] = ANYWHERE,	    ['}'] = IN_STRINGS,
	['~' ... 127] = ANYWHERE,
};

/* How many such bytes come next, and quotation marks that begin or end a string; most of a document
 * are. */
static size_t skip_plain(struct json_text *t, const char *text, size_t length)
{
	uint8_t where = t->in_string ? IN_STRINGS : OUTSIDE;
	size_t n = 0, start = 0; /* of the string, where it started here */

	if (t->utf8_left > 0 || t->escaped || t->hex_left > 0 || t->want_low)
		return 0;
	for (; n < length; n++) {
		uint8_t c = (uint8_t)text[n];

		if (plain[c] & where)
			continue;
		if (c != '"')
			break;
		if (where == IN_STRINGS && t->string_length + n - start > JSON_STRING_MAX)
			break;
		where ^= ANYWHERE;
		t->string_length = 0;
		start = n + 1;
	}
	t->in_string = where == IN_STRINGS;
	t->string_length += n - start;
	return n;
}

static const char *check_outside(struct json_text *t, uint8_t c)
{
	/* the parser would pass over VT and FF as blanks */
	if (c < ' ' && c != '\t' && c != '\n' && c != '\r')
		return "a control byte";
	if ((c == '[' || c == '{') && ++t->depth > JSON_DEPTH_MAX)
		return "nested deeper than 64";
	if ((c == ']' || c == '}') && t->depth > 0)
		t->depth--;
	return NULL;
}

/* A byte that skip_plain() does not pass over. */
static const char *check_byte(struct json_text *t, uint8_t c)
{
	const char *why = t->utf8_left > 0 || c >= 0x80 ? check_utf8(t, c) : NULL;

	if (why)
		return why;
	return t->in_string ? check_string(t, c) : check_outside(t, c);
}

const char *json_text_check(struct json_text *t, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		const char *why;

		i += skip_plain(t, text + i, length - i);
		if (t->in_string && t->string_length > JSON_STRING_MAX)
			return "a string of more than 1 MiB";
		if (i == length)
			break;
		why = check_byte(t, (uint8_t)text[i]);
		if (why)
			return why;
	}
	return NULL;
}
