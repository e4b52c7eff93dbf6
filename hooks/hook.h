/* The common frame of the hook executables: harmless process, options, log, state, one action, one
 * exit code. */
#pragma once

#include "common/confine.h"
#include "common/log.h"
#include "oci-spec/state.h"
#include "share/policy.h"

struct hook {
	const char *program, *stage;
	const char *summary;	/* for --help */
	bool reads_annotations; /* narrow the policy by the container's annotations first */
	bool may_warn;		/* on_error = warn applies */
	int (*run)(const struct policy *policy, const struct oci_state *state, struct log *log,
		   struct err *e);
	struct confinement confinement;
	uint64_t to_create; /* capabilities that are kept where create_subpaths = true, too */
};

/* main() of a hook. Returns the exit code: 0 or one of sysexits(3). */
int hook_main(const struct hook *hook, int argc, char **argv);
