/* The plan: what is published of a container, how, and why not. Pure: config, policy and facts in,
 * plan out; publish.c carries it out, manifest.c writes it down, 'oci-share plan' prints it. */
#pragma once

#include "common/clock.h"
#include "share/below.h"
#include "share/facts.h"
#include "share/kind.h"

enum { PLAN_REASON_SIZE = 96, PLAN_PATH_SIZE = 24 };

struct planned {
	const struct oci_mount *mount; /* NULL: the root filesystem */
	unsigned index;		       /* in mounts[], or in the annotation's subpaths */
	char path[PLAN_PATH_SIZE];     /* in the share, where it is published */
	/* of a subpath: what was asked for, and the volume that it lies in */
	const struct subpath_request *subpath;
	const struct planned *volume;
	bool subpaths_only; /* of a volume: it would be published, but only its subpaths are */
	bool made;	    /* of a subpath: its directory is made for it */
	enum kind kind;
	char skipped[PLAN_REASON_SIZE]; /* why it is not published; "": it is */
	bool readonly, directory, verified;
	bool recursive;			 /* cloned with the mounts below */
	char top_only[PLAN_REASON_SIZE]; /* why it is not */
	bool may_watch, watchable;
	char unwatchable[PLAN_REASON_SIZE]; /* of a kind that can be watchable: why it is not */
	/* what is recorded of it */
	struct facts facts;
	char *source; /* clean and absolute; NULL: none */
};

struct plan {
	const struct oci_state *state;
	const char *sandbox;
	char created[CLOCK_UTC_SIZE]; /* ISO 8601, UTC */
	bool verified;		      /* all that is published is what the container has */
	struct planned rootfs, *volumes;
	size_t n;
	struct planned *subpaths;
	size_t n_subpaths;
	unsigned mounts; /* in the share so far */
};

/* The rootfs. Exit 65, 66, 77: it cannot be published, and so nothing is. */
int plan_rootfs(const struct policy *policy, const struct oci_config *config,
		const struct facts *facts, struct planned *ret, struct err *e) must_use;

/* Whether a volume's entries are to be counted before plan_volume(). */
bool plan_may_watch(const struct policy *policy, enum kind kind, const struct facts *facts);

/* Volume 'index' with its kind, facts and source; 'mounts' are in the share so far. Exit 77: it is
 * not what the container has, and nothing of it is hidden by a later mount, so someone exchanged
 * it. */
int plan_volume(const struct policy *policy, const struct oci_config *config, unsigned index,
		unsigned mounts, struct planned *p, struct err *e) must_use;

/* Which of mounts[] the container has at that destination. -ENOENT, exit 65: none. */
int plan_find_volume(const struct oci_config *config, const char *destination,
		     struct err *e) must_use;

/* A subpath of a volume that was planned; p->subpath and p->volume are set. First, whether there is
 * something to open: false, and skipped, as its volume is. */
bool plan_subpath(struct planned *p);

/* Whether missing directories of a subpath may be made: where the settings say so, and in volumes
 * that the container itself may write. */
bool plan_may_create(const struct policy *policy, const struct planned *p);

/* Then, with kind, facts and source. */
void plan_subpath_facts(const struct policy *policy, unsigned mounts, struct planned *p);

/* Wrap an error with what it was that could not be published. Returns -e->error. */
int planned_fail(const struct planned *p, struct err *e);

/* What is known once the source was cloned: the mounts below. May take 'recursive' back, or skip
 * the volume. */
void plan_below(const struct policy *policy, const struct below *below, unsigned mounts,
		struct planned *p);

/* The share was full when its turn came: skip it. */
void plan_too_many(const struct policy *policy, struct planned *p);

void plan_free(struct plan *plan);
