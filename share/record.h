/* The record of a share: state/<id>.json, what poststop, gc and the operator's tool know of it.
 * Written whole before the first visible change (a temporary file and a rename), removed after the
 * last. All of it under the id's lock. */
#pragma once

#include "common/json.h"
#include "common/process.h"
#include "share/plan.h"
#include "share/sharedir.h"

enum { RECORD_VERSION = 1, RECORD_MAX = 16 << 20 };

/* A share's identity is its tmpfs: the source string, which holds id and nonce, and st_dev; both
 * are equal in every mount namespace. The mount id is a hint, good in the namespace 'mnt_ns' only.
 */
struct record {
	int64_t version;
	char *id, *sandbox, *bundle, *nonce, *boot_id, *created, *access;
	char *republished; /* when; "": never */
	char *pending; /* "ro": republish() is about to make it so, or was killed; "": nothing */
	int64_t device_major, device_minor, mount_id;
	int64_t pid, start_time; /* 0: none was given */
	int64_t pid_ns, mnt_ns;
	int64_t volumes_published, volumes_total;
	bool verified;
	/* where it was read whole */
	struct record_rootfs {
		char *path;
		bool readonly;
	} rootfs;
	struct json_objects volumes;  /* of struct record_volume */
	struct json_objects subpaths; /* of struct record_subpath */
};

/* What text listings show of a volume. */
struct record_volume {
	int64_t index;
	char *destination, *kind, *path, *skipped, *source, *fstype;
	bool readonly, watchable;
};

struct record_subpath {
	int64_t index;
	char *destination, *subpath, *path, *skipped, *source;
	bool readonly;
};

void record_free(struct record *r);

/* Read what decides about the share, without volumes and subpaths. -ENOENT: there is none.
 * -EBADMSG: it cannot be read, is not ours to trust, or of a newer version; the message says which.
 */
int record_read(const struct sharedir *sd, const char *id, struct record *ret,
		struct err *e) must_use;

/* All of it. */
int record_read_whole(const struct sharedir *sd, const char *id, struct record *ret,
		      struct err *e) must_use;

/* The record's text as it stands in the file. The caller frees it. */
int record_text(const struct sharedir *sd, const char *id, char **ret, size_t *ret_length,
		struct err *e) must_use;

/* Write the record: the header from 'r', the rest from the plan. An older one is replaced. */
int record_write(const struct sharedir *sd, const struct record *r, struct facts_context *c,
		 const struct plan *plan, struct err *e) must_use;

/* Write the record again with the header from 'r', and all else as in 'text', an older one. */
int record_rewrite(const struct sharedir *sd, const struct record *r, const char *text,
		   struct err *e) must_use;

/* Remove record, leftovers of writing it, and the mark of record_mark_gone(). Done already is
 * right. */
int record_remove(const struct sharedir *sd, const char *id, struct err *e) must_use;

/* Whether a record is of the container with that bundle. Engines name a bundle now by its real
 * path, now through a link, and ids repeat, over containerd's namespaces for one: it is another's
 * where both directories are there and differ, or the recorded one alone is. A bundle '/' (crun
 * says so in some stages) is no bundle. */
bool record_is_of_bundle(const struct record *r, const char *bundle) must_use;

/* Remember that the container's process was found to be gone; the first call counts. *ret_seconds:
 * how long ago that was (CLOCK_BOOTTIME). */
int record_mark_gone(const struct sharedir *sd, const char *id, uint64_t *ret_seconds,
		     struct err *e) must_use;
