/* swap: exchange names until killed.
 *
 *	swap DIR A B [DIR A B]...
 *
 * A and B are paths below DIR. With SIGUSR1 it puts all back as it was and stops; with SIGCONT it
 * goes on. It prints nothing. Exit 64: usage; 66: a DIR is missing. */
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sysexits.h>

#include "tests/attack/exchange.h"

enum { PAIRS_MAX = 8, WORDS = 3 };

int main(int argc, char **argv)
{
	struct exchange_pair pairs[PAIRS_MAX];
	size_t n = 0;

	if (argc < 1 + WORDS || (argc - 1) % WORDS != 0 || (argc - 1) / WORDS > PAIRS_MAX)
		return EX_USAGE;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* its test is to kill it in any case */
	for (char **word = argv + 1; *word; word += WORDS) {
		int dirfd = open(word[0], O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (dirfd < 0)
			return EX_NOINPUT;
		pairs[n++] = (struct exchange_pair){ .dirfd = dirfd, .a = word[1], .b = word[2] };
	}
	exchange_for_ever(pairs, n);
}
