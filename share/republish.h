/* Republish a live share with less access (Kata's remount to read-only): the whole of it is cloned,
 * made read-only, put beneath the live one, and uncovered by one detach. Whoever looks sees the old
 * one or the new one and never none; so do all namespaces that are told of mounts. Bundle and
 * config.json may be gone, and sources too. Under the id's lock.
 *
 * Both are mounts of the same sealed tmpfs, so the share keeps its identity. The record says what
 * is wanted before anything is attached, and what is so at the end. A process killed between the
 * two leaves the old one, a stack of both, or the new one, which republish_finish() settles: gc
 * calls it. */
#pragma once

#include "common/log.h"
#include "share/lifecycle.h"
#include "share/record.h"

/* Make all of it read-only. 1: it is already. Exit 69: before Linux 6.5. Exit 75: there is no live
 * share in this mount namespace, or something foreign lies on it. */
int republish(const struct sharedir *sd, int proc, const char *id,
	      const struct lifecycle_here *here, struct log *log, struct err *e) must_use;

/* Settle what a killed republish() left of a share whose record says 'pending'. 1: it is settled;
 * 0: the share is not at its place in this namespace, or covered by something foreign. */
int republish_finish(const struct sharedir *sd, int proc, const struct record *r, struct log *log,
		     struct err *e) must_use;
