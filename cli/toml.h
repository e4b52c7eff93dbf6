/* One array of strings out of a TOML file, as podman's and CRI-O's settings have them. Not a TOML
 * parser: everything else is only passed over, so that what is wrong there may go unseen. What
 * concerns the key and cannot be read is an error, never a guess. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"

enum { TOML_FILE_MAX = 1 << 20, TOML_STRINGS_MAX = 256 };

struct toml_strings {
	char **items;
	size_t n;
	bool append; /* {append=true} stands in the array: add to the earlier files', here and in
			later ones that do not say otherwise */
};

/* Read 'key' ("engine.hooks_dir": names with dots between them, compared without regard to letter
 * case, as the engines' decoder does) out of a text that ends with a NUL. 1: it is there, and
 * *ret is replaced, or, where it says so and 'attributes' lets it, appended to; 0: it is not. Exit
 * 78: the text cannot be read, or what the key has is no array of strings; the message names the
 * line. */
int toml_read_strings(const char *text, const char *key, bool attributes, struct toml_strings *ret,
		      struct err *e) must_use;
void toml_strings_free(struct toml_strings *s);
int toml_strings_add(struct toml_strings *s, const char *text, struct err *e) must_use;
