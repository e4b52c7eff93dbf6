/* The hooks' memory. Here the linker puts nothing in malloc()'s place: the test calls what it
 * would. */
#include "hooks/room.h"

#include <stdint.h>

#include "tests/check.h"

void *real_malloc(size_t size)
{
	return malloc(size);
}

void *real_realloc(void *memory, size_t size)
{
	return realloc(memory, size);
}

void real_free(void *memory)
{
	free(memory);
}

/* For the address sanitizer, where the test is built with it. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

/* Every test has a process, and so a room, of its own: what is given out first is its start. */
static bool is_in_room(const void *memory)
{
	static uintptr_t start;

	if (start == 0)
		start = (uintptr_t)memory;
	return (uintptr_t)memory >= start && (uintptr_t)memory < start + ROOM_SIZE;
}

START_TEST(pieces_are_aligned_apart_and_zero)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 31, 32, 33, 1000 };
	char *before = NULL;
	size_t length = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *memory = room_malloc(sizes[i]);

		ck_assert_ptr_nonnull(memory);
		ck_assert_uint_eq((uintptr_t)memory % _Alignof(max_align_t), 0);
		ck_assert(!before || memory >= before + length + sizeof(size_t));
		for (size_t n = 0; n < sizes[i]; n++)
			ck_assert_int_eq(memory[n], 0);
		memset(memory, 0xff, sizes[i]);
		before = memory;
		length = sizes[i];
	}
}
END_TEST

START_TEST(nothing_is_given_out_twice)
{
	char *one = room_malloc(64), *two;

	ck_assert(is_in_room(one));
	room_free(one);
	room_free(one);
	room_free(NULL);
	two = room_malloc(64);
	ck_assert_ptr_ne(two, one);
	two = room_calloc(4, 16);
	for (size_t n = 0; n < 64; n++)
		ck_assert_int_eq(two[n], 0);
}
END_TEST

START_TEST(the_last_piece_grows_where_it_is_and_others_move)
{
	char *memory = room_malloc(10), *same, *moved;
	uintptr_t place = (uintptr_t)memory;

	ck_assert(is_in_room(memory));
	memcpy(memory, "123456789", 10);
	same = room_realloc(memory, 5000);
	ck_assert_uint_eq((uintptr_t)same, place);
	ck_assert_int_eq(same[10], 0);
	ck_assert(is_in_room(room_malloc(1)));
	same = room_realloc(same, 4);
	ck_assert_uint_eq((uintptr_t)same, place);
	same = room_realloc(same, 10);
	ck_assert_str_eq(same, "123456789");
	moved = room_realloc(same, 5001);
	ck_assert_uint_ne((uintptr_t)moved, place);
	ck_assert(is_in_room(moved));
	ck_assert_str_eq(moved, "123456789");
	ck_assert_ptr_nonnull(room_realloc(NULL, 5));
}
END_TEST

/* Whatever the order: the bytes are there, in the room or behind it. */
START_TEST(what_does_not_fit_is_the_C_library_s)
{
	enum { N = 400, STEP = 500 };
	char *items[N];
	size_t inside = 0;

	for (size_t i = 0; i < N; i++) {
		items[i] = room_malloc(STEP);
		ck_assert_ptr_nonnull(items[i]);
		inside += is_in_room(items[i]);
		memset(items[i], (int)i, STEP);
	}
	ck_assert_uint_gt(inside, 20);
	ck_assert_uint_lt(inside, ROOM_SIZE / STEP);
	for (size_t i = 0; i < N; i++) {
		items[i] = room_realloc(items[i], 2 * STEP);
		ck_assert_ptr_nonnull(items[i]);
		for (size_t n = 0; n < STEP; n++)
			ck_assert_int_eq(items[i][n], (char)i);
	}
	for (size_t i = 0; i < N; i++)
		room_free(items[i]);
	items[0] = room_calloc(N, STEP);
	ck_assert(!is_in_room(items[0]));
	for (size_t n = 0; n < N * STEP; n++)
		ck_assert_int_eq(items[0][n], 0);
	room_free(items[0]);
}
END_TEST

static const size_t large[] = { SIZE_MAX, SIZE_MAX - 15, SIZE_MAX / 2 + 2, PTRDIFF_MAX };

START_TEST(too_much_is_refused)
{
	volatile size_t size = large[_i];
	char *memory = room_malloc(8);

	ck_assert_ptr_null(room_malloc(size));
	errno = 0;
	ck_assert_ptr_null(room_calloc(size, 2));
	ck_assert_int_eq(errno, ENOMEM);
	ck_assert_ptr_null(room_calloc(2, size));
	ck_assert_ptr_null(room_realloc(memory, size));
	ck_assert_ptr_nonnull(room_realloc(memory, 16));
}
END_TEST

/* Until one header more would fit, and nothing behind it. */
START_TEST(at_the_end_nothing_is_less_than_the_room)
{
	char *memory;

	ck_assert(is_in_room(room_malloc(1)));
	do
		memory = room_malloc(1);
	while (is_in_room(memory));
	room_free(memory);
	memory = room_malloc(0);
	ck_assert(!is_in_room(memory));
	ck_assert_ptr_nonnull(memory = room_realloc(memory, 100));
	room_free(memory);
}
END_TEST

/* What the C library allocates for its caller may come from either, and room_free() takes it. */
START_TEST(memory_of_the_C_library_can_be_freed)
{
	char *text = NULL, *copy;

	ck_assert_int_eq(asprintf(&text, "%s", "text"), 4);
	copy = room_realloc(text, 100);
	ck_assert_ptr_nonnull(copy);
	ck_assert_str_eq(copy, "text");
	room_free(copy);
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ pieces_are_aligned_apart_and_zero, 0 },
		{ nothing_is_given_out_twice, 0 },
		{ the_last_piece_grows_where_it_is_and_others_move, 0 },
		{ what_does_not_fit_is_the_C_library_s, 0 },
		{ at_the_end_nothing_is_less_than_the_room, 0 },
		{ too_much_is_refused, ARRAY_SIZE(large) },
		{ memory_of_the_C_library_can_be_freed, 0 },
		{ 0 },
	};

	return check_main("room", cases);
}
