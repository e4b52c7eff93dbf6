/* A TOML file with an array of strings that engines keep there. */
#include <stdio.h>
#include <string.h>

#include "cli/toml.h"
#include "common/str.h"
#include "tests/fuzz/fuzz.h"

static const char *const keys[] = { "engine.hooks_dir", "crio.runtime.hooks_dir", "a" };

/* As a basic string; an escape for everything that could need one. */
static void put_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < ' ' || c == 0x7f || c == '"' || c == '\\')
			fprintf(out, "\\u%04X", c);
		else
			fputc(c, out);
	}
	fputs("\", ", out);
}

static void check_again(const char *key, const struct toml_strings *s)
{
	cleanup_with(toml_strings_free) struct toml_strings again = { 0 };
	cleanup_free char *text = NULL;
	struct err e = { 0 };
	size_t length;
	FILE *out = open_memstream(&text, &length);

	fuzz_assert(out);
	fprintf(out, "# again\n%s = [", key);
	for (size_t i = 0; i < s->n; i++)
		put_string(out, s->items[i]);
	fprintf(out, "%s] # end\n", s->append ? "{append = true}" : "");
	fuzz_assert(fclose(out) == 0);
	fuzz_assert(toml_read_strings(text, key, s->append, &again, &e) == 1);
	fuzz_assert(again.n == s->n && again.append == s->append);
	for (size_t i = 0; i < s->n; i++)
		fuzz_check_same_text(s->items[i], again.items[i]);
}

static void check_key(const char *text, const char *key, bool attributes)
{
	cleanup_with(toml_strings_free) struct toml_strings s = { 0 };
	struct err e = { 0 };
	int result;

	fuzz_assert(toml_strings_add(&s, "earlier", &e) == 0);
	result = toml_read_strings(text, key, attributes, &s, &e);
	if (result < 0) {
		fuzz_check_error(result, &e);
		fuzz_assert(e.exit_code == EX_CONFIG && strncmp(e.message, "line ", 5) == 0);
	}
	if (result <= 0) {
		fuzz_assert(s.n == 1 && str_equal(s.items[0], "earlier") && !s.append);
		return;
	}
	fuzz_assert(result == 1 && s.n <= TOML_STRINGS_MAX + (size_t)s.append);
	fuzz_assert(!s.append || (attributes && str_equal(s.items[0], "earlier")));
	if (s.n <= TOML_STRINGS_MAX)
		check_again(key, &s);
}

void fuzz_toml(const uint8_t *data, size_t size)
{
	cleanup_free char *text = fuzz_string(data, size);

	check_key(text, keys[size % ARRAY_SIZE(keys)], size % 2 == 0);
}
