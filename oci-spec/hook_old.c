/* Hook configurations of version 0.1.0. */
#include "oci-spec/hook_old.h"

#include <stdio.h>
#include <string.h>

struct old_hook {
	char *path;
	struct json_strings arguments, stages, stage, commands, command, annotations, annotation;
	uint8_t has_bind_mounts;
};

#define FIELD(member_name, json_type, member, need)                             \
	{                                                                       \
		.name = (member_name), .type = (json_type),                     \
		.offset = offsetof(struct old_hook, member), .required = (need) \
	}

static const struct json_field fields[] = {
	FIELD("hook", JSON_STRING, path, true),
	FIELD("arguments", JSON_STRINGS, arguments, false),
	FIELD("stages", JSON_STRINGS, stages, false),
	FIELD("stage", JSON_STRINGS, stage, false),
	FIELD("cmds", JSON_STRINGS, commands, false),
	FIELD("cmd", JSON_STRINGS, command, false),
	FIELD("annotations", JSON_STRINGS, annotations, false),
	FIELD("annotation", JSON_STRINGS, annotation, false),
	FIELD("hasbindmounts", JSON_BOOLEAN, has_bind_mounts, false),
	{ 0 },
};

/* Lists that have two names, of which a file may use one. */
static const struct {
	const char *many, *one;
	size_t many_offset, one_offset;
} names[] = {
	{ "stages", "stage", offsetof(struct old_hook, stages), offsetof(struct old_hook, stage) },
	{ "cmds", "cmd", offsetof(struct old_hook, commands), offsetof(struct old_hook, command) },
	{ "annotations", "annotation", offsetof(struct old_hook, annotations),
	  offsetof(struct old_hook, annotation) },
};

static void free_old(struct old_hook *old)
{
	json_free(fields, old);
}

static struct json_strings take_strings(struct json_strings *s)
{
	struct json_strings taken = *s;

	*s = (struct json_strings){ 0 };
	return taken;
}

static int merge_names(struct old_hook *old, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct json_strings *many = (void *)((char *)old + names[i].many_offset);
		struct json_strings *one = (void *)((char *)old + names[i].one_offset);

		if (many->n > 0 && one->n > 0)
			return err_set(e, EX_DATAERR, EINVAL, "both '%s' and '%s' are given",
				       names[i].many, names[i].one);
		if (many->n == 0)
			*many = take_strings(one);
	}
	return 0;
}

/* Their expressions are for the values of all annotations; one of them is enough. */
static int join(const struct json_strings *patterns, char **ret, struct err *e)
{
	cleanup_free char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return err_nomem(e);
	for (size_t i = 0; i < patterns->n; i++)
		fprintf(out, "%s%s", i > 0 ? "|" : "", patterns->items[i]);
	if (fclose(out) != 0)
		return err_nomem(e);
	*ret = take_ptr(text);
	return 0;
}

static int put_annotations(const struct json_strings *patterns, struct json_map *ret, struct err *e)
{
	if (patterns->n == 0)
		return 0;
	ret->items = calloc(1, sizeof(*ret->items));
	if (!ret->items)
		return err_nomem(e);
	ret->n = 1;
	ret->items[0].key = strdup(".*");
	if (!ret->items[0].key)
		return err_nomem(e);
	return join(patterns, &ret->items[0].value, e);
}

int oci_hook_read_old(int fd, struct oci_hook *ret, struct err *e)
{
	const struct json_source source = { .fd = fd, .max = OCI_HOOK_FILE_MAX };
	cleanup_with(free_old) struct old_hook old = { .has_bind_mounts = OCI_HOOK_NOT_GIVEN };
	cleanup_with(oci_hook_free) struct oci_hook hook = {
		.hook = { .timeout = OCI_HOOK_NO_TIMEOUT },
		.when = { .always = OCI_HOOK_NOT_GIVEN, .any = true }
	};

	if (json_decode(&source, fields, &old, e) < 0 || merge_names(&old, e) < 0)
		return -e->error;
	if (old.stages.n == 0)
		return err_set(e, EX_DATAERR, EINVAL, "'stages' is missing");
	hook.version = strdup("0.1.0");
	if (!hook.version)
		return err_nomem(e);
	if (put_annotations(&old.annotations, &hook.when.annotations, e) < 0)
		/* cppcheck-suppress memleak ; the cleanup attribute frees it */
		return -e->error;
	hook.hook.path = take_ptr(old.path);
	hook.stages = take_strings(&old.stages);
	hook.when.commands = take_strings(&old.commands);
	hook.when.has_bind_mounts = old.has_bind_mounts;
	*ret = hook;
	hook = (struct oci_hook){ 0 };
	return 0;
}
