/* oci-share subpath prepare, clean: kubelet's subpaths by hand. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "common/json.h"
#include "common/str.h"
#include "share/subpath_pod.h"

static int need(const char *verb, const char *option, const char *value, struct err *e)
{
	return value ? 0 : err_set(e, EX_USAGE, EINVAL, "%s: option '%s' is missing", verb, option);
}

static int parse_index(const char *text, unsigned *ret, struct err *e)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 9 || text[digits])
		return err_set(e, EX_USAGE, EINVAL, "option '--index': '%s' is not a number", text);
	*ret = (unsigned)strtoul(text, NULL, 10);
	return 0;
}

static int put_prepared(const struct cli *cli, const char *target, bool mounted, struct err *e)
{
	cleanup_with(json_out_free) struct json_out *out = json_out_new(true);

	if (!cli->json) {
		cli_print(target);
		printf("\n");
		return 0;
	}
	if (!out)
		return err_nomem(e);
	json_open(out, NULL);
	json_string(out, "path", target);
	json_boolean(out, "mounted", mounted);
	json_close(out);
	return cli_print_json(out, e);
}

int verb_subpath_prepare(struct cli *cli, struct err *e)
{
	const struct {
		const char *option, *value;
	} needed[] = {
		{ "--volume", cli->volume },   { "--path", cli->path },
		{ "--pod-dir", cli->pod_dir }, { "--volume-name", cli->volume_name },
		{ "--index", cli->index },     { "--container", cli->container },
	};
	struct subpath s = { .volume_path = cli->volume,
			     .path = cli->path,
			     .pod_dir = cli->pod_dir,
			     .volume_name = cli->volume_name,
			     .container_name = cli->container,
			     .readonly = cli->readonly,
			     .create = cli->policy.create_subpaths };
	cleanup_free char *target = NULL;
	cleanup_fd int proc = -EBADF;
	int there;

	for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
		if (need("subpath prepare", needed[i].option, needed[i].value, e) < 0)
			return -e->error;
	if (parse_index(cli->index, &s.volume_mount_index, e) < 0)
		return -e->error;
	proc = at_open_proc(e);
	if (proc < 0)
		return proc;
	there = subpath_bind(proc, &s, &target, e);
	return there < 0 ? there : put_prepared(cli, target, there == 0, e);
}

static void put_text(const struct subpath_cleaning *c)
{
	for (size_t i = 0; i < c->n_kept; i++) {
		printf("kept ");
		cli_print(c->kept[i].path);
		printf(": ");
		cli_print(c->kept[i].reason);
		printf("\n");
	}
	printf("%u unmounted, %u removed\n", c->unmounted, c->removed);
}

static int put_json(const struct subpath_cleaning *c, struct err *e)
{
	cleanup_with(json_out_free) struct json_out *out = json_out_new(true);

	if (!out)
		return err_nomem(e);
	json_open(out, NULL);
	json_integer(out, "unmounted", c->unmounted);
	json_integer(out, "removed", c->removed);
	json_open_array(out, "kept");
	for (size_t i = 0; i < c->n_kept; i++) {
		json_open(out, NULL);
		json_string(out, "path", c->kept[i].path);
		json_string(out, "reason", c->kept[i].reason);
		json_close(out);
	}
	json_close_array(out);
	json_close(out);
	return cli_print_json(out, e);
}

int verb_subpath_clean(struct cli *cli, struct err *e)
{
	cleanup_with(subpath_cleaning_free) struct subpath_cleaning c = { 0 };
	int kept;

	if (need("subpath clean", "--pod-dir", cli->pod_dir, e) < 0)
		return -e->error;
	kept = subpath_clean(cli->pod_dir, cli->volume_name, cli->container, &c, e);
	if (kept < 0)
		return kept;
	if (!cli->json)
		put_text(&c);
	else if (put_json(&c, e) < 0)
		return -e->error;
	if (kept)
		return err_set(e, EX_TEMPFAIL, ENOTEMPTY, "%zu of '%s' had to be kept: '%s': %s",
			       c.n_kept, cli->pod_dir, c.kept[0].path, c.kept[0].reason);
	return 0;
}
