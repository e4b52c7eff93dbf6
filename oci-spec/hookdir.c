/* Hook configurations and their directories. */
#include "oci-spec/hookdir.h"

#include <fcntl.h>
#include <string.h>

#include "common/at.h"
#include "common/str.h"
#include "oci-spec/hook_old.h"

static const char stages[] =
	"prestart createRuntime createContainer startContainer poststart poststop";

#define FIELD(member_name, json_type, member, need)                             \
	{                                                                       \
		.name = (member_name), .type = (json_type),                     \
		.offset = offsetof(struct oci_hook, member), .required = (need) \
	}

/* The members of an object within; its own offset is 0. */
static const struct json_field hook_fields[] = {
	FIELD("path", JSON_STRING, hook.path, true),
	FIELD("args", JSON_STRINGS, hook.args, false),
	FIELD("env", JSON_STRINGS, hook.env, false),
	FIELD("timeout", JSON_INTEGER, hook.timeout, false),
	{ 0 },
};

static const struct json_field when_fields[] = {
	FIELD("always", JSON_BOOLEAN, when.always, false),
	FIELD("hasBindMounts", JSON_BOOLEAN, when.has_bind_mounts, false),
	FIELD("annotations", JSON_MAP, when.annotations, false),
	FIELD("commands", JSON_STRINGS, when.commands, false),
	{ 0 },
};

static const struct json_field fields[] = {
	FIELD("version", JSON_STRING, version, true),
	{ .name = "hook", .type = JSON_OBJECT, .required = true, .fields = hook_fields },
	{ .name = "when", .type = JSON_OBJECT, .fields = when_fields },
	FIELD("stages", JSON_STRINGS, stages, true),
	{ 0 },
};

static const struct json_field version_field[] = {
	FIELD("version", JSON_STRING, version, false),
	{ 0 },
};

void oci_hook_free(struct oci_hook *hook)
{
	json_free(fields, hook);
}

/* 1: an old one. */
static int check_version(int fd, struct err *e)
{
	const struct json_source source = { .fd = fd, .max = OCI_HOOK_FILE_MAX };
	cleanup_with(oci_hook_free) struct oci_hook hook = { 0 };
	bool old;

	if (json_decode(&source, version_field, &hook, e) < 0)
		return -e->error;
	old = !hook.version || !hook.version[0] || str_equal(hook.version, "0.1.0");
	if (!old && !str_equal(hook.version, "1.0.0"))
		return err_set(e, EX_DATAERR, EINVAL, "unknown version '%s'", hook.version);
	return lseek(fd, 0, SEEK_SET) < 0 ? err_sys(e, errno, "read it again") : old;
}

int oci_hook_read(int fd, struct oci_hook *ret, struct err *e)
{
	const struct json_source source = { .fd = fd, .max = OCI_HOOK_FILE_MAX };
	cleanup_with(oci_hook_free) struct oci_hook hook = {
		.hook = { .timeout = OCI_HOOK_NO_TIMEOUT },
		.when = { .always = OCI_HOOK_NOT_GIVEN, .has_bind_mounts = OCI_HOOK_NOT_GIVEN }
	};
	int old = check_version(fd, e);

	if (old < 0 ||
	    (old ? oci_hook_read_old(fd, &hook, e) : json_decode(&source, fields, &hook, e)) < 0)
		return -e->error;
	if (hook.hook.path[0] == '\0')
		return err_set(e, EX_DATAERR, EINVAL, "'path' is empty");
	*ret = hook;
	hook = (struct oci_hook){ 0 };
	return 0;
}

int oci_hook_check(const struct oci_hook *hook, const char *extra, struct err *e)
{
	if (hook->hook.path[0] != '/')
		return err_set(e, EX_DATAERR, EINVAL, "path '%s' is not absolute", hook->hook.path);
	for (size_t i = 0; i < hook->stages.n; i++) {
		const char *stage = hook->stages.items[i];

		if (!str_in_words(stages, stage) && !(extra && str_equal(extra, stage)))
			return err_set(e, EX_DATAERR, EINVAL, "unknown stage '%s'", stage);
	}
	return 0;
}

bool oci_hook_can_match(const struct oci_hook *hook)
{
	if (!hook->when.any && (hook->when.always == 0 || hook->when.has_bind_mounts == 0))
		return false;
	return hook->when.always == 1 || hook->when.has_bind_mounts == 1 ||
	       hook->when.annotations.n > 0 || hook->when.commands.n > 0;
}

static void free_file(struct oci_hook_file *file)
{
	oci_hook_free(&file->hook);
	free(file->name);
	free(file->why);
}

