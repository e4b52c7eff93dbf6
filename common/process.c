/* The process itself. */
#include "common/process.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "common/at.h"
#include "common/io.h"
#include "common/str.h"

static const struct {
	int number;
	void (*disposition)(int);
} signals[] = {
	{ SIGHUP, SIG_DFL },  { SIGINT, SIG_DFL },  { SIGQUIT, SIG_DFL }, { SIGTERM, SIG_DFL },
	{ SIGALRM, SIG_DFL }, { SIGCHLD, SIG_DFL }, { SIGPIPE, SIG_IGN }, { SIGXFSZ, SIG_IGN },
};

/* The kernel's numbers of those that it starts with. */
enum { FIRST_TIME_NAMESPACE = 0xEFFFFFFAU, FIRST_USER_NAMESPACE = 0xEFFFFFFDU };

static int open_standard(struct err *e)
{
	for (int fd = 0; fd <= 2; fd++) {
		/* the lowest free number is fd, since all below are open */
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
			return err_sys(e, errno, "open '/dev/null'");
	}
	return 0;
}

static int close_inherited(struct err *e)
{
	if (sys_close_range(3, ~0U) == 0)
		return 0;
	if (errno != ENOSYS && errno != EPERM)
		return err_sys(e, errno, "close_range");
	for (int fd = 3; fd < 65536;
	     fd++) /* Linux before 5.9, or a filter: the mount calls will say the rest */
		(void)close(fd);
	return 0;
}

int process_harden(struct err *e)
{
	const struct rlimit none = { 0, 0 };
	sigset_t empty;

	if (getuid() != geteuid() || getgid() != getegid() || getauxval(AT_SECURE))
		return err_set(e, EX_NOPERM, EPERM,
			       "refuse to run with the rights of another user (setuid or setgid)");
	if (clearenv() != 0)
		return err_nomem(e);
	if (close_inherited(e) < 0 || open_standard(e) < 0)
		return -e->error;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		(void)signal(signals[i].number,
			     signals[i].disposition); /* fails for invalid numbers only */
	(void)sigemptyset(&empty);
	if (sigprocmask(SIG_SETMASK, &empty, NULL) < 0)
		return err_sys(e, errno, "sigprocmask");
	(void)umask(022);
	if (setrlimit(RLIMIT_CORE, &none) < 0)
		return err_sys(e, errno, "setrlimit");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(e, errno, "prctl");
	return 0;
}

int process_leave_directory(struct err *e)
{
	return chdir("/") < 0 ? err_sys(e, errno, "chdir '/'") : 0;
}

/* The namespaces that a pidfd tells. For /proc/self/ns the kernel makes an inode and an entry for
 * each part of the path, only for this process and only until it ends: 10 to 20 us for what takes a
 * pidfd two or three. */
static const struct {
	const char *name;
	unsigned request;
} namespaces[] = {
	{ "mnt", SYS_PIDFD_GET_MNT_NAMESPACE },
	{ "pid", SYS_PIDFD_GET_PID_NAMESPACE },
	{ "time", SYS_PIDFD_GET_TIME_NAMESPACE },
	{ "user", SYS_PIDFD_GET_USER_NAMESPACE },
};

/* 0: not known, by a kernel before Linux 6.11 or through a filter. */
static uint64_t namespace_by_pidfd(int process, const char *name)
{
	cleanup_fd int ns = -EBADF;
	struct stat st;

	for (size_t i = 0; process >= 0 && i < ARRAY_SIZE(namespaces); i++)
		if (str_equal(namespaces[i].name, name))
			ns = sys_pidfd_namespace(process, namespaces[i].request);
	return ns >= 0 && fstat(ns, &st) == 0 ? st.st_ino : 0;
}

static int open_own_pidfd(void)
{
	return sys_pidfd_open(getpid());
}

static int find_namespace(int process, int proc, const char *name, uint64_t *ret, struct err *e)
{
	uint64_t inode = namespace_by_pidfd(process, name);
	struct statx sx;
	char path[32];

	if (inode == 0) {
		(void)snprintf(path, sizeof(path), "self/ns/%s", name); /* fits */
		if (sys_statx(proc, path, 0, STATX_INO, &sx) < 0)
			return err_sys(e, errno, "stat '/proc/%s'", path);
		inode = sx.stx_ino;
	}
	*ret = inode;
	return 0;
}

int process_namespace(int proc, const char *name, uint64_t *ret, struct err *e)
{
	cleanup_fd int process = open_own_pidfd();

	return find_namespace(process, proc, name, ret, e);
}

