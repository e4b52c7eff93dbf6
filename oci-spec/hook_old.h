/* Hook configurations of version 0.1.0, or of none, which engines still read: pkg/hooks/0.1.0 of
 * containers/common. */
#pragma once

#include "oci-spec/hookdir.h"

/* Decode an open file; what it says is given in terms of 1.0.0, with when.any set and without args.
 * Exit 65: it is not acceptable. An empty list counts as one that is missing; Go tells the two
 * apart. */
int oci_hook_read_old(int fd, struct oci_hook *ret, struct err *e) must_use;
