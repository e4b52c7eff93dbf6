/* reader: look at files again and again, until SIGTERM.
 *
 *	reader [--write] FILE...
 *
 * Every FILE is opened by its path and read to its end, one after the other; with --write it is
 * opened for writing instead, and a read-only filesystem is what is expected. Prints
 * "ROUNDS MISSES": how often all of them were looked at, and how many looks failed, with the first
 * one's reason on standard error. With SIGUSR1 rounds are counted anew. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t ends, restarts;

static void on_signal(int number)
{
	*(number == SIGTERM ? &ends : &restarts) = 1;
}

static bool look(const char *path, bool write)
{
	int fd = open(path, (write ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
	char buf[4096];
	ssize_t n;

	if (fd < 0)
		return write && errno == EROFS;
	do
		n = read(fd, buf, sizeof(buf));
	while (!write && n > 0);
	(void)close(fd);
	return !write && n == 0;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_signal };
	bool write = argc > 1 && strcmp(argv[1], "--write") == 0;
	unsigned long rounds = 0, misses = 0;

	(void)sigaction(SIGTERM, &action, NULL); /* cannot fail: signals that can be caught */
	(void)sigaction(SIGUSR1, &action, NULL);
	while (!ends) {
		if (restarts)
			restarts = rounds = misses = 0;
		for (char **path = argv + 1 + write; *path; path++)
			if (!look(*path, write) && misses++ == 0)
				fprintf(stderr, "reader: %s: %s\n", *path, strerror(errno));
		rounds++;
	}
	printf("%lu %lu\n", rounds, misses);
	return 0;
}
