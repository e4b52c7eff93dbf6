/* How many entries a directory holds. */
#include "share/watch.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "common/at.h"
#include "common/str.h"

struct counting {
	unsigned found, limit, directories;
};

static int count_directory(struct counting *c, int parent, const char *name, unsigned depth);

/* 1: a directory, 0: something else, which is not followed. */
static int is_directory(int dirfd, const struct dirent *entry)
{
	struct statx sx;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	if (sys_statx(dirfd, entry->d_name,
		      AT_SYMLINK_NOFOLLOW | AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_TYPE,
		      &sx) < 0)
		return -errno;
	return S_ISDIR(sx.stx_mode);
}

/* NOLINTNEXTLINE(misc-no-recursion): WATCH_DEPTH_MAX */
static int count_entry(struct counting *c, int dirfd, const struct dirent *entry, unsigned depth)
{
	int directory;

	if (str_equal(entry->d_name, ".") || str_equal(entry->d_name, ".."))
		return 0;
	directory = is_directory(dirfd, entry);
	if (directory < 0)
		return directory;
	if (directory)
		return count_directory(c, dirfd, entry->d_name, depth + 1);
	c->found++;
	return 0;
}

/* NOLINTNEXTLINE(misc-no-recursion): WATCH_DEPTH_MAX */
static int count_directory(struct counting *c, int parent, const char *name, unsigned depth)
{
	cleanup_fd int fd = at_try(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, AT_OURS);
	struct dirent *entry;
	int result = 0;
	DIR *dir;

	if (fd == -ENOTDIR && depth > 0) { /* exchanged just now */
		c->found++;
		return 0;
	}
	if (fd < 0)
		return fd;
	if (++c->directories > WATCH_DIRECTORIES_MAX || depth > WATCH_DEPTH_MAX)
		return -E2BIG;
	dir = fdopendir(fd);
	if (!dir)
		return -ENOMEM;
	(void)take_fd(&fd); /* it is the stream's now */
	while (result == 0 && c->found <= c->limit) {
		errno = 0; /* which alone tells the end from an error */
		entry = readdir(dir);
		if (!entry) {
			result = -errno;
			break;
		}
		result = count_entry(c, dirfd(dir), entry, depth);
	}
	(void)closedir(dir); /* only read from */
	return result;
}

int watch_count(int fd, unsigned limit)
{
	struct counting c = { .limit = limit };
	int result = count_directory(&c, fd, ".", 0);

	if (result == -ENOTDIR)
		return 1;
	return result < 0 ? result : (int)c.found;
}
