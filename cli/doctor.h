/* oci-share doctor: what its checks share. A check is one row of the table in doctor.c: the group
 * that its findings stand under, and a function that looks and says what it found.
 *
 * A check changes nothing on the host, and what it cannot find out is a finding, not an error. It
 * runs in a process of its own and has 5 s: nothing that it does to its process is seen by another.
 */
#pragma once

#include "cli/cli.h"
#include "common/json.h"

enum doctor_level {
	DOCTOR_OK,
	DOCTOR_NOTE,	/* nothing is wrong, but someone may wonder */
	DOCTOR_WARNING, /* it works, and will not always */
	DOCTOR_PROBLEM, /* it does not work */
};

struct doctor {
	struct cli *cli;
	int proc;	    /* at_open_proc() */
	int root;	    /* O_PATH: below it engines, their settings and hooks are looked for */
	int out;	    /* what is said goes there, see doctor_group.c */
	size_t n;	    /* so many findings were said */
	bool found;	    /* the last doctor_find() was said */
	bool no_memory;	    /* something could not be said */
	char refused[1024]; /* the last path that doctor_hook_path() refused, and why */
};

/* What is as it should be. */
void doctor_ok(struct doctor *d, const char *fmt, ...) printf_like(2, 3);

/* What is not. doctor_remedy() must follow. */
void doctor_find(struct doctor *d, enum doctor_level level, const char *fmt, ...) printf_like(3, 4);

/* What to do about the last finding. */
void doctor_remedy(struct doctor *d, const char *fmt, ...) printf_like(2, 3);

/* Open share_dir as it is, nothing is made: 1; 0: there is none, or it cannot be used, which
 * doctor_share() says. */
int doctor_open_share(struct doctor *d, struct sharedir *sd) must_use;

/* The checks. */
void doctor_kernel(struct doctor *d);
void doctor_share(struct doctor *d);
void doctor_namespaces(struct doctor *d);
void doctor_hooks(struct doctor *d);
void doctor_stale(struct doctor *d);
void doctor_try(struct doctor *d);
