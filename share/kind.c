/* What a volume is. */
#include "share/kind.h"

#include <string.h>

#include "common/str.h"

static const struct {
	const char *name, *never_published;
} kinds[] = {
	[KIND_SYSTEM] = { "system", "system mount" },
	[KIND_HOST_DEVICE] = { "host-device", "host device" },
	[KIND_SOCKET] = { "socket", "socket" },
	[KIND_FIFO] = { "fifo", "fifo" },
	[KIND_CONFIGMAP] = { "configmap", NULL },
	[KIND_SECRET] = { "secret", NULL },
	[KIND_PROJECTED] = { "projected", NULL },
	[KIND_DOWNWARD_API] = { "downward-api", NULL },
	[KIND_EMPTY_DIR_MEMORY] = { "empty-dir-memory", NULL },
	[KIND_EMPTY_DIR_DISK] = { "empty-dir-disk", NULL },
	[KIND_EMPTY_DIR_HUGEPAGES] = { "empty-dir-hugepages", NULL },
	[KIND_DOCKER_VOLUME] = { "docker-volume", NULL },
	[KIND_PODMAN_VOLUME] = { "podman-volume", NULL },
	[KIND_KUBERNETES_SUBPATH] = { "kubernetes-subpath", NULL },
	[KIND_DIRECT] = { "direct", "direct-assigned" },
	[KIND_SHM] = { "shm", NULL },
	[KIND_FILESYSTEM] = { "filesystem", "not a bind" },
	[KIND_BIND] = { "bind", NULL },
};

enum fs_flags { FS_SYSTEM = 1 << 0, FS_DEVICES = 1 << 1, FS_SERVER = 1 << 2 };

static const struct {
	const char *type; /* with '*' at its end: a prefix */
	unsigned flags;
} filesystems[] = {
	{ "proc", FS_SYSTEM },	      { "sysfs", FS_SYSTEM },	   { "cgroup", FS_SYSTEM },
	{ "cgroup2", FS_SYSTEM },     { "securityfs", FS_SYSTEM }, { "debugfs", FS_SYSTEM },
	{ "tracefs", FS_SYSTEM },     { "bpf", FS_SYSTEM },	   { "efivarfs", FS_SYSTEM },
	{ "configfs", FS_SYSTEM },    { "pstore", FS_SYSTEM },	   { "selinuxfs", FS_SYSTEM },
	{ "smackfs", FS_SYSTEM },     { "fusectl", FS_SYSTEM },	   { "nsfs", FS_SYSTEM },
	{ "binfmt_misc", FS_SYSTEM }, { "resctrl", FS_SYSTEM },	   { "rpc_pipefs", FS_SYSTEM },
	{ "nfsd", FS_SYSTEM },	      { "devtmpfs", FS_DEVICES },  { "devpts", FS_DEVICES },
	{ "autofs", FS_SERVER },      { "fuse", FS_SERVER },	   { "fuseblk", FS_SERVER },
	{ "fuse.*", FS_SERVER },      { "virtiofs", FS_SERVER },   { "nfs", FS_SERVER },
	{ "nfs4", FS_SERVER },	      { "cifs", FS_SERVER },	   { "smb3", FS_SERVER },
	{ "9p", FS_SERVER },	      { "ceph", FS_SERVER },	   { "afs", FS_SERVER },
	{ "ocfs2", FS_SERVER },	      { "gfs2", FS_SERVER },	   { "lustre", FS_SERVER },
};

static const struct {
	const char *directory;
	enum kind kind;
} kubernetes_types[] = {
	{ "kubernetes.io~configmap", KIND_CONFIGMAP },
	{ "kubernetes.io~secret", KIND_SECRET },
	{ "kubernetes.io~projected", KIND_PROJECTED },
	{ "kubernetes.io~downward-api", KIND_DOWNWARD_API },
	{ "kubernetes.io~empty-dir", KIND_EMPTY_DIR_DISK },
};

const char *kind_name(enum kind kind)
{
	return kinds[kind].name;
}

const char *kind_never_published(enum kind kind)
{
	return kinds[kind].never_published;
}

static unsigned fs_flags(const char *fstype)
{
	for (size_t i = 0; i < ARRAY_SIZE(filesystems); i++) {
		const char *type = filesystems[i].type;
		size_t prefix;

		if (type[0] != fstype[0])
			continue;
		prefix = strcspn(type, "*");
		if (type[prefix] ? strncmp(type, fstype, prefix) == 0 : str_equal(type, fstype))
			return filesystems[i].flags;
	}
	return 0;
}

bool kind_is_system_fs(const char *fstype)
{
	return fs_flags(fstype) & FS_SYSTEM;
}

bool kind_may_not_answer(const char *fstype)
{
	return fs_flags(fstype) & FS_SERVER;
}

bool kind_is_system_path(const char *path)
{
	return path_is_below(path, "/proc") || path_is_below(path, "/sys");
}

