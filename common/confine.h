/* Give up what is not needed, before the first untrusted byte is read: capabilities, and system
 * calls by a seccomp filter that was made at build time (filter/table.h). */
#pragma once

#include <linux/capability.h>
#include <linux/filter.h>
#include <stdint.h>

#include "common/err.h"

#define CAPABILITY(number) (UINT64_C(1) << (number))

struct confinement {
	uint64_t capabilities; /* what is kept of those that are there; none can be inherited */
	const struct sock_filter *filter; /* NULL: none was built */
	unsigned short length;
};

/* process_harden() has set no_new_privs. There is no way back. 1: this kernel has no seccomp, the
 * rest is done. */
int confine(const struct confinement *c, struct err *e) must_use;
