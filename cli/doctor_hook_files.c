/* doctor: what each hook configuration does to an engine. */
#include <string.h>

#include "cli/doctor_hooks.h"
#include "cli/trusted_path.h"
#include "common/str.h"

struct report {
	struct doctor *d;
	const struct engine *engine;
	const struct oci_hook_files *files;
	const struct oci_hook_file *file;
};

#define say(r, level, fmt, ...)                                                                \
	doctor_find((r)->d, (level), "%s: %s/%s" fmt, (r)->engine->name, (r)->file->directory, \
		    (r)->file->name, __VA_ARGS__)

static void report_bad(const struct report *r)
{
	const char *why = r->file->why ? r->file->why : "not acceptable";

	if (r->file->passed) {
		say(r, DOCTOR_WARNING,
		    ": %s; passed over in silence, as an earlier file there names a program that "
		    "is missing",
		    why);
		doctor_remedy(r->d, "correct or remove it: once that other file is right, %s",
			      r->engine->on_bad);
	} else {
		say(r, DOCTOR_PROBLEM, ": %s; %s", why, r->engine->on_bad);
		doctor_remedy(r->d, "correct or remove it; oci-hooks(5) has the format");
	}
}

static void report_unclear(const struct report *r)
{
	say(r, DOCTOR_WARNING,
	    ": %s; %s takes it, others read it differently, and it is not "
	    "examined here",
	    r->file->why ? r->file->why : "a key that is not clear", r->engine->name);
	doctor_remedy(r->d, "write each key once, as oci-hooks(5) has it");
}

static void report_missing(const struct report *r)
{
	bool ours = our_program(&r->file->hook) != OURS_NONE;

	say(r, ours ? DOCTOR_PROBLEM : DOCTOR_WARNING,
	    ": '%s' is not there; containers start without this hook, and nobody says so",
	    r->file->hook.hook.path);
	doctor_remedy(r->d, "install it, or correct the path, or remove the file");
}

static void report_nowhere(const struct report *r)
{
	say(r, DOCTOR_WARNING, " is a link that leads nowhere, and is passed over%s", "");
	doctor_remedy(r->d, "remove it, or what it leads to has to be installed");
}

/* The file of the same name that counts. */
static const struct oci_hook_file *find_hiding(const struct report *r)
{
	for (size_t i = 0; i < r->files->n; i++) {
		const struct oci_hook_file *other = &r->files->items[i];

		if (!other->hidden && other->status <= OCI_HOOK_UNCLEAR &&
		    str_equal(other->name, r->file->name))
			return other;
	}
	return NULL;
}

/* That a later directory overrides an earlier one is as oci-hooks(5) has it; that our program is
 * gone with it may not be meant. */
static void report_hidden(const struct report *r)
{
	const struct oci_hook_file *other = find_hiding(r);
	enum our_program program = our_program(&r->file->hook);

	if (program == OURS_NONE || (other && our_program(&other->hook) == program))
		return;
	say(r, DOCTOR_WARNING,
	    " is hidden by a file of the same name in a later directory, which starts another "
	    "program%s",
	    "");
	doctor_remedy(r->d, "rename or remove the other");
}

static void report_good(const struct report *r)
{
	if (r->file->hidden)
		report_hidden(r);
	if (!r->file->hook.when.any)
		return;
	say(r, DOCTOR_NOTE, " is in the format 0.1.0, where one condition is enough%s", "");
	doctor_remedy(r->d, "rewrite it in the format 1.0.0, oci-hooks(5)");
}

static void (*const reports[])(const struct report *r) = {
	[OCI_HOOK_GOOD] = report_good,	     [OCI_HOOK_UNCLEAR] = report_unclear,
	[OCI_HOOK_NOWHERE] = report_nowhere, [OCI_HOOK_MISSING] = report_missing,
	[OCI_HOOK_BAD] = report_bad,
};

/* What is not there is said elsewhere; the same directory is above many files, and said once. */
void doctor_hook_path(struct doctor *d, const struct engine *engine, const char *path)
{
	struct err e = { 0 };

	if (trusted_path_check(d->root, path, &e) != -EPERM ||
	    strncmp(e.message, d->refused, sizeof(d->refused) - 1) == 0)
		return;
	(void)snprintf(d->refused, sizeof(d->refused), "%s", e.message); /* fits */
	doctor_find(d, DOCTOR_PROBLEM, "%s: %s: others can change what runs as root: %s",
		    engine->name, path, e.message);
	doctor_remedy(d, "chown 0:0 and chmod go-w it, and find out who changed it");
}

static void check_paths(const struct report *r)
{
	cleanup_free char *path = str_format("%s/%s", r->file->directory, r->file->name);

	if (!path) {
		r->d->no_memory = true;
		return;
	}
	doctor_hook_path(r->d, r->engine, path);
	if (r->file->status == OCI_HOOK_GOOD)
		doctor_hook_path(r->d, r->engine, r->file->hook.hook.path);
}

void doctor_hook_files(struct doctor *d, const struct engine *engine,
		       const struct oci_hook_files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		const struct report r = { d, engine, files, &files->items[i] };

		reports[r.file->status](&r);
		check_paths(&r);
	}
}
