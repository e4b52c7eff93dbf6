/* Settings: files, options, and what annotations take away. */
#include "common/settings.h"

#include "common/log.h"
#include "share/policy.h"
#include "tests/check.h"

#define HUNDRED                                                                                    \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaa"

static struct policy defaults(void)
{
	struct policy p = { 0 };
	struct err e = { 0 };

	check_ok(settings_init(policy_settings, &p, &e), &e);
	return p;
}

static const struct setting *find_setting(const char *key)
{
	for (const struct setting *s = policy_settings; s->key; s++)
		if (strcmp(s->key, key) == 0)
			return s;
	ck_abort_msg("there is no setting %s", key);
	return NULL;
}

/* A setting's value as text, as it would be written. */
static const char *value_of(const struct policy *p, const char *key)
{
	static char text[256];
	const struct setting *s = find_setting(key);
	const void *field = (const char *)p + s->offset;
	const char *word = s->values;

	switch (s->type) {
	case SETTING_CHOICE:
		for (int i = *(const int *)field; i > 0; i--)
			word = strchr(word, ' ') + 1;
		(void)snprintf(text, sizeof(text), "%.*s", (int)strcspn(word, " "), word);
		break;
	case SETTING_NUMBER:
		(void)snprintf(text, sizeof(text), "%u", *(const unsigned *)field);
		break;
	case SETTING_WORDS:
	case SETTING_TEXT:
		(void)snprintf(text, sizeof(text), "%s", *(char *const *)field);
		break;
	}
	return text;
}

static const struct {
	const char *key, *initial, *other;
} keys[] = {
	{ "share_dir", "/run/oci-share", "/srv/share" },
	{ "access", "ro", "container" },
	{ "volumes", "all", "none" },
	{ "max_mounts", "128", "7" },
	{ "export_propagation", "shared", "unbindable" },
	{ "sandbox_from", "crio containerd dockershim", "crio" },
	{ "watchable_kinds", "configmap secret projected downward-api", "configmap secret" },
	{ "watchable_limit", "8", "16" },
	{ "create_subpaths", "false", "true" },
	{ "direct_volumes_dir", "/run/kata-containers/shared/direct-volumes", "/srv/direct" },
	{ "kubelet_dir", "", "/var/lib/kubelet" },
	{ "grace", "60", "0" },
	{ "on_error", "fail", "warn" },
	{ "selinux_context", "", "system_u:object_r:container_file_t:s0" },
	{ "log", "journal", "file:/var/log/oci-share.log" },
	{ "log_level", "info", "debug" },
	{ "log_format", "text", "json" },
};

START_TEST(has_its_default_and_takes_another_value)
{
	struct policy p = defaults();
	struct err e = { 0 };
	char option[512], *argv[] = { option, NULL };
	int index = 0;

	ck_assert_str_eq(value_of(&p, keys[_i].key), keys[_i].initial);
	check_ok(settings_set(policy_settings, &p, keys[_i].key, keys[_i].other, &e), &e);
	ck_assert_str_eq(value_of(&p, keys[_i].key), keys[_i].other);
	/* and back by the option of the same name */
	(void)snprintf(option, sizeof(option), "--%s=%s", keys[_i].key, keys[_i].initial);
	for (char *c = option; *c && *c != '='; c++)
		*c = (char)(*c == '_' ? '-' : *c);
	ck_assert_int_eq(settings_option(policy_settings, &p, 1, argv, &index, &e), 1);
	ck_assert_int_eq(index, 1);
	ck_assert_str_eq(value_of(&p, keys[_i].key), keys[_i].initial);
	policy_free(&p);
}
END_TEST

START_TEST(no_setting_is_left_out_here)
{
	size_t n = 0;

	while (policy_settings[n].key)
		n++;
	ck_assert_uint_eq(n, ARRAY_SIZE(keys));
}
END_TEST

