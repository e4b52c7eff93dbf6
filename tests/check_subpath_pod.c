/* Subpaths of pods: bound in kubelet's layout, replaced, cleaned up; in a pod's directory that is
 * trusted or not, of a volume whose content is exchanged meanwhile. */
#include "share/subpath_pod.h"

#include <sys/file.h>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "common/at.h"
#include "common/io.h"
#include "tests/check.h"
#include "tests/seed.h"

#define POD	  "/mnt/pod"
#define SUBPATHS  "volume-subpaths"
#define CONTAINER SUBPATHS "/vol1/container0"
#define PLACE	  CONTAINER "/1"
#define TARGET	  POD "/" PLACE

enum { OWNER = 1000, GROUP = 1001 };

/* A list that makes the directories of the layout. */
#define LAYOUT SUBPATHS "/ " SUBPATHS "/vol1/ " CONTAINER "/ "

static const struct subpath usual = { .volume_path = "/mnt/vol",
				      .path = "dir0",
				      .pod_dir = POD,
				      .volume_name = "vol1",
				      .container_name = "container0",
				      .volume_mount_index = 1 };

/* ---- fixtures ---- */

/* A new tmpfs at /mnt: a pod's directory, a volume with these names in it, and what is neither. */
static void fresh_mnt(const char *volume)
{
	(void)umount2("/mnt", MNT_DETACH); /* of an earlier round */
	check_mount("check", "/mnt", "tmpfs", 0, "mode=0755");
	ck_assert_int_eq(chdir("/mnt"), 0);
	control_make("pod/ vol/ outside/ outside/sub/ outside/secret");
	ck_assert_int_eq(chmod("pod", 0750) | chmod("vol", 02777) | chown("vol", OWNER, GROUP), 0);
	ck_assert_int_eq(chdir("vol"), 0);
	control_make(volume);
	ck_assert_int_eq(chdir("/mnt"), 0);
}

static bool prepare(const char *volume)
{
	if (!check_own_mounts())
		return false;
	fresh_mnt(volume);
	return true;
}

static void make_in_pod(const char *names)
{
	ck_assert_int_eq(chdir(POD), 0);
	control_make(names);
	ck_assert_int_eq(chdir("/mnt"), 0);
}

/* What a mount table says of a path. */
struct place {
	size_t all, at, below; /* mounts: all of the table, here, below */
	unsigned id;	       /* of the last one here */
	bool shared, slave;
	char options[256];
};

static struct place look(const char *table, const char *path)
{
	FILE *file = fopen(table, "re");
	struct place p = { 0 };
	char *line = NULL;
	size_t size = 0;

	ck_assert_msg(file != NULL, "%s: %s", table, strerror(errno));
	while (getline(&line, &size, file) > 0) {
		char point[PATH_MAX], options[256], *end = strstr(line, " - ");
		unsigned id;

		ck_assert_ptr_nonnull(end);
		*end = '\0';
		ck_assert_int_eq(sscanf(line, "%u %*u %*s %*s %4095s %255s", &id, point, options),
				 3);
		p.all++;
		if (strncmp(point, path, strlen(path)) == 0 && point[strlen(path)] == '/')
			p.below++;
		if (strcmp(point, path) != 0)
			continue;
		p.at++;
		p.id = id;
		p.shared = strstr(line, " shared:");
		p.slave = strstr(line, " master:");
		(void)strcpy(p.options, options);
	}
	free(line);
	ck_assert_int_eq(fclose(file), 0);
	return p;
}

static struct place look_here(const char *path)
{
	return look("/proc/self/mountinfo", path);
}

static bool has_option(const struct place *p, const char *option)
{
	char list[260], wanted[32];

	(void)snprintf(list, sizeof(list), ",%s,", p->options);
	(void)snprintf(wanted, sizeof(wanted), ",%s,", option);
	return strstr(list, wanted);
}

/* Exactly one mount is there, of that file, with the shape that the contract says. */
static void check_bound(const char *target, const char *source, bool readonly, const char *name)
{
	struct place p = look_here(target);
	struct stat st, expected;

	ck_assert_msg(p.at == 1, "%s: %zu mounts", name, p.at);
	ck_assert_msg(p.below == 0, "%s: %zu mounts below", name, p.below);
	ck_assert_msg(has_option(&p, "nosuid") && has_option(&p, "nodev"), "%s: %s", name,
		      p.options);
	ck_assert_msg(has_option(&p, "ro") == readonly, "%s: %s", name, p.options);
	ck_assert_msg(!p.shared && !p.slave, "%s: not private", name);
	ck_assert_int_eq(lstat(target, &st) | lstat(source, &expected), 0);
	ck_assert_msg(st.st_ino == expected.st_ino && st.st_dev == expected.st_dev,
		      "%s: not %s is mounted", name, source);
}

/* ---- calls ---- */

/* Bind, and look whether descriptors or the working directory are changed. */
static int bind_subpath(const struct subpath *s, struct err *e)
{
	size_t descriptors = control_count("/proc/self/fd");
	cleanup_fd int proc = at_open_proc(e);
	char expected[PATH_MAX], unset[] = "unset", *target = unset;
	int result;

	check_ok(proc, e);
	result = subpath_bind(proc, s, &target, e);
	ck_assert_int_eq(close(take_fd(&proc)), 0);
	ck_assert_msg(control_count("/proc/self/fd") == descriptors, "a descriptor leaks");
	ck_assert_int_eq(chdir("/mnt"), 0); /* it may have changed */
	if (result < 0) {
		check_error(result, e, "bind");
		ck_assert_msg(target == unset, "a target is returned");
		return result;
	}
	ck_assert_msg(e->exit_code == 0, "an error is set: %s", e->message);
	(void)snprintf(expected, sizeof(expected), "%s/" SUBPATHS "/%s/%s/%u", s->pod_dir,
		       s->volume_name, s->container_name, s->volume_mount_index);
	ck_assert_str_eq(target, expected);
	free(target);
	return result;
}

static void check_bind(const struct subpath *s, int expected, const char *name)
{
	struct err e = { 0 };
	int result = bind_subpath(s, &e);

	ck_assert_msg(result == expected, "%s: %d, not %d: %s", name, result, expected, e.message);
}

static int clean(const char *pod, const char *volume, const char *container,
		 struct subpath_cleaning *ret, struct err *e)
{
	size_t descriptors = control_count("/proc/self/fd");
	uint64_t started = io_now();
	int result;

	(void)alarm(20); /* a server that never answers would be waited for */
	result = subpath_clean(pod, volume, container, ret, e);
	(void)alarm(0);
	ck_assert_msg(io_now() - started < 1000000, "it waits");
	ck_assert_msg(control_count("/proc/self/fd") == descriptors, "a descriptor leaks");
	ck_assert_int_eq(chdir("/mnt"), 0); /* it may have changed */
	if (result < 0)
		check_error(result, e, "clean");
	else
		ck_assert_msg(e->exit_code == 0, "an error is set: %s", e->message);
	return result;
}

/* Clean up all of the pod; nothing is left, and its directory stays. */
static void check_clean_all(const char *name)
{
	struct subpath_cleaning c = { 0 };
	struct err e = { 0 };
	int result = clean(POD, NULL, NULL, &c, &e);

	ck_assert_msg(result == 0 && c.n_kept == 0, "%s: %d: %s%s%s", name, result, e.message,
		      c.n_kept ? c.kept[0].path : "", c.n_kept ? c.kept[0].reason : "");
	subpath_cleaning_free(&c);
	ck_assert_msg(control_count(POD) == 0, "%s: something is left", name);
	ck_assert_msg(look_here(POD).below == 0, "%s: a mount is left", name);
}

/* ---- what is bound ---- */

static const struct {
	const char *name, *volume, *path, *source; /* source: NULL: as the path */
	bool readonly, create;
} bound[] = {
	{ "BS01 a directory", "dir0/ dir0/f", "dir0", NULL, false, false },
	{ "BS01 a directory, ro", "dir0/ dir0/f", "dir0", NULL, true, false },
	{ "BS02 beside a link", "dir0/ dirLink>dir0", "dir0", NULL, false, false },
	{ "a directory below", "a/ a/b/ a/b/c/", "a/b/c", NULL, false, false },
	{ "with a slash behind", "dir0/", "dir0/", "dir0", false, false },
	{ "with dots and slashes", "a/ a/b/", "./a//b/.", "a/b", false, false },
	{ "the volume", "dir0/", "", ".", false, false },
	{ "the volume as '.', ro", "dir0/", ".", ".", true, false },
	{ "a file", "a/ a/file", "a/file", NULL, false, false },
	{ "a file, ro", "file", "file", NULL, true, false },
	{ "BS14 a socket", "s=", "s", NULL, false, false },
	{ "BS14 a FIFO", "p|", "p", NULL, false, false },
	{ "a FIFO, ro", "p|", "p", NULL, true, false },
	{ "a device", "null%", "null", NULL, false, false },
	{ "create, and there", "dir0/", "dir0", NULL, false, true },
	{ "create, and a file is there", "file", "file", NULL, false, true },
	{ "create", "a/", "a/x/y", NULL, false, true },
	{ "create, ro", "", "x/y", NULL, true, true },
};

