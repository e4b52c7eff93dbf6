/* The command line of every executable: settings as options, --config, --help, --version, what one
 * verb adds, and operands. */
#pragma once

#include "share/policy.h"

enum { OPERANDS_MAX = 2 };

/* An option that only one verb has. The last row has no name. */
struct option_row {
	const char *name;   /* "--json" */
	bool *flag;	    /* set to true, or */
	const char **value; /* the word that follows */
	const char *help;
};

struct options {
	bool help, version;
	const char *operands[OPERANDS_MAX];
	unsigned n_operands;
};

/* Parse argv[first…]; settings files are read first, so that options win. 'rows' may be NULL. Exit
 * 64: not understood, or more operands than 'max_operands'; 78: settings. Where --help or --version
 * is among them, nothing else is checked and the policy stays empty. */
int options_parse(int argc, char **argv, int first, const struct option_row *rows,
		  unsigned max_operands, struct policy *ret_policy, struct options *ret,
		  struct err *e) must_use;

/* Open the state that the first operand names: a file, or standard input where it is "-" or
 * missing. Exit 66: it cannot be opened. Before the working directory is left. */
int options_open_state(const struct options *options, struct err *e) must_use;

/* The part of --help that all have in common. */
void options_print_help(const struct option_row *rows, FILE *out);
