/* Whether a path can lead elsewhere only where root changes it. */
#pragma once

#include "common/at.h"

enum { TRUSTED_LINKS_MAX = 40 };

/* Look up 'path' below 'root' (an O_PATH directory that nothing leads out of) and check every
 * component, links and what they lead through included, as at_open_trusted() does: root's, and not
 * writable by others; a sticky directory is as good on the way, and the host's owner in a user
 * namespace. -EPERM (exit 77) names the component; another error: it cannot be looked up. */
int trusted_path_check(int root, const char *path, struct err *e) must_use;
