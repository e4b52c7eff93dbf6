/* What the fuzz targets share. */
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "common/str.h"

#define FUZZ_ROW(name) { #name, fuzz_##name },
const struct fuzz_target fuzz_targets[] = { FUZZ_TARGETS(FUZZ_ROW){ 0 } };

const struct fuzz_target *fuzz_find(const char *name)
{
	for (const struct fuzz_target *t = fuzz_targets; t->name; t++)
		if (str_equal(t->name, name))
			return t;
	return NULL;
}

void fuzz_fail(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	abort();
}

/* ---- where the input stands ---- */

static void fill(int fd, const void *data, size_t size)
{
	fuzz_assert(pwrite(fd, data, size, 0) == (ssize_t)size);
	fuzz_assert(ftruncate(fd, (off_t)size) == 0);
}

int fuzz_fd(const void *data, size_t size)
{
	static int fd = -EBADF;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	fuzz_assert(fd >= 0);
	fill(fd, data, size);
	fuzz_assert(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

char *fuzz_string(const uint8_t *data, size_t size)
{
	char *text = size > 0 ? strndup((const char *)data, size) : strdup("");

	fuzz_assert(text);
	return text;
}

static char directory[PATH_MAX];
static pid_t owner;

static void remove_directory(void)
{
	cleanup_fd int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (getpid() != owner || fd < 0)
		return;
	for (const char *const *name =
		     (const char *const[]){ "c1.json", ".c1.new", "settings", NULL };
	     *name; name++)
		(void)unlinkat(fd, *name, 0); /* it may not be there */
	(void)rmdir(directory);		      /* what is left is seen */
}

const char *fuzz_directory(void)
{
	const char *base = getenv("TMPDIR");

	if (directory[0])
		return directory;
	(void)snprintf(directory, sizeof(directory), "%.3000s/oci-share-fuzz.XXXXXX",
		       base && base[0] ? base : "/tmp");
	fuzz_assert(mkdtemp(directory));
	owner = getpid();
	fuzz_assert(atexit(remove_directory) == 0);
	return directory;
}

void fuzz_file(const char *name, const void *data, size_t size)
{
	char path[PATH_MAX];
	cleanup_fd int fd = -EBADF;

	(void)snprintf(path, sizeof(path), "%.3500s/%.200s", fuzz_directory(), name);
	fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	fuzz_assert(fd >= 0);
	fill(fd, data, size);
}

/* ---- errors ---- */

void fuzz_check_error(int result, const struct err *e)
{
	char line[2 * sizeof(e->message)];

	fuzz_assert(result < 0 && result == -e->error);
	fuzz_assert(e->exit_code >= EX__BASE && e->exit_code <= EX__MAX);
	fuzz_assert(e->message[0] && memchr(e->message, '\0', sizeof(e->message)));
	for (const char *p = str_escape(line, sizeof(line), e->message); *p; p++)
		fuzz_assert((unsigned char)*p >= 0x20 && *p != 0x7f);
}

/* ---- from structs to JSON ---- */

/* What was decoded is UTF-8, so that writing it changes nothing. */
static void put_text(struct json_out *out, const char *key, const char *text)
{
	size_t left = text ? strlen(text) : 0;

	for (const char *p = text; left > 0;) {
		size_t n = str_utf8_length(p, left);

		fuzz_assert(n > 0);
		p += n;
		left -= n;
	}
	json_string(out, key, text);
}

static bool is_given(const struct json_field *fields, const void *object)
{
	for (const struct json_field *f = fields; f->name; f++)
		if (f->required && f->type == JSON_STRING &&
		    !*(char *const *)((const char *)object + f->offset))
			return false;
	return true;
}

static void put_field(struct json_out *out, const struct json_field *f, const char *p)
{
	const struct json_strings *strings = (const void *)p;
	const struct json_map *map = (const void *)p;
	const struct json_objects *objects = (const void *)p;

	switch (f->type) {
	case JSON_STRING:
		put_text(out, f->name, *(char *const *)p);
		return;
	case JSON_INTEGER:
		json_integer(out, f->name, *(const int64_t *)p);
		return;
	case JSON_BOOLEAN:
		json_boolean(out, f->name, *(const bool *)p);
		return;
	case JSON_STRINGS:
		json_open_array(out, f->name);
		for (size_t i = 0; i < strings->n; i++)
			put_text(out, NULL, strings->items[i]);
		json_close_array(out);
		return;
	case JSON_MAP:
		json_open(out, f->name);
		for (size_t i = 0; i < map->n; i++)
			put_text(out, map->items[i].key, map->items[i].value);
		json_close(out);
		return;
	case JSON_OBJECT:
		if (!is_given(f->fields, p))
			return;
		json_open(out, f->name);
		fuzz_put(out, f->fields, p);
		json_close(out);
		return;
	case JSON_OBJECTS:
		json_open_array(out, f->name);
		for (size_t i = 0; i < objects->n; i++) {
			json_open(out, NULL);
			fuzz_put(out, f->fields, (const char *)objects->items + i * f->size);
			json_close(out);
		}
		json_close_array(out);
		return;
	}
}

void fuzz_put(struct json_out *out, const struct json_field *fields, const void *object)
{
	for (const struct json_field *f = fields; f->name; f++)
		put_field(out, f, (const char *)object + f->offset);
}

int fuzz_take(struct json_out *out)
{
	struct err e = { 0 };
	const char *text;
	size_t length;

	fuzz_assert(json_out_take(out, &text, &length, &e) == 0);
	return fuzz_fd(text, length);
}

int fuzz_encode(const struct json_field *fields, const void *object, bool beautify)
{
	cleanup_with(json_out_free) struct json_out *out = json_out_new(beautify);

	fuzz_assert(out);
	json_open(out, NULL);
	fuzz_put(out, fields, object);
	json_close(out);
	return fuzz_take(out);
}

/* ---- and compared ---- */

void fuzz_check_same_text(const char *a, const char *b)
{
	fuzz_assert(!a == !b);
	fuzz_assert(!a || str_equal(a, b));
}

static void check_same_strings(const struct json_strings *a, const struct json_strings *b)
{
	fuzz_assert(a->n == b->n);
	for (size_t i = 0; i < a->n; i++)
		fuzz_check_same_text(a->items[i], b->items[i]);
}

static void check_same_map(const struct json_map *a, const struct json_map *b)
{
	fuzz_assert(a->n == b->n);
	for (size_t i = 0; i < a->n; i++) {
		fuzz_check_same_text(a->items[i].key, b->items[i].key);
		fuzz_check_same_text(a->items[i].value, b->items[i].value);
	}
}

static void check_same_field(const struct json_field *f, const char *a, const char *b)
{
	const struct json_objects *left = (const void *)a, *right = (const void *)b;

	switch (f->type) {
	case JSON_STRING:
		fuzz_check_same_text(*(char *const *)a, *(char *const *)b);
		return;
	case JSON_INTEGER:
		fuzz_assert(*(const int64_t *)a == *(const int64_t *)b);
		fuzz_assert(*(const int64_t *)a >= 0 && *(const int64_t *)a < (int64_t)1 << 53);
		return;
	case JSON_BOOLEAN:
		fuzz_assert(*(const bool *)a == *(const bool *)b);
		return;
	case JSON_STRINGS:
		check_same_strings((const void *)a, (const void *)b);
		return;
	case JSON_MAP:
		check_same_map((const void *)a, (const void *)b);
		return;
	case JSON_OBJECT:
		fuzz_check_same(f->fields, a, b);
		return;
	case JSON_OBJECTS:
		fuzz_assert(left->n == right->n);
		for (size_t i = 0; i < left->n; i++)
			fuzz_check_same(f->fields, (const char *)left->items + i * f->size,
					(const char *)right->items + i * f->size);
		return;
	}
}

void fuzz_check_same(const struct json_field *fields, const void *a, const void *b)
{
	for (const struct json_field *f = fields; f->name; f++)
		check_same_field(f, (const char *)a + f->offset, (const char *)b + f->offset);
}
