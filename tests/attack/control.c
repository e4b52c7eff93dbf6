/* control: what the hooks and the tool do, by paths; see naive.h.
 *
 *	control prestart SOURCE TARGET
 *	control poststop TARGET
 *	control prepare VOLUME PATH TARGET
 *	control clean TARGET
 *
 * Exit 64: usage; 77: refused; 71: anything else. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "tests/attack/naive.h"

static int prestart(char **words)
{
	return naive_publish(words[0], words[1]);
}

static int poststop(char **words)
{
	return naive_withdraw(words[0]);
}

static int prepare(char **words)
{
	return naive_bind(words[0], words[1], words[2]);
}

static int clean(char **words)
{
	return naive_clean(words[0]);
}

static const struct {
	const char *name;
	int words;
	int (*run)(char **words);
} verbs[] = {
	{ "prestart", 2, prestart },
	{ "poststop", 1, poststop },
	{ "prepare", 3, prepare },
	{ "clean", 1, clean },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		int result;

		if (argc < 2 || strcmp(argv[1], verbs[i].name) != 0 || argc - 2 != verbs[i].words)
			continue;
		result = verbs[i].run(argv + 2);
		if (result < 0)
			fprintf(stderr, "control %s: %s\n", argv[1], strerror(-result));
		return result == 0 ? EX_OK : result == -EPERM ? EX_NOPERM : EX_OSERR;
	}
	return EX_USAGE;
}
