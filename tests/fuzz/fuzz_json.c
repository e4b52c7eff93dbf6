/* A second opinion on what JSON is: RFC 8259 to the letter, a function for a rule of its grammar,
 * and nothing in common with the decoder. */
#include <string.h>

#include "common/str.h"
#include "tests/fuzz/fuzz.h"

struct text {
	const uint8_t *at, *end;
};

static int peek(const struct text *t)
{
	return t->at < t->end ? *t->at : -1;
}

static bool take(struct text *t, int c)
{
	if (peek(t) != c)
		return false;
	t->at++;
	return true;
}

static void skip_blanks(struct text *t)
{
	while (take(t, ' ') || take(t, '\t') || take(t, '\n') || take(t, '\r'))
		;
}

static size_t skip_digits(struct text *t, bool hex)
{
	const char *digits = hex ? "0123456789abcdefABCDEF" : "0123456789";
	const uint8_t *start = t->at;

	while (peek(t) > 0 && strchr(digits, peek(t)))
		t->at++;
	return (size_t)(t->at - start);
}

static bool take_word(struct text *t, const char *word)
{
	for (; *word; word++)
		if (!take(t, *word))
			return false;
	return true;
}

static bool take_number(struct text *t)
{
	(void)take(t, '-'); /* it may have one */
	if (!take(t, '0') && skip_digits(t, false) == 0)
		return false;
	if (take(t, '.') && skip_digits(t, false) == 0)
		return false;
	if (take(t, 'e') || take(t, 'E')) {
		if (!take(t, '+'))
			(void)take(t, '-'); /* either, or none */
		return skip_digits(t, false) > 0;
	}
	return true;
}

static bool take_escape(struct text *t)
{
	if (take(t, 'u')) {
		struct text four = { t->at, t->end - t->at > 4 ? t->at + 4 : t->end };
		size_t digits = skip_digits(&four, true);

		t->at += digits;
		return digits == 4;
	}
	if (peek(t) <= 0 || !strchr("\"\\/bfnrt", peek(t)))
		return false;
	t->at++;
	return true;
}

static bool take_string(struct text *t)
{
	if (!take(t, '"'))
		return false;
	while (!take(t, '"')) {
		size_t n = str_utf8_length((const char *)t->at, (size_t)(t->end - t->at));

		if (n == 0 || *t->at < ' ')
			return false;
		if (take(t, '\\')) {
			if (!take_escape(t))
				return false;
		} else {
			t->at += n;
		}
	}
	return true;
}

static bool take_value(struct text *t);

/* Members or elements, the bracket passed. */
static bool take_list(struct text *t, char end)
{
	skip_blanks(t);
	if (take(t, end))
		return true;
	do {
		skip_blanks(t);
		if (end == '}') {
			if (!take_string(t))
				return false;
			skip_blanks(t);
			if (!take(t, ':'))
				return false;
		}
		if (!take_value(t))
			return false;
	} while (take(t, ','));
	return take(t, end);
}

static bool take_value(struct text *t)
{
	bool good;

	skip_blanks(t);
	switch (peek(t)) {
	case '{':
	case '[':
		good = take_list(t, *t->at++ == '{' ? '}' : ']');
		break;
	case '"':
		good = take_string(t);
		break;
	case 't':
		good = take_word(t, "true");
		break;
	case 'f':
		good = take_word(t, "false");
		break;
	case 'n':
		good = take_word(t, "null");
		break;
	default:
		good = take_number(t);
	}
	skip_blanks(t);
	return good;
}

bool fuzz_is_json(const uint8_t *data, size_t size)
{
	struct text t = { data, data + size };

	return take_value(&t) && t.at == t.end;
}
