/* race: the library against an attacker who exchanges names meanwhile, and the same work by paths.
 *
 *	race ROUNDS
 *
 * One line for each attack:
 *
 *	CONTROL-ROUNDS CONTROL-ESCAPED ROUNDS SUCCEEDED REFUSED ESCAPED OTHER NAME
 *
 * Where the control has not escaped, or ours has not succeeded, in ROUNDS rounds, there are more,
 * for at most LIMIT_SECONDS. Exit 1: an attack proved nothing, ours escaped, or did what it must
 * not; 71: the test itself failed. It runs in a mount namespace of its own. */
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/at.h"
#include "common/mount.h"
#include "share/subpath.h"
#include "share/subpath_pod.h"
#include "tests/attack/exchange.h"
#include "tests/attack/naive.h"

/* What is mounted there in a mount namespace of its own leaves nothing behind. */
#define BASE "/tmp"

enum { LIMIT_SECONDS = 20, PATH_SIZE = 256, NOTES_MAX = 3 };

struct attack;

enum outcome { SUCCEEDED, REFUSED, ESCAPED, OTHER, OUTCOMES };

/* Where it happens; made anew for each attack, and nothing in it is looked up by a path that can be
 * attacked. */
struct ground {
	const struct attack *attack;
	int base, volume, real, place, victim, proc; /* real: volume/a; place: pod's .../v/c */
	char volume_path[PATH_SIZE], pod_path[PATH_SIZE], target[PATH_SIZE];
	struct at_id real_c, victim_c;
	struct statx looks[4]; /* what the victim's own look like */
	unsigned notes;
};

/* What is exchanged meanwhile, and what is done. */
struct attack {
	const char *name, *a, *b;
	enum outcome (*ours)(struct ground *g), (*naive)(struct ground *g);
	bool trusted; /* what is exchanged is not a volume's: a system error is as good */
};

static const char *const directories[] = {
	"volume",
	"volume/a",
	"volume/a/keep",
	"volume/a/b",
	"volume/a/b/c",
	"victim",
	"victim/b",
	"victim/b/c",
	"victim/0",
	"target",
	"aside",
	"pods",
	"pods/pod",
	"pods/pod/volume-subpaths",
	"pods/pod/volume-subpaths/v",
	"pods/pod/volume-subpaths/v/c",
	"pods/pod/volume-subpaths/v/c/keep",
	"pods/pod/volume-subpaths/v/c/keep/it",
};

static const char *const victims[] = { ".", "b", "b/c", "0" };

_Noreturn static void die(const char *what)
{
	fprintf(stderr, "race: %s: %s\n", what, strerror(errno));
	exit(EX_OSERR);
}

