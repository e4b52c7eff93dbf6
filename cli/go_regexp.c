/* Go's regular expressions, matched by PCRE2. */
#include "cli/go_regexp.h"

#include <stdio.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "cli/go_regexp_translate.h"

static void free_code(pcre2_code **code)
{
	pcre2_code_free(*code);
}

static void free_compile(pcre2_compile_context **context)
{
	pcre2_compile_context_free(*context);
}

static void free_match(pcre2_match_data **data)
{
	pcre2_match_data_free(*data);
}

static void free_context(pcre2_match_context **context)
{
	pcre2_match_context_free(*context);
}

static int fail(int number, int exit_code, const char *what, struct err *e)
{
	PCRE2_UCHAR why[128] = "?";

	(void)pcre2_get_error_message(number, why, sizeof(why)); /* one too long is cut */
	return err_set(e, exit_code, EINVAL, "%s: %s", what, (const char *)why);
}

static int compile(const char *pattern, pcre2_code **ret, struct err *e)
{
	cleanup_with(free_compile) pcre2_compile_context *context =
		pcre2_compile_context_create(NULL);
	cleanup_free char *text = NULL;
	char what[64];
	PCRE2_SIZE at;
	int number;

	(void)snprintf(what, sizeof(what), "'%.40s'", pattern); /* a long one is cut */
	if (!context)
		return err_nomem(e);
	(void)pcre2_set_newline(context, PCRE2_NEWLINE_LF); /* fails for unknown values only */
	if (go_regexp_translate(pattern, &text, e) < 0)
		return err_wrap(e, "%s", what);
	*ret = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
			     PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_CIRCUMFLEX |
				     PCRE2_NEVER_BACKSLASH_C,
			     &number, &at, context);
	return *ret ? 0 : fail(number, EX_DATAERR, what, e);
}

int go_regexp_check(const char *pattern, struct err *e)
{
	cleanup_with(free_code) pcre2_code *code = NULL;

	return compile(pattern, &code, e);
}

int go_regexp_match(const char *pattern, const char *text, struct err *e)
{
	cleanup_with(free_context) pcre2_match_context *context = pcre2_match_context_create(NULL);
	cleanup_with(free_match) pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	cleanup_with(free_code) pcre2_code *code = NULL;
	int result;

	if (!context || !data)
		return err_nomem(e);
	(void)pcre2_set_match_limit(context, GO_REGEXP_STEPS); /* these cannot fail */
	(void)pcre2_set_depth_limit(context, GO_REGEXP_STEPS);
	(void)pcre2_set_heap_limit(context, 64 << 10); /* KiB */
	if (compile(pattern, &code, e) < 0)
		return -e->error;
	result = pcre2_match(code, (PCRE2_SPTR)text, strlen(text), 0, 0, data, context);
	if (result == PCRE2_ERROR_NOMATCH)
		return 0;
	return result >= 0 ? 1 : fail(result, EX_SOFTWARE, "match", e);
}
