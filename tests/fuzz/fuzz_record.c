/* A share's record: its header alone, all of it, and its header written again. */
#include <fcntl.h>
#include <string.h>

#include "common/str.h"
#include "share/record.h"
#include "tests/fuzz/fuzz.h"

#define ID "c1"

static const struct json_field volume_fields[] = {
	FUZZ_FIELD(record_volume, "index", JSON_INTEGER, index),
	FUZZ_FIELD(record_volume, "destination", JSON_STRING, destination),
	FUZZ_FIELD(record_volume, "kind", JSON_STRING, kind),
	FUZZ_FIELD(record_volume, "path", JSON_STRING, path),
	FUZZ_FIELD(record_volume, "skipped", JSON_STRING, skipped),
	FUZZ_FIELD(record_volume, "source", JSON_STRING, source),
	FUZZ_FIELD(record_volume, "fstype", JSON_STRING, fstype),
	FUZZ_FIELD(record_volume, "readonly", JSON_BOOLEAN, readonly),
	FUZZ_FIELD(record_volume, "watchable", JSON_BOOLEAN, watchable),
	{ 0 },
};

static const struct json_field subpath_fields[] = {
	FUZZ_FIELD(record_subpath, "index", JSON_INTEGER, index),
	FUZZ_FIELD(record_subpath, "destination", JSON_STRING, destination),
	FUZZ_FIELD(record_subpath, "subpath", JSON_STRING, subpath),
	FUZZ_FIELD(record_subpath, "path", JSON_STRING, path),
	FUZZ_FIELD(record_subpath, "skipped", JSON_STRING, skipped),
	FUZZ_FIELD(record_subpath, "source", JSON_STRING, source),
	FUZZ_FIELD(record_subpath, "readonly", JSON_BOOLEAN, readonly),
	{ 0 },
};

static const struct json_field rootfs_fields[] = {
	FUZZ_FIELD(record_rootfs, "path", JSON_STRING, path, .required = true),
	FUZZ_FIELD(record_rootfs, "readonly", JSON_BOOLEAN, readonly),
	{ 0 },
};

#define HEADER                                                                           \
	FUZZ_FIELD(record, "version", JSON_INTEGER, version),                            \
		FUZZ_FIELD(record, "id", JSON_STRING, id),                               \
		FUZZ_FIELD(record, "sandbox", JSON_STRING, sandbox),                     \
		FUZZ_FIELD(record, "bundle", JSON_STRING, bundle),                       \
		FUZZ_FIELD(record, "nonce", JSON_STRING, nonce),                         \
		FUZZ_FIELD(record, "deviceMajor", JSON_INTEGER, device_major),           \
		FUZZ_FIELD(record, "deviceMinor", JSON_INTEGER, device_minor),           \
		FUZZ_FIELD(record, "mountId", JSON_INTEGER, mount_id),                   \
		FUZZ_FIELD(record, "bootId", JSON_STRING, boot_id),                      \
		FUZZ_FIELD(record, "created", JSON_STRING, created),                     \
		FUZZ_FIELD(record, "access", JSON_STRING, access),                       \
		FUZZ_FIELD(record, "republished", JSON_STRING, republished),             \
		FUZZ_FIELD(record, "pending", JSON_STRING, pending),                     \
		FUZZ_FIELD(record, "pid", JSON_INTEGER, pid),                            \
		FUZZ_FIELD(record, "startTime", JSON_INTEGER, start_time),               \
		FUZZ_FIELD(record, "pidNamespace", JSON_INTEGER, pid_ns),                \
		FUZZ_FIELD(record, "mountNamespace", JSON_INTEGER, mnt_ns),              \
		FUZZ_FIELD(record, "volumesPublished", JSON_INTEGER, volumes_published), \
		FUZZ_FIELD(record, "volumesTotal", JSON_INTEGER, volumes_total),         \
		FUZZ_FIELD(record, "verified", JSON_BOOLEAN, verified)

static const struct json_field header[] = { HEADER, { 0 } };

static const struct json_field fields[] = {
	HEADER,
	FUZZ_FIELD(record, "rootfs", JSON_OBJECT, rootfs, .fields = rootfs_fields),
	FUZZ_FIELD(record, "volumes", JSON_OBJECTS, volumes, .fields = volume_fields,
		   .size = sizeof(struct record_volume)),
	FUZZ_FIELD(record, "subpaths", JSON_OBJECTS, subpaths, .fields = subpath_fields,
		   .size = sizeof(struct record_subpath)),
	{ 0 },
};

static const struct sharedir *our_sharedir(void)
{
	static struct sharedir sd = SHAREDIR_INIT;

	if (sd.state < 0)
		sd.state = open(fuzz_directory(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fuzz_assert(sd.state >= 0);
	return &sd;
}

static void check_failed(int result, const struct err *e, const struct record *r)
{
	fuzz_check_error(result, e);
	fuzz_assert(result == -EBADMSG && e->exit_code == EX_TEMPFAIL);
	fuzz_assert(!r->id && !r->sandbox && !r->volumes.items && !r->subpaths.items);
}

static void check_good(const struct record *r)
{
	fuzz_assert(r->version == RECORD_VERSION && str_equal(r->id, ID));
	fuzz_assert(oci_id_is_valid(r->sandbox) && r->nonce && r->bundle);
	fuzz_assert(record_is_of_bundle(r, r->bundle));
}

static void write_file(const struct record *r)
{
	int fd = fuzz_encode(fields, r, false);
	off_t size = lseek(fd, 0, SEEK_END);
	cleanup_free char *text = malloc((size_t)size);

	fuzz_assert(text && pread(fd, text, (size_t)size, 0) == size);
	fuzz_file(ID ".json", text, (size_t)size);
}

/* What was read is written, and read again; with another pending in its header, for some. */
static void check_again(struct record *r, bool rewrite)
{
	cleanup_with(record_free) struct record again = { 0 };
	const struct sharedir *sd = our_sharedir();
	struct err e = { 0 };

	write_file(r);
	if (rewrite) {
		cleanup_free char *text = NULL;
		size_t length;

		fuzz_assert(record_text(sd, ID, &text, &length, &e) == 0);
		free(r->pending);
		r->pending = strdup("ro");
		fuzz_assert(r->pending && record_rewrite(sd, r, text, &e) == 0);
	}
	fuzz_assert(record_read_whole(sd, ID, &again, &e) == 0);
	fuzz_check_same(fields, r, &again);
}

void fuzz_record(const uint8_t *data, size_t size)
{
	cleanup_with(record_free) struct record whole = { 0 }, first = { 0 };
	const struct sharedir *sd = our_sharedir();
	struct err whole_error = { 0 }, first_error = { 0 };
	int whole_result, first_result;

	fuzz_file(ID ".json", data, size);
	first_result = record_read(sd, ID, &first, &first_error);
	whole_result = record_read_whole(sd, ID, &whole, &whole_error);
	if (first_result < 0)
		check_failed(first_result, &first_error, &first);
	else
		check_good(&first);
	if (whole_result < 0) {
		check_failed(whole_result, &whole_error, &whole);
		return;
	}
	check_good(&whole);
	fuzz_assert(fuzz_is_json(data, size));
	if (first_result == 0)
		fuzz_check_same(header, &first, &whole);
	check_again(&whole, size % 16 == 0);
}
