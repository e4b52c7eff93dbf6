/* Hook configurations: what is taken, what is refused, and which files of which directory count. */
#include "oci-spec/hookdir.h"

#include "tests/check.h"

#define HOOK   "\"hook\":{\"path\":\"/bin/h\"}"
#define STAGES "\"stages\":[\"poststop\"]"
#define GOOD   "{\"version\":\"1.0.0\"," HOOK ",\"when\":{\"always\":true}," STAGES "}"

static int read_hook(const char *text, struct oci_hook *ret, struct err *e)
{
	cleanup_fd int fd = check_memory(text, strlen(text));

	return oci_hook_read(fd, ret, e);
}

static const struct {
	const char *name, *text;
	int always, has_bind_mounts;
	size_t annotations, commands, stages;
	int64_t timeout;
	bool can_match;
} accepted[] = {
	{ "always", GOOD, 1, 2, 0, 0, 1, -1, true },
	{ "everything",
	  "{\"version\":\"1.0.0\",\"hook\":{\"path\":\"/bin/"
	  "h\",\"args\":[\"h\",\"-v\"],\"env\":[\"A=b\"],"
	  "\"timeout\":30},\"when\":{\"always\":true,\"hasBindMounts\":true,\"annotations\":{\"^a$"
	  "\":"
	  "\"b\",\"c\":\"\"},\"commands\":[\"^/bin/sh$\"]},\"stages\":[\"prestart\",\"poststop\"]}",
	  1, 1, 2, 1, 2, 30, true },
	{ "never",
	  "{\"version\":\"1.0.0\"," HOOK
	  ",\"when\":{\"always\":false,\"annotations\":{\"a\":\"b\"}}," STAGES "}",
	  0, 2, 1, 0, 1, -1, false },
	{ "without bind mounts never matches",
	  "{\"version\":\"1.0.0\"," HOOK
	  ",\"when\":{\"hasBindMounts\":false,\"always\":true}," STAGES "}",
	  1, 0, 0, 0, 1, -1, false },
	{ "an empty 'when'", "{\"version\":\"1.0.0\"," HOOK ",\"when\":{}," STAGES "}", 2, 2, 0, 0,
	  1, -1, false },
	{ "no 'when'", "{\"version\":\"1.0.0\"," HOOK "," STAGES "}", 2, 2, 0, 0, 1, -1, false },
	{ "commands alone",
	  "{\"version\":\"1.0.0\"," HOOK ",\"when\":{\"commands\":[\"sh\"]}," STAGES "}", 2, 2, 0,
	  1, 1, -1, true },
	{ "annotations alone",
	  "{\"version\":\"1.0.0\"," HOOK ",\"when\":{\"annotations\":{\"a\":\"b\"}}," STAGES "}", 2,
	  2, 1, 0, 1, -1, true },
	{ "unknown members",
	  "{\"x\":1,\"version\":\"1.0.0\"," HOOK ",\"when\":{\"or\":1}," STAGES "}", 2, 2, 0, 0, 1,
	  -1, false },
	{ "Go's empty map and list",
	  "{\"version\":\"1.0.0\"," HOOK
	  ",\"when\":{\"annotations\":null,\"commands\":null}," STAGES "}",
	  2, 2, 0, 0, 1, -1, false },
};

START_TEST(members_are_read)
{
	cleanup_with(oci_hook_free) struct oci_hook hook = { 0 };
	struct err e = { 0 };
	int old = read_hook(accepted[_i].text, &hook, &e);

	check_ok(old, &e);
	ck_assert_int_eq(old, 0);
	ck_assert_str_eq(hook.hook.path, "/bin/h");
	ck_assert_int_eq(hook.when.always, accepted[_i].always);
	ck_assert_int_eq(hook.when.has_bind_mounts, accepted[_i].has_bind_mounts);
	ck_assert_uint_eq(hook.when.annotations.n, accepted[_i].annotations);
	ck_assert_uint_eq(hook.when.commands.n, accepted[_i].commands);
	ck_assert_uint_eq(hook.stages.n, accepted[_i].stages);
	ck_assert_int_eq(hook.hook.timeout, accepted[_i].timeout);
	ck_assert_int_eq(oci_hook_can_match(&hook), accepted[_i].can_match);
}
END_TEST

