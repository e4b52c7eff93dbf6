/* Clones of sources, each shaped and attached when the next is made. For build.c and
 * build_subpath.c. */
#pragma once

#include "common/log.h"
#include "share/plan.h"
#include "share/seal.h"

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
	struct seal *seal; /* NULL: clones are made and dropped */
	struct log *log;
	const struct oci_state *state;
	struct plan *plan;
	struct pending pending;
};

#define BUILDER_NOTHING_PENDING                   \
	{                                         \
		.source = -EBADF, .clone = -EBADF \
	}

/* Clone what is pinned at *source, which is taken, as 'p' says; the clone before it is settled
 * then: shaped and attached, or skipped for what lies below it. 'p' stays the caller's and must
 * outlive that. */
int builder_add(struct builder *b, int *source, struct planned *p, struct err *e) must_use;

/* Settle the last one, which has no next. */
int builder_flush(struct builder *b, struct err *e) must_use;

/* How many mounts there will be in the share so far. */
static inline unsigned builder_mounts(const struct builder *b)
{
	return b->plan->mounts + (b->pending.clone >= 0);
}

/* Drop what is pending. */
void builder_drop(struct builder *b);
