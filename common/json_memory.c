/* Memory for yajl, or a way out. */
#include "common/json_memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* In front of each piece of the room: its size. */
union piece {
	size_t size;
	max_align_t aligned;
};

static void *found(struct json_memory *m, void *memory)
{
	if (!memory)
		longjmp(m->lost, 1);
	return memory;
}

static bool is_in_room(const struct json_memory *m, const void *memory)
{
	return (const char *)memory >= m->room && (const char *)memory < m->room + sizeof(m->room);
}

static void *allocate(void *context, size_t size)
{
	struct json_memory *m = context;
	size_t whole = sizeof(union piece) +
		       (size + sizeof(union piece) - 1) / sizeof(union piece) * sizeof(union piece);
	union piece *piece = (union piece *)(m->room + m->used);

	if (whole > size && whole <= sizeof(m->room) - m->used) {
		m->used += whole;
		piece->size = size;
		return piece + 1;
	}
	return found(m, malloc(size));
}

static void release(void *context, void *memory)
{
	if (!is_in_room(context, memory)) /* a piece of the room is not used again */
		free(memory);
}

static void *reallocate(void *context, void *memory, size_t size)
{
	struct json_memory *m = context;
	const union piece *piece;

	if (!memory || !is_in_room(m, memory))
		return found(m, realloc(memory, size));
	piece = (union piece *)memory - 1;
	return memcpy(allocate(m, size), memory, piece->size < size ? piece->size : size);
}

void json_memory_init(struct json_memory *m)
{
	m->used = 0;
	m->functions = (yajl_alloc_funcs){
		.malloc = allocate, .realloc = reallocate, .free = release, .ctx = m
	};
}