static const struct {
	const char *name, *text, *words;
} refused[] = {
	{ "nothing", "", "JSON" },
	{ "no JSON", "{bad", "JSON" },
	{ "cut off", "{\"version\":\"1.0.0\"," HOOK, "JSON" },
	{ "no object", "[]", "object" },
	{ "more behind it", GOOD "x", "JSON" },
	{ "a newer version", "{\"version\":\"2.0.0\"," HOOK "," STAGES "}", "version '2.0.0'" },
	{ "a version that is no text", "{\"version\":1," HOOK "," STAGES "}", "version" },
	{ "no hook", "{\"version\":\"1.0.0\"," STAGES "}", "'hook' is missing" },
	{ "no path", "{\"version\":\"1.0.0\",\"hook\":{}," STAGES "}", "'path' is missing" },
	{ "an empty path", "{\"version\":\"1.0.0\",\"hook\":{\"path\":\"\"}," STAGES "}",
	  "'path' is empty" },
	{ "a hook that is text", "{\"version\":\"1.0.0\",\"hook\":\"/bin/h\"," STAGES "}",
	  "wrong type" },
	{ "a timeout that is text",
	  "{\"version\":\"1.0.0\",\"hook\":{\"path\":\"/h\",\"timeout\":\"3\"}," STAGES "}",
	  "wrong type" },
	{ "a negative timeout",
	  "{\"version\":\"1.0.0\",\"hook\":{\"path\":\"/h\",\"timeout\":-1}," STAGES "}",
	  "integer" },
	{ "args that are text",
	  "{\"version\":\"1.0.0\",\"hook\":{\"path\":\"/h\",\"args\":\"h\"}," STAGES "}",
	  "wrong type" },
	{ "stages that are text", "{\"version\":\"1.0.0\"," HOOK ",\"stages\":\"poststop\"}",
	  "wrong type" },
	{ "always that is text",
	  "{\"version\":\"1.0.0\"," HOOK ",\"when\":{\"always\":\"true\"}," STAGES "}",
	  "wrong type" },
	{ "an annotation that is no text",
	  "{\"version\":\"1.0.0\"," HOOK ",\"when\":{\"annotations\":{\"a\":true}}," STAGES "}",
	  "wrong type" },
	{ "no stages", "{\"version\":\"1.0.0\"," HOOK "}", "'stages' is missing" },
	{ "stages null", "{\"version\":\"1.0.0\"," HOOK ",\"stages\":null}", "'stages' is null" },
	{ "a member twice", "{\"version\":\"1.0.0\"," HOOK "," HOOK "," STAGES "}", "twice" },
	{ "other letter case", "{\"version\":\"1.0.0\"," HOOK ",\"When\":{}," STAGES "}",
	  "letter case" },
};

START_TEST(bad_ones_are_refused)
{
	struct oci_hook hook = { 0 };
	struct err e = { 0 };

	check_exit(read_hook(refused[_i].text, &hook, &e), &e, EX_DATAERR, refused[_i].name);
	ck_assert_msg(strstr(e.message, refused[_i].words), "%s: %s", refused[_i].name, e.message);
	ck_assert_ptr_null(hook.version);
}
END_TEST

