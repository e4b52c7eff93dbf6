/* Clones, attached in order. */
#include "share/builder.h"

#include <stdio.h>

#include "common/mount.h"
#include "common/syscalls.h"

static int compare_fds(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b; /* both from 0 on */
}

/* Descriptors that follow each other go by one call, and nearly all that are pending do. */
static void close_run(int first, int n)
{
	if (n > 1 && sys_close_range((unsigned)first, (unsigned)(first + n - 1)) == 0)
		return;
	for (int i = 0; i < n; i++)
		close(first + i);
}

void builder_drop(struct builder *b)
{
	int fds[2 * PENDING_MAX] = { 0 }, n = 0;

	for (unsigned i = 0; i < b->n; i++) {
		fds[n++] = b->pending[i].source;
		if (b->pending[i].clone >= 0) /* it could not be cloned again */
			fds[n++] = b->pending[i].clone;
	}
	qsort(fds, (size_t)n, sizeof(*fds), compare_fds);
	for (int i = 0, start = 0; i < n; i++)
		if (i + 1 == n || fds[i + 1] != fds[i] + 1) {
			close_run(fds[start], i + 1 - start);
			start = i + 1;
		}
	b->n = 0;
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

/* 'next': the id of the mount made after this clone; 0: unknown. */
static int settle_one(struct builder *b, struct pending *n, uint64_t next, struct err *e)
{
	int result;

	if (n->p->mount && b->plan->mounts >= b->c->policy->max_mounts) {
		plan_too_many(b->c->policy, n->p);
		return 0;
	}
	if (!n->p->recursive || (n->mount_id > 0 && next == n->mount_id + 1))
		result = shape_and_attach(b, n->clone, n->p, e);
	else
		result = settle_below(b, n, e);
	return result < 0 ? planned_fail(n->p, e) : 0;
}

static int ask_id(struct pending *n, struct err *e)
{
	struct statx sx;

	if (at_statx(n->clone, &sx, e) < 0)
		return -e->error;
	n->mount_id = sx.stx_mask & STATX_MNT_ID_UNIQUE ? sx.stx_mnt_id : 0;
	return 0;
}

/* 'next': the id of the mount made after the last clone; 0: unknown. */
static int settle(struct builder *b, uint64_t next, struct err *e)
{
	struct pending *first = b->pending;
	bool single = next == first->mount_id + b->n;
	int result = 0;

	/* else something lies below one of them, or others made mounts meanwhile: each by its own
	 */
	for (unsigned i = 1; i < b->n && first->mount_id > 0 && result == 0; i++) {
		if (single)
			first[i].mount_id = first->mount_id + i;
		else
			result = ask_id(&first[i], e);
	}
	for (unsigned i = 0; i < b->n && result == 0; i++)
		result = settle_one(b, &first[i], i + 1 < b->n ? first[i + 1].mount_id : next, e);
	builder_drop(b);
	return result;
}

/* The share's own mount is made when the first clones are there, so that its number tells of them.
 */
static bool has_number_to_spare(const struct builder *b)
{
	return b->seal && b->seal->fd < 0;
}

/* The number of a mount made after the last clone; 0: unknown. */
static int next_id(struct builder *b, uint64_t *ret, struct err *e)
{
	struct pending *last = &b->pending[b->n - 1];
	struct statx sx = { 0 };
	cleanup_fd int probe = -EBADF;

	if (has_number_to_spare(b)) {
		if (seal_open(b->seal, e) < 0)
			return -e->error;
		*ret = b->seal->mount_id;
		return 0;
	}
	if (!last->p->recursive) { /* it is one mount, and the last one of them */
		if (ask_id(last, e) < 0)
			return -e->error;
		*ret = last->mount_id > 0 ? last->mount_id + 1 : 0;
		return 0;
	}
	/* made only to see its number: to drop it takes 50 us, and only the last of more than
	 * PENDING_MAX, or of a mere plan, need it */
	probe = mount_clone(last->clone, false, e);
	if (probe == -EINVAL) { /* before Linux 6.15 a detached mount cannot be cloned */
		*e = (struct err){ 0 };
		probe = mount_clone(last->source, false, e);
	}
	if (probe == -EINVAL)
		*e = (struct err){ 0 }; /* it has mounts below that are locked to it; look */
	else if (probe < 0 || at_statx(probe, &sx, e) < 0)
		return -e->error;
	*ret = sx.stx_mnt_id;
	return 0;
}

int builder_flush(struct builder *b, struct err *e)
{
	uint64_t next = 0;

	if (b->n > 0 && b->pending[0].mount_id > 0 && next_id(b, &next, e) < 0)
		return -e->error;
	return settle(b, next, e);
}

int builder_open_seal(struct builder *b, struct err *e)
{
	if (!has_number_to_spare(b))
		return 0;
	return builder_flush(b, e) < 0 ? -e->error : seal_open(b->seal, e);
}

int builder_add(struct builder *b, int *source, struct planned *p, struct err *e)
{
	cleanup_fd int fd = take_fd(source), clone = -EBADF;
	struct pending new;

	if (b->n == PENDING_MAX && builder_open_seal(b, e) < 0)
		return -e->error;
	clone = mount_clone(fd, p->recursive, e);
	if (clone < 0)
		return skip_uncloned(clone, p, e);
	new = (struct pending){ .source = fd, .clone = clone, .p = p };
	if ((b->n == 0 || b->n == PENDING_MAX) && ask_id(&new, e) < 0)
		return -e->error;
	if (b->n == PENDING_MAX && settle(b, new.mount_id, e) < 0)
		return -e->error;
	b->pending[b->n++] = new;
	(void)take_fd(&fd);
	(void)take_fd(&clone);
	return 0;
}
