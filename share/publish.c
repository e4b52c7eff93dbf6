/* Publish a container's share. */
#include "share/publish.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "common/mount.h"
#include "common/str.h"
#include "share/build.h"
#include "share/gc.h"
#include "share/lifecycle.h"
#include "share/manifest.h"
#include "share/withdraw.h"

enum { DIRECTORY_TRIES = 16 };

/* One publication. */
struct publication {
	const struct policy *policy;
	const struct oci_state *state;
	struct log *log;
	struct oci_config config;
	struct facts_context c;
	struct sharedir sd;
	struct seal seal;
	struct plan plan;
	const char *sandbox;
	struct process_identity process;
	struct lifecycle_here here;
	char nonce[17];
};

static void close_publication(struct publication *p)
{
	seal_close(&p->seal);
	plan_free(&p->plan);
	facts_close(&p->c);
	oci_config_free(&p->config);
	sharedir_close(&p->sd);
}

static int identify(struct publication *p, struct err *e)
{
	if (lifecycle_here(p->c.proc, &p->here, e) < 0 || process_nonce(p->nonce, e) < 0)
		return -e->error;
	if (p->state->pid == 0)
		return 0;
	p->process.pid = (pid_t)p->state->pid;
	if (process_identify(p->c.proc, p->process.pid, p->here.start_shift, &p->process, e) < 0 &&
	    e->error != ESRCH)
		return -e->error;
	*e = (struct err){ 0 }; /* a process that is gone has start time 0, which no process has */
	return 0;
}

/* A share of the same id is there. 1: it is this container's own and complete, nothing is to be
 * done; 0: it was withdrawn. */
static int meet_existing(struct publication *p, const struct record *r, struct err *e)
{
	struct withdrawal w = withdrawal_of(r);
	bool same_start =
		     r->pid == p->process.pid && (uint64_t)r->start_time == p->process.start_time,
	     same_boot = str_equal(r->boot_id, p->here.boot_id),
	     same_bundle = record_is_of_bundle(r, p->state->bundle);
	struct lifecycle_facts facts;
	enum lifecycle verdict;
	int there;

	if (same_boot && same_start && same_bundle) {
		there = withdraw_look(&p->sd, p->c.proc, &w, e);
		if (there == WITHDRAW_OURS || there < 0)
			return there;
	}
	if (!same_bundle) {
		if (lifecycle_measure(p->c.proc, &p->here, r, &facts, e) < 0)
			return -e->error;
		verdict = lifecycle_judge(r, &p->here, &facts, 0);
		if (verdict == LIFECYCLE_LIVE || verdict == LIFECYCLE_UNKNOWN)
			return err_set(e, EX_TEMPFAIL, EEXIST,
				       "'%s' is already published for the bundle '%s'", r->id,
				       r->bundle);
	}
	log_line(p->log, LOG_LEVEL_INFO, "withdraw the share of an earlier start (%s)", r->created);
	return withdraw(&p->sd, p->c.proc, &w, p->log, e);
}

