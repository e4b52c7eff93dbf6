/* What stands behind a mount: block devices, and the parts of an overlay. */
#include "share/device.h"

#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include "common/io.h"
#include "tests/check.h"

static const struct {
	const char *name, *options, *option, *value;
} overlays[] = {
	{ "lowerdir", "rw,lowerdir=/a:/b,upperdir=/u,workdir=/w", "lowerdir", "/a:/b" },
	{ "upperdir", "rw,lowerdir=/a:/b,upperdir=/u,workdir=/w", "upperdir", "/u" },
	{ "workdir, the last", "rw,lowerdir=/a:/b,upperdir=/u,workdir=/w", "workdir", "/w" },
	{ "the first", "lowerdir=/a,rw", "lowerdir", "/a" },
	{ "an escaped comma", "rw,upperdir=/a\\,b,workdir=/w", "upperdir", "/a\\,b" },
	{ "an escaped comma before a name", "rw,upperdir=/a\\,workdir=/evil,workdir=/w", "workdir",
	  "/w" },
	{ "an equals sign", "upperdir=/a=b", "upperdir", "/a=b" },
	{ "an empty value", "rw,upperdir=,x", "upperdir", "" },
	{ "absent", "rw,lowerdir=/a", "upperdir", NULL },
	{ "nothing", "", "upperdir", NULL },
	{ "the end of another", "rw,xupperdir=/u", "upperdir", NULL },
	{ "the start of another", "rw,upperdirs=/u", "upperdir", NULL },
	{ "without a value", "rw,upperdir", "upperdir", NULL },
	{ "within a value", "rw,lowerdir=/x:upperdir=/u", "upperdir", NULL },
	{ "a backslash at the end", "upperdir=/a\\", "upperdir", "/a\\" },
	{ "commas only", ",,upperdir=/u,,", "upperdir", "/u" },
};

START_TEST(overlay_options_are_found)
{
	cleanup_free char *value = device_overlay_option(overlays[_i].options, overlays[_i].option);

	ck_assert_msg(!value == !overlays[_i].value, "%s: %s", overlays[_i].name,
		      value ? value : "none");
	if (value)
		ck_assert_msg(strcmp(value, overlays[_i].value) == 0, "%s: '%s'", overlays[_i].name,
			      value);
}
END_TEST

/* ---- made-up facts and a made-up /sys: what does not need a device ---- */

static struct device measure(int sys, const struct facts *f)
{
	cleanup_with(facts_close) struct facts_context c = FACTS_CONTEXT_INIT;
	struct device d = { .major = 77 };
	struct err e = { 0 };

	c.proc = at_open_proc(&e);
	check_ok(c.proc, &e);
	check_ok(device_measure(&c, sys, f, &d, &e), &e);
	return d;
}

/* A number that no device of this machine has. */
enum { MAJOR = 4000 };

static const struct {
	const char *name;
	bool in_sys, in_char, dm;
	unsigned type;
	bool mount_root;
	const char *root;
	bool block_device, device_mapper;
} facts_of[] = {
	/* no mount of this namespace shows the superblock, so it is never the whole of one */
	{ "BD01 not in /sys", false, false, false, S_IFDIR, true, "/", false, false },
	{ "BD02 a character device", false, true, false, S_IFDIR, true, "/", false, false },
	{ "BD04 in /sys, no dm", true, false, false, S_IFDIR, false, "/", false, false },
	{ "BD04 in /sys, dm", true, false, true, S_IFDIR, false, "/", false, true },
	{ "DP05 a device node", false, false, false, S_IFCHR, false, "/", false, false },
};

START_TEST(C5_sys_decides_what_is_a_block_device)
{
	cleanup_fd int sys = -EBADF;
	char root[8], fstype[] = "ext4", source[] = "/dev/sda1";
	struct mountinfo info = {
		.major = MAJOR, .minor = 5, .root = root, .fstype = fstype, .source = source
	};
	struct facts f = { .type = facts_of[_i].type,
			   .mount_root = facts_of[_i].mount_root,
			   .rdev_major = 1,
			   .rdev_minor = 3,
			   .mount = &info };
	struct device d;

	(void)strcpy(root, facts_of[_i].root);
	check_fresh_directory();
	check_directory("dev", 0755);
	check_directory("dev/block", 0755);
	check_directory("dev/char", 0755);
	if (facts_of[_i].in_char)
		check_directory("dev/char/4000:5", 0755);
	if (facts_of[_i].in_sys)
		check_directory("dev/block/4000:5", 0755);
	if (facts_of[_i].dm)
		check_directory("dev/block/4000:5/dm", 0755);
	sys = check_path_fd(".");
	d = measure(sys, &f);
	ck_assert_uint_eq(d.major, f.type == S_IFCHR ? 1 : MAJOR);
	ck_assert_uint_eq(d.minor, f.type == S_IFCHR ? 3 : 5);
	ck_assert_msg(d.block_device == facts_of[_i].block_device, "%s: block device",
		      facts_of[_i].name);
	ck_assert_msg(d.device_mapper == facts_of[_i].device_mapper, "%s: device mapper",
		      facts_of[_i].name);
}
END_TEST