static const struct {
	const char *key, *value, *names; /* what the message names besides the key */
} bad[] = {
	{ "access", "rw", "container" },
	{ "access", "", "container" },
	{ "access", "RO", "container" },
	{ "access", "ro container", "container" },
	{ "volumes", "some", "watchable" },
	{ "max_mounts", "-1", "100000" },
	{ "max_mounts", "", "100000" },
	{ "max_mounts", "1.5", "100000" },
	{ "max_mounts", "0x10", "100000" },
	{ "max_mounts", " 1", "100000" },
	{ "max_mounts", "1 ", "100000" },
	{ "max_mounts", "+1", "100000" },
	{ "max_mounts", "100001", "100000" },
	{ "max_mounts", "4294967297", "100000" },
	{ "max_mounts", "18446744073709551617", "100000" },
	{ "export_propagation", "rshared", "shared" },
	{ "sandbox_from", "crio docker", "dockershim" },
	{ "watchable_kinds", "configmap,secret", "projected" },
	{ "watchable_kinds", "bind", "projected" },
	{ "create_subpaths", "yes", "true" },
	{ "on_error", "ignore", "warn" },
	{ "grace", "60s", "0" },
	{ "log_level", "trace", "debug" },
	{ "log_format", "xml", "json" },
	{ "log", "nowhere", "journal" },
	{ "log", "file:relative", "absolute" },
	{ "share_dir", "relative", "absolute" },
	{ "share_dir", "", "absolute" },
	{ "share_dir", "/a\nb", "control" },
	{ "direct_volumes_dir", "a/b", "absolute" },
	{ "selinux_context", "a\x1b[0m", "control" },
	{ "share_dirs", "/a", "unknown" },
	{ "share-dir", "/a", "unknown" },
	{ "Access", "ro", "unknown" },
	{ "", "ro", "unknown" },
};

START_TEST(refuses_unknown_keys_and_values)
{
	struct policy p = defaults();
	struct err e = { 0 };
	char what[128], before[256] = "";
	bool known = strcmp(bad[_i].names, "unknown") != 0;

	(void)snprintf(what, sizeof(what), "%s = '%s'", bad[_i].key, bad[_i].value);
	if (known)
		(void)strcpy(before, value_of(&p, bad[_i].key));
	check_exit(settings_set(policy_settings, &p, bad[_i].key, bad[_i].value, &e), &e, EX_CONFIG,
		   what);
	ck_assert_int_eq(e.error, EINVAL);
	ck_assert_msg(strstr(e.message, bad[_i].key) && strstr(e.message, bad[_i].names),
		      "%s: the message does not say '%s': %s", what, bad[_i].names, e.message);
	if (known)
		ck_assert_str_eq(value_of(&p, bad[_i].key), before);
	else /* all that are known are named */
		for (const struct setting *s = policy_settings; s->key; s++)
			ck_assert_msg(strstr(e.message, s->key), "%s is not in: %s", s->key,
				      e.message);
	policy_free(&p);
}
END_TEST

START_TEST(a_path_is_stored_clean)
{
	struct policy p = defaults();
	struct err e = { 0 };

	check_ok(settings_set(policy_settings, &p, "share_dir", "//srv/./x/../share/", &e), &e);
	ck_assert_str_eq(p.share_dir, "/srv/share");
	policy_free(&p);
}
END_TEST

/* ---- files ---- */

static const struct {
	const char *name, *text;
	const char *access, *share_dir; /* expected */
} files[] = {
	{ "empty", "", "ro", "/run/oci-share" },
	{ "comments and blank lines", "# a\n; b\n\n  \naccess = container\n", "container",
	  "/run/oci-share" },
	{ "no newline at the end", "access=container", "container", "/run/oci-share" },
	{ "blanks around", "access   =   container   \n", "container", "/run/oci-share" },
	{ "CRLF", "access = container\r\nshare_dir = /srv/x\r\n", "container", "/srv/x" },
	{ "the last counts", "access = container\naccess = ro\n", "ro", "/run/oci-share" },
	{ "a long comment", "# " HUNDRED HUNDRED HUNDRED "\naccess = container\n", "container",
	  "/run/oci-share" },
};

