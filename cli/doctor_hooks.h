/* What doctor_hooks.c, doctor_hook_files.c and doctor_ours.c share: the hooks of one engine. */
#pragma once

#include "cli/doctor.h"
#include "cli/engine_hooks.h"
#include "cli/hook_match.h"

/* The files that count, in the order of the engine, as pointers into what was read. */
struct engine_hooks {
	const struct engine *engine;
	const struct oci_hook_file **ours; /* of our two programs */
	size_t n;
	bool unknown; /* which are in effect: a bad file stops the engine, or one is unclear */
};

/* Which of our programs a hook starts. */
enum our_program { OURS_PRESTART, OURS_POSTSTOP, OURS_NONE };

enum our_program our_program(const struct oci_hook *hook);

/* Say what is wrong with each file. They are settled. */
void doctor_hook_files(struct doctor *d, const struct engine *engine,
		       const struct oci_hook_files *files);

/* Say where others than root can change what 'path' leads to. */
void doctor_hook_path(struct doctor *d, const struct engine *engine, const char *path);

/* What prestart makes of these annotations by the settings. */
void doctor_our_annotations(struct doctor *d, const struct json_map *annotations);

/* Judge our hooks of one engine, each for itself, then together. 'container': NULL, nobody asks for
 * a certain one. */
void doctor_ours(struct doctor *d, const struct engine_hooks *hooks,
		 const struct hook_container *container);
