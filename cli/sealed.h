/* Sealed shares, wherever they are mounted: in any mount namespace that can be seen. */
#pragma once

#include "cli/namespaces.h"
#include "oci-spec/state.h"

enum { SEALED_MAX = 16384 };

struct sealed {
	/* the mounts of one namespace stand together */
	struct sealed_mount {
		char id[OCI_ID_MAX + 1];
		char *nonce, *point;
		const struct namespace *ns;
		bool published; /* it is mounted in a tree/<sandbox>/<id>, of whatever share_dir */
		bool foreign;	/* the namespace is of another user namespace: any user may have
				   made it, with any text */
	} * items;
	size_t n;
	bool more, more_foreign; /* there are others, which were not looked at */
	struct namespaces namespaces;
};

/* Those of one container, or of all (id: NULL); at most SEALED_MAX, and as many foreign ones. */
int sealed_read(int proc, const char *id, struct sealed *ret, struct err *e) must_use;
void sealed_free(struct sealed *s);
