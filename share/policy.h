/* What the operator allows: settings, and what a container's annotations take away from them.
 *
 * The settings are one table, the annotations another; each row of them is all there is to add for
 * a new one. */
#pragma once

#include "common/log.h"
#include "common/settings.h"
#include "oci-spec/state.h"
#include "share/subpath_request.h"

enum policy_access { ACCESS_RO, ACCESS_CONTAINER };
enum policy_volumes { VOLUMES_ALL, VOLUMES_WATCHABLE, VOLUMES_NONE };
enum policy_on_error { ON_ERROR_FAIL, ON_ERROR_WARN };

/* Choices are the places of the values in the table's rows. */
struct policy {
	char *share_dir;
	int access, volumes;
	unsigned max_mounts;
	int export_propagation;
	char *sandbox_from;
	char *watchable_kinds;
	unsigned watchable_limit;
	int create_subpaths;
	char *direct_volumes_dir;
	char *kubelet_dir;
	unsigned grace;
	int on_error;
	char *selinux_context;
	char *log;
	int log_level, log_format;
	/* set by an annotation only */
	int enabled; /* of "true false" */
	struct subpath_requests subpaths;
};

enum { ENABLED_TRUE, ENABLED_FALSE };

extern const struct setting policy_settings[];

/* Defaults, then the files: 'config' alone where it is given, else the vendor's and the
 * administrator's. */
int policy_load(const char *config, struct policy *ret, struct err *e) must_use;
void policy_free(struct policy *policy);

/* MS_* for export/. */
uint64_t policy_propagation(const struct policy *policy);

/* LOG_LEVEL_* of the setting log_level. */
int policy_log_level(const struct policy *policy);

/* Open the log as the settings say. */
void policy_open_log(const struct policy *policy, struct log *log);

/* Apply the container's io.oci-share.* annotations. Exit 65: an unknown annotation or value. An
 * annotation never grants what the settings do not. */
int policy_narrow(struct policy *policy, const struct oci_state *state, struct err *e) must_use;

/* The annotations for --help, one a line. */
void policy_print_annotations(FILE *out);
