/* What is read of a bundle's config.json. */
#include "oci-spec/config.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "common/io.h"
#include "tests/check.h"

#define HEAD "\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"rootfs\"}"

static int read_config(const char *text, struct oci_config *ret, struct err *e)
{
	cleanup_fd int fd = check_memory(text, strlen(text));

	return oci_config_read(fd, ret, e);
}

static const struct {
	const char *name, *text, *path;
	bool readonly;
	size_t mounts;
	uint64_t propagation;
} accepted[] = {
	{ "CJ01 relative root", "{" HEAD "}", "rootfs", false, 0, 0 },
	{ "CJ02 absolute root", "{\"ociVersion\":\"1.0\",\"root\":{\"path\":\"/var/m\"}}", "/var/m",
	  false, 0, 0 },
	{ "CJ04 readonly true",
	  "{\"ociVersion\":\"1.2.1\",\"root\":{\"path\":\"r\",\"readonly\":true}}", "r", true, 0,
	  0 },
	{ "CJ04 readonly false",
	  "{\"ociVersion\":\"1.0.2-dev\",\"root\":{\"readonly\":false,\"path\":\"r\"}}", "r", false,
	  0, 0 },
	{ "CJ08 mounts empty", "{" HEAD ",\"mounts\":[]}", "rootfs", false, 0, 0 },
	{ "CJ08 mounts null", "{" HEAD ",\"mounts\":null}", "rootfs", false, 0, 0 },
	{ "two at one destination",
	  "{" HEAD ",\"mounts\":[{\"destination\":\"/a\"},{\"destination\":\"/a\"}]}", "rootfs",
	  false, 2, 0 },
	{ "what we do not read",
	  "{" HEAD ",\"process\":{\"env\":[\"A=B\"],\"user\":{\"uid\":0}},\"hooks\":{},\"linux\":{"
	  "\"resources\":{\"devices\":[{\"allow\":false}]}}}",
	  "rootfs", false, 0, 0 },
	{ "CJ14 shared", "{" HEAD ",\"linux\":{\"rootfsPropagation\":\"shared\"}}", "rootfs", false,
	  0, MS_SHARED },
	{ "CJ14 slave", "{" HEAD ",\"linux\":{\"rootfsPropagation\":\"slave\"}}", "rootfs", false,
	  0, MS_SLAVE },
	{ "CJ14 rslave", "{" HEAD ",\"linux\":{\"rootfsPropagation\":\"rslave\"}}", "rootfs", false,
	  0, MS_SLAVE },
	{ "CJ14 private", "{" HEAD ",\"linux\":{\"rootfsPropagation\":\"private\"}}", "rootfs",
	  false, 0, MS_PRIVATE },
	{ "CJ14 unbindable", "{" HEAD ",\"linux\":{\"rootfsPropagation\":\"unbindable\"}}",
	  "rootfs", false, 0, MS_UNBINDABLE },
	{ "CJ14 empty, as Go writes it", "{" HEAD ",\"linux\":{\"rootfsPropagation\":\"\"}}",
	  "rootfs", false, 0, 0 },
};

START_TEST(accepts)
{
	struct oci_config c = { 0 };
	struct err e = { 0 };
	int result = read_config(accepted[_i].text, &c, &e);

	ck_assert_msg(result == 0, "%s: %s", accepted[_i].name, e.message);
	ck_assert_str_eq(c.root.path, accepted[_i].path);
	ck_assert_int_eq(c.root.readonly, accepted[_i].readonly);
	ck_assert_uint_eq(c.mounts.n, accepted[_i].mounts);
	ck_assert_uint_eq(c.rootfs_propagation, accepted[_i].propagation);
	oci_config_free(&c);
}
END_TEST

#define MOUNT(text)  "{" HEAD ",\"mounts\":[{\"destination\":\"/d\"," text "}]}"
#define MAP(c, h, s) "[{\"containerID\":" c ",\"hostID\":" h ",\"size\":" s "}]"