int process_namespaces(int proc, struct process_namespaces *ret, struct err *e)
{
	cleanup_fd int process = open_own_pidfd();
	struct process_namespaces n = { 0 };
	struct err ignored = { 0 };

	if (find_namespace(process, proc, "mnt", &n.mnt, e) < 0 ||
	    find_namespace(process, proc, "pid", &n.pid, e) < 0)
		return -e->error;
	ignore_result(find_namespace(process, proc, "time", &n.time, &ignored));
	*ret = n;
	return 0;
}

int process_user_runtime_directory(char **ret, struct err *e)
{
	cleanup_fd int process = open_own_pidfd();
	unsigned long inside, outside, count;
	char map[128];

	if (namespace_by_pidfd(process, "user") == FIRST_USER_NAMESPACE) {
		*ret = NULL;
		return 0;
	}
	if (io_read_line(AT_FDCWD, "/proc/self/uid_map", map, sizeof(map), e) < 0)
		return -e->error;
	/* NOLINTNEXTLINE(cert-err34-c): ten digits fit */
	if (sscanf(map, "%10lu %10lu %10lu", &inside, &outside, &count) != 3)
		return err_set(e, EX_OSERR, EINVAL, "read '/proc/self/uid_map': not understood");
	*ret = NULL;
	if (inside == outside && count == UINT32_MAX)
		return 0;
	*ret = str_format("/run/user/%lu", outside);
	return *ret ? 0 : err_nomem(e);
}

int64_t process_start_shift(int proc, uint64_t time_ns)
{
	enum { NS_PER_SECOND = 1000000000 };
	cleanup_fd int fd = -EBADF;
	int64_t seconds, nanoseconds, ticks = sysconf(_SC_CLK_TCK);
	const char *line;
	char text[128];
	int n;

	if (time_ns == 0 || time_ns == FIRST_TIME_NAMESPACE)
		return 0;
	fd = at_try(proc, "self/timens_offsets", O_RDONLY, 0);
	n = fd < 0 ? fd : io_read_some(fd, text, sizeof(text) - 1, 0);
	text[n < 0 ? 0 : n] = '\0';
	line = strstr(text, "boottime");
	/* NOLINTNEXTLINE(cert-err34-c): the kernel's own numbers fit */
	if (!line || sscanf(line, "boottime %" SCNd64 " %" SCNd64, &seconds, &nanoseconds) != 2)
		return 0;
	return seconds * ticks + nanoseconds / (NS_PER_SECOND / ticks);
}

int process_identify(int proc, pid_t pid, int64_t shift, struct process_identity *ret,
		     struct err *e)
{
	struct process_identity p = { .pid = pid };
	char name[32], stat[1024], *rest, state;
	cleanup_fd int fd = -EBADF;
	int n;

	(void)snprintf(name, sizeof(name), "%d/stat", pid); /* fits */
	fd = at_try(proc, name, O_RDONLY, RESOLVE_NO_SYMLINKS);
	if (fd == -ENOENT)
		return err_set(e, EX_OSERR, ESRCH, "no process %d", pid);
	n = fd < 0 ? fd : io_read_some(fd, stat, sizeof(stat) - 1, 0);
	if (n == -ESRCH)
		return err_set(e, EX_OSERR, ESRCH, "no process %d", pid);
	if (n < 0)
		return err_sys(e, -n, "read '/proc/%s'", name);
	stat[n] = '\0';
	/* proc(5): the name in parentheses may hold anything; the start time is field 22, the state
	 * field 3 */
	rest = strrchr(stat, ')');
	/* NOLINTNEXTLINE(cert-err34-c): the kernel's own number fits */
	if (!rest || sscanf(rest + 1,
			    " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
			    "%*d %*d %" SCNu64,
			    &state, &p.start_time) != 2)
		return err_set(e, EX_OSERR, EINVAL, "read '/proc/%s': not understood", name);
	p.start_time -= (uint64_t)shift;
	p.zombie = state == 'Z' || state == 'X';
	*ret = p;
	return 0;
}

int process_boot_id(int proc, char ret[PROCESS_BOOT_ID_SIZE], struct err *e)
{
	int n = io_read_line(proc, "sys/kernel/random/boot_id", ret, PROCESS_BOOT_ID_SIZE, e);

	if (n >= 0 && n != PROCESS_BOOT_ID_SIZE - 1)
		return err_set(e, EX_OSERR, EINVAL, "read 'boot_id': not understood");
	return n < 0 ? n : 0;
}

int process_in_first_namespace(int proc)
{
	struct err ignored = { 0 };
	struct statx first;
	uint64_t own = 0;

	return sys_statx(proc, "1/ns/mnt", 0, STATX_INO, &first) < 0 ||
	       process_namespace(proc, "mnt", &own, &ignored) < 0 || first.stx_ino == own;
}

int process_nonce(char ret[17], struct err *e)
{
	uint64_t random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return err_sys(e, errno, "getrandom");
	(void)snprintf(ret, 17, "%016" PRIx64, random); /* fits */
	return 0;
}