#define need(call)                  \
	do {                        \
		if ((call) < 0)     \
			die(#call); \
	} while (0)

static int open_dir(int dirfd, const char *name)
{
	int fd = openat(dirfd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		die(name);
	return fd;
}

static bool exists(int dirfd, const char *name)
{
	return faccessat(dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* 'name' below dirfd, or what dirfd is. Zero where there is nothing. */
static struct statx look_at(int dirfd, const char *name)
{
	const int flags = AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW;
	struct statx sx;

	memset(&sx, 0, sizeof(sx));
	if (sys_statx(dirfd, name, flags, STATX_BASIC_STATS | STATX_MNT_ID, &sx) < 0 &&
	    errno != ENOENT)
		die(name);
	return sx;
}

static struct at_id id_at(int dirfd, const char *name)
{
	struct statx sx = look_at(dirfd, name);

	return at_id(&sx);
}

static bool is_unchanged(const struct statx *a, const struct statx *b)
{
	return at_id_equal(at_id(a), at_id(b)) && a->stx_mnt_id == b->stx_mnt_id &&
	       a->stx_mode == b->stx_mode && a->stx_uid == b->stx_uid && a->stx_gid == b->stx_gid &&
	       a->stx_nlink == b->stx_nlink && a->stx_size == b->stx_size &&
	       a->stx_ctime.tv_sec == b->stx_ctime.tv_sec &&
	       a->stx_ctime.tv_nsec == b->stx_ctime.tv_nsec;
}

static void remember_victim(struct ground *g)
{
	for (size_t i = 0; i < ARRAY_SIZE(victims); i++)
		g->looks[i] = look_at(g->victim, victims[i]);
}

/* Anything made, removed, changed, mounted on or unmounted there. */
static bool is_victim_hurt(const struct ground *g)
{
	for (size_t i = 0; i < ARRAY_SIZE(victims); i++) {
		struct statx now = look_at(g->victim, victims[i]);

		if (!is_unchanged(&g->looks[i], &now))
			return true;
	}
	return false;
}

/* Unmount all that is on 'name'; no name on the way is looked up again. */
static void unmount_all(int dirfd, const char *name)
{
	need(fchdir(dirfd));
	while (umount2(name, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
		;
	need(chdir("/"));
}

static void mount_on(int dirfd, const char *name)
{
	need(fchdir(dirfd));
	need(mount("victim", name, "tmpfs", 0, "mode=0755"));
	need(chdir("/"));
}

/* Take back what the control did to the victim. */
static void heal_victim(struct ground *g)
{
	static const char *const made[] = { "b/n/m", "b/n" }, *const own[] = { "b", "b/c", "0" };

	unmount_all(g->victim, "0");
	for (size_t i = 0; i < ARRAY_SIZE(made); i++)
		(void)unlinkat(g->victim, made[i], AT_REMOVEDIR); /* mostly it is not there */
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (mkdirat(g->victim, own[i], 0755) < 0 && errno != EEXIST)
			die(own[i]);
	mount_on(g->victim, "0");
	g->victim_c = id_at(g->victim, "b/c");
	remember_victim(g);
}

static void say_once(struct ground *g, const char *what, const struct err *e)
{
	if (g->notes++ < NOTES_MAX)
		fprintf(stderr, "race: %s: %s: exit %d, %s\n", g->attack->name, what, e->exit_code,
			e->message);
}

/* How it ended where it did not succeed. */
static enum outcome refused(struct ground *g, const struct err *e)
{
	if (e->exit_code == EX_NOPERM || e->exit_code == EX_NOINPUT)
		return REFUSED;
	if (g->attack->trusted && (e->exit_code == EX_OSERR || e->exit_code == EX_TEMPFAIL))
		return REFUSED;
	say_once(g, "not an error that is due", e);
	return OTHER;
}

static enum outcome other(struct ground *g, const char *what)
{
	say_once(g, what, &(struct err){ 0 });
	return OTHER;
}

/* What was reached, where something was. */
static enum outcome reached(const struct ground *g, struct at_id id)
{
	return at_id_equal(id, g->real_c) ? SUCCEEDED : ESCAPED;
}

/* ---- open, clone and look ---- */

static enum outcome open_ours(struct ground *g)
{
	struct err e = { 0 };
	cleanup_fd int fd = subpath_open(g->volume, "a/b/c", &e), clone = -EBADF;

	if (fd < 0)
		return refused(g, &e);
	clone = mount_clone(fd, false, &e);
	return clone < 0 ? other(g, e.message) : reached(g, id_at(clone, ""));
}

static enum outcome open_naive(struct ground *g)
{
	int result = naive_bind(g->volume_path, "a/b/c", g->target);
	struct at_id id = id_at(g->base, "target");

	unmount_all(g->base, "target");
	if (result < 0)
		return REFUSED;
	return at_id_equal(id, g->victim_c) ? ESCAPED : reached(g, id);
}

/* ---- make directories ---- */

static enum outcome make_ours(struct ground *g)
{
	struct err e = { 0 };
	cleanup_fd int fd = subpath_make_dir(g->volume, "a/b/n/m", SUBPATH_MODE, 1000, 1000, &e);
	struct statx here = fd < 0 ? (struct statx){ 0 } : look_at(fd, ""),
		     there = look_at(g->real, "b/n/m");

	(void)unlinkat(g->real, "b/n/m", AT_REMOVEDIR); /* where it was made at all */
	(void)unlinkat(g->real, "b/n", AT_REMOVEDIR);
	if (fd < 0)
		return refused(g, &e);
	if (!at_id_equal(at_id(&here), at_id(&there)))
		return ESCAPED;
	if ((here.stx_mode & 07777) != SUBPATH_MODE || here.stx_uid != 1000)
		return other(g, "the directory has another mode or owner");
	return SUCCEEDED;
}

static enum outcome make_naive(struct ground *g)
{
	int result = naive_make_dir(g->volume_path, "a/b/n/m");

	(void)unlinkat(g->real, "b/n/m", AT_REMOVEDIR);
	(void)unlinkat(g->real, "b/n", AT_REMOVEDIR);
	return result < 0 ? REFUSED : SUCCEEDED;
}

/* ---- remove empty directories ---- */

static void make_empty(const struct ground *g)
{
	if ((mkdirat(g->real, "b", 0755) < 0 && errno != EEXIST) ||
	    (mkdirat(g->real, "b/c", 0755) < 0 && errno != EEXIST))
		die("b/c");
}

static enum outcome remove_ours(struct ground *g)
{
	struct err e = { 0 };
	int result;

	make_empty(g);
	result = subpath_remove_empty(g->volume, "a/b/c", &e);
	if (result < 0)
		return refused(g, &e);
	/* 'a' is not empty; where nothing of it is removed at all, it was exchanged in time */
	if (result == 0)
		return other(g, "it says that all is gone");
	return exists(g->real, "b") ? REFUSED : SUCCEEDED;
}

static enum outcome remove_naive(struct ground *g)
{
	make_empty(g);
	return naive_remove_empty(g->volume_path, "a/b/c") < 0 ? REFUSED : SUCCEEDED;
}

/* ---- bind a subpath, and clean up ---- */

static struct subpath subpath_of(const struct ground *g)
{
	return (struct subpath){ .volume_path = g->volume_path,
				 .path = "a/b/c",
				 .pod_dir = g->pod_path,
				 .volume_name = "v",
				 .container_name = "d" };
}

static enum outcome bind_ours(struct ground *g)
{
	static const char at[] = "pods/pod/volume-subpaths/v/d";
	cleanup_with(subpath_cleaning_free) struct subpath_cleaning cleaning = { 0 };
	cleanup_free char *target = NULL;
	struct subpath s = subpath_of(g);
	struct err e = { 0 };
	int result = subpath_bind(g->proc, &s, &target, &e);
	enum outcome outcome;

	if (result < 0 && exists(g->base, at))
		return other(g, "it failed and left something");
	if (result < 0)
		return refused(g, &e);
	if (result != 0)
		return other(g, "it says that it was there already");
	outcome = reached(g, id_at(AT_FDCWD, target));
	if (subpath_clean(g->pod_path, "v", "d", &cleaning, &e) != 0 || exists(g->base, at))
		return other(g, "it was not cleaned up");
	return outcome;
}

static enum outcome bind_naive(struct ground *g)
{
	char target[PATH_SIZE + 64];
	int result;
	struct at_id id;

	(void)snprintf(target, sizeof(target), "%s/volume-subpaths/v/d/0", g->pod_path); /* fits */
	result = naive_bind(g->volume_path, "a/b/c", target);
	if (result < 0)
		return REFUSED;
	id = id_at(AT_FDCWD, target);
	(void)naive_clean(target); /* nobody attacks the pod's directory here */
	return at_id_equal(id, g->victim_c) ? ESCAPED : reached(g, id);
}

/* ---- the pod's own directory is exchanged ---- */

static void clear_place(const struct ground *g)
{
	unmount_all(g->place, "0");
	(void)unlinkat(g->place, "0", AT_REMOVEDIR); /* perhaps it is not there */
}

static enum outcome astray_ours(struct ground *g)
{
	cleanup_free char *target = NULL;
	struct subpath s = subpath_of(g);
	struct err e = { 0 };
	struct at_id id;
	int result;

	s.container_name = "c";
	result = subpath_bind(g->proc, &s, &target, &e);
	id = id_at(g->place, "0");
	clear_place(g);
	if (result < 0)
		return refused(g, &e);
	return reached(g, id) == SUCCEEDED ? SUCCEEDED : other(g, "it is not in its place");
}

static enum outcome astray_naive(struct ground *g)
{
	char target[PATH_SIZE + 64];
	int result;

	(void)snprintf(target, sizeof(target), "%s/volume-subpaths/v/c/0", g->pod_path); /* fits */
	result = naive_bind(g->volume_path, "a/b/c", target);
	clear_place(g);
	return result < 0 ? REFUSED : SUCCEEDED;
}

/* Something is mounted in its place, whatever the names are at the moment. */
static void fill_place(const struct ground *g)
{
	struct err e = { 0 };
	cleanup_fd int c = open_dir(g->real, "b/c"), clone = mount_clone(c, false, &e);

	if (clone < 0 || mkdirat(g->place, "0", 0750) < 0 ||
	    mount_attach(clone, g->place, "0", &e) < 0)
		die("pods/pod/volume-subpaths/v/c/0");
}

static enum outcome clean_ours(struct ground *g)
{
	cleanup_with(subpath_cleaning_free) struct subpath_cleaning cleaning = { 0 };
	struct err e = { 0 };
	bool stays;
	int result;

	fill_place(g);
	result = subpath_clean(g->pod_path, "v", NULL, &cleaning, &e);
	stays = exists(g->place, "0");
	clear_place(g);
	if (result < 0)
		return refused(g, &e);
	if (result == 0 || cleaning.n_kept == 0)
		return other(g, "it does not say what it kept");
	return stays ? REFUSED : SUCCEEDED;
}

static enum outcome clean_naive(struct ground *g)
{
	char target[PATH_SIZE + 64];
	int result;

	fill_place(g);
	(void)snprintf(target, sizeof(target), "%s/volume-subpaths/v/c/0", g->pod_path); /* fits */
	result = naive_clean(target);
	clear_place(g);
	return result < 0 ? REFUSED : SUCCEEDED;
}

/* ---- attacks ---- */

#define LINK  "volume/link" /* to the victim */
#define LAST  "volume/last" /* to victim/b/c */
#define ASIDE "aside/link"  /* to the victim, from outside of volume and pod */
#define PLACE "pods/pod/volume-subpaths/v/c"

static const struct attack attacks[] = {
	{ "open and clone, a component", "volume/a", LINK, open_ours, open_naive },
	{ "open and clone, the last component", "volume/a/b/c", LAST, open_ours, open_naive },
	{ "open and clone, moved out", "volume/a", ASIDE, open_ours, open_naive },
	{ "make directories", "volume/a", LINK, make_ours, make_naive },
	{ "remove empty directories", "volume/a", LINK, remove_ours, remove_naive },
	{ "bind and clean, a component", "volume/a", LINK, bind_ours, bind_naive },
	{ "bind and clean, the last component", "volume/a/b/c", LAST, bind_ours, bind_naive },
	{ "bind, the pod's directory", PLACE, ASIDE, astray_ours, astray_naive, true },
	{ "clean, the pod's directory", PLACE, ASIDE, clean_ours, clean_naive, true },
};

static void set_path(char ret[PATH_SIZE], const char *name)
{
	if (snprintf(ret, PATH_SIZE, "%s/%s", BASE, name) >= PATH_SIZE)
		die(name);
}

static void make_ground(struct ground *g)
{
	char victim[PATH_SIZE], last[PATH_SIZE];
	struct err e = { 0 };

	need(mount("race", BASE, "tmpfs", 0, "mode=0755"));
	*g = (struct ground){ .base = open_dir(AT_FDCWD, BASE), .proc = at_open_proc(&e) };
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++)
		need(mkdirat(g->base, directories[i], 0755));
	set_path(victim, "victim");
	set_path(last, "victim/b/c");
	need(symlinkat(victim, g->base, LINK));
	need(symlinkat(victim, g->base, ASIDE));
	need(symlinkat(last, g->base, LAST));
	set_path(g->volume_path, "volume");
	set_path(g->pod_path, "pods/pod");
	set_path(g->target, "target");
	g->volume = open_dir(g->base, "volume");
	g->real = open_dir(g->base, "volume/a");
	g->place = open_dir(g->base, PLACE);
	g->victim = open_dir(g->base, "victim");
	g->real_c = id_at(g->real, "b/c");
	if (g->proc < 0)
		die("/proc");
	heal_victim(g);
}

static void leave_ground(const struct ground *g)
{
	const int fds[] = { g->base, g->volume, g->real, g->place, g->victim, g->proc };

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		(void)close(fds[i]); /* O_PATH */
	need(umount2(BASE, MNT_DETACH | UMOUNT_NOFOLLOW));
}

static pid_t start_attack(const struct ground *g, const struct attack *a)
{
	struct exchange_pair pair = { .dirfd = g->base, .a = a->a, .b = a->b };
	pid_t pid = fork();

	need(pid);
	if (pid > 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* we kill it in any case */
	exchange_for_ever(&pair, 1);
}

static time_t seconds(void)
{
	struct timespec now;

	need(clock_gettime(CLOCK_MONOTONIC, &now));
	return now.tv_sec;
}

/* Rounds under attack, at least so many, and until 'wanted' was met. Returns how many. */
static unsigned run(const struct attack *a, bool naive, unsigned rounds, enum outcome wanted,
		    unsigned ret[OUTCOMES])
{
	time_t end = seconds() + LIMIT_SECONDS;
	struct ground g;
	unsigned n = 0;
	pid_t pid;

	make_ground(&g);
	g.attack = a;
	pid = start_attack(&g, a);
	for (; n < rounds || (ret[wanted] == 0 && seconds() < end); n++) {
		enum outcome outcome = naive ? a->naive(&g) : a->ours(&g);

		if (is_victim_hurt(&g)) {
			outcome = ESCAPED;
			heal_victim(&g);
		}
		ret[outcome]++;
	}
	need(kill(pid, SIGKILL));
	need(waitpid(pid, NULL, 0));
	leave_ground(&g);
	return n;
}

static bool run_attack(const struct attack *a, unsigned rounds)
{
	unsigned naive[OUTCOMES] = { 0 }, ours[OUTCOMES] = { 0 };
	unsigned n_naive = run(a, true, rounds, ESCAPED, naive),
		 n_ours = run(a, false, rounds, SUCCEEDED, ours);

	printf("%7u %7u %7u %7u %7u %7u %7u  %s\n", n_naive, naive[ESCAPED], n_ours,
	       ours[SUCCEEDED], ours[REFUSED], ours[ESCAPED], ours[OTHER], a->name);
	return fflush(stdout) == 0 && naive[ESCAPED] > 0 && ours[SUCCEEDED] > 0 &&
	       ours[ESCAPED] == 0 && ours[OTHER] == 0;
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	bool good = true;

	if (rounds == 0 || rounds > UINT_MAX)
		return EX_USAGE;
	(void)umask(022);
	need(unshare(CLONE_NEWNS));
	need(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	for (size_t i = 0; i < ARRAY_SIZE(attacks); i++)
		good &= run_attack(&attacks[i], (unsigned)rounds);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
