/* JSON to C structs and back. */
#include "common/json.h"

#include "common/io.h"
#include "common/json_text.h"
#include "tests/check.h"

struct doc {
	char *source;
	int64_t count;
	bool flag;
	struct json_strings words;
	struct json_map map;
	struct {
		char *link;
	} inner;
	struct json_objects items;
};

struct item {
	char *name;
};

static const struct json_field inner_fields[] = {
	{ .name = "link", .type = JSON_STRING, .offset = 0 },
	{ 0 },
};

static const struct json_field item_fields[] = {
	{ .name = "name",
	  .type = JSON_STRING,
	  .offset = offsetof(struct item, name),
	  .required = true },
	{ 0 },
};

#define FIELD(key, kind, ...)                                                                  \
	{                                                                                      \
		.name = #key, .type = (kind), .offset = offsetof(struct doc, key), __VA_ARGS__ \
	}

static const struct json_field fields[] = {
	FIELD(source, JSON_STRING, .required = true),
	FIELD(count, JSON_INTEGER),
	FIELD(flag, JSON_BOOLEAN),
	FIELD(words, JSON_STRINGS, .limit = 4),
	FIELD(map, JSON_MAP),
	FIELD(inner, JSON_OBJECT, .fields = inner_fields),
	FIELD(items, JSON_OBJECTS, .fields = item_fields, .size = sizeof(struct item), .limit = 3),
	{ 0 },
};

enum { DOC_MAX = 8 << 20, PACKETS = 200 };

static int decode_fd(int fd, struct doc *doc, struct err *e)
{
	struct json_source source = { .fd = fd, .max = DOC_MAX };
	int result = json_decode(&source, fields, doc, e);

	(void)close(fd);
	return result;
}

static int decode(const char *text, size_t length, struct doc *doc, struct err *e)
{
	return decode_fd(check_memory(text, length), doc, e);
}

/* As decode(), but every read gives one byte only. */
static int decode_bytewise(const char *text, size_t length, struct doc *doc, struct err *e)
{
	int ends[2];

	ck_assert_uint_le(length, PACKETS);
	ck_assert_int_eq(pipe2(ends, O_DIRECT | O_CLOEXEC), 0);
	ck_assert_int_ge(fcntl(ends[1], F_SETPIPE_SZ, 1 << 20), PACKETS * 4096);
	for (size_t i = 0; i < length; i++)
		ck_assert_int_eq(write(ends[1], text + i, 1), 1);
	ck_assert_int_eq(close(ends[1]), 0);
	return decode_fd(ends[0], doc, e);
}

static void assert_empty(const struct doc *doc, const char *name)
{
	ck_assert_msg(!doc->source && !doc->words.items && doc->words.n == 0 && !doc->map.items &&
			      doc->map.n == 0 && !doc->inner.link && !doc->items.items &&
			      doc->items.n == 0,
		      "%s: what was decoded is not freed", name);
}

#define S "\"source\":\"a\""

/* With NUL bytes within. */
#define TEXT(literal) (literal), sizeof(literal) - 1

