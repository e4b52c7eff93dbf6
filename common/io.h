/* Bytes from and to descriptors, bounded in size and time. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

/* Microseconds of CLOCK_MONOTONIC. */
uint64_t io_now(void);

/* Read at most 'size' bytes, as soon as some are there, until the deadline (io_now() + n; 0: wait
 * for ever). Regular files are always ready. Returns the number of bytes, 0 at the end, -ETIMEDOUT
 * past the deadline. Sets no message. */
int io_read_some(int fd, void *buf, size_t size, uint64_t deadline) must_use;

/* Read the rest of 'fd' whole. More than 'max' bytes is an error (-EFBIG, exit 65). *ret_text ends
 * with a NUL that does not count in *ret_length; the caller frees it. */
int io_read_all(int fd, size_t max, char **ret_text, size_t *ret_length, struct err *e) must_use;

/* Write all of it; short writes are continued. */
int io_write_all(int fd, const char *text, size_t length, struct err *e) must_use;

/* Create 'name' below dirfd, which must not exist, with exactly that mode under our umask 022, and
 * write the text. */
int io_write_new(int dirfd, const char *name, unsigned mode, const char *text, size_t length,
		 struct err *e) must_use;

/* Read a small text file of the kernel (proc, sysfs) into 'buf'; a newline at the end is cut.
 * Returns its length. */
int io_read_line(int dirfd, const char *name, char *buf, size_t size, struct err *e) must_use;
