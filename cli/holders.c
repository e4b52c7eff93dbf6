/* oci-share doctor holders ID: in which mount namespaces a share is mounted, and whose processes
 * hold them. */
#include <stdio.h>
#include <string.h>

#include "cli/sealed.h"
#include "cli/shares.h"
#include "common/json.h"
#include "common/str.h"

enum { PROCESSES_SHOWN = 8 };

/* The mounts of one namespace. */
struct run {
	const struct sealed_mount *items;
	size_t n;
	bool own;
};

static void put_text(const struct run *r)
{
	const struct namespace *ns = r->items[0].ns;

	printf("mount namespace %ju%s\n", (uintmax_t)ns->id, r->own ? " (this one)" : "");
	for (size_t i = 0; i < r->n; i++) {
		printf("  mounted at ");
		cli_print(r->items[i].point);
		printf("%s\n", r->items[i].published ? ", published" : "");
	}
	for (size_t i = 0; i < ns->n && i < PROCESSES_SHOWN; i++) {
		printf("  held by    %-7d ", ns->processes[i].pid);
		cli_print(ns->processes[i].comm);
		printf("\n");
	}
	if (ns->n > PROCESSES_SHOWN)
		printf("             and %zu more\n", ns->n - PROCESSES_SHOWN);
}

static void put_json(struct json_out *out, const struct run *r)
{
	const struct namespace *ns = r->items[0].ns;

	json_open(out, NULL);
	json_integer(out, "namespace", (int64_t)ns->id);
	json_boolean(out, "own", r->own);
	json_open_array(out, "mounts");
	for (size_t i = 0; i < r->n; i++) {
		json_open(out, NULL);
		json_string(out, "path", r->items[i].point);
		json_string(out, "nonce", r->items[i].nonce);
		json_boolean(out, "published", r->items[i].published);
		json_close(out);
	}
	json_close_array(out);
	json_open_array(out, "processes");
	for (size_t i = 0; i < ns->n; i++) {
		json_open(out, NULL);
		json_integer(out, "pid", ns->processes[i].pid);
		json_string(out, "comm", ns->processes[i].comm);
		json_close(out);
	}
	json_close_array(out);
	json_close(out);
}

/* The whole id that is meant; one that has no record any more must be given whole. */
static int resolve(struct cli *cli, const char *text, char **ret, struct err *e)
{
	int there = cli_open(cli, e);

	if (there < 0)
		return there;
	if (there && share_resolve(&cli->sd, text, ret, e) == 0)
		return 0;
	if (there && e->error != ENOENT)
		return -e->error;
	*e = (struct err){ 0 };
	*ret = strdup(text);
	return *ret ? 0 : err_nomem(e);
}

static int put_all(const struct sealed *s, const char *id, uint64_t own, struct json_out *out,
		   struct err *e)
{
	if (out)
		json_open_array(out, NULL);
	for (size_t i = 0, n; i < s->n; i += n) {
		struct run run = { .items = &s->items[i], .own = s->items[i].ns->id == own };

		for (n = 1; i + n < s->n && s->items[i + n].ns == s->items[i].ns;)
			n++;
		run.n = n;
		if (out)
			put_json(out, &run);
		else
			put_text(&run);
	}
	if (out) {
		json_close_array(out);
		return cli_print_json(out, e);
	}
	if (s->n == 0)
		printf("no mount namespace that can be seen has a share of '%s'\n", id);
	return 0;
}

int verb_doctor_holders(struct cli *cli, struct err *e)
{
	cleanup_with(json_out_free) struct json_out *out = cli->json ? json_out_new(true) : NULL;
	cleanup_with(sealed_free) struct sealed s = { 0 };
	const char *text = cli->options.operands[0];
	cleanup_free char *id = NULL;

	if (!text)
		return err_set(e, EX_USAGE, EINVAL, "doctor holders: which container?");
	if (!oci_id_is_valid(text))
		return err_set(e, EX_USAGE, EINVAL, "'%s' is not a container's id", text);
	if (cli->json && !out)
		return err_nomem(e);
	if (resolve(cli, text, &id, e) < 0 || sealed_read(cli->proc, id, &s, e) < 0)
		return -e->error;
	if (s.more || s.more_foreign)
		log_line(&cli->log, LOG_LEVEL_WARNING, "there are more mounts than are shown");
	return put_all(&s, id, cli->here.mnt_ns, out, e);
}