static int check_existing(struct publication *p, struct err *e)
{
	cleanup_with(record_free) struct record r = { 0 };
	int result = record_read(&p->sd, p->state->id, &r, e);
	struct withdrawal w = { .id = p->state->id, .sandbox = p->sandbox };

	if (result == 0)
		return meet_existing(p, &r, e);
	if (result != -ENOENT)
		return result;
	*e = (struct err){ 0 };
	/* what a killed withdraw or a removed record left at our place; nearly always there is
	 * nothing */
	if (faccessat(p->sd.export, p->sandbox, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	return withdraw(&p->sd, p->c.proc, &w, p->log, e);
}

static size_t count_published(const struct planned *items, size_t n)
{
	size_t published = 0;

	for (size_t i = 0; i < n; i++)
		published += items[i].skipped[0] == '\0';
	return published;
}

static int write_record(struct publication *p, struct err *e)
{
	struct record r = {
		.version = RECORD_VERSION,
		.id = p->state->id,
		.sandbox = (char *)p->sandbox,
		.bundle = p->state->bundle,
		.nonce = p->nonce,
		.boot_id = p->here.boot_id,
		.created = p->plan.created,
		.access = p->policy->access == ACCESS_RO ? "ro" : "container",
		.republished = "",
		.pending = "",
		.device_major = p->seal.tmpfs.major,
		.device_minor = p->seal.tmpfs.minor,
		.mount_id = (int64_t)p->seal.mount_id,
		.pid = p->process.pid,
		.start_time = (int64_t)p->process.start_time,
		.pid_ns = (int64_t)p->here.pid_ns,
		.mnt_ns = (int64_t)p->here.mnt_ns,
		.volumes_published = (int64_t)count_published(p->plan.volumes, p->plan.n),
		.volumes_total = (int64_t)p->plan.n,
	};

	if (record_write(&p->sd, &r, &p->c, &p->plan, e) < 0)
		return -e->error;
	log_step(p->log, "record", "written");
	return 0;
}

/* tree/<sandbox>/<id>, and the same seen through export/. A sandbox's directory can go between the
 * two, when its last other container does; then again. */
static int make_place(struct publication *p, struct err *e)
{
	for (int i = 0; i < DIRECTORY_TRIES; i++) {
		cleanup_fd int sandbox = -EBADF, target = -EBADF;

		*e = (struct err){ 0 };
		if (at_mkdir(p->sd.tree, p->sandbox, 0755, e) < 0)
			return -e->error;
		sandbox = at_open(p->sd.tree, p->sandbox, O_PATH | O_DIRECTORY, AT_OURS, e);
		if (sandbox >= 0 && at_mkdir(sandbox, p->state->id, 0755, e) == 0) {
			cleanup_close(&sandbox);
			sandbox =
				at_open(p->sd.export, p->sandbox, O_PATH | O_DIRECTORY, AT_OURS, e);
			if (sandbox >= 0)
				target = at_open(sandbox, p->state->id, O_PATH | O_DIRECTORY,
						 AT_OURS, e);
		}
		if (target >= 0)
			return take_fd(&target);
		if (e->error != ENOENT)
			break;
	}
	if (e->error == EXDEV)
		return err_set(e, EX_CANTCREAT, EBUSY, "a foreign mount is at export/%s/%s",
			       p->sandbox, p->state->id);
	return -e->error;
}

static int make_visible(struct publication *p, struct err *e)
{
	cleanup_fd int target = make_place(p, e);

	if (target < 0)
		return err_wrap(e, "make the share's directory");
	if (seal_publish(&p->seal, target, e) < 0)
		return err_wrap(
			e, e->error == ENOSPC
				   ? "publish: this or a mount namespace that receives it is full"
				   : "publish");
	log_step(p->log, "publish", "export/%s/%s mounts=%u", p->sandbox, p->state->id,
		 p->plan.mounts);
	return 0;
}

static int build_share(struct publication *p, struct err *e)
{
	cleanup_with(json_out_free) struct json_out *out = json_out_new(false);
	const char *text;
	size_t length;

	if (!out)
		return err_nomem(e);
	seal_init(&p->seal, &p->sd, p->c.proc, p->state->id, p->nonce, p->policy->selinux_context);
	if (build_plan(&p->c, p->state, &p->seal, p->log, &p->plan, e) < 0)
		return -e->error;
	if (manifest_text(out, &p->c, &p->plan, e) < 0 ||
	    json_out_take(out, &text, &length, e) < 0 || seal_finish(&p->seal, text, length, e) < 0)
		return err_wrap(e, "share.json");
	p->c.sealed = p->seal.id_now;
	log_step(p->log, "build", "mounts=%u", p->plan.mounts);
	return 0;
}

/* With the lock held. 1: it was there already. */
static int publish_locked(struct publication *p, struct err *e)
{
	int there = check_existing(p, e);
	struct err undo = { 0 };
	struct withdrawal w;

	if (there != 0)
		return there;
	if (build_share(p, e) < 0)
		return -e->error;
	if (write_record(p, e) == 0 && make_visible(p, e) == 0)
		return 0;
	w = (struct withdrawal){ .id = p->state->id,
				 .sandbox = p->sandbox,
				 .nonce = p->nonce,
				 .mount_id = p->seal.mount_id,
				 .mnt_ns = p->here.mnt_ns };
	if (withdraw(&p->sd, p->c.proc, &w, p->log, &undo) < 0)
		log_line(p->log, LOG_LEVEL_ERROR, "%s", undo.message);
	return -e->error;
}

/* A user namespace's root may not look at process 1, but then its mounts are the user's own. */
static void say_hidden(const struct publication *p)
{
	cleanup_free char *runtime = NULL;
	struct err ignored = { 0 }; /* without an answer: no warning */

	if (process_user_runtime_directory(&runtime, &ignored) == 0 && runtime)
		log_line(p->log, LOG_LEVEL_WARNING,
			 "export/ is in a user's mount namespace, which the host does not see");
	else if (!process_in_first_namespace(p->c.proc))
		log_line(p->log, LOG_LEVEL_WARNING,
			 "export/ was made in a mount namespace that is not the host's, which may "
			 "not see it; run oci-share setup before");
}

static void say_published(const struct publication *p)
{
	size_t volumes = count_published(p->plan.volumes, p->plan.n),
	       subpaths = count_published(p->plan.subpaths, p->plan.n_subpaths);
	char also[64] = "";

	if (p->plan.n_subpaths > 0)
		(void)snprintf(also, sizeof(also), " and %zu of %zu subpaths", subpaths,
			       p->plan.n_subpaths); /* fits */
	log_line(p->log, LOG_LEVEL_INFO,
		 "published rootfs and %zu of %zu volumes%s at %s/export/%s/%s", volumes, p->plan.n,
		 also, p->policy->share_dir, p->sandbox, p->state->id);
	if (p->sd.made_export)
		say_hidden(p);
	if (!p->plan.verified)
		log_line(p->log, LOG_LEVEL_WARNING,
			 "not all of it could be compared with what the container has");
}

int publish(const struct policy *policy, const struct oci_state *state, struct log *log,
	    struct err *e)
{
	cleanup_with(close_publication) struct publication p = { .policy = policy,
								 .state = state,
								 .log = log,
								 .c = FACTS_CONTEXT_INIT,
								 .sd = SHAREDIR_INIT,
								 .seal = SEAL_INIT };
	int result;

	log_start(log);
	if (policy->enabled == ENABLED_FALSE) {
		log_line(log, LOG_LEVEL_INFO, "not enabled for this container");
		return 0;
	}
	if (oci_sandbox_id(state, policy->sandbox_from, &p.sandbox, e) < 0 ||
	    build_open(policy, state, &p.config, &p.c, e) < 0)
		return -e->error;
	log_step(log, "decode", "mounts=%zu", p.config.mounts.n);
	if (identify(&p, e) < 0 || sharedir_create(policy, p.c.proc, &p.sd, e) < 0 ||
	    sharedir_lock(&p.sd, state->id, SHAREDIR_WAIT_MS, e) < 0)
		return -e->error;
	p.c.sd = &p.sd;
	log_step(log, "lock", "share_dir=%s", policy->share_dir);
	result = publish_locked(&p, e);
	sharedir_unlock(&p.sd, state->id);
	if (result < 0)
		return result;
	if (result == 0)
		say_published(&p);
	else
		log_line(log, LOG_LEVEL_INFO, "published already");
	gc_sweep(policy, &p.sd, p.c.proc, &p.here, state->id, log);
	return 0;
}
