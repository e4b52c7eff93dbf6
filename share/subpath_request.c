/* What the annotation io.oci-share.subpaths asks for. */
#include "share/subpath_request.h"

#include <string.h>

#include "common/str.h"
#include "share/subpath.h"

/* The text up to the first of 'stops' that is not escaped, where *text is left. The caller frees
 * it. */
static int take_side(const char **text, const char *stops, char **ret, struct err *e)
{
	const char *p = *text + strspn(*text, " \t");
	cleanup_free char *side = malloc(strlen(p) + 1);
	size_t used = 0, end = 0;

	if (!side)
		return err_nomem(e);
	for (; *p && !strchr(stops, *p); p++) {
		bool escaped = *p == '\\';

		if (escaped && !*++p)
			return err_set(e, EX_DATAERR, EINVAL, "a backslash stands at the end");
		side[used++] = *p;
		if (escaped || !strchr(" \t", *p))
			end = used;
	}
	side[end] = '\0';
	*text = p;
	*ret = take_ptr(side);
	return 0;
}

static int take_request(const char **text, struct subpath_request *ret, struct err *e)
{
	const char *start = *text;
	cleanup_free char *destination = NULL, *path = NULL;

	if (take_side(text, "=,", &destination, e) < 0)
		return -e->error;
	if (**text == '=') {
		++*text;
		if (take_side(text, ",", &path, e) < 0)
			return -e->error;
	}
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): take_side() has set it */
	if (!path || !path[0] || destination[0] != '/')
		return err_set(e, EX_DATAERR, EINVAL, "'%.*s' is not '/DESTINATION=SUBPATH'",
			       (int)strcspn(start, ","), start);
	if (subpath_check(path, e) < 0)
		return -e->error;
	ret->destination = path_clean(destination);
	if (!ret->destination)
		return err_nomem(e);
	ret->path = take_ptr(path);
	return 0;
}

int subpath_requests_parse(const char *text, struct subpath_requests *ret, struct err *e)
{
	cleanup_with(subpath_requests_free) struct subpath_requests r = { 0 };

	do {
		struct subpath_request *next = array_grow((void **)&r.items, r.n, sizeof(*next));

		if (!next)
			return err_nomem(e);
		if (r.n == SUBPATH_REQUESTS_MAX)
			return err_set(e, EX_DATAERR, E2BIG, "more than %d subpaths",
				       SUBPATH_REQUESTS_MAX);
		if (take_request(&text, next, e) < 0)
			return -e->error;
		r.n++;
	} while (*text++ == ',');
	*ret = r;
	r = (struct subpath_requests){ 0 };
	return 0;
}

void subpath_requests_free(struct subpath_requests *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->items[i].destination);
		free(r->items[i].path);
	}
	free(r->items);
	*r = (struct subpath_requests){ 0 };
}
