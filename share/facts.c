/* Facts: what the kernel says of a source. */
#include "share/facts.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "common/str.h"
#include "share/kind.h"
#include "share/match.h"
#include "share/watch.h"

enum { DEPTH_MAX = 4096 };

void facts_close(struct facts_context *c)
{
	int *fds[] = { &c->proc, &c->bundle, &c->direct_volumes, &c->container };

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		cleanup_close(fds[i]);
	while (c->mounts) {
		struct facts_mount *next = c->mounts->next;

		mountinfo_free(&c->mounts->info);
		free(c->mounts);
		c->mounts = next;
	}
}

void facts_free(struct facts *f)
{
	direct_free(&f->direct);
}

char *facts_absolute(const struct facts_context *c, const char *path)
{
	cleanup_free char *joined = NULL;

	if (path[0] == '/')
		return path_clean(path);
	joined = str_format("%s/%s", c->bundle_path, path);
	return joined ? path_clean(joined) : NULL;
}

int facts_mount(struct facts_context *c, uint64_t id, struct facts_mount **ret, struct err *e)
{
	struct facts_mount *m;

	for (m = c->mounts; m; m = m->next) {
		if (m->id == id) {
			*ret = m;
			return 0;
		}
	}
	m = calloc(1, sizeof(*m));
	if (!m)
		return err_nomem(e);
	if (mountinfo_get(c->proc, id, &m->info, e) < 0) {
		free(m);
		return -e->error;
	}
	m->id = id;
	m->next = c->mounts;
	*ret = c->mounts = m;
	return 0;
}

int facts_path(int proc, int fd, char *ret, size_t size, struct err *e)
{
	char name[32];
	ssize_t n;

	(void)snprintf(name, sizeof(name), "self/fd/%d", fd); /* fits */
	n = readlinkat(proc, name, ret, size - 1);
	if (n < 0)
		return err_sys(e, errno, "readlink '/proc/%s'", name);
	ret[n] = '\0';
	return 0;
}

/* Upwards by '..' from a directory: does share_dir, or tree/ by another name, lie on the way? */
static int is_inside(const struct facts_context *c, int fd, struct err *e)
{
	cleanup_fd int here = -EBADF;
	struct statx sx;

	for (int i = 0; i < DEPTH_MAX; i++) {
		int up = at_open(i == 0 ? fd : here, "..", O_PATH | O_DIRECTORY, 0, e);

		cleanup_close(&here);
		here = up;
		if (here < 0 || at_statx(here, &sx, e) < 0)
			return -e->error;
		if (at_id_equal(at_id(&sx), sharedir_id(c->sd)) ||
		    at_id_equal(at_id(&sx), c->sd->tree_id))
			return 1;
		if (at_id_equal(at_id(&sx), c->sd->trail.ids[0]) &&
		    sx.stx_mnt_id == c->sd->trail.root_mount)
			return 0;
	}
	return err_set(e, EX_DATAERR, ENAMETOOLONG, "a source lies deeper than %d directories",
		       DEPTH_MAX);
}

/* By the path that the kernel gives: for files, and for filesystems whose server would be asked on
 * the way up. */
static int is_inside_by_path(const struct facts_context *c, int fd, struct err *e)
{
	char path[PATH_MAX];

	if (facts_path(c->proc, fd, path, sizeof(path), e) < 0)
		return -e->error;
	return path_is_below(path, c->policy->share_dir);
}

int facts_find_place(const struct facts_context *c, int fd, struct facts_mount *m, struct facts *f,
		     struct err *e)
{
	int inside;

	f->place = PLACE_ELSEWHERE;
	if (!c->sd)
		return 0;
	for (size_t i = 0; i < c->sd->trail.n; i++)
		if (at_id_equal(f->id, c->sd->trail.ids[i]))
			f->place = i == 0 ? PLACE_HOST_ROOT : PLACE_ABOVE;
	if (at_id_equal(f->id, c->sd->tree_id))
		f->place = PLACE_INSIDE; /* tree/ itself, or export/, or a copy of it */
	if (f->place != PLACE_ELSEWHERE || m->outside)
		return 0;
	if (f->type == S_IFDIR && !kind_may_not_answer(m->info.fstype))
		inside = is_inside(c, fd, e);
	else
		inside = is_inside_by_path(c, fd, e);
	if (inside < 0)
		return inside;
	if (inside)
		f->place = PLACE_INSIDE;
	else if (f->id.major != sharedir_id(c->sd).major || f->id.minor != sharedir_id(c->sd).minor)
		m->outside = true; /* where the mount is attached decides for all of it */
	return 0;
}

static int open_source(const struct facts_context *c, int i)
{
	const char *rootfs = c->config->root.path, *source;

	if (i < 0)
		return at_try(c->bundle, rootfs, O_PATH | O_DIRECTORY,
			      rootfs[0] == '/' ? RESOLVE_NO_MAGICLINKS : AT_OURS_MOUNTED);
	source = oci_mount(c->config, (size_t)i)->source;
	return source && source[0] ? at_try(c->bundle, source, O_PATH, RESOLVE_NO_MAGICLINKS)
				   : -EINVAL;
}

int facts_measure_open(struct facts_context *c, int fd, struct facts *ret, struct err *e)
{
	struct facts_mount *m;
	struct statx sx;
	struct facts f;

	if (at_statx(fd, &sx, e) < 0)
		return -e->error;
	if (facts_mount(c, sx.stx_mnt_id, &m, e) == -ENOENT) {
		/* it is not in this mount namespace, or it went away just now */
		*e = (struct err){ 0 };
		*ret = (struct facts){ .error = EXDEV };
		return -ENOENT;
	}
	if (e->exit_code)
		return -e->error;
	f = (struct facts){
		.type = sx.stx_mode & S_IFMT,
		.id = at_id(&sx),
		.uid = sx.stx_uid,
		.gid = sx.stx_gid,
		.mount_id = sx.stx_mnt_id,
		.mount = &m->info,
		.rdev_major = sx.stx_rdev_major,
		.rdev_minor = sx.stx_rdev_minor,
		.mount_root = sx.stx_attributes & STATX_ATTR_MOUNT_ROOT,
	};
	/* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): facts_mount() has set m */
	if (facts_find_place(c, fd, m, &f, e) < 0)
		return -e->error;
	*ret = f;
	return 0;
}

static int measure_source(struct facts_context *c, int i, int fd, struct facts *f, struct err *e)
{
	int result;

	if (fd < 0 && err_is_transient(-fd))
		return err_sys(e, -fd, "open source");
	if (fd < 0) {
		*f = (struct facts){ .error = -fd };
		return -ENOENT;
	}
	result = facts_measure_open(c, fd, f, e);
	if (result == 0 && i >= 0)
		result = match_volume(c, i, f, e);
	return result;
}

int facts_measure(struct facts_context *c, int i, struct facts *ret, struct err *e)
{
	cleanup_fd int fd = open_source(c, i);
	cleanup_with(direct_free) struct direct *direct = NULL;
	struct facts f = { 0 };
	int result;

	if (i >= 0 && oci_mount(c->config, (size_t)i)->source &&
	    direct_read(c->direct_volumes, oci_mount(c->config, (size_t)i)->source, &direct, e) < 0)
		return -e->error;
	result = measure_source(c, i, fd, &f, e);
	if (e->exit_code)
		return result;
	*ret = f;
	ret->direct = take_ptr(direct);
	return result < 0 ? result : take_fd(&fd);
}
