/* Publish a container's share: plan, build, record, and one move that makes it visible. */
#pragma once

#include "common/log.h"
#include "oci-spec/state.h"
#include "share/policy.h"

/* 0: it is there, or was already, or the container's annotations want none. On error nothing of it
 * is left, whatever it was; a message and an exit code say what was wrong. */
int publish(const struct policy *policy, const struct oci_state *state, struct log *log,
	    struct err *e) must_use;