/* Whether it can be written through its mount, as its owner wishes; devices never open. */
static void check_use(const char *target, bool readonly, const char *name)
{
	struct stat st;
	int fd;

	ck_assert_int_eq(lstat(target, &st), 0);
	if (S_ISDIR(st.st_mode)) {
		ck_assert_int_eq(chdir(target), 0);
		fd = open("new", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	} else {
		fd = open(target, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	}
	if (S_ISCHR(st.st_mode))
		ck_assert_msg(fd < 0 && errno == EACCES, "%s: a device is opened", name);
	else if (S_ISSOCK(st.st_mode))
		ck_assert_msg(fd < 0 && errno == ENXIO, "%s: a socket is opened", name);
	else if (readonly && !S_ISFIFO(st.st_mode))
		ck_assert_msg(fd < 0 && errno == EROFS, "%s: it can be written", name);
	else
		ck_assert_msg(fd >= 0, "%s: %s", name, strerror(errno));
	if (fd >= 0)
		ck_assert_int_eq(close(fd), 0);
	if (S_ISDIR(st.st_mode))
		ck_assert(unlink("new") == 0 || readonly);
	ck_assert_int_eq(chdir("/mnt"), 0);
}

START_TEST(C25_binds_and_binds_once_and_cleans_up)
{
	const char *path = bound[_i].source ? bound[_i].source : bound[_i].path;
	struct subpath s = usual;
	char source[PATH_MAX];
	struct place first, again;
	uint64_t volume;

	if (!prepare(bound[_i].volume))
		return;
	s.path = bound[_i].path;
	s.readonly = bound[_i].readonly;
	s.create = bound[_i].create;
	(void)snprintf(source, sizeof(source), "/mnt/vol/%s", path);
	check_bind(&s, 0, bound[_i].name);
	check_bound(TARGET, source, bound[_i].readonly, bound[_i].name);
	check_use(TARGET, bound[_i].readonly, bound[_i].name);
	volume = control_tree("/mnt/vol");
	first = look_here(TARGET);
	check_bind(&s, 1, bound[_i].name);
	again = look_here(TARGET);
	ck_assert_msg(again.id == first.id && again.all == first.all, "%s: mounted again",
		      bound[_i].name);
	check_bound(TARGET, source, bound[_i].readonly, bound[_i].name);
	check_clean_all(bound[_i].name);
	ck_assert_msg(control_tree("/mnt/vol") == volume, "%s: the volume is changed",
		      bound[_i].name);
}
END_TEST

START_TEST(what_is_created_belongs_to_the_owner_of_the_volume)
{
	static const char *const made[] = { "/mnt/vol/x", "/mnt/vol/x/y" };
	struct subpath s = usual;

	if (!prepare(""))
		return;
	s.path = "x/y";
	s.create = true;
	(void)umask(0177);
	check_bind(&s, 0, "create");
	(void)umask(022);
	for (size_t i = 0; i < ARRAY_SIZE(made); i++) {
		struct stat st;

		ck_assert_int_eq(stat(made[i], &st), 0);
		ck_assert_uint_eq(st.st_mode, S_IFDIR | 0750);
		ck_assert(st.st_uid == OWNER && st.st_gid == GROUP);
	}
	check_clean_all("create");
	ck_assert_int_eq(access("/mnt/vol/x/y", F_OK), 0);
}
END_TEST

START_TEST(W36_mounts_below_stay_out_and_flags_of_the_volume_stay)
{
	struct subpath s = usual;
	struct place p;

	if (!prepare("dir0/ dir0/m/"))
		return;
	check_mount("vol", "vol", NULL, MS_BIND, NULL);
	check_mount(NULL, "vol", NULL, MS_REMOUNT | MS_BIND | MS_NOEXEC | MS_NOATIME, NULL);
	check_mount(NULL, "vol", NULL, MS_SHARED, NULL);
	check_mount("check", "vol/dir0/m", "tmpfs", 0, NULL);
	check_file("vol/dir0/m/f", "", 0644);
	check_bind(&s, 0, "a shared volume");
	check_bound(TARGET, "/mnt/vol/dir0", false, "a shared volume");
	ck_assert_msg(access(TARGET "/m/f", F_OK) < 0, "a mount below is seen");
	p = look_here(TARGET);
	ck_assert_msg(has_option(&p, "noexec") && has_option(&p, "noatime"), "%s", p.options);
	check_bind(&s, 1, "a shared volume");
	/* what is mounted in the volume later stays out too */
	check_directory("vol/dir0/later", 0755);
	check_mount("check", "vol/dir0/later", "tmpfs", 0, NULL);
	check_bound(TARGET, "/mnt/vol/dir0", false, "a shared volume, later");
	check_clean_all("a shared volume");
	ck_assert_uint_eq(look_here("/mnt/vol").below, 2);
}
END_TEST

START_TEST(a_read_only_volume_is_bound_once_too)
{
	struct subpath s = usual;

	if (!prepare("dir0/"))
		return;
	check_mount("vol", "vol", NULL, MS_BIND, NULL);
	check_mount(NULL, "vol", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
	for (int i = 0; i < 2; i++) {
		check_bind(&s, i, "a read-only volume");
		check_bound(TARGET, "/mnt/vol/dir0", true, "a read-only volume");
	}
}
END_TEST

START_TEST(each_index_container_and_volume_has_its_place)
{
	static const struct {
		const char *volume, *container;
		unsigned index;
	} places[] = { { "vol1", "c", 0 }, { "vol1", "c", 4294967295 }, { "vol1", "d", 0 },
		       { "vol2", "c", 0 }, { "...", "-x", 7 },		{ "a b\nc", "\xff\\", 0 } };
	struct subpath s = usual;

	if (!prepare("dir0/"))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		s.volume_name = places[i].volume;
		s.container_name = places[i].container;
		s.volume_mount_index = places[i].index;
		check_bind(&s, 0, places[i].volume);
		check_bind(&s, 1, places[i].volume);
	}
	ck_assert_uint_eq(look_here(POD).below, ARRAY_SIZE(places));
	check_clean_all("many");
}
END_TEST

/* ---- what is refused ---- */

static const struct {
	const char *name, *volume, *path;
	bool create;
	int error, exit_code;
} refused[] = {
	{ "BS04 missing", "", "dir0", false, ENOENT, EX_NOINPUT },
	{ "missing below", "dir0/", "dir0/a/b", false, ENOENT, EX_NOINPUT },
	{ "BS05 a link out", "dir0>/mnt", "dir0", false, ELOOP, EX_NOPERM },
	{ "BS07 below a link out", "dir0>/mnt/outside", "dir0/sub", false, ELOOP, EX_NOPERM },
	{ "BS08 missing below a link out", "dir0>/mnt/outside", "dir0/none", false, ELOOP,
	  EX_NOPERM },
	{ "BS08 created below a link out", "dir0>/mnt/outside", "dir0/none", true, ELOOP,
	  EX_NOPERM },
	{ "BS10 a link above", "dir0>..", "dir0", false, ELOOP, EX_NOPERM },
	{ "a link within", "dir0/ link>dir0", "link", false, ELOOP, EX_NOPERM },
	{ "upwards", "dir0/", "dir0/../../outside", false, EXDEV, EX_NOPERM },
	{ "upwards within, created", "dir0/", "x/../dir0", true, EXDEV, EX_NOPERM },
	{ "absolute", "", "/mnt/outside", false, EXDEV, EX_NOPERM },
	{ "absolute, created", "", "/mnt/outside/x", true, EXDEV, EX_NOPERM },
	{ "below a file", "file", "file/x", false, ENOTDIR, EX_NOINPUT },
	{ "created below a file", "file", "file/x", true, ENOTDIR, EX_NOINPUT },
	{ "created below a FIFO", "p|", "p/x/y", true, ENOTDIR, EX_NOINPUT },
	{ "another mount", "m/", "m", false, EXDEV, EX_NOPERM },
	{ "below another mount, created", "m/", "m/x", true, EXDEV, EX_NOPERM },
};

/* In a pod without and with another subpath: nothing is left of what is refused. */
static void check_leaves_nothing(const struct subpath *s, int error, int exit_code,
				 const char *name)
{
	struct subpath other = usual;

	other.container_name = "other";
	other.volume_path = "/mnt/outside";
	other.path = "sub";
	for (int i = 0; i < 2; i++) {
		uint64_t pod = control_tree(POD), outside = control_tree("/mnt/outside");
		size_t mounts = look_here(POD).all;
		struct err e = { 0 };
		int result = bind_subpath(s, &e);

		ck_assert_msg(result < 0, "%s: it is bound", name);
		ck_assert_msg(!error || e.error == error, "%s: %s", name, e.message);
		ck_assert_msg(!exit_code || e.exit_code == exit_code,
			      "%s: exit %d, expected %d: %s", name, e.exit_code, exit_code,
			      e.message);
		ck_assert_msg(control_tree(POD) == pod, "%s: the pod's directory is changed", name);
		ck_assert_msg(control_tree("/mnt/outside") == outside, "%s: it changed something",
			      name);
		ck_assert_msg(look_here(POD).all == mounts, "%s: a mount is left", name);
		if (i == 0 && strcmp(s->pod_dir, POD) == 0) {
			e = (struct err){ 0 };
			check_ok(bind_subpath(&other, &e), &e);
		}
	}
}

START_TEST(C25_what_leads_away_is_refused_and_leaves_nothing)
{
	struct subpath s = usual;

	if (!prepare(refused[_i].volume))
		return;
	if (access("vol/m", F_OK) == 0)
		check_mount("outside", "vol/m", NULL, MS_BIND, NULL);
	s.path = refused[_i].path;
	s.create = refused[_i].create;
	check_leaves_nothing(&s, refused[_i].error, refused[_i].exit_code, refused[_i].name);
}
END_TEST

static const struct {
	const char *name, *path, *below;
	int error, exit_code;
} volumes[] = {
	{ "missing", "/mnt/none", "", ENOENT, EX_NOINPUT },
	{ "W32 a link", "/mnt/link", "dir0", ELOOP, EX_NOPERM },
	{ "W32 below a link", "/mnt/way/vol", "dir0", ELOOP, EX_NOPERM },
	{ "W32 a FIFO", "/mnt/fifo", "x", ENOTDIR, EX_NOINPUT },
	{ "a file", "/mnt/outside/secret", "x", ENOTDIR, EX_NOINPUT },
	{ "below a file", "/mnt/outside/secret/x", "", ENOTDIR, EX_NOINPUT },
	{ "relative", "vol", "dir0", 0, 0 },
	{ "empty", "", "dir0", 0, 0 },
};

START_TEST(W32_volumes_that_are_none_are_refused)
{
	struct subpath s = usual;

	if (!prepare("dir0/"))
		return;
	control_make("link>vol way>. fifo|");
	s.volume_path = volumes[_i].path;
	s.path = volumes[_i].below;
	(void)alarm(20); /* the FIFO */
	check_leaves_nothing(&s, volumes[_i].error, volumes[_i].exit_code, volumes[_i].name);
}
END_TEST

/* A source that cannot be cloned. */
START_TEST(BS16_an_unbindable_volume_leaves_nothing)
{
	struct subpath s = usual;

	if (!prepare("dir0/"))
		return;
	check_mount("vol", "vol", NULL, MS_BIND, NULL);
	check_mount(NULL, "vol", NULL, MS_UNBINDABLE, NULL);
	check_leaves_nothing(&s, 0, 0, "unbindable");
	s.path = "x/y";
	s.create = true;
	check_leaves_nothing(&s, 0, 0, "unbindable, create");
}
END_TEST

/* ---- system calls that fail ---- */

static const struct {
	const char *name, *path;
	unsigned call;
	int error;
	bool must_fail;
} denied[] = {
	{ "open_tree", "dir0", SYS_open_tree, EPERM, false },
	{ "mount_setattr", "dir0", 442 /* mount_setattr, on all architectures */, EPERM, false },
	{ "move_mount", "dir0", SYS_move_mount, EPERM, true },
	{ "move_mount, no room", "dir0", SYS_move_mount, ENOSPC, true },
	{ "move_mount of a file", "file", SYS_move_mount, ENOSPC, true },
	{ "mkdirat", "dir0", SYS_mkdirat, ENOSPC, false },
	{ "mkdirat for a file", "file", SYS_mkdirat, ENOSPC, false },
	{ "mknodat", "file", SYS_mknodat, ENOSPC, false },
};

static int deny_call(unsigned call, int error)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { ARRAY_SIZE(rules), rules };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return -EPROTO;
	return 0;
}

/* Bind, in a child. */
static int run_bind(void *arg)
{
	struct err e = { 0 };
	cleanup_fd int proc = at_open_proc(&e);
	char *target = NULL;
	int result = proc < 0 ? proc : subpath_bind(proc, arg, &target, &e);

	free(target);
	return result;
}

static int bind_denied(void *arg)
{
	int result = deny_call(denied[*(int *)arg].call, denied[*(int *)arg].error);
	struct subpath s = usual;

	s.path = denied[*(int *)arg].path;
	return result < 0 ? result : run_bind(&s);
}

START_TEST(BS16_a_bind_that_fails_anywhere_leaves_nothing)
{
	const struct control c = { .run = bind_denied, .arg = &_i };
	char source[64];
	int result;

	if (!prepare("dir0/ file"))
		return;
	(void)snprintf(source, sizeof(source), "/mnt/vol/%s", denied[_i].path);
	for (int i = 0; i < 2; i++) {
		uint64_t pod = control_tree(POD);

		result = control_run(&c);
		ck_assert_msg(result != -EPROTO && result != CONTROL_HUNG && result != CONTROL_DIED,
			      "%s: %d", denied[_i].name, result);
		ck_assert_msg(result < 0 || !denied[_i].must_fail, "%s: it is bound",
			      denied[_i].name);
		if (result >= 0) {
			check_bound(TARGET, source, false, denied[_i].name);
			return;
		}
		ck_assert_msg(control_tree(POD) == pod, "%s: something is left", denied[_i].name);
		ck_assert_uint_eq(look_here(POD).below, 0);
		if (i == 0) /* what was there before stays */
			make_in_pod(SUBPATHS "/ " SUBPATHS "/vol1/ " SUBPATHS "/vol1/file");
	}
}
END_TEST

/* ---- the pod's directory ---- */

static const struct {
	const char *name, *names, *path;
	uid_t uid; /* of "p" */
	unsigned mode;
	const char *pod; /* given to bind */
	int exit_code;	 /* 0: any */
	bool missing;
} pods[] = {
	{ "missing", "p/", "p", 0, 0755, "/mnt/p/none", EX_NOINPUT, true },
	{ "missing, and above", "p/", "p", 0, 0755, "/mnt/p/none/none", EX_NOINPUT, true },
	{ "a link", "p/ p/pod/ l>p/pod", "p", 0, 0755, "/mnt/l", EX_NOPERM, false },
	{ "a link on the way", "p/ p/pod/ l>p", "p", 0, 0755, "/mnt/l/pod", EX_NOPERM, false },
	{ "of another uid", "p/", "p", OWNER, 0755, "/mnt/p", EX_NOPERM, false },
	{ "writable by its group", "p/", "p", 0, 0770, "/mnt/p", EX_NOPERM, false },
	{ "writable by all", "p/", "p", 0, 0757, "/mnt/p", EX_NOPERM, false },
	{ "writable by all, sticky", "p/", "p", 0, 01777, "/mnt/p", EX_NOPERM, false },
	{ "below another uid's", "p/ p/pod/", "p", OWNER, 0755, "/mnt/p/pod", EX_NOPERM, false },
	{ "below a writable one", "p/ p/pod/", "p", 0, 0775, "/mnt/p/pod", EX_NOPERM, false },
	{ "a file", "p", "p", 0, 0644, "/mnt/p", 0, false },
	{ "below a file", "p", "p", 0, 0644, "/mnt/p/pod", 0, false },
	{ "relative", "p/", "p", 0, 0755, "p", 0, false },
	{ "empty", "p/", "p", 0, 0755, "", 0, false },
};

START_TEST(a_pod_directory_that_is_not_trusted_is_not_used)
{
	struct subpath s = usual;
	uint64_t tree;

	if (!prepare("dir0/"))
		return;
	control_make(pods[_i].names);
	ck_assert_int_eq(
		chown(pods[_i].path, pods[_i].uid, 0) | chmod(pods[_i].path, pods[_i].mode), 0);
	tree = control_tree("/mnt");
	s.pod_dir = pods[_i].pod;
	check_leaves_nothing(&s, 0, pods[_i].exit_code, pods[_i].name);
	ck_assert_msg(control_tree("/mnt") == tree, "%s: something is made", pods[_i].name);
}
END_TEST

START_TEST(a_pod_directory_that_is_not_trusted_is_not_cleaned)
{
	struct subpath_cleaning c = { 0 };
	char place[PATH_MAX], up[PATH_MAX];
	struct err e = { 0 };
	bool made;
	int result;

	if (!prepare("dir0/"))
		return;
	control_make(pods[_i].names);
	(void)snprintf(up, sizeof(up), "%s", pods[_i].pod);
	made = up[0] && chdir(up) == 0;
	if (made) {
		control_make(LAYOUT PLACE "/");
		check_mount("/mnt/vol/dir0", PLACE, NULL, MS_BIND, NULL);
		ck_assert_ptr_nonnull(realpath(PLACE, place));
		ck_assert_int_eq(chdir("/mnt"), 0);
	}
	ck_assert_int_eq(
		chown(pods[_i].path, pods[_i].uid, 0) | chmod(pods[_i].path, pods[_i].mode), 0);
	result = clean(pods[_i].pod, NULL, NULL, &c, &e);
	if (pods[_i].missing)
		ck_assert_msg(result == 0, "%s: %s", pods[_i].name, e.message);
	else
		ck_assert_msg(result < 0, "%s: it is cleaned", pods[_i].name);
	if (pods[_i].exit_code && !pods[_i].missing)
		check_exit(result, &e, pods[_i].exit_code, pods[_i].name);
	ck_assert_msg(!made || look_here(place).at == 1, "%s: the mount is gone", pods[_i].name);
	ck_assert(c.unmounted == 0 && c.removed == 0 && c.n_kept == 0);
}
END_TEST

static char name_255[256], name_256[257];

static const char *const names[] = { ".", "..", "", "/", "a/b", "a/", "/etc", "../x", name_256 };

START_TEST(names_are_one_component)
{
	struct subpath s = usual;

	memset(name_255, 'x', 255);
	memset(name_256, 'x', 256);
	if (!prepare("dir0/"))
		return;
	s.volume_name = names[_i];
	check_leaves_nothing(&s, 0, 0, "the volume's name");
	s = usual;
	s.container_name = names[_i];
	check_leaves_nothing(&s, 0, 0, "the container's name");
	s.volume_name = s.container_name = name_255;
	check_bind(&s, 0, "a name of 255 bytes");
	check_clean_all("a name of 255 bytes");
}
END_TEST

START_TEST(names_do_not_lead_a_clean_up_elsewhere)
{
	const char *arguments[][2] = { { names[_i], NULL },
				       { names[_i], "vol1" },
				       { names[_i], SUBPATHS },
				       { "vol1", names[_i] } };

	memset(name_256, 'x', 256);
	if (!prepare("dir0/"))
		return;
	/* what each of them would hit, if it were put into a path */
	make_in_pod(LAYOUT PLACE "/ x/ x/0/ vol1/ vol1/0/ " SUBPATHS "/vol1/0/ " SUBPATHS
				 "/a/ " SUBPATHS "/a/b/ " SUBPATHS "/a/b/0/");
	check_mount("vol/dir0", "pod/vol1/0", NULL, MS_BIND, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(arguments); i++) {
		uint64_t tree = control_tree(POD);
		struct subpath_cleaning c = { 0 };
		struct err e = { 0 };
		int result = clean(POD, arguments[i][0], arguments[i][1], &c, &e);

		ck_assert_msg(result < 0, "'%s', '%s': not refused", arguments[i][0],
			      arguments[i][1] ? arguments[i][1] : "all");
		ck_assert_msg(control_tree(POD) == tree && look_here(POD).below == 1,
			      "'%s': something is gone", names[_i]);
	}
}
END_TEST

/* ---- what is in its place already ---- */

static const struct {
	const char *name, *there, *path;
	bool stays; /* an error, and it stays */
} placeholders[] = {
	{ "BS11 a directory", PLACE "/", "dir0", false },
	{ "an empty file", PLACE "~", "file", false },
	{ "an empty file for a FIFO", PLACE "~", "fifo", false },
	{ "an empty file for a directory", PLACE "~", "dir0", false },
	{ "a directory for a file", PLACE "/", "file", false },
	{ "a directory for a socket", PLACE "/", "socket", false },
	{ "a file with content for a directory", PLACE, "dir0", true },
	{ "a file with content for a file", PLACE, "file", true },
	{ "a directory with content for a file", PLACE "/ " PLACE "/x", "file", true },
	{ "a directory with a directory for a file", PLACE "/ " PLACE "/x/", "file", true },
	{ "W38 a link for a directory", PLACE ">/mnt/outside", "dir0", true },
	{ "W38 a link for a file", PLACE ">/mnt/outside/secret", "file", true },
	{ "W38 a dangling link for a file", PLACE ">/mnt/outside/new", "file", true },
};

START_TEST(empty_placeholders_are_used_or_replaced_and_content_stays)
{
	uint64_t pod, outside;
	struct subpath s = usual;
	struct err e = { 0 };
	char source[64];
	int result;

	if (!prepare("dir0/ file fifo| socket="))
		return;
	make_in_pod(LAYOUT);
	make_in_pod(placeholders[_i].there);
	s.path = placeholders[_i].path;
	(void)snprintf(source, sizeof(source), "/mnt/vol/%s", s.path);
	pod = control_tree(POD);
	outside = control_tree("/mnt/outside");
	result = bind_subpath(&s, &e);
	ck_assert_msg(control_tree("/mnt/outside") == outside, "%s: changed outside",
		      placeholders[_i].name);
	if (placeholders[_i].stays) {
		ck_assert_msg(result < 0, "%s: it is bound", placeholders[_i].name);
		ck_assert_msg(control_tree(POD) == pod, "%s: it is changed", placeholders[_i].name);
		ck_assert_uint_eq(look_here(POD).below, 0);
		return;
	}
	ck_assert_msg(result == 0, "%s: %s", placeholders[_i].name, e.message);
	check_bound(TARGET, source, false, placeholders[_i].name);
	check_clean_all(placeholders[_i].name);
}
END_TEST

/* A directory on the way to its place that is none. */
static const struct {
	const char *name, *there;
} ways[] = {
	{ "a link for volume-subpaths", SUBPATHS ">/mnt/outside" },
	{ "a link for the volume", SUBPATHS "/ " SUBPATHS "/vol1>/mnt/outside" },
	{ "a link for the container", SUBPATHS "/ " SUBPATHS "/vol1/ " CONTAINER ">/mnt/outside" },
	{ "a file for volume-subpaths", SUBPATHS },
	{ "a file for the volume", SUBPATHS "/ " SUBPATHS "/vol1" },
	{ "an empty file for the container", SUBPATHS "/ " SUBPATHS "/vol1/ " CONTAINER "~" },
	{ "a FIFO for the container", SUBPATHS "/ " SUBPATHS "/vol1/ " CONTAINER "|" },
};

START_TEST(what_is_no_directory_on_the_way_stays)
{
	uint64_t tree;
	struct err e = { 0 };

	if (!prepare("dir0/"))
		return;
	make_in_pod(ways[_i].there);
	tree = control_tree("/mnt");
	ck_assert_msg(bind_subpath(&usual, &e) < 0, "%s: it is bound", ways[_i].name);
	ck_assert_msg(control_tree("/mnt") == tree, "%s: something is changed", ways[_i].name);
}
END_TEST

/* ---- what is mounted in its place already ---- */

static void mount_plain(const char *source, unsigned long flags)
{
	check_mount(source, TARGET, NULL, MS_BIND | flags, NULL);
}

static void shape_plain(unsigned long flags)
{
	check_mount(NULL, TARGET, NULL, MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV | flags, NULL);
}

static void before_other_wish(void)
{
	struct subpath s = usual;

	s.readonly = true;
	check_bind(&s, 0, "the other wish");
}

static void before_other(void)
{
	struct subpath s = usual;

	s.path = "other";
	check_bind(&s, 0, "another directory");
}

static void before_file(void)
{
	struct subpath s = usual;

	s.path = "file";
	check_bind(&s, 0, "a file");
}

static void before_foreign(void)
{
	make_in_pod(LAYOUT PLACE "/");
	check_mount("check", TARGET, "tmpfs", 0, NULL);
	check_file(TARGET "/content", "text", 0644); /* of the mount: it goes with it */
}

static void before_stack(void)
{
	before_foreign();
	mount_plain("/mnt/outside", 0);
	check_mount("check", TARGET, "tmpfs", 0, NULL);
}

static void before_covered(void)
{
	check_bind(&usual, 0, "the same");
	check_mount("check", TARGET, "tmpfs", 0, NULL);
}

static void before_kubelet(void)
{
	make_in_pod(LAYOUT PLACE "/");
	mount_plain("/mnt/vol/dir0", 0);
}

static void before_shared(void)
{
	before_kubelet();
	shape_plain(0);
	check_mount(NULL, TARGET, NULL, MS_SHARED, NULL);
}

static void before_slave(void)
{
	check_mount("/mnt/vol", "/mnt/vol", NULL, MS_BIND, NULL);
	check_mount(NULL, "/mnt/vol", NULL, MS_SHARED, NULL);
	before_kubelet();
	check_mount(NULL, TARGET, NULL, MS_SLAVE, NULL);
	shape_plain(0);
}

static void before_recursive(void)
{
	check_mount("check", "vol/dir0/m", "tmpfs", 0, NULL);
	make_in_pod(LAYOUT PLACE "/");
	mount_plain("/mnt/vol/dir0", MS_REC);
	shape_plain(0);
}

/* A FUSE filesystem of a server that has read nothing so far; its descriptor. */
static int mount_fuse(const char *path)
{
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	char options[64];

	ck_assert_msg(fd >= 0, "/dev/fuse: %s", strerror(errno));
	(void)snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	check_mount("check", path, "fuse", 0, options);
	return fd;
}

static void before_dead(void)
{
	make_in_pod(LAYOUT PLACE "/");
	ck_assert_int_eq(close(mount_fuse(TARGET)), 0);
}

static void before_silent(void)
{
	make_in_pod(LAYOUT PLACE "/");
	ck_assert_int_ge(mount_fuse(TARGET), 0); /* until this process ends */
}

static const struct {
	const char *name;
	void (*before)(void);
	bool uncovered; /* the same may come to light, and is not to be mounted then */
} replaced[] = {
	{ "the same, but read-only", before_other_wish },
	{ "another directory", before_other },
	{ "a file", before_file },
	{ "a foreign mount", before_foreign },
	{ "a stack of foreign mounts", before_stack },
	{ "the same, covered", before_covered, true },
	{ "the same, as kubelet binds it", before_kubelet },
	{ "the same, but shared", before_shared },
	{ "the same, but a slave of the volume", before_slave },
	{ "the same, but with the mounts below", before_recursive },
	{ "a dead server's", before_dead },
	{ "a silent server's", before_silent },
};

START_TEST(W37_what_is_mounted_there_otherwise_is_replaced)
{
	struct err e = { 0 };
	uint64_t started;
	int result;

	if (!prepare("dir0/ dir0/m/ other/ file"))
		return;
	replaced[_i].before();
	(void)alarm(20); /* the silent server */
	started = io_now();
	result = bind_subpath(&usual, &e);
	ck_assert_msg(result == 0 || (result == 1 && replaced[_i].uncovered), "%s: %d: %s",
		      replaced[_i].name, result, e.message);
	ck_assert_msg(io_now() - started < 1000000, "%s: it waits", replaced[_i].name);
	check_bound(TARGET, "/mnt/vol/dir0", false, replaced[_i].name);
	check_bind(&usual, 1, replaced[_i].name);
	check_clean_all(replaced[_i].name);
	ck_assert_int_eq(access("vol/file", F_OK) | access("vol/other", F_OK) |
				 access("outside/secret", F_OK),
			 0);
}
END_TEST

/* A directory's placeholder serves a file, and the other way round. */
START_TEST(an_object_of_another_type_is_replaced)
{
	static const char *const paths[] = { "dir0", "file", "fifo", "dir0", "socket" };
	struct subpath s = usual;
	char source[64];

	if (!prepare("dir0/ file fifo| socket="))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		s.path = paths[i];
		(void)snprintf(source, sizeof(source), "/mnt/vol/%s", paths[i]);
		check_bind(&s, 0, paths[i]);
		check_bound(TARGET, source, false, paths[i]);
		check_bind(&s, 1, paths[i]);
	}
	check_clean_all("other types");
}
END_TEST

