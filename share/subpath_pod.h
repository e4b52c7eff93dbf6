/* Subpaths of pods, in kubelet's directory layout, so that each of the two can clean up what the
 * other made:
 *
 *	<pod dir>/volume-subpaths/<volume name>/<container name>/<volume mount index>
 *
 * The pod's directory and all above it must be root's and writable by nobody else; the volume may
 *be anyone's. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"

/* kubelet's Subpath. Strings belong to the caller. */
struct subpath {
	const char *volume_path; /* absolute, without symbolic links */
	const char *path;	 /* within the volume: subpath_check() */
	const char *pod_dir;	 /* absolute, without symbolic links */
	const char *volume_name, *container_name;
	unsigned volume_mount_index;
	bool readonly;
	bool create; /* make missing directories: SUBPATH_MODE, owned as the volume's root */
};

/* Bind the subpath in its place: nosuid, nodev, private, without the mounts below, shaped before
 * anyone can see it. 0: it was mounted; 1: the same was there already. What else is mounted there
 * is replaced. *ret_target is its path; the caller frees it. On error nothing of it is left, but
 * for directories that were made in the volume. */
int subpath_bind(int proc, const struct subpath *s, char **ret_target, struct err *e) must_use;

/* What a clean-up did, and what it left alone because it is not a subpath's: files with content,
 * links, directories with something in them. */
struct subpath_cleaning {
	unsigned unmounted, removed;
	struct subpath_kept {
		char *path, *reason; /* below the pod's directory */
	} * kept;
	size_t n_kept;
};

void subpath_cleaning_free(struct subpath_cleaning *c);

/* Clean up the subpaths of a container, or of all (container_name NULL) of a volume, or of all
 * (volume_name NULL) of a pod: detach what is mounted, without asking it anything, then remove
 * placeholders and directories that are empty. What cannot be removed does not keep the rest. 0:
 * all is gone, or nothing was there; 1: something was kept. */
int subpath_clean(const char *pod_dir, const char *volume_name, const char *container_name,
		  struct subpath_cleaning *ret, struct err *e) must_use;
