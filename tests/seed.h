/* Controls for the tests of subpaths: the ways of kubelet's subpath_linux.go that ours differ from,
 * each with no more around it than shows the difference; and what runs both on one fixture, in a
 * child that may hang, with a hand on each of its system calls. */
#pragma once

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "tests/check.h"

/* ---- a call in a child ---- */

enum {
	CONTROL_HUNG = 1000, /* it had to be killed */
	CONTROL_DIED,	     /* of a signal */
	CONTROL_PATIENCE = 8000,
	CONTROL_SECOND = 1000,
};

/* What to do before the next system call of the child. */
enum control_next { CONTROL_STOP_AGAIN, CONTROL_LET_RUN, CONTROL_KILL };

struct control {
	int (*run)(void *arg); /* -errno, 0 or 1, as all of ours */
	void *arg;
	int patience; /* ms; 0: CONTROL_PATIENCE */
	/* asked before its n-th system call, from 1; NULL: it just runs */
	enum control_next (*before)(void *data, unsigned n);
	void *data;
};

enum { CONTROL_POSITIVE = 200 }; /* exit codes: -result, or this and the result */

static inline int control_result(int status)
{
	int code = WEXITSTATUS(status);

	if (!WIFEXITED(status))
		return CONTROL_DIED;
	return code > CONTROL_POSITIVE ? code - CONTROL_POSITIVE : -code;
}

static inline int control_wait(pid_t child, int patience)
{
	struct pollfd end = { .fd = (int)syscall(SYS_pidfd_open, child, 0), .events = POLLIN };
	int status, n;

	ck_assert_int_ge(end.fd, 0);
	n = poll(&end, 1, patience);
	if (n == 0)
		(void)kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(close(end.fd), 0);
	return n == 0 ? CONTROL_HUNG : control_result(status);
}

/* To the next stop; false: it ended. */
static inline bool control_step(pid_t child, int *ret_status, bool *ret_entry)
{
	struct __ptrace_syscall_info info;
	int forward = 0;

	for (;;) {
		ck_assert(ptrace(PTRACE_SYSCALL, child, NULL, (void *)(intptr_t)forward) == 0);
		ck_assert_int_eq(waitpid(child, ret_status, 0), child);
		if (!WIFSTOPPED(*ret_status))
			return false;
		forward = WSTOPSIG(*ret_status);
		if (forward == (SIGTRAP | 0x80))
			break;
	}
	ck_assert(ptrace(PTRACE_GET_SYSCALL_INFO, child, (void *)sizeof(info), &info) > 0);
	*ret_entry = info.op == PTRACE_SYSCALL_INFO_ENTRY;
	return true;
}

static inline int control_follow(const struct control *c, pid_t child)
{
	enum control_next next = CONTROL_STOP_AGAIN;
	unsigned n = 0;
	bool entry;
	int status;

	ck_assert(waitpid(child, &status, 0) == child && WIFSTOPPED(status));
	ck_assert(ptrace(PTRACE_SETOPTIONS, child, NULL,
			 (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)) == 0);
	while (next == CONTROL_STOP_AGAIN) {
		if (!control_step(child, &status, &entry))
			return control_result(status);
		if (entry)
			next = c->before(c->data, ++n);
	}
	if (next == CONTROL_KILL)
		(void)kill(child, SIGKILL);
	else
		ck_assert(ptrace(PTRACE_DETACH, child, NULL, NULL) == 0);
	return control_wait(child, c->patience ? c->patience : CONTROL_PATIENCE);
}

static inline int control_run(const struct control *c)
{
	pid_t child = fork();
	int result;

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		if (c->before && (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 || raise(SIGSTOP) != 0))
			abort();
		result = c->run(c->arg);
		_exit(result > 0 ? CONTROL_POSITIVE + result : -result);
	}
	if (c->before)
		return control_follow(c, child);
	return control_wait(child, c->patience ? c->patience : CONTROL_PATIENCE);
}

/* One moment of a call, and what happens then. */
struct control_moment {
	unsigned n;
	void (*act)(void);
	bool reached;
};

static inline enum control_next control_at_moment(void *data, unsigned n)
{
	struct control_moment *m = data;

	if (n < m->n)
		return CONTROL_STOP_AGAIN;
	if (m->act)
		m->act();
	m->reached = true;
	return m->act ? CONTROL_LET_RUN : CONTROL_KILL;
}

