/* Shares as record and kernel see them. */
#pragma once

#include "cli/cli.h"
#include "share/record.h"

enum share_state {
	SHARE_LIVE,	  /* record, mount and process are there */
	SHARE_GONE,	  /* its process is gone, poststop or gc will follow */
	SHARE_STALE,	  /* gc would withdraw it */
	SHARE_UNMOUNTED,  /* a record without a mount */
	SHARE_FOREIGN,	  /* something else is mounted in its place */
	SHARE_UNRECORDED, /* a mount without a record */
	SHARE_UNREADABLE, /* its record is; id alone is known, and the sandbox is "?" */
	SHARE_UNKNOWN,	  /* recorded in another namespace */
};

const char *share_state_name(enum share_state state);
enum table_color share_state_color(enum share_state state);

/* Fill a cell with an id, cut to SHORT_ID. */
void share_set_id(struct table *t, struct table_row *row, unsigned column, const char *id);

/* How much of the record is read. */
enum share_depth { SHARE_HEADER, SHARE_WHOLE };

struct share {
	struct record record;
	enum share_state state;
};

/* Read the record of 'id' and compare it with the kernel. -ENOENT: there is none. -EBADMSG: it
 * cannot be read. */
int share_read(struct cli *cli, const char *id, enum share_depth depth, struct share *ret,
	       struct err *e) must_use;
void share_free(struct share *share);

struct shares {
	struct share *items;
	size_t n;
};

/* All shares: of all records, sorted by id, and mounts in the places of shares that have none.
 * What went away meanwhile is left out. */
int shares_read(struct cli *cli, enum share_depth depth, struct shares *ret,
		struct err *e) must_use;
void shares_free(struct shares *shares);

/* Ids of all records, sorted. */
struct share_ids {
	char **items;
	size_t n;
};

int share_ids_read(const struct sharedir *sd, struct share_ids *ret, struct err *e) must_use;
void share_ids_free(struct share_ids *ids);

/* The id that the operator means: itself, or the only one that begins so. Exit 66: there is none;
 * 64: several do. The caller frees it. */
int share_resolve(const struct sharedir *sd, const char *text, char **ret, struct err *e) must_use;

/* cli_open(), and then that. 'text' is the verb's operand; NULL: exit 64. */
int share_find(struct cli *cli, const char *text, char **ret, struct err *e) must_use;

/* Withdraw all shares, or those of cli->sandbox; goes on after an error and returns the first. */
int withdraw_many(struct cli *cli, struct err *e) must_use;
