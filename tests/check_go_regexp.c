/* Go's regular expressions: what Go takes and refuses, and what matches; the results are those of
 * Go's package regexp and the documentation of its syntax. */
#include "cli/go_regexp.h"

#include "tests/check.h"

static const struct {
	const char *pattern, *text;
	int match;
} matched[] = {
	/* not anchored, case counts */
	{ "", "", 1 },
	{ "", "abc", 1 },
	{ "b", "abc", 1 },
	{ "B", "abc", 0 },
	{ "^b", "abc", 0 },
	{ "^true$", "true", 1 },
	{ "^true$", "true ", 0 },
	{ ".*", "", 1 },
	{ "^io\\.oci-share\\.enabled$", "io.oci-share.enabled", 1 },
	{ "^io\\.oci-share\\.enabled$", "io.oci-share_enabled", 0 },
	/* the end of the text is the end */
	{ "a$", "a\n", 0 },
	{ "a\\z", "a\n", 0 },
	{ "^b$", "a\nb", 0 },
	{ "(?m)^b$", "a\nb\nc", 1 },
	{ "(?m)a$", "a\nb", 1 },
	{ "(?m)^$", "a\n", 1 },
	{ "\\Aa", "ba", 0 },
	{ "(?m)\\Ab", "a\nb", 0 },
	/* dots and flags */
	{ "a.b", "a\nb", 0 },
	{ "(?s)a.b", "a\nb", 1 },
	{ "a.b", "a\rb", 1 },
	{ "(?i)ABC", "abc", 1 },
	{ "(?i:A)b", "ab", 1 },
	{ "(?i:A)B", "ab", 0 },
	{ "(?i)a(?-i)b", "Ab", 1 },
	{ "(?i)a(?-i)b", "aB", 0 },
	{ "(?i)k", "\xe2\x84\xaa", 1 },
	{ "(?U)a+", "aa", 1 },
	{ "^.$", "\xc3\xa4", 1 },
	{ "[^a]", "\n", 1 },
	/* classes */
	{ "^[]a]+$", "]a", 1 },
	{ "^[^]a]+$", "b", 1 },
	{ "^[a-c-]+$", "a-c", 1 },
	{ "^[-a]+$", "-a", 1 },
	{ "^[\\w-.]+$", "a-b.c", 1 },
	{ "^[\\d-z]+$", "1-z", 1 },
	{ "^[\\d-z]+$", "y", 0 },
	{ "^[[:alpha:]]+$", "aZ", 1 },
	{ "^[[:^alpha:]]+$", "12", 1 },
	{ "^[[:word:]]+$", "a_1", 1 },
	{ "^[[:^xdigit:]x]+$", "xy", 1 },
	{ "^[[:alnum:]-_]+$", "a-_", 1 },
	{ "^[[:alnum:]-_]+$", "a`", 0 },
	{ "^[[:digit:]--9]+$", "./", 1 },
	{ "^[[:a]+$", "[:a", 1 },
	{ "^[[:]+$", "[:", 1 },
	{ "^[[.a.]]+$", "a]]", 1 },
	{ "^[[.a.]]+$", "b]", 0 },
	{ "^[[=a=]]+$", "=]", 1 },
	{ "^[a[]+$", "[a", 1 },
	{ "^[\\]]$", "]", 1 },
	{ "^[\\n]$", "\n", 1 },
	{ "^\\w+$", "\xc3\xa4", 0 },
	{ "^\\d+$", "123", 1 },
	{ "^\\s$", "\x0b", 0 },
	{ "^\\s+$", " \t\r\n\f", 1 },
	{ "^\\S$", "\x0b", 1 },
	{ "^[\\s]+$", " \t\r\n\f", 1 },
	{ "^[\\s]$", "\x0b", 0 },
	{ "^[\\S]$", "\x0b", 1 },
	{ "^[^\\S]$", " ", 1 },
	{ "\\bb\\b", "a b c", 1 },
	{ "\\bb\\b", "abc", 0 },
	{ "a\\Bb", "ab", 1 },
	{ "^\\pL+$", "a\xc3\xa4", 1 },
	{ "^\\p{Greek}$", "\xce\xb1", 1 },
	{ "^\\P{Greek}$", "a", 1 },
	{ "^\\p{^Greek}$", "a", 1 },
	{ "^[\\p{Lu}\\d]+$", "A1", 1 },
	/* escapes */
	{ "^\\v$", "\x0b", 1 },
	{ "^\\v$", "\n", 0 },
	{ "^\\a\\f\\t$", "\a\f\t", 1 },
	{ "^\\x41\\x{42}$", "AB", 1 },
	{ "^\\x{1F600}$", "\xf0\x9f\x98\x80", 1 },
	{ "^\\101\\12$", "A\n", 1 },
	{ "^\\0$", "", 0 },
	{ "^a\\.b\\-c\\_$", "a.b-c_", 1 },
	{ "^\\Qa.b\\E$", "a.b", 1 },
	{ "^\\Qa.b\\E$", "axb", 0 },
	{ "^\\Q(?=", "(?=", 1 },
	{ "^\\Qab\\E+$", "abb", 1 },
	{ "^\\/$", "/", 1 },
	/* repeats */
	{ "^a{2}$", "aa", 1 },
	{ "^a{2,}$", "a", 0 },
	{ "^a{1,2}?$", "aa", 1 },
	{ "^a{,2}$", "a{,2}", 1 },
	{ "^a{x}$", "a{x}", 1 },
	{ "^{$", "{", 1 },
	{ "^a{1$", "a{1", 1 },
	{ "^a}$", "a}", 1 },
	{ "^a]$", "a]", 1 },
	{ "^*a", "a", 1 },
	{ "a$?b", "ab", 1 },
	{ "(?:a|b)+?c", "abc", 1 },
	{ "a||b", "x", 1 },
	{ "()", "", 1 },
	{ "^a{1000}$", "a", 0 },
	/* groups */
	{ "^(?P<n>a)(?:b)(c)$", "abc", 1 },
	{ "^(?P<1n>a)(?P<1n>b)$", "ab", 1 },
	{ "^(?<n>a)$", "a", 1 },
	{ "^(?)a$", "a", 1 },
	{ "^a#b c$", "a#b c", 1 },
};

