/* The mount namespaces of all processes, and what is mounted in them. */
#include "cli/namespaces.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "common/io.h"
#include "common/str.h"

void namespaces_free(struct namespaces *n)
{
	for (size_t i = 0; i < n->n; i++)
		free(n->items[i].processes);
	free(n->items);
	*n = (struct namespaces){ 0 };
}

void mounts_free(struct mounts *m)
{
	for (size_t i = 0; i < m->n; i++)
		mountinfo_free(&m->items[i]);
	free(m->items);
	*m = (struct mounts){ 0 };
}

const struct namespace *namespaces_find(const struct namespaces *n, uint64_t id)
{
	for (size_t i = 0; i < n->n; i++)
		if (n->items[i].id == id)
			return &n->items[i];
	return NULL;
}

/* The namespace with that number, which may be a new one. NULL: no memory. */
static struct namespace *get(struct namespaces *n, uint64_t id)
{
	struct namespace *ns = (struct namespace *)namespaces_find(n, id);

	if (ns)
		return ns;
	ns = array_grow((void **)&n->items, n->n, sizeof(*ns));
	if (ns) {
		*ns = (struct namespace){ .id = id };
		n->n++;
	}
	return ns;
}

static uint64_t namespace_of(int dir, const char *name)
{
	struct statx sx;

	return sys_statx(dir, name, 0, STATX_INO, &sx) < 0 ? 0 : sx.stx_ino;
}

/* Only kernel threads, and processes that are gone, have no program. */
static bool has_program(int dir)
{
	char target[1];

	return readlinkat(dir, "exe", target, sizeof(target)) >= 0 || errno != ENOENT;
}

struct reading {
	int proc;
	struct namespaces namespaces;
};

static int each_process(const char *name, void *data)
{
	struct reading *r = data;
	struct namespace_process process = { 0 }, *place;
	struct err ignored = { 0 };
	struct namespace *ns;
	cleanup_fd int dir = -EBADF;
	uint64_t id;

	if (name[strspn(name, "0123456789")] != '\0')
		return 0;
	dir = at_try(r->proc, name, O_PATH | O_DIRECTORY, 0);
	if (dir < 0 || !has_program(dir) ||
	    io_read_line(dir, "comm", process.comm, sizeof(process.comm), &ignored) < 0)
		return 0;
	id = namespace_of(dir, "ns/mnt");
	if (id == 0)
		return 0;
	process.pid = (pid_t)strtol(name, NULL, 10);
	process.user_ns = namespace_of(dir, "ns/user");
	process.pid_ns = namespace_of(dir, "ns/pid");
	ns = get(&r->namespaces, id);
	place = ns ? array_grow((void **)&ns->processes, ns->n, sizeof(*place)) : NULL;
	if (!place)
		return -ENOMEM;
	*place = process;
	ns->n++;
	return 0;
}

int namespaces_read(int proc, struct namespaces *ret, struct err *e)
{
	struct reading r = { .proc = proc };
	int result = at_each(proc, each_process, &r, e);

	if (result < 0) {
		namespaces_free(&r.namespaces);
		return result == -ENOMEM ? err_nomem(e) : result;
	}
	*ret = r.namespaces;
	return 0;
}

static int compare_ids(const void *a, const void *b)
{
	const struct mountinfo *m = a, *other = b;

	return (m->id > other->id) - (m->id < other->id);
}

static int read_table(FILE *table, struct mounts *ret, struct err *e)
{
	cleanup_with(mounts_free) struct mounts m = { 0 };
	cleanup_free char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, table) > 0) {
		struct mountinfo *place = array_grow((void **)&m.items, m.n, sizeof(*place));
		struct err ignored = { 0 };

		if (!place)
			return err_nomem(e);
		if (mountinfo_parse(line, place, &ignored) == 0)
			m.n++;
	}
	if (m.n > 0)
		qsort(m.items, m.n, sizeof(*m.items), compare_ids);
	*ret = m;
	m = (struct mounts){ 0 };
	return 0;
}

/* 1: it was read; 0: the process is gone, or in another namespace by now. */
static int read_as(int proc, const struct namespace *ns, pid_t pid, struct mounts *ret,
		   struct err *e)
{
	char name[32];
	cleanup_fd int dir = -EBADF, fd = -EBADF;
	FILE *table;
	int result;

	(void)snprintf(name, sizeof(name), "%d", pid); /* fits */
	dir = at_try(proc, name, O_PATH | O_DIRECTORY, 0);
	fd = dir < 0 ? dir : at_try(dir, "mountinfo", O_RDONLY, 0);
	if (fd < 0 || namespace_of(dir, "ns/mnt") != ns->id)
		return 0;
	table = fdopen(fd, "re");
	if (!table)
		return err_nomem(e);
	(void)take_fd(&fd); /* it is the stream's now */
	result = read_table(table, ret, e);
	(void)fclose(table); /* only read from */
	return result < 0 ? result : 1;
}

int namespace_mounts(int proc, const struct namespace *ns, struct mounts *ret, struct err *e)
{
	for (size_t i = 0; i < ns->n; i++) {
		int result = read_as(proc, ns, ns->processes[i].pid, ret, e);

		if (result != 0)
			return result < 0 ? result : 0;
	}
	return err_set(e, EX_OSERR, ESRCH, "the processes of namespace %ju are gone",
		       (uintmax_t)ns->id);
}

char *mounts_place(const struct mounts *m, size_t i)
{
	const struct mountinfo *mount = &m->items[i], wanted = { .id = mount->parent };
	const struct mountinfo *parent =
		bsearch(&wanted, m->items, m->n, sizeof(*m->items), compare_ids);
	cleanup_free char *path = NULL;

	if (!parent || parent == mount || !path_is_below(mount->point, parent->point))
		return NULL;
	path = str_format("%s/%s", parent->root,
			  mount->point +
				  (str_equal(parent->point, "/") ? 0 : strlen(parent->point)));
	return path ? path_clean(path) : NULL;
}
