/* What a volume is: path rules, and kinds over made-up facts. */
#include "share/kind.h"

#include "common/str.h"
#include "share/direct.h"
#include "tests/check.h"

#define P "/var/lib/kubelet/pods/5f0861a0-a987-4a3a-bb0f-1058ddb9678f/volumes"

/* Paths as the caller has them: clean. */
static char *clean(const char *path)
{
	char *text = path_clean(path);

	ck_assert_ptr_nonnull(text);
	return text;
}

static const struct {
	const char *name, *path;
	bool system;
} system_paths[] = {
	{ "SM01", "/sys", true },
	{ "SM02", "/sys/", true },
	{ "SM03", "/proc", true },
	{ "SM04", "/sys/fs", true },
	{ "SM05", "/sys/fs/", true },
	{ "SM06", "/proc/self/ns/net", true },
	{ "SM07", "/sysfoo", false },
	{ "SM07", "/procfoo", false },
	{ "SM08", "/home", false },
	{ "SM10", "/mnt/dev/foo", false },
	{ "SM10", "/mnt/proc/foo", false },
	{ "SM11", "/../sys", true },
	{ "SM13", "/../sys/fs/cgroup", true },
	{ "SM14", "/../sysfoo", false },
	{ "SM16", "//proc", true },
	{ "SM16", "/./proc", true },
	{ "SM17", "/proc/../etc", false },
	{ "root", "/", false },
};

START_TEST(C1_system_path)
{
	cleanup_free char *path = clean(system_paths[_i].path);

	ck_assert_msg(kind_is_system_path(path) == system_paths[_i].system, "%s %s",
		      system_paths[_i].name, system_paths[_i].path);
}
END_TEST

static const struct {
	const char *name, *path;
	bool device;
} device_paths[] = {
	{ "HD01", "/dev", true },
	{ "HD02", "/dev/", true },
	{ "HD02", "/dev//", true },
	{ "HD04", "/dev/shm", true },
	{ "HD04", "/dev/pts", true },
	{ "HD07", "/mnt/dev/block", false },
	{ "HD08", "/../dev", true },
	{ "HD08", "/../dev/block", true },
	{ "HD10", "/dev/../etc/passwd", false },
	{ "HD11", "/dev/../etc", false },
	{ "HD13", "/devfoo", false },
	{ "root", "/", false },
};

START_TEST(C2_device_path)
{
	cleanup_free char *path = clean(device_paths[_i].path);

	ck_assert_msg(kind_is_device_path(path) == device_paths[_i].device, "%s %s",
		      device_paths[_i].name, device_paths[_i].path);
}
END_TEST

static const struct {
	const char *name, *path;
	bool podman;
	enum kind kind;
} named_volumes[] = {
	{ "DV01", "/var/lib/docker/volumes/00da1347c7cf4f15db35f/_data", false,
	  KIND_DOCKER_VOLUME },
	{ "DV02", "/var/lib/testdir", false, KIND_BIND },
	{ "DV04", "/var/lib/docker/volumes/x/_data/sub", false, KIND_BIND },
	{ "DV05", "/var/lib/docker/volumes/_data", false, KIND_BIND },
	{ "DV07", "/var/lib/docker/volumes/../../../../etc/_data", false, KIND_BIND },
	{ "DV08", "//var/lib/docker/volumes/x/_data", false, KIND_DOCKER_VOLUME },
	{ "another name", "/var/lib/docker/volumes/x/data", false, KIND_BIND },
	{ "no separator", "/var/lib/docker/volumesx/y/_data", false, KIND_BIND },
	{ "two names", "/var/lib/docker/volumes/x/y/_data", false, KIND_BIND },
	{ "elsewhere", "/srv/var/lib/docker/volumes/x/_data", false, KIND_BIND },
	{ "podman's", "/var/lib/containers/storage/volumes/v/_data", false, KIND_PODMAN_VOLUME },
	{ "podman's of a user", "/home/u/.local/share/containers/storage/volumes/v/_data", true,
	  KIND_PODMAN_VOLUME },
	{ "podman's, moved", "/srv/volumes/v/_data", true, KIND_PODMAN_VOLUME },
	{ "the same without podman", "/srv/volumes/v/_data", false, KIND_BIND },
	{ "podman's below", "/var/lib/containers/storage/volumes/v/_data/x", true, KIND_BIND },
	{ "docker's with podman", "/var/lib/docker/volumes/x/_data", true, KIND_DOCKER_VOLUME },
	{ "root", "/", true, KIND_BIND },
	{ "short", "/_data", true, KIND_BIND },
};

