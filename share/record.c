/* The record of a share. */
#include "share/record.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/io.h"
#include "common/str.h"
#include "share/manifest.h"

#define FIELD(s, json_name, json_type, member, need)                                            \
	{                                                                                       \
		.name = (json_name), .type = (json_type), .offset = offsetof(struct s, member), \
		.required = (need)                                                              \
	}

static const struct json_field volume_fields[] = {
	FIELD(record_volume, "index", JSON_INTEGER, index, true),
	FIELD(record_volume, "destination", JSON_STRING, destination, true),
	FIELD(record_volume, "kind", JSON_STRING, kind, true),
	FIELD(record_volume, "path", JSON_STRING, path, false),
	FIELD(record_volume, "skipped", JSON_STRING, skipped, false),
	FIELD(record_volume, "source", JSON_STRING, source, false),
	FIELD(record_volume, "fstype", JSON_STRING, fstype, false),
	FIELD(record_volume, "readonly", JSON_BOOLEAN, readonly, false),
	FIELD(record_volume, "watchable", JSON_BOOLEAN, watchable, false),
	{ 0 },
};

static const struct json_field subpath_fields[] = {
	FIELD(record_subpath, "index", JSON_INTEGER, index, true),
	FIELD(record_subpath, "destination", JSON_STRING, destination, true),
	FIELD(record_subpath, "subpath", JSON_STRING, subpath, true),
	FIELD(record_subpath, "path", JSON_STRING, path, false),
	FIELD(record_subpath, "skipped", JSON_STRING, skipped, false),
	FIELD(record_subpath, "source", JSON_STRING, source, false),
	FIELD(record_subpath, "readonly", JSON_BOOLEAN, readonly, false),
	{ 0 },
};

static const struct json_field rootfs_fields[] = {
	FIELD(record_rootfs, "path", JSON_STRING, path, true),
	FIELD(record_rootfs, "readonly", JSON_BOOLEAN, readonly, true),
	{ 0 },
};

static const struct json_field fields[] = {
	FIELD(record, "version", JSON_INTEGER, version, true),
	FIELD(record, "id", JSON_STRING, id, true),
	FIELD(record, "sandbox", JSON_STRING, sandbox, true),
	FIELD(record, "bundle", JSON_STRING, bundle, true),
	FIELD(record, "nonce", JSON_STRING, nonce, true),
	FIELD(record, "deviceMajor", JSON_INTEGER, device_major, true),
	FIELD(record, "deviceMinor", JSON_INTEGER, device_minor, true),
	FIELD(record, "mountId", JSON_INTEGER, mount_id, true),
	FIELD(record, "bootId", JSON_STRING, boot_id, true),
	FIELD(record, "created", JSON_STRING, created, true),
	FIELD(record, "access", JSON_STRING, access, true),
	FIELD(record, "republished", JSON_STRING, republished, true),
	FIELD(record, "pending", JSON_STRING, pending, true),
	FIELD(record, "pid", JSON_INTEGER, pid, true),
	FIELD(record, "startTime", JSON_INTEGER, start_time, true),
	FIELD(record, "pidNamespace", JSON_INTEGER, pid_ns, true),
	FIELD(record, "mountNamespace", JSON_INTEGER, mnt_ns, true),
	FIELD(record, "volumesPublished", JSON_INTEGER, volumes_published, true),
	FIELD(record, "volumesTotal", JSON_INTEGER, volumes_total, true),
	FIELD(record, "verified", JSON_BOOLEAN, verified, true),
	{ .name = "rootfs",
	  .type = JSON_OBJECT,
	  .offset = offsetof(struct record, rootfs),
	  .fields = rootfs_fields },
	{ .name = "volumes",
	  .type = JSON_OBJECTS,
	  .offset = offsetof(struct record, volumes),
	  .fields = volume_fields,
	  .size = sizeof(struct record_volume),
	  .limit = OCI_MOUNTS_MAX },
	{ .name = "subpaths",
	  .type = JSON_OBJECTS,
	  .offset = offsetof(struct record, subpaths),
	  .fields = subpath_fields,
	  .size = sizeof(struct record_subpath),
	  .limit = SUBPATH_REQUESTS_MAX },
	{ 0 },
};

enum { NAME_SIZE = OCI_ID_MAX + 16 };

/* What comes after the header. */
#define RECORD_REST "\"verified\":"

static void file_name(char ret[NAME_SIZE], const char *prefix, const char *id, const char *suffix)
{
	(void)snprintf(ret, NAME_SIZE, "%s%s%s", prefix, id,
		       suffix); /* ids are at most OCI_ID_MAX */
}