static const struct {
	const char *text, *stage, *command, *annotations;
	int has_bind_mounts;
	const char *words; /* of a refusal; NULL: none */
} old_ones[] = {
	{ "{\"hook\":\"/h\",\"stages\":[\"prestart\"]}", "prestart", NULL, NULL, 2, NULL },
	{ "{\"version\":\"\",\"hook\":\"/h\",\"stage\":[\"poststop\"]}", "poststop", NULL, NULL, 2,
	  NULL },
	{ "{\"version\":\"0.1.0\",\"hook\":\"/h\",\"stage\":[\"poststop\"],\"arguments\":[\"-v\"],"
	  "\"cmds\":[\"sh\"],\"annotations\":[\"a\",\"b\"],\"hasbindmounts\":true}",
	  "poststop", "sh", "a|b", 1, NULL },
	{ "{\"hook\":\"/h\",\"stage\":[\"poststop\"],\"cmd\":[\"sh\"],\"annotation\":[\"a\"],"
	  "\"hasbindmounts\":false}",
	  "poststop", "sh", "a", 0, NULL },
	{ "{}", NULL, NULL, NULL, 0, "'hook' is missing" },
	{ "{\"version\":\"0.1.0\",\"hook\":5}", NULL, NULL, NULL, 0, "wrong type" },
	{ "{\"version\":\"0.1.0\",\"hook\":{\"path\":\"/h\"}}", NULL, NULL, NULL, 0, "wrong type" },
	{ "{\"hook\":\"/h\"}", NULL, NULL, NULL, 0, "'stages' is missing" },
	{ "{\"hook\":\"\",\"stage\":[\"poststop\"]}", NULL, NULL, NULL, 0, "'path' is empty" },
	{ "{\"hook\":\"/h\",\"stages\":\"poststop\"}", NULL, NULL, NULL, 0, "wrong type" },
	{ "{\"hook\":\"/h\",\"stages\":[\"poststop\"],\"stage\":[\"prestart\"]}", NULL, NULL, NULL,
	  0, "both 'stages' and 'stage'" },
	{ "{\"hook\":\"/h\",\"stage\":[\"poststop\"],\"cmd\":[\"a\"],\"cmds\":[\"b\"]}", NULL, NULL,
	  NULL, 0, "both 'cmds' and 'cmd'" },
	{ "{\"hook\":\"/h\",\"stage\":[\"poststop\"],\"annotations\":{\"a\":\"b\"}}", NULL, NULL,
	  NULL, 0, "wrong type" },
};

START_TEST(old_ones_are_read)
{
	cleanup_with(oci_hook_free) struct oci_hook hook = { 0 };
	struct err e = { 0 };
	int result = read_hook(old_ones[_i].text, &hook, &e);

	if (old_ones[_i].words) {
		check_exit(result, &e, EX_DATAERR, old_ones[_i].text);
		ck_assert_msg(strstr(e.message, old_ones[_i].words), "%s", e.message);
		ck_assert_ptr_null(hook.version);
		return;
	}
	check_ok(result, &e);
	ck_assert_str_eq(hook.version, "0.1.0");
	ck_assert_str_eq(hook.hook.path, "/h");
	ck_assert_str_eq(hook.stages.items[0], old_ones[_i].stage);
	ck_assert_uint_eq(hook.when.commands.n, old_ones[_i].command != NULL);
	if (old_ones[_i].command)
		ck_assert_str_eq(hook.when.commands.items[0], old_ones[_i].command);
	ck_assert_uint_eq(hook.when.annotations.n, old_ones[_i].annotations != NULL);
	if (old_ones[_i].annotations)
		ck_assert_str_eq(hook.when.annotations.items[0].value, old_ones[_i].annotations);
	ck_assert_int_eq(hook.when.has_bind_mounts, old_ones[_i].has_bind_mounts);
	ck_assert_int_eq(oci_hook_can_match(&hook), old_ones[_i].command != NULL);
}
END_TEST

static const struct {
	const char *name, *path, *stages, *extra, *words; /* words: NULL, it is right */
} checked[] = {
	{ "one stage", "/h", "[\"createRuntime\"]", NULL, NULL },
	{ "all of them", "/h",
	  "[\"prestart\",\"createRuntime\",\"createContainer\",\"startContainer\",\"poststart\","
	  "\"poststop\"]",
	  NULL, NULL },
	{ "podman's own", "/h", "[\"precreate\"]", "precreate", NULL },
	{ "podman's own elsewhere", "/h", "[\"precreate\"]", NULL, "stage 'precreate'" },
	{ "an unknown one", "/h", "[\"poststop\",\"stop\"]", "precreate", "stage 'stop'" },
	{ "other letter case", "/h", "[\"PostStop\"]", NULL, "stage 'PostStop'" },
	{ "two in one", "/h", "[\"prestart poststop\"]", NULL, "stage" },
	{ "an empty one", "/h", "[\"\"]", NULL, "stage ''" },
	{ "none", "/h", "[]", NULL, NULL },
	{ "a relative path", "h", "[\"poststop\"]", NULL, "not absolute" },
};

START_TEST(stages_and_path_are_checked)
{
	cleanup_with(oci_hook_free) struct oci_hook hook = { 0 };
	struct err e = { 0 };
	char text[512];
	int result;

	(void)snprintf(text, sizeof(text),
		       "{\"version\":\"1.0.0\",\"hook\":{\"path\":\"%s\"},\"stages\":%s}",
		       checked[_i].path, checked[_i].stages);
	ck_assert_int_eq(read_hook(text, &hook, &e), 0);
	result = oci_hook_check(&hook, checked[_i].extra, &e);
	if (!checked[_i].words) {
		check_ok(result, &e);
		return;
	}
	check_exit(result, &e, EX_DATAERR, checked[_i].name);
	ck_assert_msg(strstr(e.message, checked[_i].words), "%s: %s", checked[_i].name, e.message);
}
END_TEST

