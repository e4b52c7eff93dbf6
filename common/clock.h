/* The time of day as text. The C library's functions read the machine's time zone first, for a
 * result that has none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { CLOCK_UTC_SIZE = 32 };

/* "2026-01-31T12:00:00Z" of seconds since 1970; years 0 to 9999. */
void clock_utc(int64_t seconds, char ret[CLOCK_UTC_SIZE]);

/* The other way round; false: it is not of that form. Days and hours out of range are counted on.
 */
bool clock_parse_utc(const char *text, int64_t *ret);

/* Of now. */
void clock_utc_now(char ret[CLOCK_UTC_SIZE]);
