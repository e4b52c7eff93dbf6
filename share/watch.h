/* How many entries a directory holds that a consumer would have to watch.
 *
 * Kata's countFiles, without its faults: entries are non-directories, counted recursively, links
 * not followed; no other mount is entered. A ConfigMap of N keys has 2N + 1. */
#pragma once

enum { WATCH_DIRECTORIES_MAX = 64, WATCH_DEPTH_MAX = 16 };

/* Count what is at 'fd' (O_PATH, of a directory or of anything else, which counts 1), at most
 * 'limit' + 1: the rest is not looked at. -E2BIG: more than WATCH_DIRECTORIES_MAX directories or
 * deeper than WATCH_DEPTH_MAX; or a negative errno. */
int watch_count(int fd, unsigned limit);
