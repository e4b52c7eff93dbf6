/* Text for people: aligned columns and trees, by libsmartcols. What is put in may be untrusted:
 * control bytes are printed as \xNN. Colour only on a terminal. */
#pragma once

#include <stdbool.h>

#include "common/err.h"

struct table;
struct table_row; /* lives as long as its table */

struct table_column {
	const char *name; /* NULL ends the list */
	enum { TABLE_LEFT, TABLE_RIGHT, TABLE_TREE } kind;
};

enum table_color { TABLE_PLAIN, TABLE_GOOD, TABLE_WARNING, TABLE_BAD };

/* NULL: no memory. 'ascii': no line-drawing characters in trees. */
struct table *table_new(const struct table_column *columns, bool ascii);
void table_free(struct table **t);

/* A new row, below 'parent' in a tree. NULL, and a NULL parent that a row was wanted below: no
 * memory, which table_print() reports. */
struct table_row *table_add(struct table *t, struct table_row *parent);

/* Fill a cell; the text is copied. */
void table_set(struct table *t, struct table_row *row, unsigned column, const char *text,
	       enum table_color color);

/* To standard output. */
int table_print(struct table *t, struct err *e) must_use;
