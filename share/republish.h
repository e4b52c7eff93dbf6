/* Republish a live share with less access (Kata's remount to read-only): a new sealed share is made
 * of clones of the live one's own mounts, put beneath it, and uncovered by one detach. Whoever
 * looks sees the old one or the new one, never none and never a mix; so do all namespaces that are
 * told of mounts. Bundle and config.json may be gone. Under the id's lock.
 *
 * The record names the successor's nonce before it is attached, and becomes the successor's after
 * the old one is detached. A process killed between the two leaves a stack of both, which
 * republish_finish() settles: gc calls it. */
#pragma once

#include "common/log.h"
#include "share/lifecycle.h"
#include "share/record.h"

/* Make all of it read-only. 1: it is already. Exit 69: before Linux 6.5. Exit 75: there is no live
 * share, or something foreign lies on it. */
int republish(const struct policy *policy, const struct sharedir *sd, int proc, const char *id,
	      const struct lifecycle_here *here, struct log *log, struct err *e) must_use;

/* Settle what a killed republish() left of a share whose record names a successor. 1: there was
 * something to do. */
int republish_finish(const struct sharedir *sd, int proc, const struct record *r,
		     const struct lifecycle_here *here, struct log *log, struct err *e) must_use;