/* ---- real mounts ---- */

/* What facts.c would measure, as far as it matters here. */
static struct facts facts_at(const char *path, struct mountinfo *ret_mount)
{
	cleanup_fd int fd = check_path_fd(path), proc = -EBADF;
	struct facts f = { .place = PLACE_ELSEWHERE };
	struct err e = { 0 };
	struct statx sx;

	check_ok(proc = at_open_proc(&e), &e);
	check_ok(at_statx(fd, &sx, &e), &e);
	check_ok(mountinfo_get(proc, sx.stx_mnt_id, ret_mount, &e), &e);
	f.type = sx.stx_mode & S_IFMT;
	f.rdev_major = sx.stx_rdev_major;
	f.rdev_minor = sx.stx_rdev_minor;
	f.mount_id = sx.stx_mnt_id;
	f.mount_root = sx.stx_attributes & STATX_ATTR_MOUNT_ROOT;
	f.mount = ret_mount;
	return f;
}

static struct device measure_at(const char *path)
{
	cleanup_fd int sys = check_path_fd("/sys");
	struct mountinfo m = { 0 };
	struct facts f = facts_at(path, &m);
	struct device d = measure(sys, &f);

	mountinfo_free(&m);
	return d;
}

START_TEST(what_is_no_device_of_its_own)
{
	struct device d;
	struct stat st;

	check_fresh_directory();
	if (!check_own_mounts())
		return;
	check_directory("empty", 0755);
	check_directory("bound", 0755);
	check_directory("t", 0755);
	d = measure_at("empty"); /* DP16: on the host's disk */
	ck_assert(!d.block_device);
	check_mount("empty", "bound", NULL, MS_BIND, NULL);
	d = measure_at("bound"); /* DP08: a mount root, but not of a whole filesystem */
	ck_assert(!d.block_device);
	check_mount("t", "t", "tmpfs", 0, NULL);
	d = measure_at("t");
	ck_assert(!d.block_device && !d.device_mapper);
	ck_assert_int_eq(stat("t", &st), 0);
	ck_assert_uint_eq(d.major, major(st.st_dev));
	ck_assert_uint_eq(d.minor, minor(st.st_dev));
	d = measure_at("/dev/null"); /* DP05 */
	ck_assert(!d.block_device && d.major == 1 && d.minor == 3);
	d = measure_at("/proc");
	ck_assert(!d.block_device);
}
END_TEST

/* A loop device over a new ext4; its path in 'ret'. It goes with its last user. */
static int make_loop(char *ret, size_t size)
{
	cleanup_fd int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC), file = -EBADF;
	struct loop_config config = { .info.lo_flags = LO_FLAGS_AUTOCLEAR };
	int number, loop;

	number = control >= 0 ? ioctl(control, LOOP_CTL_GET_FREE) : -1;
	check_file("disk", "", 0644);
	if (number < 0 || truncate("disk", 4 << 20) < 0 ||
	    system("mkfs.ext4 -q -F disk >/dev/null 2>&1") != 0)
		return -1;
	file = open("disk", O_RDWR | O_CLOEXEC);
	(void)snprintf(ret, size, "/dev/loop%d", number);
	loop = open(ret, O_RDWR | O_CLOEXEC);
	if (loop < 0 || file < 0)
		return -1;
	config.fd = (unsigned)file;
	if (ioctl(loop, LOOP_CONFIGURE, &config) < 0) {
		(void)close(loop);
		return -1;
	}
	return loop;
}

START_TEST(a_filesystem_of_its_own_device_and_its_parts)
{
	char path[64];
	struct device d;
	struct stat st;
	int loop;

	check_fresh_directory();
	if (!check_own_mounts())
		return;
	loop = make_loop(path, sizeof(path));
	check_directory("disk.d", 0755);
	check_directory("part", 0755);
	if (loop < 0 || mount(path, "disk.d", "ext4", 0, NULL) < 0) {
		printf("skipped, it needs a loop device and mkfs.ext4: %s\n", strerror(errno));
		return;
	}
	ck_assert_int_eq(fstat(loop, &st), 0);
	ck_assert_int_eq(close(loop), 0);
	d = measure_at("disk.d"); /* DP17 */
	ck_assert(d.block_device && !d.device_mapper);
	ck_assert_uint_eq(d.major, 7);
	ck_assert_uint_eq(d.minor, minor(st.st_rdev));
	check_directory("disk.d/sub", 0755);
	d = measure_at("disk.d/sub");
	ck_assert_msg(!d.block_device, "a directory within it");
	check_mount("disk.d/sub", "part", NULL, MS_BIND, NULL);
	d = measure_at("part"); /* DP19 */
	ck_assert_msg(!d.block_device, "a part that is bound elsewhere");
	d = measure_at("disk.d");
	ck_assert_msg(!d.block_device, "another mount has it too");
	ck_assert_int_eq(umount("part"), 0);
	ck_assert(measure_at("disk.d").block_device);
	check_mount("disk.d", "part", NULL, MS_BIND, NULL);
	ck_assert_msg(!measure_at("part").block_device, "the whole of it, twice");
	ck_assert_int_eq(umount("part") | umount("disk.d"), 0);
}
END_TEST

