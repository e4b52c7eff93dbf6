/* Memory for yajl, which does not look whether it got any: what it cannot get ends the call that
 * yajl was in, and the program goes on behind JSON_TRY(). What yajl held is still whole, and freed
 * as ever; only what it was about to store is lost. For json.c and json_out.c. */
#pragma once

#include <setjmp.h>
#include <yajl/yajl_common.h>

struct json_memory {
	jmp_buf lost;
	yajl_alloc_funcs functions; /* for yajl_alloc() and yajl_gen_alloc() */
};

/* The struct stays where it is: yajl keeps its address. */
void json_memory_init(struct json_memory *m);

/* Whether to go on: true, and once more, false, when there was no memory. yajl may be called as
 * long as this function has not returned. Nothing that is to be freed at the end of a scope may
 * lie between this and yajl. */
#define JSON_TRY(m) (setjmp((m)->lost) == 0)
