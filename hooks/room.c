/* A room for the memory of a hook. */
#include "hooks/room.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* In front of each piece: how many bytes it has. */
union piece {
	size_t size;
	max_align_t aligned;
};

static _Alignas(max_align_t) char room[ROOM_SIZE];
static size_t used;

/* With what is in front of it; 0: it does not fit. A piece of nothing has a byte, too: its address
 * is in the room. */
static size_t whole(size_t size)
{
	const size_t unit = sizeof(union piece);

	size += size == 0;
	return size > sizeof(room) ? 0 : unit + (size + unit - 1) / unit * unit;
}

static union piece *piece_of(void *memory)
{
	uintptr_t at = (uintptr_t)memory;
	bool inside = at >= (uintptr_t)room && at < (uintptr_t)room + sizeof(room);

	return inside ? (union piece *)memory - 1 : NULL;
}

/* Make the piece at 'start' the last one, with so many bytes; NULL: it does not fit. */
static union piece *place(size_t start, size_t size)
{
	union piece *piece = (union piece *)(room + start);
	size_t n = whole(size);

	if (n == 0 || n > sizeof(room) - start)
		return NULL;
	used = start + n;
	piece->size = size;
	return piece;
}

void *room_malloc(size_t size)
{
	union piece *piece = place(used, size);

	return piece ? piece + 1 : real_malloc(size);
}

void *room_calloc(size_t n, size_t size)
{
	size_t total;
	void *memory = room_malloc(__builtin_mul_overflow(n, size, &total) ? SIZE_MAX : total);

	return memory && !piece_of(memory) ? memset(memory, 0, total) : memory;
}

/* The last piece grows where it is. */
static bool grows(union piece *piece, size_t size)
{
	size_t start = (size_t)((char *)piece - room);

	return start + whole(piece->size) == used && place(start, size);
}

void *room_realloc(void *memory, size_t size)
{
	union piece *piece = piece_of(memory);
	void *more;

	if (!memory)
		return room_malloc(size);
	if (!piece)
		return real_realloc(memory, size);
	if (size <= piece->size || grows(piece, size))
		return memory;
	more = room_malloc(size);
	return more ? memcpy(more, memory, piece->size) : NULL;
}

void room_free(void *memory)
{
	if (!piece_of(memory))
		real_free(memory);
}