START_TEST(C13_named_volumes)
{
	cleanup_free char *path = clean(named_volumes[_i].path);
	enum kind kind = kind_of_named_volume(path, named_volumes[_i].podman);

	ck_assert_msg(kind == named_volumes[_i].kind, "%s %s: %s", named_volumes[_i].name,
		      named_volumes[_i].path, kind_name(kind));
}
END_TEST

/* An emptyDir is of unknown medium here. */
#define EMPTY_DIR KIND_EMPTY_DIR_DISK
#define KUBELET	  "/var/lib/kubelet"

static const struct {
	const char *name, *path, *kubelet_dir;
	enum kind kind;
} kubernetes[] = {
	{ "KV01", P "/kubernetes.io~empty-dir/foobar", "", EMPTY_DIR },
	{ "KV02", P "/kubernetes.io~empty-dir/foobar/bazzzzz", "", KIND_BIND },
	{ "KV04", P "/kubernetes.io~secret", "", KIND_BIND },
	{ "KV05", P "/kubernetes.io~secret/sweet-token", "", KIND_SECRET },
	{ "KV06", P "/kubernetes.io~configmap/kube-root-ca.crt", "", KIND_CONFIGMAP },
	{ "KV07", "/volumes/kubernetes.io~empty-dir//shm", "", EMPTY_DIR },
	{ "KV08", "/volumes/kubernetes.io~empty-dir-test/shm", "", KIND_BIND },
	{ "KV11", "/a/kubernetes.io~secret/x/", "", KIND_SECRET },
	{ "KV13", "/a/kubernetes.io~secret/..", "", KIND_BIND },
	{ "KV14", "/a/Kubernetes.io~secret/x", "", KIND_BIND },
	{ "KV16", P "/kubernetes.io~projected/kube-api-access-7x2", "", KIND_PROJECTED },
	{ "KV16", P "/kubernetes.io~downward-api/podinfo", "", KIND_DOWNWARD_API },
	{ "csi", P "/kubernetes.io~csi/pvc-1/mount", "", KIND_BIND },
	{ "at the root", "/kubernetes.io~secret/x", "", KIND_SECRET },
	{ "subpath",
	  "/var/lib/kubelet/pods/5f0861a0-a987-4a3a-bb0f-1058ddb9678f/volume-subpaths/v/c/0", "",
	  KIND_KUBERNETES_SUBPATH },
	{ "subpath, too short", "/volume-subpaths/v/c", "", KIND_BIND },
	{ "subpath, below", "/volume-subpaths/v/c/0/x", "", KIND_BIND },
	{ "anchored", P "/kubernetes.io~secret/x", KUBELET, KIND_SECRET },
	{ "anchored, subpath",
	  "/var/lib/kubelet/pods/5f0861a0-a987-4a3a-bb0f-1058ddb9678f/volume-subpaths/v/c/0",
	  KUBELET, KIND_KUBERNETES_SUBPATH },
	{ "anchored, elsewhere", "/a/kubernetes.io~secret/x", KUBELET, KIND_BIND },
	{ "anchored, another kubelet", "/srv" P "/kubernetes.io~secret/x", KUBELET, KIND_BIND },
	{ "anchored, its name goes on",
	  "/var/lib/kubelet2/pods/5f0861a0-a987-4a3a-bb0f-1058ddb9678f/volumes/"
	  "kubernetes.io~secret/x",
	  KUBELET, KIND_BIND },
	{ "KV17 uid of 35",
	  "/var/lib/kubelet/pods/5f0861a0-a987-4a3a-bb0f-1058ddb9678/volumes/"
	  "kubernetes.io~secret/x",
	  KUBELET, KIND_BIND },
	{ "KV17 uid of 37",
	  "/var/lib/kubelet/pods/5f0861a0-a987-4a3a-bb0f-1058ddb9678ff/volumes/"
	  "kubernetes.io~secret/x",
	  KUBELET, KIND_BIND },
	{ "KV17 no uid",
	  "/var/lib/kubelet/pods/zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz/volumes/"
	  "kubernetes.io~secret/x",
	  KUBELET, KIND_BIND },
	{ "KV17 not anchored, uid of 35",
	  "/var/lib/kubelet/pods/5f0861a0-a987-4a3a-bb0f-1058ddb9678/volumes/"
	  "kubernetes.io~secret/x",
	  "", KIND_SECRET },
};

