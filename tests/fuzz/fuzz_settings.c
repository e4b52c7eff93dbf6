/* A settings file, read by the policy's table. */
#include <stdio.h>
#include <string.h>

#include "common/str.h"
#include "share/policy.h"
#include "tests/fuzz/fuzz.h"

static const char *file_path(void)
{
	static char path[4096];

	if (!path[0])
		(void)snprintf(path, sizeof(path), "%.3500s/settings", fuzz_directory());
	return path;
}

static const void *field(const struct setting *s, const struct policy *p)
{
	return (const char *)p + s->offset;
}

/* The word in that place of a list; fails where there is none. */
static void copy_word(const char *words, int place, char *ret, size_t size)
{
	for (; place > 0; place--) {
		words += strcspn(words, " ");
		fuzz_assert(*words);
		words += strspn(words, " ");
	}
	(void)snprintf(ret, size, "%.*s", (int)strcspn(words, " "), words);
}

static void check_text(const struct setting *s, const char *value)
{
	cleanup_free char *clean = path_clean(value);

	fuzz_assert(clean);
	for (const char *p = value; *p; p++)
		fuzz_assert((unsigned char)*p >= ' ' && *p != 0x7f);
	if (s->values && str_equal(s->values, "/"))
		fuzz_assert(str_equal(value, s->initial) || str_equal(value, clean));
}

/* The value as it would be written. */
static void check_value(const struct setting *s, const struct policy *p, char *ret, size_t size)
{
	const char *text;

	switch (s->type) {
	case SETTING_CHOICE:
		copy_word(s->values, *(const int *)field(s, p), ret, size);
		return;
	case SETTING_NUMBER:
		fuzz_assert(*(const unsigned *)field(s, p) <= s->max);
		(void)snprintf(ret, size, "%u", *(const unsigned *)field(s, p));
		return;
	case SETTING_WORDS:
	case SETTING_TEXT:
		text = *(char *const *)field(s, p);
		fuzz_assert(text && strlen(text) < size);
		if (s->type == SETTING_TEXT)
			check_text(s, text);
		(void)snprintf(ret, size, "%s", text);
		return;
	}
}

static void check_same(const struct setting *s, const struct policy *a, const struct policy *b)
{
	if (s->type == SETTING_CHOICE)
		fuzz_assert(*(const int *)field(s, a) == *(const int *)field(s, b));
	else if (s->type == SETTING_NUMBER)
		fuzz_assert(*(const unsigned *)field(s, a) == *(const unsigned *)field(s, b));
	else
		fuzz_check_same_text(*(char *const *)field(s, a), *(char *const *)field(s, b));
}

/* Every value is accepted again, as a setting and as an option, and stays what it is. */
static void check_again(const struct policy *p)
{
	cleanup_with(policy_free) struct policy set = { 0 }, option = { 0 };
	struct err e = { 0 };

	fuzz_assert(settings_init(policy_settings, &set, &e) == 0 &&
		    settings_init(policy_settings, &option, &e) == 0);
	for (const struct setting *s = policy_settings; s->key; s++) {
		char value[512], argument[600], *dash, *argv[] = { argument, NULL };
		int index = 0;

		check_value(s, p, value, sizeof(value));
		fuzz_assert(settings_set(policy_settings, &set, s->key, value, &e) == 0);
		(void)snprintf(argument, sizeof(argument), "--%s=%s", s->key, value);
		while ((dash = memchr(argument, '_', strlen(s->key) + 2)))
			*dash = '-';
		fuzz_assert(settings_option(policy_settings, &option, 1, argv, &index, &e) == 1);
		fuzz_assert(index == 1);
		check_same(s, p, &set);
		check_same(s, p, &option);
	}
}

void fuzz_settings(const uint8_t *data, size_t size)
{
	cleanup_with(policy_free) struct policy p = { 0 };
	struct err e = { 0 };
	int result;

	fuzz_file("settings", data, size);
	fuzz_assert(settings_init(policy_settings, &p, &e) == 0);
	result = settings_read(policy_settings, &p, file_path(), true, &e);
	if (result < 0) {
		fuzz_check_error(result, &e);
		fuzz_assert(e.exit_code == EX_CONFIG && strstr(e.message, "settings:"));
		return;
	}
	check_again(&p);
	fuzz_assert(policy_propagation(&p) != 0 && policy_log_level(&p) != 0);
}