static const struct {
	const char *name, *text;
	size_t length;
} refused[] = {
	{ "SJ05 empty", TEXT("") },
	{ "SJ05 blanks", TEXT("  \n\t ") },
	{ "SJ07 text behind", TEXT("{" S "} x") },
	{ "SJ07 second object", TEXT("{" S "}{" S "}") },
	{ "SJ07 second object on a line", TEXT("{" S "}\n{}") },
	{ "SJ07 comma behind", TEXT("{" S "},") },
	{ "SJ07 block comment", TEXT("{/**/" S "}") },
	{ "SJ07 line comment", TEXT("{" S "}// x") },
	{ "SJ07 a string behind", TEXT("{" S "}\"x\"") },
	{ "SJ07 a string without an end behind", TEXT("{" S "}\"x") },
	{ "SJ07 a quote behind", TEXT("{" S "}\"") },
	{ "SJ07 half a word behind", TEXT("{" S "}tru") },
	{ "SJ07 a vertical tab between", TEXT("{\v" S "}") },
	{ "SJ07 a form feed behind", TEXT("{" S "}\f") },
	{ "SJ07 byte order mark", TEXT("\xef\xbb\xbf{" S "}") },
	{ "SJ08 array", TEXT("[" S "]") },
	{ "SJ08 array of objects", TEXT("[{" S "}]") },
	{ "SJ08 string", TEXT("\"a\"") },
	{ "SJ08 number", TEXT("1") },
	{ "SJ08 null", TEXT("null") },
	{ "SJ08 true", TEXT("true") },
	{ "a required key is missing", TEXT("{\"count\":1}") },
	{ "a required key is missing in an element", TEXT("{" S ",\"items\":[{}]}") },
	{ "single quotes", TEXT("{'source':'a'}") },
	{ "bare key", TEXT("{source:\"a\"}") },
	{ "comma at the end", TEXT("{" S ",}") },
	{ "comma at an array's end", TEXT("{" S ",\"x\":[1,]}") },
	{ "no comma", TEXT("{" S " \"x\":1}") },
	{ "closed with the other bracket", TEXT("{" S ",\"x\":[1}") },
	{ "not a number", TEXT("{" S ",\"x\":NaN}") },
	{ "SJ11 twice", TEXT("{" S "," S "}") },
	{ "SJ11 twice, one escaped", TEXT("{" S ",\"\\u0073ource\":\"b\"}") },
	{ "SJ11 twice within an object",
	  TEXT("{" S ",\"inner\":{\"link\":\"a\",\"link\":\"b\"}}") },
	{ "SJ11 an object twice", TEXT("{" S ",\"inner\":{},\"inner\":{}}") },
	{ "SJ11 an array twice", TEXT("{" S ",\"words\":[],\"words\":[]}") },
	{ "SJ11 twice within an element",
	  TEXT("{" S ",\"items\":[{\"name\":\"a\",\"name\":\"a\"}]}") },
	{ "SJ11 twice in a map", TEXT("{" S ",\"map\":{\"k\":\"1\",\"j\":\"2\",\"k\":\"1\"}}") },
	{ "T45 capital", TEXT("{\"Source\":\"a\"}") },
	{ "T45 both", TEXT("{" S ",\"SOURCE\":\"b\"}") },
	{ "T45 long s", TEXT("{" S ",\"\xc5\xbfource\":\"b\"}") },
	{ "T45 long s, escaped", TEXT("{" S ",\"\\u017Fource\":\"b\"}") },
	{ "T45 long s at the end", TEXT("{" S ",\"word\xc5\xbf\":[]}") },
	{ "T45 Kelvin sign", TEXT("{" S ",\"inner\":{\"lin\xe2\x84\xaa\":\"b\"}}") },
	{ "T45 in an element", TEXT("{" S ",\"items\":[{\"name\":\"a\",\"NAME\":\"b\"}]}") },
	{ "T46 NUL in a string", TEXT("{\"source\":\"a\0b\"}") },
	{ "T46 NUL in a key", TEXT("{" S ",\"x\0\":1}") },
	{ "T46 NUL between", TEXT("{" S "\0}") },
	{ "T46 NUL behind", TEXT("{" S "}\0") },
	{ "T46 escaped NUL", TEXT("{\"source\":\"a\\u0000\"}") },
	{ "T46 escaped NUL in a key", TEXT("{" S ",\"x\\u0000\":1}") },
	{ "T46 escaped NUL in what is dropped", TEXT("{" S ",\"x\":[\"\\u0000\"]}") },
	{ "T46 newline in a string", TEXT("{\"source\":\"a\nb\"}") },
	{ "T46 tab in a string", TEXT("{\"source\":\"a\tb\"}") },
	{ "T46 unknown escape", TEXT("{\"source\":\"\\q\"}") },
	{ "T46 three hex digits", TEXT("{\"source\":\"\\u123\"}") },
	{ "T46 four that are none", TEXT("{\"source\":\"\\u12g4\"}") },
	{ "T46 high surrogate alone", TEXT("{\"source\":\"\\ud800\"}") },
	{ "T46 high surrogate and letter", TEXT("{\"source\":\"\\ud800a\"}") },
	{ "T46 high surrogate and escape", TEXT("{\"source\":\"\\ud800\\n\"}") },
	{ "T46 high surrogate twice", TEXT("{\"source\":\"\\ud800\\ud800\\udc00\"}") },
	{ "T46 low surrogate alone", TEXT("{\"source\":\"\\udc00\"}") },
	{ "T46 low before high", TEXT("{\"source\":\"\\udc00\\ud800\"}") },
	{ "T46 lone surrogate in a key", TEXT("{" S ",\"\\udfff\":1}") },
	{ "SJ19 FF in a value", TEXT("{\"source\":\"\xff\"}") },
	{ "SJ19 FF in a key", TEXT("{" S ",\"\xff\":1}") },
	{ "SJ19 FF in a key of a map", TEXT("{" S ",\"map\":{\"\xff\":\"\"}}") },
	{ "SJ19 FF outside of strings", TEXT("{" S "\xff}") },
	{ "SJ19 continuation alone", TEXT("{\"source\":\"\x80\"}") },
	{ "SJ19 cut short by the quote", TEXT("{\"source\":\"\xc3\"}") },
	{ "SJ20 overlong slash", TEXT("{\"source\":\"\xc0\xaf\"}") },
	{ "SJ20 overlong NUL", TEXT("{\"source\":\"\xc0\x80\"}") },
	{ "SJ20 overlong of three", TEXT("{\"source\":\"\xe0\x80\xaf\"}") },
	{ "SJ20 overlong of four", TEXT("{\"source\":\"\xf0\x8f\xbf\xbf\"}") },
	{ "SJ20 surrogate", TEXT("{\"source\":\"\xed\xa0\x80\"}") },
	{ "SJ20 above U+10FFFF", TEXT("{\"source\":\"\xf4\x90\x80\x80\"}") },
	{ "SJ20 F5", TEXT("{\"source\":\"\xf5\x80\x80\x80\"}") },
	{ "SJ20 F8", TEXT("{\"source\":\"\xf8\x88\x80\x80\x80\"}") },
	{ "SJ20 overlong in what is dropped", TEXT("{" S ",\"x\":\"\xc0\xaf\"}") },
	{ "SJ10 string is a number", TEXT("{\"source\":1}") },
	{ "SJ10 string is null", TEXT("{\"source\":null}") },
	{ "SJ10 string is an array", TEXT("{\"source\":[\"a\"]}") },
	{ "SJ10 string is an object", TEXT("{\"source\":{}}") },
	{ "SJ10 string is true", TEXT("{\"source\":true}") },
	{ "SJ14 integer is a string", TEXT("{" S ",\"count\":\"12\"}") },
	{ "SJ14 negative", TEXT("{" S ",\"count\":-1}") },
	{ "SJ14 negative zero", TEXT("{" S ",\"count\":-0}") },
	{ "SJ14 fraction", TEXT("{" S ",\"count\":1.5}") },
	{ "SJ14 fraction of zero", TEXT("{" S ",\"count\":1.0}") },
	{ "SJ14 exponent", TEXT("{" S ",\"count\":1e3}") },
	{ "SJ14 twenty digits", TEXT("{" S ",\"count\":99999999999999999999}") },
	{ "SJ14 2^53", TEXT("{" S ",\"count\":9007199254740992}") },
	{ "SJ14 2^64 + 1", TEXT("{" S ",\"count\":18446744073709551617}") },
	{ "SJ14 leading zero", TEXT("{" S ",\"count\":01}") },
	{ "SJ14 plus", TEXT("{" S ",\"count\":+1}") },
	{ "SJ14 hexadecimal", TEXT("{" S ",\"count\":0x10}") },
	{ "SJ14 null", TEXT("{" S ",\"count\":null}") },
	{ "SJ14 true", TEXT("{" S ",\"count\":true}") },
	{ "boolean is a string", TEXT("{" S ",\"flag\":\"true\"}") },
	{ "boolean is a number", TEXT("{" S ",\"flag\":1}") },
	{ "boolean in capitals", TEXT("{" S ",\"flag\":TRUE}") },
	{ "boolean is null", TEXT("{" S ",\"flag\":null}") },
	{ "strings is a string", TEXT("{" S ",\"words\":\"a\"}") },
	{ "strings is an object", TEXT("{" S ",\"words\":{}}") },
	{ "a string of strings is a number", TEXT("{" S ",\"words\":[\"a\",1]}") },
	{ "a string of strings is null", TEXT("{" S ",\"words\":[null]}") },
	{ "a string of strings is an array", TEXT("{" S ",\"words\":[[\"a\"]]}") },
	{ "CJ10 more strings than the limit",
	  TEXT("{" S ",\"words\":[\"\",\"\",\"\",\"\",\"\"]}") },
	{ "SJ17 a value of a map is a number", TEXT("{" S ",\"map\":{\"k\":1}}") },
	{ "SJ17 a value of a map is null", TEXT("{" S ",\"map\":{\"k\":null}}") },
	{ "SJ17 a value of a map is an object", TEXT("{" S ",\"map\":{\"k\":{}}}") },
	{ "a map is an array", TEXT("{" S ",\"map\":[]}") },
	{ "a map is a string", TEXT("{" S ",\"map\":\"\"}") },
	{ "an object is an array", TEXT("{" S ",\"inner\":[]}") },
	{ "an object is a string", TEXT("{" S ",\"inner\":\"\"}") },
	{ "objects is an object", TEXT("{" S ",\"items\":{\"name\":\"a\"}}") },
	{ "an object of objects is a string", TEXT("{" S ",\"items\":[\"a\"]}") },
	{ "an object of objects is null", TEXT("{" S ",\"items\":[null]}") },
	{ "more objects than the limit",
	  TEXT("{" S
	       ",\"items\":[{\"name\":\"\"},{\"name\":\"\"},{\"name\":\"\"},{\"name\":\"\"}]}") },
};