/* ---- btrfs: its superblock's number is anonymous, /sys knows the devices ---- */

/* What is at the path that the mount names as its source. */
enum source { BLOCK, LINK, CHARACTER, PLAIN_FILE, FIFO, DIRECTORY, MISSING, NO_SOURCE };

enum {
	FOUND = 1 << 0, /* expected: the number is that of the source */
	WHOLE = 1 << 1, /* expected: blockDevice */
	TWICE = 1 << 2, /* a part of it is mounted elsewhere */
	DM = 1 << 3,	/* all devices are device mapper's; expected where FOUND */
	TMPFS = 1 << 4, /* it is no btrfs */
};

static const struct {
	const char *name;
	enum source source;
	/* the devices of two filesystems: words; 'l' before a number: by a link, as in sysfs */
	const char *filesystems[2];
	const char *root; /* NULL: a directory within the mount is asked for */
	unsigned flags;
} btrfs[] = {
	{ "one device", BLOCK, { "4000:2" }, "/", FOUND | WHOLE },
	{ "by a link", BLOCK, { "l4000:2" }, "/", FOUND | WHOLE },
	{ "a source that is a link", LINK, { "4000:2" }, "/", FOUND | WHOLE },
	{ "the second one", BLOCK, { "4000:3", "l4000:2" }, "/", FOUND | WHOLE },
	{ "before a pair", BLOCK, { "4000:2", "4000:3 4000:4" }, "/", FOUND | WHOLE },
	{ "behind a pair", BLOCK, { "4000:3 4000:4", "4000:2" }, "/", FOUND | WHOLE },
	{ "device mapper", BLOCK, { "4000:2" }, "/", FOUND | WHOLE | DM },
	{ "a subvolume", BLOCK, { "4000:2" }, "/sub", FOUND },
	{ "within the mount", BLOCK, { "4000:2" }, NULL, FOUND },
	{ "mounted twice", BLOCK, { "4000:2" }, "/", FOUND | TWICE },
	{ "the first of two devices", BLOCK, { "4000:2 4000:3" }, "/", DM },
	{ "the second of two devices", BLOCK, { "l4000:1 l4000:2" }, "/", DM },
	{ "no device", BLOCK, { "" }, "/", 0 },
	{ "no filesystem", BLOCK, { NULL }, "/", 0 },
	{ "of others", BLOCK, { "4000:3", "4001:2" }, "/", DM },
	{ "numbers that begin the same", BLOCK, { "4000:21", "4000:200" }, "/", 0 },
	{ "numbers that end the same", BLOCK, { "14000:2", "24000:2" }, "/", 0 },
	{ "a character device", CHARACTER, { "4000:2" }, "/", 0 },
	{ "a file", PLAIN_FILE, { "4000:2" }, "/", 0 },
	{ "a FIFO", FIFO, { "4000:2" }, "/", 0 },
	{ "a directory", DIRECTORY, { "4000:2" }, "/", 0 },
	{ "a source that is gone", MISSING, { "4000:2" }, "/", 0 },
	{ "no source", NO_SOURCE, { "4000:2" }, "/", 0 },
	{ "another type that names a device", BLOCK, { "4000:2" }, "/", DM | TMPFS },
};

static void make_source(enum source source)
{
	static const mode_t types[] = { [BLOCK] = S_IFBLK,
					[LINK] = S_IFBLK,
					[CHARACTER] = S_IFCHR,
					[PLAIN_FILE] = S_IFREG,
					[FIFO] = S_IFIFO };

	if (source < ARRAY_SIZE(types))
		ck_assert_int_eq(mknod(source == LINK ? "node" : "source", types[source] | 0600,
				       makedev(MAJOR, 2)),
				 0);
	if (source == LINK)
		ck_assert_int_eq(symlink("node", "source"), 0);
	else if (source == DIRECTORY)
		check_directory("source", 0755);
}

