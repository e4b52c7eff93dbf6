/* One mount's facts, asked of the kernel by the mount's id: statmount, or before Linux 6.8 the one
 * line of /proc/self/mountinfo with that id. Neither asks the filesystem, so a dead server cannot
 * make it hang.
 *
 * Ids are those of at_statx(): unique for ever from Linux 6.8 on, reused before. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/at.h"

struct mountinfo {
	uint64_t id, parent;
	uint32_t major, minor; /* of the superblock, as in mountinfo */
	uint64_t attributes;   /* MOUNT_ATTR_* */
	uint64_t peer_group;   /* 0: it is not shared */
	char *root;	       /* the directory of the filesystem that is mounted */
	char *point;	       /* where, seen from our root */
	char *fstype;	       /* with subtype: fuse.sshfs */
	char *source;	       /* the device, or what the mounter called it; "" if none */
	char *options;	 /* of the mount and of the superblock, as a list with commas; in a value,
			    blank, comma, '=' and backslash are as the kernel writes them: \040 */
	uint64_t master; /* peer group that it is a slave of; 0: of none */
};

void mountinfo_free(struct mountinfo *m);

/* Facts of the mount with that id in this mount namespace. -ENOENT: there is none. 'proc':
 * at_open_proc(), used only where statmount is missing or lacks a field. */
int mountinfo_get(int proc, uint64_t id, struct mountinfo *ret, struct err *e) must_use;

/* Ids of all mounts below the mount 'id', at most 'max'. Returns how many there are, up to max. */
int mountinfo_below(int proc, uint64_t id, uint64_t *ret_ids, size_t max, struct err *e) must_use;

/* Every mount of the namespace, as the 'id' of mountinfo_below(). */
#define MOUNTINFO_ALL UINT64_MAX

/* Parse one line of mountinfo; escapes are undone. -EINVAL where it is none. */
int mountinfo_parse(const char *line, struct mountinfo *ret, struct err *e) must_use;

/* Call 'each' for every mount of /proc/self/mountinfo until it returns other than 0; foreign lines
 * are passed over. What it takes out of 'm' it zeroes there. Returns what it returned, or a
 * negative errno. */
int mountinfo_scan(int proc, int (*each)(struct mountinfo *m, void *data), void *data,
		   struct err *e) must_use;

/* All options of a mount as a list, however we came to know them: of the mount (MOUNT_ATTR_*), then
 * 'length' bytes of the superblock's. The caller frees it; NULL: no memory. */
char *mountinfo_options(uint64_t attributes, const char *super, size_t length) must_use;