START_TEST(C14_kubernetes_paths)
{
	cleanup_free char *path = clean(kubernetes[_i].path);
	enum kind kind = kind_of_kubernetes_path(path, kubernetes[_i].kubelet_dir);

	ck_assert_msg(kind == kubernetes[_i].kind, "%s %s: %s", kubernetes[_i].name,
		      kubernetes[_i].path, kind_name(kind));
}
END_TEST

START_TEST(KV10_a_relative_path_is_no_volume)
{
	ck_assert_int_eq(kind_of_kubernetes_path("kubernetes.io~secret/x", ""), KIND_BIND);
	ck_assert(!kind_is_device_path("dev/null")); /* HD13 */
	ck_assert(!kind_is_system_path("proc"));
}
END_TEST

enum { BIND = OCI_MOUNT_BIND };

#define D "/srv/data"
#define E "/k/kubernetes.io~empty-dir/v"

static const struct {
	const char *name, *source; /* NULL: none */
	unsigned type;
	const char *fstype;
	bool mount_root, direct;
	int error;
	const char *destination;
	unsigned flags;
	const char *mount_type;
	enum kind kind;
} volumes[] = {
	/* the kernel's facts */
	{ "SM01 path", "/sys/fs", S_IFDIR, "ext4", 0, 0, 0, "/d", BIND, "bind", KIND_SYSTEM },
	{ "SM19 link to /proc", "/t/evil/proc", S_IFDIR, "proc", 1, 0, 0, "/d", BIND, "bind",
	  KIND_SYSTEM },
	{ "SM20 bind of /proc", "/t/p", S_IFDIR, "proc", 1, 0, 0, "/d", BIND, NULL, KIND_SYSTEM },
	{ "SM20 a file of /sys", "/t/f", S_IFREG, "sysfs", 1, 0, 0, "/d", BIND, NULL, KIND_SYSTEM },
	{ "SM20 cgroup2", "/t/c", S_IFDIR, "cgroup2", 0, 0, 0, "/d", BIND, NULL, KIND_SYSTEM },
	{ "HD01 /dev", "/dev", S_IFDIR, "devtmpfs", 1, 0, 0, "/d", BIND, NULL, KIND_HOST_DEVICE },
	{ "HD04 /dev/shm", "/dev/shm", S_IFDIR, "tmpfs", 1, 0, 0, "/d", BIND, NULL,
	  KIND_HOST_DEVICE },
	{ "HD05 regular file in /dev", "/dev/foobar", S_IFREG, "devtmpfs", 0, 0, 0, "/d",
	  OCI_MOUNT_BIND, NULL, KIND_BIND },
	{ "HD14 link to /dev/null", "/t/l", S_IFCHR, "devtmpfs", 0, 0, 0, "/d", BIND, NULL,
	  KIND_HOST_DEVICE },
	{ "HD16 bind of /dev/null", "/t/file", S_IFCHR, "tmpfs", 1, 0, 0, "/d", BIND, NULL,
	  KIND_HOST_DEVICE },
	{ "a block device", "/t/b", S_IFBLK, "ext4", 0, 0, 0, "/d", BIND, NULL, KIND_HOST_DEVICE },
	{ "a directory of devtmpfs elsewhere", "/t/dev", S_IFDIR, "devtmpfs", 1, 0, 0, "/d", BIND,
	  NULL, KIND_HOST_DEVICE },
	{ "devpts elsewhere", "/t/pts", S_IFDIR, "devpts", 1, 0, 0, "/d", BIND, NULL,
	  KIND_HOST_DEVICE },
	{ "HD11 /dev/../etc is clean", "/etc", S_IFDIR, "ext4", 0, 0, 0, "/d", BIND, NULL,
	  KIND_BIND },
	{ "socket", "/run/docker.sock", S_IFSOCK, "tmpfs", 0, 0, 0, "/d", BIND, NULL, KIND_SOCKET },
	{ "fifo", "/t/fifo", S_IFIFO, "ext4", 0, 0, 0, "/d", BIND, NULL, KIND_FIFO },
	{ "socket in /dev", "/dev/log", S_IFSOCK, "devtmpfs", 0, 0, 0, "/d", BIND, NULL,
	  KIND_SOCKET },
	{ "a socket named as a secret", "/k/kubernetes.io~secret/s", S_IFSOCK, "tmpfs", 0, 0, 0,
	  "/d", BIND, NULL, KIND_SOCKET },
	{ "proc named as a secret", "/k/kubernetes.io~secret/s", S_IFDIR, "proc", 0, 0, 0, "/d",
	  BIND, NULL, KIND_SYSTEM },
	/* emptyDir */
	{ "EM01 tmpfs", E, S_IFDIR, "tmpfs", 1, 0, 0, "/d", BIND, NULL, KIND_EMPTY_DIR_MEMORY },
	{ "EM02 no emptyDir", "/var/lib/kubelet/pods/366c3a75/volumes/cache-volume", S_IFDIR,
	  "tmpfs", 1, 0, 0, "/d", BIND, NULL, KIND_BIND },
	{ "EM04 missing", E, 0, NULL, 0, 0, ENOENT, "/d", BIND, NULL, KIND_BIND },
	{ "EM05 hugetlbfs", E, S_IFDIR, "hugetlbfs", 1, 0, 0, "/d", BIND, NULL,
	  KIND_EMPTY_DIR_HUGEPAGES },
	{ "EM07 with a blank", "/k/kubernetes.io~empty-dir/a b", S_IFDIR, "tmpfs", 1, 0, 0, "/d",
	  BIND, NULL, KIND_EMPTY_DIR_MEMORY },
	{ "EM08 within a tmpfs", E, S_IFDIR, "tmpfs", 0, 0, 0, "/d", BIND, NULL,
	  KIND_EMPTY_DIR_DISK },
	{ "within a hugetlbfs", E, S_IFDIR, "hugetlbfs", 0, 0, 0, "/d", BIND, NULL,
	  KIND_EMPTY_DIR_DISK },
	{ "on disk", E, S_IFDIR, "ext4", 0, 0, 0, "/d", BIND, NULL, KIND_EMPTY_DIR_DISK },
	{ "on a disk of its own", E, S_IFDIR, "xfs", 1, 0, 0, "/d", BIND, NULL,
	  KIND_EMPTY_DIR_DISK },
	/* the other kinds */
	{ "secret", P "/kubernetes.io~secret/s", S_IFDIR, "tmpfs", 1, 0, 0, "/d", BIND, NULL,
	  KIND_SECRET },
	{ "docker volume", "/var/lib/docker/volumes/v/_data", S_IFDIR, "ext4", 0, 0, 0, "/d", BIND,
	  NULL, KIND_DOCKER_VOLUME },
	{ "direct", D, S_IFDIR, "ext4", 0, 1, 0, "/d", BIND, NULL, KIND_DIRECT },
	{ "direct before configmap", P "/kubernetes.io~configmap/c", S_IFDIR, "ext4", 0, 1, 0, "/d",
	  BIND, NULL, KIND_DIRECT },
	{ "system before direct", "/proc/x", S_IFDIR, "proc", 0, 1, 0, "/d", BIND, NULL,
	  KIND_SYSTEM },
	{ "shm of the sandbox", "/run/k/sandboxes/p/shm", S_IFDIR, "tmpfs", 1, 0, 0, "/dev/shm",
	  BIND, NULL, KIND_SHM },
	{ "bind", D, S_IFDIR, "ext4", 0, 0, 0, "/d", BIND, NULL, KIND_BIND },
	{ "a file", "/etc/hosts", S_IFREG, "ext4", 0, 0, 0, "/etc/hosts", BIND, NULL, KIND_BIND },
	{ "bind without source", NULL, 0, NULL, 0, 0, ENOENT, "/d", BIND, NULL, KIND_BIND },
	{ "missing", "/t/x", 0, NULL, 0, 0, ENOENT, "/d", BIND, NULL, KIND_BIND },
	{ "missing below /sys", "/sys/x", 0, NULL, 0, 0, ENOENT, "/d", BIND, NULL, KIND_SYSTEM },
	/* not binds */
	{ "tmpfs", "tmpfs", 0, NULL, 0, 0, ENOENT, "/d", 0, "tmpfs", KIND_FILESYSTEM },
	{ "devpts", "devpts", 0, NULL, 0, 0, ENOENT, "/dev/pts", 0, "devpts", KIND_FILESYSTEM },
	{ "proc", "proc", 0, NULL, 0, 0, ENOENT, "/proc", 0, "proc", KIND_SYSTEM },
	{ "sysfs", "sysfs", 0, NULL, 0, 0, ENOENT, "/sys", OCI_MOUNT_READONLY, "sysfs",
	  KIND_SYSTEM },
	{ "cgroup", "cgroup", 0, NULL, 0, 0, ENOENT, "/sys/fs/cgroup", 0, "cgroup", KIND_SYSTEM },
	{ "NM08 no type, no options", D, S_IFDIR, "ext4", 0, 0, 0, "/d", 0, NULL, KIND_FILESYSTEM },
	{ "NM05 ephemeral and bind", D, S_IFDIR, "ext4", 0, 0, 0, "/d", BIND, "ephemeral",
	  KIND_BIND },
	{ "a bind of type proc", D, S_IFDIR, "ext4", 0, 0, 0, "/d", BIND, "proc", KIND_BIND },
};

