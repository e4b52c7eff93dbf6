/* Memory for yajl, or a way out. */
#include "common/json_memory.h"

#include <stdlib.h>

static void *found(struct json_memory *m, void *memory)
{
	if (!memory)
		longjmp(m->lost, 1);
	return memory;
}

static void *allocate(void *m, size_t size)
{
	return found(m, malloc(size));
}

static void *reallocate(void *m, void *memory, size_t size)
{
	return found(m, realloc(memory, size));
}

static void release(void *m, void *memory)
{
	(void)m;
	free(memory);
}

void json_memory_init(struct json_memory *m)
{
	m->functions = (yajl_alloc_funcs){
		.malloc = allocate, .realloc = reallocate, .free = release, .ctx = m
	};
}
