/* The mount core: mounts that exist only as a descriptor until they are attached, shaped before
 * that.
 *
 * A detached mount lives as long as its descriptor: a process that is killed leaves none.
 * Attributes are MOUNT_ATTR_*, propagation is MS_PRIVATE, MS_SHARED, MS_SLAVE or MS_UNBINDABLE;
 * other bits of mount(2) do not occur in this project. Kernels: open_tree and move_mount 5.2,
 * mount_setattr 5.12; attaching into a detached tree 6.15. A call that the kernel does not have
 * gives exit 69 and names it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"

/* A new tmpfs, detached, root directory mode 0755. 'source' is its name in mount tables; 'context'
 * an SELinux context or NULL. Returns its descriptor. */
int mount_tmpfs(const char *source, const char *context, uint64_t attributes,
		struct err *e) must_use;

/* A detached copy of the mount at 'fd' (an O_PATH descriptor of a directory or file), beginning
 * there; with the mounts below where 'recursive'. -EINVAL: of another mount namespace, unbindable,
 * or with mounts below that are locked. */
int mount_clone(int fd, bool recursive, struct err *e) must_use;

/* Add attributes to a mount (none is ever taken away), and set its propagation (0: leave it).
 * Recursive: to all mounts of the tree. */
int mount_shape(int fd, uint64_t attributes, uint64_t propagation, bool recursive,
		struct err *e) must_use;

/* Make a detached clone of a read-only mount one that can be written. */
int mount_unseal(int fd, struct err *e) must_use;

/* Attach a detached mount at 'name' below dirfd, or, where name is "", at dirfd itself. -EINVAL
 * before Linux 6.15 where dirfd is in a detached tree. */
int mount_attach(int mount, int dirfd, const char *name, struct err *e) must_use;

/* Attach a detached mount beneath the mount whose root is 'root', which stays on top of it: in this
 * namespace, and in all that are told. */
int mount_attach_beneath(int mount, int root, struct err *e) must_use;

/* Whether this kernel can: -ENOSYS, exit 69 before Linux 6.5. */
int mount_check_beneath(struct err *e) must_use;

/* Detach the mount whose root the descriptor is (a directory's or a file's) from this mount
 * namespace, with all that is mounted below it; or, where something is mounted on top of it, that
 * alone: the kernel takes the topmost. Callers look again. The filesystem is not asked, so a dead
 * server cannot make it hang; with 'enter' it may be, which says that it answers and that the root
 * is a directory, and is faster. 'proc': at_open_proc(). The working directory is '/' afterwards.
 */
int mount_detach(int proc, int root, bool enter, struct err *e) must_use;

/* The same for what is mounted at 'name', one component, in the directory 'dirfd', which is
 * nobody's but ours; mounts of its source are left alone, however it was bound. -EINVAL: nothing
 * is, or it is a link. */
int mount_detach_at(int dirfd, const char *name, struct err *e) must_use;
