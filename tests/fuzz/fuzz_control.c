/* The control: a target with a finding, so that a chain that sees none is known to be broken. No
 * part of a full run. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

void fuzz_control(const uint8_t *data, size_t size)
{
	fuzz_assert(size < 3 || memcmp(data, "bug", 3) != 0);
}
