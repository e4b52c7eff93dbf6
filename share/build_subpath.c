/* Subpaths of volumes into a share. */
#include "share/build_subpath.h"

#include <string.h>

#include "common/str.h"
#include "share/subpath.h"

/* The volume again, whose descriptor is long closed: it must be the one that was planned. */
static int open_volume(struct builder *b, const struct planned *volume, struct err *e)
{
	struct facts again;
	cleanup_fd int fd = facts_measure(b->c, (int)volume->index, &again, e);

	if (e->exit_code)
		return -e->error;
	facts_free(&again);
	if (fd < 0 || !at_id_equal(again.id, volume->facts.id) ||
	    again.mount_id != volume->facts.mount_id || again.match != volume->facts.match)
		return err_set(e, EX_NOPERM, EPERM, "refuse volume %u (%s): it was exchanged",
			       volume->index, volume->mount->path);
	return take_fd(&fd);
}

enum pass { PASS_EXISTING, PASS_MISSING };

/* What is there, or is made now. -ENOENT without an error: it is to be made in the next pass, or,
 * where nothing is built, only planned. */
static int open_subpath(struct builder *b, const struct planned *p, int volume, enum pass pass,
			struct err *e)
{
	int fd = subpath_open(volume, p->subpath->path, e);

	if (fd != -ENOENT || !plan_may_create(b->c->policy, p))
		return fd;
	*e = (struct err){ 0 };
	if (pass == PASS_EXISTING || !b->seal)
		return -ENOENT;
	/* where the share cannot be made nothing is made for it */
	if (builder_open_seal(b, e) < 0)
		return -e->error;
	return subpath_make_dir(volume, p->subpath->path, SUBPATH_MODE, p->volume->facts.uid,
				p->volume->facts.gid, e);
}

static int measure(struct builder *b, struct planned *p, int fd, struct err *e)
{
	int result;

	p->source = str_format("%s/%s", p->volume->source, p->subpath->path);
	if (!p->source)
		return err_nomem(e);
	if (fd < 0) { /* only planned */
		p->facts = (struct facts){ .error = ENOENT };
		p->directory = true;
		return 0;
	}
	result = facts_measure_open(b->c, fd, &p->facts, e);
	if (e->exit_code)
		return result;
	p->kind = kind_of(p->mount, p->source, &p->facts, b->c->policy->kubelet_dir, false);
	plan_subpath_facts(b->c->policy, builder_mounts(b), p);
	return 0;
}

/* The descriptor of what is to be cloned now, or -ENOENT without an error. */
static int open_and_plan(struct builder *b, struct planned *p, enum pass pass, struct err *e)
{
	cleanup_fd int volume = open_volume(b, p->volume, e), fd = -EBADF;

	if (volume < 0)
		return volume;
	fd = open_subpath(b, p, volume, pass, e);
	if (e->exit_code)
		return -e->error;
	if (fd < 0 && pass == PASS_EXISTING) {
		p->made = true;
		return -ENOENT;
	}
	if (measure(b, p, fd, e) < 0)
		return -e->error;
	log_step(b->log, "plan", "subpath=%u destination=%s path=%s readonly=%d%s%s", p->index,
		 p->mount->path, p->subpath->path, p->readonly, p->skipped[0] ? " skipped: " : "",
		 p->skipped);
	return p->skipped[0] ? -ENOENT : take_fd(&fd);
}

static int build_one(struct builder *b, struct planned *p, enum pass pass, struct err *e)
{
	cleanup_fd int fd = -EBADF;

	if (pass == PASS_EXISTING ? !plan_subpath(p) : !p->made)
		return 0;
	fd = open_and_plan(b, p, pass, e);
	if (e->exit_code)
		return planned_fail(p, e);
	return fd < 0 ? 0 : builder_add(b, &fd, p, e);
}

static int prepare(struct builder *b, unsigned i, struct err *e)
{
	struct planned *p = &b->plan->subpaths[i];
	int volume;

	p->index = i;
	p->subpath = &b->c->policy->subpaths.items[i];
	volume = plan_find_volume(b->c->config, p->subpath->destination, e);
	if (volume >= 0)
		p->volume = &b->plan->volumes[volume];
	return volume;
}

int build_subpaths(struct builder *b, struct err *e)
{
	unsigned n = (unsigned)b->plan->n_subpaths;

	for (unsigned i = 0; i < n; i++)
		if (prepare(b, i, e) < 0)
			return planned_fail(&b->plan->subpaths[i], e);
	for (enum pass pass = PASS_EXISTING; pass <= PASS_MISSING; pass++)
		for (unsigned i = 0; i < n; i++)
			if (build_one(b, &b->plan->subpaths[i], pass, e) < 0)
				return -e->error;
	return 0;
}
