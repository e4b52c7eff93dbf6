/* Whether a path can lead elsewhere only where root changes it. */
#include "cli/trusted_path.h"

#include <fcntl.h>
#include <linux/limits.h>
#include <string.h>

#include "common/str.h"

struct walk {
	int root;
	char *done; /* without links: "" or "/a/b" */
	char *rest; /* what is still to be walked */
	unsigned links;
};

static void close_walk(struct walk *w)
{
	free(w->done);
	free(w->rest);
}

/* Put what a link has before the rest. */
static int follow(struct walk *w, int fd, const char *rest, struct err *e)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(fd, "", target, sizeof(target) - 1);
	char *longer;

	if (length < 0)
		return err_sys(e, errno, "read a link");
	if (++w->links > TRUSTED_LINKS_MAX)
		return err_sys(e, ELOOP, "follow links");
	target[length] = '\0';
	longer = str_format("%s/%s", target, rest);
	if (!longer)
		return err_nomem(e);
	free(w->rest);
	w->rest = longer;
	if (target[0] == '/')
		w->done[0] = '\0';
	return 0;
}

static int enter(struct walk *w, const char *name, size_t length, const char *rest, struct err *e)
{
	cleanup_free char *path = str_format("%s/%.*s", w->done, (int)length, name);
	cleanup_fd int fd = -EBADF;
	char *behind;
	struct statx sx;

	if (!path)
		return err_nomem(e);
	fd = at_open(w->root, path, O_PATH | O_NOFOLLOW, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
		     e);
	if (fd < 0 || at_statx(fd, &sx, e) < 0)
		return -e->error;
	if (at_check_component(&sx, path, strlen(path),
			       AT_HOST | (S_ISDIR(sx.stx_mode) && rest[0] ? AT_STICKY : 0), e) < 0)
		return -e->error;
	if (S_ISLNK(sx.stx_mode))
		return follow(w, fd, rest, e);
	behind = strdup(rest);
	if (!behind)
		return err_nomem(e);
	free(w->rest);
	w->rest = behind;
	free(w->done);
	w->done = take_ptr(path);
	return 0;
}

static int step(struct walk *w, const char *name, size_t length, const char *rest, struct err *e)
{
	bool up = length == 2 && name[0] == '.' && name[1] == '.';
	char *slash;

	if (!up && !(length == 1 && name[0] == '.'))
		return enter(w, name, length, rest, e);
	slash = up ? strrchr(w->done, '/') : NULL;
	if (slash)
		*slash = '\0';
	memmove(w->rest, rest, strlen(rest) + 1); /* it is a part of it */
	return 0;
}

int trusted_path_check(int root, const char *path, struct err *e)
{
	cleanup_with(close_walk) struct walk w = { .root = root,
						   .done = strdup(""),
						   .rest = strdup(path) };
	const char *rest = w.rest, *name;
	size_t length;

	if (!w.done || !w.rest)
		return err_nomem(e);
	while ((name = path_next(&rest, &length))) {
		if (step(&w, name, length, rest + strspn(rest, "/"), e) < 0)
			return -e->error;
		rest = w.rest;
	}
	return 0;
}
