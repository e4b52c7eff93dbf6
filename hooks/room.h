/* Memory for a process that lives for a millisecond. Static hooks are linked with --wrap for these
 * names, so that their callers, yajl and the C library among them, come here: the first 64 KiB are
 * a room of the program's own, handed out piece by piece. An allocator asks the kernel for pages
 * size by size, and gives them back: with musl's a prestart takes 80 us longer.
 *
 * No byte of the room is given out twice. What is freed twice or used when it was freed harms
 * nobody, and what a piece holds at first is zero. What does not fit, and a hook with many volumes
 * needs more, is the C library's as ever. */
#pragma once

#include <stddef.h>

enum { ROOM_SIZE = 65536 };

/* Under the names that the linker has for them. */
void *room_malloc(size_t size) __asm__("__wrap_malloc");
void *room_calloc(size_t n, size_t size) __asm__("__wrap_calloc");
void *room_realloc(void *memory, size_t size) __asm__("__wrap_realloc");
void room_free(void *memory) __asm__("__wrap_free");

/* The C library's. */
void *real_malloc(size_t size) __asm__("__real_malloc");
void *real_realloc(void *memory, size_t size) __asm__("__real_realloc");
void real_free(void *memory) __asm__("__real_free");