START_TEST(refuses_whole_and_byte_by_byte)
{
	const char *name = refused[_i].name, *text = refused[_i].text;
	size_t length = refused[_i].length;
	struct doc doc = { 0 };
	struct err e = { 0 };

	check_exit(decode(text, length, &doc, &e), &e, EX_DATAERR, name);
	assert_empty(&doc, name);
	e = (struct err){ 0 };
	check_exit(decode_bytewise(text, length, &doc, &e), &e, EX_DATAERR, name);
	assert_empty(&doc, name);
}
END_TEST

static const struct {
	const char *name, *text, *source;
	int64_t count;
} accepted[] = {
	{ "the least", "{" S "}", "a", 0 },
	{ "blanks around", " \t\r\n{ " S " }\n \t\r\n", "a", 0 },
	{ "SJ28 unknown keys",
	  "{\"x\":{\"y\":[1,2.5,-1e99,null,true,{}]}," S ",\"z\":\"\",\"count\":7}", "a", 7 },
	{ "an unknown number of any form", "{" S ",\"x\":1e999,\"count\":1}", "a", 1 },
	{ "known keys in what is dropped", "{" S ",\"x\":{\"Source\":1,\"source\":2,\"source\":3}}",
	  "a", 0 },
	{ "keys that are longer or shorter", "{" S ",\"sources\":1,\"sourc\":2,\"\":3}", "a", 0 },
	{ "a key in escapes", "{\"\\u0073\\u006fur\\u0063e\":\"a\"}", "a", 0 },
	{ "escapes", "{\"source\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"}", "\"\\/\b\f\n\r\tA", 0 },
	{ "an escaped backslash before u0000", "{\"source\":\"\\\\u0000\"}", "\\u0000", 0 },
	{ "a surrogate pair", "{\"source\":\"\\ud83d\\uDE00\"}", "\xf0\x9f\x98\x80", 0 },
	{ "the first and last of each length",
	  "{\"source\":\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"
	  "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"}",
	  "\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f"
	  "\xbf\xbf",
	  0 },
	{ "an empty string", "{\"source\":\"\"}", "", 0 },
	{ "brackets in a string", "{\"source\":\"]}[{\"}", "]}[{", 0 },
	{ "SJ14 2^53 - 1", "{" S ",\"count\":9007199254740991}", "a", 9007199254740991 },
	{ "SJ16 null for a map", "{" S ",\"map\":null,\"count\":1}", "a", 1 },
	{ "null for what is dropped", "{" S ",\"x\":null}", "a", 0 },
	{ "case variants in a map", "{" S ",\"map\":{\"k\":\"\",\"K\":\"\",\"source\":\"\"}}", "a",
	  0 },
};