START_TEST(matches_as_go_does)
{
	struct err e = { 0 };
	int match = go_regexp_match(matched[_i].pattern, matched[_i].text, &e);

	ck_assert_msg(match >= 0, "'%s': %s", matched[_i].pattern, e.message);
	ck_assert_msg(match == matched[_i].match, "'%s' and '%s': %d", matched[_i].pattern,
		      matched[_i].text, match);
}
END_TEST

static const char *const refused[] = {
	/* of Perl, but not of Go */
	"(?=a)",
	"(?!a)",
	"(?<=a)",
	"(?<!a)",
	"(?>a)",
	"(?|a)",
	"(?#a)",
	"(?R)",
	"(?1)",
	"(?&n)",
	"(?P=n)",
	"(?P>n)",
	"(?(1)a)",
	"(?'n'a)",
	"(?C)",
	"(?x)a b",
	"(?J)a",
	"(?n)a",
	"(?^)a",
	"(*UTF)a",
	"(*ACCEPT)",
	"\\1",
	"(a)\\1",
	"\\9",
	"(a)\\k<n>",
	"\\g1",
	"a++",
	"a*+",
	"a?+",
	"a{2}+",
	"a{2}{3}",
	"a**",
	"a+*",
	"a*?*",
	"\\C",
	"\\Z",
	"\\G",
	"\\K",
	"\\R",
	"\\X",
	"\\h",
	"\\H",
	"\\N",
	"\\V",
	"\\q",
	"\\y",
	"\\e",
	"\\cA",
	"\\o{1}",
	"\\E",
	"\\\xc3\xa4",
	"[\\b]",
	"[\\A]",
	"[\\Qa\\E]",
	/* of nobody */
	"*",
	"+a",
	"?",
	"{2}",
	"|*",
	"(*)",
	"(+a)",
	"(",
	")",
	"a)",
	"(a",
	"[",
	"[a",
	"[]",
	"[^]",
	"[z-a]",
	"[[:foo:]]",
	"[[:<:]]",
	"[[:>:]]a",
	"[[:foo]bar:]]",
	"[[::]]",
	"[[:^:]]",
	"[[:^^alpha:]]",
	"[[:Alpha:]]",
	"a\\",
	"\\x",
	"\\x4",
	"\\x{}",
	"\\x{110000}",
	"\\x{41",
	"\\p",
	"\\p{",
	"\\p{Foo}",
	"\\pX",
	"\\pl",
	"\\p^",
	"\\p{}",
	"\\p{^}",
	"\\p{^^Greek}",
	"\\p{greek}",
	"\\p{ Greek}",
	"\\p{script=Greek}",
	"\\p{Script=Greek}",
	"\\p{bidi_class=L}",
	"\\p{L&}",
	"a{1001}",
	"a{2,1}",
	"a{1,1001}",
	"(?P<>a)",
	"(?P<n",
	"(?P<n-m>a)",
	"(?P=n>a)",
	"(?i",
	"(?",
	"(?:",
	"(?-)",
	"(?i-)",
	"(?z)",
	"(?i-s-m)",
	"a\xff",
};

START_TEST(what_go_refuses_is_refused)
{
	struct err e = { 0 };

	check_exit(go_regexp_check(refused[_i], &e), &e, EX_DATAERR, refused[_i]);
}
END_TEST

START_TEST(it_comes_to_an_end)
{
	struct err e = { 0 };
	char text[64];
	int match;

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	match = go_regexp_match("^(a|a)*b$|^(a+)+c$", text, &e);
	ck_assert_msg(match <= 0, "it matches");
	if (match < 0)
		check_exit(match, &e, EX_SOFTWARE, "too many steps");
}
END_TEST

START_TEST(length_and_bytes_are_bounded)
{
	cleanup_free char *text = malloc(GO_REGEXP_MAX + 2);
	struct err e = { 0 };

	ck_assert_ptr_nonnull(text);
	memset(text, 'a', GO_REGEXP_MAX + 1);
	text[GO_REGEXP_MAX + 1] = '\0';
	check_exit(go_regexp_check(text, &e), &e, EX_DATAERR, "a long pattern");
	e = (struct err){ 0 };
	ck_assert_int_lt(go_regexp_match("a", "\xff", &e), 0);
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ matches_as_go_does, ARRAY_SIZE(matched) },
		{ what_go_refuses_is_refused, ARRAY_SIZE(refused) },
		{ it_comes_to_an_end, 0 },
		{ length_and_bytes_are_bounded, 0 },
		{ 0 },
	};

	return check_main("go_regexp", cases);
}
