/* From config.json to a plan and the sealed share that it describes. */
#include "share/build.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/mount.h"
#include "common/str.h"
#include "share/match.h"
#include "share/watch.h"

/* A clone that is not attached yet: whether there are mounts below it shows in the id of the next
 * mount that we make. The kernel numbers mounts one by one, a recursive clone's root first; if the
 * next number is the root's plus one, the clone is a single mount, and no mount table had to be
 * read. */
struct pending {
	int source, clone;
	uint64_t mount_id; /* 0: the kernel's ids are not unique, nothing follows from them */
	struct planned *p;
};

struct builder {
	struct facts_context *c;
	struct seal *seal;
	struct log *log;
	struct plan *plan;
	struct pending pending;
};

static void drop_pending(struct builder *b)
{
	cleanup_close(&b->pending.source);
	cleanup_close(&b->pending.clone);
	b->pending = (struct pending){ .source = -EBADF, .clone = -EBADF };
}

int build_open(const struct policy *policy, const struct oci_state *state,
	       struct oci_config *config, struct facts_context *c, struct err *e)
{
	c->policy = policy;
	c->config = config;
	c->bundle_path = state->bundle;
	c->proc = at_open_proc(e);
	if (c->proc < 0)
		return c->proc;
	c->bundle =
		at_open(AT_FDCWD, state->bundle, O_PATH | O_DIRECTORY, RESOLVE_NO_MAGICLINKS, e);
	if (c->bundle < 0) {
		if (c->bundle == -ENOENT || c->bundle == -ENOTDIR)
			e->exit_code = EX_NOINPUT;
		return err_wrap(e, "bundle");
	}
	if (oci_config_load(c->bundle, config, e) < 0)
		return err_wrap(e, "bundle '%s'", state->bundle);
	c->direct_volumes = at_try(AT_FDCWD, policy->direct_volumes_dir, O_PATH | O_DIRECTORY,
				   RESOLVE_NO_MAGICLINKS);
	return 0;
}

/* Shape before anything can see it, then attach. */
static int shape_and_attach(struct builder *b, int clone, const struct planned *p, struct err *e)
{
	uint64_t attributes =
		MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (p->readonly ? MOUNT_ATTR_RDONLY : 0);

	/* recursive in any case: a mount that came below a shared source since it was cloned could
	 * be in it */
	if (mount_shape(clone, attributes, MS_PRIVATE, true, e) < 0)
		return -e->error;
	if (b->seal && seal_add(b->seal, clone, p->mount ? (int)p->index : -1, p->directory, e) < 0)
		return -e->error;
	b->plan->mounts++;
	b->plan->verified &= p->verified;
	return 0;
}

/* What the kernel does not clone is a volume's own trouble; a root filesystem's is the share's. */
static int skip_uncloned(int result, struct planned *p, struct err *e)
{
	if (result != -EINVAL || !p->mount)
		return result;
	*e = (struct err){ 0 };
	(void)snprintf(p->skipped, sizeof(p->skipped),
		       "cannot be cloned: unbindable, locked or in another namespace"); /* fits */
	return 0;
}

/* The clone may have mounts below: look which, and clone again without them where they may not be
 * shown. */
static int settle_below(struct builder *b, struct pending *n, struct err *e)
{
	struct below below;

	if (below_measure(b->c, n->source, &n->p->facts, &below, e) < 0)
		return -e->error;
	if (below.n > 0)
		plan_below(b->c->policy, &below, b->plan->mounts, n->p);
	if (n->p->skipped[0])
		return 0;
	if (!n->p->recursive) {
		close(n->clone);
		n->clone = mount_clone(n->source, false, e);
		if (n->clone < 0)
			return skip_uncloned(n->clone, n->p, e);
	}
	if (shape_and_attach(b, n->clone, n->p, e) < 0)
		return -e->error;
	b->plan->mounts += n->p->recursive ? below.n : 0;
	return 0;
}

/* 'next': the id of the mount made after the pending clone; 0: unknown. */
static int settle(struct builder *b, uint64_t next, struct err *e)
{
	struct pending *n = &b->pending;
	int result = 0;

	if (n->clone < 0)
		return 0;
	if (n->p->mount && b->plan->mounts >= b->c->policy->max_mounts)
		plan_too_many(b->c->policy, n->p);
	else if (!n->p->recursive || (n->mount_id > 0 && next == n->mount_id + 1))
		result = shape_and_attach(b, n->clone, n->p, e);
	else
		result = settle_below(b, n, e);
	if (result < 0 && n->p->mount)
		(void)err_wrap(e, "publish volume %u (%s)", n->p->index, n->p->mount->path);
	else if (result < 0)
		(void)err_wrap(e, "publish root filesystem");
	drop_pending(b);
	return result;
}

/* Make the clone; the one before it can be settled then. Takes 'source'. */
static int add(struct builder *b, int *source, struct planned *p, struct err *e)
{
	cleanup_fd int fd = take_fd(source), clone = mount_clone(fd, p->recursive, e);
	struct statx sx;
	uint64_t id;

	if (clone < 0)
		return skip_uncloned(clone, p, e);
	if (at_statx(clone, &sx, e) < 0)
		return -e->error;
	id = sx.stx_mask & STATX_MNT_ID_UNIQUE ? sx.stx_mnt_id : 0;
	if (settle(b, id, e) < 0)
		return -e->error;
	b->pending = (struct pending){ take_fd(&fd), take_fd(&clone), id, p };
	return 0;
}

