/* What the annotation io.oci-share.subpaths asks for: "/data=logs/app, /cfg=app.conf". */
#pragma once

#include <stddef.h>

#include "common/err.h"

enum { SUBPATH_REQUESTS_MAX = 1024 };

struct subpath_requests {
	struct subpath_request {
		char *destination; /* in the container, absolute and clean */
		char *path;	   /* in the volume there: subpath_check() */
	} * items;
	size_t n;
};

/* Entries DESTINATION=SUBPATH with commas between them; blanks around both sides do not count, a
 * backslash takes the character after it as it is. Exit 65: not understood; 77: a path that would
 * lead out of its volume. */
int subpath_requests_parse(const char *text, struct subpath_requests *ret, struct err *e) must_use;
void subpath_requests_free(struct subpath_requests *r);
