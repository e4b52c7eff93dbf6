/* silent: mount a filesystem whose server never answers, and wait to be killed.
 *
 *	silent fuse|autofs DIR
 *
 * Who looks up a name in it waits until then. Exit 64: usage; 69: it cannot be mounted here. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sysexits.h>
#include <unistd.h>

static int mount_fuse(const char *dir)
{
	int fd = open("/dev/fuse", O_RDWR);
	char options[64];

	(void)snprintf(options, sizeof(options), "fd=%d,rootmode=40700,user_id=0,group_id=0", fd);
	return fd < 0 ? -1 : mount("oci-share-test", dir, "fuse", 0, options);
}

/* An automount point; only this process, which is in the group of its daemon, would not wait. */
static int mount_autofs(const char *dir)
{
	int fds[2];
	char options[96];

	if (setpgid(0, 0) < 0 || pipe(fds) < 0)
		return -1;
	(void)snprintf(options, sizeof(options), "fd=%d,pgrp=%d,minproto=5,maxproto=5,direct",
		       fds[1], (int)getpid());
	return mount("oci-share-test", dir, "autofs", 0, options);
}

int main(int argc, char **argv)
{
	int result;

	if (argc != 3)
		return EX_USAGE;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (strcmp(argv[1], "fuse") == 0)
		result = mount_fuse(argv[2]);
	else if (strcmp(argv[1], "autofs") == 0)
		result = mount_autofs(argv[2]);
	else
		return EX_USAGE;
	if (result < 0) {
		fprintf(stderr, "silent: %s: %s\n", argv[2], strerror(errno));
		return EX_UNAVAILABLE;
	}
	for (;;)
		(void)pause();
}
