/* Whether a hook applies to a container. */
#include "cli/hook_match.h"

#include "tests/check.h"

static const struct {
	const char *name, *text;
	const char *pairs[6]; /* keys and values */
} accepted[] = {
	{ "one", "a=b", { "a", "b" } },
	{ "two", "a=b,c=d", { "a", "b", "c", "d" } },
	{ "an empty value", "a=", { "a", "" } },
	{ "an equals sign in the value", "a=b=c", { "a", "b=c" } },
	{ "an escaped comma", "a=b\\,c,d=e", { "a", "b,c", "d", "e" } },
	{ "an escaped equals sign", "a\\=b=c", { "a=b", "c" } },
	{ "blanks are kept", "a = b", { "a ", " b" } },
};

START_TEST(annotations_are_taken_apart)
{
	cleanup_with(hook_annotations_free) struct json_map map = { 0 };
	struct err e = { 0 };
	size_t n = 0;

	check_ok(hook_annotations_parse(accepted[_i].text, &map, &e), &e);
	for (; n < map.n && accepted[_i].pairs[2 * n]; n++) {
		ck_assert_str_eq(map.items[n].key, accepted[_i].pairs[2 * n]);
		ck_assert_str_eq(map.items[n].value, accepted[_i].pairs[2 * n + 1]);
	}
	ck_assert_msg(n == map.n && !accepted[_i].pairs[2 * n], "%s: %zu", accepted[_i].name,
		      map.n);
}
END_TEST

START_TEST(bad_annotations_are_refused)
{
	static const char *const texts[] = { "", "a", "=b", "a=b,", "a=b,c", ",a=b", "a=b,c,d=e" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct json_map map = { 0 };
		struct err e = { 0 };

		check_exit(hook_annotations_parse(texts[i], &map, &e), &e, EX_USAGE, texts[i]);
	}
}
END_TEST

/* A whole file of version 0.1.0 instead of a 'when'. */
#define OLD "{\"hook\":\"/h\",\"stage\":[\"poststop\"],"

static const struct {
	const char *name, *when, *annotations, *command;
	enum hook_applies applies;
	const char *words;
} containers[] = {
	{ "always", "{\"always\":true}", "a=b", NULL, HOOK_APPLIES, "" },
	{ "never", "{\"always\":false}", "a=b", NULL, HOOK_DOES_NOT, "never" },
	{ "empty", "{}", "a=b", NULL, HOOK_DOES_NOT, "never" },
	{ "an annotation", "{\"annotations\":{\"^a$\":\"^b$\"}}", "x=y,a=b", NULL, HOOK_APPLIES,
	  "" },
	{ "another value", "{\"annotations\":{\"^a$\":\"^b$\"}}", "a=c", NULL, HOOK_DOES_NOT,
	  "'^a$': '^b$'" },
	{ "another key", "{\"annotations\":{\"^a$\":\"^b$\"}}", "aa=b", NULL, HOOK_DOES_NOT,
	  "no annotation" },
	{ "not anchored", "{\"annotations\":{\"a\":\"b\"}}", "xax=xbx", NULL, HOOK_APPLIES, "" },
	{ "a key twice, the second value", "{\"annotations\":{\"a\":\"b\"}}", "a1=c,a2=b", NULL,
	  HOOK_APPLIES, "" },
	{ "both patterns", "{\"annotations\":{\"a\":\"b\",\"c\":\"d\"}}", "a=b,c=d", NULL,
	  HOOK_APPLIES, "" },
	{ "one of both", "{\"annotations\":{\"a\":\"b\",\"c\":\"d\"}}", "a=b", NULL, HOOK_DOES_NOT,
	  "'c': 'd'" },
	{ "always is not enough", "{\"always\":true,\"annotations\":{\"a\":\"b\"}}", "x=y", NULL,
	  HOOK_DOES_NOT, "no annotation" },
	{ "a command", "{\"commands\":[\"^/bin/sh$\"]}", "a=b", "/bin/sh", HOOK_APPLIES, "" },
	{ "one of two commands", "{\"commands\":[\"^x$\",\"sh\"]}", "a=b", "/bin/sh", HOOK_APPLIES,
	  "" },
	{ "another command", "{\"commands\":[\"^sh$\"]}", "a=b", "/bin/sh", HOOK_DOES_NOT,
	  "no command" },
	{ "a command and another annotation",
	  "{\"commands\":[\"sh\"],\"annotations\":{\"a\":\"b\"}}", "x=y", "/bin/sh", HOOK_DOES_NOT,
	  "no annotation" },
	{ "an unknown command", "{\"commands\":[\"sh\"]}", "a=b", NULL, HOOK_DEPENDS,
	  "process.args[0] matches 'sh'" },
	{ "bind mounts", "{\"hasBindMounts\":true}", "a=b", NULL, HOOK_DEPENDS, "bind mounts" },
	{ "old: one condition is enough", OLD "\"annotations\":[\"^b$\"],\"cmds\":[\"zsh\"]}",
	  "a=b", "/bin/sh", HOOK_APPLIES, "" },
	{ "old: the other one", OLD "\"annotations\":[\"^c$\"],\"cmds\":[\"sh\"]}", "a=b",
	  "/bin/sh", HOOK_APPLIES, "" },
	{ "old: none of them", OLD "\"annotations\":[\"^c$\"],\"cmds\":[\"zsh\"]}", "a=b",
	  "/bin/sh", HOOK_DOES_NOT, "no annotation" },
	{ "old: what is not known", OLD "\"annotations\":[\"^c$\"],\"hasbindmounts\":true}", "a=b",
	  "/bin/sh", HOOK_DEPENDS, "bind mounts" },
	{ "old: no bind mounts", OLD "\"annotations\":[\"b\"],\"hasbindmounts\":false}", "a=b",
	  NULL, HOOK_APPLIES, "" },
	{ "no bind mounts", "{\"hasBindMounts\":false,\"always\":true}", "a=b", NULL, HOOK_DOES_NOT,
	  "never" },
};

