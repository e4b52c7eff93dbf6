/* What we read of a bundle's config.json. */
#include "oci-spec/config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>

#include "common/at.h"
#include "common/str.h"

struct id_mapping {
	int64_t container_id, host_id, size;
};

#define FIELD(s, json_name, json_type, member, ...)                                             \
	{                                                                                       \
		.name = (json_name), .type = (json_type), .offset = offsetof(struct s, member), \
		__VA_ARGS__                                                                     \
	}

static const struct json_field id_mapping_fields[] = {
	FIELD(id_mapping, "containerID", JSON_INTEGER, container_id, .required = true),
	FIELD(id_mapping, "hostID", JSON_INTEGER, host_id, .required = true),
	FIELD(id_mapping, "size", JSON_INTEGER, size, .required = true),
	{ 0 },
};

static const struct json_field mount_fields[] = {
	FIELD(oci_mount, "destination", JSON_STRING, destination, .required = true),
	FIELD(oci_mount, "type", JSON_STRING, type),
	FIELD(oci_mount, "source", JSON_STRING, source),
	FIELD(oci_mount, "options", JSON_STRINGS, options),
	FIELD(oci_mount, "uidMappings", JSON_OBJECTS, uid_mappings, .fields = id_mapping_fields,
	      .size = sizeof(struct id_mapping)),
	FIELD(oci_mount, "gidMappings", JSON_OBJECTS, gid_mappings, .fields = id_mapping_fields,
	      .size = sizeof(struct id_mapping)),
	{ 0 },
};

static const struct json_field root_fields[] = {
	{ .name = "path", .type = JSON_STRING, .offset = 0, .required = true },
	{ .name = "readonly", .type = JSON_BOOLEAN, .offset = sizeof(char *) },
	{ 0 },
};

static const struct json_field linux_fields[] = {
	{ .name = "rootfsPropagation", .type = JSON_STRING, .offset = 0 },
	{ 0 },
};

static const struct json_field fields[] = {
	FIELD(oci_config, "ociVersion", JSON_STRING, version, .required = true),
	FIELD(oci_config, "root", JSON_OBJECT, root, .required = true, .fields = root_fields),
	FIELD(oci_config, "mounts", JSON_OBJECTS, mounts, .fields = mount_fields,
	      .size = sizeof(struct oci_mount), .limit = OCI_MOUNTS_MAX),
	FIELD(oci_config, "linux", JSON_OBJECT, os, .fields = linux_fields),
	{ 0 },
};

static const struct {
	const char *name;
	uint64_t propagation;
} propagations[] = {
	{ "private", MS_PRIVATE },	 { "shared", MS_SHARED },    { "slave", MS_SLAVE },
	{ "unbindable", MS_UNBINDABLE }, { "ubind", MS_UNBINDABLE },
};

/* config.md, "Linux mount options": those that say something to us, */
static const struct {
	const char *name;
	unsigned set, clear;
} options[] = {
	{ "bind", OCI_MOUNT_BIND, 0 },
	{ "rbind", OCI_MOUNT_BIND | OCI_MOUNT_RECURSIVE, 0 },
	{ "ro", OCI_MOUNT_READONLY, 0 },
	{ "rw", 0, OCI_MOUNT_READONLY },
	{ "rro", OCI_MOUNT_READONLY_RECURSIVE, 0 },
	{ "rrw", 0, OCI_MOUNT_READONLY_RECURSIVE },
	{ "defaults", 0, OCI_MOUNT_READONLY },
};

/* and the others. */
static const char other_options[] = "async atime dev diratime dirsync exec idmap iversion lazytime "
				    "loud mand noatime nodev nodiratime noexec "
				    "noiversion nolazytime nomand norelatime nostrictatime nosuid "
				    "nosymfollow ratime rdev rdiratime relatime "
				    "remount rexec ridmap rnoatime rnodev rnodiratime rnoexec "
				    "rnorelatime rnostrictatime rnosuid "
				    "rnosymfollow rrelatime rstrictatime rsuid rsymfollow silent "
				    "strictatime suid symfollow sync tmpcopyup";

/* 0: it is none */
static uint64_t find_propagation(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(propagations); i++)
		if (str_equal(propagations[i].name, name) ||
		    (name[0] == 'r' && str_equal(propagations[i].name, name + 1)))
			return propagations[i].propagation;
	return 0;
}

int oci_propagation(const char *name, uint64_t *ret, struct err *e)
{
	uint64_t found = find_propagation(name);

	if (!found)
		return err_set(e, EX_DATAERR, EINVAL, "wrong propagation type '%s'", name);
	*ret = found;
	return 0;
}

bool oci_option_is_standard(const char *option)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (str_equal(options[i].name, option))
			return true;
	return find_propagation(option) != 0 || str_in_words(other_options, option);
}

