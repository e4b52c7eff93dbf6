/* Exchange names. The rhythm changes all the time: whoever is attacked finds both states, and meets
 * the change between any two of its own steps, whether they lie a microsecond apart or a hundred.
 */
#include "tests/attack/exchange.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { BURST_MAX = 48, SPIN_MAX = 8192, SLEEP_MAX_NS = 150000, BACK_TRIES = 2000 };

static volatile sig_atomic_t wants_pause;

static void on_signal(int number)
{
	(void)number;
	wants_pause = 1;
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state >> 16;
}

static int exchange(struct exchange_pair *p)
{
	if (renameat2(p->dirfd, p->a, p->dirfd, p->b, RENAME_EXCHANGE) < 0)
		return -errno;
	p->exchanged = !p->exchanged;
	return 0;
}

static void sleep_ns(long ns)
{
	struct timespec pause = { .tv_nsec = ns };

	(void)nanosleep(&pause, NULL); /* woken early is fine */
}

/* As it was. One of the names may be gone, or busy for a moment. */
static void put_back(struct exchange_pair *pairs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (int tries = 0; pairs[i].exchanged && tries < BACK_TRIES; tries++)
			if (exchange(&pairs[i]) < 0)
				sleep_ns(1000);
}

void exchange_for_ever(struct exchange_pair *pairs, size_t n)
{
	struct sigaction action = { .sa_handler = on_signal };
	uint64_t state = (uint64_t)getpid() << 32 | 0x9e3779b9;

	(void)sigaction(SIGUSR1, &action, NULL); /* cannot fail: a signal that can be caught */
	(void)prctl(PR_SET_TIMERSLACK, 1UL);	 /* without it sleeps are only longer */
	for (;;) {
		uint64_t random = next_random(&state);
		unsigned burst = (unsigned)(random % BURST_MAX) + 1, kind = random >> 8 & 3,
			 spin = kind == 0 ? 0 : (unsigned)(random >> 16) % (SPIN_MAX >> kind);

		while (burst-- > 0 && !wants_pause) {
			(void)exchange(&pairs[random++ % n]); /* perhaps it is busy */
			for (volatile unsigned i = 0; i < spin; i++)
				;
		}
		if (kind == 3 && !wants_pause)
			sleep_ns((long)(random >> 8) % SLEEP_MAX_NS);
		if (wants_pause) {
			wants_pause = 0;
			put_back(pairs, n);
			(void)raise(SIGSTOP);
		}
	}
}