/* ---- clean-up ---- */

#define V1 SUBPATHS "/vol1"
#define V2 SUBPATHS "/vol2"

static const struct {
	const char *name;
	const char *there;   /* in the pod's directory */
	const char *mounted; /* of these; twice: a stack */
	const char *volume, *container;
	const char *kept, *stays, *goes;
	unsigned unmounted, removed;
} cleanings[] = {
	{ "CS01 nothing", "", "", "vol1", NULL, "", ".", SUBPATHS, 0, 0 },
	{ "CS01 nothing of that volume", V2 "/ " V2 "/c/ " V2 "/c/0/", V2 "/c/0", "vol1", NULL, "",
	  V2 "/c/0", V1, 0, 0 },
	{ "CM05 CS02 not mounted", V1 "/ " V1 "/c1/ " V1 "/c1/0/", "", "vol1", NULL, "", ".",
	  SUBPATHS, 0, 4 },
	{ "CM05 an empty file", V1 "/ " V1 "/c1/ " V1 "/c1/0~", "", "vol1", NULL, "", ".", SUBPATHS,
	  0, 4 },
	{ "CM01 a directory, mounted", V1 "/ " V1 "/c1/ " V1 "/c1/0/", V1 "/c1/0", "vol1", NULL, "",
	  ".", SUBPATHS, 1, 4 },
	{ "CM01 a file, mounted", V1 "/ " V1 "/c1/ " V1 "/c1/0~", V1 "/c1/0", "vol1", NULL, "", ".",
	  SUBPATHS, 1, 4 },
	{ "empty directories", V1 "/ " V1 "/c1/ " V1 "/c2/", "", "vol1", NULL, "", ".", SUBPATHS, 0,
	  4 },
	{ "CS04 a file for a container", V1 "/ " V1 "/c1", "", "vol1", NULL, V1 "/c1", V1 "/c1",
	  NULL, 0, 0 },
	{ "CS05 W42 a file beside a container", V1 "/ " V1 "/c1/ " V1 "/c2", "", "vol1", NULL,
	  V1 "/c2", V1 "/c2", V1 "/c1", 0, 1 },
	{ "CS05 a file before a container", V1 "/ " V1 "/c1 " V1 "/c2/ " V1 "/c2/0/", V1 "/c2/0",
	  "vol1", NULL, V1 "/c1", V1 "/c1", V1 "/c2", 1, 2 },
	{ "CS07 mounted and plain",
	  V1 "/ " V1 "/c1/ " V1 "/c1/0/ " V1 "/c1/1/ " V1 "/c2/ " V1 "/c2/1~",
	  V1 "/c1/0 " V1 "/c2/1", "vol1", NULL, "", ".", SUBPATHS, 2, 7 },
	{ "CS08 another volume", V1 "/ " V1 "/c1/ " V1 "/c1/0/ " V2 "/ " V2 "/c1/ " V2 "/c1/1/",
	  V1 "/c1/0 " V2 "/c1/1", "vol1", NULL, "", V2 "/c1/1", V1, 1, 3 },
	{ "one container", V1 "/ " V1 "/c1/ " V1 "/c1/0/ " V1 "/c2/ " V1 "/c2/0/",
	  V1 "/c1/0 " V1 "/c2/0", "vol1", "c1", "", V1 "/c2/0", V1 "/c1", 1, 2 },
	{ "the only container", V1 "/ " V1 "/c1/ " V1 "/c1/0/", V1 "/c1/0", "vol1", "c1", "", ".",
	  SUBPATHS, 1, 4 },
	{ "a container that is not there", V1 "/ " V1 "/c1/ " V1 "/c1/0/", V1 "/c1/0", "vol1", "c9",
	  "", V1 "/c1/0", NULL, 0, 0 },
	{ "the pod", V1 "/ " V1 "/c1/ " V1 "/c1/0/ " V2 "/ " V2 "/c1/ " V2 "/c1/1/",
	  V1 "/c1/0 " V2 "/c1/1", NULL, NULL, "", ".", SUBPATHS, 2, 7 },
	{ "other names in the pod's directory",
	  "volumes/ etc-hosts " V1 "/ " V1 "/c1/ " V1 "/c1/0/", V1 "/c1/0", NULL, NULL, "",
	  "volumes", SUBPATHS, 1, 4 },
	{ "CS10 W40 a file with content", V1 "/ " V1 "/c1/ " V1 "/c1/0", "", "vol1", NULL,
	  V1 "/c1/0", V1 "/c1/0", NULL, 0, 0 },
	{ "CS10 the rest of it goes", V1 "/ " V1 "/c1/ " V1 "/c1/0 " V1 "/c1/1/ " V1 "/c1/2~",
	  V1 "/c1/1", "vol1", NULL, V1 "/c1/0", V1 "/c1/0", V1 "/c1/1", 1, 2 },
	{ "CS13 a link", V1 "/ " V1 "/c1/ " V1 "/c1/0>/mnt/outside " V1 "/c1/1/", V1 "/c1/1",
	  "vol1", NULL, V1 "/c1/0", V1 "/c1/0/secret", V1 "/c1/1", 1, 1 },
	{ "a link to a file", V1 "/ " V1 "/c1/ " V1 "/c1/0>/mnt/outside/secret", "", "vol1", NULL,
	  V1 "/c1/0", V1 "/c1/0", NULL, 0, 0 },
	{ "W42 a directory with something in it",
	  V1 "/ " V1 "/c1/ " V1 "/c1/0/ " V1 "/c1/0/x " V1 "/c2/ " V1 "/c2/0/", V1 "/c2/0", NULL,
	  NULL, V1 "/c1/0", V1 "/c1/0/x", V1 "/c2", 1, 2 },
	{ "W46 a directory with an empty directory", V1 "/ " V1 "/c1/ " V1 "/c1/0/ " V1 "/c1/0/x/",
	  "", "vol1", NULL, V1 "/c1/0", V1 "/c1/0/x", NULL, 0, 0 },
	{ "a FIFO, a socket, a device",
	  V1 "/ " V1 "/c1/ " V1 "/c1/0| " V1 "/c1/1= " V1 "/c1/2% " V1 "/c1/3/", V1 "/c1/3", "vol1",
	  "c1", V1 "/c1/0 " V1 "/c1/1 " V1 "/c1/2", V1 "/c1/0", V1 "/c1/3", 1, 1 },
	{ "a link for a container", V1 "/ " V1 "/c1>/mnt/outside " V1 "/c2/", "", "vol1", NULL,
	  V1 "/c1", V1 "/c1/sub", V1 "/c2", 0, 1 },
	{ "a link for the volume", V1 ">/mnt/outside", "", "vol1", NULL, V1, V1 "/sub", NULL, 0,
	  0 },
	{ "a link for a volume, the pod", V1 ">/mnt/outside " V2 "/ " V2 "/c/ " V2 "/c/0/",
	  V2 "/c/0", NULL, NULL, V1, V1 "/sub", V2, 1, 3 },
	{ "three things to keep", V1 "/ " V1 "/c1/ " V1 "/c1/0 " V1 "/c2 " V1 "/c3/ " V1 "/c3/0>x",
	  "", NULL, NULL, V1 "/c1/0 " V1 "/c2 " V1 "/c3/0", V1 "/c2", NULL, 0, 0 },
	{ "stacks of three", V1 "/ " V1 "/c1/ " V1 "/c1/0/ " V1 "/c1/1~",
	  V1 "/c1/0 " V1 "/c1/0 " V1 "/c1/0 " V1 "/c1/1 " V1 "/c1/1 " V1 "/c1/1", "vol1", NULL, "",
	  ".", SUBPATHS, 6, 5 },
	{ "a file with content, below a mount", V1 "/ " V1 "/c1/ " V1 "/c1/0 " V1 "/c1/1/",
	  V1 "/c1/0 " V1 "/c1/1", "vol1", NULL, V1 "/c1/0", V1 "/c1/0", V1 "/c1/1", 2, 1 },
};