static const struct {
	const char *name, *text;
} refused[] = {
	{ "no ociVersion", "{\"root\":{\"path\":\"r\"}}" },
	{ "ociVersion 2", "{\"ociVersion\":\"2.0.0\",\"root\":{\"path\":\"r\"}}" },
	{ "ociVersion 0.6", "{\"ociVersion\":\"0.6.0\",\"root\":{\"path\":\"r\"}}" },
	{ "ociVersion 10", "{\"ociVersion\":\"10.0\",\"root\":{\"path\":\"r\"}}" },
	{ "ociVersion empty", "{\"ociVersion\":\"\",\"root\":{\"path\":\"r\"}}" },
	{ "no root", "{\"ociVersion\":\"1.0.2\"}" },
	{ "root null", "{\"ociVersion\":\"1.0.2\",\"root\":null}" },
	{ "no root.path", "{\"ociVersion\":\"1.0.2\",\"root\":{}}" },
	{ "CJ05 root.path empty", "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"\"}}" },
	{ "T45 root.Path beside",
	  "{\"ociVersion\":\"1.0\",\"root\":{\"path\":\"r\",\"Path\":\"/\"}}" },
	{ "T45 ROOT beside", "{" HEAD ",\"ROOT\":{\"path\":\"/\"}}" },
	{ "root twice", "{" HEAD ",\"root\":{\"path\":\"/\"}}" },
	{ "CJ04 readonly \"true\"",
	  "{\"ociVersion\":\"1.0\",\"root\":{\"path\":\"r\",\"readonly\":\"true\"}}" },
	{ "mounts is an object", "{" HEAD ",\"mounts\":{}}" },
	{ "a mount is a string", "{" HEAD ",\"mounts\":[\"/a\"]}" },
	{ "no destination", "{" HEAD ",\"mounts\":[{\"source\":\"/a\"}]}" },
	{ "destination empty", "{" HEAD ",\"mounts\":[{\"destination\":\"\"}]}" },
	{ "T45 destination twice",
	  "{" HEAD ",\"mounts\":[{\"destination\":\"/a\",\"destination\":\"/b\"}]}" },
	{ "T45 \xc5\xbfource", MOUNT("\"source\":\"/a\",\"\xc5\xbfource\":\"/etc\"") },
	{ "T45 Options beside", MOUNT("\"options\":[\"ro\"],\"Options\":[\"rw\"]") },
	{ "options is a string", MOUNT("\"options\":\"ro\"") },
	{ "an option is a number", MOUNT("\"options\":[1]") },
	{ "type is a number", MOUNT("\"type\":1") },
	{ "source with NUL", MOUNT("\"source\":\"/a\\u0000b\"") },
	{ "CJ11 uidMappings alone", MOUNT("\"uidMappings\":" MAP("0", "0", "1")) },
	{ "CJ11 gidMappings alone", MOUNT("\"gidMappings\":" MAP("0", "0", "1")) },
	{ "a mapping of size 0",
	  MOUNT("\"uidMappings\":" MAP("0", "0", "0") ",\"gidMappings\":" MAP("0", "0", "1")) },
	{ "a mapping past 2^32",
	  MOUNT("\"uidMappings\":" MAP("0", "4294967295", "2") ",\"gidMappings\":" MAP("0", "0",
										       "1")) },
	{ "a mapping past 2^32 within",
	  MOUNT("\"uidMappings\":" MAP("0", "0", "1") ",\"gidMappings\":" MAP("4294967296", "0",
									      "1")) },
	{ "a mapping without host id",
	  MOUNT("\"uidMappings\":[{\"containerID\":0,\"size\":1}],\"gidMappings\":" MAP("0", "0",
											"1")) },
	{ "CJ14 another propagation", "{" HEAD ",\"linux\":{\"rootfsPropagation\":\"foo\"}}" },
	{ "CJ14 in capitals", "{" HEAD ",\"linux\":{\"rootfsPropagation\":\"Private\"}}" },
	{ "text behind", "{" HEAD "}x" },
};

