/* Whether a share is stale, and if so its withdrawal: one id at a time, under its lock. gc.c and
 * sweep.c go over many. */
#pragma once

#include "share/gc.h"
#include "share/withdraw.h"

/* One pass over shares. Zero but for what it is given. */
struct stale_pass {
	const struct policy *policy;
	const struct sharedir *sd;
	int proc;
	struct lifecycle_here here;
	bool dry_run;
	struct log *log;
	const struct gc_listener *listener; /* NULL: none */
	struct gc_result result;
	struct err first;
	const char *sandbox; /* whose directory gc.c is reading */
};

/* Remember an error; log it; the pass goes on. */
void stale_note(struct stale_pass *pass, struct err *e, const char *id);

/* Withdraw, or where dry_run only say so. */
int stale_take_away(struct stale_pass *pass, const struct withdrawal *w, const char *reason,
		    struct err *e) must_use;

/* Judge the record of 'id', and withdraw its share where it is stale. Done already is right. */
int stale_consider(struct stale_pass *pass, const char *id, struct err *e) must_use;

/* Whether tree/<sandbox>/<id> is there. */
bool stale_has_directory(int tree, const char *sandbox, const char *id);

/* In which sandbox's directory an id has its place. 1: found, 0: nowhere. */
int stale_find_sandbox(const struct sharedir *sd, const char *id, char ret[OCI_ID_MAX + 1],
		       struct err *e) must_use;

/* Call 'consider' with the id's lock, if it is free. Always 0, as at_each() wants it. */
int stale_with_lock(struct stale_pass *pass, const char *id,
		    int (*consider)(struct stale_pass *pass, const char *id, struct err *e));

/* The id in a name of the form <prefix><id><suffix>; false: it is not of that form. */
bool stale_id_of(const char *name, const char *prefix, const char *suffix,
		 char ret[OCI_ID_MAX + 1]);
