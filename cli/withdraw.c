/* oci-share withdraw: take a share away, whether its container lives or not. */
#include "share/withdraw.h"

#include <stdio.h>

#include "cli/cli.h"
#include "common/str.h"
#include "share/stale.h"

/* The operator says so: its place is where the directory is. */
static int withdraw_unreadable(struct cli *cli, const struct sharedir *sd, int proc, const char *id,
			       struct err *e)
{
	char sandbox[OCI_ID_MAX + 1];
	struct withdrawal w = { .id = id, .sandbox = id };
	int found;

	*e = (struct err){ 0 };
	found = stale_find_sandbox(sd, id, sandbox, e);
	if (found < 0)
		return found;
	if (found)
		w.sandbox = sandbox;
	return withdraw(sd, proc, &w, &cli->log, e) < 0 ? -e->error : 1;
}

/* 1: withdrawn, 0: it is not of that sandbox, or went away meanwhile. */
static int withdraw_one(struct cli *cli, const struct sharedir *sd, int proc, const char *id,
			struct err *e)
{
	cleanup_with(record_free) struct record r = { 0 };
	struct withdrawal w;
	uint64_t mnt_ns;
	int result;

	if (process_namespace(proc, "mnt", &mnt_ns, e) < 0 ||
	    sharedir_lock(sd, id, SHAREDIR_WAIT_MS, e) < 0)
		return -e->error;
	result = record_read(sd, id, &r, e);
	if (result == -EBADMSG && !cli->sandbox && !cli->all)
		result = withdraw_unreadable(cli, sd, proc, id, e);
	else if (result == 0 && !(cli->sandbox && !str_equal(cli->sandbox, r.sandbox))) {
		w = withdrawal_of(&r, mnt_ns);
		result = withdraw(sd, proc, &w, &cli->log, e) < 0 ? -e->error : 1;
	}
	sharedir_unlock(sd, id);
	if (result == 1)
		log_line(&cli->log, LOG_LEVEL_INFO, "withdrew '%s'", id);
	return result;
}

static int withdraw_many(struct cli *cli, const struct sharedir *sd, int proc, struct err *e)
{
	cleanup_with(share_ids_free) struct share_ids ids = { 0 };
	struct err first = { 0 };
	unsigned n = 0;

	if (share_ids_read(sd, &ids, e) < 0)
		return -e->error;
	for (size_t i = 0; i < ids.n; i++) {
		struct err next = { 0 };
		int result = withdraw_one(cli, sd, proc, ids.items[i], &next);

		n += result == 1;
		if (result < 0 && result != -ENOENT && !first.exit_code)
			first = next;
		if (isatty(STDERR_FILENO))
			fprintf(stderr, "\r%zu of %zu", i + 1, ids.n);
	}
	if (isatty(STDERR_FILENO) && ids.n > 0)
		fprintf(stderr, "\n");
	printf("%u withdrawn\n", n);
	if (first.exit_code)
		*e = first;
	return e->exit_code ? -e->error : 0;
}

int verb_withdraw(struct cli *cli, struct err *e)
{
	cleanup_with(sharedir_close) struct sharedir sd = SHAREDIR_INIT;
	cleanup_free char *id = NULL;
	cleanup_fd int proc = -EBADF;
	const char *text = cli->options.operands[0];
	int there, result;

	if ((text != NULL) + (cli->sandbox != NULL) + cli->all != 1)
		return err_set(e, EX_USAGE, EINVAL,
			       "withdraw: give one of ID, --sandbox ID and --all");
	there = cli_open(cli, &sd, &proc, e);
	if (there < 0)
		return there;
	if (!text)
		return there ? withdraw_many(cli, &sd, proc, e) : 0;
	if (!there)
		return err_set(e, EX_NOINPUT, ENOENT, "there is no share of '%s'", text);
	if (share_resolve(&sd, text, &id, e) < 0)
		return -e->error;
	result = withdraw_one(cli, &sd, proc, id, e);
	return result < 0 ? result : 0;
}