START_TEST(refuses)
{
	struct oci_config c = { .rootfs_propagation = 7 };
	struct err e = { 0 };

	check_exit(read_config(refused[_i].text, &c, &e), &e, EX_DATAERR, refused[_i].name);
	ck_assert_uint_eq(c.rootfs_propagation, 7);
}
END_TEST

START_TEST(id_mappings_are_taken_in_pairs)
{
	struct oci_config c = { 0 };
	struct err e = { 0 };

	check_ok(read_config(MOUNT("\"uidMappings\":" MAP("0", "100000",
							  "65536") ",\"gidMappings\":"
								   "" MAP("0", "0", "4294967296")),
			     &c, &e),
		 &e);
	ck_assert_uint_eq(oci_mount(&c, 0)->uid_mappings.n, 1);
	ck_assert_uint_eq(oci_mount(&c, 0)->gid_mappings.n, 1);
	oci_config_free(&c);
}
END_TEST

enum { B = OCI_MOUNT_BIND, R = OCI_MOUNT_RECURSIVE, RO = OCI_MOUNT_READONLY };
enum { RRO = OCI_MOUNT_READONLY_RECURSIVE };

static const struct {
	const char *name, *mount, *path, *type;
	unsigned flags;
	uint64_t propagation;
} mounts[] = {
	{ "NM01 proc", "\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\"", "/proc",
	  "proc", 0, 0 },
	{ "NM02 proc, ro",
	  "\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\",\"options\":[\"ro\"]",
	  "/proc", "proc", RO, 0 },
	{ "NM04 rbind of type none",
	  "\"destination\":\"/def\",\"type\":\"none\",\"source\":\"/abc\",\"options\":[\"rbind\"]",
	  "/def", "none", B | R, 0 },
	{ "NM05 type ephemeral and bind",
	  "\"destination\":\"/e\",\"type\":\"ephemeral\",\"source\":\"/a\",\"options\":[\"bind\"]",
	  "/e", "ephemeral", B, 0 },
	{ "NM07 rro", "\"destination\":\"/a\",\"options\":[\"rbind\",\"rro\"]", "/a", NULL,
	  B | R | RRO, 0 },
	{ "NM07 rrw after rro", "\"destination\":\"/a\",\"options\":[\"rro\",\"rrw\"]", "/a", NULL,
	  0, 0 },
	{ "NM08 neither type nor options", "\"destination\":\"/a\",\"source\":\"/tmp\"", "/a", NULL,
	  0, 0 },
	{ "type bind alone, as Kata", "\"destination\":\"/a\",\"type\":\"bind\"", "/a", "bind", B,
	  0 },
	{ "NM10 relative destination", "\"destination\":\"etc/x\"", "/etc/x", NULL, 0, 0 },
	{ "destination with dots", "\"destination\":\"/a/./b//../c/\"", "/a/c", NULL, 0, 0 },
	{ "destination above the root", "\"destination\":\"/../../c\"", "/c", NULL, 0, 0 },
	{ "ro, then rw", "\"destination\":\"/a\",\"options\":[\"bind\",\"ro\",\"rw\"]", "/a", NULL,
	  B, 0 },
	{ "rw, then ro", "\"destination\":\"/a\",\"options\":[\"bind\",\"rw\",\"ro\"]", "/a", NULL,
	  B | RO, 0 },
	{ "bind and rbind", "\"destination\":\"/a\",\"options\":[\"rbind\",\"bind\"]", "/a", NULL,
	  B | R, 0 },
	{ "private", "\"destination\":\"/a\",\"options\":[\"rbind\",\"rprivate\"]", "/a", NULL,
	  B | R, MS_PRIVATE },
	{ "the last propagation", "\"destination\":\"/a\",\"options\":[\"rprivate\",\"rslave\"]",
	  "/a", NULL, 0, MS_SLAVE },
	{ "shared", "\"destination\":\"/a\",\"options\":[\"shared\"]", "/a", NULL, 0, MS_SHARED },
	{ "data of the filesystem", "\"destination\":\"/a\",\"options\":[\"size=1k\",\"Ro\",\"\"]",
	  "/a", NULL, 0, 0 },
	{ "options null", "\"destination\":\"/a\",\"options\":null", "/a", NULL, 0, 0 },
};

