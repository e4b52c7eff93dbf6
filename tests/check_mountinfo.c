/* One mount's facts: lines of mountinfo, and what the kernel says of real mounts. */
#include "common/mountinfo.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "tests/check.h"

#define NOSUID MOUNT_ATTR_NOSUID
#define NODEV  MOUNT_ATTR_NODEV
#define NOEXEC MOUNT_ATTR_NOEXEC
#define RDONLY MOUNT_ATTR_RDONLY

static const struct {
	const char *name, *line;
	struct mountinfo m;
	const char *option; /* among the options, NULL: not asked */
} lines[] = {
	{ "MI01",
	  "189 80 8:1 /var/lib/kubelet /var/lib/kubelet rw,relatime shared:30 - ext4 /dev/sda1 "
	  "rw,commit=30,data=ordered\n",
	  { 189, 80, 8, 1, 0, 30, (char *)"/var/lib/kubelet", (char *)"/var/lib/kubelet",
	    (char *)"ext4", (char *)"/dev/sda1", NULL },
	  "commit=30" },
	{ "MI02 root is not the mount point",
	  "222 24 253:0 /tmp/src /mnt/dst rw,relatime shared:1 - ext4 "
	  "/dev/mapper/vagrant--vg-root rw,errors=remount-ro,data=ordered",
	  { 222, 24, 253, 0, 0, 1, (char *)"/tmp/src", (char *)"/mnt/dst", (char *)"ext4",
	    (char *)"/dev/mapper/vagrant--vg-root", NULL },
	  "data=ordered" },
	{ "MI04 no optional field",
	  "19 25 0:18 / /sys rw,nosuid,nodev,noexec,relatime - sysfs sysfs rw\n",
	  { 19, 25, 0, 18, NOSUID | NODEV | NOEXEC, 0, (char *)"/", (char *)"/sys", (char *)"sysfs",
	    (char *)"sysfs", NULL },
	  "nosuid" },
	{ "MI05 ro and three more",
	  "28 18 0:24 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:9 - tmpfs tmpfs ro,mode=755",
	  { 28, 18, 0, 24, RDONLY | NOSUID | NODEV | NOEXEC, 9, (char *)"/",
	    (char *)"/sys/fs/cgroup", (char *)"tmpfs", (char *)"tmpfs", NULL },
	  "mode=755" },
	{ "MI10 a slave with propagate_from",
	  "28 18 0:24 / /a rw master:9 propagate_from:4 - tmpfs tmpfs rw",
	  { 28, 18, 0, 24, 0, 0, (char *)"/", (char *)"/a", (char *)"tmpfs", (char *)"tmpfs", NULL,
	    9 },
	  NULL },
	{ "MI10 unbindable",
	  "28 18 0:24 / /a rw unbindable - tmpfs tmpfs rw",
	  { 28, 18, 0, 24, 0, 0, (char *)"/", (char *)"/a", (char *)"tmpfs", (char *)"tmpfs",
	    NULL },
	  NULL },
	{ "three optional fields, shared last",
	  "28 18 0:24 / /a rw master:3 propagate_from:4 shared:5 - tmpfs tmpfs rw",
	  { 28, 18, 0, 24, 0, 5, (char *)"/", (char *)"/a", (char *)"tmpfs", (char *)"tmpfs", NULL,
	    3 },
	  NULL },
	{ "MI11 a removed source",
	  "30 18 8:1 /bs//deleted /a rw - ext4 /dev/sda1 rw",
	  { 30, 18, 8, 1, 0, 0, (char *)"/bs//deleted", (char *)"/a", (char *)"ext4",
	    (char *)"/dev/sda1", NULL },
	  NULL },
	{ "MI13 the greatest minor",
	  "30 18 0:4294967295 / /a rw - tmpfs tmpfs rw",
	  { 30, 18, 0, 4294967295, 0, 0, (char *)"/", (char *)"/a", (char *)"tmpfs",
	    (char *)"tmpfs", NULL },
	  NULL },
	{ "MI13 ids above 2^31",
	  "4294967294 2147483649 0:1 / /a rw - tmpfs tmpfs rw",
	  { 4294967294, 2147483649, 0, 1, 0, 0, (char *)"/", (char *)"/a", (char *)"tmpfs",
	    (char *)"tmpfs", NULL },
	  NULL },
	{ "MT05 L23 escapes",
	  "30 18 0:1 /r\\040\\011x /sp\\040ace\\012\\134# rw - tmpfs a\\040b rw",
	  { 30, 18, 0, 1, 0, 0, (char *)"/r \tx", (char *)"/sp ace\n\\#", (char *)"tmpfs",
	    (char *)"a b", NULL },
	  NULL },
	{ "a backslash that is no escape",
	  "30 18 0:1 /a\\ /b\\04 rw - tmpfs c\\9 rw",
	  { 30, 18, 0, 1, 0, 0, (char *)"/a\\", (char *)"/b\\04", (char *)"tmpfs", (char *)"c\\9",
	    NULL },
	  NULL },
	{ "MT07 L22 an empty source",
	  "30 18 0:1 / /a rw,nodev - tmpfs  rw,size=4k\n",
	  { 30, 18, 0, 1, NODEV, 0, (char *)"/", (char *)"/a", (char *)"tmpfs", (char *)"", NULL },
	  "size=4k" },
	{ "MT13 a subtype",
	  "30 18 0:1 / /a rw - fuse.sshfs u@h: rw,user_id=0",
	  { 30, 18, 0, 1, 0, 0, (char *)"/", (char *)"/a", (char *)"fuse.sshfs",
	    (char *)"u@h:", NULL },
	  "user_id=0" },
	{ "words of attributes within others",
	  "30 18 0:1 / /a rw,errors,nodevx,xro,noatime - tmpfs x rw",
	  { 30, 18, 0, 1, MOUNT_ATTR_NOATIME, 0, (char *)"/", (char *)"/a", (char *)"tmpfs",
	    (char *)"x", NULL },
	  NULL },
	{ "superblock read-only, the mount is not",
	  "30 18 0:1 / /a rw,nodiratime,nosymfollow - tmpfs x ro",
	  { 30, 18, 0, 1, MOUNT_ATTR_NODIRATIME | MOUNT_ATTR_NOSYMFOLLOW, 0, (char *)"/",
	    (char *)"/a", (char *)"tmpfs", (char *)"x", NULL },
	  NULL },
	{ "a source named like the separator",
	  "30 18 0:1 / /a rw shared:1 - tmpfs - rw",
	  { 30, 18, 0, 1, 0, 1, (char *)"/", (char *)"/a", (char *)"tmpfs", (char *)"-", NULL },
	  NULL },
};

