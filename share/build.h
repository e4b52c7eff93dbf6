/* From config.json to a plan and, where wanted, the sealed share that it describes: each source is
 * opened once, measured, planned, cloned, shaped and attached before the next, so that the number
 * of descriptors does not grow with the volumes. */
#pragma once

#include "common/log.h"
#include "share/plan.h"
#include "share/seal.h"

/* Open what all volumes need: /proc, the bundle, config.json. 'c' is FACTS_CONTEXT_INIT; 'config'
 * is the caller's. Exit 66: bundle or config.json is missing; 65, 77: not acceptable. */
int build_open(const struct policy *policy, const struct oci_state *state,
	       struct oci_config *config, struct facts_context *c, struct err *e) must_use;

/* Plan all of it. 'seal': where clones go; NULL: clones are made and dropped, nothing is attached.
 * The plan is the caller's to plan_free(), before the context. */
int build_plan(struct facts_context *c, const struct oci_state *state, struct seal *seal,
	       struct log *log, struct plan *ret, struct err *e) must_use;
