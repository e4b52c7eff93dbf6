/* Run every file of a corpus through its target, without a fuzzer: what was found once, and what
 * covers the code, stays tested with any compiler.
 *
 *   replay                      all targets, with $srcdir/tests/fuzz/corpus/<target>/
 *   replay TARGET [PATH...]     one target, with these files and directories
 *
 * Each target runs in a process of its own; the file that ends it is named. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "common/io.h"
#include "common/str.h"
#include "tests/fuzz/fuzz.h"

enum { INPUT_MAX = 1 << 20, SECONDS_MAX = 60 };

/* Shared with the child, so that the parent knows what it was at. */
static struct progress {
	char path[PATH_MAX];
	unsigned files;
} * progress;

static void run_file(const struct fuzz_target *target, const char *path)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	cleanup_free char *text = NULL;
	cleanup_free uint8_t *exact = NULL;
	struct err e = { 0 };
	size_t length;

	(void)snprintf(progress->path, sizeof(progress->path), "%s", path);
	if (fd < 0 || io_read_all(fd, INPUT_MAX, &text, &length, &e) < 0) {
		fprintf(stderr, "%s: cannot be read\n", path);
		exit(EX_NOINPUT);
	}
	exact = malloc(length > 0 ? length : 1); /* so that a sanitizer sees its end */
	fuzz_assert(exact);
	memcpy(exact, text, length);
	alarm(SECONDS_MAX);
	target->run(exact, length);
	alarm(0);
	progress->files++;
}

static int no_dots(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void run_path(const struct fuzz_target *target, const char *path)
{
	struct dirent **entries;
	struct stat st;
	int n;

	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode)) {
		run_file(target, path);
		return;
	}
	n = scandir(path, &entries, no_dots, alphasort);
	if (n < 0) {
		fprintf(stderr, "%s: cannot be read\n", path);
		exit(EX_NOINPUT);
	}
	for (int i = 0; i < n; i++) {
		cleanup_free char *name = str_format("%s/%s", path, entries[i]->d_name);

		fuzz_assert(name);
		run_file(target, name);
		free(entries[i]);
	}
	free(entries);
}

static void run_empty(const struct fuzz_target *target)
{
	(void)snprintf(progress->path, sizeof(progress->path), "nothing");
	target->run((const uint8_t *)"", 0);
}

/* In a child; whether all went well. */
static bool run_target(const struct fuzz_target *target, char **paths)
{
	pid_t child;
	int status;

	*progress = (struct progress){ 0 };
	(void)fflush(NULL);
	child = fork();
	fuzz_assert(child >= 0);
	if (child == 0) {
		run_empty(target);
		for (; *paths; paths++)
			run_path(target, *paths);
		exit(EXIT_SUCCESS);
	}
	fuzz_assert(waitpid(child, &status, 0) == child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		printf("ok %s: %u files\n", target->name, progress->files);
		return true;
	}
	printf("not ok %s: %s with '%s'\n", target->name,
	       WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "failed", progress->path);
	return false;
}

static bool run_all(void)
{
	const char *srcdir = getenv("srcdir");
	bool good = true;

	for (const struct fuzz_target *t = fuzz_targets; t->name; t++) {
		cleanup_free char *path =
			str_format("%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".", t->name);

		fuzz_assert(path);
		if (t->run != fuzz_control)
			good &= run_target(t, (char *[]){ path, NULL });
	}
	return good;
}

int main(int argc, char **argv)
{
	const struct fuzz_target *target = argc > 1 ? fuzz_find(argv[1]) : NULL;

	progress = mmap(NULL, sizeof(*progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	fuzz_assert(progress != MAP_FAILED);
	if (argc > 1 && !target) {
		fprintf(stderr, "replay: no target '%s'\n", argv[1]);
		return EX_USAGE;
	}
	(void)fuzz_directory(); /* ours, so that it is removed whatever becomes of the children */
	return (target ? run_target(target, argv + 2) : run_all()) ? EXIT_SUCCESS : EXIT_FAILURE;
}
