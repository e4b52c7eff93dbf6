/* A bundle's config.json. */
#include <string.h>
#include <sys/mount.h>

#include "common/str.h"
#include "oci-spec/config.h"
#include "tests/fuzz/fuzz.h"

/* Without the id mappings, of which nothing is read. */
static const struct json_field mount_fields[] = {
	FUZZ_FIELD(oci_mount, "destination", JSON_STRING, destination),
	FUZZ_FIELD(oci_mount, "type", JSON_STRING, type),
	FUZZ_FIELD(oci_mount, "source", JSON_STRING, source),
	FUZZ_FIELD(oci_mount, "options", JSON_STRINGS, options),
	{ 0 },
};

/* Their offsets are those in the whole. */
static const struct json_field root_fields[] = {
	FUZZ_FIELD(oci_config, "path", JSON_STRING, root.path),
	FUZZ_FIELD(oci_config, "readonly", JSON_BOOLEAN, root.readonly),
	{ 0 },
};

static const struct json_field linux_fields[] = {
	FUZZ_FIELD(oci_config, "rootfsPropagation", JSON_STRING, os.rootfs_propagation),
	{ 0 },
};

static const struct json_field fields[] = {
	FUZZ_FIELD(oci_config, "ociVersion", JSON_STRING, version),
	{ .name = "root", .type = JSON_OBJECT, .fields = root_fields },
	FUZZ_FIELD(oci_config, "mounts", JSON_OBJECTS, mounts, .fields = mount_fields,
		   .size = sizeof(struct oci_mount)),
	{ .name = "linux", .type = JSON_OBJECT, .fields = linux_fields },
	{ 0 },
};

static void check_propagation(uint64_t propagation)
{
	fuzz_assert(propagation == 0 || propagation == MS_PRIVATE || propagation == MS_SHARED ||
		    propagation == MS_SLAVE || propagation == MS_UNBINDABLE);
}

static void check_mount(const struct oci_mount *m)
{
	cleanup_free char *clean = path_clean(m->path);
	bool bind = m->type && str_equal(m->type, "bind"), recursive = false;

	fuzz_assert(m->destination[0] && m->path[0] == '/' && clean && str_equal(clean, m->path));
	for (size_t i = 0; i < m->options.n; i++) {
		const char *option = m->options.items[i];
		struct err ignored = { 0 };
		uint64_t propagation;

		recursive |= str_equal(option, "rbind");
		bind |= str_equal(option, "bind") || str_equal(option, "rbind");
		if (oci_propagation(option, &propagation, &ignored) == 0)
			fuzz_assert(m->propagation != 0 && oci_option_is_standard(option));
		/* a value may name a path of the host */
		fuzz_assert(!oci_option_is_standard(option) || !strpbrk(option, "=/"));
	}
	fuzz_assert(!(m->flags & OCI_MOUNT_BIND) == !bind);
	fuzz_assert(!(m->flags & OCI_MOUNT_RECURSIVE) == !recursive);
	check_propagation(m->propagation);
}

static void check_same(const struct oci_config *a, const struct oci_config *b)
{
	fuzz_check_same(fields, a, b);
	fuzz_assert(a->rootfs_propagation == b->rootfs_propagation);
	for (size_t i = 0; i < a->mounts.n; i++) {
		const struct oci_mount *left = oci_mount(a, i), *right = oci_mount(b, i);

		fuzz_assert(left->flags == right->flags);
		fuzz_assert(left->propagation == right->propagation);
		fuzz_check_same_text(left->path, right->path);
	}
}

void fuzz_config(const uint8_t *data, size_t size)
{
	cleanup_with(oci_config_free) struct oci_config config = { 0 }, again = { 0 };
	struct err e = { 0 };
	int result = oci_config_read(fuzz_fd(data, size), &config, &e);

	if (result < 0) {
		fuzz_check_error(result, &e);
		fuzz_assert(e.exit_code == EX_DATAERR && !config.version && !config.mounts.items);
		return;
	}
	fuzz_assert(fuzz_is_json(data, size));
	fuzz_assert(strncmp(config.version, "1.", 2) == 0 && config.root.path[0]);
	fuzz_assert(config.mounts.n <= OCI_MOUNTS_MAX);
	check_propagation(config.rootfs_propagation);
	for (size_t i = 0; i < config.mounts.n; i++)
		check_mount(oci_mount(&config, i));
	fuzz_assert(oci_config_read(fuzz_encode(fields, &config, true), &again, &e) == 0);
	check_same(&config, &again);
}