/* Run it, and do 'act' (NULL: kill it) before its n-th system call. *ret_reached is false where it
 * has fewer. */
static inline int control_at(int (*run)(void *arg), void *arg, unsigned n, void (*act)(void),
			     int patience, bool *ret_reached)
{
	struct control_moment moment = { .n = n, .act = act };
	const struct control c = { run, arg, patience, control_at_moment, &moment };
	int result = control_run(&c);

	*ret_reached = moment.reached;
	return result;
}

/* ---- fixtures ---- */

static inline void control_socket(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	cleanup_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)strcpy(address.sun_path, name);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

/* One name, marked in ls -F's manner: "dir/", "fifo|", "socket=", "device%", "link>target",
 * "empty~", "file". */
static inline void control_make_one(char *name)
{
	size_t last = strlen(name) - 1;
	char mark = name[last], *target = strchr(name, '>');

	if (target) {
		*target = '\0';
		ck_assert_int_eq(symlink(target + 1, name), 0);
		return;
	}
	if (!strchr("/|=%~", mark)) {
		check_file(name, "text", 0644);
		return;
	}
	name[last] = '\0';
	if (mark == '/')
		check_directory(name, 0755);
	else if (mark == '|')
		ck_assert_int_eq(mkfifo(name, 0644), 0);
	else if (mark == '~')
		check_file(name, "", 0640);
	else if (mark == '=')
		control_socket(name);
	else
		ck_assert_int_eq(mknod(name, S_IFCHR | 0644, makedev(1, 3)), 0);
}

static inline void control_make(const char *names)
{
	cleanup_free char *copy = strdup(names);
	char *rest = copy, *name;

	ck_assert_ptr_nonnull(copy);
	while ((name = strsep(&rest, " ")))
		if (name[0])
			control_make_one(name);
}

/* ---- what must not change ---- */

static uint64_t control_sum;

static inline int control_add(const char *path, const struct stat *st, int type, struct FTW *at)
{
	const uint64_t facts[] = { st->st_ino, st->st_mode, st->st_uid, st->st_gid,
				   S_ISREG(st->st_mode) ? (uint64_t)st->st_size : 0 };
	uint64_t hash = 0xcbf29ce484222325;

	(void)type;
	(void)at;
	for (; *path; path++)
		hash = (hash ^ (unsigned char)*path) * 0x100000001b3;
	for (size_t i = 0; i < ARRAY_SIZE(facts); i++)
		hash = (hash ^ facts[i]) * 0x100000001b3;
	control_sum += hash;
	return 0;
}

/* A number for all names below a directory, and what they are: inode, mode, owner, size. Other
 * filesystems below are not looked into. */
static inline uint64_t control_tree(const char *path)
{
	control_sum = 0;
	ck_assert_int_eq(nftw(path, control_add, 16, FTW_PHYS | FTW_MOUNT), 0);
	return control_sum;
}

/* How many entries a directory has; of /proc/self/fd: how many descriptors are open. */
static inline size_t control_count(const char *path)
{
	DIR *dir = opendir(path);
	size_t n = 0;

	ck_assert_msg(dir != NULL, "%s: %s", path, strerror(errno));
	for (struct dirent *entry; (entry = readdir(dir));)
		n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	ck_assert_int_eq(closedir(dir), 0);
	return n;
}

/* ---- kubelet's ways; each returns 0 or a descriptor, or -errno, and may run in a child ---- */

/* Its safe open: 'path' is 'base' or below it. The base is opened for reading, by its path; every
 * component is looked up with a slash behind it, for automounts, before it is opened. */
