/* silent: mount a FUSE that says it is there, and answers nothing after that; print "ready", and
 * stay until killed, or for 20 s: a program that waits for it for ever is not to hang a test.
 *
 *	silent DIRECTORY
 *
 * Whoever looks up a name below the directory waits, and can not even be killed, since the request
 * was taken. Exit 125: it cannot be mounted. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static char request[1 << 17];

static int fail(const char *what)
{
	perror(what);
	return 125;
}

static void answer_init(int fd, const struct fuse_in_header *in)
{
	struct {
		struct fuse_out_header header;
		struct fuse_init_out init;
	} out = {
		.header = { .len = sizeof(out), .unique = in->unique },
		.init = { .major = FUSE_KERNEL_VERSION,
			  .minor = FUSE_KERNEL_MINOR_VERSION,
			  .max_write = 4096 },
	};

	if (write(fd, &out, sizeof(out)) < 0)
		perror("write");
}

int main(int argc, char **argv)
{
	const struct fuse_in_header *in = (const void *)request;
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	char options[64];

	if (fd < 0 || argc != 2)
		return fail("/dev/fuse");
	(void)snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	if (mount("oci-share-test", argv[1], "fuse", MS_NOSUID | MS_NODEV, options) < 0)
		return fail("mount");
	(void)alarm(20);
	for (;;) {
		if (read(fd, request, sizeof(request)) < 0)
			return fail("read");
		if (in->opcode == FUSE_INIT) {
			answer_init(fd, in);
			puts("ready");
			(void)fflush(stdout);
		}
	}
}
