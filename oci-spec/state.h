/* The state of a container as a hook reads it from its standard input.
 *
 * OCI runtime-spec, runtime.md "State": engines differ (crun adds 'root', runc leaves out 'pid' at
 * poststop where crun says 0, Kata sends an empty ociVersion and status), so nothing is decided by
 * ociVersion or status, and what is not known is passed over. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/json.h"

enum { OCI_STATE_MAX = 1 << 20, OCI_ID_MAX = 200 };

struct oci_state {
	char *version, *status; /* may be NULL */
	char *id;		/* valid: oci_id_is_valid() */
	char *bundle;		/* absolute, without '..' */
	int64_t pid;		/* as the runtime sees it; 0: none */
	struct json_map annotations;
};

/* Decode a state document, at most OCI_STATE_MAX bytes until 'deadline' (io_now() + n; 0: none).
 * Exit 65 where it is not acceptable. */
int oci_state_read(int fd, uint64_t deadline, struct oci_state *ret, struct err *e) must_use;
void oci_state_free(struct oci_state *state);

/* [A-Za-z0-9_+-][A-Za-z0-9_+.-]*, at most OCI_ID_MAX bytes: what crun accepts, and safe as a file's
 * name. */
bool oci_id_is_valid(const char *id);

/* The value of an annotation, or NULL. */
const char *oci_annotation(const struct oci_state *state, const char *key);

/* The pod sandbox's id from the annotations of the sources named in 'sources' (words: crio
 * containerd dockershim); the container's own id where there is none. Exit 65: two disagree, or it
 * is not a valid id. *ret belongs to the state. */
int oci_sandbox_id(const struct oci_state *state, const char *sources, const char **ret,
		   struct err *e) must_use;

/* What the container is within its pod. */
enum oci_container_type { OCI_SINGLE_CONTAINER, OCI_POD_SANDBOX, OCI_POD_CONTAINER };

/* Kata's ContainerType, over all engines' annotations. Exit 65: a value that is neither, or two
 * that disagree. */
int oci_container_type(const struct oci_state *state, enum oci_container_type *ret,
		       struct err *e) must_use;
