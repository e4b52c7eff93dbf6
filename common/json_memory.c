/* Memory for yajl, or a way out. */
#include "common/json_memory.h"

#include <stdlib.h>

static void *found(void *context, void *memory)
{
	struct json_memory *m = context;

	if (!memory)
		longjmp(m->lost, 1);
	return memory;
}

static void *allocate(void *context, size_t size)
{
	return found(context, malloc(size));
}

static void *reallocate(void *context, void *memory, size_t size)
{
	return found(context, realloc(memory, size));
}

static void release(void *context, void *memory)
{
	(void)context;
	free(memory);
}

void json_memory_init(struct json_memory *m)
{
	m->functions = (yajl_alloc_funcs){
		.malloc = allocate, .realloc = reallocate, .free = release, .ctx = m
	};
}
