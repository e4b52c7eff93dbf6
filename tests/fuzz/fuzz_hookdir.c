/* A file of hooks.d; and, by the bytes of the input, directories of files with every status put in
 * order. */
#include <string.h>
#include <strings.h>

#include "common/str.h"
#include "oci-spec/hookdir.h"
#include "tests/fuzz/fuzz.h"

static const struct json_field hook_fields[] = {
	FUZZ_FIELD(oci_hook, "path", JSON_STRING, hook.path),
	FUZZ_FIELD(oci_hook, "args", JSON_STRINGS, hook.args),
	FUZZ_FIELD(oci_hook, "env", JSON_STRINGS, hook.env),
	{ 0 },
};

static const struct json_field when_fields[] = {
	FUZZ_FIELD(oci_hook, "annotations", JSON_MAP, when.annotations),
	FUZZ_FIELD(oci_hook, "commands", JSON_STRINGS, when.commands),
	{ 0 },
};

static const struct json_field stages_field[] = {
	FUZZ_FIELD(oci_hook, "stages", JSON_STRINGS, stages),
	{ 0 },
};

static void put_given(struct json_out *out, const char *key, uint8_t value)
{
	fuzz_assert(value <= OCI_HOOK_NOT_GIVEN);
	if (value != OCI_HOOK_NOT_GIVEN)
		json_boolean(out, key, value);
}

static void put_new(struct json_out *out, const struct oci_hook *hook)
{
	json_open(out, "hook");
	fuzz_put(out, hook_fields, hook);
	if (hook->hook.timeout != OCI_HOOK_NO_TIMEOUT)
		json_integer(out, "timeout", hook->hook.timeout);
	json_close(out);
	json_open(out, "when");
	fuzz_put(out, when_fields, hook);
	put_given(out, "always", hook->when.always);
	put_given(out, "hasBindMounts", hook->when.has_bind_mounts);
	json_close(out);
}

/* Version 0.1.0. */
static void put_old(struct json_out *out, const struct oci_hook *hook)
{
	json_string(out, "hook", hook->hook.path);
	json_open_array(out, "cmds");
	for (size_t i = 0; i < hook->when.commands.n; i++)
		json_string(out, NULL, hook->when.commands.items[i]);
	json_close_array(out);
	json_open_array(out, "annotation");
	for (size_t i = 0; i < hook->when.annotations.n; i++)
		json_string(out, NULL, hook->when.annotations.items[i].value);
	json_close_array(out);
	put_given(out, "hasbindmounts", hook->when.has_bind_mounts);
}

static int encode(const struct oci_hook *hook)
{
	cleanup_with(json_out_free) struct json_out *out = json_out_new(true);

	fuzz_assert(out);
	json_open(out, NULL);
	json_string(out, "version", hook->version);
	if (hook->when.any)
		put_old(out, hook);
	else
		put_new(out, hook);
	fuzz_put(out, stages_field, hook);
	json_close(out);
	return fuzz_take(out);
}

static void check_again(const struct oci_hook *hook)
{
	cleanup_with(oci_hook_free) struct oci_hook again = { 0 };
	struct err e = { 0 };

	fuzz_assert(oci_hook_read(encode(hook), &again, &e) == 0);
	fuzz_check_same(hook_fields, hook, &again);
	fuzz_check_same(when_fields, hook, &again);
	fuzz_check_same(stages_field, hook, &again);
	fuzz_check_same_text(hook->version, again.version);
	fuzz_assert(hook->hook.timeout == again.hook.timeout && hook->when.any == again.when.any &&
		    hook->when.always == again.when.always &&
		    hook->when.has_bind_mounts == again.when.has_bind_mounts);
}

static void check_hook(const struct oci_hook *hook)
{
	struct err e = { 0 }, more = { 0 };
	int result = oci_hook_check(hook, NULL, &e);

	fuzz_assert(str_equal(hook->version, hook->when.any ? "0.1.0" : "1.0.0") &&
		    hook->hook.path[0]);
	fuzz_assert(hook->hook.timeout >= OCI_HOOK_NO_TIMEOUT);
	if (result < 0)
		fuzz_check_error(result, &e);
	else
		fuzz_assert(hook->hook.path[0] == '/' && oci_hook_check(hook, "x", &more) == 0);
	fuzz_assert(!oci_hook_can_match(hook) || hook->when.any ||
		    (hook->when.always != 0 && hook->when.has_bind_mounts != 0));
	check_again(hook);
}

/* ---- directories ---- */

enum { FILES = 12, PER_DIRECTORY = 4 };

static const char *const directories[] = { "/first", "/second", "/third" };
/* as strcmp() sorts them, since a directory's files come so */
static const char *const names[PER_DIRECTORY] = { "A.json", "B.json", "a.json", "b.json" };

static void check_settled(const struct oci_hook_files *files, const char *stopped)
{
	bool stops = false;

	for (size_t i = 0; i < files->n; i++) {
		const struct oci_hook_file *file = &files->items[i];

		stops |= file->status == OCI_HOOK_BAD && !file->passed;
		fuzz_assert(i == 0 || strcasecmp(files->items[i - 1].name, file->name) <= 0);
		/* what hides is of a later directory, has the same name, and is good */
		for (size_t j = 0; file->hidden; j++) {
			const struct oci_hook_file *other = &files->items[j];

			fuzz_assert(j < files->n);
			if (str_equal(other->name, file->name) &&
			    other->status <= OCI_HOOK_UNCLEAR &&
			    strcmp(other->directory, file->directory) > 0)
				break;
		}
	}
	fuzz_assert(stops == !!stopped);
}

static void settle(const uint8_t *data, size_t size)
{
	struct oci_hook_files files = { .items = calloc(FILES, sizeof(*files.items)) };

	fuzz_assert(files.items);
	for (size_t i = 0; i < FILES && i < size; i++) {
		unsigned status = data[i] % (OCI_HOOK_BAD + 2);

		if (status > OCI_HOOK_BAD)
			continue; /* it is not there */
		files.items[files.n++] =
			(struct oci_hook_file){ .directory = directories[i / PER_DIRECTORY],
						.name = strdup(names[i % PER_DIRECTORY]),
						.status = status };
	}
	check_settled(&files, oci_hook_files_settle(&files));
	oci_hook_files_free(&files);
}

void fuzz_hookdir(const uint8_t *data, size_t size)
{
	cleanup_with(oci_hook_free) struct oci_hook hook = { 0 };
	struct err e = { 0 };
	int result = oci_hook_read(fuzz_fd(data, size), &hook, &e);

	if (result < 0) {
		fuzz_check_error(result, &e);
		fuzz_assert(e.exit_code == EX_DATAERR);
	}
	fuzz_assert(result <= 0 && (result < 0 || fuzz_is_json(data, size)));
	if (result == 0)
		check_hook(&hook);
	else
		fuzz_assert(!hook.version && !hook.hook.path && !hook.stages.items);
	settle(data, size);
}