static inline int seed_open(const char *path, const char *base)
{
	int fd = open(base, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	const char *rest = path + strlen(base);
	struct stat st;

	while (fd >= 0 && rest[strspn(rest, "/")]) {
		char name[NAME_MAX + 2], trigger[NAME_MAX + 3];
		size_t length;
		int next;

		rest += strspn(rest, "/");
		length = strcspn(rest, "/");
		(void)snprintf(name, sizeof(name), "%.*s", (int)length, rest);
		(void)snprintf(trigger, sizeof(trigger), "%s/", name);
		(void)fstatat(fd, trigger, &st, 0); /* only for what it triggers */
		next = openat(fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		(void)close(fd);
		if (next >= 0 && (fstat(next, &st) < 0 || S_ISLNK(st.st_mode))) {
			(void)close(next);
			return -ELOOP;
		}
		fd = next;
		rest += length;
	}
	return fd < 0 ? -errno : fd;
}

/* Make the missing components from *path (within it) on: each by its absolute path, then opened by
 * its name, whatever it is by now, and given the mode. */
static inline int seed_make_missing(int parent, const char *path, size_t there, unsigned mode)
{
	while (path[there]) {
		char upto[PATH_MAX];
		size_t start = there + strspn(path + there, "/"),
		       length = strcspn(path + start, "/");
		int child;

		there = start + length;
		(void)snprintf(upto, sizeof(upto), "%.*s", (int)there, path);
		if (mkdirat(parent, upto, mode & 0777) < 0)
			return -errno;
		child = openat(parent, upto + start, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		(void)close(parent);
		parent = child;
		if (parent < 0 || fchmod(parent, mode) < 0)
			return -errno;
	}
	(void)close(parent);
	return 0;
}

/* Its safe make-dir; both absolute. */
static inline int seed_make_dir(const char *path, const char *base, unsigned mode)
{
	char prefix[PATH_MAX], real[PATH_MAX];
	size_t there = strlen(path);
	struct stat st;
	int parent;

	if (strncmp(path, base, strlen(base)) != 0)
		return -EINVAL;
	if (stat(path, &st) == 0)
		return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
	(void)snprintf(prefix, sizeof(prefix), "%s", path);
	while (stat(prefix, &st) < 0) {
		if (errno != ENOENT)
			return -errno;
		while (there > 0 && path[--there] != '/')
			;
		prefix[there] = '\0';
	}
	if (!realpath(prefix, real) || strncmp(real, base, strlen(base)) != 0)
		return -EINVAL;
	parent = seed_open(real, base);
	return parent < 0 ? parent : seed_make_missing(parent, path, there, mode);
}

/* Its placeholder for a bind mount: a directory, or a file that is created or emptied, through
 * whatever is there. */
static inline int seed_prepare_target(const char *target, bool directory)
{
	int fd;

	if (directory)
		return mkdir(target, 0750) < 0 && errno != EEXIST ? -errno : 0;
	fd = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	return fd < 0 || close(fd) < 0 ? -errno : 0;
}

/* Its removal of empty directories, from 'end' up to 'base': it ends where the two are the same
 * text. */
static inline int seed_remove_empty(const char *base, const char *end)
{
	char current[PATH_MAX];
	struct stat st;

	(void)snprintf(current, sizeof(current), "%s", end);
	while (strcmp(current, base) != 0 && current[0]) {
		if (stat(current, &st) == 0) {
			if (!S_ISDIR(st.st_mode))
				return -ENOTDIR;
			if (remove(current) < 0)
				return errno == ENOTEMPTY || errno == EEXIST ? 0 : -errno;
		} else if (errno != ENOENT) {
			return -errno;
		}
		*strrchr(current, '/') = '\0';
	}
	return 0;
}

static inline int seed_clean_one(const char *path)
{
	struct statx sx;

	if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &sx) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (sx.stx_attributes & STATX_ATTR_MOUNT_ROOT && umount2(path, 0) < 0)
		return -errno;
	return remove(path) < 0 ? -errno : 0;
}

static inline int seed_no_dots(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* Call 'each' for the entries of a directory, in order, until one fails; then remove it. */
static inline int seed_empty(const char *directory, int (*each)(const char *path))
{
	struct dirent **entries;
	int n = scandir(directory, &entries, seed_no_dots, alphasort), result = n < 0 ? -errno : 0;

	for (int i = 0; i < n; i++) {
		char path[PATH_MAX];

		(void)snprintf(path, sizeof(path), "%.2048s/%s", directory, entries[i]->d_name);
		if (result == 0)
			result = each(path);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return result == 0 && rmdir(directory) < 0 ? -errno : result;
}

static inline int seed_clean_container(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return 0;
	return seed_empty(path, seed_clean_one);
}

/* Its clean-up of the subpaths of a volume: the first error ends it. */
static inline int seed_clean(const char *pod_dir, const char *volume_name)
{
	char path[PATH_MAX];
	int result;

	(void)snprintf(path, sizeof(path), "%s/volume-subpaths/%s", pod_dir, volume_name);
	result = seed_empty(path, seed_clean_container);
	*strrchr(path, '/') = '\0';
	if (result == 0 && rmdir(path) < 0 && errno != ENOTEMPTY)
		result = -errno;
	return result == -ENOENT ? 0 : result;
}
