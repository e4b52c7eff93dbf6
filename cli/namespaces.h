/* The mount namespaces of all processes that can be seen, and what is mounted in them. A namespace
 * that only a descriptor or a bind of its file holds is not seen. */
#pragma once

#include <sys/types.h>

#include "common/mountinfo.h"

enum { NAMESPACE_COMM_SIZE = 16 };

struct namespaces {
	struct namespace
	{
		uint64_t id; /* inode number of its file */
		struct namespace_process {
			pid_t pid;
			char comm[NAMESPACE_COMM_SIZE];
			uint64_t user_ns, pid_ns; /* 0: unknown */
		} * processes;
		size_t n;
	}
	*items;
	size_t n;
};

/* Without kernel threads. What may not be looked at or goes away meanwhile is left out. 'proc':
 * at_open_proc(). */
int namespaces_read(int proc, struct namespaces *ret, struct err *e) must_use;
void namespaces_free(struct namespaces *n);

const struct namespace *namespaces_find(const struct namespaces *n, uint64_t id);

/* All mounts of one namespace, by their ids. */
struct mounts {
	struct mountinfo *items;
	size_t n;
};

/* As one of its processes sees them. -ESRCH: there is none any more. */
int namespace_mounts(int proc, const struct namespace *ns, struct mounts *ret,
		     struct err *e) must_use;
void mounts_free(struct mounts *m);

/* The place in its parent's filesystem at which m->items[i] is mounted: the same in every namespace
 * that has the parent. NULL: no memory, or the parent is not seen. The caller frees it. */
char *mounts_place(const struct mounts *m, size_t i) must_use;
