/* JSON to C structs by tables. */
#include "common/json.h"

#include <stdio.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "common/io.h"
#include "common/json_memory.h"
#include "common/json_text.h"
#include "common/str.h"

enum { HEADER_SIZE = 1024 }; /* read at once where only a header is wanted */

/* An object or array that is being read. */
struct frame {
	const struct json_field
		*fields; /* of an object that the table knows; NULL: a value that is dropped */
	const struct json_field
		*field; /* an object's current key, or the field whose array or map this is */
	char *base;	/* the struct, or the struct json_strings, json_map or json_objects */
	uint64_t seen;	/* bit n: fields[n] had its key */
};

struct decoder {
	struct json_memory memory;
	yajl_handle parser;
	struct frame stack[JSON_DEPTH_MAX + 1];
	unsigned depth; /* stack[depth - 1] is current */
	const struct json_field *top;
	const char *until;
	void *object;
	bool done;
	struct err *e;
};

/* Set the error; 0 tells the parser to stop. */
#define refuse_as(d, error, ...) ((void)err_set((d)->e, EX_DATAERR, (error), __VA_ARGS__), 0)
#define refuse(d, ...)		 refuse_as(d, EINVAL, __VA_ARGS__)

static int no_memory(struct decoder *d)
{
	(void)err_nomem(d->e); /* the parser reports it */
	return 0;
}

static struct frame *current(struct decoder *d)
{
	return &d->stack[d->depth - 1];
}

static const char *name_of(const struct frame *f)
{
	return f->field ? f->field->name : "";
}

/* One more element, zeroed, of an array of at most so many. */
static void *grow(struct decoder *d, const struct json_field *field, void **items, size_t *n,
		  size_t size)
{
	size_t limit = field->limit > 0 ? field->limit : JSON_LIMIT;
	void *element;

	if (*n >= limit) {
		(void)refuse(d, "too many elements in '%s'", field->name);
		return NULL;
	}
	element = array_grow(items, *n, size);
	if (!element) {
		(void)no_memory(d);
		return NULL;
	}
	memset(element, 0, size);
	(*n)++;
	return element;
}

/* Where a value of that type belongs; NULL with *ret_drop: nowhere, it is not known to the table.
 */
static void *place(struct decoder *d, enum json_type type, bool *ret_drop)
{
	struct frame *f;

	*ret_drop = false;
	if (d->depth == 0) {
		(void)refuse(d, "the document is not an object");
		return NULL;
	}
	f = current(d);
	if (!f->field) {
		*ret_drop = true;
		return NULL;
	}
	if (!f->fields) { /* an element of an array or map */
		struct json_strings *strings = (void *)f->base;
		struct json_map *map = (void *)f->base;

		if (f->field->type == JSON_STRINGS && type == JSON_STRING)
			return grow(d, f->field, (void **)&strings->items, &strings->n,
				    sizeof(char *));
		if (f->field->type == JSON_MAP && type == JSON_STRING)
			return &map->items[map->n - 1].value;
	} else if (f->field->type == type) {
		return f->base + f->field->offset;
	}
	(void)refuse(d, "'%s' is of the wrong type", f->field->name);
	return NULL;
}

static char *copy(const unsigned char *text, size_t length)
{
	return strndup((const char *)text, length);
}

static int on_string(void *data, const unsigned char *text, size_t length)
{
	struct decoder *d = data;
	bool drop;
	char **target = place(d, JSON_STRING, &drop);

	if (!target)
		return drop;
	*target = copy(text, length);
	return *target ? 1 : no_memory(d);
}

static int on_number(void *data, const char *text, size_t length)
{
	struct decoder *d = data;
	bool drop;
	int64_t *target = place(d, JSON_INTEGER, &drop), value = 0;

	if (!target)
		return drop;
	if (length > 16)
		return refuse(d, "'%s' is not an integer from 0 to 2^53 - 1", name_of(current(d)));
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return refuse(d, "'%s' is not an integer from 0 to 2^53 - 1",
				      name_of(current(d)));
		value = value * 10 + (text[i] - '0');
	}
	if (value >= (int64_t)1 << 53)
		return refuse(d, "'%s' is not an integer from 0 to 2^53 - 1", name_of(current(d)));
	*target = value;
	return 1;
}

