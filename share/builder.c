/* Clones, attached in order. */
#include "share/builder.h"

#include <stdio.h>

#include "common/mount.h"

void builder_drop(struct builder *b)
{
	cleanup_close(&b->pending.source);
	cleanup_close(&b->pending.clone);
	b->pending = (struct pending){ .source = -EBADF, .clone = -EBADF };
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
	if (b->seal && seal_add(b->seal, clone, p->path, p->directory, e) < 0)
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
	if (result < 0)
		(void)planned_fail(n->p, e);
	builder_drop(b);
	return result;
}

int builder_add(struct builder *b, int *source, struct planned *p, struct err *e)
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

/* Make a mount only to see its number. */
int builder_flush(struct builder *b, struct err *e)
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
