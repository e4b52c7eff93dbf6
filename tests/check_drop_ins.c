/* Which files are read after an engine's settings, and in which order. */
#include "cli/drop_ins.h"

#include "common/at.h"
#include "tests/check.h"

static const struct {
	const char *name;
	const char *paths[6]; /* a directory ends with '/', a link to "." with '@' */
	bool all;
	const char *order;
} walks[] = {
	{ "none", { NULL }, true, "" },
	{ "by name", { "b", "a", "B" }, true, "B a b " },
	{ "only *.conf", { "b.conf", "a", "d/", "d/c.conf", "a.conf" }, false, "a.conf b.conf " },
	{ "in directories below", { "a/", "a/c", "b" }, true, "a/c b " },
	{ "each directory by itself", { "a/", "a/c", "a.conf", "a-b" }, true, "a/c a-b a.conf " },
	{ "a link to a directory is a file", { "a@", "b" }, true, "a b " },
	{ "many of them", { "a@", "b@", "c@", "d@", "e@", "f@" }, true, "a b c d e f " },
	{ "a link of that name", { "a.conf@" }, false, "a.conf " },
};

static void make(const char *name)
{
	size_t length = strlen(name);
	char path[64];

	(void)snprintf(path, sizeof(path), "d/%s", name);
	path[2 + length - (strchr("/@", name[length - 1]) != NULL)] = '\0';
	if (name[length - 1] == '/')
		check_directory(path, 0755);
	else if (name[length - 1] == '@')
		ck_assert_int_eq(symlink(".", path), 0);
	else
		check_file(path, "", 0644);
}

START_TEST(they_are_walked_as_go_does)
{
	cleanup_with(toml_strings_free) struct toml_strings found = { 0 };
	cleanup_fd int root = -EBADF;
	char order[128] = "";
	struct err e = { 0 };

	check_fresh_directory();
	check_directory("d", 0755);
	for (size_t i = 0; i < ARRAY_SIZE(walks[_i].paths) && walks[_i].paths[i]; i++)
		make(walks[_i].paths[i]);
	root = check_path_fd(".");
	check_ok(drop_ins_find(root, "/d", walks[_i].all, &found, &e), &e);
	for (size_t i = 0; i < found.n; i++)
		(void)snprintf(order + strlen(order), sizeof(order) - strlen(order), "%s ",
			       found.items[i] + strlen("/d/"));
	ck_assert_str_eq(order, walks[_i].order);
	check_ok(drop_ins_find(root, "/none", true, &found, &e), &e);
}
END_TEST

START_TEST(number_and_depth_are_bounded)
{
	cleanup_with(toml_strings_free) struct toml_strings found = { 0 };
	cleanup_fd int root = -EBADF;
	char path[64] = "deep";
	struct err e = { 0 };

	check_fresh_directory();
	check_directory("d", 0755);
	for (int i = 0; i <= DROP_INS_MAX; i++) {
		(void)snprintf(path, sizeof(path), "d/%d", i);
		check_file(path, "", 0644);
	}
	(void)snprintf(path, sizeof(path), "deep");
	for (int i = 0; i <= DROP_INS_DEPTH; i++) {
		check_directory(path, 0755);
		strncat(path, "/x", sizeof(path) - strlen(path) - 1);
	}
	root = check_path_fd(".");
	check_exit(drop_ins_find(root, "d", true, &found, &e), &e, EX_CONFIG, "many");
	ck_assert_int_eq(e.error, E2BIG);
	e = (struct err){ 0 };
	check_exit(drop_ins_find(root, "deep", true, &found, &e), &e, EX_CONFIG, "deep");
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ they_are_walked_as_go_does, ARRAY_SIZE(walks) },
		{ number_and_depth_are_bounded, 0 },
		{ 0 },
	};

	return check_main("drop_ins", cases);
}