START_TEST(accepts_whole_and_byte_by_byte)
{
	const char *text = accepted[_i].text;
	int (*const ways[])(const char *, size_t, struct doc *, struct err *) = { decode,
										  decode_bytewise };

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		struct doc doc = { 0 };
		struct err e = { 0 };
		int result = ways[i](text, strlen(text), &doc, &e);

		ck_assert_msg(result == 0, "%s: %s", accepted[_i].name, e.message);
		ck_assert_str_eq(doc.source, accepted[_i].source);
		ck_assert_int_eq(doc.count, accepted[_i].count);
		json_free(fields, &doc);
		assert_empty(&doc, accepted[_i].name);
	}
}
END_TEST

static const char sample[] =
	"{\"source\":\"\\ud83d\\ude00\xc3\xa9\",\"count\":12,\"flag\":true,\"words\":[\"a\",\"b\"],"
	"\"map\":{\"k\":\"v\",\"\":\"w\"},\"inner\":{\"link\":\"l\"},"
	"\"items\":[{\"name\":\"n\"},{\"name\":\"m\"}],\"x\":[{}]}";

START_TEST(fills_every_type)
{
	struct doc doc = { 0 };
	struct err e = { 0 };
	const struct item *items;

	check_ok(decode(sample, strlen(sample), &doc, &e), &e);
	items = doc.items.items;
	ck_assert_str_eq(doc.source, "\xf0\x9f\x98\x80\xc3\xa9");
	ck_assert_int_eq(doc.count, 12);
	ck_assert(doc.flag);
	ck_assert_uint_eq(doc.words.n, 2);
	ck_assert_str_eq(doc.words.items[0], "a");
	ck_assert_str_eq(doc.words.items[1], "b");
	ck_assert_uint_eq(doc.map.n, 2);
	ck_assert_str_eq(doc.map.items[0].key, "k");
	ck_assert_str_eq(doc.map.items[0].value, "v");
	ck_assert_str_eq(doc.map.items[1].key, "");
	ck_assert_str_eq(doc.map.items[1].value, "w");
	ck_assert_str_eq(doc.inner.link, "l");
	ck_assert_uint_eq(doc.items.n, 2);
	ck_assert_str_eq(items[0].name, "n");
	ck_assert_str_eq(items[1].name, "m");
	json_free(fields, &doc);
	json_free(fields, &doc);
	assert_empty(&doc, "freed twice");
}
END_TEST

