/* In which directories an engine of this host looks for hook configurations, by its settings. */
#pragma once

#include "cli/toml.h"

/* An engine that reads hook configurations. One row of the table in engine_hooks.c. */
struct engine {
	const char *name;
	const char *program;  /* in a directory of programs */
	const char *plugins;  /* or in this one, as NN-program; NULL: not */
	const char *socket;   /* something listens here to which it could belong; NULL: nothing */
	const char *key;      /* of its settings; NULL: it has none */
	const char *files[2]; /* settings, later ones win */
	const char *drop_ins; /* directory of more of them */
	bool all_drop_ins;    /* whatever their names, and in directories below; else *.conf */
	const char *directories[2]; /* where it looks by default */
	const char *implicit[2];    /* where newer versions look if the key has an empty array, and
				       older ones do not */
	bool attributes;	    /* {append=true} may stand in the array */
	const char *extra_stage;    /* that it knows beside those of the specification */
	const char *on_bad;	    /* what a file that it cannot read does */
	const char *reload;	    /* what to do after a change */
};

/* Where hooks are installed: by packages, and by the administrator. */
#define HOOKS_VENDOR "/usr/share/containers/oci/hooks.d"
#define HOOKS_ADMIN  "/etc/containers/oci/hooks.d"

extern const struct engine engines[];
extern const size_t n_engines;

/* Whether it is installed below 'root' (an O_PATH directory that nothing leads out of). */
bool engine_is_installed(int root, const struct engine *engine);

/* Whether its socket is there, which does not say that it runs. */
bool engine_has_socket(int root, const struct engine *engine);

/* What is wrong with its settings is told to 'complain'; the engine would not start with them. */
typedef void engine_complain(const char *file, const char *why, void *data);

/* Its directories. *ret_from: the file that names them, or NULL; the caller frees it. */
int engine_directories(int root, const struct engine *engine, engine_complain *complain, void *data,
		       struct toml_strings *ret, char **ret_from, struct err *e) must_use;