/* A directory's files are one letter each: G good, B bad, M good but its program is missing, U with
 * a key twice, O old, E old and bad, L a link that leads nowhere, - of another name than *.json. */
struct given {
	const char *directory, *name;
	char kind;
};

static const struct {
	const char *name;
	struct given files[6];
	const char *order;   /* names in the order in which they count */
	const char *stopped; /* the directory that stops the engine */
} scenes[] = {
	{ "one file", { { "a", "x.json", 'G' } }, "a/x.json ", NULL },
	{ "no file",
	  { { "a", "x.conf", '-' }, { "a", "json", '-' }, { "a", "x.JSON", '-' } },
	  "",
	  NULL },
	{ "by names in lower case",
	  { { "a", "B.json", 'G' }, { "a", "a.json", 'G' }, { "a", "c.json", 'G' } },
	  "a/a.json a/B.json a/c.json ",
	  NULL },
	{ "a later directory hides",
	  { { "a", "x.json", 'G' }, { "b", "x.json", 'G' }, { "b", "w.json", 'G' } },
	  "b/w.json b/x.json ",
	  NULL },
	{ "names differ in letter case: both",
	  { { "a", "x.json", 'G' }, { "b", "X.json", 'G' } },
	  NULL,
	  NULL },
	{ "one without its program does not hide",
	  { { "a", "x.json", 'G' }, { "b", "x.json", 'M' } },
	  "a/x.json ",
	  NULL },
	{ "an old one hides",
	  { { "a", "x.json", 'G' }, { "b", "x.json", 'O' } },
	  "b/x.json ",
	  NULL },
	{ "one with a key twice hides, and does not stop",
	  { { "a", "x.json", 'G' }, { "b", "x.json", 'U' } },
	  "",
	  NULL },
	{ "an old one that is bad stops", { { "a", "x.json", 'E' } }, "", "a" },
	{ "a bad one stops", { { "a", "x.json", 'B' }, { "a", "y.json", 'G' } }, "a/y.json ", "a" },
	{ "a bad one in the second directory stops",
	  { { "a", "x.json", 'G' }, { "b", "y.json", 'B' } },
	  "a/x.json ",
	  "b" },
	{ "behind a missing program a bad one is passed over",
	  { { "a", "w.json", 'M' }, { "a", "x.json", 'B' }, { "a", "y.json", 'G' } },
	  "a/y.json ",
	  NULL },
	{ "before a missing program it is not",
	  { { "a", "w.json", 'B' }, { "a", "x.json", 'M' } },
	  "",
	  "a" },
	{ "a missing program elsewhere does not help",
	  { { "a", "w.json", 'M' }, { "b", "x.json", 'B' } },
	  "",
	  "b" },
	{ "a link that leads nowhere does not help",
	  { { "a", "w.json", 'L' }, { "a", "x.json", 'B' } },
	  "",
	  "a" },
	{ "a good one does not help",
	  { { "a", "w.json", 'G' }, { "a", "x.json", 'B' } },
	  "a/w.json ",
	  "a" },
};

static void make(const struct given *g)
{
	char path[64];

	if (access(g->directory, F_OK) < 0)
		check_directory(g->directory, 0755);
	(void)snprintf(path, sizeof(path), "%s/%s", g->directory, g->name);
	if (g->kind == 'L')
		ck_assert_int_eq(symlink("nowhere", path), 0);
	else
		check_file(path,
			   g->kind == 'B'   ? "{bad"
			   : g->kind == 'E' ? "{}"
			   : g->kind == 'O' ? "{\"hook\":\"/h\",\"stage\":[\"poststop\"]}"
			   : g->kind == 'U' ? "{\"version\":\"1.0.0\"," HOOK "," HOOK "," STAGES "}"
					    : GOOD,
			   0644);
}

static char kind_of_file(const struct given *files, const struct oci_hook_file *file)
{
	for (; files->name; files++)
		if (strcmp(files->name, file->name) == 0 &&
		    strcmp(files->directory, file->directory) == 0)
			return files->kind;
	return '?';
}

