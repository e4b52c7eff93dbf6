/* When a share is stale. Pure: a record and what is seen of its container in, a verdict out. */
#pragma once

#include "share/record.h"

enum lifecycle {
	LIFECYCLE_LIVE,
	LIFECYCLE_GONE, /* its process is gone: stale after the grace, or at once where its bundle
			   is gone too */
	LIFECYCLE_STALE,
	LIFECYCLE_UNKNOWN, /* recorded in another pid namespace: not ours to judge */
};

/* Where and when this process is: the same for all records it looks at. */
struct lifecycle_here {
	char boot_id[PROCESS_BOOT_ID_SIZE];
	uint64_t pid_ns, mnt_ns; /* inode numbers */
	int64_t start_shift;	 /* process_start_shift() */
};

int lifecycle_here(int proc, struct lifecycle_here *ret, struct err *e) must_use;

/* What is seen now of a record's container. */
struct lifecycle_facts {
	bool process; /* a process with the recorded pid and start time is there and no zombie */
	bool bundle;  /* the bundle's directory is there */
	uint64_t gone_seconds; /* since its process was first seen to be gone */
};

enum lifecycle lifecycle_judge(const struct record *r, const struct lifecycle_here *here,
			       const struct lifecycle_facts *f, uint64_t grace);

/* Measure the facts, but for gone_seconds. */
int lifecycle_measure(int proc, const struct lifecycle_here *here, const struct record *r,
		      struct lifecycle_facts *ret, struct err *e) must_use;

const char *lifecycle_name(enum lifecycle verdict);
