/* Advisory locks. */
#include "common/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <time.h>

#include "common/io.h"

static int set(int fd, off_t byte, short type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };
	int result;

	if (byte == LOCK_WHOLE)
		result = flock(fd, type == F_UNLCK ? LOCK_UN : LOCK_EX | LOCK_NB);
	else
		result = fcntl(fd, F_OFD_SETLK, &lock);
	return result < 0 ? -errno : 0;
}

int lock_take(int fd, off_t byte, unsigned wait_ms, const char *name, struct err *e)
{
	uint64_t deadline = io_now() + (uint64_t)wait_ms * 1000;
	struct timespec pause = { .tv_nsec = 500000 };

	for (;;) {
		int result = set(fd, byte, F_WRLCK);

		if (result == 0)
			return 0;
		if (result != -EAGAIN && result != -EACCES && result != -EINTR)
			return err_sys(e, -result, "lock '%s'", name);
		if (io_now() >= deadline)
			return err_set(e, EX_TEMPFAIL, EAGAIN, "lock '%s': another process has it",
				       name);
		(void)nanosleep(&pause, NULL); /* woken early is fine */
		if (pause.tv_nsec < 16000000)
			pause.tv_nsec *= 2;
	}
}

void lock_drop(int fd, off_t byte)
{
	(void)set(fd, byte, F_UNLCK); /* ends with the descriptor at the latest */
}
