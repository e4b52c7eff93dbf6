/* The state of a container. */
#include "oci-spec/state.h"

#include <limits.h>
#include <string.h>

#include "common/io.h"
#include "common/str.h"

static const struct json_field fields[] = {
	{ .name = "ociVersion",
	  .type = JSON_STRING,
	  .offset = offsetof(struct oci_state, version) },
	{ .name = "id",
	  .type = JSON_STRING,
	  .offset = offsetof(struct oci_state, id),
	  .required = true },
	{ .name = "status", .type = JSON_STRING, .offset = offsetof(struct oci_state, status) },
	{ .name = "pid", .type = JSON_INTEGER, .offset = offsetof(struct oci_state, pid) },
	{ .name = "bundle",
	  .type = JSON_STRING,
	  .offset = offsetof(struct oci_state, bundle),
	  .required = true },
	{ .name = "annotations",
	  .type = JSON_MAP,
	  .offset = offsetof(struct oci_state, annotations) },
	{ 0 },
};

/* Which annotations say to which pod a container belongs, and as what, for each engine whose CRI
 * sets them; podman uses CRI-O's. */
static const struct {
	const char *source, *sandbox_id, *type, *sandbox, *container;
} pod_annotations[] = {
	{ "crio", "io.kubernetes.cri-o.SandboxID", "io.kubernetes.cri-o.ContainerType", "sandbox",
	  "container" },
	{ "containerd", "io.kubernetes.cri.sandbox-id", "io.kubernetes.cri.container-type",
	  "sandbox", "container" },
	{ "dockershim", "io.kubernetes.sandbox.id", "io.kubernetes.docker.type", "podsandbox",
	  "container" },
};

void oci_state_free(struct oci_state *state)
{
	json_free(fields, state);
}

bool oci_id_is_valid(const char *id)
{
	static const char first[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-";
	static const char later[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-.";
	size_t length = strlen(id);

	return strspn(id, first) > 0 && strspn(id, later) == length && length <= OCI_ID_MAX;
}

/* Absolute, and '..' nowhere. */
static bool is_plain_absolute(const char *path)
{
	const char *name;
	size_t length;

	if (path[0] != '/')
		return false;
	while ((name = path_next(&path, &length)))
		if (length == 2 && name[0] == '.' && name[1] == '.')
			return false;
	return true;
}

int oci_state_read(int fd, uint64_t deadline, struct oci_state *ret, struct err *e)
{
	struct json_source source = { .fd = fd, .max = OCI_STATE_MAX, .deadline = deadline };
	cleanup_with(oci_state_free) struct oci_state state = { 0 };

	if (json_decode(&source, fields, &state, e) < 0)
		return err_wrap(e, "state");
	if (!oci_id_is_valid(state.id))
		return err_set(e, EX_DATAERR, EINVAL, "state: id '%s' is not acceptable", state.id);
	if (!is_plain_absolute(state.bundle))
		return err_set(e, EX_DATAERR, EINVAL,
			       "state: bundle '%s' is not an absolute path without '..'",
			       state.bundle);
	if (state.pid > INT_MAX)
		return err_set(e, EX_DATAERR, EINVAL, "state: pid %jd is out of range",
			       (intmax_t)state.pid);
	*ret = state;
	state = (struct oci_state){ 0 };
	return 0;
}

const char *oci_annotation(const struct oci_state *state, const char *key)
{
	for (size_t i = 0; i < state->annotations.n; i++)
		if (str_equal(state->annotations.items[i].key, key))
			return state->annotations.items[i].value;
	return NULL;
}

int oci_sandbox_id(const struct oci_state *state, const char *sources, const char **ret,
		   struct err *e)
{
	const char *sandbox = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(pod_annotations); i++) {
		const char *key = pod_annotations[i].sandbox_id, *value;

		if (!str_in_words(sources, pod_annotations[i].source) ||
		    !(value = oci_annotation(state, key)))
			continue;
		if (!oci_id_is_valid(value))
			return err_set(e, EX_DATAERR, EINVAL,
				       "annotation '%s': id '%s' is not acceptable", key, value);
		if (sandbox && !str_equal(sandbox, value))
			return err_set(e, EX_DATAERR, EINVAL,
				       "annotation '%s': '%s' is not the sandbox '%s' of another",
				       key, value, sandbox);
		sandbox = value;
	}
	*ret = sandbox ? sandbox : state->id;
	return 0;
}

int oci_container_type(const struct oci_state *state, enum oci_container_type *ret, struct err *e)
{
	enum oci_container_type type = OCI_SINGLE_CONTAINER;

	for (size_t i = 0; i < ARRAY_SIZE(pod_annotations); i++) {
		const char *key = pod_annotations[i].type, *value = oci_annotation(state, key);
		enum oci_container_type found;

		if (!value)
			continue;
		if (str_equal(value, pod_annotations[i].sandbox))
			found = OCI_POD_SANDBOX;
		else if (str_equal(value, pod_annotations[i].container))
			found = OCI_POD_CONTAINER;
		else
			return err_set(e, EX_DATAERR, EINVAL,
				       "annotation '%s': '%s' is no type of container", key, value);
		if (type != OCI_SINGLE_CONTAINER && type != found)
			return err_set(e, EX_DATAERR, EINVAL,
				       "annotation '%s': '%s' contradicts another", key, value);
		type = found;
	}
	*ret = type;
	return 0;
}
