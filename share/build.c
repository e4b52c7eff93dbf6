/* From config.json to a plan and the sealed share that it describes. */
#include "share/build.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/str.h"
#include "share/build_subpath.h"
#include "share/builder.h"
#include "share/match.h"
#include "share/watch.h"

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
	for (size_t i = 0; i < policy->subpaths.n; i++)
		if (plan_find_volume(config, policy->subpaths.items[i].destination, e) < 0)
			return err_wrap(e, "annotation 'io.oci-share.subpaths'");
	c->direct_volumes = direct_open(policy->direct_volumes_dir, e);
	return e->exit_code ? -e->error : 0;
}

static int build_rootfs(struct builder *b, struct err *e)
{
	struct planned *p = &b->plan->rootfs;
	struct facts facts;
	cleanup_fd int fd = facts_measure(b->c, -1, &facts, e);

	if (e->exit_code || plan_rootfs(b->c->policy, b->c->config, &facts, p, e) < 0)
		return -e->error;
	p->source = facts_absolute(b->c, b->c->config->root.path);
	if (!p->source)
		return err_nomem(e);
	if (match_find_container(b->c, b->state->pid, &facts, e) < 0)
		return -e->error;
	p->verified = b->c->container >= 0;
	log_step(b->log, "plan", "rootfs fstype=%s readonly=%d", facts.mount->fstype, p->readonly);
	return builder_add(b, &fd, p, e);
}

static bool is_podman(const struct oci_state *state)
{
	const char *manager = oci_annotation(state, "io.container.manager");

	return manager && str_equal(manager, "libpod");
}

/* Measure and plan one volume. Returns its descriptor where it is to be cloned, else -ENOENT
 * without an error. */
static int measure_and_plan(struct builder *b, unsigned i, struct planned *p, struct err *e)
{
	const struct oci_mount *m = oci_mount(b->c->config, i);
	bool bind = m->flags & OCI_MOUNT_BIND;
	const struct policy *policy = b->c->policy;
	cleanup_fd int fd = -ENOENT;

	p->index = i;
	p->mount = m; /* an error is named by it */
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
	p->kind = kind_of(m, p->source, &p->facts, policy->kubelet_dir, is_podman(b->state));
	if (plan_may_watch(policy, p->kind, &p->facts))
		p->facts.entries = kind_may_not_answer(p->facts.mount->fstype)
					   ? -EREMOTE
					   : watch_count(fd, policy->watchable_limit);
	if (p->facts.entries < 0 && err_is_transient(-p->facts.entries))
		return err_sys(e, -p->facts.entries, "count entries");
	if (plan_volume(policy, b->c->config, i, builder_mounts(b), p, e) < 0)
		return -e->error;
	log_step(b->log, "plan", "volume=%u destination=%s kind=%s readonly=%d watchable=%d%s%s", i,
		 m->path, kind_name(p->kind), p->readonly, p->watchable,
		 p->skipped[0] ? " skipped: " : "", p->skipped);
	return p->skipped[0] ? -ENOENT : take_fd(&fd);
}

static int build_volumes(struct builder *b, struct err *e)
{
	for (unsigned i = 0; i < b->plan->n; i++) {
		struct planned *p = &b->plan->volumes[i];
		cleanup_fd int fd = -EBADF;

		/* near the limit it matters whether those before are published, and with how many
		 * mounts below */
		if (builder_mounts(b) >= b->c->policy->max_mounts && builder_flush(b, e) < 0)
			return -e->error;
		fd = measure_and_plan(b, i, p, e);
		if (e->exit_code)
			return planned_fail(p, e);
		if (fd >= 0 && builder_add(b, &fd, p, e) < 0)
			return -e->error;
	}
	return 0;
}

int build_plan(struct facts_context *c, const struct oci_state *state, struct seal *seal,
	       struct log *log, struct plan *ret, struct err *e)
{
	cleanup_with(plan_free) struct plan plan = { .state = state, .verified = true };
	struct builder b = { .c = c, .seal = seal, .log = log, .state = state, .plan = &plan };
	int result;

	plan.volumes = calloc(c->config->mounts.n + 1, sizeof(*plan.volumes));
	if (!plan.volumes)
		return err_nomem(e);
	plan.n = c->config->mounts.n;
	plan.subpaths = calloc(c->policy->subpaths.n + 1, sizeof(*plan.subpaths));
	if (!plan.subpaths)
		return err_nomem(e);
	plan.n_subpaths = c->policy->subpaths.n;
	if (oci_sandbox_id(state, c->policy->sandbox_from, &plan.sandbox, e) < 0)
		return -e->error;
	clock_utc_now(plan.created);
	result = build_rootfs(&b, e);
	if (result == 0)
		result = build_volumes(&b, e);
	if (result == 0)
		result = build_subpaths(&b, e);
	if (result == 0)
		result = builder_flush(&b, e);
	builder_drop(&b);
	if (result < 0)
		return result;
	*ret = plan;
	plan = (struct plan){ 0 };
	return 0;
}
