/* What an attacker does who can write a directory: exchange two names in it, again and again. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct exchange_pair {
	int dirfd;
	const char *a, *b;
	bool exchanged; /* not as it was in the beginning */
};

/* Exchange them until killed. SIGUSR1: all of them as they were in the beginning, then stop
 * (SIGSTOP); SIGCONT: go on. What cannot be exchanged at a moment is tried again later. */
_Noreturn void exchange_for_ever(struct exchange_pair *pairs, size_t n);