START_TEST(C19_mounts)
{
	cleanup_free char *text = NULL;
	struct oci_config c = { 0 };
	struct err e = { 0 };
	const struct oci_mount *m;

	ck_assert_int_gt(asprintf(&text,
				  "{" HEAD ",\"mounts\":[{\"destination\":\"/first\"},{%s}]}",
				  mounts[_i].mount),
			 0);
	check_ok(read_config(text, &c, &e), &e);
	ck_assert_uint_eq(c.mounts.n, 2);
	ck_assert_str_eq(oci_mount(&c, 0)->path, "/first");
	m = oci_mount(&c, 1);
	ck_assert_msg(strcmp(m->path, mounts[_i].path) == 0, "%s: %s", mounts[_i].name, m->path);
	ck_assert_pstr_eq(m->type, mounts[_i].type);
	ck_assert_msg(m->flags == mounts[_i].flags, "%s: flags %x", mounts[_i].name, m->flags);
	ck_assert_msg(m->propagation == mounts[_i].propagation, "%s: propagation %jx",
		      mounts[_i].name, (uintmax_t)m->propagation);
	oci_config_free(&c);
}
END_TEST

/* A config with n mounts, or one mount with n options. */
static char *many(const char *before, const char *each, size_t n, const char *behind)
{
	char *text = malloc(strlen(before) + n * (strlen(each) + 1) + strlen(behind) + 1), *p;

	ck_assert_ptr_nonnull(text);
	p = stpcpy(text, before);
	for (size_t i = 0; i < n; i++)
		p = stpcpy(stpcpy(p, i > 0 ? "," : ""), each);
	(void)stpcpy(p, behind);
	return text;
}

#define OPTIONS "{" HEAD ",\"mounts\":[{\"destination\":\"/d\",\"options\":["
#define ONE	"{\"destination\":\"/d\"}"

static const struct {
	const char *name, *before, *each;
	size_t n;
	const char *behind;
	bool ok;
} counts[] = {
	{ "CJ10 1 000 options", OPTIONS, "\"ro\"", 1000, "]}]}", true },
	{ "CJ10 10 000 options", OPTIONS, "\"ro\"", 10000, "]}]}", false },
	{ "the most mounts", "{" HEAD ",\"mounts\":[", ONE, OCI_MOUNTS_MAX, "]}", true },
	{ "one more", "{" HEAD ",\"mounts\":[", ONE, OCI_MOUNTS_MAX + 1, "]}", false },
	{ "T47 a million unknown keys", "{" HEAD ",", "\"x\":1", 1000000, "}", true },
};

START_TEST(bounds_counts)
{
	cleanup_free char *text =
		many(counts[_i].before, counts[_i].each, counts[_i].n, counts[_i].behind);
	struct oci_config c = { 0 };
	struct err e = { 0 };
	int result = read_config(text, &c, &e);

	if (counts[_i].ok)
		ck_assert_msg(result == 0, "%s: %s", counts[_i].name, e.message);
	else
		check_exit(result, &e, EX_DATAERR, counts[_i].name);
	oci_config_free(&c);
}
END_TEST

static const struct {
	const char *name;
	uint64_t propagation; /* 0: refused */
} names[] = {
	{ "shared", MS_SHARED },
	{ "private", MS_PRIVATE },
	{ "slave", MS_SLAVE },
	{ "unbindable", MS_UNBINDABLE },
	{ "ubind", MS_UNBINDABLE },
	{ "rshared", MS_SHARED },
	{ "rprivate", MS_PRIVATE },
	{ "rslave", MS_SLAVE },
	{ "runbindable", MS_UNBINDABLE },
	{ "rubind", MS_UNBINDABLE },
	{ "foo", 0 },
	{ "Private", 0 },
	{ " private", 0 },
	{ "private ", 0 },
	{ "", 0 },
	{ "r", 0 },
	{ "rrprivate", 0 },
	{ "bind", 0 },
	{ "privat", 0 },
	{ "privatee", 0 },
};

