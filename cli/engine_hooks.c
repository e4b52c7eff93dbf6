/* In which directories an engine looks for hook configurations. */
#include "cli/engine_hooks.h"

#include <fcntl.h>
#include <string.h>

#include "cli/drop_ins.h"
#include "common/at.h"
#include "common/io.h"
#include "common/str.h"

/* podman: containers.conf(5) and pkg/config of containers/common; root's, without $CONTAINERS_CONF.
 * CRI-O: crio.conf(5), crio.conf.d(5), pkg/config. The injector: plugins/hook-injector of
 * containerd/nri. Neither podman nor CRI-O looks into /etc unless it is told to. */
const struct engine engines[] = {
	{ .name = "podman",
	  .program = "podman",
	  .key = "engine.hooks_dir",
	  .files = { "/usr/share/containers/containers.conf", "/etc/containers/containers.conf" },
	  .drop_ins = "/etc/containers/containers.conf.d",
	  .directories = { HOOKS_VENDOR },
	  .implicit = { HOOKS_VENDOR, HOOKS_ADMIN },
	  .attributes = true,
	  .extra_stage = "precreate",
	  .on_bad = "no container starts with it",
	  .reload = "it counts for the next container" },
	{ .name = "CRI-O",
	  .program = "crio",
	  .key = "crio.runtime.hooks_dir",
	  .files = { "/etc/crio/crio.conf" },
	  .drop_ins = "/etc/crio/crio.conf.d",
	  .all_drop_ins = true,
	  .directories = { HOOKS_VENDOR },
	  .on_bad = "crio does not start with it, and one that runs keeps its old hooks",
	  .reload = "restart crio after a change of its settings" },
	{ .name = "NRI hook-injector",
	  .program = "hook-injector",
	  .plugins = "/opt/nri/plugins",
	  .socket = "/run/nri/nri.sock",
	  .directories = { HOOKS_VENDOR, HOOKS_ADMIN },
	  .on_bad = "the injector exits with it, and containers start without hooks",
	  .reload = "it watches its directories" },
};
const size_t n_engines = ARRAY_SIZE(engines);

static const char *const programs[] = { "/usr/bin",	   "/usr/sbin", "/usr/local/bin",
					"/usr/local/sbin", "/bin",	"/sbin" };

static bool is_there(int root, const char *path)
{
	cleanup_fd int fd = at_try(root, path, O_PATH, RESOLVE_IN_ROOT);

	return fd >= 0;
}

bool engine_has_socket(int root, const struct engine *engine)
{
	return engine->socket && is_there(root, engine->socket);
}

/* 1: the name is NN-program. */
static int is_plugin(const char *name, void *data)
{
	const struct engine *engine = data;

	return strspn(name, "0123456789") == 2 && name[2] == '-' &&
	       str_equal(name + 3, engine->program);
}

static bool has_plugin(int root, const struct engine *engine)
{
	cleanup_fd int fd = at_try(root, engine->plugins, O_RDONLY | O_DIRECTORY, RESOLVE_IN_ROOT);
	struct engine wanted = *engine;
	struct err ignored = { 0 }; /* what cannot be read is not there */

	return fd >= 0 && at_each(fd, is_plugin, &wanted, &ignored) == 1;
}

bool engine_is_installed(int root, const struct engine *engine)
{
	if (engine->plugins && has_plugin(root, engine))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		cleanup_free char *path = str_format("%s/%s", programs[i], engine->program);

		if (path && is_there(root, path))
			return true;
	}
	return false;
}

/* The reading of one engine's settings. */
struct settings {
	int root;
	const struct engine *engine;
	engine_complain *complain;
	void *data;
	struct toml_strings *directories;
	char **from;
	struct toml_strings names; /* of the drop-ins: paths */
};

static int read_text(int root, const char *path, char **ret, struct err *e)
{
	cleanup_fd int fd =
		at_open(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, RESOLVE_IN_ROOT, e);
	cleanup_free char *text = NULL;
	struct stat st;
	size_t length;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(e, EX_CONFIG, EINVAL, "not a regular file");
	if (io_read_all(fd, TOML_FILE_MAX, &text, &length, e) < 0)
		return -e->error;
	if (strlen(text) != length)
		return err_set(e, EX_CONFIG, EINVAL, "it has a NUL byte");
	*ret = take_ptr(text);
	return 0;
}

/* A file that is not there is right. */
static int read_settings(struct settings *s, const char *path, struct err *e)
{
	cleanup_free char *text = NULL;
	struct err why = { 0 };
	int found = read_text(s->root, path, &text, &why);

	if (found == -ENOENT)
		return 0;
	if (found == 0)
		found = toml_read_strings(text, s->engine->key, s->engine->attributes,
					  s->directories, &why);
	if (found < 0)
		s->complain(path, why.message, s->data);
	if (found != 1)
		return 0;
	free(*s->from);
	*s->from = strdup(path);
	return *s->from ? 0 : err_nomem(e);
}

static int read_all(struct settings *s, struct err *e)
{
	struct err why = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(s->engine->files); i++)
		if (s->engine->files[i] && read_settings(s, s->engine->files[i], e) < 0)
			return -e->error;
	if (drop_ins_find(s->root, s->engine->drop_ins, s->engine->all_drop_ins, &s->names, &why) <
	    0) {
		if (why.error == ENOMEM)
			return err_nomem(e);
		s->complain(s->engine->drop_ins, why.message, s->data);
	}
	for (size_t i = 0; i < s->names.n; i++)
		if (read_settings(s, s->names.items[i], e) < 0)
			return -e->error;
	return 0;
}

int engine_directories(int root, const struct engine *engine, engine_complain *complain, void *data,
		       struct toml_strings *ret, char **ret_from, struct err *e)
{
	cleanup_with(toml_strings_free) struct toml_strings directories = { 0 };
	cleanup_free char *from = NULL;
	struct settings s = { .root = root,
			      .engine = engine,
			      .complain = complain,
			      .data = data,
			      .directories = &directories,
			      .from = &from };
	int result = 0;

	for (size_t i = 0; i < ARRAY_SIZE(engine->directories); i++)
		if (engine->directories[i] &&
		    toml_strings_add(&directories, engine->directories[i], e) < 0)
			return -e->error;
	if (engine->key)
		result = read_all(&s, e);
	toml_strings_free(&s.names);
	if (result < 0)
		return result;
	*ret = directories;
	directories = (struct toml_strings){ 0 };
	*ret_from = take_ptr(from);
	return 0;
}