START_TEST(refuses_what_is_cut_at_any_byte)
{
	for (size_t length = 0; length < strlen(sample); length++) {
		struct doc doc = { 0 };
		struct err e = { 0 };
		char name[32];

		(void)snprintf(name, sizeof(name), "T46 cut at %zu", length);
		check_exit(decode(sample, length, &doc, &e), &e, EX_DATAERR, name);
		assert_empty(&doc, name);
	}
}
END_TEST

START_TEST(refuses_a_bad_byte_at_any_place)
{
	static const char bad[] = { '\0', '\x01', '\xff', '\xc0', '\x80' };

	for (size_t i = 0; i < strlen(sample) * sizeof(bad); i++) {
		size_t at = i / sizeof(bad);
		struct doc doc = { 0 };
		struct err e = { 0 };
		char text[sizeof(sample)], name[48];

		if ((unsigned char)sample[at] >= 0x80)
			continue; /* there it may be a good one */
		memcpy(text, sample, sizeof(sample));
		text[at] = bad[i % sizeof(bad)];
		(void)snprintf(name, sizeof(name), "T46 byte %02x at %zu", (unsigned char)text[at],
			       at);
		check_exit(decode(text, strlen(sample), &doc, &e), &e, EX_DATAERR, name);
		assert_empty(&doc, name);
	}
}
END_TEST

/* 'before', n times 'open', n times 'close', 'behind' */
static char *nest(const char *before, char opening, size_t n, char closing, const char *behind)
{
	char *text = calloc(1, strlen(before) + 2 * n + strlen(behind) + 1);

	ck_assert_ptr_nonnull(text);
	(void)stpcpy(text, before);
	memset(text + strlen(before), opening, n);
	if (closing)
		memset(text + strlen(before) + n, closing, n);
	(void)strcat(text, behind);
	return text;
}

