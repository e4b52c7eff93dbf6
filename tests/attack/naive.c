/* Mounts by path. */
#include "tests/attack/naive.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static int result_of(int result)
{
	return result < 0 ? -errno : 0;
}

/* By the text of two resolved paths. */
static bool is_within(const char *path, const char *base)
{
	size_t length = strlen(base);

	return strncmp(path, base, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static int join(char ret[PATH_MAX], const char *a, const char *b)
{
	return snprintf(ret, PATH_MAX, "%s/%s", a, b) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* Cut the last component off. False: there is none left. */
static bool cut(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash || slash == path)
		return false;
	*slash = '\0';
	return true;
}

static bool is_link(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

static int make_one(const char *path, mode_t mode)
{
	return mkdir(path, mode) < 0 && errno != EEXIST ? -errno : 0;
}

static int make_all(const char *path, mode_t mode)
{
	char part[PATH_MAX] = "";
	int result = 0;

	for (const char *end = path; result == 0 && *end;) {
		end += strspn(end, "/");
		end += strcspn(end, "/");
		if (snprintf(part, sizeof(part), "%.*s", (int)(end - path), path) >= PATH_MAX)
			return -ENAMETOOLONG;
		result = make_one(part, mode);
	}
	return result;
}

/* Something of the same type at 'target', to be mounted on. */
static int make_target(const char *source, const char *target, mode_t mode)
{
	char above[PATH_MAX];
	struct stat st;
	int fd;

	if (snprintf(above, sizeof(above), "%s", target) >= PATH_MAX || !cut(above))
		return -ENAMETOOLONG;
	if (make_all(above, mode) < 0 || stat(source, &st) < 0)
		return -errno;
	if (is_link(above) || is_link(target))
		return -EPERM;
	if (S_ISDIR(st.st_mode))
		return make_one(target, mode);
	fd = open(target, O_RDONLY | O_CREAT | O_CLOEXEC, 0640);
	return fd < 0 ? -errno : result_of(close(fd));
}

int naive_publish(const char *source, const char *target)
{
	char resolved[PATH_MAX];
	int result;

	if (!realpath(source, resolved))
		return -errno;
	result = make_target(resolved, target, 0755);
	if (result < 0)
		return result;
	if (mount(resolved, target, "bind", MS_BIND, NULL) < 0 ||
	    mount("none", target, "", MS_PRIVATE, NULL) < 0)
		return -errno;
	return result_of(mount(target, target, "bind", MS_BIND | MS_REMOUNT | MS_RDONLY, NULL));
}

int naive_withdraw(const char *target)
{
	char above[PATH_MAX];
	int result;

	if (snprintf(above, sizeof(above), "%s", target) >= PATH_MAX || !cut(above))
		return -ENAMETOOLONG;
	if (is_link(above) || is_link(target))
		return -EPERM;
	result = result_of(umount2(target, MNT_DETACH | UMOUNT_NOFOLLOW));
	if (result != -ENOENT && rmdir(target) < 0 && result == 0)
		result = -errno;
	return result;
}

int naive_make_dir(const char *volume, const char *path)
{
	char base[PATH_MAX], full[PATH_MAX], there[PATH_MAX], resolved[PATH_MAX];
	struct stat st;

	if (!realpath(volume, base))
		return -errno;
	if (join(full, base, path) < 0)
		return -ENAMETOOLONG;
	(void)memcpy(there, full, sizeof(there));
	while (lstat(there, &st) < 0)
		if (errno != ENOENT || !cut(there))
			return -errno;
	if (!realpath(there, resolved))
		return -errno;
	if (!is_within(resolved, base))
		return -EPERM;
	return make_all(full, 0750);
}

/* Where a path leads, if it stays in the volume. */
static int resolve_within(const char *volume, const char *path, char ret[PATH_MAX])
{
	char base[PATH_MAX], full[PATH_MAX];
	struct stat st;

	if (!realpath(volume, base))
		return -errno;
	if (join(full, base, path) < 0)
		return -ENAMETOOLONG;
	if (!realpath(full, ret))
		return -errno;
	if (!is_within(ret, base))
		return -EPERM;
	if (lstat(ret, &st) < 0)
		return -errno;
	return S_ISLNK(st.st_mode) ? -EPERM : 0;
}

int naive_bind(const char *volume, const char *path, const char *target)
{
	char resolved[PATH_MAX];
	int result = resolve_within(volume, path, resolved);

	if (result == -ENOENT) {
		result = naive_make_dir(volume, path);
		if (result == 0)
			result = resolve_within(volume, path, resolved);
	}
	if (result == 0)
		result = make_target(resolved, target, 0750);
	return result < 0 ? result : result_of(mount(resolved, target, NULL, MS_BIND, NULL));
}

static int remove_up(char *path, const char *base)
{
	struct stat st;

	while (is_within(path, base) && strcmp(path, base) != 0) {
		if (lstat(path, &st) < 0)
			return -errno;
		if (!S_ISDIR(st.st_mode))
			return -EPERM;
		if (rmdir(path) < 0)
			return errno == ENOTEMPTY || errno == EEXIST ? 0 : -errno;
		if (!cut(path))
			break;
	}
	return 0;
}

int naive_remove_empty(const char *base, const char *path)
{
	char full[PATH_MAX];

	return join(full, base, path) < 0 ? -ENAMETOOLONG : remove_up(full, base);
}

int naive_clean(const char *target)
{
	char path[PATH_MAX], base[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s", target) >= PATH_MAX ||
	    snprintf(base, sizeof(base), "%s", target) >= PATH_MAX || !cut(base))
		return -ENAMETOOLONG;
	if (is_link(base) || is_link(path))
		return -EPERM;
	if (umount2(path, UMOUNT_NOFOLLOW) < 0 && errno != EINVAL)
		return -errno;
	if (!cut(base) || !cut(base))
		return -EINVAL;
	return remove_up(path, base);
}
