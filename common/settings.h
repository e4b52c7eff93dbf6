/* Settings from INI files and options of the same names, by one table. The only file that knows
 * inih is settings.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "common/err.h"

enum setting_type {
	SETTING_CHOICE, /* int: the place of the value in 'values'; the first is the default */
	SETTING_WORDS,	/* char *: words out of 'values', separated by blanks */
	SETTING_NUMBER, /* unsigned: 0 to 'max' */
	/* char *: no control bytes; one of 'values', of which a word that ends with a slash is the
	 * beginning of an absolute path; a path alone is stored clean */
	SETTING_TEXT,
};

struct setting {
	const char *key; /* share_dir; as an option --share-dir. NULL ends the table */
	enum setting_type type;
	size_t offset;
	const char *initial; /* default, but of a choice */
	const char *values;  /* accepted words, separated by blanks */
	unsigned max;
	const char *help;
};

/* Set all defaults. 'ret' is zeroed. */
int settings_init(const struct setting *table, void *ret, struct err *e) must_use;
void settings_free(const struct setting *table, void *settings);

/* Set one. -EINVAL, exit 78: the key is unknown or the value not accepted; the message names what
 * is. */
int settings_set(const struct setting *table, void *settings, const char *key, const char *value,
		 struct err *e) must_use;

/* Read an INI file without sections, lines of at most 198 bytes (inih's limit) that do not begin
 * with a blank, which must be a regular file, owned by root and not writable by others. One that is
 * missing is an error only where 'required'. Messages name file and line. */
int settings_read(const struct setting *table, void *settings, const char *path, bool required,
		  struct err *e) must_use;

/* If argv[*index] is an option of the table ("--share-dir X" or "--share-dir=X"), set it, move
 * *index behind it, return
 * 1. 0: it is not. Exit 64 where its value is missing or not accepted. */
int settings_option(const struct setting *table, void *settings, int argc, char **argv, int *index,
		    struct err *e) must_use;

/* The table for --help: one option a line. */
void settings_print_help(const struct setting *table, FILE *out);