static void read_hook(const char *when, struct oci_hook *ret)
{
	char text[512];
	cleanup_fd int fd = -EBADF;
	struct err e = { 0 };

	(void)snprintf(text, sizeof(text),
		       strstr(when, "hook") ? "%s"
					    : "{\"version\":\"1.0.0\",\"hook\":{\"path\":\"/"
					      "h\"},\"stages\":[\"poststop\"],\"when\":%s}",
		       when);
	fd = check_memory(text, strlen(text));
	ck_assert_msg(oci_hook_read(fd, ret, &e) == 0, "%s", e.message);
}

START_TEST(conditions_are_anded)
{
	cleanup_with(hook_annotations_free) struct json_map map = { 0 };
	cleanup_with(oci_hook_free) struct oci_hook hook = { 0 };
	struct hook_container container = { .command = containers[_i].command };
	char why[HOOK_WHY_SIZE];
	enum hook_applies applies;
	struct err e = { 0 };

	read_hook(containers[_i].when, &hook);
	check_ok(hook_annotations_parse(containers[_i].annotations, &map, &e), &e);
	container.annotations = map;
	check_ok(hook_check_regexps(&hook, &e), &e);
	check_ok(hook_applies(&hook, &container, &applies, why, &e), &e);
	ck_assert_msg(applies == containers[_i].applies, "%s: %d, %s", containers[_i].name,
		      (int)applies, why);
	ck_assert_msg(strstr(why, containers[_i].words), "%s: %s", containers[_i].name, why);
}
END_TEST

START_TEST(bad_expressions_are_named)
{
	static const struct {
		const char *when, *words;
	} bad[] = {
		{ "{\"annotations\":{\"(?=a)\":\"b\"}}", "annotations: '(?=a)'" },
		{ "{\"annotations\":{\"a\":\"[\"}}", "annotations: '['" },
		{ "{\"commands\":[\"a\",\"\\\\1\"]}", "commands: '\\1'" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		cleanup_with(oci_hook_free) struct oci_hook hook = { 0 };
		struct err e = { 0 };

		read_hook(bad[i].when, &hook);
		check_exit(hook_check_regexps(&hook, &e), &e, EX_DATAERR, bad[i].when);
		ck_assert_msg(strstr(e.message, bad[i].words), "%s", e.message);
	}
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ annotations_are_taken_apart, ARRAY_SIZE(accepted) },
		{ bad_annotations_are_refused, 0 },
		{ conditions_are_anded, ARRAY_SIZE(containers) },
		{ bad_expressions_are_named, 0 },
		{ 0 },
	};

	return check_main("hook_match", cases);
}
