/* nomem: preloaded, lets one allocation of a program fail.
 *
 *	NOMEM=N		the N-th, from 1, of those that main makes
 *	NOMEM=N+	and all later ones
 *
 * Where the program made fewer, its exit status is 121. Without NOMEM nothing fails.
 *
 * When main has returned, descriptor -4242 is closed, which every filter lets through;
 *fault/inject.c goes by that.
 *
 *	cc -shared -fPIC -o nomem.so nomem.c */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

static unsigned long wanted, made;
static int lasting, counting;
static int (*program)(int, char **, char **);

static int begin(int argc, char **argv, char **environment)
{
	const char *text = getenv("NOMEM");
	char *rest = NULL;
	int code;

	wanted = text ? strtoul(text, &rest, 10) : 0;
	lasting = rest && *rest == '+';
	counting = wanted > 0;
	code = program(argc, argv, environment);
	counting = 0;
	(void)close(-4242);
	return code;
}

int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void),
		      void (*fini)(void), void (*rtld_fini)(void), void *stack_end)
{
	__typeof__(&__libc_start_main) next =
		(__typeof__(next))dlsym(RTLD_NEXT, "__libc_start_main");

	program = main;
	return next(begin, argc, argv, init, fini, rtld_fini, stack_end);
}

/* After all that the program does at its end. */
__attribute__((destructor)) static void end(void)
{
	if (wanted > 0 && made < wanted)
		_exit(121);
}

static int fails(void)
{
	if (!counting)
		return 0;
	made++;
	if (made == wanted || (lasting && made > wanted)) {
		errno = ENOMEM;
		return 1;
	}
	return 0;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	return fails() ? NULL : __libc_realloc(p, size);
}

char *strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = fails() ? NULL : __libc_malloc(size);

	return copy ? memcpy(copy, text, size) : NULL;
}

char *strndup(const char *text, size_t most)
{
	size_t length = strnlen(text, most);
	char *copy = fails() ? NULL : __libc_malloc(length + 1);

	if (!copy)
		return NULL;
	copy[length] = '\0';
	return memcpy(copy, text, length);
}
