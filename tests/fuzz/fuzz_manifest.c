/* share.json, as a consumer would read it; and with it what the JSON layer promises to all tables:
 * every type of member occurs in this one. */
#include <string.h>

#include "common/json_text.h"
#include "tests/fuzz/fuzz.h"

struct volume {
	int64_t index, entries;
	char *destination, *path, *kind, *skipped, *fstype;
	struct json_strings options;
	bool readonly, watchable;
	struct {
		char *fstype;
		struct json_map metadata;
	} direct;
};

struct subpath {
	int64_t index;
	char *destination, *subpath, *path;
};

struct manifest {
	int64_t version;
	char *id, *sandbox, *created;
	bool verified;
	struct {
		char *path;
		bool readonly;
	} rootfs;
	struct json_objects volumes, subpaths;
};

static const struct json_field direct_fields[] = {
	FUZZ_FIELD(volume, "fstype", JSON_STRING, direct.fstype),
	FUZZ_FIELD(volume, "metadata", JSON_MAP, direct.metadata, .limit = 8),
	{ 0 },
};

static const struct json_field volume_fields[] = {
	FUZZ_FIELD(volume, "index", JSON_INTEGER, index, .required = true),
	FUZZ_FIELD(volume, "destination", JSON_STRING, destination, .required = true),
	FUZZ_FIELD(volume, "path", JSON_STRING, path),
	FUZZ_FIELD(volume, "kind", JSON_STRING, kind),
	FUZZ_FIELD(volume, "skipped", JSON_STRING, skipped),
	FUZZ_FIELD(volume, "fstype", JSON_STRING, fstype),
	FUZZ_FIELD(volume, "options", JSON_STRINGS, options, .limit = 8),
	FUZZ_FIELD(volume, "readonly", JSON_BOOLEAN, readonly),
	FUZZ_FIELD(volume, "watchable", JSON_BOOLEAN, watchable),
	FUZZ_FIELD(volume, "entries", JSON_INTEGER, entries),
	{ .name = "direct", .type = JSON_OBJECT, .fields = direct_fields },
	{ 0 },
};

static const struct json_field subpath_fields[] = {
	FUZZ_FIELD(subpath, "index", JSON_INTEGER, index, .required = true),
	FUZZ_FIELD(subpath, "destination", JSON_STRING, destination, .required = true),
	FUZZ_FIELD(subpath, "subpath", JSON_STRING, subpath, .required = true),
	FUZZ_FIELD(subpath, "path", JSON_STRING, path),
	{ 0 },
};

static const struct json_field rootfs_fields[] = {
	FUZZ_FIELD(manifest, "path", JSON_STRING, rootfs.path, .required = true),
	FUZZ_FIELD(manifest, "readonly", JSON_BOOLEAN, rootfs.readonly),
	{ 0 },
};

static const struct json_field fields[] = {
	FUZZ_FIELD(manifest, "version", JSON_INTEGER, version, .required = true),
	FUZZ_FIELD(manifest, "id", JSON_STRING, id, .required = true),
	FUZZ_FIELD(manifest, "sandbox", JSON_STRING, sandbox),
	FUZZ_FIELD(manifest, "created", JSON_STRING, created),
	FUZZ_FIELD(manifest, "verified", JSON_BOOLEAN, verified),
	{ .name = "rootfs", .type = JSON_OBJECT, .fields = rootfs_fields },
	FUZZ_FIELD(manifest, "volumes", JSON_OBJECTS, volumes, .fields = volume_fields,
		   .size = sizeof(struct volume), .limit = 16),
	FUZZ_FIELD(manifest, "subpaths", JSON_OBJECTS, subpaths, .fields = subpath_fields,
		   .size = sizeof(struct subpath), .limit = 4),
	{ 0 },
};

enum { MAX = 1 << 20 };

static void free_manifest(struct manifest *m)
{
	json_free(fields, m);
}

static int decode(int fd, const char *until, struct manifest *ret, struct err *e)
{
	return json_decode(&(struct json_source){ .fd = fd, .max = MAX, .until = until }, fields,
			   ret, e);
}

static void check_empty(const struct manifest *m)
{
	fuzz_assert(!m->id && !m->sandbox && !m->created && !m->rootfs.path && !m->volumes.items &&
		    m->volumes.n == 0 && !m->subpaths.items && m->subpaths.n == 0);
}

static void check_limits(const struct manifest *m)
{
	const struct volume *volumes = m->volumes.items;

	fuzz_assert(m->volumes.n <= 16 && m->subpaths.n <= 4);
	for (size_t i = 0; i < m->volumes.n; i++)
		fuzz_assert(volumes[i].options.n <= 8 && volumes[i].direct.metadata.n <= 8 &&
			    volumes[i].destination);
}

/* The verdict does not depend on where a read ended. */
static bool check_text(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *whole, *parts = NULL;
	struct json_text t = { 0 };
	size_t step = size > 0 ? data[size - 1] % 7 + 1u : 1;

	whole = json_text_check(&t, text, size);
	t = (struct json_text){ 0 };
	for (size_t at = 0; at < size && !parts; at += step)
		parts = json_text_check(&t, text + at, size - at < step ? size - at : step);
	fuzz_assert(!whole == !parts);
	fuzz_assert(!whole || strcmp(whole, parts) == 0);
	return !whole;
}

/* Only the beginning: it is the same as in the whole. */
static void check_header(const uint8_t *data, size_t size, const struct manifest *whole)
{
	cleanup_with(free_manifest) struct manifest m = { 0 };
	struct err e = { 0 };
	int result = decode(fuzz_fd(data, size), "rootfs", &m, &e);

	if (result < 0) {
		fuzz_check_error(result, &e);
		check_empty(&m);
	} else if (whole && m.sandbox && m.created) { /* else they may come later */
		fuzz_check_same_text(m.id, whole->id);
		fuzz_check_same_text(m.sandbox, whole->sandbox);
		fuzz_check_same_text(m.created, whole->created);
		fuzz_assert(m.version == whole->version);
	}
}

void fuzz_manifest(const uint8_t *data, size_t size)
{
	cleanup_with(free_manifest) struct manifest m = { 0 }, again = { 0 };
	bool acceptable = check_text(data, size);
	struct err e = { 0 };
	int result = decode(fuzz_fd(data, size), NULL, &m, &e);

	if (result < 0) {
		fuzz_check_error(result, &e);
		fuzz_assert(e.exit_code == EX_DATAERR);
		check_empty(&m);
		check_header(data, size, NULL);
		return;
	}
	fuzz_assert(acceptable && fuzz_is_json(data, size));
	check_limits(&m);
	check_header(data, size, &m);
	fuzz_assert(decode(fuzz_encode(fields, &m, size % 2 > 0), NULL, &again, &e) == 0);
	fuzz_check_same(fields, &m, &again);
}
