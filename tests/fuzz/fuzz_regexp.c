/* A regular expression of Go's, and behind the first newline what it is matched with. */
#include <string.h>

#include "cli/go_regexp_translate.h"
#include "common/str.h"
#include "tests/fuzz/fuzz.h"

static bool is_utf8(const char *text)
{
	size_t left = strlen(text), n;

	for (; left > 0; text += n, left -= n)
		if (!(n = str_utf8_length(text, left)))
			return false;
	return true;
}

/* The result, or a negative errno with a checked error. */
static int match(const char *pattern, const char *text)
{
	struct err e = { 0 };
	int result = go_regexp_match(pattern, text, &e);

	if (result < 0)
		fuzz_check_error(result, &e);
	fuzz_assert(result <= 1);
	return result;
}

/* Text that is quoted matches itself. */
static void check_quoted(const char *text)
{
	cleanup_free char *pattern = str_format("^\\Q%s\\E$", text);

	fuzz_assert(pattern);
	if (is_utf8(text) && !strstr(text, "\\E") && text[0] && text[strlen(text) - 1] != '\\')
		fuzz_assert(match(pattern, text) == 1);
}

/* In a group, and as one of two, it matches what it matches alone. */
static void check_grouped(const char *pattern, const char *text, int alone)
{
	static const struct {
		const char *before, *behind;
	} forms[] = {
		{ "(?:", ")" },
		{ "(", ")|\\A\\z\\b" },
		{ "(?P<n>", ")" },
		{ "(?:", "){1}" },
	};
	size_t i = strlen(text) % ARRAY_SIZE(forms);
	cleanup_free char *grouped =
		str_format("%s%s%s", forms[i].before, pattern, forms[i].behind);
	int result;

	fuzz_assert(grouped);
	if (strstr(pattern, "\\Q"))
		return; /* it may have no end */
	result = match(grouped, text);
	/* < 0: it needs more steps than before, or one group more than PCRE2 has */
	fuzz_assert(result < 0 || result == alone);
}

void fuzz_regexp(const uint8_t *data, size_t size)
{
	const uint8_t *newline = size > 0 ? memchr(data, '\n', size) : NULL;
	size_t length = newline ? (size_t)(newline - data) : size;
	cleanup_free char *pattern = fuzz_string(data, length), *translated = NULL,
			  *text = newline ? fuzz_string(newline + 1, size - length - 1)
					  : strdup("");
	struct err e = { 0 };
	int good = go_regexp_check(pattern, &e), result;

	fuzz_assert(text);
	if (good < 0) {
		fuzz_check_error(good, &e);
		fuzz_assert(e.exit_code == EX_DATAERR && match(pattern, text) < 0);
	} else {
		fuzz_assert(go_regexp_translate(pattern, &translated, &e) == 0);
		result = match(pattern, text);
		if (result >= 0)
			check_grouped(pattern, text, result);
	}
	check_quoted(text);
}
