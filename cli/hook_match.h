/* Whether a hook applies to a container, as the engines find it out from 'when': pkg/hooks/1.0.0 of
 * containers/common. All conditions that are given must hold, or one, where when.any says so. */
#pragma once

#include "oci-spec/hookdir.h"

/* What is known of a container. */
struct hook_container {
	struct json_map annotations;
	const char *command; /* process.args[0]; NULL: not known */
};

/* Annotations from a command line: KEY=VALUE, with commas between them; a backslash takes the
 * character after it as it is. Exit 64: not understood. */
int hook_annotations_parse(const char *text, struct json_map *ret, struct err *e) must_use;
void hook_annotations_free(struct json_map *annotations);

enum hook_applies {
	HOOK_APPLIES,
	HOOK_DEPENDS, /* on what is not known: the command, whether there are bind mounts */
	HOOK_DOES_NOT,
};

enum { HOOK_WHY_SIZE = 256 };

/* *why says on what it depends, or which condition does not hold. The hook's regular expressions
 * are known to be good. */
int hook_applies(const struct oci_hook *hook, const struct hook_container *container,
		 enum hook_applies *ret, char why[HOOK_WHY_SIZE], struct err *e) must_use;

/* Whether Go takes all regular expressions of a hook. Exit 65: which it does not, and why. */
int hook_check_regexps(const struct oci_hook *hook, struct err *e) must_use;