/* Bind something on each of the words. */
static void mount_words(const char *words)
{
	cleanup_free char *copy = strdup(words);
	char *rest = copy, *word;

	ck_assert_ptr_nonnull(copy);
	ck_assert_int_eq(chdir(POD), 0);
	while ((word = strsep(&rest, " "))) {
		struct stat st;

		if (!word[0])
			continue;
		ck_assert_int_eq(lstat(word, &st), 0);
		check_mount(S_ISDIR(st.st_mode) ? "/mnt/vol/dir0" : "/mnt/vol/file", word, NULL,
			    MS_BIND, NULL);
	}
	ck_assert_int_eq(chdir("/mnt"), 0);
}

/* Whether a path stands in the list of words, or is above one of them. */
static bool is_listed(const char *words, const char *path, bool or_above)
{
	size_t length = strlen(path);

	for (const char *at = words; (at = strstr(at, path)); at++)
		if ((at == words || at[-1] == ' ') &&
		    (!at[length] || at[length] == ' ' || (or_above && at[length] == '/')))
			return true;
	return false;
}

/* Each of the words is reported once, with a reason; and else nothing but what is above one. */
static void check_kept(const struct subpath_cleaning *c, const char *words, const char *name)
{
	size_t n = 0, expected = words[0] != '\0';

	for (const char *at = words; *at; at++)
		expected += *at == ' ';
	for (size_t i = 0; i < c->n_kept; i++) {
		const char *path = c->kept[i].path;

		if (strncmp(path, POD "/", strlen(POD "/")) == 0)
			path += strlen(POD "/");
		ck_assert_msg(c->kept[i].reason && c->kept[i].reason[0], "%s: no reason for %s",
			      name, path);
		ck_assert_msg(is_listed(words, path, true), "%s: %s is kept: %s", name, path,
			      c->kept[i].reason);
		n += is_listed(words, path, false);
	}
	ck_assert_msg(n == expected, "%s: %zu reported, not %zu", name, n, expected);
}