void record_free(struct record *r)
{
	json_free(fields, r);
}

/* What cannot be relied on, whatever the cause, is one case for the callers. */
static int bad(const char *name, struct err *e)
{
	if (err_is_transient(e->error) || e->error == EIO)
		return err_wrap(e, "record '%s'", name);
	e->error = EBADMSG;
	e->exit_code = EX_TEMPFAIL;
	return err_wrap(e, "record '%s'", name);
}

static int open_record(const struct sharedir *sd, const char *name, struct err *e)
{
	struct stat st;
	cleanup_fd int fd = at_open_regular(sd->state, name, &st, e);

	if (fd == -ENOENT)
		return fd;
	if (fd < 0 || at_check_owner(&st, name, e) < 0)
		return bad(name, e);
	return take_fd(&fd);
}

static int read_until(const struct sharedir *sd, const char *id, const char *until,
		      struct record *ret, struct err *e)
{
	struct json_source source = { .max = RECORD_MAX, .until = until };
	cleanup_with(record_free) struct record r = { 0 };
	cleanup_fd int fd = -EBADF;
	char name[NAME_SIZE];

	file_name(name, "", id, ".json");
	fd = open_record(sd, name, e);
	if (fd < 0)
		return fd;
	source.fd = fd;
	if (json_decode(&source, fields, &r, e) < 0)
		return bad(name, e);
	if (r.version != RECORD_VERSION) {
		(void)err_set(e, EX_TEMPFAIL, EBADMSG, "version %jd is not known",
			      (intmax_t)r.version);
		return bad(name, e);
	}
	if (!str_equal(r.id, id) || !oci_id_is_valid(r.sandbox)) {
		(void)err_set(e, EX_TEMPFAIL, EBADMSG, "it is of '%s' in '%s'", r.id, r.sandbox);
		return bad(name, e);
	}
	*ret = r;
	r = (struct record){ 0 };
	return 0;
}

int record_read(const struct sharedir *sd, const char *id, struct record *ret, struct err *e)
{
	return read_until(sd, id, "rootfs", ret, e);
}

int record_read_whole(const struct sharedir *sd, const char *id, struct record *ret, struct err *e)
{
	return read_until(sd, id, NULL, ret, e);
}

int record_text(const struct sharedir *sd, const char *id, char **ret, size_t *ret_length,
		struct err *e)
{
	cleanup_fd int fd = -EBADF;
	char name[NAME_SIZE];

	file_name(name, "", id, ".json");
	fd = open_record(sd, name, e);
	return fd < 0 ? fd : io_read_all(fd, RECORD_MAX, ret, ret_length, e);
}

/* The header, without the end of the object. */
static void put_header(struct json_out *out, const struct record *r)
{
	json_open(out, NULL);
	for (const struct json_field *f = fields; f->name; f++) {
		const char *p = (const char *)r + f->offset;

		if (f->type == JSON_STRING)
			json_string(out, f->name, *(char *const *)p);
		else if (f->type == JSON_INTEGER)
			json_integer(out, f->name, *(const int64_t *)p);
	}
}

static int put_record(struct json_out *out, const struct record *r, struct facts_context *c,
		      const struct plan *plan, struct err *e)
{
	cleanup_fd int sys = at_open(AT_FDCWD, "/sys", O_PATH | O_DIRECTORY | O_NOFOLLOW, 0, e);

	if (sys < 0)
		return sys;
	put_header(out, r);
	if (manifest_put(out, c, sys, plan, MANIFEST_HOST, e) < 0)
		return -e->error;
	json_close(out);
	return 0;
}

static int remove_file(const struct sharedir *sd, const char *name, struct err *e)
{
	if (unlinkat(sd->state, name, 0) < 0 && errno != ENOENT)
		return err_sys(e, errno, "remove '%s'", name);
	return 0;
}

static int write_text(const struct sharedir *sd, const char *id, const char *text, size_t length,
		      struct err *e)
{
	char name[NAME_SIZE], temporary[NAME_SIZE];

	if (length > RECORD_MAX)
		return err_set(e, EX_DATAERR, EFBIG, "record: larger than %d bytes", RECORD_MAX);
	file_name(name, "", id, ".json");
	file_name(temporary, ".", id, ".new");
	if (remove_file(sd, temporary, e) < 0 ||
	    io_write_new(sd->state, temporary, 0600, text, length, e) < 0)
		return err_wrap(e, "record");
	if (renameat(sd->state, temporary, sd->state, name) < 0)
		return err_sys(e, errno, "rename '%s'", name);
	return 0;
}

