/* Text: paths taken apart, untrusted bytes made printable. */
#include "common/str.h"

#include "tests/check.h"

static const struct {
	const char *path, *clean;
} cleaned[] = {
	{ "/", "/" },
	{ "", "/" },
	{ ".", "/" },
	{ "..", "/" },
	{ "//", "/" },
	{ "/../../.././.././../.", "/" },
	{ "a", "/a" },
	{ "/a/b/", "/a/b" },
	{ "//a///b//", "/a/b" },
	{ "/./a/./b/.", "/a/b" },
	{ "/a/../b", "/b" },
	{ "/a/b/../..", "/" },
	{ "/a/../../b", "/b" },
	{ "/a/b/..", "/a" },
	{ "/..a/b..", "/..a/b.." },
	{ "/...", "/..." },
	{ "/.a/..b/c./d../", "/.a/..b/c./d.." },
	{ "a/../..", "/" },
	{ "/a b/\n", "/a b/\n" },
};

START_TEST(cleans_paths)
{
	cleanup_free char *clean = path_clean(cleaned[_i].path);

	ck_assert_ptr_nonnull(clean);
	ck_assert_msg(strcmp(clean, cleaned[_i].clean) == 0, "'%s': '%s'", cleaned[_i].path, clean);
}
END_TEST

static const struct {
	const char *name, *path, *dir;
	bool below;
} below[] = {
	{ "PW01", "/a/b/c", "/a", true },
	{ "PW02", "/a/b/c", "/a/b", true },
	{ "PW04", "/a/b/../c", "/a", true },
	{ "PW05", "/a/b/c", "/a/b/c", true },
	{ "PW07", "/a", "/", true },
	{ "PW07", "/", "/", true },
	{ "PW08", "/a/b/c", "/a/b/c/d", false },
	{ "PW10", "/a/b/cd", "/a/b/c", false },
	{ "PW11", "/a/../b", "/a", false },
	{ "PW13", "/a/..b", "/a", true },
	{ "the root is below nothing else", "/", "/a", false },
	{ "trailing slashes", "/a/b/", "/a//", true },
};

START_TEST(C21_below)
{
	cleanup_free char *path = path_clean(below[_i].path), *dir = path_clean(below[_i].dir);

	ck_assert(path && dir);
	ck_assert_msg(path_is_below(path, dir) == below[_i].below, "%s: %s below %s",
		      below[_i].name, below[_i].path, below[_i].dir);
}
END_TEST

START_TEST(PW14_a_relative_path_is_below_nothing)
{
	ck_assert(!path_is_below("a/b", "/a"));
	ck_assert(!path_is_below("a/b", "/"));
}
END_TEST

static const struct {
	const char *path, *names[4];
} components[] = {
	{ "", { 0 } },	   { "/", { 0 } },	    { "///", { 0 } },
	{ "/a", { "a" } }, { "a/b", { "a", "b" } }, { "//a//.//../", { "a", ".", ".." } },
};

START_TEST(takes_paths_apart)
{
	const char *rest = components[_i].path, *name;
	size_t length, n = 0;

	while ((name = path_next(&rest, &length))) {
		ck_assert_ptr_nonnull(components[_i].names[n]);
		ck_assert_uint_eq(length, strlen(components[_i].names[n]));
		ck_assert(memcmp(name, components[_i].names[n], length) == 0);
		n++;
	}
	ck_assert_msg(!components[_i].names[n], "'%s': ends too early", components[_i].path);
	ck_assert_ptr_null(path_next(&rest, &length));
}
END_TEST