START_TEST(kinds_over_facts)
{
	char path[64], type[32];
	struct oci_mount mount = { .path = path, .flags = volumes[_i].flags };
	struct direct assigned = { 0 };
	struct mountinfo info = { 0 };
	struct facts facts = { .error = volumes[_i].error,
			       .type = volumes[_i].type,
			       .mount_root = volumes[_i].mount_root,
			       .direct = volumes[_i].direct ? &assigned : NULL };
	cleanup_free char *fstype = NULL;
	enum kind kind;

	(void)strcpy(path, volumes[_i].destination);
	if (volumes[_i].mount_type)
		mount.type = strcpy(type, volumes[_i].mount_type);
	if (volumes[_i].fstype) {
		info.fstype = fstype = strdup(volumes[_i].fstype);
		facts.mount = &info;
	}
	kind = kind_of(&mount, volumes[_i].source, &facts, "", false);
	ck_assert_msg(kind == volumes[_i].kind, "%s: %s", volumes[_i].name, kind_name(kind));
}
END_TEST

START_TEST(facts_pass_on_the_anchor_and_the_engine)
{
	char path[] = "/d", ext4[] = "ext4";
	struct oci_mount mount = { .path = path, .flags = OCI_MOUNT_BIND };
	struct mountinfo info = { .fstype = ext4 };
	struct facts f = { .type = S_IFDIR, .mount = &info };

	ck_assert_int_eq(kind_of(&mount, "/a/kubernetes.io~secret/x", &f, "", false), KIND_SECRET);
	ck_assert_int_eq(kind_of(&mount, "/a/kubernetes.io~secret/x", &f, KUBELET, false),
			 KIND_BIND);
	ck_assert_int_eq(kind_of(&mount, "/a/volumes/v/_data", &f, "", true), KIND_PODMAN_VOLUME);
	ck_assert_int_eq(kind_of(&mount, "/a/volumes/v/_data", &f, "", false), KIND_BIND);
}
END_TEST

