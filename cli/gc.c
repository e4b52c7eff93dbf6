/* oci-share gc: withdraw stale shares, and shares that neither a record nor a directory knows. */
#include "share/gc.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/mounttable.h"
#include "common/json.h"
#include "common/str.h"
#include "share/seal.h"
#include "share/withdraw.h"

/* What is said while it goes on. */
struct progress {
	struct cli *cli;
	struct json_out *out;
	unsigned said;
	const struct sharedir *sd;
	int proc;
	struct gc_result *result;
	struct err *e;
};

static void say(const char *id, const char *sandbox, const char *reason, void *data)
{
	struct progress *p = data;

	p->said++;
	if (p->out) {
		json_open(p->out, NULL);
		json_string(p->out, "id", id);
		json_string(p->out, "sandbox", sandbox);
		json_string(p->out, "reason", reason);
		json_close(p->out);
		return;
	}
	printf("%s %s (sandbox %s): %s\n", p->cli->dry_run ? "would withdraw" : "withdraw", id,
	       sandbox, reason);
	if (isatty(STDOUT_FILENO))
		(void)fflush(stdout); /* progress is for whoever looks on */
}

/* A mount of ours that has no record: where export/ or tree/ was moved away, or copied within this
 * namespace. */
static int orphan(const char *point, const char *source, void *data)
{
	struct progress *p = data;
	cleanup_with(record_free) struct record r = { 0 };
	char id[OCI_ID_MAX + 1];
	const char *rest = source + strlen(SEAL_PREFIX);
	size_t length = strcspn(rest, ":");
	struct withdrawal w = {
		.id = id, .sandbox = id, .nonce = rest + length + 1, .keep_record = true
	};
	int result;

	if (length == 0 || length > OCI_ID_MAX || rest[length] != ':')
		return 0;
	memcpy(id, rest, length);
	id[length] = '\0';
	if (!oci_id_is_valid(id) || sharedir_lock(p->sd, id, 0, p->e) < 0) {
		*p->e = (struct err){ 0 };
		return 0;
	}
	result = record_read(p->sd, id, &r, p->e);
	*p->e = (struct err){ 0 };
	if (result == -ENOENT || (result == 0 && !str_equal(r.nonce, w.nonce))) {
		say(id, point, "a mount without a record", p);
		p->result->withdrawn++;
		if (!p->cli->dry_run && withdraw(p->sd, p->proc, &w, &p->cli->log, p->e) < 0)
			p->result->failed++;
	}
	sharedir_unlock(p->sd, id);
	return 0;
}

static int collect(struct progress *p, struct err *e)
{
	struct err orphans = { 0 };

	p->e = &orphans;
	ignore_result(gc_all(&p->cli->policy, p->sd, p->proc, p->cli->dry_run, &p->cli->log, say, p,
			     p->result, e));
	/* after the rest, so that what is left is nobody's */
	if (!p->cli->dry_run)
		ignore_result(mounttable_each(SEAL_PREFIX, orphan, p, &orphans));
	if (!e->exit_code)
		*e = orphans;
	return e->exit_code ? -e->error : 0;
}

int verb_gc(struct cli *cli, struct err *e)
{
	cleanup_with(json_out_free) struct json_out *out = cli->json ? json_out_new(true) : NULL;
	cleanup_with(sharedir_close) struct sharedir sd = SHAREDIR_INIT;
	cleanup_fd int proc = -EBADF;
	struct gc_result result = { 0 };
	struct progress p = { .cli = cli, .out = out, .sd = &sd, .result = &result };
	struct err output = { 0 };
	const char *text;
	size_t length;
	int there = cli_open(cli, &sd, &proc, e);

	if (cli->json && !out)
		return err_nomem(e);
	if (there < 0)
		return there;
	if (out)
		json_open_array(out, NULL);
	p.proc = proc;
	if (there)
		ignore_result(collect(&p, e)); /* what was done is printed before the error is */
	if (out) {
		json_close_array(out);
		if (json_out_take(out, &text, &length, &output) == 0)
			fwrite(text, 1, length, stdout);
	} else {
		printf("%u %s, %u looked at, %u in use, %u failed\n", result.withdrawn,
		       cli->dry_run ? "would be withdrawn" : "withdrawn", result.looked,
		       result.busy, result.failed);
	}
	return e->exit_code ? -e->error : 0;
}