START_TEST(reads_files)
{
	struct policy p = defaults();
	struct err e = { 0 };
	int result;

	check_fresh_directory();
	check_file("conf", files[_i].text, 0644);
	result = settings_read(policy_settings, &p, check_absolute("conf"), true, &e);
	ck_assert_msg(result == 0, "%s: %s", files[_i].name, e.message);
	ck_assert_str_eq(value_of(&p, "access"), files[_i].access);
	ck_assert_str_eq(p.share_dir, files[_i].share_dir);
	policy_free(&p);
}
END_TEST

static const struct {
	const char *name, *text, *where, *names;
} bad_files[] = {
	{ "an unknown key in line 1", "acess = ro\n", "conf:1", "access" },
	{ "an unknown key in line 4", "# a\n\naccess = ro\nacess = ro\n", "conf:4", "acess" },
	{ "a bad value in line 2", "access = ro\nvolumes = most\n", "conf:2", "watchable" },
	{ "the first of two", "volumes = most\naccess = most\n", "conf:1", "watchable" },
	{ "no equals sign", "access = ro\nvolumes\n", "conf:2", "" },
	{ "a section", "[oci-share]\naccess = ro\n", "conf:1", "oci-share" },
	{ "a line that goes on is none", "access = container\n  ro\n", "conf:2", "" },
	{ "a long value is not cut", "share_dir = /" HUNDRED "/" HUNDRED "/" HUNDRED "\n", "conf:1",
	  "bytes" },
	{ "a bad line behind a long one", "# " HUNDRED HUNDRED HUNDRED "\nvolumes = most\n",
	  "conf:2", "watchable" },
};

START_TEST(names_file_and_line)
{
	struct policy p = defaults();
	struct err e = { 0 };

	check_fresh_directory();
	check_file("conf", bad_files[_i].text, 0644);
	check_exit(settings_read(policy_settings, &p, check_absolute("conf"), true, &e), &e,
		   EX_CONFIG, bad_files[_i].name);
	ck_assert_msg(strstr(e.message, bad_files[_i].where) &&
			      strstr(e.message, bad_files[_i].names),
		      "%s: %s", bad_files[_i].name, e.message);
	policy_free(&p);
}
END_TEST

