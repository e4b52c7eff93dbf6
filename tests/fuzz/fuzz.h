/* What the fuzz targets share: their table, a file that holds the input, a check that fails, and
 * the way back from a struct to JSON.
 *
 * A target is one function in fuzz_<name>.c. It gives untrusted bytes to one reader of the product
 * and checks what must hold whatever they are; it keeps nothing from one call to the next. Fuzzed
 * by engine.c (libFuzzer), replayed by replay.c (any compiler). */
#pragma once

#include <stdint.h>

#include "common/json.h"

/* To add a target: its name here, and fuzz_<name>.c. */
#define FUZZ_TARGETS(row)                                                                  \
	row(annotations) row(config) row(direct) row(hookdir) row(manifest) row(mountinfo) \
		row(record) row(regexp) row(settings) row(state) row(text) row(toml) row(control)

#define FUZZ_DECLARE(name) void fuzz_##name(const uint8_t *data, size_t size);
FUZZ_TARGETS(FUZZ_DECLARE)
#undef FUZZ_DECLARE

struct fuzz_target {
	const char *name; /* NULL ends the table */
	void (*run)(const uint8_t *data, size_t size);
};

extern const struct fuzz_target fuzz_targets[];
const struct fuzz_target *fuzz_find(const char *name); /* NULL: there is none */

/* What must hold, holds; else the process ends with SIGABRT, which is the finding. */
#define fuzz_assert(condition)                                     \
	do {                                                       \
		if (!(condition))                                  \
			fuzz_fail(__FILE__, __LINE__, #condition); \
	} while (0)
_Noreturn void fuzz_fail(const char *file, int line, const char *condition);

/* A file in memory with that content, read from its start; the same one at each call. */
int fuzz_fd(const void *data, size_t size);

/* The input up to its first NUL, as a string with no byte to spare behind it. The caller frees it.
 */
char *fuzz_string(const uint8_t *data, size_t size);

/* A file on disk, ours and with mode 0600, in a directory of its own: the content is written. It
 * is the same one at each call; where it is: fuzz_directory(). */
void fuzz_file(const char *name, const void *data, size_t size);

/* The directory, which is removed at exit: "$TMPDIR/oci-share-fuzz.XXXXXX". */
const char *fuzz_directory(void);

/* A result below 0 goes with its error: that errno, an exit code of sysexits(3), and a message that
 * can be printed. */
void fuzz_check_error(int result, const struct err *e);

/* Whether it is JSON by RFC 8259 and not a byte more, said otherwise than the decoder says it. Only
 * for what was decoded: it is not bounded in depth. */
bool fuzz_is_json(const uint8_t *data, size_t size);

/* Write the struct by a table and give the text as fuzz_fd() does. A member that is an object is
 * left out where one of its required strings is NULL. */
int fuzz_encode(const struct json_field *fields, const void *object, bool beautify);
void fuzz_put(struct json_out *out, const struct json_field *fields, const void *object);
int fuzz_take(struct json_out *out);

/* Two structs have the same members. */
void fuzz_check_same(const struct json_field *fields, const void *a, const void *b);

void fuzz_check_same_text(const char *a, const char *b); /* either may be NULL */

/* A row of a table whose structs are the product's and whose names are written down here again. */
#define FUZZ_FIELD(s, json_name, json_type, member, ...)                                        \
	{                                                                                       \
		.name = (json_name), .type = (json_type), .offset = offsetof(struct s, member), \
		__VA_ARGS__                                                                     \
	}
