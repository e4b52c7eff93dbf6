/* The sealed share. */
#include "share/seal.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "common/io.h"
#include "common/mount.h"
#include "common/str.h"
#include "share/export.h"

void seal_source(char ret[SEAL_SOURCE_SIZE], const char *id, const char *nonce)
{
	(void)snprintf(ret, SEAL_SOURCE_SIZE, SEAL_PREFIX "%s:%s", id,
		       nonce); /* fits: ids are at most OCI_ID_MAX */
}

bool seal_parse(const char *fstype, const char *source, char ret_id[OCI_ID_MAX + 1],
		const char **ret_nonce)
{
	const char *id = source + strlen(SEAL_PREFIX);
	size_t length;

	if (!str_equal(fstype, "tmpfs") || strncmp(source, SEAL_PREFIX, strlen(SEAL_PREFIX)) != 0)
		return false;
	length = strcspn(id, ":");
	if (length == 0 || length > OCI_ID_MAX || id[length] != ':')
		return false;
	memcpy(ret_id, id, length);
	ret_id[length] = '\0';
	*ret_nonce = id + length + 1;
	return oci_id_is_valid(ret_id);
}

void seal_init(struct seal *ret, const struct sharedir *sd, int proc, const char *id,
	       const char *nonce, const char *context)
{
	*ret = (struct seal){ .fd = -EBADF, .sd = sd, .proc = proc, .id = id, .context = context };
	seal_source(ret->source, id, nonce);
}

int seal_open(struct seal *s, struct err *e)
{
	cleanup_fd int fd = -EBADF;
	struct statx sx;

	if (s->fd >= 0)
		return 0;
	fd = mount_tmpfs(s->source, s->context && s->context[0] ? s->context : NULL,
			 MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, e);
	if (fd < 0 || at_statx(fd, &sx, e) < 0)
		return -e->error;
	s->tmpfs = at_id(&sx);
	s->id_now = sx.stx_mnt_id;
	s->mount_id = sx.stx_mask & STATX_MNT_ID_UNIQUE ? sx.stx_mnt_id : 0;
	s->fd = take_fd(&fd);
	return 0;
}

/* Before Linux 6.15 nothing can be attached in a detached tree: attach the tmpfs below stage/, in a
 * private mount of our own that nobody else can enter. A process killed from here on leaves
 * stage/<id> for gc. */
static int move_to_stage(struct seal *s, struct err *e)
{
	cleanup_fd int stage = export_open_stage(s->sd, s->proc, e), target = -EBADF;

	if (stage < 0 || at_mkdir(stage, s->id, 0700, e) < 0)
		return -e->error;
	target = at_open(stage, s->id, O_PATH | O_DIRECTORY, AT_OURS, e);
	if (target < 0 || mount_attach(s->fd, target, "", e) < 0)
		return -e->error;
	s->staged = true;
	return 0;
}

static int attach(struct seal *s, int clone, const char *name, struct err *e)
{
	struct err why = { 0 };
	int result = mount_attach(clone, s->fd, name, &why);

	if (result == -EINVAL && !s->assembling && !s->staged) {
		if (move_to_stage(s, e) < 0)
			return err_wrap(e, "stage/");
		why = (struct err){ 0 };
		result = mount_attach(clone, s->fd, name, &why);
	}
	s->assembling |= result == 0;
	if (result < 0)
		*e = why;
	return result;
}

int seal_add(struct seal *s, int clone, const char *path, bool directory, struct err *e)
{
	const char *slash = strchr(path, '/');
	char above[SEAL_NAME_SIZE] = "";

	if (seal_open(s, e) < 0)
		return -e->error;
	if (slash)
		(void)snprintf(above, sizeof(above), "%.*s", (int)(slash - path), path); /* fits */
	if (slash && !str_equal(above, s->directory)) {
		if (at_mkdir(s->fd, above, 0755, e) < 0)
			return -e->error;
		memcpy(s->directory, above, sizeof(above));
	}
	/* nobody else can reach a detached tree: names in it cannot be exchanged */
	if ((directory ? mkdirat(s->fd, path, 0755) : mknodat(s->fd, path, S_IFREG | 0444, 0)) < 0)
		return err_sys(e, errno, "make placeholder '%s'", path);
	return attach(s, clone, path, e);
}

int seal_finish(struct seal *s, const char *manifest, size_t length, struct err *e)
{
	if (seal_open(s, e) < 0 || io_write_new(s->fd, "share.json", 0444, manifest, length, e) < 0)
		return -e->error;
	return mount_shape(s->fd, MOUNT_ATTR_RDONLY, 0, false, e);
}

static void leave_stage(const struct seal *s)
{
	struct err ignored = { 0 };
	cleanup_fd int stage = export_open_stage(s->sd, s->proc, &ignored);

	if (stage >= 0)
		(void)unlinkat(stage, s->id, AT_REMOVEDIR); /* what stays is gc's */
}

int seal_publish(struct seal *s, int target, struct err *e)
{
	if (mount_attach(s->fd, target, "", e) < 0)
		return -e->error;
	if (s->staged)
		leave_stage(s);
	close(s->fd);
	s->fd = -EBADF;
	return 0;
}

void seal_close(struct seal *s)
{
	struct err ignored = { 0 };

	if (s->fd >= 0 && s->staged) {
		ignore_result(
			mount_detach(s->proc, s->fd, true, &ignored)); /* what stays is gc's */
		leave_stage(s);
	}
	cleanup_close(&s->fd);
	s->fd = -EBADF;
}
