/* What we read of a bundle's config.json: the root filesystem and the mounts.
 *
 * OCI runtime-spec, config.md and config-linux.md. A mount is a bind if and only if 'bind' or
 * 'rbind' is among its options; its type does not matter then. As Kata does, type "bind" alone
 * counts too. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/json.h"

enum { OCI_CONFIG_MAX = 64 << 20, OCI_MOUNTS_MAX = 16384 };

/* What the options of a mount say; of opposites the last one counts. */
enum oci_mount_flags {
	OCI_MOUNT_BIND = 1 << 0,
	OCI_MOUNT_RECURSIVE = 1 << 1, /* rbind */
	OCI_MOUNT_READONLY = 1 << 2,
	OCI_MOUNT_READONLY_RECURSIVE = 1 << 3, /* rro */
};

struct oci_mount {
	char *destination; /* as written */
	char *type;	   /* may be NULL */
	char *source;	   /* may be NULL; relative to the bundle */
	struct json_strings options;
	struct json_objects uid_mappings, gid_mappings;
	/* derived */
	char *path;	      /* the destination, absolute and clean */
	unsigned flags;	      /* enum oci_mount_flags */
	uint64_t propagation; /* MS_PRIVATE, MS_SHARED, MS_SLAVE, MS_UNBINDABLE; 0: the options say
				 nothing */
};

struct oci_config {
	char *version;
	struct {
		char *path;
		bool readonly;
	} root;
	struct json_objects
		mounts; /* of struct oci_mount, in the order in which the runtime mounts them */
	struct {
		char *rootfs_propagation;
	} os;			     /* the member 'linux' */
	uint64_t rootfs_propagation; /* derived; 0: none given */
};

static inline const struct oci_mount *oci_mount(const struct oci_config *config, size_t i)
{
	return (const struct oci_mount *)config->mounts.items + i;
}

/* Open and decode config.json below the bundle. It must be a regular file that only root can write
 * (exit 77), and not change while it is read (exit 75). Exit 66: it is missing; 65: it is not
 * acceptable. */
int oci_config_load(int bundle, struct oci_config *ret, struct err *e) must_use;

/* Decode from an open file. */
int oci_config_read(int fd, struct oci_config *ret, struct err *e) must_use;
void oci_config_free(struct oci_config *config);

/* MS_* of a propagation type: shared, private, slave, unbindable, Kata's ubind, each also with 'r'
 * before it. -EINVAL: "wrong propagation type". */
int oci_propagation(const char *name, uint64_t *ret, struct err *e) must_use;

/* Whether a mount option is one of those that the specification names; others are data of the
 * filesystem, and may name paths of the host. */
bool oci_option_is_standard(const char *option);
