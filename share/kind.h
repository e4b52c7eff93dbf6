/* What a volume is: the kinds, their rules, and what follows from them. Pure: facts in, kind out.
 *
 * Path rules are those of Kata's mount.go and kubelet's directory layout; what the kernel says of
 * the file and its filesystem decides where a path can lie. */
#pragma once

#include "share/facts.h"

enum kind {
	KIND_SYSTEM,
	KIND_HOST_DEVICE,
	KIND_SOCKET,
	KIND_FIFO,
	KIND_CONFIGMAP,
	KIND_SECRET,
	KIND_PROJECTED,
	KIND_DOWNWARD_API,
	KIND_EMPTY_DIR_MEMORY,
	KIND_EMPTY_DIR_DISK,
	KIND_EMPTY_DIR_HUGEPAGES,
	KIND_DOCKER_VOLUME,
	KIND_PODMAN_VOLUME,
	KIND_KUBERNETES_SUBPATH,
	KIND_DIRECT,
	KIND_SHM,
	KIND_FILESYSTEM,
	KIND_BIND,
};

/* As it stands in share.json. */
const char *kind_name(enum kind kind);

/* Why volumes of that kind are never published, or NULL. */
const char *kind_never_published(enum kind kind);

/* Classify a mount. 'source' is its source as a clean absolute path (NULL: it has none), 'facts'
 * may hold an error, 'kubelet_dir' is "" where Kubernetes volumes may lie anywhere, 'podman': the
 * engine is podman. */
enum kind kind_of(const struct oci_mount *mount, const char *source, const struct facts *facts,
		  const char *kubelet_dir, bool podman);

/* The rules by path alone; clean paths. */
bool kind_is_system_path(const char *path);
bool kind_is_device_path(const char *path);

/* KIND_CONFIGMAP, KIND_SECRET, KIND_PROJECTED, KIND_DOWNWARD_API or KIND_EMPTY_DIR_DISK (any
 * emptyDir) for
 * .../kubernetes.io~<type>/<name>; KIND_KUBERNETES_SUBPATH for
 * .../volume-subpaths/<volume>/<container>/<index>; else KIND_BIND. With a kubelet_dir only below
 * its pods/<uid of 36>/. */
enum kind kind_of_kubernetes_path(const char *path, const char *kubelet_dir);

/* KIND_DOCKER_VOLUME or KIND_PODMAN_VOLUME for .../volumes/<name>/_data, else KIND_BIND. */
enum kind kind_of_named_volume(const char *path, bool podman);

/* Filesystems by name. */
bool kind_is_system_fs(const char *fstype);
bool kind_may_not_answer(const char *fstype); /* FUSE, NFS and other servers */
