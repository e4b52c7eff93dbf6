/* Direct-assigned volumes. */
#include "share/direct.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "common/at.h"
#include "common/str.h"

#define FIELD(json_name, json_type, member, need)                             \
	{                                                                     \
		.name = (json_name), .type = (json_type),                     \
		.offset = offsetof(struct direct, member), .required = (need) \
	}

static const struct json_field fields[] = {
	FIELD("volume-type", JSON_STRING, volume_type, true),
	FIELD("device", JSON_STRING, device, true),
	FIELD("fstype", JSON_STRING, fstype, true),
	FIELD("options", JSON_STRINGS, options, false),
	FIELD("metadata", JSON_MAP, metadata, false),
	{ 0 },
};

static const char *const change_policies[] = { "Always", "OnRootMismatch" };

int direct_name(const char *source, char ret[DIRECT_NAME_SIZE])
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t length = strlen(source), used = 0;

	if ((length + 2) / 3 * 4 >= DIRECT_NAME_SIZE)
		return -ENAMETOOLONG;
	for (size_t i = 0; i < length; i += 3) {
		uint32_t group = (uint32_t)(unsigned char)source[i] << 16;

		if (i + 1 < length)
			group |= (uint32_t)(unsigned char)source[i + 1] << 8;
		if (i + 2 < length)
			group |= (unsigned char)source[i + 2];
		ret[used++] = digits[group >> 18];
		ret[used++] = digits[group >> 12 & 63];
		ret[used++] = i + 1 < length ? digits[group >> 6 & 63] : '=';
		ret[used++] = i + 2 < length ? digits[group & 63] : '=';
	}
	ret[used] = '\0';
	return 0;
}

/* A directory in which only root can have put something. */
static int check_directory(int fd, const char *name, struct err *e)
{
	struct statx sx;

	if (at_statx(fd, &sx, e) < 0)
		return -e->error;
	if (sx.stx_uid != 0 && sx.stx_uid != geteuid())
		return err_set(e, EX_IOERR, EPERM, "refuse '%s': owned by uid %u", name,
			       sx.stx_uid);
	if (sx.stx_mode & 022)
		return err_set(e, EX_IOERR, EPERM, "refuse '%s': mode %04o lets others write it",
			       name, sx.stx_mode & 07777);
	return 0;
}

int direct_open(const char *path, struct err *e)
{
	cleanup_fd int fd = at_try(AT_FDCWD, path, O_PATH | O_DIRECTORY, RESOLVE_NO_MAGICLINKS);

	if (fd == -ENOENT)
		return -ENOENT;
	if (fd < 0)
		(void)err_sys(e, -fd, "open '%s'", path);
	else
		(void)check_directory(fd, path, e);
	if (!e->exit_code)
		return take_fd(&fd);
	e->exit_code = EX_IOERR;
	return err_wrap(e, "direct volumes");
}

const char *direct_metadata(const struct direct *d, const char *key)
{
	for (size_t i = 0; i < d->metadata.n; i++)
		if (str_equal(d->metadata.items[i].key, key))
			return d->metadata.items[i].value;
	return NULL;
}

static int derive(struct direct *d, struct err *e)
{
	const char *group = direct_metadata(d, DIRECT_FS_GROUP),
		   *change = direct_metadata(d, DIRECT_FS_GROUP_CHANGE_POLICY);
	unsigned long long value;

	if (!group)
		return 0;
	value = strspn(group, "0123456789") == strlen(group) ? strtoull(group, NULL, 10) : 0;
	if (value == 0 || value > UINT32_MAX)
		return err_set(e, EX_IOERR, ERANGE, DIRECT_FS_GROUP " '%.40s' is not 1 to %u",
			       group, UINT32_MAX);
	d->fs_group = (uint32_t)value;
	d->fs_group_change_policy = change_policies[0];
	for (size_t i = 0; change && i < ARRAY_SIZE(change_policies); i++) {
		if (str_equal(change, change_policies[i])) {
			d->fs_group_change_policy = change_policies[i];
			return 0;
		}
	}
	if (change)
		return err_set(e, EX_IOERR, EINVAL,
			       DIRECT_FS_GROUP_CHANGE_POLICY
			       " '%.40s' is not one of: Always OnRootMismatch",
			       change);
	return 0;
}

int direct_decode(int fd, struct direct *ret, struct err *e)
{
	cleanup_with(direct_clear) struct direct d = { 0 };

	if (json_decode(&(struct json_source){ .fd = fd, .max = DIRECT_INFO_MAX }, fields, &d, e) <
		    0 ||
	    derive(&d, e) < 0) {
		e->exit_code = EX_IOERR;
		return -e->error;
	}
	*ret = d;
	d = (struct direct){ 0 };
	return 0;
}

/* The directory is there: what is in it must be right. */
static int read_info(int directory, struct direct *ret, struct err *e)
{
	cleanup_fd int file = -EBADF;
	struct stat st;

	if (check_directory(directory, ".", e) < 0)
		return -e->error;
	file = at_open_regular(directory, DIRECT_INFO, &st, e);
	if (file < 0 || at_check_owner(&st, DIRECT_INFO, e) < 0)
		return -e->error;
	return direct_decode(file, ret, e) < 0 ? err_wrap(e, DIRECT_INFO) : 0;
}

int direct_read(int dirfd, const char *source, struct direct **ret, struct err *e)
{
	cleanup_with(direct_free) struct direct *d = NULL;
	cleanup_fd int directory = -ENOENT;
	char name[DIRECT_NAME_SIZE];

	*ret = NULL;
	if (dirfd < 0 || direct_name(source, name) < 0)
		return 0;
	directory = at_try(dirfd, name, O_PATH | O_DIRECTORY, AT_OURS);
	if (directory == -ENOENT)
		return 0;
	if (directory < 0)
		(void)err_sys(e, -directory, "open '%s'", name);
	d = calloc(1, sizeof(*d));
	if (!d)
		return err_nomem(e);
	if (directory >= 0 && read_info(directory, d, e) == 0) {
		*ret = take_ptr(d);
		return 0;
	}
	e->exit_code = EX_IOERR; /* whatever it was: it cannot be relied on, and is not guessed */
	return err_wrap(e, "direct volume '%s'", source);
}

void direct_clear(struct direct *d)
{
	json_free(fields, d);
	*d = (struct direct){ 0 };
}

void direct_free(struct direct **d)
{
	if (*d)
		direct_clear(*d);
	free(*d);
	*d = NULL;
}
