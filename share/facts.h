/* Facts: what the kernel says of a source, measured on the one descriptor that is cloned later.
 * Nothing here decides.
 *
 * What is asked is answered by the kernel itself, not by the filesystem: no automount is triggered,
 * and a dead server cannot make it hang where its mount is the source. A source within such a mount
 * must be looked up there, as the engine had to; the engine's timeout for hooks bounds that. */
#pragma once

#include "common/at.h"
#include "common/mountinfo.h"
#include "oci-spec/config.h"
#include "share/direct.h"
#include "share/policy.h"
#include "share/sharedir.h"

/* Where a source lies, seen from share_dir. */
enum facts_place { PLACE_ELSEWHERE, PLACE_ABOVE, PLACE_HOST_ROOT, PLACE_INSIDE };

/* What the container has at the destination, compared with what we opened. */
enum facts_match {
	MATCH_UNKNOWN,	 /* no pid, or no such process */
	MATCH_SAME,	 /* the same file or directory */
	MATCH_ABSENT,	 /* the engine has mounted nothing there yet */
	MATCH_COVERED,	 /* a later mount covers it */
	MATCH_DIFFERENT, /* something else is there: the source was exchanged, or the mount moved
			    aside */
};

struct facts {
	int error;     /* errno of opening the source; 0: all below is valid */
	unsigned type; /* S_IFMT bits */
	struct at_id id;
	uint32_t uid, gid; /* owner */
	uint32_t rdev_major, rdev_minor;
	uint64_t mount_id;
	bool mount_root;	       /* the source is the root of its mount */
	const struct mountinfo *mount; /* of the mount in which it lies; belongs to the cache */
	struct direct *direct; /* what is recorded of it as direct-assigned, or NULL; whoever has
				  the facts owns it: facts_free() */
	enum facts_place place;
	enum facts_match match;
	unsigned covered_by; /* of MATCH_COVERED: index in mounts[] */
	int entries;	     /* of a volume that may be watchable: watch_count() */
};

/* What is the same for all volumes of one run. */
struct facts_context {
	int proc, bundle, direct_volumes; /* O_PATH; direct_volumes may be -ENOENT */
	int container; /* the container's rootfs seen from its own namespace, or -ENOENT */
	const char *bundle_path; /* for messages and path rules; never resolved again */
	int engine_mounted; /* 0: not asked yet, 1: the engine has mounted something, -1: nothing */
	const struct sharedir *sd; /* NULL: there is none yet */
	uint64_t sealed;	   /* id of the mount that clones were attached to; 0: none */
	const struct policy *policy;
	const struct oci_config *config;
	struct facts_mount {
		uint64_t id;
		bool outside; /* no place on it is inside share_dir */
		struct mountinfo info;
		struct facts_mount *next;
	} * mounts; /* cache */
};

#define FACTS_CONTEXT_INIT                                                                        \
	{                                                                                         \
		.proc = -EBADF, .bundle = -EBADF, .direct_volumes = -ENOENT, .container = -ENOENT \
	}

void facts_close(struct facts_context *c);
void facts_free(struct facts *f);

/* A path of config.json as a clean absolute one: relative paths begin at the bundle. NULL: no
 * memory; the caller frees. */
char *facts_absolute(const struct facts_context *c, const char *path) must_use;

/* Open mounts[i]'s source, or, where i is -1, the root filesystem, and measure it. Returns the
 * pinned O_PATH descriptor; -ENOENT without an error where there is none, ret->error says why. A
 * negative errno with an error only where the system fails. */
int facts_measure(struct facts_context *c, int i, struct facts *ret, struct err *e) must_use;

/* The same for something that is open already; nothing of it is compared or looked up. */
int facts_measure_open(struct facts_context *c, int fd, struct facts *ret, struct err *e) must_use;

/* Facts of a mount, cached. It belongs to the context. */
int facts_mount(struct facts_context *c, uint64_t id, struct facts_mount **ret,
		struct err *e) must_use;

/* Find where an open file lies, seen from share_dir; 'f' has its type and id. 'm' is its mount. */
int facts_find_place(const struct facts_context *c, int fd, struct facts_mount *m, struct facts *f,
		     struct err *e) must_use;

/* The path of a descriptor as the kernel sees it from our root. */
int facts_path(int proc, int fd, char *ret, size_t size, struct err *e) must_use;
