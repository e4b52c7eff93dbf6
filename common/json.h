/* JSON to C structs by tables, and C to JSON. Only json*.c know yajl.
 *
 * Decoding streams: what the table does not name is checked and dropped, so that memory depends on
 * what is wanted and not on what is sent. Refused with exit 65, never repaired: what json_text.h
 * lists, a known key that occurs twice or in other letter case (Go's decoder would take it), a
 * value of another type than the table says, trailing data, truncation, more elements than a
 * field's limit. Of these the first, a key that readers understand differently, is -ENOTUNIQ. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

enum json_type {
	JSON_STRING,  /* char *, allocated */
	JSON_INTEGER, /* int64_t, 0 to 2^53 - 1, digits only */
	JSON_BOOLEAN, /* bool */
	JSON_STRINGS, /* struct json_strings */
	JSON_MAP, /* struct json_map, values are strings; a key that occurs twice is refused, 'null'
		     is an empty map */
	JSON_OBJECT,  /* a struct within the struct, by 'fields' */
	JSON_OBJECTS, /* struct json_objects of 'size' bytes each, by 'fields' */
};

struct json_field {
	const char *name; /* NULL ends a table */
	enum json_type type;
	size_t offset; /* in the struct */
	bool required; /* a string must also not be empty only where the caller says so */
	const struct json_field *fields;
	size_t size;
	size_t limit; /* most elements; 0: JSON_LIMIT */
};

enum { JSON_LIMIT = 1024 };

struct json_strings {
	char **items;
	size_t n;
};

struct json_pair {
	char *key, *value;
};

struct json_map {
	struct json_pair *items;
	size_t n;
};

struct json_objects {
	void *items;
	size_t n;
};

struct json_source {
	int fd;
	size_t max;	   /* most bytes */
	uint64_t deadline; /* io_now() + n; 0: none */
	/* Be content with what stands before this key of the document; neither it nor what comes
	 * after it is looked at. For documents of our own. NULL: to the end. */
	const char *until;
};

/* Decode the object in 'source' to its end. 'ret' is a zeroed struct (or preset with defaults); on
 * error it is freed. */
int json_decode(const struct json_source *source, const struct json_field *fields, void *ret,
		struct err *e) must_use;

/* Free what decoding allocated; the struct is zeroed by field. */
void json_free(const struct json_field *fields, void *object);

/* ---- writing ---- */

struct json_out; /* remembers its first error, which json_out_take() reports */

struct json_out *json_out_new(bool beautify);
void json_out_free(struct json_out **out);

void json_open(struct json_out *out, const char *key);	     /* { */
void json_close(struct json_out *out);			     /* } */
void json_open_array(struct json_out *out, const char *key); /* [ */
void json_close_array(struct json_out *out);		     /* ] */
void json_string(struct json_out *out, const char *key,
		 const char *value); /* a NULL value: nothing is written */
void json_integer(struct json_out *out, const char *key, int64_t value);
void json_boolean(struct json_out *out, const char *key, bool value);
/* In all of them the key is NULL within an array; it is UTF-8, by us or by json_decode(). Bytes of
 * a value that are not UTF-8 are written as U+FFFD. */

/* The text, with a newline at its end if beautified; it lives until json_out_free(). 'out' may be
 * NULL: no memory. */
int json_out_take(struct json_out *out, const char **ret_text, size_t *ret_length,
		  struct err *e) must_use;
