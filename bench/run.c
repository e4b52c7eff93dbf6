/* run: time programs, interleaved, from their creation until they are reaped.
 *
 *	run ROUNDS FILE
 *
 * A line of FILE is a step, 'LABEL COPIES STDIN PROGRAM [ARGUMENT...]', separated by blanks; a '%'
 * in STDIN or an argument is the copy's number, a '@' its last digit. All copies of a step run at
 * once. Each round does all steps, those of one contender ('CONTENDER/STEP' is a label) in their
 * order and together, the contenders in another order each time: who follows a program that is
 * like it finds the caches filled, which was once taken for what a compiler's option had gained.
 * Every copy must exit with 0.
 *
 * Prints a line for each label: label, rounds, median, 10th and 90th percentile and least of the
 * times in nanoseconds, largest resident set in KiB (not less than that of this program, from which
 * it starts). Output of the programs goes to /dev/null. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STEPS_MAX = 64, WORDS_MAX = 16, COPIES_MAX = 1024 };

struct copy {
	char *words[WORDS_MAX + 1];
	char *input;
};

struct step {
	char *label;
	unsigned n;
	struct copy *copies;
	uint64_t *times;
	long rss;
};

static uint64_t now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static _Noreturn void fail(const char *what, const char *on, const char *why)
{
	fprintf(stderr, "run: %s '%s': %s\n", what, on, why);
	exit(1);
}

static void *reserve(size_t n, size_t size)
{
	void *memory = calloc(n, size);

	if (!memory)
		fail("reserve", "memory", strerror(errno));
	return memory;
}

static char *number(const char *word, unsigned n)
{
	const char *place = strpbrk(word, "%@");
	char *text = NULL;

	if ((place ? asprintf(&text, "%.*s%u%s", (int)(place - word), word,
			      *place == '@' ? n % 10 : n, place + 1)
		   : asprintf(&text, "%s", word)) < 0)
		fail("reserve", "memory", strerror(ENOMEM));
	return text;
}

static void parse(struct step *s, char *line, unsigned long rounds)
{
	char *words[WORDS_MAX + 4], *rest = NULL;
	size_t n = 0;

	for (char *w = strtok_r(line, " \n", &rest); w && n < WORDS_MAX + 3;
	     w = strtok_r(NULL, " \n", &rest))
		words[n++] = w;
	if (n < 4)
		fail("read", line, "not LABEL COPIES STDIN PROGRAM");
	s->label = number(words[0], 0);
	s->n = (unsigned)strtoul(words[1], NULL, 10);
	if (s->n == 0 || s->n > COPIES_MAX)
		fail("read", words[1], "not a number of copies");
	s->copies = reserve(s->n, sizeof(*s->copies));
	s->times = reserve(rounds, sizeof(*s->times));
	for (unsigned i = 0; i < s->n; i++) {
		struct copy *c = &s->copies[i];

		for (size_t k = 3; k < n; k++)
			c->words[k - 3] = number(words[k], i);
		c->input = number(words[2], i);
	}
}

/* vfork(): the least that a start can cost; posix_spawn() would make 120 system calls before exec.
 */
static void start(const struct copy *c, int null, char **environment)
{
	int input = open(c->input, O_RDONLY | O_CLOEXEC);
	pid_t child;

	if (input < 0)
		fail("open", c->input, strerror(errno));
	child = vfork();
	if (child < 0)
		fail("start", c->words[0], strerror(errno));
	if (child == 0) {
		if (dup2(input, 0) == 0 && dup2(null, 1) == 1 && dup2(null, 2) == 2)
			(void)execve(c->words[0], c->words, environment);
		_exit(127);
	}
	(void)close(input);
}

static void reap(struct step *s, unsigned left)
{
	struct rusage usage;
	int status;

	while (left-- > 0) {
		if (wait4(-1, &status, 0, &usage) < 0)
			fail("wait for", s->label, strerror(errno));
		if (status != 0) {
			char why[64];

			(void)snprintf(why, sizeof(why), "status 0x%x", (unsigned)status);
			fail("run", s->label, why);
		}
		if (usage.ru_maxrss > s->rss)
			s->rss = usage.ru_maxrss;
	}
}

static uint64_t carry_out(struct step *s, int null, char **environment)
{
	uint64_t begin = now();

	for (unsigned i = 0; i < s->n; i++)
		start(&s->copies[i], null, environment);
	reap(s, s->n);
	return now() - begin;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void print(struct step *s, unsigned long rounds)
{
	qsort(s->times, rounds, sizeof(*s->times), compare);
	printf("%s %lu %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %ld\n", s->label, rounds,
	       s->times[rounds / 2], s->times[rounds / 10], s->times[rounds * 9 / 10], s->times[0],
	       s->rss);
}

/* The contenders: the first step of each, and behind the last one the number of steps. */
static size_t contenders(const struct step *steps, size_t n, size_t *first)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		size_t length = strcspn(steps[i].label, "/");

		if (i == 0 || strncmp(steps[i].label, steps[i - 1].label, length + 1) != 0)
			first[count++] = i;
	}
	first[count] = n;
	return count;
}

static void shuffle(size_t *order, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = (size_t)random() % i, last = order[i - 1];

		order[i - 1] = order[k];
		order[k] = last;
	}
}

static void carry_out_all(struct step *steps, size_t n, unsigned long rounds, int null,
			  char **environment)
{
	size_t first[STEPS_MAX + 1], order[STEPS_MAX], count = contenders(steps, n, first);

	for (size_t i = 0; i < count; i++)
		order[i] = i;
	for (unsigned long round = 0; round < rounds; round++) {
		shuffle(order, count);
		for (size_t i = 0; i < count; i++)
			for (size_t k = first[order[i]]; k < first[order[i] + 1]; k++)
				steps[k].times[round] = carry_out(&steps[k], null, environment);
	}
}

int main(int argc, char **argv, char **environment)
{
	static struct step steps[STEPS_MAX];
	unsigned long rounds = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
	char *line = NULL;
	size_t n = 0, room = 0;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	FILE *file;

	if (rounds == 0 || null < 0) {
		fprintf(stderr, "usage: run ROUNDS FILE\n");
		return 64;
	}
	file = fopen(argv[2], "re");
	if (!file)
		fail("open", argv[2], strerror(errno));
	while (n < STEPS_MAX && getline(&line, &room, file) > 0)
		parse(&steps[n++], line, rounds);
	carry_out_all(steps, n, rounds, null, environment);
	for (size_t k = 0; k < n; k++)
		print(&steps[k], rounds);
	return 0;
}