static bool has_option(const char *options, const char *option)
{
	size_t length = strlen(option);

	for (const char *p = options; p; p = strchr(p, ',')) {
		p += *p == ',';
		if (strncmp(p, option, length) == 0 && (p[length] == ',' || p[length] == '\0'))
			return true;
	}
	return false;
}

static void assert_same(const char *name, const struct mountinfo *found,
			const struct mountinfo *expected)
{
	const char *texts[][2] = { { found->root, expected->root },
				   { found->point, expected->point },
				   { found->fstype, expected->fstype },
				   { found->source, expected->source } };

	ck_assert_msg(found->id == expected->id && found->parent == expected->parent,
		      "%s: id %ju, parent %ju", name, (uintmax_t)found->id,
		      (uintmax_t)found->parent);
	ck_assert_msg(found->major == expected->major && found->minor == expected->minor,
		      "%s: device %u:%u", name, found->major, found->minor);
	ck_assert_msg(found->attributes == expected->attributes, "%s: attributes %jx, not %jx",
		      name, (uintmax_t)found->attributes, (uintmax_t)expected->attributes);
	ck_assert_msg(found->peer_group == expected->peer_group, "%s: peer group %ju", name,
		      (uintmax_t)found->peer_group);
	ck_assert_msg(found->master == expected->master, "%s: master %ju", name,
		      (uintmax_t)found->master);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		ck_assert_msg(strcmp(texts[i][0], texts[i][1]) == 0, "%s: '%s', not '%s'", name,
			      texts[i][0], texts[i][1]);
}

