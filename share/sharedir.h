/* share_dir: the directories on the host, the view that consumers are given, and the locks.
 *
 *   share_dir/              0700, the gate; every component of its path is checked
 * (at_open_trusted) tree/<sandbox>/<id>/  empty directories; only we write here, and no mount is
 * here export/               a read-only view of tree/, a mount with a peer group of its own;
 * shares are attached below it state/<id>.json       records; state/.lock stage/ only before
 * Linux 6.15: where trees are put together (see publish.c) */
#pragma once

#include "common/at.h"
#include "share/policy.h"

struct sharedir {
	int root, tree, export, state; /* O_PATH, but state, which can be read */
	int lock; /* state/.lock; byte ranges of this one descriptor never exclude each other */
	bool made_export;      /* there was none */
	uint64_t export_mount; /* mount id of what is at export/ */
	struct at_id tree_id;
	struct at_trail trail; /* from / to share_dir, which is the last */
};

/* share_dir itself. */
#define sharedir_id(sd) ((sd)->trail.ids[(sd)->trail.n - 1])

#define SHAREDIR_INIT                                                                             \
	{                                                                                         \
		.root = -EBADF, .tree = -EBADF, .export = -EBADF, .state = -EBADF, .lock = -EBADF \
	}

/* Open what is there. -ENOENT: there is no share_dir yet. Exit 77: it is not to be trusted, or on a
 * filesystem whose server may not answer. 'proc': at_open_proc(). */
int sharedir_open(const struct policy *policy, int proc, struct sharedir *ret,
		  struct err *e) must_use;

/* Open it; make what is missing, export/ under the setup lock. An export/ that is not ours or not
 * read-only is exit 75, "run oci-share setup". */
int sharedir_create(const struct policy *policy, int proc, struct sharedir *ret,
		    struct err *e) must_use;

/* The same, and repair: an export/ that lost its read-only flag or has another propagation gets
 * them back. */
int sharedir_setup(const struct policy *policy, int proc, struct sharedir *ret,
		   struct err *e) must_use;

void sharedir_close(struct sharedir *sd);

/* How long hooks and the tool wait for a lock; gc and the sweep only try. */
enum { SHAREDIR_WAIT_MS = 5000 };

/* Lock a container's id against other processes, waiting at most 'wait_ms'. -EAGAIN, exit 75:
 * someone else has it. The lock ends with sharedir_unlock(), sharedir_close() or the process. */
int sharedir_lock(const struct sharedir *sd, const char *id, unsigned wait_ms,
		  struct err *e) must_use;
void sharedir_unlock(const struct sharedir *sd, const char *id);