static const struct {
	const char *name, *before;
	size_t n;
	char closing;
	const char *behind;
	bool ok;
} depths[] = {
	{ "SJ22 depth 32", "{" S ",\"x\":", 31, ']', "}", true },
	{ "SJ22 depth 64", "{" S ",\"x\":", 63, ']', "}", true },
	{ "SJ22 depth 65", "{" S ",\"x\":", 64, ']', "}", false },
	{ "depth 64 after a sibling of depth 64",
	  "{" S
	  ",\"y\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]"
	  "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]],\"x\":",
	  63, ']', "}", true },
	{ "SJ23 a million open", "", 1000000, 0, "", false },
	{ "SJ23 a million in an unknown key", "{" S ",\"x\":", 1000000, ']', "}", false },
	{ "SJ23 a million in a known key", "{\"words\":", 1000000, ']', "}", false },
};

START_TEST(nests_to_depth_64)
{
	char *text =
		nest(depths[_i].before, '[', depths[_i].n, depths[_i].closing, depths[_i].behind);
	struct doc doc = { 0 };
	struct err e = { 0 };
	int result = decode(text, strlen(text), &doc, &e);

	if (depths[_i].ok)
		ck_assert_msg(result == 0, "%s: %s", depths[_i].name, e.message);
	else
		check_exit(result, &e, EX_DATAERR, depths[_i].name);
	json_free(fields, &doc);
	free(text);
}
END_TEST

static const struct {
	const char *name, *before;
	size_t n;
	const char *behind;
	bool ok;
} sizes[] = {
	{ "a document of the limit", "{" S, DOC_MAX - 14, "}", true },
	{ "one byte more", "{" S, DOC_MAX - 13, "}", false },
	{ "blanks behind count", "{" S "}", DOC_MAX, "", false },
	{ "a string of 1 MiB - 1", "{\"source\":\"", JSON_STRING_MAX - 1, "\"}", true },
	{ "a string of more than 1 MiB", "{\"source\":\"", JSON_STRING_MAX + 1, "\"}", false },
	{ "T46 a key of more than 1 MiB", "{" S ",\"", JSON_STRING_MAX + 1, "\":1}", false },
	{ "two strings of less", "{\"y\":\"a\",\"source\":\"", JSON_STRING_MAX - 1, "\"}", true },
};

START_TEST(bounds_sizes)
{
	char *text = nest(sizes[_i].before, ' ', sizes[_i].n, 0, sizes[_i].behind);
	struct doc doc = { 0 };
	struct err e = { 0 };
	int result = decode(text, strlen(text), &doc, &e);

	if (sizes[_i].ok)
		ck_assert_msg(result == 0, "%s: %s", sizes[_i].name, e.message);
	else
		check_exit(result, &e, EX_DATAERR, sizes[_i].name);
	json_free(fields, &doc);
	free(text);
}
END_TEST

START_TEST(bounds_a_map_without_limit_of_its_own)
{
	for (size_t n = JSON_LIMIT; n <= JSON_LIMIT + 1; n++) {
		char *text = calloc(n + 1, 16), *p;
		struct doc doc = { 0 };
		struct err e = { 0 };
		int result;

		ck_assert_ptr_nonnull(text);
		p = stpcpy(text, "{" S ",\"map\":{");
		for (size_t i = 0; i < n; i++)
			p += sprintf(p, "%s\"%zu\":\"\"", i > 0 ? "," : "", i);
		(void)stpcpy(p, "}}");
		result = decode(text, strlen(text), &doc, &e);
		ck_assert_msg((result == 0) == (n == JSON_LIMIT), "%zu pairs: %d %s", n, result,
			      e.message);
		ck_assert_uint_eq(doc.map.n, n == JSON_LIMIT ? n : 0);
		json_free(fields, &doc);
		free(text);
	}
}
END_TEST

