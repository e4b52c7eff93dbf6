/* doctor: what all checks found, and how it is printed. */
#include "cli/doctor_report.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/str.h"

static const struct {
	const char *name, *colour;
} levels[] = {
	[DOCTOR_OK] = { "ok", "32" },
	[DOCTOR_NOTE] = { "note", "36" },
	[DOCTOR_WARNING] = { "warning", "33" },
	[DOCTOR_PROBLEM] = { "problem", "31" },
};

int doctor_report_add(struct doctor_report *r, const char *group, enum doctor_level level,
		      const char *message, struct err *e)
{
	struct doctor_finding *place = array_grow((void **)&r->items, r->n, sizeof(*place));
	char *copy = place ? strdup(message) : NULL;

	if (!copy)
		return err_nomem(e);
	*place = (struct doctor_finding){ .group = group, .level = level, .message = copy };
	r->n++;
	return 0;
}

int doctor_report_remedy(struct doctor_report *r, const char *remedy, struct err *e)
{
	char *copy;

	if (r->n == 0)
		return err_set(e, EX_SOFTWARE, EINVAL, "a remedy without a finding");
	copy = strdup(remedy);
	if (!copy)
		return err_nomem(e);
	free(r->items[r->n - 1].remedy);
	r->items[r->n - 1].remedy = copy;
	return 0;
}

void doctor_report_free(struct doctor_report *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->items[i].message);
		free(r->items[i].remedy);
	}
	free(r->items);
	*r = (struct doctor_report){ 0 };
}

static void put_text(const struct doctor_report *r)
{
	bool colour = isatty(STDOUT_FILENO);
	const char *group = "";

	for (size_t i = 0; i < r->n; i++) {
		const struct doctor_finding *f = &r->items[i];

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

static int put_json(const struct doctor_report *r, const unsigned *counts, struct err *e)
{
	cleanup_with(json_out_free) struct json_out *out = json_out_new(true);

	if (!out)
		return err_nomem(e);
	json_open(out, NULL);
	json_open_array(out, "findings");
	for (size_t i = 0; i < r->n; i++) {
		json_open(out, NULL);
		json_string(out, "group", r->items[i].group);
		json_string(out, "level", levels[r->items[i].level].name);
		json_string(out, "message", r->items[i].message);
		json_string(out, "remedy", r->items[i].remedy);
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

int doctor_report_print(const struct doctor_report *r, bool json, struct err *e)
{
	unsigned counts[ARRAY_SIZE(levels)] = { 0 };

	for (size_t i = 0; i < r->n; i++)
		counts[r->items[i].level]++;
	if (!json)
		put_text(r);
	else if (put_json(r, counts, e) < 0)
		return -e->error;
	if (counts[DOCTOR_WARNING] + counts[DOCTOR_PROBLEM] == 0)
		return 0;
	return err_set(e, EX_UNAVAILABLE, EIO, "not all is well: problems: %u, warnings: %u",
		       counts[DOCTOR_PROBLEM], counts[DOCTOR_WARNING]);
}
