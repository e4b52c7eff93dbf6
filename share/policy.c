/* What the operator allows. */
#include "share/policy.h"

#include <string.h>
#include <sys/mount.h>

#include "common/log.h"
#include "common/process.h"
#include "common/str.h"

#ifndef VENDOR_CONFIG
#define VENDOR_CONFIG "/usr/share/oci-share/oci-share.conf"
#endif
#ifndef ADMIN_CONFIG
#define ADMIN_CONFIG "/etc/oci-share/oci-share.conf"
#endif

#define CHOICE(name, words, text)                                                          \
	{                                                                                  \
#name, SETTING_CHOICE, offsetof(struct policy, name), NULL, words, 0, text \
	}
#define NUMBER(name, value, most, text)                                                       \
	{                                                                                     \
#name, SETTING_NUMBER, offsetof(struct policy, name), value, NULL, most, text \
	}
#define WORDS(name, value, words, text)                                                    \
	{                                                                                  \
#name, SETTING_WORDS, offsetof(struct policy, name), value, words, 0, text \
	}
#define PATH(name, value, text)                                                         \
	{                                                                               \
#name, SETTING_TEXT, offsetof(struct policy, name), value, "/", 0, text \
	}
#define TARGET(name, value, words, text)                                                  \
	{                                                                                 \
#name, SETTING_TEXT, offsetof(struct policy, name), value, words, 0, text \
	}
#define TEXT(name, value, text)                                                          \
	{                                                                                \
#name, SETTING_TEXT, offsetof(struct policy, name), value, NULL, 0, text \
	}

const struct setting policy_settings[] = {
	PATH(share_dir, "/run/oci-share", "directory of the shares"),
	CHOICE(access, "ro container",
	       "who may write through a share: nobody, or whom the container lets"),
	CHOICE(volumes, "all watchable none", "which volumes are published"),
	NUMBER(max_mounts, "128", 100000, "most mounts in one share"),
	CHOICE(export_propagation, "shared private slave unbindable ubind",
	       "propagation of export/"),
	WORDS(sandbox_from, "crio containerd dockershim", "crio containerd dockershim",
	      "whose annotations may name the sandbox"),
	WORDS(watchable_kinds, "configmap secret projected downward-api",
	      "configmap secret projected downward-api", "kinds that can be watchable"),
	NUMBER(watchable_limit, "8", 100000, "most entries of a watchable volume"),
	CHOICE(create_subpaths, "false true", "make missing subpath directories"),
	PATH(direct_volumes_dir, "/run/kata-containers/shared/direct-volumes",
	     "where mountInfo.json files are"),
	PATH(kubelet_dir, "",
	     "only paths below its pods/ are Kubernetes volumes; empty: wherever they lie"),
	NUMBER(grace, "60", 31536000, "seconds that a share may stay after its process is gone"),
	CHOICE(on_error, "fail warn", "what a system error does to the container's start"),
	TEXT(selinux_context, "", "context of the sealed tmpfs"),
	TARGET(log, "journal", "journal syslog stderr file:/",
	       "where log lines go: journal, syslog, stderr or file:PATH"),
	CHOICE(log_level, "info error warning debug", "least important lines that are logged"),
	CHOICE(log_format, "text json", "form of lines to stderr and files"),
	{ 0 },
};

static const int log_levels[] = { LOG_LEVEL_INFO, LOG_LEVEL_ERROR, LOG_LEVEL_WARNING,
				  LOG_LEVEL_DEBUG };
static const uint64_t propagations[] = { MS_SHARED, MS_PRIVATE, MS_SLAVE, MS_UNBINDABLE,
					 MS_UNBINDABLE };

#define ANNOTATION_PREFIX "io.oci-share."

static int set_subpaths(struct policy *policy, const char *value, struct err *e)
{
	return subpath_requests_parse(value, &policy->subpaths, e);
}

/* What an annotation may say: 'words' are values of the setting with that name, the first of them
 * in place 'first' of its row. A choice only moves towards less: up the list, or down where less
 * stands first. With 'set' the value is text, and 'words' its form for --help. */