static int on_boolean(void *data, int value)
{
	bool drop, *target = place(data, JSON_BOOLEAN, &drop);

	if (!target)
		return drop;
	*target = value;
	return 1;
}

static int on_null(void *data)
{
	struct decoder *d = data;
	struct frame *f = d->depth > 0 ? current(d) : NULL;

	if (!f)
		return refuse(d, "the document is not an object");
	if (!f->field)
		return 1;
	/* Go writes an empty map or slice as null */
	if (f->fields && !f->field->required &&
	    (f->field->type == JSON_MAP || f->field->type == JSON_STRINGS ||
	     f->field->type == JSON_OBJECTS))
		return 1;
	return refuse(d, "'%s' is null", f->field->name);
}

static int push(struct decoder *d, struct frame f)
{
	/* json_text_check() has refused what is deeper */
	d->stack[d->depth++] = f;
	return 1;
}

static int on_object(void *data)
{
	struct decoder *d = data;
	struct frame *f = d->depth > 0 ? current(d) : NULL;

	if (!f)
		return push(d, (struct frame){ .fields = d->top, .base = d->object });
	if (!f->field)
		return push(d, (struct frame){ 0 });
	if (!f->fields && f->field->type == JSON_OBJECTS) {
		struct json_objects *objects = (void *)f->base;
		void *element = grow(d, f->field, &objects->items, &objects->n, f->field->size);

		return element ? push(d,
				      (struct frame){ .fields = f->field->fields, .base = element })
			       : 0;
	}
	if (f->fields && f->field->type == JSON_OBJECT)
		return push(d, (struct frame){ .fields = f->field->fields,
					       .base = f->base + f->field->offset });
	if (f->fields && f->field->type == JSON_MAP)
		return push(
			d, (struct frame){ .field = f->field, .base = f->base + f->field->offset });
	return refuse(d, "'%s' is of the wrong type", f->field->name);
}

static int on_array(void *data)
{
	struct decoder *d = data;
	struct frame *f = d->depth > 0 ? current(d) : NULL;

	if (!f)
		return refuse(d, "the document is not an object");
	if (!f->field)
		return push(d, (struct frame){ 0 });
	if (f->fields && (f->field->type == JSON_STRINGS || f->field->type == JSON_OBJECTS))
		return push(
			d, (struct frame){ .field = f->field, .base = f->base + f->field->offset });
	return refuse(d, "'%s' is of the wrong type", f->field->name);
}

static int map_key(struct decoder *d, struct frame *f, const unsigned char *key, size_t length)
{
	struct json_map *map = (void *)f->base;
	struct json_pair *pair;

	for (size_t i = 0; i < map->n; i++)
		if (str_is(map->items[i].key, (const char *)key, length))
			return refuse_as(d, ENOTUNIQ, "'%s' occurs twice", map->items[i].key);
	pair = grow(d, f->field, (void **)&map->items, &map->n, sizeof(*pair));
	if (!pair)
		return 0;
	pair->key = copy(key, length);
	return pair->key ? 1 : no_memory(d);
}

static int on_end(void *data)
{
	struct decoder *d = data;
	struct frame *f = current(d);

	for (size_t i = 0; f->fields && f->fields[i].name; i++)
		if (f->fields[i].required && !(f->seen & (uint64_t)1 << i))
			return refuse(d, "'%s' is missing", f->fields[i].name);
	d->depth--;
	d->done |= d->depth == 0;
	return 1;
}