START_TEST(C29_parses)
{
	struct mountinfo m = { 0 };
	struct err e = { 0 };
	int result = mountinfo_parse(lines[_i].line, &m, &e);

	ck_assert_msg(result == 0, "%s: %s", lines[_i].name, e.message);
	assert_same(lines[_i].name, &m, &lines[_i].m);
	ck_assert_msg(!lines[_i].option || has_option(m.options, lines[_i].option), "%s: '%s'",
		      lines[_i].name, m.options);
	mountinfo_free(&m);
	ck_assert_ptr_null(m.root);
	mountinfo_free(&m);
}
END_TEST

static const struct {
	const char *name, *line;
} refused[] = {
	{ "empty", "" },
	{ "a newline", "\n" },
	{ "text", "what is this" },
	{ "MI07 no device", "30 18 / /a rw - tmpfs x rw" },
	{ "MI07 :0", "30 18 :0 / /a rw - tmpfs x rw" },
	{ "MI07 253:", "30 18 253: / /a rw - tmpfs x rw" },
	{ "MI07 foo:0", "30 18 foo:0 / /a rw - tmpfs x rw" },
	{ "MI07 253:bar", "30 18 253:bar / /a rw - tmpfs x rw" },
	{ "MI07 253:0bar", "30 18 253:0bar / /a rw - tmpfs x rw" },
	{ "no id", "x 18 0:1 / /a rw - tmpfs x rw" },
	{ "a negative id", "-30 18 0:1 / /a rw - tmpfs x rw" },
	{ "MI08 no separator", "30 18 0:1 / /a rw tmpfs x rw" },
	{ "MI08 ends behind the root", "30 18 0:1 /" },
	{ "MI08 ends behind the mount point", "30 18 0:1 / /a" },
	{ "MI08 ends behind the attributes", "30 18 0:1 / /a rw" },
	{ "MI08 ends behind the separator", "30 18 0:1 / /a rw -" },
	{ "MI08 ends behind the type", "30 18 0:1 / /a rw - tmpfs" },
	{ "MI08 ends behind the source", "30 18 0:1 / /a rw - tmpfs x" },
};

START_TEST(C29_refuses_what_is_no_line)
{
	struct mountinfo m = { .id = 77 };
	struct err e = { 0 };
	int result = mountinfo_parse(refused[_i].line, &m, &e);

	check_error(result, &e, refused[_i].name);
	ck_assert_int_eq(result, -EINVAL);
	ck_assert_uint_eq(m.id, 77);
}
END_TEST

START_TEST(MT11_a_line_cut_anywhere_does_no_harm)
{
	const char *line = lines[10].line;

	for (size_t length = 0; length < strlen(line); length++) {
		char *cut = strndup(line, length);
		struct mountinfo m = { 0 };
		struct err e = { 0 };

		ck_assert_ptr_nonnull(cut);
		if (mountinfo_parse(cut, &m, &e) == 0)
			ck_assert(m.root && m.point && m.fstype && m.source && m.options);
		mountinfo_free(&m);
		free(cut);
	}
}
END_TEST

/* ---- real mounts ---- */

static int open_proc(void)
{
	struct err e = { 0 };
	int proc = at_open_proc(&e);

	check_ok(proc, &e);
	return proc;
}

static uint64_t mount_id_at(const char *path)
{
	cleanup_fd int fd = check_path_fd(path);
	struct err e = { 0 };
	struct statx sx;

	check_ok(at_statx(fd, &sx, &e), &e);
	return sx.stx_mnt_id;
}

/* The mount in which 'path' lies, by mountinfo_get(). */
static struct mountinfo get_at(int proc, const char *path)
{
	struct mountinfo m = { 0 };
	struct err e = { 0 };

	check_ok(mountinfo_get(proc, mount_id_at(path), &m, &e), &e);
	return m;
}

/* The last line of /proc/self/mountinfo with that mount point: what is seen there. */
static struct mountinfo line_of(const char *point)
{
	struct mountinfo last = { 0 };
	FILE *table = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t room = 0;

	ck_assert_ptr_nonnull(table);
	while (getline(&line, &room, table) > 0) {
		struct mountinfo m = { 0 };
		struct err e = { 0 };

		check_ok(mountinfo_parse(line, &m, &e), &e);
		if (strcmp(m.point, point) == 0) {
			mountinfo_free(&last);
			last = m;
		} else {
			mountinfo_free(&m);
		}
	}
	free(line);
	ck_assert_int_eq(fclose(table), 0);
	ck_assert_msg(last.point, "no mount at %s", point);
	return last;
}

