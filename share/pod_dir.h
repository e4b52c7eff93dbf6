/* A pod's directory as kubelet lays it out: opened and locked, and the placeholders on which
 * subpaths are mounted. For subpath_pod.c and subpath_clean.c. */
#pragma once

#include <stdbool.h>

#include "common/err.h"

#define POD_DIR_SUBPATHS "volume-subpaths"

enum {
	POD_DIR_MODE = 0750, /* as kubelet makes them */
	POD_DIR_FILE_MODE = 0640,
	POD_DIR_STACK_MAX = 16, /* most mounts on one placeholder */
};

/* Open it. It must be absolute, and it and all above it trusted: at_open_trusted(). Exit 66: it is
 * missing. *ret_path is its clean path; the caller frees it. Returns an O_PATH descriptor. */
int pod_dir_open(const char *path, char **ret_path, struct err *e) must_use;

/* Open its volume-subpaths, and lock it against others of ours; 'create': it is made where it is
 * missing. It is a directory that only root can open: a lock on what others can read is theirs to
 * take, too. -ENOENT without an error: there is none. Returns a descriptor for reading, with which
 * the lock ends. */
int pod_dir_lock(int pod, bool create, const char *pod_path, struct err *e) must_use;

/* Whether a name can be that of a volume's or container's ('what') directory. */
int pod_dir_check_name(const char *what, const char *name, struct err *e) must_use;

/* Make an empty directory or file to mount on; an empty one of the other type is replaced.
 * *ret_made: it was not there. Exit 73: something with content is in the way. Returns its O_PATH
 * descriptor. */
int placeholder_make(int dirfd, const char *name, bool directory, bool *ret_made,
		     struct err *e) must_use;

/* Remove an empty directory or file. NULL: it is gone, or was not there; else why it stays. */
const char *placeholder_remove(int dirfd, const char *name) must_use;
