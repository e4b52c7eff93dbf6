/* Is what we opened what the container has? The engine has resolved every source before us; a
 * source that someone exchanged between its look and ours shows as another (device, inode) at the
 * destination, seen from the container's own namespace. */
#pragma once

#include "share/facts.h"

/* Find the container's view of itself: 'pid' as the state has it, 'rootfs' the measured root
 * filesystem. Without one c->container stays -ENOENT. Exit 77: the process has another root
 * filesystem at root.path. */
int match_find_container(struct facts_context *c, int64_t pid, const struct facts *rootfs,
			 struct err *e) must_use;

/* Compare mounts[i]'s measured source with its destination; sets f->match and f->covered_by. */
int match_volume(struct facts_context *c, int i, struct facts *f, struct err *e) must_use;