static const struct {
	const char *name, *directory;
	struct {
		const char *source, *type;
		unsigned long flags;
		const char *data;
	} mounts[2]; /* one on top of the other */
	const char *fstype, *source, *options[3];
} mounts[] = {
	{ "MT05 a blank in the name",
	  "sp ace",
	  { { "s", "tmpfs", 0, NULL } },
	  "tmpfs",
	  "s",
	  { 0 } },
	{ "L23 newline, backslash, #",
	  "a\nb\\c#d",
	  { { "x\ty z\\", "tmpfs", 0, NULL } },
	  "tmpfs",
	  "x\ty z\\",
	  { 0 } },
	{ "MT07 an empty source", "empty", { { "", "tmpfs", 0, NULL } }, "tmpfs", "", { 0 } },
	{ "no source at all", "none", { { NULL, "tmpfs", 0, NULL } }, "tmpfs", NULL, { 0 } },
	{ "MT08 ramfs, then tmpfs",
	  "stack",
	  { { "below", "ramfs", 0, NULL }, { "above", "tmpfs", 0, NULL } },
	  "tmpfs",
	  "above",
	  { 0 } },
	{ "tmpfs, then ramfs",
	  "stack",
	  { { "below", "tmpfs", 0, NULL }, { "above", "ramfs", 0, NULL } },
	  "ramfs",
	  "above",
	  { 0 } },
	{ "attributes and options",
	  "flags",
	  { { "s", "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME,
	      "size=64k,mode=0711" } },
	  "tmpfs",
	  "s",
	  { "size=64k", "nosuid", "noatime" } },
	{ "MT02 proc",
	  "proc",
	  { { "proc", "proc", MS_NOSUID, NULL } },
	  "proc",
	  "proc",
	  { "nosuid" } },
};

START_TEST(C6_the_kernel_and_the_table_say_the_same)
{
	cleanup_fd int proc = open_proc();
	const char *point;
	struct mountinfo found, line;

	check_fresh_directory();
	if (!check_own_mounts())
		return;
	check_directory(mounts[_i].directory, 0755);
	for (size_t i = 0; i < 2 && mounts[_i].mounts[i].type; i++)
		check_mount(mounts[_i].mounts[i].source, mounts[_i].directory,
			    mounts[_i].mounts[i].type, mounts[_i].mounts[i].flags,
			    mounts[_i].mounts[i].data);
	point = check_absolute(mounts[_i].directory);
	found = get_at(proc, mounts[_i].directory);
	line = line_of(point);
	/* ids of the table are reused, those of statx need not be the same */
	line.id = found.id;
	line.parent = found.parent;
	assert_same(mounts[_i].name, &found, &line);
	ck_assert_str_eq(found.point, point);
	ck_assert_str_eq(found.root, "/");
	ck_assert_str_eq(found.fstype, mounts[_i].fstype);
	if (mounts[_i].source)
		ck_assert_str_eq(found.source, mounts[_i].source);
	for (size_t i = 0; i < 3 && mounts[_i].options[i]; i++)
		ck_assert_msg(has_option(found.options, mounts[_i].options[i]), "%s: no %s in '%s'",
			      mounts[_i].name, mounts[_i].options[i], found.options);
	mountinfo_free(&found);
	mountinfo_free(&line);
}
END_TEST

START_TEST(a_bind_shows_its_root_and_its_parent)
{
	cleanup_fd int proc = open_proc();
	struct mountinfo tmpfs, bound, again;

	check_fresh_directory();
	if (!check_own_mounts())
		return;
	check_directory("t", 0755);
	check_directory("d", 0755);
	check_mount("s", "t", "tmpfs", 0, NULL);
	check_directory("t/sub dir", 0755);
	check_mount("t/sub dir", "d", NULL, MS_BIND, NULL);
	tmpfs = get_at(proc, "t");
	bound = get_at(proc, "d");
	again = get_at(proc, "d");
	ck_assert_str_eq(bound.root, "/sub dir");
	ck_assert_str_eq(bound.point, check_absolute("d"));
	ck_assert_uint_eq(bound.major, tmpfs.major);
	ck_assert_uint_eq(bound.minor, tmpfs.minor); /* DP08 */
	ck_assert_uint_ne(bound.id, tmpfs.id);
	ck_assert_uint_eq(bound.parent, mount_id_at("."));
	ck_assert_uint_eq(bound.id, again.id);
	ck_assert_uint_eq(bound.peer_group, 0);
	mountinfo_free(&again);
	check_mount(NULL, "d", NULL, MS_SHARED, NULL);
	again = get_at(proc, "d");
	ck_assert_uint_ne(again.peer_group, 0);
	mountinfo_free(&again);
	mountinfo_free(&bound);
	mountinfo_free(&tmpfs);
}
END_TEST

