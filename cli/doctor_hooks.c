/* doctor: the hook configurations of each engine, read as it reads them. */
#include "cli/doctor_hooks.h"

#include <fcntl.h>
#include <string.h>

#include "common/str.h"

/* One engine's examination. */
struct examination {
	struct doctor *d;
	const struct engine *engine;
	struct toml_strings directories;
	char *from; /* the file that names them; NULL: no file does */
	struct oci_hook_files files;
	struct engine_hooks hooks;
};

static void close_examination(struct examination *x)
{
	toml_strings_free(&x->directories);
	free(x->from);
	oci_hook_files_free(&x->files);
	free(x->hooks.ours);
}

static void complain(const char *file, const char *why, void *data)
{
	struct examination *x = data;

	doctor_find(x->d, DOCTOR_PROBLEM, "%s: %s: %s", x->engine->name, file, why);
	doctor_remedy(x->d, "correct it; %s does not start with it, or without what is there",
		      x->engine->name);
}

enum our_program our_program(const struct oci_hook *hook)
{
	const char *path = hook->hook.path ? hook->hook.path : "", *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	return str_equal(name, "oci-share-prestart")   ? OURS_PRESTART
	       : str_equal(name, "oci-share-poststop") ? OURS_POSTSTOP
						       : OURS_NONE;
}

/* In the engine's order: the program, expressions, stages. A relative path is that of the engine's
 * directory, taken to be /. */
static void validate(struct examination *x, struct oci_hook_file *file)
{
	cleanup_fd int fd = -EBADF;
	struct err e = { 0 };

	if (file->status != OCI_HOOK_GOOD)
		return;
	fd = at_try(x->d->root, file->hook.hook.path, O_PATH, RESOLVE_IN_ROOT);
	if (fd == -ENOENT) {
		file->status = OCI_HOOK_MISSING;
		return;
	}
	if (fd < 0)
		(void)err_sys(&e, -fd, "open '%s'", file->hook.hook.path);
	if (e.exit_code || hook_check_regexps(&file->hook, &e) < 0 ||
	    oci_hook_check(&file->hook, x->engine->extra_stage, &e) < 0)
		oci_hook_file_refuse(file, &e);
}

static void read_directory(struct examination *x, const char *directory)
{
	size_t first = x->files.n;
	struct err e = { 0 };
	int result = oci_hook_files_add(x->d->root, directory, &x->files, &e);

	doctor_hook_path(x->d, x->engine, directory);
	for (size_t i = first; result == 0 && i < x->files.n; i++)
		validate(x, &x->files.items[i]);
	if (result == -ENOMEM) {
		x->d->no_memory = true;
	} else if (result == -E2BIG) {
		doctor_find(x->d, DOCTOR_PROBLEM, "%s: %s; none of it is examined here",
			    x->engine->name, e.message);
		doctor_remedy(x->d, "remove the *.json files there that are no hooks of this host");
	} else if (result == -ENOENT && x->from) {
		doctor_find(x->d, DOCTOR_NOTE, "%s: %s, which %s names, is not there",
			    x->engine->name, directory, x->from);
		doctor_remedy(x->d, "make it, or take it out of hooks_dir");
	} else if (result < 0 && result != -ENOENT) {
		doctor_find(x->d, DOCTOR_PROBLEM, "%s: %s", x->engine->name, e.message);
		doctor_remedy(x->d, "make it a directory that root can read");
	}
}

/* Say what is found, and take what counts. */
static void take_files(struct examination *x)
{
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): they are pointers */
	const struct oci_hook_file **ours = realloc_array(NULL, x->files.n + 1, sizeof(*ours));

	x->hooks.unknown = oci_hook_files_settle(&x->files) != NULL;
	x->hooks.ours = ours;
	if (!ours) {
		x->d->no_memory = true;
		return;
	}
	doctor_hook_files(x->d, x->engine, &x->files);
	for (size_t i = 0; i < x->files.n; i++) {
		const struct oci_hook_file *file = &x->files.items[i];

		x->hooks.unknown |= file->status == OCI_HOOK_UNCLEAR;
		if (file->status == OCI_HOOK_GOOD && !file->hidden &&
		    our_program(&file->hook) != OURS_NONE)
			ours[x->hooks.n++] = file;
	}
}

static void report_socket(struct doctor *d, const struct engine *engine)
{
	doctor_find(d, DOCTOR_NOTE,
		    "%s: %s is there, but not its program; whether it runs is not known",
		    engine->name, engine->socket);
	doctor_remedy(d, "if it runs from elsewhere, our hooks must be in %s or %s",
		      engine->directories[0], engine->directories[1]);
}