/* All of a row's layout; the first component is not written in it. */
static void make_layout(const char *there)
{
	if (strstr(there, SUBPATHS))
		make_in_pod(SUBPATHS "/");
	make_in_pod(there);
}

START_TEST(C26_cleans_what_is_a_subpath_and_keeps_the_rest)
{
	struct subpath_cleaning c = { 0 };
	const char *name = cleanings[_i].name;
	uint64_t volume, outside;
	struct err e = { 0 };
	int result;

	if (!prepare("dir0/ dir0/f file"))
		return;
	make_layout(cleanings[_i].there);
	mount_words(cleanings[_i].mounted);
	volume = control_tree("/mnt/vol");
	outside = control_tree("/mnt/outside");
	result = clean(POD, cleanings[_i].volume, cleanings[_i].container, &c, &e);
	ck_assert_msg(result == (cleanings[_i].kept[0] != '\0'), "%s: %d: %s", name, result,
		      e.message);
	check_kept(&c, cleanings[_i].kept, name);
	ck_assert_msg(c.unmounted == cleanings[_i].unmounted, "%s: %u unmounted", name,
		      c.unmounted);
	ck_assert_msg(c.removed == cleanings[_i].removed, "%s: %u removed", name, c.removed);
	ck_assert_int_eq(chdir(POD), 0);
	ck_assert_msg(access(cleanings[_i].stays, F_OK) == 0, "%s: %s is gone", name,
		      cleanings[_i].stays);
	ck_assert_msg(!cleanings[_i].goes || access(cleanings[_i].goes, F_OK) < 0,
		      "%s: %s is still there", name, cleanings[_i].goes);
	ck_assert_msg(control_tree("/mnt/vol") == volume && control_tree("/mnt/outside") == outside,
		      "%s: something else is changed", name);
	subpath_cleaning_free(&c);
	ck_assert(c.kept == NULL && c.n_kept == 0);
}
END_TEST

