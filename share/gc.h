/* Withdraw what is stale: by every prestart a few records, by 'oci-share gc' all there is. */
#pragma once

#include "common/log.h"
#include "share/lifecycle.h"
#include "share/sharedir.h"

enum { GC_SWEEP = 8 };

/* What gc did, or would do. */
struct gc_result {
	unsigned looked, withdrawn, busy, failed;
};

/* Called for every share that gc withdraws, or would, with the reason; NULL: nobody wants to know.
 */
typedef void gc_report(const char *id, const char *sandbox, const char *reason, void *data);

/* Look at GC_SWEEP records from a random place of the directory, but not at 'self'. Only tries for
 * locks; errors are only logged. */
void gc_sweep(const struct policy *policy, const struct sharedir *sd, int proc, const char *self,
	      struct log *log);

/* All of it: stale records, records without a mount, mounts and directories without a record,
 * leftovers below stage/. Goes on after an error; the first is returned. */
int gc_all(const struct policy *policy, const struct sharedir *sd, int proc, bool dry_run,
	   struct log *log, gc_report *report, void *data, struct gc_result *ret,
	   struct err *e) must_use;