START_TEST(text_check_does_not_depend_on_where_reads_end)
{
	const char *text = refused[_i].text;
	size_t length = refused[_i].length;
	struct json_text whole = { 0 };
	const char *expected = json_text_check(&whole, text, length);

	for (size_t cut = 0; cut <= length; cut++) {
		struct json_text t = { 0 };
		const char *why = json_text_check(&t, text, cut);

		if (!why)
			why = json_text_check(&t, text + cut, length - cut);
		ck_assert_msg(!why == !expected && (!why || strcmp(why, expected) == 0),
			      "%s cut at %zu: %s, whole: %s", refused[_i].name, cut,
			      why ? why : "fine", expected ? expected : "fine");
	}
}
END_TEST

/* ---- writing ---- */

static void write_sample(struct json_out *out)
{
	json_open(out, NULL);
	json_string(out, "source", "a\"\\\n\x01/");
	json_string(out, "absent", NULL);
	json_integer(out, "count", 9007199254740991);
	json_boolean(out, "flag", true);
	json_open_array(out, "words");
	json_string(out, NULL, "");
	json_string(out, NULL, "\xc3\xa9");
	json_close_array(out);
	json_open(out, "map");
	json_close(out);
	json_close(out);
}

START_TEST(writes_what_decoding_reads)
{
	struct json_out *out = json_out_new(_i == 1);
	struct doc doc = { 0 };
	struct err e = { 0 };
	const char *text;
	size_t length;

	ck_assert_ptr_nonnull(out);
	write_sample(out);
	check_ok(json_out_take(out, &text, &length, &e), &e);
	ck_assert_uint_eq(strlen(text), length);
	ck_assert_ptr_null(strstr(text, "absent"));
	ck_assert_int_eq(text[length - 1], _i == 1 ? '\n' : '}');
	check_ok(decode(text, length, &doc, &e), &e);
	ck_assert_str_eq(doc.source, "a\"\\\n\x01/");
	ck_assert_int_eq(doc.count, 9007199254740991);
	ck_assert(doc.flag);
	ck_assert_uint_eq(doc.words.n, 2);
	ck_assert_str_eq(doc.words.items[1], "\xc3\xa9");
	json_free(fields, &doc);
	json_out_free(&out);
	ck_assert_ptr_null(out);
	json_out_free(&out);
}
END_TEST

static const struct {
	const char *name, *value, *written;
} values[] = {
	{ "plain", "a/b", "[\"a/b\"]" },
	{ "controls", "\x1b[0m\r", "[\"\\u001B[0m\\r\"]" },
	{ "FF",
	  "a\xff"
	  "b",
	  "[\"a\xef\xbf\xbd"
	  "b\"]" },
	{ "overlong", "\xc0\xaf", "[\"\xef\xbf\xbd\xef\xbf\xbd\"]" },
	{ "surrogate", "\xed\xa0\x80", "[\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"]" },
	{ "cut", "\xe2\x84", "[\"\xef\xbf\xbd\xef\xbf\xbd\"]" },
	{ "four bytes", "\xf0\x9f\x98\x80", "[\"\xf0\x9f\x98\x80\"]" },
};

START_TEST(writes_valid_utf8_whatever_it_is_given)
{
	struct json_out *out = json_out_new(false);
	struct err e = { 0 };
	const char *text;
	size_t length;

	ck_assert_ptr_nonnull(out);
	json_open_array(out, NULL);
	json_string(out, NULL, values[_i].value);
	json_close_array(out);
	check_ok(json_out_take(out, &text, &length, &e), &e);
	ck_assert_msg(strcmp(text, values[_i].written) == 0, "%s: %s", values[_i].name, text);
	json_out_free(&out);
}
END_TEST

START_TEST(reports_the_first_error_of_writing)
{
	struct json_out *out = json_out_new(false);
	struct err e = { 0 };
	const char *text = NULL;
	size_t length = 0;

	ck_assert_ptr_nonnull(out);
	json_open(out, NULL);
	json_close(out);
	json_string(out, "behind", "the end");
	check_error(json_out_take(out, &text, &length, &e), &e, "a member behind the end");
	ck_assert_ptr_null(text);
	json_out_free(&out);
	e = (struct err){ 0 };
	ck_assert_int_eq(json_out_take(NULL, &text, &length, &e), -ENOMEM);
	ck_assert_int_eq(e.exit_code, EX_OSERR);
}
END_TEST

/* ---- only the header ---- */

#define LONG_TEXT "0123456789012345678901234567890123456789"

