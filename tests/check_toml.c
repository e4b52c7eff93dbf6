/* One array of strings out of a TOML file. */
#include "cli/toml.h"

#include "tests/check.h"

#define QQQ  "\"\"\""
#define LONG "abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789" /* 64 */

static const struct {
	const char *name, *text;
	int found;
	const char *items[4];
} accepted[] = {
	{ "nothing", "", 0, { "before" } },
	{ "another key", "[engine]\nother = [\"/a\"]\n", 0, { "before" } },
	{ "one", "[engine]\nhooks_dir = [\"/a\"]\n", 1, { "/a" } },
	{ "two on one line", "[engine]\nhooks_dir=[\"/a\",'/b']", 1, { "/a", "/b" } },
	{ "empty", "[engine]\nhooks_dir = []\n", 1, { NULL } },
	{ "over lines, with comments and a comma at the end",
	  "[engine] # e\nhooks_dir = [ # h\n\t\"/a\", # a ]\n\n  '/b',\n] # end\n",
	  1,
	  { "/a", "/b" } },
	{ "CRLF", "[engine]\r\nhooks_dir = [\r\n\"/a\"\r\n]\r\n", 1, { "/a" } },
	{ "a byte order mark", "\xef\xbb\xbf[engine]\nhooks_dir = ['/a']", 1, { "/a" } },
	{ "blanks everywhere", "  [ engine ]  \n\t hooks_dir\t= [ \"/a\" ]  ", 1, { "/a" } },
	{ "a dotted key", "engine.hooks_dir = ['/a']\n", 1, { "/a" } },
	{ "a quoted key", "[\"engine\"]\n'hooks_dir' = ['/a']\n", 1, { "/a" } },
	{ "other letter case", "[Engine]\nHOOKS_DIR = ['/a']\n", 1, { "/a" } },
	{ "commented out", "[engine]\n#hooks_dir = [\n#  \"/a\",\n#]\n", 0, { "before" } },
	{ "in another table", "[other]\nhooks_dir = ['/a']\n", 0, { "before" } },
	{ "in a table below", "[engine.x]\nhooks_dir = ['/a']\n", 0, { "before" } },
	{ "after other tables",
	  "[x]\na=1\n[engine]\nhooks_dir=['/a']\n[y]\nhooks_dir=['/b']\n",
	  1,
	  { "/a" } },
	{ "escapes",
	  "[engine]\nhooks_dir = [\"\\u002fa\\t\\\"\\\\\\U0001F600\"]",
	  1,
	  { "/a\t\"\\\xf0\x9f\x98\x80" } },
	{ "no escapes in literals", "[engine]\nhooks_dir = ['/a\\t']", 1, { "/a\\t" } },
	{ "long strings",
	  "[engine]\nhooks_dir = [" QQQ "\n/a\\\n   b" QQQ ", '''\n/c''']",
	  1,
	  { "/ab", "/c" } },
	{ "quotes in long strings",
	  "[engine]\nhooks_dir = [" QQQ "a\"b\"" QQQ "]",
	  1,
	  { "a\"b\"" } },
	{ "brackets and keys in strings",
	  "[x]\na = \"[engine]\\nhooks_dir = ['/b']\"\nb = '''\n[engine]\nhooks_dir = "
	  "['/b']\n'''\n",
	  0,
	  { "before" } },
	{ "all kinds of values are passed over",
	  "a = 1\nb = 1.5e3\nc = true\nd = 1979-05-27T07:32:00Z\ne = 1979-05-27 07:32:00\nf = [ 1, "
	  "[2, {x = 3}],\n"
	  "# c\n ]\ng = { a.b = 1, 'c' = \"}\" }\nh = 0xff\n[[i]]\nj = ''\n[[i]]\nj = "
	  "\"\"\n[engine]\n"
	  "hooks_dir = ['/a']\n",
	  1,
	  { "/a" } },
	{ "a key of as many names as there may be",
	  "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p = 1\n" LONG LONG LONG LONG
	  " = 1\nengine.hooks_dir=['/a']",
	  1,
	  { "/a" } },
	{ "replaced", "[engine]\nhooks_dir = [\"/a\", {append=false}]\n", 1, { "/a" } },
	{ "appended",
	  "[engine]\nhooks_dir = [\"/a\", { append = true }]\n",
	  1,
	  { "before", "/a" } },
};

