/* libFuzzer's two functions: the target is the one that $FUZZ_TARGET names. */
#include <stdio.h>

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct fuzz_target *target;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = getenv("FUZZ_TARGET");

	(void)argc;
	(void)argv;
	target = name ? fuzz_find(name) : NULL;
	if (!target) {
		fprintf(stderr, "FUZZ_TARGET is none of:");
		for (const struct fuzz_target *t = fuzz_targets; t->name; t++)
			fprintf(stderr, " %s", t->name);
		fprintf(stderr, "\n");
		exit(EX_USAGE);
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	target->run(data, size);
	return 0;
}