START_TEST(a_second_clean_up_says_the_same_and_does_nothing)
{
	struct subpath_cleaning c = { 0 };
	const char *name = cleanings[_i].name;
	struct err e = { 0 };
	uint64_t tree;
	int result;

	if (!prepare("dir0/ file"))
		return;
	make_layout(cleanings[_i].there);
	mount_words(cleanings[_i].mounted);
	result = clean(POD, cleanings[_i].volume, cleanings[_i].container, &c, &e);
	subpath_cleaning_free(&c);
	tree = control_tree(POD);
	ck_assert_int_eq(clean(POD, cleanings[_i].volume, cleanings[_i].container, &c, &e), result);
	check_kept(&c, cleanings[_i].kept, name);
	ck_assert_msg(c.unmounted == 0 && c.removed == 0, "%s: %u, %u", name, c.unmounted,
		      c.removed);
	ck_assert_msg(control_tree(POD) == tree, "%s: it changed something", name);
	subpath_cleaning_free(&c);
}
END_TEST

static const char *const not_indices[] = { SUBPATHS, SUBPATHS "/vol1", CONTAINER };

/* Detached or left alone, but what is in it is not taken for placeholders. */
START_TEST(what_is_mounted_above_the_indices_is_not_cleaned)
{
	struct subpath_cleaning c = { 0 };
	struct err e = { 0 };
	uint64_t volume;
	int result;

	if (!prepare("dir0/ dir0/vol1/ dir0/vol1/container0/ dir0/vol1/container0/1/ "
		     "dir0/container0/ dir0/container0/1~ dir0/1/ dir0/2~"))
		return;
	make_in_pod(LAYOUT PLACE "/");
	mount_words(not_indices[_i]);
	volume = control_tree("/mnt/vol");
	result = clean(POD, NULL, NULL, &c, &e);
	ck_assert_msg(result == 0 || result == 1, "%s", e.message);
	ck_assert_uint_eq(control_tree("/mnt/vol"), volume);
	ck_assert_msg(result == 1 || control_count(POD) == 0, "something is left");
	subpath_cleaning_free(&c);
}
END_TEST