START_TEST(a_NUL_in_a_file_is_refused)
{
	struct policy p = defaults();
	struct err e = { 0 };
	int fd;

	check_fresh_directory();
	fd = open("conf", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	ck_assert_int_eq(write(fd, "access = ro\n\0volumes = most\n", 27), 27);
	ck_assert_int_eq(close(fd), 0);
	check_exit(settings_read(policy_settings, &p, check_absolute("conf"), true, &e), &e,
		   EX_CONFIG, "NUL");
	policy_free(&p);
}
END_TEST

static void make_link(void)
{
	check_file("real", "access = container\n", 0644);
	ck_assert_int_eq(symlink("real", "conf"), 0);
}

static void make_fifo(void)
{
	ck_assert_int_eq(mkfifo("conf", 0644), 0);
}

static void make_directory(void)
{
	check_directory("conf", 0755);
}

static void make_foreign(void)
{
	check_file("conf", "access = container\n", 0644);
	ck_assert_int_eq(chown("conf", 1000, 1000), 0);
}

static void make_group_writable(void)
{
	check_file("conf", "access = container\n", 0664);
}

static void make_world_writable(void)
{
	check_file("conf", "access = container\n", 0646);
}

static void make_none(void)
{
}

static const struct {
	const char *name;
	void (*make)(void);
	int exit_code;
} untrusted[] = {
	{ "a link", make_link, EX_NOPERM },
	{ "a FIFO", make_fifo, EX_NOPERM },
	{ "a directory", make_directory, EX_NOPERM },
	{ "owned by uid 1000", make_foreign, EX_NOPERM },
	{ "mode 0664", make_group_writable, EX_NOPERM },
	{ "mode 0646", make_world_writable, EX_NOPERM },
	{ "missing", make_none, EX_CONFIG },
};

START_TEST(refuses_files_that_others_could_write)
{
	struct policy p = defaults();
	struct err e = { 0 };

	if (geteuid() != 0) {
		printf("skipped, it needs root\n");
		policy_free(&p);
		return;
	}
	check_fresh_directory();
	untrusted[_i].make();
	check_exit(settings_read(policy_settings, &p, check_absolute("conf"), true, &e), &e,
		   untrusted[_i].exit_code, untrusted[_i].name);
	ck_assert_ptr_nonnull(strstr(e.message, "conf"));
	ck_assert_str_eq(value_of(&p, "access"), "ro");
	policy_free(&p);
}
END_TEST

START_TEST(a_file_that_is_not_required_may_be_missing)
{
	struct policy p = defaults();
	struct err e = { 0 };

	check_fresh_directory();
	ck_assert_int_eq(settings_read(policy_settings, &p, check_absolute("conf"), false, &e), 0);
	ck_assert_int_eq(e.exit_code, 0);
	make_world_writable();
	check_exit(settings_read(policy_settings, &p, check_absolute("conf"), false, &e), &e,
		   EX_NOPERM, "there, but writable");
	policy_free(&p);
}
END_TEST

START_TEST(policy_load_reads_the_file_that_it_is_given)
{
	struct policy p = { 0 };
	struct err e = { 0 };

	check_fresh_directory();
	check_file("conf", "volumes = none\n", 0644);
	check_ok(policy_load(check_absolute("conf"), &p, &e), &e);
	ck_assert_int_eq(p.volumes, VOLUMES_NONE);
	ck_assert_int_eq(p.access, ACCESS_RO);
	policy_free(&p);
	check_exit(policy_load(check_absolute("none"), &p, &e), &e, EX_CONFIG, "a missing file");
	ck_assert_ptr_null(p.share_dir);
}
END_TEST

/* ---- options ---- */

static const struct {
	const char *name, *argv[3];
	int result, index; /* 1, 0, or -exit code */
	const char *access, *share_dir;
} options[] = {
	{ "two words", { "--access", "container" }, 1, 2, "container", "/run/oci-share" },
	{ "one word", { "--access=container" }, 1, 1, "container", "/run/oci-share" },
	{ "underscore as dash", { "--share-dir", "/x" }, 1, 2, "ro", "/x" },
	{ "more equals signs", { "--share-dir=/a=b" }, 1, 1, "ro", "/a=b" },
	{ "a value that looks like an option", { "--share-dir", "/-x" }, 1, 2, "ro", "/-x" },
	{ "underscore", { "--share_dir", "/x" }, 0, 0, "ro", "/run/oci-share" },
	{ "another option", { "--accesses", "container" }, 0, 0, "ro", "/run/oci-share" },
	{ "a beginning", { "--acc", "container" }, 0, 0, "ro", "/run/oci-share" },
	{ "one dash", { "-access", "container" }, 0, 0, "ro", "/run/oci-share" },
	{ "an operand", { "access" }, 0, 0, "ro", "/run/oci-share" },
	{ "an empty word", { "" }, 0, 0, "ro", "/run/oci-share" },
	{ "two dashes", { "--", "x" }, 0, 0, "ro", "/run/oci-share" },
	{ "no value", { "--access" }, -EX_USAGE, 0, "ro", "/run/oci-share" },
	{ "an empty value", { "--access=" }, -EX_USAGE, 0, "ro", "/run/oci-share" },
	{ "a bad value", { "--access", "rw" }, -EX_USAGE, 0, "ro", "/run/oci-share" },
	{ "a bad number", { "--max-mounts=many" }, -EX_USAGE, 0, "ro", "/run/oci-share" },
	{ "a relative path", { "--share-dir=x" }, -EX_USAGE, 0, "ro", "/run/oci-share" },
};

START_TEST(takes_options)
{
	char words[3][64] = { "" }, *argv[4] = { NULL };
	struct policy p = defaults();
	struct err e = { 0 };
	int argc = 0, index = 0, result;

	for (; argc < 3 && options[_i].argv[argc]; argc++)
		argv[argc] = strcpy(words[argc], options[_i].argv[argc]);
	result = settings_option(policy_settings, &p, argc, argv, &index, &e);
	if (options[_i].result < 0) {
		check_exit(result, &e, -options[_i].result, options[_i].name);
		ck_assert_msg(strncmp(argv[0], "--", 2) == 0 && strstr(e.message, "option '--"),
			      "%s: %s", options[_i].name, e.message);
	} else {
		ck_assert_msg(result == options[_i].result, "%s: %d %s", options[_i].name, result,
			      e.message);
	}
	ck_assert_int_eq(index, options[_i].index);
	ck_assert_str_eq(value_of(&p, "access"), options[_i].access);
	ck_assert_str_eq(p.share_dir, options[_i].share_dir);
	policy_free(&p);
}
END_TEST

START_TEST(help_has_every_setting)
{
	struct policy p = defaults();
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	ck_assert_ptr_nonnull(out);
	settings_print_help(policy_settings, out);
	policy_print_annotations(out);
	ck_assert_int_eq(fclose(out), 0);
	for (const struct setting *s = policy_settings; s->key; s++) {
		char option[64];

		(void)snprintf(option, sizeof(option), "--%s", s->key);
		for (char *c = option; *c; c++)
			*c = (char)(*c == '_' ? '-' : *c);
		ck_assert_msg(strstr(text, option), "%s is not in --help", option);
		ck_assert_ptr_nonnull(strstr(text, s->help));
	}
	ck_assert_ptr_nonnull(strstr(text, "io.oci-share.enabled"));
	ck_assert_ptr_nonnull(strstr(text, "io.oci-share.access"));
	ck_assert_ptr_nonnull(strstr(text, "io.oci-share.volumes"));
	free(text);
	policy_free(&p);
}
END_TEST

/* ---- what follows from choices ---- */

static const struct {
	const char *value;
	uint64_t propagation;
} propagations[] = {
	{ "shared", MS_SHARED },	 { "private", MS_PRIVATE },  { "slave", MS_SLAVE },
	{ "unbindable", MS_UNBINDABLE }, { "ubind", MS_UNBINDABLE },
};

START_TEST(export_propagation_is_a_mount_flag)
{
	struct policy p = defaults();
	struct err e = { 0 };

	check_ok(
		settings_set(policy_settings, &p, "export_propagation", propagations[_i].value, &e),
		&e);
	ck_assert_uint_eq(policy_propagation(&p), propagations[_i].propagation);
	policy_free(&p);
}
END_TEST

static const struct {
	const char *value;
	int level;
} levels[] = {
	{ "info", LOG_LEVEL_INFO },
	{ "error", LOG_LEVEL_ERROR },
	{ "warning", LOG_LEVEL_WARNING },
	{ "debug", LOG_LEVEL_DEBUG },
};

START_TEST(log_level_is_a_syslog_level)
{
	struct policy p = defaults();
	struct err e = { 0 };

	check_ok(settings_set(policy_settings, &p, "log_level", levels[_i].value, &e), &e);
	ck_assert_int_eq(policy_log_level(&p), levels[_i].level);
	policy_free(&p);
}
END_TEST

/* ---- annotations ---- */

static const struct {
	const char *name;
	int access, volumes; /* settings */
	const char *key, *value;
	int enabled, access_after, volumes_after; /* enabled -1: refused */
} annotations[] = {
	{ "others", ACCESS_CONTAINER, VOLUMES_ALL, "io.kubernetes.cri-o.SandboxID", "x",
	  ENABLED_TRUE, ACCESS_CONTAINER, VOLUMES_ALL },
	{ "a prefix that is not ours", ACCESS_CONTAINER, VOLUMES_ALL, "io.oci-shares.access", "rw",
	  ENABLED_TRUE, ACCESS_CONTAINER, VOLUMES_ALL },
	{ "disabled", 0, 0, "io.oci-share.enabled", "false", ENABLED_FALSE, 0, 0 },
	{ "enabled", 0, 0, "io.oci-share.enabled", "true", ENABLED_TRUE, 0, 0 },
	{ "ro", ACCESS_CONTAINER, 0, "io.oci-share.access", "ro", ENABLED_TRUE, ACCESS_RO, 0 },
	{ "ro already", ACCESS_RO, 0, "io.oci-share.access", "ro", ENABLED_TRUE, ACCESS_RO, 0 },
	{ "watchable", 0, VOLUMES_ALL, "io.oci-share.volumes", "watchable", ENABLED_TRUE, 0,
	  VOLUMES_WATCHABLE },
	{ "none", 0, VOLUMES_ALL, "io.oci-share.volumes", "none", ENABLED_TRUE, 0, VOLUMES_NONE },
	{ "watchable gives none nothing back", 0, VOLUMES_NONE, "io.oci-share.volumes", "watchable",
	  ENABLED_TRUE, 0, VOLUMES_NONE },
	{ "watchable to none", 0, VOLUMES_WATCHABLE, "io.oci-share.volumes", "none", ENABLED_TRUE,
	  0, VOLUMES_NONE },
	{ "no more access", ACCESS_RO, 0, "io.oci-share.access", "container", -1, 0, 0 },
	{ "rw", ACCESS_RO, 0, "io.oci-share.access", "rw", -1, 0, 0 },
	{ "no more volumes", 0, VOLUMES_NONE, "io.oci-share.volumes", "all", -1, 0, 0 },
	{ "an empty value", 0, 0, "io.oci-share.access", "", -1, 0, 0 },
	{ "two words", 0, 0, "io.oci-share.volumes", "watchable none", -1, 0, 0 },
	{ "enabled = 1", 0, 0, "io.oci-share.enabled", "1", -1, 0, 0 },
	{ "unknown", 0, 0, "io.oci-share.share_dir", "/etc", -1, 0, 0 },
	{ "in capitals", 0, 0, "io.oci-share.Access", "ro", -1, 0, 0 },
	{ "no name", 0, 0, "io.oci-share.", "ro", -1, 0, 0 },
};

START_TEST(annotations_only_narrow)
{
	char key[64], value[64], id[] = "c1";
	struct json_pair pair = { strcpy(key, annotations[_i].key),
				  strcpy(value, annotations[_i].value) };
	struct oci_state state = { .id = id, .annotations = { &pair, 1 } };
	struct policy p = { .access = annotations[_i].access, .volumes = annotations[_i].volumes };
	struct err e = { 0 };
	int result = policy_narrow(&p, &state, &e);

	if (annotations[_i].enabled < 0) {
		check_exit(result, &e, EX_DATAERR, annotations[_i].name);
		ck_assert_ptr_nonnull(strstr(e.message, annotations[_i].key));
		return;
	}
	ck_assert_msg(result == 0, "%s: %s", annotations[_i].name, e.message);
	ck_assert_int_eq(p.enabled, annotations[_i].enabled);
	ck_assert_int_eq(p.access, annotations[_i].access_after);
	ck_assert_int_eq(p.volumes, annotations[_i].volumes_after);
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ has_its_default_and_takes_another_value, ARRAY_SIZE(keys) },
		{ no_setting_is_left_out_here, 0 },
		{ refuses_unknown_keys_and_values, ARRAY_SIZE(bad) },
		{ a_path_is_stored_clean, 0 },
		{ reads_files, ARRAY_SIZE(files) },
		{ names_file_and_line, ARRAY_SIZE(bad_files) },
		{ a_NUL_in_a_file_is_refused, 0 },
		{ refuses_files_that_others_could_write, ARRAY_SIZE(untrusted) },
		{ a_file_that_is_not_required_may_be_missing, 0 },
		{ policy_load_reads_the_file_that_it_is_given, 0 },
		{ takes_options, ARRAY_SIZE(options) },
		{ help_has_every_setting, 0 },
		{ export_propagation_is_a_mount_flag, ARRAY_SIZE(propagations) },
		{ log_level_is_a_syslog_level, ARRAY_SIZE(levels) },
		{ annotations_only_narrow, ARRAY_SIZE(annotations) },
		{ 0 },
	};

	return check_main("settings", cases);
}
