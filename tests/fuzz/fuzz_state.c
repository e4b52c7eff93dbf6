/* The state that an engine gives its hooks. */
#include <limits.h>
#include <string.h>

#include "oci-spec/state.h"
#include "tests/fuzz/fuzz.h"

static const struct json_field fields[] = {
	FUZZ_FIELD(oci_state, "ociVersion", JSON_STRING, version),
	FUZZ_FIELD(oci_state, "id", JSON_STRING, id),
	FUZZ_FIELD(oci_state, "status", JSON_STRING, status),
	FUZZ_FIELD(oci_state, "pid", JSON_INTEGER, pid),
	FUZZ_FIELD(oci_state, "bundle", JSON_STRING, bundle),
	FUZZ_FIELD(oci_state, "annotations", JSON_MAP, annotations),
	{ 0 },
};

/* Said otherwise than oci_id_is_valid() says it: it cannot lead anywhere as a file's name. */
static void check_id(const char *id)
{
	fuzz_assert(id[0] && id[0] != '.' && strlen(id) <= OCI_ID_MAX);
	for (const char *p = id; *p; p++)
		fuzz_assert((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') ||
			    (*p >= 'A' && *p <= 'Z') || strchr("_+-.", *p));
	fuzz_assert(oci_id_is_valid(id));
}

static void check_bundle(const char *bundle)
{
	size_t length = strlen(bundle);

	fuzz_assert(bundle[0] == '/' && !strstr(bundle, "/../"));
	fuzz_assert(length < 3 || strcmp(bundle + length - 3, "/..") != 0);
}

static void check_annotations(const struct oci_state *state)
{
	const struct json_map *map = &state->annotations;

	for (size_t i = 0; i < map->n; i++)
		fuzz_assert(oci_annotation(state, map->items[i].key) == map->items[i].value);
}

static void check_sandbox(const struct oci_state *state)
{
	static const char *const sources[] = { "", "crio", "containerd dockershim",
					       "crio containerd dockershim" };
	enum oci_container_type type;
	struct err e = { 0 };
	int result;

	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		const char *sandbox = NULL;

		e = (struct err){ 0 };
		result = oci_sandbox_id(state, sources[i], &sandbox, &e);
		if (result < 0)
			fuzz_check_error(result, &e);
		else
			check_id(sandbox);
		fuzz_assert(i > 0 || sandbox == state->id);
	}
	e = (struct err){ 0 };
	result = oci_container_type(state, &type, &e);
	if (result < 0)
		fuzz_check_error(result, &e);
}

void fuzz_state(const uint8_t *data, size_t size)
{
	cleanup_with(oci_state_free) struct oci_state state = { 0 }, again = { 0 };
	struct err e = { 0 };
	int result = oci_state_read(fuzz_fd(data, size), 0, &state, &e);

	if (result < 0) {
		fuzz_check_error(result, &e);
		fuzz_assert(e.exit_code == EX_DATAERR && !state.id && !state.annotations.items);
		return;
	}
	fuzz_assert(fuzz_is_json(data, size));
	check_id(state.id);
	check_bundle(state.bundle);
	fuzz_assert(state.pid >= 0 && state.pid <= INT_MAX);
	check_annotations(&state);
	check_sandbox(&state);
	fuzz_assert(oci_state_read(fuzz_encode(fields, &state, false), 0, &again, &e) == 0);
	fuzz_check_same(fields, &state, &again);
}