START_TEST(kubelets_own_layout_is_cleaned)
{
	if (!prepare("dir0/ dir0/m/ file"))
		return;
	(void)umask(0);
	ck_assert_int_eq(mkdir(POD "/" SUBPATHS, 0750) | mkdir(POD "/" V1, 0750) |
				 mkdir(POD "/" CONTAINER, 0750) | mkdir(TARGET, 0750),
			 0);
	check_file(POD "/" CONTAINER "/2", "", 0640);
	check_mount(NULL, "/mnt", NULL, MS_SHARED, NULL);
	check_mount("vol/dir0", TARGET, NULL, MS_BIND, NULL);
	check_mount(NULL, TARGET, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
	check_mount("check", TARGET "/m", "tmpfs", 0, NULL); /* with a mount below */
	check_mount("vol/file", POD "/" CONTAINER "/2", NULL, MS_BIND, NULL);
	check_clean_all("kubelet's");
	ck_assert(access("vol/dir0", F_OK) == 0 && access("vol/file", F_OK) == 0);
}
END_TEST

START_TEST(W41_what_is_in_use_is_detached)
{
	cleanup_fd int fd = -EBADF;

	if (!prepare("dir0/ dir0/f"))
		return;
	check_bind(&usual, 0, "in use");
	fd = open(TARGET "/f", O_RDWR | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	check_clean_all("in use");
	ck_assert_int_eq(write(fd, "more", 4), 4);
}
END_TEST

START_TEST(CS11_a_server_that_is_dead_or_silent_is_not_asked)
{
	struct subpath_cleaning c = { 0 };
	struct err e = { 0 };

	if (!prepare("dir0/"))
		return;
	make_in_pod(LAYOUT PLACE "/ " CONTAINER "/2/ " CONTAINER "/3/");
	ck_assert_int_eq(close(mount_fuse(TARGET)), 0);
	ck_assert_int_ge(mount_fuse(POD "/" CONTAINER "/2"), 0); /* until this process ends */
	ck_assert_int_ge(mount_fuse(POD "/" CONTAINER "/3"), 0);
	ck_assert_int_ge(mount_fuse(POD "/" CONTAINER "/3"), 0);
	ck_assert_int_eq(clean(POD, "vol1", "container0", &c, &e), 0);
	ck_assert_uint_eq(c.unmounted, 4);
	ck_assert_uint_eq(control_count(POD), 0);
	subpath_cleaning_free(&c);
}
END_TEST

/* In a child that is ended with this process: a bind in a volume that never answers. */
static void bind_in_silence(void)
{
	struct subpath s = usual;
	struct err e = { 0 };

	s.volume_path = "/mnt/silent";
	s.path = "a/b";
	_exit(bind_subpath(&s, &e) < 0);
}

START_TEST(a_bind_that_waits_for_a_server_keeps_nobody_from_cleaning)
{
	struct subpath_cleaning c = { 0 };
	struct err e = { 0 };
	pid_t child;

	if (!prepare("dir0/"))
		return;
	check_directory("/mnt/silent", 0755);
	ck_assert_int_ge(mount_fuse("/mnt/silent"), 0); /* until this process ends */
	make_in_pod(LAYOUT PLACE "/");
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0)
		bind_in_silence();
	(void)usleep(100000); /* it waits by then */
	ck_assert_int_eq(waitpid(child, NULL, WNOHANG), 0);
	ck_assert_int_eq(clean(POD, NULL, NULL, &c, &e), 0);
	ck_assert_uint_eq(control_count(POD), 0);
	subpath_cleaning_free(&c);
	ck_assert_int_eq(kill(child, SIGKILL), 0);
}
END_TEST

/* Who can read a directory can lock it; the pod's may be for all to read. */
START_TEST(a_lock_that_anybody_can_take_is_none_of_ours)
{
	struct subpath s = usual;
	struct subpath_cleaning c = { 0 };
	struct err e = { 0 };
	cleanup_fd int pod = -EBADF;

	if (!prepare("dir0/"))
		return;
	pod = open(POD, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_eq(flock(pod, LOCK_EX), 0);
	check_bind(&s, 0, "while somebody has locked the pod's directory");
	ck_assert_int_eq(clean(POD, NULL, NULL, &c, &e), 0);
	subpath_cleaning_free(&c);
}
END_TEST

START_TEST(a_mount_whose_source_is_gone_is_detached)
{
	struct subpath s = usual;

	if (!prepare("dir0/ file"))
		return;
	check_bind(&s, 0, "a directory");
	s.volume_mount_index = 2;
	s.path = "file";
	check_bind(&s, 0, "a file");
	ck_assert_int_eq(unlink("vol/file") | rmdir("vol/dir0"), 0);
	check_clean_all("deleted");
}
END_TEST

START_TEST(a_pod_directory_that_is_missing_is_clean)
{
	static const char *const missing[] = { "/mnt/none", "/mnt/none/none" };

	if (!prepare(""))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(missing); i++) {
		uint64_t tree = control_tree("/mnt");
		struct subpath_cleaning c = { 0 };
		struct err e = { 0 };

		ck_assert_int_eq(clean(missing[i], NULL, NULL, &c, &e), 0);
		ck_assert(c.unmounted == 0 && c.removed == 0 && c.n_kept == 0);
		ck_assert_uint_eq(control_tree("/mnt"), tree);
	}
}
END_TEST

/* More than one read of a directory gives. */
START_TEST(a_great_many_are_cleaned)
{
	enum { MANY = 3000 };
	struct subpath_cleaning c = { 0 };
	struct err e = { 0 };

	if (!prepare("dir0/"))
		return;
	make_in_pod(LAYOUT);
	for (int i = 0; i < MANY; i++) {
		char name[128];

		(void)snprintf(name, sizeof(name), POD "/" CONTAINER "/%d", i);
		if (i % 2)
			check_directory(name, 0750);
		else
			check_file(name, "", 0640);
	}
	ck_assert_int_eq(clean(POD, NULL, NULL, &c, &e), 0);
	ck_assert_uint_eq(c.removed, MANY + 3);
	ck_assert_uint_eq(control_count(POD), 0);
	subpath_cleaning_free(&c);
}
END_TEST

/* ---- other mount namespaces ---- */

static const struct {
	const char *name;
	bool shared; /* the mount of the pod's directory, with the namespace's copy */
} peers[] = {
	{ "a peer", true },
	{ "a copy that nothing is propagated to", false },
};

static pid_t fork_namespace(int *ret_ready)
{
	int ready[2];
	pid_t child;

	ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNS) < 0 || write(ready[1], "", 1) != 1)
			_exit(1);
		(void)pause();
		_exit(0);
	}
	ck_assert_int_eq(close(ready[1]), 0);
	*ret_ready = ready[0];
	return child;
}

START_TEST(copies_in_other_namespaces_go_too)
{
	char table[64], byte;
	pid_t child;
	int ready;

	if (!prepare("dir0/"))
		return;
	if (peers[_i].shared)
		check_mount(NULL, "/mnt", NULL, MS_SHARED, NULL);
	else
		check_bind(&usual, 0, peers[_i].name);
	child = fork_namespace(&ready);
	ck_assert_int_eq(read(ready, &byte, 1), 1);
	ck_assert_int_eq(close(ready), 0);
	if (peers[_i].shared)
		check_bind(&usual, 0, peers[_i].name);
	(void)snprintf(table, sizeof(table), "/proc/%d/mountinfo", child);
	ck_assert_uint_eq(look(table, TARGET).at, 1);
	check_clean_all(peers[_i].name);
	ck_assert_msg(look(table, POD).below == 0, "%s: it is still mounted there", peers[_i].name);
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
}
END_TEST

/* ---- at the same time ---- */

enum { ROUNDS = 50, BINDERS = 2 };

START_TEST(binders_of_the_same_subpath_make_one_mount)
{
	if (!prepare("dir0/"))
		return;
	for (int round = 0; round < ROUNDS; round++) {
		pid_t children[BINDERS];
		int gate[2], new = 0;
		char byte;

		ck_assert_int_eq(pipe2(gate, O_CLOEXEC), 0);
		for (size_t i = 0; i < BINDERS; i++) {
			struct subpath s = usual;
			int result;

			children[i] = fork();
			ck_assert_int_ge(children[i], 0);
			if (children[i] > 0)
				continue;
			(void)close(gate[1]);
			(void)!read(gate[0], &byte, 1); /* until all are there */
			result = run_bind(&s);
			_exit(result < 0 ? 2 : result);
		}
		ck_assert_int_eq(close(gate[0]) | close(gate[1]), 0);
		for (size_t i = 0; i < BINDERS; i++) {
			int status;

			ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
			ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) < 2,
				      "round %d: status %x", round, status);
			new += WEXITSTATUS(status) == 0;
		}
		ck_assert_int_ge(new, 1);
		check_bound(TARGET, "/mnt/vol/dir0", false, "two at the same time");
		check_clean_all("two at the same time");
	}
}
END_TEST

/* ---- at every moment ---- */

static enum control_next look_at_shape(void *data, unsigned n)
{
	struct place p = look_here(TARGET);

	(void)n;
	if (p.at > 0) {
		ck_assert_msg(p.at == 1 && p.below == 0 && !p.shared && !p.slave &&
				      has_option(&p, "nosuid") && has_option(&p, "nodev") &&
				      has_option(&p, "ro"),
			      "seen as %s", p.options);
		++*(unsigned *)data;
	}
	return CONTROL_STOP_AGAIN;
}

START_TEST(W08_nobody_sees_it_before_it_is_shaped)
{
	struct subpath s = usual;
	unsigned seen = 0;
	const struct control c = {
		.run = run_bind, .arg = &s, .before = look_at_shape, .data = &seen
	};

	if (!prepare("dir0/ dir0/m/"))
		return;
	check_mount("vol", "vol", NULL, MS_BIND, NULL);
	check_mount(NULL, "vol", NULL, MS_SHARED, NULL);
	check_mount("check", "vol/dir0/m", "tmpfs", 0, NULL);
	s.readonly = true;
	ck_assert_int_eq(control_run(&c), 0);
	ck_assert_uint_gt(seen, 0);
	check_bound(TARGET, "/mnt/vol/dir0", true, "in the end");
}
END_TEST

static void exchange_source(void)
{
	(void)renameat2(AT_FDCWD, "/mnt/vol/dir0", AT_FDCWD, "/mnt/vol/link", RENAME_EXCHANGE);
}

START_TEST(BS17_a_source_exchanged_at_any_moment_is_never_outside)
{
	unsigned mounted = 0, refusals = 0;
	struct subpath s = usual;
	bool reached = true;

	if (!check_own_mounts())
		return;
	s.path = "dir0/sub";
	for (unsigned n = 1; reached; n++) {
		struct stat st, outside;
		int result;

		fresh_mnt("dir0/ dir0/sub/ link>/mnt/outside");
		result = control_at(run_bind, &s, n, exchange_source, 0, &reached);
		ck_assert_msg(result == 0 || result == -ELOOP, "before call %u: %d", n, result);
		ck_assert_int_eq(stat("outside/sub", &outside), 0);
		if (result == 0) {
			ck_assert_int_eq(stat(TARGET, &st), 0);
			ck_assert_msg(st.st_ino != outside.st_ino, "before call %u: outside", n);
			ck_assert_uint_eq(look_here(TARGET).at, 1);
		} else {
			ck_assert_uint_eq(control_count(POD), 0);
		}
		mounted += result == 0;
		refusals += result < 0;
		check_clean_all("exchanged");
	}
	ck_assert(mounted > 0 && refusals > 0);
}
END_TEST

static const char *const killed[] = { "dir0", "file" };

