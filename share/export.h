/* export/ and stage/: the two mounts of share_dir itself. Each is made once, under the setup lock,
 * however many start at the same moment. */
#pragma once

#include "share/sharedir.h"

/* Make sure that export/ is a read-only mount of tree/, and open it into sd->export. Exit 75, "run
 * oci-share setup": it is something else, or can be written. 'repair': flags and propagation are
 * set right instead. */
int export_ensure(struct sharedir *sd, const struct policy *policy, int proc, bool repair,
		  struct err *e) must_use;

/* stage/: a private tmpfs of our own, before Linux 6.15 only. Made where it is missing. Returns its
 * descriptor. */
int export_open_stage(const struct sharedir *sd, int proc, struct err *e) must_use;

/* The same where it is there already. -ENOENT, without a message: it is not. Exit 75: something
 * else is mounted there. */
int export_find_stage(const struct sharedir *sd, int proc, struct err *e) must_use;