/* Settle the last one, which has no next: make a mount only to see its number. */
static int flush(struct builder *b, struct err *e)
{
	struct statx sx = { 0 };
	cleanup_fd int probe = -EBADF;

	if (b->pending.clone >= 0 && b->pending.p->recursive && b->pending.mount_id > 0) {
		probe = mount_clone(b->pending.clone, false, e);
		if (probe == -EINVAL) { /* before Linux 6.15 a detached mount cannot be cloned */
			*e = (struct err){ 0 };
			probe = mount_clone(b->pending.source, false, e);
		}
		if (probe == -EINVAL)
			*e = (struct err){
				0
			}; /* it has mounts below that are locked to it; look */
		else if (probe < 0 || at_statx(probe, &sx, e) < 0)
			return -e->error;
	}
	return settle(b, sx.stx_mnt_id, e);
}

static int build_rootfs(struct builder *b, const struct oci_state *state, struct err *e)
{
	struct planned *p = &b->plan->rootfs;
	struct facts facts;
	cleanup_fd int fd = facts_measure(b->c, -1, &facts, e);

	if (e->exit_code || plan_rootfs(b->c->policy, b->c->config, &facts, p, e) < 0)
		return -e->error;
	p->source = facts_absolute(b->c, b->c->config->root.path);
	if (!p->source)
		return err_nomem(e);
	if (match_find_container(b->c, state->pid, &facts, e) < 0)
		return -e->error;
	p->verified = b->c->container >= 0;
	log_step(b->log, "plan", "rootfs fstype=%s readonly=%d", facts.mount->fstype, p->readonly);
	return add(b, &fd, p, e);
}

static bool is_podman(const struct oci_state *state)
{
	const char *manager = oci_annotation(state, "io.container.manager");

	return manager && str_equal(manager, "libpod");
}

/* Measure and plan one volume. Returns its descriptor where it is to be cloned, else -ENOENT
 * without an error. */
static int measure_and_plan(struct builder *b, const struct oci_state *state, unsigned i,
			    struct planned *p, struct err *e)
{
	const struct oci_mount *m = oci_mount(b->c->config, i);
	bool bind = m->flags & OCI_MOUNT_BIND;
	const struct policy *policy = b->c->policy;
	cleanup_fd int fd = -ENOENT;

	if (bind)
		fd = facts_measure(b->c, (int)i, &p->facts, e);
	else
		p->facts.error = ENOENT; /* there is no source to look at */
	if (e->exit_code)
		return -e->error;
	if (m->source && m->source[0]) {
		p->source = bind ? facts_absolute(b->c, m->source) : strdup(m->source);
		if (!p->source)
			return err_nomem(e);
	}
	p->kind = kind_of(m, p->source, &p->facts, policy->kubelet_dir, is_podman(state));
	if (plan_may_watch(policy, p->kind, &p->facts))
		p->facts.entries = kind_may_not_answer(p->facts.mount->fstype)
					   ? -EREMOTE
					   : watch_count(fd, policy->watchable_limit);
	if (p->facts.entries < 0 && err_is_transient(-p->facts.entries))
		return err_sys(e, -p->facts.entries, "count entries");
	if (plan_volume(policy, b->c->config, i, b->plan->mounts + (b->pending.clone >= 0), p, e) <
	    0)
		return -e->error;
	log_step(b->log, "plan", "volume=%u destination=%s kind=%s readonly=%d watchable=%d%s%s", i,
		 m->path, kind_name(p->kind), p->readonly, p->watchable,
		 p->skipped[0] ? " skipped: " : "", p->skipped);
	return p->skipped[0] ? -ENOENT : take_fd(&fd);
}

static int build_volumes(struct builder *b, const struct oci_state *state, struct err *e)
{
	for (unsigned i = 0; i < b->plan->n; i++) {
		struct planned *p = &b->plan->volumes[i];
		cleanup_fd int fd = -EBADF;

		/* near the limit it matters whether the last one is published, and with how many
		 * mounts below */
		if (b->plan->mounts + 1 >= b->c->policy->max_mounts && flush(b, e) < 0)
			return -e->error;
		fd = measure_and_plan(b, state, i, p, e);
		if (e->exit_code)
			return err_wrap(e, "publish volume %u (%s)", i,
					oci_mount(b->c->config, i)->path);
		if (fd >= 0 && add(b, &fd, p, e) < 0)
			return -e->error;
	}
	return 0;
}

int build_plan(struct facts_context *c, const struct oci_state *state, struct seal *seal,
	       struct log *log, struct plan *ret, struct err *e)
{
	cleanup_with(plan_free) struct plan plan = { .state = state, .verified = true };
	struct builder b = { .c = c,
			     .seal = seal,
			     .log = log,
			     .plan = &plan,
			     .pending = { .source = -EBADF, .clone = -EBADF } };
	int result;

	plan.volumes = calloc(c->config->mounts.n + 1, sizeof(*plan.volumes));
	if (!plan.volumes)
		return err_nomem(e);
	plan.n = c->config->mounts.n;
	if (oci_sandbox_id(state, c->policy->sandbox_from, &plan.sandbox, e) < 0)
		return -e->error;
	clock_utc_now(plan.created);
	result = build_rootfs(&b, state, e);
	if (result == 0)
		result = build_volumes(&b, state, e);
	if (result == 0)
		result = flush(&b, e);
	drop_pending(&b);
	if (result < 0)
		return result;
	*ret = plan;
	plan = (struct plan){ 0 };
	return 0;
}
