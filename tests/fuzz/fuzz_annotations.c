/* A container's annotations, as keys and values with a NUL behind each: what they take away from
 * the settings, and above all the subpaths that they ask for. The first byte chooses the settings.
 */
#include <string.h>

#include "common/str.h"
#include "share/policy.h"
#include "share/subpath.h"
#include "tests/fuzz/fuzz.h"

enum { PAIRS_MAX = 8 };

/* Said otherwise than subpath_check() says it. */
static bool leads_away(const char *path)
{
	cleanup_free char *framed = str_format("/%s/", path);

	fuzz_assert(framed);
	return path[0] == '/' || strstr(framed, "/../");
}

static void check_path(const char *path)
{
	struct err e = { 0 };
	int result = subpath_check(path, &e);

	if (result < 0) {
		fuzz_check_error(result, &e);
		fuzz_assert(e.exit_code == EX_NOPERM || e.exit_code == EX_DATAERR);
		/* what only leads astray is said to, and nothing else is */
		fuzz_assert(e.exit_code != EX_NOPERM || leads_away(path));
	} else {
		fuzz_assert(!leads_away(path));
	}
}

/* Every byte of it escaped. */
static void put_escaped(char **to, const char *text)
{
	for (; *text; text++) {
		*(*to)++ = '\\';
		*(*to)++ = *text;
	}
}

/* What was understood, written so that it is understood again. */
static void check_again(const struct subpath_requests *r)
{
	cleanup_with(subpath_requests_free) struct subpath_requests again = { 0 };
	cleanup_free char *text = NULL;
	size_t room = 1;
	struct err e = { 0 };
	char *p;

	for (size_t i = 0; i < r->n; i++)
		room += 2 * (strlen(r->items[i].destination) + strlen(r->items[i].path)) + 2;
	p = text = malloc(room);
	fuzz_assert(text);
	for (size_t i = 0; i < r->n; i++) {
		if (i > 0)
			*p++ = ',';
		put_escaped(&p, r->items[i].destination);
		*p++ = '=';
		put_escaped(&p, r->items[i].path);
	}
	*p = '\0';
	fuzz_assert(subpath_requests_parse(text, &again, &e) == 0 && again.n == r->n);
	for (size_t i = 0; i < r->n; i++) {
		fuzz_check_same_text(r->items[i].destination, again.items[i].destination);
		fuzz_check_same_text(r->items[i].path, again.items[i].path);
	}
}

static void check_requests(const struct subpath_requests *r)
{
	fuzz_assert(r->n <= SUBPATH_REQUESTS_MAX);
	for (size_t i = 0; i < r->n; i++) {
		cleanup_free char *clean = path_clean(r->items[i].destination);

		fuzz_assert(clean && str_equal(clean, r->items[i].destination));
		fuzz_assert(clean[0] == '/' && !strstr(clean, "//"));
		fuzz_assert(r->items[i].path[0] && !leads_away(r->items[i].path));
		check_path(r->items[i].path);
	}
	if (r->n > 0)
		check_again(r);
}

/* The next text up to a NUL. The caller frees it. */
static char *take(const uint8_t **data, size_t *size)
{
	char *text = fuzz_string(*data, *size);
	size_t length = strlen(text);

	length += length < *size;
	*data += length;
	*size -= length;
	return text;
}

static void add_pair(struct oci_state *state, char *key, char *value)
{
	struct json_map *map = &state->annotations;

	if (oci_annotation(state, key)) { /* decoding refuses what occurs twice */
		free(key);
		free(value);
		return;
	}
	map->items[map->n++] = (struct json_pair){ key, value };
}

static void narrow(unsigned choice, const struct oci_state *state)
{
	cleanup_with(policy_free) struct policy p = { .access = choice & 1,
						      .volumes = choice >> 1 & 1,
						      .create_subpaths = choice >> 2 & 1 };
	const struct policy before = p;
	struct err e = { 0 };
	int result = policy_narrow(&p, state, &e);

	if (result < 0) {
		fuzz_check_error(result, &e);
		fuzz_assert(e.exit_code == EX_DATAERR || e.exit_code == EX_NOPERM);
	}
	/* they never give */
	fuzz_assert(p.access <= before.access && p.volumes >= before.volumes);
	fuzz_assert(p.volumes <= VOLUMES_NONE && (p.enabled == 0 || p.enabled == ENABLED_FALSE));
	fuzz_assert(p.create_subpaths == before.create_subpaths && p.max_mounts == 0 &&
		    !p.share_dir && !p.direct_volumes_dir && !p.log);
	check_requests(&p.subpaths);
}

void fuzz_annotations(const uint8_t *data, size_t size)
{
	struct json_pair pairs[PAIRS_MAX];
	struct oci_state state = { .annotations = { .items = pairs } };
	unsigned choice = size > 0 ? data[0] : 0;

	data += size > 0;
	size -= size > 0;
	while (size > 0 && state.annotations.n < PAIRS_MAX) {
		char *key = take(&data, &size), *value = take(&data, &size);

		check_path(value);
		add_pair(&state, key, value);
	}
	narrow(choice, &state);
	for (size_t i = 0; i < state.annotations.n; i++) {
		free(pairs[i].key);
		free(pairs[i].value);
	}
}