START_TEST(C8_propagation_names)
{
	uint64_t found = 7;
	struct err e = { 0 };
	int result = oci_propagation(names[_i].name, &found, &e);

	if (names[_i].propagation) {
		ck_assert_msg(result == 0, "'%s': %s", names[_i].name, e.message);
		ck_assert_uint_eq(found, names[_i].propagation);
		return;
	}
	check_error(result, &e, names[_i].name);
	ck_assert_int_eq(result, -EINVAL);
	ck_assert_uint_eq(found, 7);
	ck_assert_ptr_nonnull(strstr(e.message, "wrong propagation type"));
	ck_assert_ptr_nonnull(strstr(e.message, names[_i].name));
}
END_TEST

/* config.md, "Linux mount options": those that a runtime must or should know. */
static const char *const standard[] = {
	"async",	"atime",      "bind",	     "defaults",      "dev",
	"diratime",	"dirsync",    "exec",	     "iversion",      "lazytime",
	"loud",		"noatime",    "nodev",	     "nodiratime",    "noexec",
	"noiversion",	"nolazytime", "norelatime",  "nostrictatime", "nosuid",
	"private",	"rbind",      "relatime",    "remount",	      "ro",
	"rprivate",	"rshared",    "rslave",	     "runbindable",   "rw",
	"shared",	"silent",     "slave",	     "strictatime",   "suid",
	"sync",		"unbindable", "nosymfollow", "symfollow",     "rro",
	"rrw",		"rnosuid",    "rsuid",	     "rnodev",	      "rdev",
	"rnoexec",	"rexec",      "rnodiratime", "rdiratime",     "rrelatime",
	"rnorelatime",	"rnoatime",   "ratime",	     "rstrictatime",  "rnostrictatime",
	"rnosymfollow", "rsymfollow", "idmap",	     "ridmap",	      "mand",
	"nomand",	"tmpcopyup",
};

START_TEST(standard_options_are_known)
{
	ck_assert_msg(oci_option_is_standard(standard[_i]), "'%s'", standard[_i]);
}
END_TEST

static const char *const foreign[] = {
	"",    "lowerdir=/secret", "upperdir=/u", "size=64k",  "mode=1777",  "RO",
	"r o", "ro,suid",	   "noatime=1",	  "context=x", "user_xattr",
};

START_TEST(data_of_filesystems_is_not_standard)
{
	ck_assert_msg(!oci_option_is_standard(foreign[_i]), "'%s'", foreign[_i]);
}
END_TEST

/* ---- the file ---- */

static void make_link(void)
{
	check_file("real", "{" HEAD "}", 0644);
	ck_assert_int_eq(symlink("real", "config.json"), 0);
}

static void make_fifo(void)
{
	ck_assert_int_eq(mkfifo("config.json", 0644), 0);
}

static void make_directory(void)
{
	check_directory("config.json", 0755);
}

static void make_device(void)
{
	ck_assert_int_eq(mknod("config.json", S_IFCHR | 0644, makedev(1, 5)), 0);
}

static void make_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "config.json" };
	cleanup_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

static void make_huge(void)
{
	check_file("config.json", "{" HEAD "}", 0644);
	ck_assert_int_eq(truncate("config.json", 100 << 20), 0);
}

static void make_foreign(void)
{
	check_file("config.json", "{" HEAD "}", 0644);
	ck_assert_int_eq(chown("config.json", 1000, 0), 0);
}

static void make_foreign_writable(void)
{
	make_foreign();
	ck_assert_int_eq(chmod("config.json", 0666), 0);
}

static void make_group_writable(void)
{
	check_file("config.json", "{" HEAD "}", 0664);
}

static void make_two_links(void)
{
	check_file("other", "{" HEAD "}", 0644);
	ck_assert_int_eq(link("other", "config.json"), 0);
}

static void make_none(void)
{
}

static void make_bad(void)
{
	check_file("config.json", "{" HEAD, 0644);
}

static void make_private(void)
{
	check_file("config.json", "{" HEAD "}", 0600);
}

