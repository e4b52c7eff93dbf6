/* fill: fill the mount namespace.
 *
 *	fill DIR [N]
 *
 * N mounts below DIR, or as many as fit (fs.mount-max); prints how many were made. They are copies
 * of one tmpfs, private. Exit 64: usage; 71: it could not be done. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

enum { DOUBLINGS = 17 };

static bool bind(const char *source, const char *target)
{
	return mount(source, target, NULL, MS_BIND | MS_REC, NULL) == 0;
}

/* The copy in the directory 'k' is of 2^k mounts. */
static const char *name_of(unsigned k)
{
	static char name[16];

	(void)snprintf(name, sizeof(name), "%u", k);
	return name;
}

int main(int argc, char **argv)
{
	unsigned long wanted = argc == 3 ? strtoul(argv[2], NULL, 10) : ~0UL, n = 1;
	unsigned k;

	if ((argc != 2 && argc != 3) || wanted == 0)
		return EX_USAGE;
	if (mount("oci-share-test", argv[1], "tmpfs", 0, "mode=0755") < 0 ||
	    mount(NULL, argv[1], NULL, MS_PRIVATE, NULL) < 0 || chdir(argv[1]) < 0 ||
	    mkdir("more", 0755) < 0) {
		fprintf(stderr, "fill: %s: %s\n", argv[1], strerror(errno));
		return EX_OSERR;
	}
	for (k = 0; k < DOUBLINGS; k++)
		if (mkdir(name_of(k), 0755) < 0)
			return EX_OSERR;
	for (k = 0; k < DOUBLINGS && 2 * n <= wanted && bind(".", name_of(k)); k++)
		n *= 2;
	while (k-- > 0)
		while (n + (1UL << k) <= wanted && bind(name_of(k), "more"))
			n += 1UL << k;
	if (wanted != ~0UL ? n != wanted : errno != ENOSPC) {
		fprintf(stderr, "fill: after %lu: %s\n", n, strerror(errno));
		return EX_OSERR;
	}
	printf("%lu\n", n);
	return fflush(stdout) == 0 ? EX_OK : EX_OSERR;
}
