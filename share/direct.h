/* Direct-assigned volumes, as Kata records them: a directory below direct_volumes_dir, named after
 * the volume's source, holds a mountInfo.json. Only that it is there is looked at here. */
#pragma once

#include <stddef.h>

#include "common/err.h"

enum { DIRECT_NAME_SIZE = 256 };

/* Kata's name of a volume's directory: base64url, padded, of its path as it stands in config.json.
 * -ENAMETOOLONG: no filesystem could hold it, so there is none. */
int direct_name(const char *source, char ret[DIRECT_NAME_SIZE]) must_use;

/* 1: the volume has a mountInfo.json, 0: it has none, or there is no such directory (dirfd < 0). */
int direct_is_assigned(int dirfd, const char *source) must_use;