static const struct {
	const char *name;
	void (*make)(void);
	int exit_code; /* 0: it is loaded */
} files[] = {
	{ "CJ07 symlink", make_link, EX_NOPERM },
	{ "CJ07 FIFO", make_fifo, EX_NOPERM },
	{ "CJ07 directory", make_directory, EX_NOPERM },
	{ "T48 device", make_device, EX_NOPERM },
	{ "T48 socket", make_socket, EX_NOPERM },
	{ "CJ07 100 MB", make_huge, EX_DATAERR },
	{ "CJ07 owned by uid 1000", make_foreign, EX_NOPERM },
	{ "CJ07 owned by uid 1000, mode 0666", make_foreign_writable, EX_NOPERM },
	{ "mode 0664", make_group_writable, EX_NOPERM },
	{ "two links", make_two_links, EX_NOPERM },
	{ "missing", make_none, EX_NOINPUT },
	{ "cut short", make_bad, EX_DATAERR },
	{ "mode 0600", make_private, 0 },
};

START_TEST(loads_only_a_file_that_root_alone_could_write)
{
	struct oci_config c = { 0 };
	struct err e = { 0 };
	uint64_t started;
	int bundle, result;

	if (geteuid() != 0) {
		printf("skipped, it needs root\n");
		return;
	}
	check_fresh_directory();
	files[_i].make();
	bundle = check_path_fd(".");
	started = io_now();
	result = oci_config_load(bundle, &c, &e);
	ck_assert_msg(io_now() - started < 2000000, "%s: it hangs", files[_i].name);
	if (files[_i].exit_code) {
		check_exit(result, &e, files[_i].exit_code, files[_i].name);
		ck_assert_msg(strstr(e.message, "config.json"), "%s: %s", files[_i].name,
			      e.message);
	} else {
		ck_assert_msg(result == 0, "%s: %s", files[_i].name, e.message);
		ck_assert_str_eq(c.root.path, "rootfs");
	}
	oci_config_free(&c);
	ck_assert_int_eq(close(bundle), 0);
}
END_TEST

START_TEST(CJ13_a_file_that_changes_is_not_taken)
{
	cleanup_free char *text = many("{" HEAD ",", "\"x\":1", 2000000, "}");
	cleanup_fd int bundle = -EBADF;
	struct oci_config c = { 0 };
	struct err e = { 0 };
	int started[2], result;
	pid_t writer;
	char byte;

	check_fresh_directory();
	check_file("config.json", text, 0644);
	bundle = check_path_fd(".");
	ck_assert_int_eq(pipe2(started, O_CLOEXEC), 0);
	writer = fork();
	ck_assert_int_ge(writer, 0);
	if (writer == 0) {
		int fd = open("config.json", O_WRONLY | O_CLOEXEC);

		if (pwrite(fd, "{", 1, 0) == 1 && write(started[1], "", 1) == 1)
			while (pwrite(fd, "{", 1, 0) == 1)
				;
		_exit(1);
	}
	ck_assert_int_eq(read(started[0], &byte, 1), 1);
	result = oci_config_load(bundle, &c, &e);
	ck_assert_int_eq(kill(writer, SIGKILL), 0);
	ck_assert_int_eq(waitpid(writer, NULL, 0), writer);
	check_exit(result, &e, EX_TEMPFAIL, "written to while it was read");
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ accepts, ARRAY_SIZE(accepted) },
		{ refuses, ARRAY_SIZE(refused) },
		{ id_mappings_are_taken_in_pairs, 0 },
		{ C19_mounts, ARRAY_SIZE(mounts) },
		{ bounds_counts, ARRAY_SIZE(counts) },
		{ C8_propagation_names, ARRAY_SIZE(names) },
		{ standard_options_are_known, ARRAY_SIZE(standard) },
		{ data_of_filesystems_is_not_standard, ARRAY_SIZE(foreign) },
		{ loads_only_a_file_that_root_alone_could_write, ARRAY_SIZE(files) },
		{ CJ13_a_file_that_changes_is_not_taken, 0 },
		{ 0 },
	};

	return check_main("config", cases);
}