/* A device of a filesystem in the made-up sys. */
static void make_sys_device(const char *devices, unsigned n, const char *number, bool dm)
{
	char path[128], text[128];

	(void)snprintf(path, sizeof(path), "%s/loop%u", devices, n);
	if (number[0] == 'l') {
		number++;
		(void)snprintf(text, sizeof(text), "../../../../device-%s", number);
		ck_assert_int_eq(symlink(text, path), 0);
		(void)snprintf(path, sizeof(path), "sys/device-%s", number);
	}
	check_directory(path, 0755);
	(void)strcat(path, "/dev");
	(void)snprintf(text, sizeof(text), "%s\n", number);
	check_file(path, text, 0444);
	(void)snprintf(path, sizeof(path), "sys/dev/block/%s", number);
	check_directory(path, 0755);
	(void)strcat(path, "/dm");
	if (dm)
		check_directory(path, 0755);
}

static void make_sys(const char *const filesystems[2], bool dm)
{
	static const char *const directories[] = { "sys", "sys/dev", "sys/dev/block", "sys/fs" };

	for (size_t i = 0; i < ARRAY_SIZE(directories); i++)
		check_directory(directories[i], 0755);
	if (!filesystems[0])
		return;
	check_directory("sys/fs/btrfs", 0755);
	check_directory("sys/fs/btrfs/features", 0755); /* the real one has it, too */
	check_file("sys/fs/btrfs/features/acl", "0\n", 0444);
	for (unsigned i = 0; i < 2 && filesystems[i]; i++) {
		char path[64], words[64], *next = words, *word;

		(void)snprintf(path, sizeof(path), "sys/fs/btrfs/uuid-%u", i);
		check_directory(path, 0755);
		(void)strcat(path, "/devices");
		check_directory(path, 0755);
		(void)strcpy(words, filesystems[i]);
		for (unsigned n = 0; (word = strsep(&next, " ")); n++)
			if (word[0])
				make_sys_device(path, n, word, dm);
	}
}

/* Facts of a mounted tmpfs, which has an anonymous number, too: it stands for the btrfs. */
static struct facts btrfs_facts(size_t row, struct mountinfo *m)
{
	const char *root = btrfs[row].root;
	struct facts f = facts_at(root ? "m" : "m/sub", m);
	struct mountinfo numbers = { .id = m->id, .major = m->major, .minor = m->minor };

	ck_assert_uint_eq(m->major, 0);
	mountinfo_free(m);
	*m = numbers;
	m->fstype = strdup(btrfs[row].flags & TMPFS ? "tmpfs" : "btrfs");
	m->source = strdup(btrfs[row].source == NO_SOURCE ? "" : check_absolute("source"));
	m->root = strdup(root ? root : "/");
	m->point = strdup(check_absolute("m"));
	m->options = strdup("rw");
	return f;
}

START_TEST(the_device_behind_a_btrfs)
{
	unsigned flags = btrfs[_i].flags;
	const char *name = btrfs[_i].name;
	struct mountinfo m = { 0 };
	uint64_t started;
	struct device d;
	struct facts f;
	int sys;

	check_fresh_directory();
	if (!check_own_mounts())
		return;
	check_directory("m", 0755);
	check_directory("again", 0755);
	check_mount("check", "m", "tmpfs", 0, NULL);
	check_directory("m/sub", 0755);
	if (flags & TWICE)
		check_mount("m/sub", "again", NULL, MS_BIND, NULL);
	make_source(btrfs[_i].source);
	make_sys(btrfs[_i].filesystems, flags & DM);
	f = btrfs_facts((size_t)_i, &m);
	sys = check_path_fd("sys");
	started = io_now();
	d = measure(sys, &f);
	ck_assert_msg(io_now() - started < 1000000, "%s: it takes too long", name);
	ck_assert_msg(d.major == (flags & FOUND ? MAJOR : m.major) &&
			      d.minor == (flags & FOUND ? 2 : m.minor),
		      "%s: %u:%u", name, d.major, d.minor);
	ck_assert_msg(d.block_device == !!(flags & WHOLE), "%s: block device", name);
	ck_assert_msg(d.device_mapper == (flags & FOUND && flags & DM), "%s: dm", name);
	mountinfo_free(&m);
	ck_assert_int_eq(close(sys), 0);
	ck_assert_int_eq(umount2("again", MNT_DETACH), flags & TWICE ? 0 : -1);
	ck_assert_int_eq(umount2("m", MNT_DETACH), 0);
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ overlay_options_are_found, ARRAY_SIZE(overlays) },
		{ C5_sys_decides_what_is_a_block_device, ARRAY_SIZE(facts_of) },
		{ what_is_no_device_of_its_own, 0 },
		{ a_filesystem_of_its_own_device_and_its_parts, 0 },
		{ the_device_behind_a_btrfs, ARRAY_SIZE(btrfs) },
		{ 0 },
	};

	return check_main("device", cases);
}