static void start(struct toml_strings *s)
{
	struct err e = { 0 };

	check_ok(toml_strings_add(s, "before", &e), &e);
}

START_TEST(the_key_is_found)
{
	cleanup_with(toml_strings_free) struct toml_strings s = { 0 };
	struct err e = { 0 };
	size_t n = 0;
	int found;

	start(&s);
	found = toml_read_strings(accepted[_i].text, "engine.hooks_dir", true, &s, &e);
	ck_assert_msg(found >= 0, "%s: %s", accepted[_i].name, e.message);
	ck_assert_msg(found == accepted[_i].found, "%s: %d", accepted[_i].name, found);
	for (; accepted[_i].items[n]; n++) {
		ck_assert_msg(n < s.n, "%s: %zu items", accepted[_i].name, s.n);
		ck_assert_str_eq(s.items[n], accepted[_i].items[n]);
	}
	ck_assert_uint_eq(s.n, n);
}
END_TEST

static const struct {
	const char *name, *text, *words;
} refused[] = {
	{ "text", "[engine]\nhooks_dir = \"/a\"\n", "line 2: not an array of strings" },
	{ "a line end in a key", "\"engine\\nhooks_dir\" = [\"/a\"]\n",
	  "line 1: a key with a line end" },
	{ "a number in it", "[engine]\nhooks_dir = [\"/a\", 1]\n", "not an array of strings" },
	{ "an array in it", "[engine]\nhooks_dir = [[\"/a\"]]\n", "not an array of strings" },
	{ "no comma", "[engine]\nhooks_dir = [\"/a\" \"/b\"]\n", "','" },
	{ "two commas", "[engine]\nhooks_dir = [\"/a\",,\"/b\"]\n", "array" },
	{ "no end", "[engine]\nhooks_dir = [\"/a\",\n", "line" },
	{ "a string without an end", "[engine]\nhooks_dir = [\"/a]\n", "without an end" },
	{ "a bad escape", "[engine]\nhooks_dir = [\"\\q\"]\n", "escape" },
	{ "a surrogate", "[engine]\nhooks_dir = [\"\\ud800\"]\n", "escape" },
	{ "more behind it", "[engine]\nhooks_dir = [] []\n", "more than one" },
	{ "twice", "[engine]\nhooks_dir = []\nhooks_dir = []\n", "line 3: the key occurs twice" },
	{ "the table twice", "[engine]\na=1\n[x]\n[engine]\nhooks_dir = []\n",
	  "line 4: the table occurs twice" },
	{ "an inline table", "engine = { hooks_dir = ['/a'] }\n", "cannot be read in this form" },
	{ "an array of tables", "[[engine]]\nhooks_dir = ['/a']\n", "cannot be read in this form" },
	{ "a table of that name", "[engine.hooks_dir]\na = 1\n", "cannot be read in this form" },
	{ "an unknown attribute", "[engine]\nhooks_dir = ['/a', {prepend=true}]\n", "attribute" },
	{ "append that is neither", "[engine]\nhooks_dir = ['/a', {append=1}]\n", "append" },
	{ "no value", "[engine]\na =\n", "value is missing" },
	{ "no equals sign", "[engine]\nhooks_dir\n", "'=' is missing" },
	{ "no key", "[engine]\n= 1\n", "not a key" },
	{ "no bracket", "[engine\n", "']' is missing" },
	{ "no second bracket", "[[x]\n", "']' is missing" },
	{ "no TOML", "<xml>\n", "not a key" },
	{ "a key of many names", "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q = 1\n", "too long" },
	{ "a header of many names", "[a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q]\n", "too long" },
	{ "a long key", LONG LONG LONG LONG "a = 1\n", "too long" },
	{ "a long string without an end", "a = '''x\n", "without an end" },
};

