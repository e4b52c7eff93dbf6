/* What stands behind a published mount. */
#include "share/device.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "common/io.h"
#include "common/str.h"

enum { MOUNTS_MAX = 131072 };

/* How many mounts of this namespace show that superblock, but for the clones that lie below stage/
 * already: 1, or 2 for more. */
static int count_mounts(struct facts_context *c, const struct mountinfo *of, struct err *e)
{
	cleanup_free uint64_t *ids = realloc_array(NULL, MOUNTS_MAX, sizeof(*ids));
	int n, found = 0;

	if (!ids)
		return err_nomem(e);
	n = mountinfo_below(c->proc, MOUNTINFO_ALL, ids, MOUNTS_MAX, e);
	for (int i = 0; i < n && found < 2; i++) {
		cleanup_with(mountinfo_free) struct mountinfo m = { 0 };
		struct err ignored = { 0 };

		/* one that went away meanwhile does not count */
		if (mountinfo_get(c->proc, ids[i], &m, &ignored) == 0)
			found += m.major == of->major && m.minor == of->minor &&
				 (c->sealed == 0 || m.parent != c->sealed);
	}
	return n < 0 ? n : found;
}

/* One filesystem below sys/fs/btrfs: which devices it has. */
struct btrfs {
	int sys, devices;
	char wanted[32]; /* "7:2" */
	unsigned n;
	bool found;
};

static int count_device(const char *name, void *data)
{
	struct btrfs *b = data;
	cleanup_fd int device = at_try(b->devices, name, O_PATH | O_DIRECTORY, 0);
	struct err ignored = { 0 };
	char number[32];

	b->n++;
	if (device >= 0 && io_read_line(device, "dev", number, sizeof(number), &ignored) >= 0)
		b->found |= str_equal(number, b->wanted);
	return 0;
}

/* 1: it is the one with the device, alone; other filesystems are passed over. */
static int look_at_filesystem(const char *name, void *data)
{
	struct btrfs *b = data;
	cleanup_free char *path = str_format("fs/btrfs/%s/devices", name);
	cleanup_fd int devices = -EBADF;
	struct err ignored = { 0 };

	b->n = 0;
	b->found = false;
	devices = path ? at_try(b->sys, path, O_PATH | O_DIRECTORY, RESOLVE_BENEATH) : -ENOMEM;
	b->devices = devices;
	if (devices < 0 || at_each(devices, count_device, b, &ignored) < 0)
		return 0;
	return b->found && b->n == 1;
}

/* The block device behind a btrfs, whose superblock has a number that is no device's. The mount's
 * source names one of its devices; whether it is the only one, the kernel says in sysfs. */
static bool find_btrfs_device(int sys, const struct mountinfo *m, struct device *ret)
{
	cleanup_fd int node = at_try(AT_FDCWD, m->source, O_PATH, RESOLVE_NO_MAGICLINKS),
		       all = at_try(sys, "fs/btrfs", O_PATH | O_DIRECTORY, RESOLVE_BENEATH);
	struct btrfs b = { .sys = sys, .devices = -EBADF };
	struct err ignored = { 0 };
	struct statx sx;

	if (node < 0 || all < 0 || at_statx(node, &sx, &ignored) < 0 || !S_ISBLK(sx.stx_mode))
		return false;
	(void)snprintf(b.wanted, sizeof(b.wanted), "%u:%u", sx.stx_rdev_major,
		       sx.stx_rdev_minor); /* fits */
	if (at_each(all, look_at_filesystem, &b, &ignored) <= 0)
		return false;
	ret->major = sx.stx_rdev_major;
	ret->minor = sx.stx_rdev_minor;
	return true;
}

int device_measure(struct facts_context *c, int sys, const struct facts *f, struct device *ret,
		   struct err *e)
{
	bool node = f->type == S_IFCHR || f->type == S_IFBLK;
	struct device d = { .major = node ? f->rdev_major : f->mount->major,
			    .minor = node ? f->rdev_minor : f->mount->minor };
	cleanup_fd int block = -EBADF;
	char name[64];
	int mounts;

	if (!node && str_equal(f->mount->fstype, "btrfs"))
		(void)find_btrfs_device(sys, f->mount, &d); /* it keeps its number otherwise */
	(void)snprintf(name, sizeof(name), "dev/block/%u:%u/", d.major, d.minor); /* fits */
	block = d.major > 0 ? at_try(sys, name, O_PATH | O_DIRECTORY, RESOLVE_NO_MAGICLINKS)
			    : -ENOENT;
	if (block >= 0) {
		d.device_mapper = faccessat(block, "dm", F_OK, 0) == 0;
		if (!node && f->mount_root && str_equal(f->mount->root, "/")) {
			mounts = count_mounts(c, f->mount, e);
			if (mounts < 0)
				return mounts;
			d.block_device =
				mounts == 1 &&
				f->place == PLACE_ELSEWHERE; /* not the disk the host runs on */
		}
	}
	*ret = d;
	return 0;
}

char *device_overlay_option(const char *options, const char *name)
{
	size_t length = strlen(name);

	for (const char *p = options; *p; p += *p == ',') {
		size_t n = 0;

		while (p[n] && p[n] != ',')
			n += p[n] == '\\' && p[n + 1] ? 2 : 1; /* a comma in a path is escaped */
		if (n > length && strncmp(p, name, length) == 0 && p[length] == '=')
			return str_unescape_octal(p + length + 1, n - length - 1);
		p += n;
	}
	return NULL;
}
