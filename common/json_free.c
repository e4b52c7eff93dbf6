/* Free what decoding allocated. */
#include <string.h>

#include "common/json.h"

static void free_strings(struct json_strings *strings)
{
	for (size_t i = 0; i < strings->n; i++)
		free(strings->items[i]);
	free(strings->items);
}

static void free_map(struct json_map *map)
{
	for (size_t i = 0; i < map->n; i++) {
		free(map->items[i].key);
		free(map->items[i].value);
	}
	free(map->items);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the table is nested */
static void free_objects(const struct json_field *field, struct json_objects *objects)
{
	for (size_t i = 0; i < objects->n; i++)
		json_free(field->fields, (char *)objects->items + i * field->size);
	free(objects->items);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the table is nested */
void json_free(const struct json_field *fields, void *object)
{
	static const size_t sizes[] = {
		[JSON_STRING] = sizeof(char *),
		[JSON_STRINGS] = sizeof(struct json_strings),
		[JSON_MAP] = sizeof(struct json_map),
		[JSON_OBJECTS] = sizeof(struct json_objects),
		[JSON_OBJECT] = 0,
		[JSON_INTEGER] = 0,
		[JSON_BOOLEAN] = 0,
	};

	for (const struct json_field *f = fields; f->name; f++) {
		void *p = (char *)object + f->offset;

		if (f->type == JSON_STRING)
			free(*(char **)p);
		else if (f->type == JSON_STRINGS)
			free_strings(p);
		else if (f->type == JSON_MAP)
			free_map(p);
		else if (f->type == JSON_OBJECTS)
			free_objects(f, p);
		else if (f->type == JSON_OBJECT)
			json_free(f->fields, p);
		memset(p, 0, sizes[f->type]);
	}
}