void oci_hook_files_free(struct oci_hook_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		free_file(&files->items[i]);
	free(files->items);
	*files = (struct oci_hook_files){ 0 };
}

void oci_hook_file_refuse(struct oci_hook_file *file, struct err *e)
{
	free(file->why);
	file->status = OCI_HOOK_BAD;
	file->why = strdup(e->message); /* NULL: no memory; the status says enough */
	*e = (struct err){ 0 };
}

/* What is the file's own fault is its status; an error only where we fail. */
static int read_file(int root, struct oci_hook_file *file, struct err *e)
{
	cleanup_free char *path = str_format("%s/%s", file->directory, file->name);
	cleanup_fd int fd = -EBADF;
	struct stat st;
	int result;

	if (!path)
		return err_nomem(e);
	fd = at_try(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, RESOLVE_IN_ROOT);
	if (fd == -ENOENT) {
		file->status = OCI_HOOK_NOWHERE;
		return 0;
	}
	if (fd < 0 || fstat(fd, &st) < 0)
		result = err_sys(e, fd < 0 ? -fd : errno, "open");
	else if (!S_ISREG(st.st_mode))
		result = err_set(e, EX_DATAERR, EINVAL, "not a regular file");
	else
		result = oci_hook_read(fd, &file->hook, e);
	if (result == -ENOMEM)
		return result;
	if (result < 0)
		oci_hook_file_refuse(file, e);
	if (result == -ENOTUNIQ)
		file->status = OCI_HOOK_UNCLEAR;
	return 0;
}

static int add_name(const char *name, void *data)
{
	struct oci_hook_files *files = data;
	struct oci_hook_file *file;

	if (!str_has_suffix(name, ".json"))
		return 0;
	if (files->n == OCI_HOOK_FILES_MAX)
		return -E2BIG;
	file = array_grow((void **)&files->items, files->n, sizeof(*file));
	if (!file)
		return -ENOMEM;
	*file = (struct oci_hook_file){ .name = strdup(name) };
	if (!file->name)
		return -ENOMEM;
	files->n++;
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct oci_hook_file *)a)->name,
		      ((const struct oci_hook_file *)b)->name);
}

static int read_directory(int root, int fd, const char *directory, struct oci_hook_files *files,
			  struct err *e)
{
	size_t first = files->n;
	int result = at_each(fd, add_name, files, e);

	if (result == -E2BIG)
		return err_set(e, EX_CONFIG, E2BIG, "read '%s': more than %d files", directory,
			       OCI_HOOK_FILES_MAX);
	if (result < 0)
		return e->exit_code ? result : err_sys(e, -result, "read '%s'", directory);
	if (files->n > first)
		qsort(files->items + first, files->n - first, sizeof(*files->items), compare_names);
	for (size_t i = first; i < files->n; i++) {
		files->items[i].directory = directory;
		if (read_file(root, &files->items[i], e) < 0)
			return -e->error;
	}
	return 0;
}

/* What was not read whole would pass for a good file. */
static void drop_from(struct oci_hook_files *files, size_t first)
{
	for (size_t i = first; i < files->n; i++)
		free_file(&files->items[i]);
	files->n = first;
}

int oci_hook_files_add(int root, const char *directory, struct oci_hook_files *files, struct err *e)
{
	cleanup_fd int fd = at_open(root, directory, O_RDONLY | O_DIRECTORY, RESOLVE_IN_ROOT, e);
	size_t first = files->n;
	int result;

	if (fd < 0)
		return fd;
	result = read_directory(root, fd, directory, files, e);
	if (result < 0)
		drop_from(files, first);
	return result;
}

static int compare_lower(const void *a, const void *b)
{
	return strcasecmp(((const struct oci_hook_file *)a)->name,
			  ((const struct oci_hook_file *)b)->name);
}

const char *oci_hook_files_settle(struct oci_hook_files *files)
{
	const char *stopped = NULL;

	for (size_t i = 0; i < files->n; i++) {
		struct oci_hook_file *file = &files->items[i];
		enum oci_hook_status decides = OCI_HOOK_GOOD;

		for (size_t j = 0; j < i && decides < OCI_HOOK_MISSING; j++)
			if (files->items[j].directory == file->directory)
				decides = files->items[j].status;
		file->passed = decides == OCI_HOOK_MISSING;
		if (file->status == OCI_HOOK_BAD && !file->passed && !stopped)
			stopped = file->directory;
		if (file->status > OCI_HOOK_UNCLEAR)
			continue;
		for (size_t j = 0; j < i; j++)
			if (str_equal(files->items[j].name, file->name))
				files->items[j].hidden = true;
	}
	if (files->n > 0)
		qsort(files->items, files->n, sizeof(*files->items), compare_lower);
	return stopped;
}
