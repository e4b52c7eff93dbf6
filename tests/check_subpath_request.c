/* The annotation io.oci-share.subpaths, taken apart. */
#include "share/subpath_request.h"

#include "share/subpath.h"
#include "tests/check.h"

#define L50 "0123456789012345678901234567890123456789012345678/"

static const struct {
	const char *name, *text;
	const char *destinations[3], *paths[3];
} accepted[] = {
	{ "one", "/data=logs/app", { "/data" }, { "logs/app" } },
	{ "two", "/data=logs/app,/cfg=app.conf", { "/data", "/cfg" }, { "logs/app", "app.conf" } },
	{ "blanks",
	  "  /data = logs/app\t, /cfg\t=  app.conf  ",
	  { "/data", "/cfg" },
	  { "logs/app", "app.conf" } },
	{ "the same volume twice", "/d=a,/d=b", { "/d", "/d" }, { "a", "b" } },
	{ "the same twice", "/d=a,/d=a", { "/d", "/d" }, { "a", "a" } },
	{ "a blank within", "/my data=my logs", { "/my data" }, { "my logs" } },
	{ "an equals sign in the path", "/d=a=b", { "/d" }, { "a=b" } },
	{ "an escaped comma", "/d\\,e=a\\,b,/f=c", { "/d,e", "/f" }, { "a,b", "c" } },
	{ "an escaped equals sign", "/d\\=e=a", { "/d=e" }, { "a" } },
	{ "an escaped backslash", "/d=a\\\\", { "/d" }, { "a\\" } },
	{ "an escaped letter", "/d=\\a", { "/d" }, { "a" } },
	{ "escaped blanks at both ends", "/d=\\ a\\ ", { "/d" }, { " a " } },
	{ "a destination is made clean", "//d/./e/../f/=a", { "/d/f" }, { "a" } },
	{ "the root", "/=etc", { "/" }, { "etc" } },
	{ "the volume itself", "/d=.", { "/d" }, { "." } },
	{ "a path stays as it is", "/d=a//b/./c/", { "/d" }, { "a//b/./c/" } },
	{ "dots that are none", "/d=...,/e=..a/b..", { "/d", "/e" }, { "...", "..a/b.." } },
	{ "bytes above 127 and a newline", "/d=\xc3\xa4\n", { "/d" }, { "\xc3\xa4\n" } },
};

START_TEST(entries_are_taken_apart)
{
	cleanup_with(subpath_requests_free) struct subpath_requests r = { 0 };
	struct err e = { 0 };
	size_t n = 0;

	check_ok(subpath_requests_parse(accepted[_i].text, &r, &e), &e);
	for (; n < r.n && n < 3 && accepted[_i].destinations[n]; n++) {
		ck_assert_str_eq(r.items[n].destination, accepted[_i].destinations[n]);
		ck_assert_str_eq(r.items[n].path, accepted[_i].paths[n]);
	}
	ck_assert_msg(n == r.n && (n == 3 || !accepted[_i].destinations[n]), "%s: %zu entries",
		      accepted[_i].name, r.n);
}
END_TEST

static const struct {
	const char *name, *text;
	int exit_code;
} refused[] = {
	{ "nothing", "", EX_DATAERR },
	{ "blanks", "  ", EX_DATAERR },
	{ "a comma", ",", EX_DATAERR },
	{ "a comma at the end", "/d=a,", EX_DATAERR },
	{ "a comma too many", "/d=a,,/e=b", EX_DATAERR },
	{ "no equals sign", "/d", EX_DATAERR },
	{ "no equals sign before the comma", "/d,/e=a", EX_DATAERR },
	{ "an escaped equals sign only", "/d\\=a", EX_DATAERR },
	{ "no destination", "=a", EX_DATAERR },
	{ "no path", "/d=", EX_DATAERR },
	{ "a blank path", "/d= ", EX_DATAERR },
	{ "no path before the comma", "/d=,/e=a", EX_DATAERR },
	{ "a relative destination", "d=a", EX_DATAERR },
	{ "a backslash at the end", "/d=a\\", EX_DATAERR },
	{ "a backslash at the end of the destination", "/d\\", EX_DATAERR },
	{ "the second is bad", "/d=a,e=b", EX_DATAERR },
	{ "upwards", "/d=..", EX_NOPERM },
	{ "upwards further down", "/d=a/../b", EX_NOPERM },
	{ "upwards at the end", "/d=a/..", EX_NOPERM },
	{ "an absolute path", "/d=/etc", EX_NOPERM },
	{ "escaped and upwards", "/d=\\.\\./a", EX_NOPERM },
	{ "the second leads upwards", "/d=a,/e=../b", EX_NOPERM },
};

START_TEST(bad_ones_are_refused)
{
	cleanup_with(subpath_requests_free) struct subpath_requests r = { 0 };
	struct err e = { 0 };
	int result = subpath_requests_parse(refused[_i].text, &r, &e);

	check_exit(result, &e, refused[_i].exit_code, refused[_i].name);
	ck_assert_uint_eq(r.n, 0);
	ck_assert_ptr_null(r.items);
}
END_TEST

static char *repeated(const char *part, size_t n)
{
	size_t length = strlen(part);
	char *text = malloc(n * length + 1);

	ck_assert_ptr_nonnull(text);
	for (size_t i = 0; i < n; i++)
		memcpy(text + i * length, part, length + 1);
	return text;
}

START_TEST(their_number_is_bounded)
{
	cleanup_with(subpath_requests_free) struct subpath_requests r = { 0 };
	cleanup_free char *text = repeated("/d=a,", SUBPATH_REQUESTS_MAX + 1);
	struct err e = { 0 };

	text[strlen(text) - 1] = '\0';
	check_exit(subpath_requests_parse(text, &r, &e), &e, EX_DATAERR, "one too many");
	text[strlen(text) - strlen(",/d=a")] = '\0';
	e = (struct err){ 0 };
	check_ok(subpath_requests_parse(text, &r, &e), &e);
	ck_assert_uint_eq(r.n, SUBPATH_REQUESTS_MAX);
}
END_TEST

START_TEST(a_path_and_its_depth_are_bounded)
{
	const struct {
		const char *part;
		size_t n, more;
	} cases[] = {
		{ "a/", SUBPATH_DEPTH_MAX, 1 },
		{ "0123456", NAME_MAX / 7, 1 },
		{ L50 L50 L50 L50, 20, 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *fits = repeated(cases[i].part, cases[i].n),
				  *too_much = repeated(cases[i].part, cases[i].n + cases[i].more);
		struct err e = { 0 };

		check_ok(subpath_check(fits, &e), &e);
		check_exit(subpath_check(too_much, &e), &e, EX_DATAERR, cases[i].part);
	}
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ entries_are_taken_apart, ARRAY_SIZE(accepted) },
		{ bad_ones_are_refused, ARRAY_SIZE(refused) },
		{ their_number_is_bounded, 0 },
		{ a_path_and_its_depth_are_bounded, 0 },
		{ 0 },
	};

	return check_main("subpath_request", cases);
}
