/* oci-share show ID: one share with all its volumes. */
#include <stdio.h>

#include "cli/shares.h"
#include "common/str.h"

static void put_field(const char *name, const char *value)
{
	printf("%-13s ", name);
	cli_print(value);
	printf("\n");
}

static void put_source(const char *source, const char *skipped)
{
	if (source) {
		printf(" <- ");
		cli_print(source);
	}
	if (skipped) {
		printf("  (skipped: ");
		cli_print(skipped);
		printf(")");
	}
	printf("\n");
}

static const char *access_of(const char *path, bool readonly)
{
	return !path ? "-" : readonly ? "ro" : "rw";
}

static void put_volume(const struct record_volume *v)
{
	printf("  %4jd  %-20s %-3s %-5s ", (intmax_t)v->index, v->kind,
	       access_of(v->path, v->readonly), v->watchable ? "watch" : "-");
	cli_print(v->destination);
	put_source(v->source, v->skipped);
}

static void put_subpath(const struct record_subpath *s)
{
	printf("  %4jd  %-3s ", (intmax_t)s->index, access_of(s->path, s->readonly));
	cli_print(s->destination);
	printf("=");
	cli_print(s->subpath);
	put_source(s->source, s->skipped);
}

static void put_text(struct cli *cli, const struct share *share)
{
	const struct record *r = &share->record;
	const struct record_volume *v = r->volumes.items;

	put_field("Container:", r->id);
	put_field("Sandbox:", r->sandbox);
	put_field("State:", share_state_name(share->state));
	put_field("Created:", r->created);
	if (r->republished[0])
		put_field("Republished:", r->republished);
	put_field("Bundle:", r->bundle);
	put_field("Verified:", r->verified ? "yes" : "no");
	printf("%-13s %s/export/%s/%s\n", "Share:", cli->policy.share_dir, r->sandbox, r->id);
	printf("Volumes:\n");
	for (size_t i = 0; i < r->volumes.n; i++)
		put_volume(&v[i]);
	if (r->subpaths.n > 0)
		printf("Subpaths:\n");
	for (size_t i = 0; i < r->subpaths.n; i++)
		put_subpath((const struct record_subpath *)r->subpaths.items + i);
}

/* The record as it was written, and what the kernel says now before it. */
static int put_json(const struct cli *cli, const struct share *share, struct err *e)
{
	cleanup_free char *text = NULL;
	size_t length;

	if (record_text(&cli->sd, share->record.id, &text, &length, e) < 0)
		return -e->error;
	printf("{\"state\":\"%s\",%s\n", share_state_name(share->state),
	       text + 1); /* it was decoded: it begins with '{' */
	return 0;
}

int verb_show(struct cli *cli, struct err *e)
{
	cleanup_with(share_free) struct share share = { 0 };
	cleanup_free char *id = NULL;

	if (share_find(cli, cli->options.operands[0], &id, e) < 0 ||
	    share_read(cli, id, SHARE_WHOLE, &share, e) < 0)
		return -e->error;
	if (cli->json)
		return put_json(cli, &share, e);
	put_text(cli, &share);
	return 0;
}