static const struct {
	enum kind kind;
	const char *name;
	bool never;
} names[] = {
	{ KIND_SYSTEM, "system", true },
	{ KIND_HOST_DEVICE, "host-device", true },
	{ KIND_SOCKET, "socket", true },
	{ KIND_FIFO, "fifo", true },
	{ KIND_CONFIGMAP, "configmap", false },
	{ KIND_SECRET, "secret", false },
	{ KIND_PROJECTED, "projected", false },
	{ KIND_DOWNWARD_API, "downward-api", false },
	{ KIND_EMPTY_DIR_MEMORY, "empty-dir-memory", false },
	{ KIND_EMPTY_DIR_DISK, "empty-dir-disk", false },
	{ KIND_EMPTY_DIR_HUGEPAGES, "empty-dir-hugepages", false },
	{ KIND_DOCKER_VOLUME, "docker-volume", false },
	{ KIND_PODMAN_VOLUME, "podman-volume", false },
	{ KIND_KUBERNETES_SUBPATH, "kubernetes-subpath", false },
	{ KIND_DIRECT, "direct", true },
	{ KIND_SHM, "shm", false },
	{ KIND_FILESYSTEM, "filesystem", true },
	{ KIND_BIND, "bind", false },
};

START_TEST(names_and_what_is_never_published)
{
	ck_assert_str_eq(kind_name(names[_i].kind), names[_i].name);
	ck_assert_msg(!!kind_never_published(names[_i].kind) == names[_i].never, "%s",
		      names[_i].name);
}
END_TEST

