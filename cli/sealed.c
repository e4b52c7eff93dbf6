/* Sealed shares, wherever they are mounted. */
#include "cli/sealed.h"

#include <string.h>

#include "common/process.h"
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

/* Whether a place is tree/<sandbox>/<id>. */
static bool is_in_tree(const char *place, const char *id)
{
	const char *name, *rest = place;
	bool tree[3] = { false }, last = false;
	size_t length;

	while ((name = path_next(&rest, &length))) {
		tree[2] = tree[1];
		tree[1] = tree[0];
		tree[0] = str_is("tree", name, length);
		last = str_is(id, name, length);
	}
	return last && tree[2];
}

/* What was read of our namespaces, or of foreign ones. */
struct part {
	const char *id;
	bool foreign, full;
	size_t n, lines; /* of sealed mounts, and of all mounts */
};

/* Tables of foreign namespaces, of which a user may have many, end somewhere too. */
enum { FOREIGN_LINES_MAX = 1 << 17 };

static int add(struct sealed *s, struct part *p, const struct mounts *m, size_t i,
	       const struct namespace *ns, struct err *e)
{
	struct sealed_mount mount = { .ns = ns, .foreign = p->foreign }, *slot;
	cleanup_free char *place = NULL, *nonce = NULL, *point = NULL;
	const char *text;

	if (!seal_parse(m->items[i].fstype, m->items[i].source, mount.id, &text) ||
	    (p->id && !str_equal(mount.id, p->id)))
		return 0;
	if (p->n == SEALED_MAX) {
		p->full = true;
		return 0;
	}
	place = mounts_place(m, i);
	nonce = strdup(text);
	point = strdup(m->items[i].point);
	slot = array_grow((void **)&s->items, s->n, sizeof(*slot));
	if (!slot || !nonce || !point)
		return err_nomem(e);
	mount.published = place && is_in_tree(place, mount.id);
	mount.nonce = take_ptr(nonce);
	mount.point = take_ptr(point);
	*slot = mount;
	s->n++;
	p->n++;
	return 0;
}

static int add_namespace(struct sealed *s, struct part *p, int proc, const struct namespace *ns,
			 struct err *e)
{
	cleanup_with(mounts_free) struct mounts m = { 0 };
	struct err gone = { 0 };

	if (namespace_mounts(proc, ns, &m, &gone) < 0)
		return 0;
	p->lines += m.n;
	p->full |= p->foreign && p->lines > FOREIGN_LINES_MAX;
	for (size_t i = 0; i < m.n && !p->full; i++)
		if (add(s, p, &m, i, ns, e) < 0)
			return -e->error;
	return 0;
}

static bool is_foreign(const struct namespace *ns, uint64_t user_ns)
{
	for (size_t i = 0; i < ns->n; i++)
		if (ns->processes[i].user_ns == user_ns)
			return false;
	return true;
}

int sealed_read(int proc, const char *id, struct sealed *ret, struct err *e)
{
	cleanup_with(sealed_free) struct sealed s = { 0 };
	struct part parts[] = { { .id = id }, { .id = id, .foreign = true } };
	uint64_t user_ns;

	if (process_namespace(proc, "user", &user_ns, e) < 0 ||
	    namespaces_read(proc, &s.namespaces, e) < 0)
		return -e->error;
	for (size_t i = 0; i < s.namespaces.n; i++) {
		const struct namespace *ns = &s.namespaces.items[i];
		struct part *p = &parts[is_foreign(ns, user_ns)];

		if (!p->full && add_namespace(&s, p, proc, ns, e) < 0)
			return -e->error;
	}
	s.more = parts[0].full;
	s.more_foreign = parts[1].full;
	*ret = s;
	s = (struct sealed){ 0 };
	return 0;
}