/* Most names are told apart by their first letter; it may be written in other ways beyond ASCII. */
static bool may_be(const char *name, const unsigned char *key, size_t length)
{
	return length > 0 && (key[0] >= 0x80 || ((key[0] ^ (unsigned char)name[0]) & 0xdf) == 0);
}

static int on_key(void *data, const unsigned char *key, size_t length)
{
	struct decoder *d = data;
	struct frame *f = current(d);

	if (!f->fields)
		return f->field ? map_key(d, f, key, length) : 1;
	if (d->until && d->depth == 1 && str_is(d->until, (const char *)key, length)) {
		(void)on_end(d); /* which has the error, if there is one */
		return 0;
	}
	f->field = NULL;
	for (size_t i = 0; f->fields[i].name; i++) {
		const char *name = f->fields[i].name;

		if (!may_be(name, key, length))
			continue;
		if (str_is(name, (const char *)key, length)) {
			if (f->seen & (uint64_t)1 << i)
				return refuse_as(d, ENOTUNIQ, "'%s' occurs twice", name);
			f->seen |= (uint64_t)1 << i;
			f->field = &f->fields[i];
		} else if (str_equal_folded(name, (const char *)key, length)) {
			return refuse_as(d, ENOTUNIQ, "a key differs from '%s' in letter case only",
					 name);
		}
	}
	return 1;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_object,
	.yajl_map_key = on_key,
	.yajl_end_map = on_end,
	.yajl_start_array = on_array,
	.yajl_end_array = on_end,
};

/* The parser was stopped, or stopped itself. 0: all that was wanted is there. */
static int stopped(struct decoder *d, yajl_status status)
{
	if (status == yajl_status_client_canceled && d->done)
		return 0;
	if (status == yajl_status_client_canceled && d->e->exit_code != 0)
		return -d->e->error;
	return err_set(d->e, EX_DATAERR, EINVAL, "not valid JSON");
}

static int feed(struct decoder *d, const struct json_source *source)
{
	struct json_text text = { 0 };
	size_t total = 0;
	char buf[16384];
	size_t room = source->until ? HEADER_SIZE : sizeof(buf);
	int n;

	while ((n = io_read_some(source->fd, buf, room, source->deadline)) > 0) {
		const char *why = json_text_check(&text, buf, (size_t)n);
		yajl_status status;

		total += (size_t)n;
		if (total > source->max)
			return err_set(d->e, EX_DATAERR, EFBIG, "larger than %zu bytes",
				       source->max);
		if (why)
			return err_set(d->e, EX_DATAERR, EILSEQ, "not acceptable JSON: %s", why);
		status = yajl_parse(d->parser, (const unsigned char *)buf, (size_t)n);
		if (status != yajl_status_ok)
			return stopped(d, status);
	}
	if (n == -ETIMEDOUT)
		return err_set(d->e, EX_DATAERR, ETIMEDOUT, "read: no end within the time allowed");
	if (n < 0)
		return err_set(d->e, n == -EIO ? EX_IOERR : EX_DATAERR, -n, "read: %s",
			       strerror(-n));
	/* the parser does not see a string without an end behind the document */
	if (yajl_complete_parse(d->parser) != yajl_status_ok || !d->done || text.in_string)
		return stopped(d, yajl_status_error);
	return 0;
}

static int decode(struct decoder *d, const struct json_source *source)
{
	json_memory_init(&d->memory);
	if (!JSON_TRY(&d->memory))
		return err_nomem(d->e);
	d->parser = yajl_alloc(&callbacks, &d->memory.functions, d);
	(void)yajl_config(d->parser, yajl_dont_validate_strings,
			  1); /* done better by json_text_check(); cannot fail */
	return feed(d, source);
}

int json_decode(const struct json_source *source, const struct json_field *fields, void *ret,
		struct err *e)
{
	struct decoder d = { .top = fields, .until = source->until, .object = ret, .e = e };
	int result = decode(&d, source);

	if (d.parser)
		yajl_free(d.parser);
	if (result < 0)
		json_free(fields, ret);
	return result;
}