START_TEST(an_overlay_with_many_lower_directories_is_told_whole)
{
	enum { LOWER = 100, NAME = 100 };
	char data[LOWER * (NAME + 1) + 64] = "lowerdir=", name[NAME + 1];
	cleanup_fd int proc = open_proc();
	struct mountinfo m;

	check_fresh_directory();
	if (!check_own_mounts())
		return;
	for (unsigned i = 0; i < 30; i++) {
		(void)snprintf(name, sizeof(name), "%0*u", NAME, i);
		check_directory(name, 0755);
		(void)strcat(strcat(data, i > 0 ? ":" : ""), name);
	}
	check_directory("o", 0755);
	if (mount("o", "o", "overlay", 0, data) < 0) {
		printf("skipped, it needs overlay: %s\n", strerror(errno));
		return;
	}
	m = get_at(proc, "o");
	ck_assert_str_eq(m.fstype, "overlay");
	ck_assert_ptr_nonnull(strstr(m.options, data + strlen("lowerdir=")));
	mountinfo_free(&m);
}
END_TEST

START_TEST(a_mount_that_is_gone_is_ENOENT)
{
	cleanup_fd int proc = open_proc();
	struct mountinfo m = { .id = 77 };
	struct err e = { 0 };
	uint64_t id;

	check_fresh_directory();
	if (!check_own_mounts())
		return;
	check_directory("t", 0755);
	check_mount("s", "t", "tmpfs", 0, NULL);
	id = mount_id_at("t");
	ck_assert_int_eq(umount("t"), 0);
	ck_assert_int_eq(mountinfo_get(proc, id, &m, &e), -ENOENT);
	check_error(-ENOENT, &e, "gone");
	ck_assert_uint_eq(m.id, 77);
}
END_TEST

static size_t count_table(void)
{
	FILE *table = fopen("/proc/self/mountinfo", "re");
	size_t n = 0;
	int c;

	ck_assert_ptr_nonnull(table);
	while ((c = getc(table)) != EOF)
		n += c == '\n';
	ck_assert_int_eq(fclose(table), 0);
	return n;
}

START_TEST(lists_what_is_mounted_below)
{
	static const char *const directories[] = { "t", "t/a", "t/a/b", "t/c", "u" };
	uint64_t ids[8] = { 0 }, all[4096], expected[5];
	cleanup_fd int proc = open_proc();
	struct err e = { 0 };
	int n;

	check_fresh_directory();
	if (!check_own_mounts())
		return;
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		check_directory(directories[i], 0755);
		check_mount("s", directories[i], "tmpfs", 0, NULL);
		expected[i] = mount_id_at(directories[i]);
	}
	n = mountinfo_below(proc, expected[0], ids, 8, &e);
	ck_assert_int_eq(n, 3);
	for (int i = 0; i < n; i++)
		ck_assert(ids[i] == expected[1] || ids[i] == expected[2] || ids[i] == expected[3]);
	ck_assert(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2]);
	ck_assert_int_eq(mountinfo_below(proc, expected[0], ids, 2, &e), 2);
	ck_assert_int_eq(mountinfo_below(proc, expected[4], ids, 8, &e), 0);
	ck_assert_int_eq(mountinfo_below(proc, MOUNTINFO_ALL, all, 4096, &e), (int)count_table());
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		bool found = false;

		for (size_t j = 0; j < count_table(); j++)
			found |= all[j] == expected[i];
		ck_assert_msg(found, "%s is not among all", directories[i]);
	}
}
END_TEST

/* ---- where statmount and listmount are not there ---- */