/* Where our hooks are, if that is a directory in which the engine does not look. */
static const char *find_elsewhere(const struct examination *x)
{
	static const char *const elsewhere[] = { HOOKS_VENDOR, HOOKS_ADMIN,
						 "/usr/local/share/containers/oci/hooks.d",
						 "/usr/local/etc/containers/oci/hooks.d" };
	const char *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(elsewhere) && !found; i++) {
		cleanup_free char *path = str_format("%s/oci-share-prestart.json", elsewhere[i]);
		cleanup_fd int fd = path ? at_try(x->d->root, path, O_PATH, RESOLVE_IN_ROOT) : -1;

		found = fd >= 0 ? elsewhere[i] : NULL;
	}
	for (size_t i = 0; i < x->directories.n && found; i++)
		found = str_equal(x->directories.items[i], found) ? NULL : found;
	return found;
}

static void report_none(struct examination *x, bool others)
{
	const char *found = find_elsewhere(x);
	bool more = x->directories.n > 1;

	doctor_find(x->d, others && !found ? DOCTOR_NOTE : DOCTOR_PROBLEM,
		    "%s: no hook of ours is in effect; it looks in %s%s%s%s", x->engine->name,
		    x->directories.n > 0 ? x->directories.items[0] : "no directory",
		    more ? " and others" : "", x->from || more ? ", by " : "",
		    x->from ? x->from
		    : more  ? "its defaults"
			    : "");
	if (found)
		doctor_remedy(x->d, "they are in %s: %s; %s", found,
			      x->engine->key ? "name it in hooks_dir" : "copy them from there",
			      x->engine->reload);
	else
		doctor_remedy(x->d,
			      "install oci-share-prestart.json and oci-share-poststop.json "
			      "there; %s",
			      x->engine->reload);
}

/* hooks_dir = []. */
static int take_implicit(struct examination *x, struct err *e)
{
	const char *const *implicit = x->engine->implicit;

	if (!implicit[0] || x->directories.n > 0)
		return 0;
	doctor_find(x->d, DOCTOR_WARNING,
		    "%s: hooks_dir is empty in %s: newer versions look in %s and %s all the same, "
		    "older ones (4.3) nowhere",
		    x->engine->name, x->from ? x->from : "its settings", implicit[0], implicit[1]);
	doctor_remedy(x->d, "name the directories in hooks_dir");
	free(x->from);
	x->from = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(x->engine->implicit); i++)
		if (toml_strings_add(&x->directories, implicit[i], e) < 0)
			return -e->error;
	return 0;
}

/* Returns whether hooks of ours are in effect. 'others': with another engine they are. */
static bool examine(struct doctor *d, const struct engine *engine,
		    const struct hook_container *container, bool others)
{
	cleanup_with(close_examination) struct examination x = { .d = d,
								 .engine = engine,
								 .hooks = { .engine = engine } };
	struct err e = { 0 };

	if (engine_directories(d->root, engine, complain, &x, &x.directories, &x.from, &e) < 0 ||
	    take_implicit(&x, &e) < 0) {
		d->no_memory = true;
		return false;
	}
	for (size_t i = 0; i < x.directories.n; i++)
		read_directory(&x, x.directories.items[i]);
	take_files(&x);
	if (x.hooks.n == 0 && !x.hooks.unknown)
		report_none(&x, others);
	else
		doctor_ours(d, &x.hooks, container);
	return x.hooks.n > 0;
}

void doctor_hooks(struct doctor *d)
{
	cleanup_with(hook_annotations_free) struct json_map annotations = { 0 };
	struct hook_container container = { .command = d->cli->command };
	bool asked = d->cli->annotation || d->cli->command, any = false, installed = false;
	struct err e = { 0 };

	if (d->cli->annotation &&
	    hook_annotations_parse(d->cli->annotation, &annotations, &e) < 0) {
		doctor_find(d, DOCTOR_PROBLEM, "--annotation: %s", e.message);
		doctor_remedy(d, "--annotation KEY=VALUE,KEY=VALUE");
		return;
	}
	if (d->cli->annotation)
		doctor_our_annotations(d, &annotations);
	container.annotations = annotations;
	for (size_t i = 0; i < n_engines; i++) {
		if (!engine_is_installed(d->root, &engines[i])) {
			if (engine_has_socket(d->root, &engines[i]))
				report_socket(d, &engines[i]);
			continue;
		}
		installed = true;
		any |= examine(d, &engines[i], asked ? &container : NULL, any);
	}
	if (!installed) {
		doctor_find(d, DOCTOR_NOTE,
			    "no engine is installed that reads hook configurations");
		doctor_remedy(d, "containerd has them by base_runtime_spec or NRI, docker by a "
				 "runtime of its own that adds them");
	}
}