START_TEST(what_cannot_be_read_is_said)
{
	cleanup_with(toml_strings_free) struct toml_strings s = { 0 };
	struct err e = { 0 };

	start(&s);
	check_exit(toml_read_strings(refused[_i].text, "engine.hooks_dir", true, &s, &e), &e,
		   EX_CONFIG, refused[_i].name);
	ck_assert_msg(strstr(e.message, refused[_i].words), "%s: %s", refused[_i].name, e.message);
	ck_assert_uint_eq(s.n, 1);
}
END_TEST

START_TEST(a_key_of_three_names)
{
	static const char *const texts[] = {
		"[crio.runtime]\nhooks_dir = ['/a']\n",
		"[crio]\nx = 1\n[crio.runtime]\nhooks_dir = ['/a']\n",
		"[crio]\nruntime.hooks_dir = ['/a']\n",
		"crio.runtime.hooks_dir = ['/a']\n",
		"[crio.\"runtime\"]\nx='y'\nhooks_dir = [\n  '/a'\n]\n[crio.network]\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		cleanup_with(toml_strings_free) struct toml_strings s = { 0 };
		struct err e = { 0 };

		ck_assert_msg(toml_read_strings(texts[i], "crio.runtime.hooks_dir", true, &s, &e) ==
				      1,
			      "%zu: %s", i, e.message);
		ck_assert_uint_eq(s.n, 1);
		ck_assert_str_eq(s.items[0], "/a");
	}
}
END_TEST

START_TEST(append_holds_for_later_files)
{
	cleanup_with(toml_strings_free) struct toml_strings s = { 0 };
	const char *key = "engine.hooks_dir";
	struct err e = { 0 };

	start(&s);
	ck_assert_int_eq(
		toml_read_strings("engine.hooks_dir=['/a',{append=true}]", key, true, &s, &e), 1);
	ck_assert_int_eq(toml_read_strings("engine.hooks_dir=['/b']", key, true, &s, &e), 1);
	ck_assert_uint_eq(s.n, 3);
	ck_assert_int_eq(
		toml_read_strings("engine.hooks_dir=['/c',{append=false}]", key, true, &s, &e), 1);
	ck_assert_uint_eq(s.n, 1);
	ck_assert_int_eq(toml_read_strings("engine.hooks_dir=['/d']", key, true, &s, &e), 1);
	ck_assert_uint_eq(s.n, 1);
	ck_assert_str_eq(s.items[0], "/d");
}
END_TEST

START_TEST(attributes_are_not_everyones)
{
	static const char *const texts[] = { "a=['/b', {append=true}]",
					     "a=[{append=false}, '/b']" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		cleanup_with(toml_strings_free) struct toml_strings s = { 0 };
		struct err e = { 0 };

		check_exit(toml_read_strings(texts[i], "a", false, &s, &e), &e, EX_CONFIG,
			   texts[i]);
		ck_assert_ptr_nonnull(strstr(e.message, "not an array of strings"));
	}
}
END_TEST

START_TEST(depth_is_bounded)
{
	cleanup_with(toml_strings_free) struct toml_strings s = { 0 };
	char text[20000] = "a = ";
	struct err e = { 0 };

	memset(text + 4, '[', sizeof(text) - 5);
	check_exit(toml_read_strings(text, "b", true, &s, &e), &e, EX_CONFIG, "deep");
	ck_assert_ptr_nonnull(strstr(e.message, "too deep"));
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ the_key_is_found, ARRAY_SIZE(accepted) },
		{ what_cannot_be_read_is_said, ARRAY_SIZE(refused) },
		{ a_key_of_three_names, 0 },
		{ append_holds_for_later_files, 0 },
		{ attributes_are_not_everyones, 0 },
		{ depth_is_bounded, 0 },
		{ 0 },
	};

	return check_main("toml", cases);
}
