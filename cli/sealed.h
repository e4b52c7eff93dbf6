/* Sealed shares, wherever they are mounted: in any mount namespace that can be seen. */
#pragma once

#include "cli/namespaces.h"
#include "oci-spec/state.h"

struct sealed {
	struct sealed_mount {
		char id[OCI_ID_MAX + 1];
		char *nonce, *point;
		uint32_t major, minor;
		const struct namespace *ns;
		bool published; /* it is mounted in a tree/<sandbox>/<id>, of whatever share_dir */
	} * items;
	size_t n;
	struct namespaces namespaces;
};

int sealed_read(int proc, struct sealed *ret, struct err *e) must_use;
void sealed_free(struct sealed *s);