bool kind_is_device_path(const char *path)
{
	return path_is_below(path, "/dev");
}

/* The component that is 'back' places before the last one (0: the last); NULL: there are not so
 * many. */
static const char *component(const char *path, unsigned back, size_t *ret_length)
{
	const char *end = path + strlen(path);

	for (;; back--) {
		const char *start = end;

		while (start > path && start[-1] != '/')
			start--;
		if (start == end)
			return NULL;
		if (back == 0) {
			*ret_length = (size_t)(end - start);
			return start;
		}
		end = start - 1;
	}
}

static bool component_is(const char *path, unsigned back, const char *name)
{
	size_t length = 0;
	const char *found = component(path, back, &length);

	return found && str_is(name, found, length);
}

static bool is_below_pods(const char *path, const char *kubelet_dir)
{
	const char *pods = path + (kubelet_dir[1] ? strlen(kubelet_dir) : 0),
		   *uid = pods + strlen("/pods/");

	if (!path_is_below(path, kubelet_dir) || strncmp(pods, "/pods/", strlen("/pods/")) != 0)
		return false;
	return strspn(uid, "0123456789abcdef-") == 36 && uid[36] == '/';
}

enum kind kind_of_kubernetes_path(const char *path, const char *kubelet_dir)
{
	if (path[0] != '/' || (kubelet_dir[0] && !is_below_pods(path, kubelet_dir)))
		return KIND_BIND;
	for (size_t i = 0; i < ARRAY_SIZE(kubernetes_types); i++)
		if (component_is(path, 1, kubernetes_types[i].directory))
			return kubernetes_types[i].kind;
	return component_is(path, 3, "volume-subpaths") ? KIND_KUBERNETES_SUBPATH : KIND_BIND;
}

enum kind kind_of_named_volume(const char *path, bool podman)
{
	static const char docker[] = "/var/lib/docker/volumes/",
			  storage[] = "/containers/storage/volumes/";
	const char *found;
	size_t length = 0;

	if (!component_is(path, 0, "_data") || !component_is(path, 2, "volumes"))
		return KIND_BIND;
	found = component(path, 2, &length);
	if (strncmp(path, docker, strlen(docker)) == 0 &&
	    (size_t)(found - path) == strlen(docker) - strlen("volumes/"))
		return KIND_DOCKER_VOLUME;
	if (podman ||
	    ((size_t)(found - path) >= strlen(storage) - strlen("volumes/") &&
	     strncmp(found + strlen("volumes/") - strlen(storage), storage, strlen(storage)) == 0))
		return KIND_PODMAN_VOLUME;
	return KIND_BIND;
}

/* What the kernel alone decides; KIND_BIND: nothing. */
static enum kind kind_of_file(const char *source, const struct facts *f)
{
	bool regular = f->type == S_IFREG;

	if (kind_is_system_path(source) || (f->error == 0 && kind_is_system_fs(f->mount->fstype)))
		return KIND_SYSTEM;
	if (f->error != 0)
		return KIND_BIND;
	if (f->type == S_IFCHR || f->type == S_IFBLK)
		return KIND_HOST_DEVICE;
	if (f->type == S_IFSOCK)
		return KIND_SOCKET;
	if (f->type == S_IFIFO)
		return KIND_FIFO;
	if (!regular && (kind_is_device_path(source) || fs_flags(f->mount->fstype) & FS_DEVICES))
		return KIND_HOST_DEVICE;
	return KIND_BIND;
}

static enum kind kind_of_empty_dir(const struct facts *f)
{
	if (f->error != 0)
		return KIND_BIND; /* its medium is unknown */
	if (f->mount_root && str_equal(f->mount->fstype, "tmpfs"))
		return KIND_EMPTY_DIR_MEMORY;
	if (f->mount_root && str_equal(f->mount->fstype, "hugetlbfs"))
		return KIND_EMPTY_DIR_HUGEPAGES;
	return KIND_EMPTY_DIR_DISK;
}

enum kind kind_of(const struct oci_mount *mount, const char *source, const struct facts *facts,
		  const char *kubelet_dir, bool podman)
{
	enum kind kind;

	if (!(mount->flags & OCI_MOUNT_BIND))
		return mount->type && kind_is_system_fs(mount->type) ? KIND_SYSTEM
								     : KIND_FILESYSTEM;
	if (!source)
		return KIND_BIND;
	kind = kind_of_file(source, facts);
	if (kind != KIND_BIND)
		return kind;
	if (facts->direct)
		return KIND_DIRECT;
	kind = kind_of_kubernetes_path(source, kubelet_dir);
	if (kind == KIND_EMPTY_DIR_DISK)
		return kind_of_empty_dir(facts);
	if (kind != KIND_BIND)
		return kind;
	if (str_equal(mount->path, "/dev/shm"))
		return KIND_SHM;
	return kind_of_named_volume(source, podman);
}