static const struct {
	const char *name, *text;
	const char *source; /* NULL: refused */
} headers[] = {
	{ "stops before the key", "{\"source\":\"s\",\"end\":", "s" },
	{ "what comes after it is not looked at",
	  "{\"source\":\"s\",\"end\":} garbage \"source\":", "s" },
	{ "the key in an object below is another",
	  "{\"inner\":{\"end\":1},\"source\":\"s\",\"end\":[", "s" },
	{ "no such key: all of it", "{\"source\":\"s\"}", "s" },
	{ "no such key, and trailing text", "{\"source\":\"s\"} x", NULL },
	{ "a longer key", "{\"source\":\"s\",\"endless\":1}", "s" },
	{ "what is required comes too late", "{\"end\":1,\"source\":\"s\"}", NULL },
	{ "cut before the key", "{\"source\":\"s\",\"en", NULL },
	{ "cut within a value", "{\"source\":\"s", NULL },
	{ "wrong before the key", "{\"source\":1,\"end\":2}", NULL },
	{ "twice before the key", "{\"source\":\"a\",\"source\":\"b\",\"end\":2}", NULL },
	{ "an empty document", "", NULL },
};

START_TEST(a_header_ends_where_it_is_told)
{
	const char *text = headers[_i].text, *expected = headers[_i].source;
	struct json_source source = { .fd = check_memory(text, strlen(text)),
				      .max = DOC_MAX,
				      .until = "end" };
	struct doc doc = { 0 };
	struct err e = { 0 };
	int result = json_decode(&source, fields, &doc, &e);

	(void)close(source.fd);
	if (!expected) {
		check_exit(result, &e, EX_DATAERR, headers[_i].name);
		return;
	}
	ck_assert_msg(result == 0, "%s: %s", headers[_i].name, e.message);
	ck_assert_str_eq(doc.source, expected);
	json_free(fields, &doc);
}
END_TEST

/* However long what stands before the key is, and however much comes after it. */
START_TEST(a_header_may_be_longer_than_one_read)
{
	enum { WORDS = 4000 };
	cleanup_free char *text = malloc(WORDS * sizeof(LONG_TEXT) + 64);
	size_t used = (size_t)sprintf(text, "{\"unknown\":\"");
	struct json_source source = { .max = DOC_MAX, .until = "end" };
	struct doc doc = { 0 };
	struct err e = { 0 };

	for (int i = 0; i < WORDS; i++)
		used += (size_t)sprintf(text + used, LONG_TEXT);
	used += (size_t)sprintf(text + used, "\",\"source\":\"s\",\"end\":\xff");
	source.fd = check_memory(text, used);
	/* the byte that is no UTF-8 lies in the last read, and what is read is checked */
	check_exit(json_decode(&source, fields, &doc, &e), &e, EX_DATAERR, "a bad byte");
	(void)close(source.fd);
	source.fd = check_memory(text, used - 1);
	e = (struct err){ 0 };
	check_ok(json_decode(&source, fields, &doc, &e), &e);
	ck_assert_str_eq(doc.source, "s");
	(void)close(source.fd);
	json_free(fields, &doc);
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ refuses_whole_and_byte_by_byte, ARRAY_SIZE(refused) },
		{ accepts_whole_and_byte_by_byte, ARRAY_SIZE(accepted) },
		{ fills_every_type, 0 },
		{ refuses_what_is_cut_at_any_byte, 0 },
		{ refuses_a_bad_byte_at_any_place, 0 },
		{ nests_to_depth_64, ARRAY_SIZE(depths) },
		{ bounds_sizes, ARRAY_SIZE(sizes) },
		{ bounds_a_map_without_limit_of_its_own, 0 },
		{ text_check_does_not_depend_on_where_reads_end, ARRAY_SIZE(refused) },
		{ writes_what_decoding_reads, 2 },
		{ writes_valid_utf8_whatever_it_is_given, ARRAY_SIZE(values) },
		{ reports_the_first_error_of_writing, 0 },
		{ a_header_ends_where_it_is_told, ARRAY_SIZE(headers) },
		{ a_header_may_be_longer_than_one_read, 0 },
		{ 0 },
	};

	return check_main("json", cases);
}
