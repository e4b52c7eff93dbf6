/* Remove share_dir: its two mounts, then its directories where they are empty. For a machine that
 * no longer publishes anything: engines must not start hooks meanwhile. */
#pragma once

#include "share/sharedir.h"

/* Under the setup lock. -EBUSY, exit 75: something is mounted below export/ or stage/, or lies in
 * tree/; it is left as it is, and named. */
int sharedir_remove(const struct policy *policy, struct sharedir *sd, int proc,
		    struct err *e) must_use;
