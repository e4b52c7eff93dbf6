/* Withdraw all that is stale. */
#include "share/gc.h"

#include <fcntl.h>

#include "common/mount.h"
#include "common/str.h"
#include "share/export.h"
#include "share/stale.h"

/* Files of a record that was never written, or is removed: the killed writer's, or a mark. */
static int consider_leftover(struct stale_pass *pass, const char *id, struct err *e)
{
	cleanup_with(record_free) struct record r = { 0 };
	int result = record_read(pass->sd, id, &r, e);

	*e = (struct err){ 0 };
	if (result != -ENOENT || pass->dry_run)
		return 0;
	return record_remove(pass->sd, id, e);
}

static int each_state_file(const char *name, void *data)
{
	struct stale_pass *pass = data;
	char id[OCI_ID_MAX + 1];

	if (stale_id_of(name, "", ".json", id))
		return stale_with_lock(pass, id, stale_consider);
	if (stale_id_of(name, ".", ".new", id) || stale_id_of(name, ".", ".gone", id))
		return stale_with_lock(pass, id, consider_leftover);
	return 0;
}

static int consider_directory(struct stale_pass *pass, const char *id, struct err *e)
{
	struct withdrawal w = { .id = id, .sandbox = pass->sandbox };
	cleanup_with(record_free) struct record r = { 0 };
	int result = record_read(pass->sd, id, &r, e);

	if (result < 0 && result != -ENOENT && result != -EBADMSG)
		return result; /* whether there is a record is not known */
	*e = (struct err){ 0 };
	if (!stale_has_directory(pass->sd->tree, pass->sandbox, id)) /* withdrawn meanwhile */
		return 0;
	if (result == -EBADMSG || (result == 0 && str_equal(r.sandbox, pass->sandbox)))
		return 0;
	w.keep_record = result == 0; /* it is of a share in another sandbox */
	return stale_take_away(pass, &w, "a directory without a record", e);
}

static int each_container(const char *name, void *data)
{
	return oci_id_is_valid(name) ? stale_with_lock(data, name, consider_directory) : 0;
}

static int each_sandbox(const char *name, void *data)
{
	struct stale_pass *pass = data;
	cleanup_fd int fd = at_try(pass->sd->tree, name, O_PATH | O_DIRECTORY, AT_OURS);
	struct err e = { 0 };

	if (fd < 0 || !oci_id_is_valid(name))
		return 0;
	pass->sandbox = name;
	if (at_each(fd, each_container, pass, &e) < 0)
		stale_note(pass, &e, name);
	if (!pass->dry_run)
		(void)unlinkat(pass->sd->tree, name,
			       AT_REMOVEDIR); /* goes only where it is empty */
	return 0;
}

/* What a process left that was killed while it put a tree together below stage/. */
static int consider_stage(struct stale_pass *pass, const char *id, struct err *e)
{
	cleanup_fd int stage = export_find_stage(pass->sd, pass->proc, e), mount = -EBADF;
	struct statx sx;

	if (stage < 0)
		return e->exit_code ? stage : 0;
	mount = at_open(stage, id, O_PATH | O_DIRECTORY, AT_OURS_MOUNTED, e);
	if (mount < 0 || at_statx(mount, &sx, e) < 0)
		return -e->error;
	pass->result.withdrawn++;
	if (pass->listener)
		pass->listener->withdraws(id, "", "an unfinished build", pass->listener->data);
	if (pass->dry_run)
		return 0;
	if ((sx.stx_attributes & STATX_ATTR_MOUNT_ROOT) &&
	    mount_detach(pass->proc, mount, false, e) < 0)
		return -e->error;
	return unlinkat(stage, id, AT_REMOVEDIR) < 0 ? err_sys(e, errno, "remove 'stage/%s'", id)
						     : 0;
}

static int each_stage(const char *name, void *data)
{
	return oci_id_is_valid(name) ? stale_with_lock(data, name, consider_stage) : 0;
}

static int collect_stage(struct stale_pass *pass, struct err *e)
{
	cleanup_fd int stage = export_find_stage(pass->sd, pass->proc, e);

	if (stage < 0)
		stale_note(pass, e, "stage");
	return stage < 0 ? 0 : at_each(stage, each_stage, pass, e);
}

int gc_all(const struct policy *policy, const struct sharedir *sd, int proc, bool dry_run,
	   struct log *log, const struct gc_listener *listener, struct gc_result *ret,
	   struct err *e)
{
	struct stale_pass pass = { .policy = policy,
				   .sd = sd,
				   .proc = proc,
				   .dry_run = dry_run,
				   .log = log,
				   .listener = listener };

	if (lifecycle_here(proc, &pass.here, e) < 0 ||
	    at_each(sd->state, each_state_file, &pass, e) < 0 ||
	    at_each(sd->tree, each_sandbox, &pass, e) < 0 || collect_stage(&pass, e) < 0)
		return -e->error;
	*ret = pass.result;
	if (pass.first.exit_code)
		*e = pass.first;
	return pass.first.exit_code ? -e->error : 0;
}
