/* oci-share doctor: why a hook does not run, or a share is not seen. */
#include "cli/doctor.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/process.h"
#include "common/str.h"

/* In the order in which they run. The last one enters a mount namespace of its own. */
static const struct check {
	const char *group;
	void (*run)(struct doctor *d);
} checks[] = {
	{ "kernel", doctor_kernel },	     { "share_dir", doctor_share },
	{ "namespaces", doctor_namespaces }, { "hooks", doctor_hooks },
	{ "stale", doctor_stale },	     { "try", doctor_try },
};

static const struct {
	const char *name, *colour;
} levels[] = {
	[DOCTOR_OK] = { "ok", "32" },
	[DOCTOR_NOTE] = { "note", "36" },
	[DOCTOR_WARNING] = { "warning", "33" },
	[DOCTOR_PROBLEM] = { "problem", "31" },
};

static void add(struct doctor *d, enum doctor_level level, const char *fmt, va_list ap)
	printf_like(3, 0);

static void add(struct doctor *d, enum doctor_level level, const char *fmt, va_list ap)
{
	struct doctor_finding *more = realloc_array(d->findings, d->n + 1, sizeof(*more));
	char *message;

	if (more)
		d->findings = more;
	if (!more || vasprintf(&message, fmt, ap) < 0) {
		d->no_memory = true;
		return;
	}
	d->findings[d->n++] =
		(struct doctor_finding){ .group = d->group, .level = level, .message = message };
}

void doctor_ok(struct doctor *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(d, DOCTOR_OK, fmt, ap);
	va_end(ap);
}

void doctor_find(struct doctor *d, enum doctor_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(d, level, fmt, ap);
	va_end(ap);
}

void doctor_remedy(struct doctor *d, const char *fmt, ...)
{
	char *remedy;
	va_list ap;
	int n;

	if (d->no_memory)
		return;
	va_start(ap, fmt);
	n = vasprintf(&remedy, fmt, ap);
	va_end(ap);
	if (n < 0) {
		d->no_memory = true;
		return;
	}
	free(d->findings[d->n - 1].remedy);
	d->findings[d->n - 1].remedy = remedy;
}

static void close_doctor(struct doctor *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->findings[i].message);
		free(d->findings[i].remedy);
	}
	free(d->findings);
	cleanup_close(&d->proc);
	cleanup_close(&d->root);
}

static void put_text(const struct doctor *d)
{
	bool colour = isatty(STDOUT_FILENO);
	const char *group = "";

	for (size_t i = 0; i < d->n; i++) {
		const struct doctor_finding *f = &d->findings[i];

		printf("%-11s ", str_equal(f->group, group) ? "" : f->group);
		printf(colour ? "\033[%sm%-7s\033[0m  " : "%.0s%-7s  ", levels[f->level].colour,
		       levels[f->level].name);
		cli_print(f->message);
		if (f->remedy) {
			printf("\n%-11s %-7s  -> ", "", "");
			cli_print(f->remedy);
		}
		printf("\n");
		group = f->group;
	}
}

static int put_json(const struct doctor *d, const unsigned *counts, struct err *e)
{
	cleanup_with(json_out_free) struct json_out *out = json_out_new(true);

	if (!out)
		return err_nomem(e);
	json_open(out, NULL);
	json_open_array(out, "findings");
	for (size_t i = 0; i < d->n; i++) {
		json_open(out, NULL);
		json_string(out, "group", d->findings[i].group);
		json_string(out, "level", levels[d->findings[i].level].name);
		json_string(out, "message", d->findings[i].message);
		json_string(out, "remedy", d->findings[i].remedy);
		json_close(out);
	}
	json_close_array(out);
	json_open(out, "summary");
	for (size_t i = 0; i < ARRAY_SIZE(levels); i++)
		json_integer(out, levels[i].name, counts[i]);
	json_close(out);
	json_close(out);
	return cli_print_json(out, e);
}

static int report(const struct doctor *d, struct err *e)
{
	unsigned counts[ARRAY_SIZE(levels)] = { 0 };

	if (d->no_memory)
		return err_nomem(e);
	for (size_t i = 0; i < d->n; i++)
		counts[d->findings[i].level]++;
	if (!d->cli->json)
		put_text(d);
	else if (put_json(d, counts, e) < 0)
		return -e->error;
	if (counts[DOCTOR_WARNING] + counts[DOCTOR_PROBLEM] == 0)
		return 0;
	return err_set(e, EX_UNAVAILABLE, EIO, "not all is well: problems: %u, warnings: %u",
		       counts[DOCTOR_PROBLEM], counts[DOCTOR_WARNING]);
}

static bool is_group(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
		if (str_equal(checks[i].group, name))
			return true;
	return false;
}

int verb_doctor(struct cli *cli, struct err *e)
{
	cleanup_with(close_doctor) struct doctor d = { .cli = cli, .proc = -EBADF, .root = -EBADF };
	const char *only = cli->options.operands[0];

	if (only && !is_group(only))
		return err_set(e, EX_USAGE, EINVAL,
			       "'%s' is not one of: kernel share_dir namespaces hooks stale try",
			       only);
	d.proc = at_open_proc(e);
	if (d.proc < 0)
		return d.proc;
	d.root = at_open(AT_FDCWD, cli->root ? cli->root : "/", O_PATH | O_DIRECTORY, 0, e);
	if (d.root < 0) {
		e->exit_code = EX_NOINPUT;
		return d.root;
	}
	if (process_leave_directory(e) < 0)
		return -e->error;
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		d.group = checks[i].group;
		if (!only || str_equal(only, d.group))
			checks[i].run(&d);
	}
	return report(&d, e);
}