int record_write(const struct sharedir *sd, const struct record *r, struct facts_context *c,
		 const struct plan *plan, struct err *e)
{
	cleanup_with(json_out_free) struct json_out *out = json_out_new(false);
	const char *text;
	size_t length;

	if (!out)
		return err_nomem(e);
	if (put_record(out, r, c, plan, e) < 0 || json_out_take(out, &text, &length, e) < 0)
		return err_wrap(e, "record");
	return write_text(sd, r->id, text, length, e);
}

int record_rewrite(const struct sharedir *sd, const struct record *r, const char *text,
		   struct err *e)
{
	cleanup_with(json_out_free) struct json_out *out = json_out_new(false);
	/* in a string the quotes would be escaped */
	const char *rest = strstr(text, RECORD_REST), *header;
	cleanup_free char *whole = NULL;
	size_t length;

	if (!out)
		return err_nomem(e);
	if (!rest)
		return err_set(e, EX_SOFTWARE, EINVAL, "record '%s': no '%s' in it", r->id,
			       RECORD_REST);
	put_header(out, r);
	json_close(out);
	if (json_out_take(out, &header, &length, e) < 0)
		return err_wrap(e, "record");
	whole = str_format("%.*s,%s", (int)length - 1, header, rest);
	return whole ? write_text(sd, r->id, whole, strlen(whole), e) : err_nomem(e);
}

static int open_bundle(const char *path, struct at_id *ret)
{
	cleanup_fd int fd = at_try(AT_FDCWD, path, O_PATH | O_DIRECTORY, RESOLVE_NO_MAGICLINKS);
	struct err ignored = { 0 };
	struct statx sx;

	if (fd < 0 || at_statx(fd, &sx, &ignored) < 0)
		return -ENOENT;
	*ret = at_id(&sx);
	return 0;
}

bool record_is_of_bundle(const struct record *r, const char *bundle)
{
	struct at_id recorded, given;

	if (str_equal(r->bundle, bundle) || !r->bundle[1] || !bundle[1])
		return true;
	if (open_bundle(r->bundle, &recorded) < 0)
		return true;
	return open_bundle(bundle, &given) == 0 && at_id_equal(recorded, given);
}

int record_remove(const struct sharedir *sd, const char *id, struct err *e)
{
	static const struct {
		const char *prefix, *suffix;
	} files[] = { { ".", ".new" }, { ".", ".gone" }, { "", ".json" } };
	struct err first = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct err next = { 0 };
		char name[NAME_SIZE];

		file_name(name, files[i].prefix, id, files[i].suffix);
		if (remove_file(sd, name, &next) < 0)
			err_keep_first(&first, &next);
	}
	if (first.exit_code)
		*e = first;
	return first.exit_code ? -e->error : 0;
}

/* -ENOENT, without a message: there is none; what is there instead is removed. */
static int read_mark(const struct sharedir *sd, const char *name, char *text, size_t size,
		     struct err *e)
{
	struct stat st;
	cleanup_fd int fd = at_open_regular(sd->state, name, &st, e);
	int n;

	if (fd < 0 && (fd == -ENOENT || e->exit_code == EX_NOPERM)) {
		*e = (struct err){ 0 };
		return remove_file(sd, name, e) < 0 ? -e->error : -ENOENT;
	}
	if (fd < 0)
		return fd;
	n = io_read_some(fd, text, size - 1, 0);
	if (n < 0)
		return err_sys(e, -n, "read '%s'", name);
	text[n] = '\0';
	return n;
}

int record_mark_gone(const struct sharedir *sd, const char *id, uint64_t *ret_seconds,
		     struct err *e)
{
	struct timespec now = { 0 };
	char name[NAME_SIZE], text[32];
	long long since;
	int n;

	(void)clock_gettime(CLOCK_BOOTTIME, &now); /* cannot fail with this clock */
	file_name(name, ".", id, ".gone");
	n = read_mark(sd, name, text, sizeof(text), e);
	if (e->exit_code)
		return n;
	if (n < 0) {
		n = snprintf(text, sizeof(text), "%lld\n", (long long)now.tv_sec);
		if (io_write_new(sd->state, name, 0600, text, (size_t)n, e) < 0)
			return -e->error;
	}
	since = strtoll(text, NULL, 10);
	*ret_seconds = since > 0 && since <= now.tv_sec ? (uint64_t)(now.tv_sec - since) : 0;
	return 0;
}