static const struct {
	const char *name, *text, *escaped;
} escapes[] = {
	{ "empty", "", "" },
	{ "plain", "aZ09 ~'\"%", "aZ09 ~'\"%" },
	{ "newline", "a\nb", "a\\x0ab" },
	{ "escape", "\x1b[31m", "\\x1b[31m" },
	{ "DEL", "\x7f", "\\x7f" },
	{ "backslash", "\\x0a", "\\\\x0a" },
	{ "UTF-8", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
	{ "FF", "a\xff", "a\\xff" },
	{ "overlong", "\xc0\xaf", "\\xc0\\xaf" },
	{ "surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80" },
	{ "cut short", "\xe2\x82", "\\xe2\\x82" },
	{ "C1 CSI",
	  "\xc2\x9b"
	  "31m",
	  "\\xc2\\x9b"
	  "31m" },
	{ "T68 a forged line", "x\n<0>kernel: y", "x\\x0a<0>kernel: y" },
};

START_TEST(escapes_what_drives_terminals)
{
	char buf[64];

	ck_assert_ptr_eq(str_escape(buf, sizeof(buf), escapes[_i].text), buf);
	ck_assert_msg(strcmp(buf, escapes[_i].escaped) == 0, "%s: '%s'", escapes[_i].name, buf);
}
END_TEST

static const struct {
	size_t size;
	const char *text, *escaped; /* NULL: ends with "...", and is a beginning of the text */
} cuts[] = {
	{ 8, "abcdefg", "abcdefg" },
	{ 8, "abc", "abc" },
	{ 16, "\n\n\n", "\\x0a\\x0a\\x0a" },
	{ 8, "abcdefgh", NULL },
	{ 8, "abcdefghijklmnopq", NULL },
	{ 64, "0123456789012345678901234567890123456789012345678901234567890123456789", NULL },
	{ 4, "abcd", NULL },
	{ 1, "", "" },
};

START_TEST(cuts_what_does_not_fit)
{
	/* on the heap, so that a byte too many is found */
	char *buf = malloc(cuts[_i].size);
	size_t length;

	ck_assert_ptr_nonnull(buf);
	(void)str_escape(buf, cuts[_i].size, cuts[_i].text);
	length = strlen(buf);
	if (cuts[_i].escaped) {
		ck_assert_msg(strcmp(buf, cuts[_i].escaped) == 0, "'%s' in %zu: '%s'",
			      cuts[_i].text, cuts[_i].size, buf);
	} else {
		ck_assert_uint_ge(length, 3);
		ck_assert_str_eq(buf + length - 3, "...");
		ck_assert(strncmp(buf, cuts[_i].text, length - 3) == 0);
	}
	free(buf);
}
END_TEST

START_TEST(never_writes_past_the_end)
{
	static const char *const texts[] = { "\n\n\n\n\n\n", "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac",
					     "abcdefghijkl",
					     "\xff"
					     "a\xff"
					     "b\xff" };
	char *buf = malloc((size_t)_i + 1);

	ck_assert_ptr_nonnull(buf);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		(void)str_escape(buf, (size_t)_i + 1, texts[i]);
		ck_assert_uint_le(strlen(buf), (size_t)_i);
	}
	free(buf);
}
END_TEST

static const struct {
	const char *text;
	size_t length, expected;
} sequences[] = {
	{ "a", 1, 1 },
	{ "", 0, 0 },
	{ "\0", 1, 1 },
	{ "\x7f", 1, 1 },
	{ "\x80", 1, 0 },
	{ "\xbf", 1, 0 },
	{ "\xc0\x80", 2, 0 },
	{ "\xc1\xbf", 2, 0 },
	{ "\xc2\x80", 2, 2 },
	{ "\xc2\x80", 1, 0 },
	{ "\xc2\xc0", 2, 0 },
	{ "\xc2z", 2, 0 },
	{ "\xdf\xbf", 2, 2 },
	{ "\xe0\x9f\xbf", 3, 0 },
	{ "\xe0\xa0\x80", 3, 3 },
	{ "\xe0\xa0\x80", 2, 0 },
	{ "\xe0\xa0z", 3, 0 },
	{ "\xed\x9f\xbf", 3, 3 },
	{ "\xed\xa0\x80", 3, 0 },
	{ "\xed\xbf\xbf", 3, 0 },
	{ "\xee\x80\x80", 3, 3 },
	{ "\xef\xbf\xbf", 3, 3 },
	{ "\xf0\x8f\xbf\xbf", 4, 0 },
	{ "\xf0\x90\x80\x80", 4, 4 },
	{ "\xf0\x90\x80\x80", 3, 0 },
	{ "\xf4\x8f\xbf\xbf", 4, 4 },
	{ "\xf4\x90\x80\x80", 4, 0 },
	{ "\xf5\x80\x80\x80", 4, 0 },
	{ "\xff", 1, 0 },
};

START_TEST(utf8_sequences)
{
	size_t found = str_utf8_length(sequences[_i].text, sequences[_i].length);

	ck_assert_msg(found == sequences[_i].expected, "row %d: %zu", _i, found);
}
END_TEST

