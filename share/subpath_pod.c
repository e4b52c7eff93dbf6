/* Bind a subpath in kubelet's directory layout. */
#include "share/subpath_pod.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "common/mount.h"
#include "common/mountinfo.h"
#include "common/str.h"
#include "share/pod_dir.h"
#include "share/subpath.h"

enum { INDEX_SIZE = 16 };

/* One binding. */
struct binding {
	const struct subpath *s;
	int proc;
	int volume, source; /* O_PATH */
	int pod;	    /* O_PATH */
	int subpaths;	    /* <pod dir>/volume-subpaths, locked */
	int container;	    /* <pod dir>/volume-subpaths/<volume>/<container>, O_PATH */
	char *pod_path, index[INDEX_SIZE];
	struct statx stat; /* of the source */
	/* of the volume's mount */
	bool readonly;	     /* or it is wanted so */
	uint64_t peer_group; /* 0: it is not shared */
};

static void close_binding(struct binding *b)
{
	int fds[] = { b->volume, b->source, b->pod, b->subpaths, b->container };

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		cleanup_close(&fds[i]);
	free(b->pod_path);
}

static int check_names(const struct subpath *s, struct err *e)
{
	if (pod_dir_check_name("volume", s->volume_name, e) < 0 ||
	    pod_dir_check_name("container", s->container_name, e) < 0)
		return -e->error;
	return subpath_check(s->path, e);
}

static int open_volume(struct binding *b, struct err *e)
{
	const char *path = b->s->volume_path;
	cleanup_with(mountinfo_free) struct mountinfo m = { 0 };
	struct statx sx;

	if (path[0] != '/')
		return err_set(e, EX_USAGE, EINVAL, "volume '%s': not an absolute path", path);
	b->volume = at_open(AT_FDCWD, path, O_PATH, RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS, e);
	if (b->volume == -ENOENT || b->volume == -ENOTDIR)
		e->exit_code = EX_NOINPUT;
	if (b->volume == -ELOOP)
		return err_set(e, EX_NOPERM, ELOOP, "volume '%s': a symbolic link is in its path",
			       path);
	if (b->volume < 0)
		return err_wrap(e, "volume");
	if (at_statx(b->volume, &sx, e) < 0 || mountinfo_get(b->proc, sx.stx_mnt_id, &m, e) < 0)
		return err_wrap(e, "volume '%s'", path);
	/* to look up a name in it would wait for who mounts it */
	if (str_equal(m.fstype, "autofs"))
		return err_set(e, EX_NOINPUT, ENODEV,
			       "volume '%s': an automount that is not mounted", path);
	b->readonly = b->s->readonly || m.attributes & MOUNT_ATTR_RDONLY;
	b->peer_group = m.peer_group;
	return 0;
}

static int open_source(struct binding *b, struct err *e)
{
	struct statx sx;

	b->source = subpath_open(b->volume, b->s->path, e);
	if (b->source == -ENOENT && b->s->create) {
		*e = (struct err){ 0 };
		if (at_statx(b->volume, &sx, e) < 0)
			return -e->error;
		b->source = subpath_make_dir(b->volume, b->s->path, SUBPATH_MODE, sx.stx_uid,
					     sx.stx_gid, e);
	}
	return b->source < 0 ? b->source : at_statx(b->source, &b->stat, e);
}

static int open_container(struct binding *b, struct err *e)
{
	const char *const names[] = { b->s->volume_name, b->s->container_name };
	int fd = b->subpaths;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		int next = -EBADF;

		if (at_mkdir(fd, names[i], POD_DIR_MODE, e) == 0)
			next = at_open(fd, names[i], O_PATH | O_DIRECTORY, AT_OURS, e);
		cleanup_close(&b->container);
		b->container = fd = next;
		if (next < 0)
			return err_wrap(e, "pod directory '%s'", b->pod_path);
	}
	return 0;
}

/* Whether what is mounted there, at a directory of the mount 'above', is what we would mount: the
 * same, with the same attributes, nothing below it, and not tied to the mount of the volume. */
static int is_same(const struct binding *b, const struct statx *there, uint64_t above,
		   struct err *e)
{
	const uint64_t attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
	cleanup_with(mountinfo_free) struct mountinfo m = { 0 }, parent = { 0 };
	uint64_t below;
	int n;

