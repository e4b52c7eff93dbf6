/* The operator's tool: what its verbs share. Each verb is one file and one row of the table in
 * main.c. */
#pragma once

#include "common/log.h"
#include "share/options.h"
#include "share/record.h"
#include "share/sharedir.h"

/* What a verb is given. */
struct cli {
	struct policy policy;
	struct options options;
	struct log log;
	bool json, dry_run, all; /* --json, --dry-run, --all */
	const char *sandbox;	 /* --sandbox */
	/* of subpath */
	bool readonly;
	const char *volume, *path, *pod_dir, *volume_name, *container, *index;
};

/* Verbs return 0 or a negative errno; the error's exit code is the tool's. */
int verb_setup(struct cli *cli, struct err *e);
int verb_plan(struct cli *cli, struct err *e);
int verb_list(struct cli *cli, struct err *e);
int verb_show(struct cli *cli, struct err *e);
int verb_gc(struct cli *cli, struct err *e);
int verb_withdraw(struct cli *cli, struct err *e);
int verb_subpath_prepare(struct cli *cli, struct err *e);
int verb_subpath_clean(struct cli *cli, struct err *e);

/* Open share_dir and /proc. 1: both are there; 0: there is no share_dir yet. */
int cli_open(struct cli *cli, struct sharedir *sd, int *proc, struct err *e) must_use;

/* A share as record and kernel see it. */
enum share_state {
	SHARE_LIVE,	 /* record, mount and process are there */
	SHARE_GONE,	 /* its process is gone, poststop or gc will follow */
	SHARE_STALE,	 /* gc would withdraw it */
	SHARE_UNMOUNTED, /* a record without a mount */
	SHARE_FOREIGN,	 /* something else is mounted in its place */
	SHARE_UNKNOWN,	 /* recorded in another namespace */
};

struct share {
	struct record record;
	enum share_state state;
};

const char *share_state_name(enum share_state state);

/* Read the record of 'id' and compare it with the kernel. -ENOENT: there is none. */
int share_read(struct cli *cli, const struct sharedir *sd, int proc, const char *id,
	       struct share *ret, struct err *e) must_use;
void share_free(struct share *share);

/* Ids of all records, sorted. */
struct share_ids {
	char **items;
	size_t n;
};

/* The id that the operator means: itself, or the only one that begins so. Exit 66: there is none;
 * 64: several do. The caller frees it. */
int share_resolve(const struct sharedir *sd, const char *text, char **ret, struct err *e) must_use;

int share_ids_read(const struct sharedir *sd, struct share_ids *ret, struct err *e) must_use;
void share_ids_free(struct share_ids *ids);

/* Print an untrusted string with control bytes escaped. */
void cli_print(const char *text);
