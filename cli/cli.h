/* The operator's tool: what its verbs share. Each verb is one file and one row of the table in
 * main.c. */
#pragma once

#include "cli/table.h"
#include "common/log.h"
#include "share/lifecycle.h"
#include "share/options.h"
#include "share/sharedir.h"

/* What a verb is given. */
struct cli {
	struct policy policy;
	struct options options;
	struct log log;
	bool json, dry_run, all, ascii; /* --json, --dry-run, --all, --ascii */
	const char *sandbox;		/* --sandbox */
	const char *access;		/* --access of republish */
	/* of subpath */
	bool readonly;
	const char *volume, *path, *pod_dir, *volume_name, *container, *index;
	/* of doctor */
	const char *annotation, *command, *root;
	/* where cli_open() was called */
	struct sharedir sd;
	int proc;
	struct lifecycle_here here;
};

/* Verbs return 0 or a negative errno; the error's exit code is the tool's. */
int verb_setup(struct cli *cli, struct err *e);
int verb_teardown(struct cli *cli, struct err *e);
int verb_plan(struct cli *cli, struct err *e);
int verb_list(struct cli *cli, struct err *e);
int verb_tree(struct cli *cli, struct err *e);
int verb_show(struct cli *cli, struct err *e);
int verb_republish(struct cli *cli, struct err *e);
int verb_gc(struct cli *cli, struct err *e);
int verb_withdraw(struct cli *cli, struct err *e);
int verb_doctor(struct cli *cli, struct err *e);
int verb_doctor_holders(struct cli *cli, struct err *e);
int verb_subpath_prepare(struct cli *cli, struct err *e);
int verb_subpath_clean(struct cli *cli, struct err *e);

/* Open share_dir and /proc; main.c closes them. 1: both are there; 0: there is no share_dir yet. */
int cli_open(struct cli *cli, struct err *e) must_use;

/* As much of an id as text for people has; all verbs take the beginning of one. */
enum { SHORT_ID = 12 };

/* Print an untrusted string with control bytes escaped. */
void cli_print(const char *text);

/* Print what was written, to standard output. */
int cli_print_json(struct json_out *out, struct err *e) must_use;

/* Say how far a long work is, on standard error, if that is a terminal. After the last one the
 * line is cleared. */
void cli_progress(const char *what, size_t done, size_t total);
