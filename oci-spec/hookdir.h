/* Hook configurations, as podman, CRI-O and the NRI hook injector read them from their directories:
 * oci-hooks(5), and the code that all three share, pkg/hooks of containers/common.
 *
 * A directory's files are read in the order of their names, without "*.json" none. The first error
 * in a directory decides for all of it: a hook.path that is missing lets the engine pass over every
 * bad file there without a word; anything else, and no container starts. A file hides those of the
 * same name in earlier directories if it is good itself. What remains runs in the order of the
 * names in lower case.
 *
 * Refused here, where Go's decoder takes it: a key that occurs twice or in other letter case
 * (OCI_HOOK_UNCLEAR), a member that is null, a negative timeout (with which runc ends the hook at
 * once). A file without stages is bad here whether or not its program is there. Regular expressions
 * are the caller's to check: they need a library. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/json.h"

enum { OCI_HOOK_FILE_MAX = 1 << 20, OCI_HOOK_FILES_MAX = 1024 };

/* Of members that may be missing and are true or false else. */
enum { OCI_HOOK_NOT_GIVEN = 2, OCI_HOOK_NO_TIMEOUT = -1 };

struct oci_hook {
	char *version;
	struct {
		char *path; /* never empty; absolute: oci_hook_check() */
		struct json_strings args, env;
		int64_t timeout; /* seconds, or OCI_HOOK_NO_TIMEOUT; 0: runc ends it at once */
	} hook;
	struct {
		bool any;			 /* one condition is enough: version 0.1.0 */
		uint8_t always, has_bind_mounts; /* 0, 1, or OCI_HOOK_NOT_GIVEN */
		struct json_map annotations;	 /* regular expressions of keys and values */
		struct json_strings commands;	 /* regular expressions of process.args[0] */
	} when;
	struct json_strings stages; /* of none it never runs */
};

/* Decode an open file of version 1.0.0, or of 0.1.0 or none (hook_old.h). Exit 65: it is not
 * acceptable; -ENOTUNIQ: for the sake of a key that Go takes. */
int oci_hook_read(int fd, struct oci_hook *ret, struct err *e) must_use;
void oci_hook_free(struct oci_hook *hook);

/* What engines check after they have found the program: a known stage ('extra' is one more, or
 * NULL); and what the runtime wants: an absolute path. Exit 65. */
int oci_hook_check(const struct oci_hook *hook, const char *extra, struct err *e) must_use;

/* Whether anything can match 'when': {} never does, nor does one with a false, but for when.any. */
bool oci_hook_can_match(const struct oci_hook *hook);

enum oci_hook_status {
	OCI_HOOK_GOOD,
	OCI_HOOK_UNCLEAR, /* a key occurs twice or in other letter case: Go takes it, others read
			     it differently; its hook is zeroed */
	OCI_HOOK_NOWHERE, /* a link that leads nowhere: passed over */
	OCI_HOOK_MISSING, /* the caller's to set: hook.path is not there */
	OCI_HOOK_BAD,
};

struct oci_hook_file {
	const char *directory; /* as it was given */
	char *name;
	struct oci_hook hook;
	enum oci_hook_status status;
	char *why;   /* of OCI_HOOK_BAD and OCI_HOOK_UNCLEAR */
	bool hidden; /* by one of the same name in a later directory */
	bool passed; /* an earlier file of its directory is OCI_HOOK_MISSING, so no engine says
			that this is bad */
};

struct oci_hook_files {
	struct oci_hook_file *items;
	size_t n;
};

/* Add the files of 'directory', a path below 'root' (an O_PATH directory that nothing leads out
 * of), which must outlive them; after an error none of them. -ENOENT: it is not there; -E2BIG: in
 * all there are more than OCI_HOOK_FILES_MAX. */
int oci_hook_files_add(int root, const char *directory, struct oci_hook_files *files,
		       struct err *e) must_use;
void oci_hook_files_free(struct oci_hook_files *files);

/* Make it OCI_HOOK_BAD for the reason in 'e', which is cleared. */
void oci_hook_file_refuse(struct oci_hook_file *file, struct err *e);

/* With every status known: find what is hidden and passed over, and put all in the order in which
 * engines use them. The directory that stops the engine, or NULL. */
const char *oci_hook_files_settle(struct oci_hook_files *files) must_use;
