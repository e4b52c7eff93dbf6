/* The whole mount table, read with libmount; for the operator's tool only. */
#pragma once

#include "common/err.h"

/* Call 'each' with type and source of every mount whose source begins with 'prefix', the
 * last mounted first, until it returns other than 0. Returns what it returned, or a negative errno.
 */
int mounttable_each(const char *prefix,
		    int (*each)(const char *type, const char *source, void *data), void *data,
		    struct err *e) must_use;
