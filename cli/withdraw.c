/* oci-share withdraw: take a share away, whether its container lives or not. */
#include <stdio.h>

#include "cli/shares.h"
#include "common/str.h"
#include "share/stale.h"

/* The operator says so: its place is where the directory is. */
static int withdraw_unreadable(struct cli *cli, const char *id, struct err *e)
{
	char sandbox[OCI_ID_MAX + 1];
	struct withdrawal w = { .id = id, .sandbox = id };
	int found;

	*e = (struct err){ 0 };
	found = stale_find_sandbox(&cli->sd, id, sandbox, e);
	if (found < 0)
		return found;
	if (found)
		w.sandbox = sandbox;
	return withdraw(&cli->sd, cli->proc, &w, &cli->log, e) < 0 ? -e->error : 1;
}

/* 1: withdrawn, 0: it is not of that sandbox, or went away meanwhile. */
static int withdraw_one(struct cli *cli, const char *id, struct err *e)
{
	cleanup_with(record_free) struct record r = { 0 };
	struct withdrawal w;
	int result;

	if (sharedir_lock(&cli->sd, id, SHAREDIR_WAIT_MS, e) < 0)
		return -e->error;
	result = record_read(&cli->sd, id, &r, e);
	if (result == -EBADMSG && !cli->sandbox && !cli->all)
		result = withdraw_unreadable(cli, id, e);
	else if (result == 0 && !(cli->sandbox && !str_equal(cli->sandbox, r.sandbox))) {
		w = withdrawal_of(&r);
		result = withdraw(&cli->sd, cli->proc, &w, &cli->log, e) < 0 ? -e->error : 1;
	}
	sharedir_unlock(&cli->sd, id);
	if (result == 1)
		log_line(&cli->log, LOG_LEVEL_INFO, "withdrew '%s'", id);
	return result;
}

int withdraw_many(struct cli *cli, struct err *e)
{
	cleanup_with(share_ids_free) struct share_ids ids = { 0 };
	struct err first = { 0 };
	unsigned n = 0;

	if (share_ids_read(&cli->sd, &ids, e) < 0)
		return -e->error;
	for (size_t i = 0; i < ids.n; i++) {
		struct err next = { 0 };
		int result = withdraw_one(cli, ids.items[i], &next);

		n += result == 1;
		if (result < 0 && result != -ENOENT)
			err_keep_first(&first, &next);
		cli_progress("withdraw", i + 1, ids.n);
	}
	printf("%u withdrawn\n", n);
	if (first.exit_code)
		*e = first;
	return e->exit_code ? -e->error : 0;
}

int verb_withdraw(struct cli *cli, struct err *e)
{
	cleanup_free char *id = NULL;
	const char *text = cli->options.operands[0];
	int there, result;

	if ((text != NULL) + (cli->sandbox != NULL) + cli->all != 1)
		return err_set(e, EX_USAGE, EINVAL,
			       "withdraw: give one of ID, --sandbox ID and --all");
	if (!text) {
		there = cli_open(cli, e);
		return there > 0 ? withdraw_many(cli, e) : there;
	}
	if (share_find(cli, text, &id, e) < 0)
		return -e->error;
	result = withdraw_one(cli, id, e);
	return result < 0 ? result : 0;
}
