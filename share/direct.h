/* Direct-assigned volumes, as Kata records them: a directory below direct_volumes_dir, named after
 * the volume's source, holds a mountInfo.json that says which device the guest is to mount. Nothing
 * of it is mounted or changed here. */
#pragma once

#include "common/json.h"

#define DIRECT_INFO		      "mountInfo.json"
#define DIRECT_FS_GROUP		      "fsGroup"
#define DIRECT_FS_GROUP_CHANGE_POLICY "fsGroupChangePolicy"

enum { DIRECT_NAME_SIZE = 256, DIRECT_INFO_MAX = 64 << 10 };

/* A mountInfo.json. */
struct direct {
	char *volume_type, *device, *fstype;
	struct json_strings options;
	struct json_map metadata;
	/* derived from the metadata, by Kata's rules: fsGroup 1 to 2^32 - 1, and how it is applied;
	 * without an fsGroup there is no policy */
	uint32_t fs_group;		    /* 0: none */
	const char *fs_group_change_policy; /* "Always" (the default) or "OnRootMismatch"; NULL */
};

/* Kata's name of a volume's directory: base64url, padded, of its path as it stands in config.json.
 * -ENAMETOOLONG: no filesystem could hold it, so there is none. */
int direct_name(const char *source, char ret[DIRECT_NAME_SIZE]) must_use;

/* Open direct_volumes_dir. -ENOENT without an error: there is none. */
int direct_open(const char *path, struct err *e) must_use;

/* Read what is recorded of a source. *ret is NULL where there is nothing, or no directory (dirfd <
 * 0); the caller frees it. Anything that is there and cannot be relied on is an error, exit 74: not
 * a directory, a link, not a regular file, writable by others, larger than DIRECT_INFO_MAX, not the
 * JSON that it should be. */
int direct_read(int dirfd, const char *source, struct direct **ret, struct err *e) must_use;

/* The value of a key of the metadata, or NULL. */
const char *direct_metadata(const struct direct *d, const char *key);

/* Decode from an open file. */
int direct_decode(int fd, struct direct *ret, struct err *e) must_use;

void direct_clear(struct direct *d);
void direct_free(struct direct **d);