static const struct {
	const char *name, *other;
	bool equal;
} folded[] = {
	{ "source", "source", true },
	{ "source", "SOURCE", true },
	{ "source", "sOuRcE", true },
	{ "source", "\xc5\xbfource", true },
	{ "mounts", "mount\xc5\xbf", true },
	{ "link", "lin\xe2\x84\xaa", true },
	{ "kisk", "\xe2\x84\xaai\xc5\xbf\xe2\x84\xaa", true },
	{ "ociVersion", "ociversion", true },
	{ "ociVersion", "ociVer\xc5\xbfion", true },
	{ "source", "sourc", false },
	{ "source", "sources", false },
	{ "source", "", false },
	{ "", "", true },
	{ "", "a", false },
	{ "source", "so\xc3\xbcrce", false },
	{ "link", "lin\xc5\xbf", false },
	{ "source", "\xe2\x84\xaaource", false },
	{ "source", "\xc5", false },
	{ "[", "{", false }, /* differ in the bit of letter case only */
	{ "a@", "a`", false },
	{ "i", "\xc4\xb0", false }, /* Go does not fold dotted I either */
};

START_TEST(folds_as_go_does)
{
	ck_assert_msg(str_equal_folded(folded[_i].name, folded[_i].other,
				       strlen(folded[_i].other)) == folded[_i].equal,
		      "'%s' and '%s'", folded[_i].name, folded[_i].other);
}
END_TEST

START_TEST(folding_looks_at_no_byte_behind_the_length)
{
	ck_assert(str_equal_folded("so", "SOURCE", 2));
	ck_assert(!str_equal_folded("s", "\xc5\xbf", 1));
	ck_assert(!str_equal_folded("k", "\xe2\x84\xaa", 2));
}
END_TEST

static const struct {
	const char *words, *word;
	int place;
} words[] = {
	{ "ro container", "ro", 0 },
	{ "ro container", "container", 1 },
	{ "ro container", "r", -1 },
	{ "ro container", "contain", -1 },
	{ "ro container", "containers", -1 },
	{ "ro container", "ro container", -1 },
	{ "ro container", "", -1 },
	{ "a  b", "b", 1 },
	{ "", "a", -1 },
	{ "", "", -1 },
	{ "a b a", "a", 0 },
};

START_TEST(finds_whole_words)
{
	int place = str_place_in_words(words[_i].words, words[_i].word, strlen(words[_i].word));

	ck_assert_msg(place == words[_i].place, "'%s' in '%s': %d", words[_i].word, words[_i].words,
		      place);
	ck_assert_int_eq(str_in_words(words[_i].words, words[_i].word), words[_i].place >= 0);
}
END_TEST

START_TEST(compares_with_bytes)
{
	ck_assert(str_is("ab", "abc", 2));
	ck_assert(!str_is("ab", "abc", 1));
	ck_assert(!str_is("ab", "abc", 3));
	ck_assert(!str_is("ab", "ac", 2));
	ck_assert(!str_is("a", "a\0b", 3));
	ck_assert(str_is("", "a", 0));
}
END_TEST

START_TEST(finds_suffixes)
{
	ck_assert(str_has_suffix("a.json", ".json"));
	ck_assert(str_has_suffix(".json", ".json"));
	ck_assert(!str_has_suffix("json", ".json"));
	ck_assert(!str_has_suffix("a.JSON", ".json"));
	ck_assert(!str_has_suffix("a.json~", ".json"));
	ck_assert(str_has_suffix("a", ""));
}
END_TEST

START_TEST(sizes_do_not_overflow)
{
	/* volatile, so that the compiler does not see through it */
	volatile size_t n = SIZE_MAX / 2;

	ck_assert_ptr_null(realloc_array(NULL, n, 3));
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ cleans_paths, ARRAY_SIZE(cleaned) },
		{ C21_below, ARRAY_SIZE(below) },
		{ PW14_a_relative_path_is_below_nothing, 0 },
		{ takes_paths_apart, ARRAY_SIZE(components) },
		{ escapes_what_drives_terminals, ARRAY_SIZE(escapes) },
		{ cuts_what_does_not_fit, ARRAY_SIZE(cuts) },
		{ never_writes_past_the_end, 24 },
		{ utf8_sequences, ARRAY_SIZE(sequences) },
		{ folds_as_go_does, ARRAY_SIZE(folded) },
		{ folding_looks_at_no_byte_behind_the_length, 0 },
		{ finds_whole_words, ARRAY_SIZE(words) },
		{ compares_with_bytes, 0 },
		{ finds_suffixes, 0 },
		{ sizes_do_not_overflow, 0 },
		{ 0 },
	};

	return check_main("str", cases);
}
