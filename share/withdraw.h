/* Withdraw a share: detach its mount, remove its directories, then its record. Works from the
 * record or from the id alone; bundle and config.json may be gone. Under the id's lock. */
#pragma once

#include "common/log.h"
#include "common/mountinfo.h"
#include "share/record.h"

/* What is to be withdrawn. */
struct withdrawal {
	const char *id, *sandbox;
	const char *
		nonce; /* NULL: any share of that id, where there is no record that could be read */
	uint64_t mount_id, mnt_ns; /* in that mount namespace; 0: unknown */
	bool keep_record;	   /* the record is somebody else's to remove */
};

/* Idempotent; goes on after an error and returns the first. What lies on top of ours goes with it;
 * what is mounted instead of ours stays, and so does its directory. -EBUSY, exit 71: our mount is
 * still there, or may be, and so is the record then; another error: it is gone. */
int withdraw(const struct sharedir *sd, int proc, const struct withdrawal *w, struct log *log,
	     struct err *e) must_use;

/* The withdrawal of a record's share. */
struct withdrawal withdrawal_of(const struct record *r);

/* What is at export/<sandbox>/<id>: ours on top, something foreign, or no mount. */
enum withdraw_seen { WITHDRAW_NOTHING, WITHDRAW_OURS, WITHDRAW_FOREIGN };

/* Open what is on top at export/<sandbox>/<id>, with its facts. Returns an O_PATH descriptor of the
 * mount's root; -ENOENT without an error: nothing is mounted there. */
int withdraw_open_top(const struct sharedir *sd, int proc, const struct withdrawal *w,
		      struct mountinfo *ret, struct err *e) must_use;

/* Whether a mount is the sealed tmpfs of that id and nonce; NULL: of any nonce. */
bool withdraw_is_seal(const struct mountinfo *m, const char *id, const char *nonce);

/* Returns an enum withdraw_seen. */
int withdraw_look(const struct sharedir *sd, int proc, const struct withdrawal *w,
		  struct err *e) must_use;

/* Detach every mount of this namespace that is the share's, wherever it is; w->nonce is given.
 * Directories and record stay as they are. Returns how many there were; -EBUSY: one is still
 * there. */
int withdraw_copies(int proc, const struct withdrawal *w, struct err *e) must_use;