START_TEST(directories_are_read_as_engines_do)
{
	cleanup_with(oci_hook_files_free) struct oci_hook_files files = { 0 };
	cleanup_fd int root = -EBADF;
	char order[128] = "";
	const char *stopped;
	struct err e = { 0 };

	check_fresh_directory();
	check_directory("a", 0755);
	check_directory("b", 0755);
	for (const struct given *g = scenes[_i].files; g->name; g++)
		make(g);
	root = check_path_fd(".");
	check_ok(oci_hook_files_add(root, "a", &files, &e), &e);
	check_ok(oci_hook_files_add(root, "b", &files, &e), &e);
	for (size_t i = 0; i < files.n; i++)
		if (kind_of_file(scenes[_i].files, &files.items[i]) == 'M')
			files.items[i].status = OCI_HOOK_MISSING;
	stopped = oci_hook_files_settle(&files);
	ck_assert_msg(!stopped == !scenes[_i].stopped, "%s: stopped by %s", scenes[_i].name,
		      stopped);
	if (stopped)
		ck_assert_str_eq(stopped, scenes[_i].stopped);
	for (size_t i = 0; i < files.n; i++) {
		const struct oci_hook_file *file = &files.items[i];

		if (file->status == OCI_HOOK_GOOD && !file->hidden)
			(void)snprintf(order + strlen(order), sizeof(order) - strlen(order),
				       "%s/%s ", file->directory, file->name);
	}
	if (scenes[_i].order)
		ck_assert_str_eq(order, scenes[_i].order);
	else
		ck_assert_uint_eq(files.n, 2);
}
END_TEST

START_TEST(what_is_no_file_is_bad)
{
	cleanup_with(oci_hook_files_free) struct oci_hook_files files = { 0 };
	cleanup_fd int root = -EBADF;
	struct err e = { 0 };

	check_fresh_directory();
	check_directory("d", 0755);
	check_directory("d/a.json", 0755);
	ck_assert_int_eq(mkfifo("d/b.json", 0644), 0);
	ck_assert_int_eq(symlink("/d/c", "d/c.json"), 0); /* in the root directory that is given */
	check_file("d/c", GOOD, 0644);
	root = check_path_fd(".");
	check_ok(oci_hook_files_add(root, "/d", &files, &e), &e);
	ck_assert_uint_eq(files.n, 3);
	ck_assert_int_eq(files.items[0].status, OCI_HOOK_BAD);
	ck_assert_int_eq(files.items[1].status, OCI_HOOK_BAD);
	ck_assert_int_eq(files.items[2].status, OCI_HOOK_GOOD);
	ck_assert_int_eq(oci_hook_files_add(root, "/none", &files, &e), -ENOENT);
}
END_TEST

START_TEST(too_many_are_not_taken)
{
	cleanup_with(oci_hook_files_free) struct oci_hook_files files = { 0 };
	cleanup_fd int root = -EBADF;
	struct err e = { 0 };
	char path[32];

	check_fresh_directory();
	check_directory("a", 0755);
	check_directory("b", 0755);
	check_file("a/x.json", GOOD, 0644);
	for (int i = 0; i < OCI_HOOK_FILES_MAX; i++) {
		(void)snprintf(path, sizeof(path), "b/%d.json", i);
		check_file(path, GOOD, 0644);
	}
	root = check_path_fd(".");
	check_ok(oci_hook_files_add(root, "a", &files, &e), &e);
	ck_assert_int_eq(oci_hook_files_add(root, "b", &files, &e), -E2BIG);
	ck_assert_uint_eq(files.n, 1);
	ck_assert_str_eq(files.items[0].hook.hook.path, "/bin/h");
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ members_are_read, ARRAY_SIZE(accepted) },
		{ bad_ones_are_refused, ARRAY_SIZE(refused) },
		{ old_ones_are_read, ARRAY_SIZE(old_ones) },
		{ stages_and_path_are_checked, ARRAY_SIZE(checked) },
		{ directories_are_read_as_engines_do, ARRAY_SIZE(scenes) },
		{ what_is_no_file_is_bad, 0 },
		{ too_many_are_not_taken, 0 },
		{ 0 },
	};

	return check_main("hookdir", cases);
}
