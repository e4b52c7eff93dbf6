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

/* Open it and lock it against others of ours. It must be absolute, and it and all above it trusted:
 * at_open_trusted(). Exit 66: it is missing. *ret_path is its clean path; the caller frees it.
 * Returns a descriptor for reading; the lock ends with it. */
int pod_dir_open(const char *path, char **ret_path, struct err *e) must_use;

/* Whether a name can be that of a volume's or container's directory. */
bool pod_dir_is_name(const char *name);

/* Make an empty directory or file to mount on; an empty one of the other type is replaced.
 * *ret_made: it was not there. Exit 73: something with content is in the way. Returns its O_PATH
 * descriptor. */
int placeholder_make(int dirfd, const char *name, bool directory, bool *ret_made,
		     struct err *e) must_use;

/* Remove an empty directory or file. NULL: it is gone, or was not there; else why it stays. */
const char *placeholder_remove(int dirfd, const char *name) must_use;
