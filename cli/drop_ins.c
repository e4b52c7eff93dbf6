/* Files that are read after an engine's own settings. */
#include "cli/drop_ins.h"

#include <fcntl.h>

#include "common/at.h"
#include "common/str.h"

struct walk {
	int root;
	bool all;
	size_t seen; /* names, over all directories */
	unsigned depth;
	struct toml_strings *found;
};

/* The names of one directory. */
struct listing {
	struct walk *walk;
	struct toml_strings names;
	struct err *e;
};

static void close_listing(struct listing *l)
{
	toml_strings_free(&l->names);
}

static int add_name(const char *name, void *data)
{
	struct listing *l = data;

	if (l->walk->seen++ == DROP_INS_MAX)
		return err_set(l->e, EX_CONFIG, E2BIG, "more than %d files", DROP_INS_MAX);
	return toml_strings_add(&l->names, name, l->e);
}

/* 1: it is a directory itself, and no link to one. */
static int is_directory(const struct walk *w, const char *path)
{
	cleanup_fd int fd = at_try(w->root, path, O_PATH | O_NOFOLLOW, RESOLVE_IN_ROOT);
	struct err ignored = { 0 }; /* reading it will say the same */
	struct statx sx;

	return fd >= 0 && at_statx(fd, &sx, &ignored) == 0 && S_ISDIR(sx.stx_mode);
}

static int walk(struct walk *w, const char *directory, struct err *e);

/* NOLINTNEXTLINE(misc-no-recursion): DROP_INS_DEPTH */
static int take_name(struct walk *w, const char *directory, const char *name, struct err *e)
{
	cleanup_free char *path = str_format("%s/%s", directory, name);

	if (!path)
		return err_nomem(e);
	if (is_directory(w, path))
		return w->all ? walk(w, path, e) : 0;
	return w->all || str_has_suffix(name, ".conf") ? toml_strings_add(w->found, path, e) : 0;
}

/* NOLINTNEXTLINE(misc-no-recursion): DROP_INS_DEPTH */
static int walk(struct walk *w, const char *directory, struct err *e)
{
	cleanup_with(close_listing) struct listing l = { .walk = w, .e = e };
	cleanup_fd int fd = at_try(w->root, directory, O_RDONLY | O_DIRECTORY, RESOLVE_IN_ROOT);
	int result = 0;

	if (fd < 0)
		return 0; /* there are none */
	if (w->depth == DROP_INS_DEPTH)
		return err_set(e, EX_CONFIG, E2BIG, "more than %d directories deep",
			       DROP_INS_DEPTH);
	if (at_each(fd, add_name, &l, e) < 0)
		return -e->error;
	if (l.names.n > 0)
		qsort(l.names.items, l.names.n, sizeof(*l.names.items), str_compare);
	w->depth++;
	for (size_t i = 0; i < l.names.n && result == 0; i++)
		result = take_name(w, directory, l.names.items[i], e);
	w->depth--;
	return result;
}

int drop_ins_find(int root, const char *directory, bool all, struct toml_strings *ret,
		  struct err *e)
{
	struct walk w = { .root = root, .all = all, .found = ret };

	return walk(&w, directory, e);
}
