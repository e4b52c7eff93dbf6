/* Sealed shares, wherever they are mounted. */
#include "cli/sealed.h"

#include <string.h>

#include "common/str.h"
#include "share/seal.h"

void sealed_free(struct sealed *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->items[i].nonce);
		free(s->items[i].point);
	}
	free(s->items);
	namespaces_free(&s->namespaces);
	*s = (struct sealed){ 0 };
}

/* Id and nonce of a sealed tmpfs; false: it is none. */
static bool take_source(const struct mountinfo *m, char id[OCI_ID_MAX + 1], const char **ret_nonce)
{
	const char *rest = m->source + strlen(SEAL_PREFIX);
	size_t length;

	if (!str_equal(m->fstype, "tmpfs") ||
	    strncmp(m->source, SEAL_PREFIX, strlen(SEAL_PREFIX)) != 0)
		return false;
	length = strcspn(rest, ":");
	if (length == 0 || length > OCI_ID_MAX || rest[length] != ':')
		return false;
	memcpy(id, rest, length);
	id[length] = '\0';
	*ret_nonce = rest + length + 1;
	return oci_id_is_valid(id);
}

/* Whether a place is tree/<sandbox>/<id>. */
static bool is_in_tree(const char *place, const char *id)
{
	const char *name, *rest = place;
	bool tree[3] = { false }, last = false;
	size_t length;

	while ((name = path_next(&rest, &length))) {
		tree[2] = tree[1];
		tree[1] = tree[0];
		tree[0] = length == 4 && strncmp(name, "tree", 4) == 0;
		last = length == strlen(id) && strncmp(name, id, length) == 0;
	}
	return last && tree[2];
}

static int add(struct sealed *s, const struct mounts *m, size_t i, const struct namespace *ns,
	       struct err *e)
{
	struct sealed_mount mount = { .major = m->items[i].major,
				      .minor = m->items[i].minor,
				      .ns = ns };
	cleanup_free char *place = NULL, *nonce = NULL, *point = NULL;
	struct sealed_mount *more;
	const char *text;

	if (!take_source(&m->items[i], mount.id, &text))
		return 0;
	place = mounts_place(m, i);
	nonce = strdup(text);
	point = strdup(m->items[i].point);
	more = realloc_array(s->items, s->n + 1, sizeof(*more));
	if (more)
		s->items = more;
	if (!more || !nonce || !point)
		return err_nomem(e);
	mount.published = place && is_in_tree(place, mount.id);
	mount.nonce = take_ptr(nonce);
	mount.point = take_ptr(point);
	s->items[s->n++] = mount;
	return 0;
}

int sealed_read(int proc, struct sealed *ret, struct err *e)
{
	cleanup_with(sealed_free) struct sealed s = { 0 };

	if (namespaces_read(proc, &s.namespaces, e) < 0)
		return -e->error;
	for (size_t i = 0; i < s.namespaces.n; i++) {
		cleanup_with(mounts_free) struct mounts m = { 0 };
		struct err gone = { 0 };

		if (namespace_mounts(proc, &s.namespaces.items[i], &m, &gone) < 0)
			continue;
		for (size_t j = 0; j < m.n; j++)
			if (add(&s, &m, j, &s.namespaces.items[i], e) < 0)
				return -e->error;
	}
	*ret = s;
	s = (struct sealed){ 0 };
	return 0;
}
