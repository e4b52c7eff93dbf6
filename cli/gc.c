/* oci-share gc: withdraw stale shares, and shares that neither a record nor a directory knows. */
#include "share/gc.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/mounttable.h"
#include "cli/shares.h"
#include "common/json.h"
#include "common/str.h"
#include "share/seal.h"
#include "share/withdraw.h"

/* What is said while it goes on. */
struct progress {
	struct cli *cli;
	struct json_out *out;
	size_t total; /* about so many */
	struct gc_result *result;
	struct err orphans; /* the first error with one */
};

static void say(const char *id, const char *sandbox, const char *reason, void *data)
{
	struct progress *p = data;

	if (p->out) {
		json_open(p->out, NULL);
		json_string(p->out, "id", id);
		json_string(p->out, "sandbox", sandbox[0] ? sandbox : NULL);
		json_string(p->out, "reason", reason);
		json_close(p->out);
		return;
	}
	printf("%s %s%s%s: %s\n", p->cli->dry_run ? "would withdraw" : "withdraw", id,
	       sandbox[0] ? " of sandbox " : "", sandbox, reason);
}

static void looked(unsigned n, void *data)
{
	struct progress *p = data;

	cli_progress("gc", n, p->total);
}

/* A mount of ours that has no record: where export/ or tree/ was moved away, or copied within this
 * namespace. Only mounts are touched here, and only those that are surely ours; to directories such
 * a mount says nothing. */
static int take_orphan(struct progress *p, const struct withdrawal *w, struct err *e)
{
	cleanup_with(record_free) struct record r = { 0 };
	int result = record_read(&p->cli->sd, w->id, &r, e), detached = 1;

	*e = (struct err){ 0 };
	if (result != -ENOENT && !(result == 0 && !str_equal(r.nonce, w->nonce)))
		return 0;
	if (!p->cli->dry_run)
		detached = withdraw_copies(p->cli->proc, w, e);
	if (detached > 0) { /* the table may be older than the lock */
		say(w->id, "", "a mount without a record", p);
		p->result->withdrawn++;
	}
	return detached < 0 ? detached : 0;
}

static int orphan(const char *type, const char *source, void *data)
{
	struct progress *p = data;
	char id[OCI_ID_MAX + 1];
	struct withdrawal w = { .id = id, .sandbox = id };
	struct err e = { 0 };

	if (!seal_parse(type, source, id, &w.nonce))
		return 0;
	if (sharedir_lock(&p->cli->sd, id, 0, &e) < 0)
		return 0; /* somebody works on it */
	if (take_orphan(p, &w, &e) < 0) {
		p->result->failed++;
		err_keep_first(&p->orphans, &e);
	}
	sharedir_unlock(&p->cli->sd, id);
	return 0;
}

static int collect(struct progress *p, struct err *e)
{
	const struct gc_listener listener = { say, looked, p };
	cleanup_with(share_ids_free) struct share_ids ids = { 0 };
	struct err ignored = { 0 };

	if (share_ids_read(&p->cli->sd, &ids, &ignored) == 0)
		p->total = 2 * ids.n; /* records, then directories */
	ignore_result(gc_all(&p->cli->policy, &p->cli->sd, p->cli->proc, p->cli->dry_run,
			     &p->cli->log, &listener, p->result, e));
	cli_progress("gc", p->total, p->total);
	/* after the rest, so that what is left is nobody's */
	ignore_result(mounttable_each(SEAL_PREFIX, orphan, p, &p->orphans));
	err_keep_first(e, &p->orphans);
	return e->exit_code ? -e->error : 0;
}

int verb_gc(struct cli *cli, struct err *e)
{
	cleanup_with(json_out_free) struct json_out *out = cli->json ? json_out_new(true) : NULL;
	struct gc_result result = { 0 };
	struct progress p = { .cli = cli, .out = out, .result = &result };
	struct err output = { 0 };
	int there = cli_open(cli, e);

	if (cli->json && !out)
		return err_nomem(e);
	if (there < 0)
		return there;
	if (out)
		json_open_array(out, NULL);
	if (there)
		ignore_result(collect(&p, e)); /* what was done is printed before the error is */
	if (out) {
		json_close_array(out);
		if (cli_print_json(out, &output) < 0)
			err_keep_first(e, &output);
	} else {
		printf("%u %s, %u looked at, %u in use, %u failed\n", result.withdrawn,
		       cli->dry_run ? "would be withdrawn" : "withdrawn", result.looked,
		       result.busy, result.failed);
	}
	return e->exit_code ? -e->error : 0;
}
