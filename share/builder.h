/* Clones of sources, each shaped and attached when the next is made. For build.c and
 * build_subpath.c. */
#pragma once

#include "common/log.h"
#include "share/plan.h"
#include "share/seal.h"

/* Clones that are not attached yet: whether there are mounts below them shows in the id of the next
 * mount that we make. The kernel numbers mounts one by one, a recursive clone's root first; if the
 * next number is the first root's plus the number of clones, each is a single mount, and no mount
 * table had to be read. Several are pending, so that only one number in so many is asked for, and
 * most containers need none that the share's own mount does not give. */
enum { PENDING_MAX = 16 };

struct pending {
	int source, clone;
	uint64_t mount_id; /* 0: not asked for, or the kernel's ids are not unique */
	struct planned *p;
};

struct builder {
	struct facts_context *c;
	struct seal *seal; /* NULL: clones are made and dropped */
	struct log *log;
	const struct oci_state *state;
	struct plan *plan;
	struct pending pending[PENDING_MAX];
	unsigned n; /* pending */
};

/* Clone what is pinned at *source, which is taken, as 'p' says. When enough are pending they are
 * settled: shaped and attached, or skipped for what lies below them. 'p' stays the caller's and
 * must outlive that. */
int builder_add(struct builder *b, int *source, struct planned *p, struct err *e) must_use;

/* Make the share's mount now, for whose number what is pending is settled. Does nothing where it is
 * there, or nothing is built. */
int builder_open_seal(struct builder *b, struct err *e) must_use;

/* Settle what is pending, which has no next. */
int builder_flush(struct builder *b, struct err *e) must_use;

/* How many mounts there will be in the share so far, without those below what is pending. */
static inline unsigned builder_mounts(const struct builder *b)
{
	return b->plan->mounts + b->n;
}

/* Drop what is pending. */
void builder_drop(struct builder *b);