void oci_config_free(struct oci_config *config)
{
	for (size_t i = 0; i < config->mounts.n; i++)
		free(((struct oci_mount *)config->mounts.items)[i].path);
	json_free(fields, config);
}

static void read_options(struct oci_mount *m)
{
	for (size_t i = 0; i < m->options.n; i++) {
		uint64_t propagation = find_propagation(m->options.items[i]);

		if (propagation)
			m->propagation = propagation;
		for (size_t j = 0; j < ARRAY_SIZE(options); j++)
			if (str_equal(options[j].name, m->options.items[i]))
				m->flags = (m->flags & ~options[j].clear) | options[j].set;
	}
	if (m->type && str_equal(m->type, "bind"))
		m->flags |= OCI_MOUNT_BIND;
}

static int check_mappings(const struct json_objects *mappings, struct err *e)
{
	const struct id_mapping *items = mappings->items;

	for (size_t i = 0; i < mappings->n; i++) {
		const struct id_mapping *m = &items[i];

		if (m->size == 0 || m->container_id + m->size > (int64_t)1 << 32 ||
		    m->host_id + m->size > (int64_t)1 << 32)
			return err_set(e, EX_DATAERR, EINVAL, "id mapping %zu is out of range", i);
	}
	return 0;
}

static int derive_mount(struct oci_mount *m, struct err *e)
{
	if (m->destination[0] == '\0')
		return err_set(e, EX_DATAERR, EINVAL, "destination is empty");
	if ((m->uid_mappings.n > 0) != (m->gid_mappings.n > 0))
		return err_set(e, EX_DATAERR, EINVAL,
			       "uidMappings and gidMappings: one without the other");
	if (check_mappings(&m->uid_mappings, e) < 0 || check_mappings(&m->gid_mappings, e) < 0)
		return -e->error;
	read_options(m);
	m->path = path_clean(m->destination);
	return m->path ? 0 : err_nomem(e);
}

static int derive(struct oci_config *c, struct err *e)
{
	if (strncmp(c->version, "1.", 2) != 0)
		return err_set(e, EX_DATAERR, EINVAL, "ociVersion '%s' is not 1.x", c->version);
	if (c->root.path[0] == '\0')
		return err_set(e, EX_DATAERR, EINVAL, "root.path is empty");
	if (c->os.rootfs_propagation && c->os.rootfs_propagation[0] &&
	    oci_propagation(c->os.rootfs_propagation, &c->rootfs_propagation, e) < 0)
		return err_wrap(e, "linux.rootfsPropagation");
	for (size_t i = 0; i < c->mounts.n; i++) {
		struct oci_mount *m = (struct oci_mount *)c->mounts.items + i;

		if (derive_mount(m, e) < 0)
			return err_wrap(e, "mounts[%zu] (%s)", i, m->destination);
	}
	return 0;
}

int oci_config_read(int fd, struct oci_config *ret, struct err *e)
{
	struct json_source source = { .fd = fd, .max = OCI_CONFIG_MAX };
	cleanup_with(oci_config_free) struct oci_config config = { 0 };

	if (json_decode(&source, fields, &config, e) < 0 || derive(&config, e) < 0)
		return -e->error;
	*ret = config;
	config = (struct oci_config){ 0 };
	return 0;
}

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* Not written to meanwhile. One that was replaced by a rename has lost its name, which changes
 * ctime, but is whole. */
static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && same_time(a->st_mtim, b->st_mtim) &&
	       (same_time(a->st_ctim, b->st_ctim) || b->st_nlink == 0);
}

int oci_config_load(int bundle, struct oci_config *ret, struct err *e)
{
	struct stat before, after;
	cleanup_fd int fd = at_open_regular(bundle, "config.json", &before, e);
	cleanup_with(oci_config_free) struct oci_config config = { 0 };

	if (fd < 0) {
		if (fd == -ENOENT)
			e->exit_code = EX_NOINPUT;
		return fd;
	}
	if (at_check_owner(&before, "config.json", e) < 0)
		return -e->error;
	if (before.st_size > OCI_CONFIG_MAX)
		return err_set(e, EX_DATAERR, EFBIG, "config.json: larger than %d bytes",
			       OCI_CONFIG_MAX);
	if (oci_config_read(fd, &config, e) < 0)
		return err_wrap(e, "config.json");
	if (fstat(fd, &after) < 0)
		return err_sys(e, errno, "stat 'config.json'");
	if (!same_file(&before, &after))
		return err_set(e, EX_TEMPFAIL, EAGAIN, "config.json: it changed while it was read");
	*ret = config;
	config = (struct oci_config){ 0 };
	return 0;
}
