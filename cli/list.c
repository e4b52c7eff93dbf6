/* oci-share list: all shares, one a line. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "common/json.h"

/* What a record that cannot be read still has a line for. */
struct row {
	const char *id, *sandbox, *created, *state;
	size_t published, volumes;
	bool verified;
};

static size_t count_published(const struct record *r)
{
	const struct record_volume *v = r->volumes.items;
	size_t n = 0;

	for (size_t i = 0; i < r->volumes.n; i++)
		n += v[i].path != NULL;
	return n;
}

static void put_row(struct json_out *out, const struct row *row)
{
	if (!out) {
		char volumes[64];

		(void)snprintf(volumes, sizeof(volumes), "%zu/%zu", row->published,
			       row->volumes); /* fits */
		printf("%-12.12s  %-12.12s  %-20s  %-10s  %-8s  %s\n", row->id, row->sandbox,
		       row->created, row->state, volumes, row->verified ? "yes" : "no");
		return;
	}
	json_open(out, NULL);
	json_string(out, "id", row->id);
	json_string(out, "sandbox", row->sandbox);
	json_string(out, "created", row->created);
	json_string(out, "state", row->state);
	json_integer(out, "published", (int64_t)row->published);
	json_integer(out, "volumes", (int64_t)row->volumes);
	json_boolean(out, "verified", row->verified);
	json_close(out);
}

static int list_one(struct cli *cli, const struct sharedir *sd, int proc, const char *id,
		    struct json_out *out, struct err *e)
{
	cleanup_with(share_free) struct share share = { 0 };
	int result = share_read(cli, sd, proc, id, &share, e);

	if (result == -ENOENT || result == -EBADMSG) {
		if (result == -EBADMSG) {
			log_line(&cli->log, LOG_LEVEL_WARNING, "%s", e->message);
			put_row(out, &(struct row){ .id = id,
						    .sandbox = "?",
						    .created = "?",
						    .state = "unreadable" });
		}
		*e = (struct err){ 0 };
		return 0;
	}
	if (result < 0)
		return result;
	put_row(out, &(struct row){ .id = id,
				    .sandbox = share.record.sandbox,
				    .created = share.record.created,
				    .state = share_state_name(share.state),
				    .published = count_published(&share.record),
				    .volumes = share.record.volumes.n,
				    .verified = share.record.verified });
	return 0;
}

int verb_list(struct cli *cli, struct err *e)
{
	cleanup_with(json_out_free) struct json_out *out = cli->json ? json_out_new(true) : NULL;
	cleanup_with(share_ids_free) struct share_ids ids = { 0 };
	cleanup_with(sharedir_close) struct sharedir sd = SHAREDIR_INIT;
	cleanup_fd int proc = -EBADF;
	const char *text;
	size_t length;
	int there = cli_open(cli, &sd, &proc, e);

	if (cli->json && !out)
		return err_nomem(e);
	if (there < 0 || (there && share_ids_read(&sd, &ids, e) < 0))
		return -e->error;
	if (out)
		json_open_array(out, NULL);
	else
		printf("%-12s  %-12s  %-20s  %-10s  %-8s  %s\n", "CONTAINER", "SANDBOX", "CREATED",
		       "STATE", "VOLUMES", "VERIFIED");
	for (size_t i = 0; i < ids.n; i++)
		if (list_one(cli, &sd, proc, ids.items[i], out, e) < 0)
			return -e->error;
	if (!out)
		return 0;
	json_close_array(out);
	if (json_out_take(out, &text, &length, e) < 0)
		return -e->error;
	fwrite(text, 1, length, stdout);
	return 0;
}
