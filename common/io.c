/* Bytes from and to descriptors, bounded in size and time. */
#include "common/io.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "common/str.h"

uint64_t io_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail with this clock */
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

int io_read_some(int fd, void *buf, size_t size, uint64_t deadline)
{
	for (;;) {
		ssize_t n;

		if (deadline > 0) {
			uint64_t now = io_now();
			struct pollfd p = { .fd = fd, .events = POLLIN };
			int ready = now >= deadline
					    ? 0
					    : poll(&p, 1, (int)((deadline - now) / 1000) + 1);

			if (ready < 0 && errno != EINTR)
				return -errno;
			if (ready == 0)
				return -ETIMEDOUT;
			if (ready < 0)
				continue;
		}
		n = read(fd, buf, size > INT_MAX ? INT_MAX : size);
		if (n >= 0)
			return (int)n;
		if (errno != EINTR)
			return -errno;
	}
}

int io_read_all(int fd, size_t max, char **ret_text, size_t *ret_length, struct err *e)
{
	cleanup_free char *text = NULL;
	size_t used = 0, room = 0;
	int n;

	do {
		if (room - used < 2) {
			char *more = realloc(text, room += room > 0 ? room : 4096);

			if (!more)
				return err_nomem(e);
			text = more;
		}
		n = io_read_some(fd, text + used, room - used - 1, 0);
		if (n < 0)
			return err_sys(e, -n, "read");
		used += (size_t)n;
		if (used > max)
			return err_set(e, EX_DATAERR, EFBIG, "larger than %zu bytes", max);
	} while (n > 0);
	text[used] = '\0';
	*ret_text = take_ptr(text);
	*ret_length = used;
	return 0;
}

int io_write_all(int fd, const char *text, size_t length, struct err *e)
{
	while (length > 0) {
		ssize_t n = write(fd, text, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, errno, "write");
		text += n;
		length -= (size_t)n;
	}
	return 0;
}

int io_write_new(int dirfd, const char *name, unsigned mode, const char *text, size_t length,
		 struct err *e)
{
	cleanup_fd int fd =
		openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);

	if (fd < 0)
		return err_sys(e, errno, "create '%s'", name);
	if (io_write_all(fd, text, length, e) < 0)
		return err_wrap(e, "'%s'", name);
	return 0;
}

int io_read_line(int dirfd, const char *name, char *buf, size_t size, struct err *e)
{
	cleanup_fd int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int n;

	if (fd < 0)
		return err_sys(e, errno, "open '%s'", name);
	n = io_read_some(fd, buf, size - 1, 0);
	if (n < 0)
		return err_sys(e, -n, "read '%s'", name);
	if (n > 0 && buf[n - 1] == '\n')
		n--;
	buf[n] = '\0';
	return n;
}
