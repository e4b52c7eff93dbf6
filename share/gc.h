/* Withdraw what is stale: by every prestart a few records, by 'oci-share gc' all there is. */
#pragma once

#include "common/log.h"
#include "share/lifecycle.h"
#include "share/sharedir.h"

enum { GC_SWEEP = 2 };

/* What gc did, or would do. */
struct gc_result {
	unsigned looked, withdrawn, busy, failed;
};

/* Who wants to know what gc does. */
struct gc_listener {
	/* a share is withdrawn, or would be */
	void (*withdraws)(const char *id, const char *sandbox, const char *reason, void *data);
	/* so many were looked at; NULL: nobody wants to know */
	void (*looked)(unsigned n, void *data);
	void *data;
};

/* Look at the next GC_SWEEP records, but not at 'self': each start of a container goes on where the
 * last one ended, so that all are looked at in turn. A share that was left behind goes at the
 * second look, after its grace, where its bundle is still there, else at the first: as long as less
 * than half of all starts leave one there are never more of them than of those that live. What it
 * costs does not depend on how many there are. Only tries for locks; errors are only logged. */
void gc_sweep(const struct policy *policy, const struct sharedir *sd, int proc,
	      const struct lifecycle_here *here, const char *self, struct log *log);

/* All of it: stale records, records without a mount, mounts and directories without a record,
 * leftovers below stage/. Goes on after an error; the first is returned. */
int gc_all(const struct policy *policy, const struct sharedir *sd, int proc, bool dry_run,
	   struct log *log, const struct gc_listener *listener, struct gc_result *ret,
	   struct err *e) must_use;
