/* Scopes own what they open and allocate: cleanup_fd and cleanup_free variables are released where
 * they go out of scope, and handed over with take_fd() and take_ptr(). A cleanup_fd starts at
 * -EBADF, a cleanup_free at NULL. */
#pragma once

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_close(const int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		(void)close(
			*fd); /* nothing we close has unwritten data that close() could report */
	errno = saved;
}

static inline void cleanup_release(void *pointer)
{
	free(*(void **)pointer);
}

#define cleanup_fd	__attribute__((cleanup(cleanup_close)))
#define cleanup_free	__attribute__((cleanup(cleanup_release)))
#define cleanup_with(f) __attribute__((cleanup(f)))

#define must_use	       __attribute__((warn_unused_result))
#define printf_like(fmt, args) __attribute__((format(printf, fmt, args)))

static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -EBADF;
	return taken;
}

#define take_ptr(p)                         \
	({                                  \
		__typeof__(p) taken_ = (p); \
		(p) = NULL;                 \
		taken_;                     \
	})

/* For the few results of must_use functions that do not matter; the place says why. gcc does not
 * take a cast to void. */
#define ignore_result(x)                      \
	do {                                  \
		__typeof__(x) ignored_ = (x); \
		(void)ignored_;               \
	} while (0)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