	if (!at_id_equal(at_id(there), at_id(&b->stat)))
		return 0;
	if (mountinfo_get(b->proc, there->stx_mnt_id, &m, e) < 0 ||
	    mountinfo_get(b->proc, above, &parent, e) < 0)
		return -e->error;
	if ((m.attributes & attributes) != attributes ||
	    !(m.attributes & MOUNT_ATTR_RDONLY) != !b->readonly)
		return 0;
	if (m.master != 0 ||
	    (m.peer_group != 0 && (parent.peer_group == 0 || m.peer_group == b->peer_group)))
		return 0;
	n = mountinfo_below(b->proc, m.id, &below, 1, e);
	return n < 0 ? n : n == 0;
}

/* What is mounted in its place already: 1 the same; 0 nothing, or no longer. */
static int settle_target(struct binding *b, struct err *e)
{
	for (int i = 0; i <= POD_DIR_STACK_MAX; i++) {
		cleanup_fd int fd = at_try(b->container, b->index, O_PATH | O_NOFOLLOW,
					   RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
		struct statx sx, above;
		int same;

		if (fd == -ENOENT)
			return 0;
		if (fd < 0)
			return err_sys(e, -fd, "open '%s'", b->index);
		if (at_statx(fd, &sx, e) < 0 || at_statx(b->container, &above, e) < 0)
			return -e->error;
		if (sx.stx_mnt_id == above.stx_mnt_id)
			return 0;
		same = is_same(b, &sx, above.stx_mnt_id, e);
		if (same != 0)
			return same;
		if (mount_detach_at(b->container, b->index, e) < 0)
			return -e->error;
		/* copies with mounts of their own below stay where they are, in other namespaces;
		 * they go with the directory. One that is not empty may be fit all the same. */
		if (placeholder_remove(b->container, b->index))
			continue;
	}
	return err_set(e, EX_CANTCREAT, EBUSY, "more than %d mounts lie on '%s'", POD_DIR_STACK_MAX,
		       b->index);
}

static int mount_source(struct binding *b, struct err *e)
{
	uint64_t attributes =
		MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (b->readonly ? MOUNT_ATTR_RDONLY : 0);
	cleanup_fd int clone = mount_clone(b->source, false, e), target = -EBADF;
	bool made = false;

	if (clone < 0 || mount_shape(clone, attributes, MS_PRIVATE, false, e) < 0)
		return -e->error;
	target = placeholder_make(b->container, b->index, S_ISDIR(b->stat.stx_mode), &made, e);
	if (target >= 0 && mount_attach(clone, target, "", e) == 0)
		return 0;
	if (made && placeholder_remove(b->container, b->index))
		return err_wrap(e, "a placeholder stays");
	return -e->error;
}

/* Directories that were made for nothing; those that hold something else stay. */
static void undo(const struct binding *b)
{
	cleanup_free char *path =
		str_format(POD_DIR_SUBPATHS "/%s/%s", b->s->volume_name, b->s->container_name);
	struct err ignored = { 0 };

	if (path)
		ignore_result(subpath_remove_empty(b->pod, path, &ignored)); /* the cause counts */
}

static int bind_locked(struct binding *b, struct err *e)
{
	int result;

	/* not before: in a volume whose server is dead it could last for ever */
	b->subpaths = pod_dir_lock(b->pod, true, b->pod_path, e);
	if (b->subpaths < 0)
		return b->subpaths;
	result = open_container(b, e);
	if (result == 0)
		result = settle_target(b, e);
	if (result == 0)
		result = mount_source(b, e);
	if (result < 0)
		undo(b);
	return result;
}

int subpath_bind(int proc, const struct subpath *s, char **ret_target, struct err *e)
{
	cleanup_with(close_binding) struct binding b = { .s = s,
							 .proc = proc,
							 .volume = -EBADF,
							 .source = -EBADF,
							 .pod = -EBADF,
							 .subpaths = -EBADF,
							 .container = -EBADF };
	cleanup_free char *target = NULL;
	int result;

	(void)snprintf(b.index, sizeof(b.index), "%u", s->volume_mount_index); /* fits */
	if (check_names(s, e) < 0 || open_volume(&b, e) < 0)
		return -e->error;
	b.pod = pod_dir_open(s->pod_dir, &b.pod_path, e);
	if (b.pod < 0 || open_source(&b, e) < 0)
		return -e->error;
	target = str_format("%s/" POD_DIR_SUBPATHS "/%s/%s/%s", b.pod_path, s->volume_name,
			    s->container_name, b.index);
	if (!target)
		return err_nomem(e);
	result = bind_locked(&b, e);
	if (result < 0)
		return err_wrap(e, "bind '%s'", target);
	*ret_target = take_ptr(target);
	return result;
}
