/* Subpaths: one directory or file within a volume. Whoever can write the volume may exchange what
 * is in it at any moment; nothing of it is trusted.
 *
 * The operations are those of kubelet's subpath_linux.go, on descriptors: a path is walked one
 * component at a time below the volume's, no component of it is resolved twice, and none may be a
 * symbolic link, a magic link, '..' or the root of another mount (and so no automount is
 * triggered, and a FIFO or a device is never opened).
 *
 * Errors name the component. Exit 77: it leads away (ELOOP: a symbolic link; EXDEV: '..', an
 * absolute path, another mount). Exit 66: it is missing (ENOENT), or goes on below something that
 * is no directory (ENOTDIR). Exit 65: too long (ENAMETOOLONG). */
#pragma once

#include <sys/types.h>

#include "common/err.h"

enum {
	SUBPATH_DEPTH_MAX = 256,
	SUBPATH_MODE = 0750,   /* of directories that are made */
	SUBPATH_MODES = 03777, /* what may be asked for: no set-uid bit */
};

/* Whether a path may be looked up at all: relative, without '..', shorter than PATH_MAX, at most
 * SUBPATH_DEPTH_MAX components. "" and "." are the volume itself. */
int subpath_check(const char *path, struct err *e) must_use;

/* Safe open: what is at 'path' in the volume (an O_PATH descriptor of any type), whatever type it
 * is. A path that ends with a slash must be a directory. Returns an O_PATH descriptor. */
int subpath_open(int volume, const char *path, struct err *e) must_use;

/* Find the existing prefix of 'path': returns an O_PATH descriptor of the last component that is
 * there (of the volume, where none is), and in *ret_rest what is missing, a part of 'path'; "":
 * nothing. */
int subpath_find_existing(int volume, const char *path, const char **ret_rest,
			  struct err *e) must_use;

/* Safe make-dir: make what is missing of the directory 'path', each with exactly that mode,
 * whatever the umask, and that owner; what is there already is left as it is, also where another
 * process makes it at the same time. Exit 64: a mode that is not within SUBPATH_MODES. Returns an
 * O_PATH descriptor of the directory. */
int subpath_make_dir(int volume, const char *path, unsigned mode, uid_t uid, gid_t gid,
		     struct err *e) must_use;

/* Remove the directory 'path' and those above it as far as they are empty, but never 'base'. 0: all
 * of them are gone; 1: one is not empty, or something is mounted on it. A component that is
 * something else than a directory is an error, and nothing is removed. */
int subpath_remove_empty(int base, const char *path, struct err *e) must_use;