static const struct annotation {
	const char *name, *words;
	int first;
	bool less_is_first;
	size_t offset;
	const char *help;
	int (*set)(struct policy *policy, const char *value, struct err *e);
} annotations[] = {
	{ "enabled", "true false", 0, false, offsetof(struct policy, enabled),
	  "false: no share for this container", NULL },
	{ "access", "ro", 0, true, offsetof(struct policy, access),
	  "read-only, whatever the settings grant", NULL },
	{ "volumes", "watchable none", 1, false, offsetof(struct policy, volumes),
	  "publish only these volumes", NULL },
	{ "subpaths", "/DESTINATION=SUBPATH, ...", 0, false, 0,
	  "of the volume mounted there publish only that", set_subpaths },
};

int policy_load(const char *config, struct policy *ret, struct err *e)
{
	cleanup_with(policy_free) struct policy p = { 0 };
	cleanup_free char *runtime = NULL;

	if (settings_init(policy_settings, &p, e) < 0 ||
	    process_user_runtime_directory(&runtime, e) < 0)
		return -e->error;
	if (runtime) {
		free(p.share_dir);
		p.share_dir = str_format("%s/oci-share", runtime);
		if (!p.share_dir)
			return err_nomem(e);
	}
	if (config) {
		if (settings_read(policy_settings, &p, config, true, e) < 0)
			return -e->error;
	} else if (settings_read(policy_settings, &p, VENDOR_CONFIG, false, e) < 0 ||
		   settings_read(policy_settings, &p, ADMIN_CONFIG, false, e) < 0) {
		return -e->error;
	}
	*ret = p;
	p = (struct policy){ 0 };
	return 0;
}

void policy_free(struct policy *policy)
{
	settings_free(policy_settings, policy);
	subpath_requests_free(&policy->subpaths);
}

uint64_t policy_propagation(const struct policy *policy)
{
	return propagations[policy->export_propagation];
}

int policy_log_level(const struct policy *policy)
{
	return log_levels[policy->log_level];
}

void policy_open_log(const struct policy *policy, struct log *log)
{
	log->level = (enum log_level)policy_log_level(policy);
	log->json = policy->log_format;
	log_open(log, policy->log);
}

static int narrow_choice(struct policy *policy, const struct annotation *a, const char *value,
			 struct err *e)
{
	int *choice = (int *)((char *)policy + a->offset),
	    place = str_place_in_words(a->words, value, strlen(value));

	if (place < 0)
		return err_set(e, EX_DATAERR, EINVAL, "'%s' is not one of: %s", value, a->words);
	place += a->first;
	if (a->less_is_first ? place < *choice : place > *choice)
		*choice = place;
	return 0;
}

static int narrow_one(struct policy *policy, const char *name, const char *value, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(annotations); i++) {
		const struct annotation *a = &annotations[i];

		if (!str_equal(a->name, name))
			continue;
		if ((a->set ? a->set(policy, value, e) : narrow_choice(policy, a, value, e)) < 0)
			return err_wrap(e, "annotation '" ANNOTATION_PREFIX "%s'", name);
		return 0;
	}
	return err_set(e, EX_DATAERR, EINVAL, "unknown annotation '" ANNOTATION_PREFIX "%s'", name);
}

int policy_narrow(struct policy *policy, const struct oci_state *state, struct err *e)
{
	const size_t length = strlen(ANNOTATION_PREFIX);

	for (size_t i = 0; i < state->annotations.n; i++) {
		const struct json_pair *a = &state->annotations.items[i];

		if (strncmp(a->key, ANNOTATION_PREFIX, length) == 0 &&
		    narrow_one(policy, a->key + length, a->value, e) < 0)
			return -e->error;
	}
	return 0;
}

void policy_print_annotations(FILE *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(annotations); i++)
		fprintf(out, "  " ANNOTATION_PREFIX "%-10s %s: %s\n", annotations[i].name,
			annotations[i].help, annotations[i].words);
}
