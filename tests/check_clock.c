/* The time of day as text, and back. */
#include "common/clock.h"

#include <time.h>

#include "tests/check.h"

static const struct {
	const char *text;
	int64_t seconds;
} times[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "1970-01-01T00:00:01Z", 1 },
	{ "0000-01-01T00:00:00Z",
	  -62167219200 }, /* a leap year that begins in March of the one before */
	{ "1969-12-31T23:59:59Z", -1 },
	{ "1999-12-31T23:59:59Z", 946684799 },
	{ "2000-02-28T23:59:59Z", 951782399 },
	{ "2000-02-29T00:00:00Z", 951782400 }, /* a leap year, of 400 */
	{ "2000-03-01T00:00:00Z", 951868800 },
	{ "2024-02-29T12:00:00Z", 1709208000 },
	{ "2026-01-31T12:00:00Z", 1769860800 },
	{ "2038-01-19T03:14:08Z", 2147483648 },
	{ "2100-03-01T00:00:00Z", 4107542400 }, /* no leap year */
	{ "9999-12-31T23:59:59Z", 253402300799 },
};

START_TEST(known_times_both_ways)
{
	char text[CLOCK_UTC_SIZE];
	int64_t seconds;

	clock_utc(times[_i].seconds, text);
	ck_assert_str_eq(text, times[_i].text);
	ck_assert(clock_parse_utc(times[_i].text, &seconds));
	ck_assert_msg(seconds == times[_i].seconds, "%s: %jd", times[_i].text, (intmax_t)seconds);
}
END_TEST

START_TEST(as_the_C_library_has_it)
{
	unsigned seed = 1;

	for (int i = 0; i < 20000; i++) {
		time_t when = (time_t)rand_r(&seed) * 100 + rand_r(&seed);
		char text[CLOCK_UTC_SIZE], expected[CLOCK_UTC_SIZE];
		int64_t back;
		struct tm tm;

		ck_assert_ptr_nonnull(gmtime_r(&when, &tm));
		if (tm.tm_year + 1900 > 9999)
			continue;
		(void)strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%SZ", &tm);
		clock_utc(when, text);
		ck_assert_str_eq(text, expected);
		ck_assert(clock_parse_utc(text, &back));
		ck_assert_int_eq(back, when);
	}
}
END_TEST

static const char *const refused[] = {
	"",
	"?",
	"2026-01-31",
	"2026-01-31T12:00:00",
	"2026-01-31T12:00:00Z ",
	"2026-01-31 12:00:00Z",
	"2026-01-31T12:00:00+01:00",
	"2026-01-31T12:00:0xZ",
	"-026-01-31T12:00:00Z",
	"20260131T120000Z",
};

START_TEST(other_forms_are_refused)
{
	int64_t seconds = 5;

	ck_assert_msg(!clock_parse_utc(refused[_i], &seconds), "%s", refused[_i]);
	ck_assert_int_eq(seconds, 5);
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ known_times_both_ways, ARRAY_SIZE(times) },
		{ as_the_C_library_has_it, 0 },
		{ other_forms_are_refused, ARRAY_SIZE(refused) },
		{ 0 },
	};

	return check_main("clock", cases);
}