static void deny_statmount(unsigned error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_statmount, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_listmount, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
	};
	struct sock_fprog program = { ARRAY_SIZE(code), code };

	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
	ck_assert_int_eq(sys_listmount(NULL, NULL, 0), -1);
	ck_assert_int_eq(errno, (int)error);
}

static uint64_t old_id_at(const char *path)
{
	struct statx sx;

	ck_assert_int_eq(sys_statx(AT_FDCWD, path, AT_NO_AUTOMOUNT, STATX_MNT_ID, &sx), 0);
	return sx.stx_mnt_id;
}

static const struct {
	const char *name;
	unsigned error;
} denials[] = {
	{ "before Linux 6.8", ENOSYS },
	{ "T60 a filter", EPERM },
};

START_TEST(the_table_answers_where_statmount_is_denied)
{
	static const char *const directories[] = { "t", "t/a b", "t/a b/c" };
	struct mountinfo expected = { 0 }, found = { 0 };
	cleanup_fd int proc = open_proc();
	uint64_t ids[8] = { 0 }, all[4096];
	struct err e = { 0 };

	check_fresh_directory();
	if (!check_own_mounts())
		return;
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		check_directory(directories[i], 0755);
		check_mount("a source", directories[i], "tmpfs", MS_NODEV, "size=64k");
	}
	expected = get_at(proc, "t/a b");
	deny_statmount(denials[_i].error);
	check_ok(mountinfo_get(proc, old_id_at("t/a b"), &found, &e), &e);
	ck_assert_uint_eq(found.id, old_id_at("t/a b"));
	ck_assert_uint_eq(found.parent, old_id_at("t"));
	expected.id = found.id;
	expected.parent = found.parent;
	assert_same(denials[_i].name, &found, &expected);
	ck_assert_str_eq(found.options, expected.options);
	ck_assert_int_eq(mountinfo_below(proc, old_id_at("t"), ids, 8, &e), 2);
	ck_assert_uint_eq(ids[0], old_id_at("t/a b"));
	ck_assert_uint_eq(ids[1], old_id_at("t/a b/c"));
	ck_assert_int_eq(mountinfo_below(proc, old_id_at("t"), ids, 1, &e), 1);
	ck_assert_int_eq(mountinfo_below(proc, old_id_at("t/a b/c"), ids, 8, &e), 0);
	ck_assert_int_eq(mountinfo_below(proc, MOUNTINFO_ALL, all, 4096, &e), (int)count_table());
	mountinfo_free(&found);
	mountinfo_free(&expected);
	ck_assert_int_eq(mountinfo_get(proc, UINT32_MAX, &found, &e), -ENOENT);
}
END_TEST

START_TEST(the_ids_of_at_statx_are_known_where_statmount_is_denied)
{
	cleanup_fd int proc = -EBADF;
	struct mountinfo found = { 0 };
	struct err e = { 0 };
	int result;

	check_fresh_directory();
	if (!check_own_mounts())
		return;
	check_directory("t", 0755);
	check_mount("s", "t", "tmpfs", 0, NULL);
	deny_statmount(denials[_i].error); /* before anything was asked */
	proc = open_proc();
	result = mountinfo_get(proc, mount_id_at("t"), &found, &e);
	ck_assert_msg(result == 0, "%s: %s", denials[_i].name, e.message);
	ck_assert_str_eq(found.fstype, "tmpfs");
	mountinfo_free(&found);
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ C29_parses, ARRAY_SIZE(lines) },
		{ C29_refuses_what_is_no_line, ARRAY_SIZE(refused) },
		{ MT11_a_line_cut_anywhere_does_no_harm, 0 },
		{ C6_the_kernel_and_the_table_say_the_same, ARRAY_SIZE(mounts) },
		{ a_bind_shows_its_root_and_its_parent, 0 },
		{ an_overlay_with_many_lower_directories_is_told_whole, 0 },
		{ a_mount_that_is_gone_is_ENOENT, 0 },
		{ lists_what_is_mounted_below, 0 },
		{ the_table_answers_where_statmount_is_denied, ARRAY_SIZE(denials) },
		{ the_ids_of_at_statx_are_known_where_statmount_is_denied, ARRAY_SIZE(denials) },
		{ 0 },
	};

	return check_main("mountinfo", cases);
}
