/* context: the job with libmount's context API, which is what mount(8) is made of, and yajl's tree.
 * For bench/bench; it checks nothing.
 *
 *	context prestart|poststop <STATE
 *
 *	cc -O2 context.c -lmount -lyajl */
#include <fcntl.h>
#include <libmount.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yajl/yajl_tree.h>

#define SHARE "/run/oci-share"

static char *format(const char *fmt, const char *a, const char *b)
{
	char *text = NULL;

	if (asprintf(&text, fmt, a, b) < 0)
		abort();
	return text;
}

static void must(int result, const char *what)
{
	if (result == 0)
		return;
	fprintf(stderr, "context: %s: %d\n", what, result);
	exit(1);
}

static yajl_val parse(FILE *file)
{
	char *text = NULL, error[256];
	size_t size = 0;
	yajl_val tree;

	if (!file || getdelim(&text, &size, EOF, file) < 0)
		must(1, "read");
	tree = yajl_tree_parse(text, error, sizeof(error));
	must(!tree, error);
	free(text);
	return tree;
}

static const char *string(yajl_val v, const char *key)
{
	const char *path[] = { key, NULL };

	return YAJL_GET_STRING(yajl_tree_get(v, path, yajl_t_string));
}

static void mount_with(const char *source, const char *target, const char *type,
		       unsigned long flags)
{
	struct libmnt_context *c = mnt_new_context();

	must(!c || mnt_context_set_source(c, source) || mnt_context_set_target(c, target) ||
		     (type && mnt_context_set_fstype(c, type)) ||
		     mnt_context_set_mflags(c, flags) || mnt_context_mount(c),
	     target);
	mnt_free_context(c);
}

static void bind(const char *source, const char *target)
{
	must(mkdir(target, 0755), target);
	mount_with(source, target, NULL, MS_BIND | MS_REC);
	mount_with(source, target, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV);
}

static void write_file(const char *path, const char *id, const char *bundle)
{
	FILE *file = fopen(path, "wxe");

	must(!file, path);
	fprintf(file, "{\"version\":1,\"id\":\"%s\",\"bundle\":\"%s\"}", id, bundle);
	must(fclose(file), path);
}

static void bind_volumes(yajl_val config, const char *new)
{
	const char *path[] = { "mounts", NULL };
	yajl_val mounts = yajl_tree_get(config, path, yajl_t_array);
	char *directory = format("%s/volumes%s", new, "");

	must(mkdir(directory, 0755), directory);
	for (size_t i = 0; i < mounts->u.array.len; i++) {
		char number[32], *target;

		(void)snprintf(number, sizeof(number), "%zu", i);
		target = format("%s/%s", directory, number);
		bind(string(mounts->u.array.values[i], "source"), target);
		free(target);
	}
}

static void prestart(const char *id, const char *bundle)
{
	char *path = format("%s/config.json%s", bundle, ""),
	     *new = format(SHARE "/new.%s%s", id, ""), *tree = format(SHARE "/tree/%s%s", id, ""),
	     *place = format(SHARE "/tree/%s/%s", id, id);
	yajl_val config = parse(fopen(path, "re"));

	must(mkdir(new, 0755) || mkdir(tree, 0755) || mkdir(place, 0755), new);
	mount_with("oci-share", new, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC);
	bind(format("%s/rootfs%s", bundle, ""), format("%s/rootfs%s", new, ""));
	bind_volumes(config, new);
	write_file(format("%s/share.json%s", new, ""), id, bundle);
	mount_with("oci-share", new, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY);
	write_file(format(SHARE "/state/.%s.new%s", id, ""), id, bundle);
	must(rename(format(SHARE "/state/.%s.new%s", id, ""),
		    format(SHARE "/state/%s.json%s", id, "")),
	     id);
	mount_with(new, format(SHARE "/export/%s/%s", id, id), NULL, MS_MOVE);
	must(rmdir(new), new);
}

static void poststop(const char *id)
{
	struct libmnt_context *c = mnt_new_context();

	must(!c || mnt_context_set_target(c, format(SHARE "/export/%s/%s", id, id)) ||
		     mnt_context_enable_lazy(c, true) || mnt_context_umount(c),
	     id);
	must(rmdir(format(SHARE "/tree/%s/%s", id, id)) ||
		     rmdir(format(SHARE "/tree/%s%s", id, "")),
	     id);
	must(unlink(format(SHARE "/state/%s.json%s", id, "")), id);
}

int main(int argc, char **argv)
{
	yajl_val state = parse(stdin);

	if (argc == 2 && strcmp(argv[1], "prestart") == 0)
		prestart(string(state, "id"), string(state, "bundle"));
	else
		poststop(string(state, "id"));
	return 0;
}
