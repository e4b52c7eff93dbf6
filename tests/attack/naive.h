/* The same work by paths: with the checks of those who did it so, each of them right at the moment
 * when it is made. The control of the race tests: what does not escape here proves nothing there.
 *
 * All return 0 or a negative errno; -EPERM: refused by a check. */
#pragma once

/* Bind 'source', its links resolved, read-only at 'target', which is made. */
int naive_publish(const char *source, const char *target);

/* Detach what is at 'target' and remove the directory. Where it or what it is in is a link, nothing
 * is done. */
int naive_withdraw(const char *target);

/* Bind 'path' of a volume, which must lead to something within it, at 'target'. What is missing of
 * 'path' is made. */
int naive_bind(const char *volume, const char *path, const char *target);

/* Make the directory 'path' in a volume, of which what exists must be within it. */
int naive_make_dir(const char *volume, const char *path);

/* Remove the directory 'path' and those above it as far as they are empty, but never 'base'. */
int naive_remove_empty(const char *base, const char *path);

/* Unmount what is at 'target', and remove it and the two directories above as far as they are
 * empty. */
int naive_clean(const char *target);