START_TEST(T58_a_bind_killed_at_any_moment_is_cleaned_or_bound_again)
{
	struct subpath s = usual;
	char source[64];
	bool reached = true;

	if (!check_own_mounts())
		return;
	s.path = killed[_i];
	(void)snprintf(source, sizeof(source), "/mnt/vol/%s", killed[_i]);
	for (unsigned n = 1; reached; n++) {
		fresh_mnt("dir0/ file");
		(void)control_at(run_bind, &s, n, NULL, 0, &reached);
		if (n % 2) {
			struct err e = { 0 };

			check_ok(bind_subpath(&s, &e), &e);
			check_bound(TARGET, source, false, "bound again");
		}
		check_clean_all("killed");
	}
}
END_TEST

static int run_clean(void *arg)
{
	struct subpath_cleaning c = { 0 };
	struct err e = { 0 };
	int result = subpath_clean(POD, NULL, NULL, &c, &e);

	(void)arg;
	subpath_cleaning_free(&c);
	return result;
}

START_TEST(T58_a_clean_up_killed_at_any_moment_can_be_continued)
{
	bool reached = true;

	if (!check_own_mounts())
		return;
	for (unsigned n = 1; reached; n++) {
		fresh_mnt("dir0/ file");
		make_in_pod(LAYOUT PLACE "/ " CONTAINER "/2~ " CONTAINER "/3/");
		mount_words(PLACE " " PLACE " " CONTAINER "/2");
		(void)control_at(run_clean, NULL, n, NULL, 0, &reached);
		check_clean_all("killed");
	}
}
END_TEST

/* ---- what the seed does on the same fixtures ---- */

static int seed_open_below(void *arg)
{
	const struct subpath *s = arg;
	char path[PATH_MAX];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", s->volume_path, s->path);
	fd = seed_open(path, s->volume_path);
	return fd < 0 ? fd : 0;
}

START_TEST(W32_the_seed_follows_a_link_above_the_volume_and_waits_for_a_FIFO)
{
	struct subpath s = usual;
	const struct control seed = { .run = seed_open_below,
				      .arg = &s,
				      .patience = CONTROL_SECOND },
			     ours = { .run = run_bind, .arg = &s };

	if (!prepare("dir0/"))
		return;
	control_make("way>. fifo|");
	s.volume_path = "/mnt/way/vol";
	ck_assert_int_eq(control_run(&ours), -ELOOP);
	ck_assert_int_eq(control_run(&seed), 0);
	s.volume_path = "/mnt/fifo";
	ck_assert_int_eq(control_run(&ours), -ENOTDIR);
	ck_assert_int_eq(control_run(&seed), CONTROL_HUNG);
}
END_TEST

static int seed_place(void *arg)
{
	(void)arg;
	return seed_prepare_target(TARGET, false);
}

static off_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 ? -1 : st.st_size;
}

START_TEST(W38_the_seed_empties_a_file_through_a_link_and_waits_for_a_FIFO)
{
	struct subpath s = usual;
	const struct control seed = { .run = seed_place, .patience = CONTROL_SECOND },
			     ours = { .run = run_bind, .arg = &s };

	if (!prepare("file"))
		return;
	s.path = "file";
	make_in_pod(LAYOUT PLACE ">/mnt/outside/secret");
	ck_assert_int_lt(control_run(&ours), 0);
	ck_assert_int_eq(size_of("outside/secret"), 4);
	ck_assert_int_eq(control_run(&seed), 0);
	ck_assert_msg(size_of("outside/secret") == 0, "the seed leaves it");
	ck_assert_int_eq(unlink(TARGET) | symlink("/mnt/outside/new", TARGET), 0);
	ck_assert_int_lt(control_run(&ours), 0);
	ck_assert_int_eq(size_of("outside/new"), -1);
	ck_assert_int_eq(control_run(&seed), 0);
	ck_assert_msg(size_of("outside/new") == 0, "the seed makes nothing");
	ck_assert_int_eq(unlink(TARGET) | mkfifo(TARGET, 0600), 0);
	/* refused or replaced, but not waited for; the seed finds what is left of it */
	ck_assert_int_le(control_run(&ours), 0);
	(void)umount2(TARGET, MNT_DETACH);
	(void)unlink(TARGET);
	make_in_pod(CONTAINER "/2|");
	ck_assert_int_eq(rename(POD "/" CONTAINER "/2", TARGET), 0);
	ck_assert_int_eq(control_run(&seed), CONTROL_HUNG);
}
END_TEST

START_TEST(W40_the_seed_removes_a_file_with_content)
{
	struct subpath_cleaning c = { 0 };
	struct err e = { 0 };

	if (!prepare(""))
		return;
	make_in_pod(LAYOUT PLACE);
	ck_assert_int_eq(clean(POD, "vol1", NULL, &c, &e), 1);
	subpath_cleaning_free(&c);
	ck_assert_int_eq(size_of(TARGET), 4);
	ck_assert_int_eq(seed_clean(POD, "vol1"), 0);
	ck_assert_msg(access(TARGET, F_OK) < 0, "the seed keeps it");
}
END_TEST

START_TEST(W42_the_seed_stops_at_what_it_cannot_remove)
{
	struct subpath_cleaning c = { 0 };
	struct err e = { 0 };

	if (!prepare("dir0/"))
		return;
	make_in_pod(LAYOUT PLACE "/ " PLACE "/stray " V1 "/container1/ " V1 "/container1/0/");
	mount_words(V1 "/container1/0");
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(seed_clean(POD, "vol1"), -ENOTEMPTY);
		ck_assert_msg(look_here(POD).below == 1, "the seed goes on");
	}
	ck_assert_int_eq(clean(POD, "vol1", NULL, &c, &e), 1);
	subpath_cleaning_free(&c);
	ck_assert(look_here(POD).below == 0 && access(POD "/" V1 "/container1", F_OK) < 0);
	ck_assert_int_eq(size_of(TARGET "/stray"), 4);
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ C25_binds_and_binds_once_and_cleans_up, ARRAY_SIZE(bound) },
		{ what_is_created_belongs_to_the_owner_of_the_volume, 0 },
		{ W36_mounts_below_stay_out_and_flags_of_the_volume_stay, 0 },
		{ a_read_only_volume_is_bound_once_too, 0 },
		{ each_index_container_and_volume_has_its_place, 0 },
		{ C25_what_leads_away_is_refused_and_leaves_nothing, ARRAY_SIZE(refused) },
		{ W32_volumes_that_are_none_are_refused, ARRAY_SIZE(volumes) },
		{ BS16_an_unbindable_volume_leaves_nothing, 0 },
		{ BS16_a_bind_that_fails_anywhere_leaves_nothing, ARRAY_SIZE(denied) },
		{ a_pod_directory_that_is_not_trusted_is_not_used, ARRAY_SIZE(pods) },
		{ a_pod_directory_that_is_not_trusted_is_not_cleaned, ARRAY_SIZE(pods) },
		{ names_are_one_component, ARRAY_SIZE(names) },
		{ names_do_not_lead_a_clean_up_elsewhere, ARRAY_SIZE(names) },
		{ empty_placeholders_are_used_or_replaced_and_content_stays,
		  ARRAY_SIZE(placeholders) },
		{ what_is_no_directory_on_the_way_stays, ARRAY_SIZE(ways) },
		{ W37_what_is_mounted_there_otherwise_is_replaced, ARRAY_SIZE(replaced) },
		{ an_object_of_another_type_is_replaced, 0 },
		{ C26_cleans_what_is_a_subpath_and_keeps_the_rest, ARRAY_SIZE(cleanings) },
		{ a_second_clean_up_says_the_same_and_does_nothing, ARRAY_SIZE(cleanings) },
		{ what_is_mounted_above_the_indices_is_not_cleaned, ARRAY_SIZE(not_indices) },
		{ kubelets_own_layout_is_cleaned, 0 },
		{ W41_what_is_in_use_is_detached, 0 },
		{ CS11_a_server_that_is_dead_or_silent_is_not_asked, 0 },
		{ a_bind_that_waits_for_a_server_keeps_nobody_from_cleaning, 0 },
		{ a_lock_that_anybody_can_take_is_none_of_ours, 0 },
		{ a_mount_whose_source_is_gone_is_detached, 0 },
		{ a_pod_directory_that_is_missing_is_clean, 0 },
		{ a_great_many_are_cleaned, 0 },
		{ copies_in_other_namespaces_go_too, ARRAY_SIZE(peers) },
		{ binders_of_the_same_subpath_make_one_mount, 0 },
		{ W08_nobody_sees_it_before_it_is_shaped, 0 },
		{ BS17_a_source_exchanged_at_any_moment_is_never_outside, 0 },
		{ T58_a_bind_killed_at_any_moment_is_cleaned_or_bound_again, ARRAY_SIZE(killed) },
		{ T58_a_clean_up_killed_at_any_moment_can_be_continued, 0 },
		{ W32_the_seed_follows_a_link_above_the_volume_and_waits_for_a_FIFO, 0 },
		{ W38_the_seed_empties_a_file_through_a_link_and_waits_for_a_FIFO, 0 },
		{ W40_the_seed_removes_a_file_with_content, 0 },
		{ W42_the_seed_stops_at_what_it_cannot_remove, 0 },
		{ 0 },
	};

	return check_main("subpath_pod", cases);
}
