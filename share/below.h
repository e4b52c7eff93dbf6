/* The mounts below a source: how many, and whether they may be cloned with it. Asked only where
 * there are some; build.c knows without looking where there are none. */
#pragma once

#include "share/facts.h"

struct below {
	unsigned n;
	const char *unfit; /* why they may not be cloned, or NULL: a system filesystem, an
			      automount, one of our shares */
};

int below_measure(struct facts_context *c, int fd, const struct facts *source, struct below *ret,
		  struct err *e) must_use;
