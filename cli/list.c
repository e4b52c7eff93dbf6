/* oci-share list: all shares, one a line. */
#include <stdio.h>

#include "cli/shares.h"
#include "common/json.h"

static int put_text(const struct shares *shares, struct err *e)
{
	static const struct table_column columns[] = {
		{ "CONTAINER" }, { "SANDBOX" },	 { "CREATED" }, { "STATE" },
		{ "VOLUMES" },	 { "VERIFIED" }, { NULL },
	};
	cleanup_with(table_free) struct table *t = table_new(columns, false);

	if (!t)
		return err_nomem(e);
	for (size_t i = 0; i < shares->n; i++) {
		const struct share *s = &shares->items[i];
		const struct record *r = &s->record;
		struct table_row *row = table_add(t, NULL);
		char volumes[64];

		(void)snprintf(volumes, sizeof(volumes), "%jd/%jd", (intmax_t)r->volumes_published,
			       (intmax_t)r->volumes_total); /* fits */
		share_set_id(t, row, 0, r->id);
		share_set_id(t, row, 1, r->sandbox);
		table_set(t, row, 2, r->created ? r->created : "?", TABLE_PLAIN);
		table_set(t, row, 3, share_state_name(s->state), share_state_color(s->state));
		table_set(t, row, 4, volumes, TABLE_PLAIN);
		table_set(t, row, 5, r->verified ? "yes" : "no", TABLE_PLAIN);
	}
	return table_print(t, e);
}

static int put_json(const struct shares *shares, struct err *e)
{
	cleanup_with(json_out_free) struct json_out *out = json_out_new(true);

	if (!out)
		return err_nomem(e);
	json_open_array(out, NULL);
	for (size_t i = 0; i < shares->n; i++) {
		const struct record *r = &shares->items[i].record;

		json_open(out, NULL);
		json_string(out, "id", r->id);
		json_string(out, "sandbox", r->sandbox);
		json_string(out, "created", r->created ? r->created : "?");
		json_string(out, "state", share_state_name(shares->items[i].state));
		json_integer(out, "published", r->volumes_published);
		json_integer(out, "volumes", r->volumes_total);
		json_boolean(out, "verified", r->verified);
		json_close(out);
	}
	json_close_array(out);
	return cli_print_json(out, e);
}

int verb_list(struct cli *cli, struct err *e)
{
	cleanup_with(shares_free) struct shares shares = { 0 };
	int there = cli_open(cli, e);

	if (there < 0 || (there && shares_read(cli, SHARE_HEADER, &shares, e) < 0))
		return -e->error;
	return cli->json ? put_json(&shares, e) : put_text(&shares, e);
}