static const struct {
	const char *fstype;
	bool system, may_not_answer;
} filesystems[] = {
	{ "proc", true, false },       { "sysfs", true, false },      { "cgroup", true, false },
	{ "cgroup2", true, false },    { "securityfs", true, false }, { "debugfs", true, false },
	{ "tracefs", true, false },    { "bpf", true, false },	      { "efivarfs", true, false },
	{ "ext4", false, false },      { "tmpfs", false, false },     { "overlay", false, false },
	{ "", false, false },	       { "procfs", false, false },    { "fuse", false, true },
	{ "fuse.sshfs", false, true }, { "fuseblk", false, true },    { "fusectl", true, false },
	{ "nfs", false, true },	       { "nfs4", false, true },	      { "cifs", false, true },
	{ "9p", false, true },	       { "virtiofs", false, true },   { "fusex", false, false },
};

START_TEST(filesystems_by_name)
{
	const char *fstype = filesystems[_i].fstype;

	ck_assert_msg(kind_is_system_fs(fstype) == filesystems[_i].system, "'%s'", fstype);
	ck_assert_msg(kind_may_not_answer(fstype) == filesystems[_i].may_not_answer, "'%s'",
		      fstype);
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ C1_system_path, ARRAY_SIZE(system_paths) },
		{ C2_device_path, ARRAY_SIZE(device_paths) },
		{ C13_named_volumes, ARRAY_SIZE(named_volumes) },
		{ C14_kubernetes_paths, ARRAY_SIZE(kubernetes) },
		{ KV10_a_relative_path_is_no_volume, 0 },
		{ kinds_over_facts, ARRAY_SIZE(volumes) },
		{ facts_pass_on_the_anchor_and_the_engine, 0 },
		{ names_and_what_is_never_published, ARRAY_SIZE(names) },
		{ filesystems_by_name, ARRAY_SIZE(filesystems) },
		{ 0 },
	};

	return check_main("kind", cases);
}
