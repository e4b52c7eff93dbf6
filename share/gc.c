/* Withdraw what is stale. */
#include "share/gc.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "common/mount.h"
#include "common/str.h"
#include "share/withdraw.h"

struct gc {
	const struct policy *policy;
	const struct sharedir *sd;
	int proc;
	uint64_t mnt_ns;
	bool dry_run;
	struct log *log;
	gc_report *report;
	void *data;
	struct gc_result result;
	struct err first;
	const char *sandbox; /* that is being read */
};

/* In which sandbox's directory an id has its place. */
struct search {
	int tree;
	const char *id;
	char sandbox[OCI_ID_MAX + 1];
};

static void note(struct gc *gc, struct err *e, const char *id)
{
	if (!e->exit_code)
		return;
	gc->result.failed++;
	log_line(gc->log, LOG_LEVEL_WARNING, "'%s': %s", id, e->message);
	if (!gc->first.exit_code)
		gc->first = *e;
	*e = (struct err){ 0 };
}

static int take_away(struct gc *gc, const struct withdrawal *w, const char *reason, struct err *e)
{
	if (gc->report)
		gc->report(w->id, w->sandbox, reason, gc->data);
	if (!gc->dry_run) {
		if (withdraw(gc->sd, gc->proc, w, gc->log, e) < 0)
			return -e->error;
		log_line(gc->log, LOG_LEVEL_INFO, "withdrew '%s' of sandbox '%s': %s", w->id,
			 w->sandbox, reason);
	}
	gc->result.withdrawn++;
	return 0;
}

/* Why a share with a good record is to be withdrawn; NULL: it is not. */
static int judge(struct gc *gc, const struct record *r, const char **ret, struct err *e)
{
	struct withdrawal w = withdrawal_of(r, gc->mnt_ns);
	char boot_id[PROCESS_BOOT_ID_SIZE];
	struct lifecycle_facts facts;
	enum lifecycle verdict;
	int there;

	*ret = NULL;
	if (lifecycle_measure(gc->proc, r, boot_id, &facts, e) < 0)
		return -e->error;
	verdict = lifecycle_judge(r, &facts, gc->policy->grace);
	if (verdict == LIFECYCLE_GONE && !gc->dry_run) {
		if (record_mark_gone(gc->sd, r->id, &facts.gone_seconds, e) < 0)
			return -e->error;
		verdict = lifecycle_judge(r, &facts, gc->policy->grace);
	}
	if (verdict == LIFECYCLE_STALE) {
		*ret = str_equal(r->boot_id, boot_id) ? "its container is gone"
						      : "it is of another boot";
		return 0;
	}
	if (verdict == LIFECYCLE_UNKNOWN || (uint64_t)r->mnt_ns != gc->mnt_ns)
		return 0;
	there = withdraw_look(gc->sd, gc->proc, &w, e);
	if (there < 0)
		return there;
	if (there == WITHDRAW_NOTHING)
		*ret = "a record without a mount";
	return 0;
}

static int find_sandbox(const char *name, void *data)
{
	struct search *s = data;
	cleanup_fd int fd = at_try(s->tree, name, O_PATH | O_DIRECTORY, AT_OURS);

	if (fd < 0 || !oci_id_is_valid(name) || faccessat(fd, s->id, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	memcpy(s->sandbox, name, strlen(name) + 1); /* a valid id fits */
	return 1;
}

/* A record that says nothing: the share is judged by its tmpfs. Where that is there, it stays. */
static int consider_unreadable(struct gc *gc, const char *id, struct err *e)
{
	struct search search = { .tree = gc->sd->tree, .id = id };
	struct withdrawal w = { .id = id, .sandbox = id };
	int there;

	if (sharedir_each(gc->sd->tree, find_sandbox, &search, e) == 1)
		w.sandbox = search.sandbox;
	there = e->exit_code ? -e->error : withdraw_look(gc->sd, gc->proc, &w, e);
	if (there != WITHDRAW_NOTHING) {
		log_line(gc->log, LOG_LEVEL_WARNING,
			 "'%s': leave a share whose record cannot be read", id);
		return there < 0 ? there : 0;
	}
	return take_away(gc, &w, "its record cannot be read and it has no mount", e);
}

static int consider_locked(struct gc *gc, const char *id, struct err *e)
{
	cleanup_with(record_free) struct record r = { 0 };
	const char *reason;
	struct withdrawal w;
	int result = record_read(gc->sd, id, &r, e);

	if (result == -ENOENT) {
		*e = (struct err){ 0 };
		return 0; /* withdrawn meanwhile */
	}
	if (result == -EBADMSG) {
		*e = (struct err){ 0 };
		return consider_unreadable(gc, id, e);
	}
	if (result < 0 || judge(gc, &r, &reason, e) < 0)
		return -e->error;
	if (!reason)
		return 0;
	w = withdrawal_of(&r, gc->mnt_ns);
	return take_away(gc, &w, reason, e);
}

/* Run one of the considering functions with the id's lock, if it is free. */
static int with_lock(struct gc *gc, const char *id,
		     int (*consider)(struct gc *gc, const char *id, struct err *e))
{
	struct err e = { 0 };

	gc->result.looked++;
	if (sharedir_lock(gc->sd, id, 0, &e) < 0) {
		gc->result.busy += e.error == EAGAIN;
		if (e.error != EAGAIN)
			note(gc, &e, id);
		return 0;
	}
	if (consider(gc, id, &e) < 0)
		note(gc, &e, id);
	sharedir_unlock(gc->sd, id);
	return 0;
}

/* The id in a name of the form <prefix><id><suffix>; false: it is not of that form. */
static bool id_of(const char *name, const char *prefix, const char *suffix,
		  char ret[OCI_ID_MAX + 1])
{
	size_t before = strlen(prefix), after = strlen(suffix), length = strlen(name);

	if (length <= before + after || length - before - after > OCI_ID_MAX ||
	    strncmp(name, prefix, before) != 0 || !str_equal(name + length - after, suffix))
		return false;
	memcpy(ret, name + before, length - before - after);
	ret[length - before - after] = '\0';
	return oci_id_is_valid(ret);
}

/* Files of a record that was never written, or is removed: the killed writer's, or a mark. */
static int consider_leftover(struct gc *gc, const char *id, struct err *e)
{
	cleanup_with(record_free) struct record r = { 0 };
	int result = record_read(gc->sd, id, &r, e);

	*e = (struct err){ 0 };
	if (result != -ENOENT || gc->dry_run)
		return 0;
	return record_remove(gc->sd, id, e);
}

static int each_state_file(const char *name, void *data)
{
	struct gc *gc = data;
	char id[OCI_ID_MAX + 1];

	if (id_of(name, "", ".json", id))
		return with_lock(gc, id, consider_locked);
	if (id_of(name, ".", ".new", id) || id_of(name, ".", ".gone", id))
		return with_lock(gc, id, consider_leftover);
	return 0;
}

static int consider_directory(struct gc *gc, const char *id, struct err *e)
{
	struct withdrawal w = { .id = id, .sandbox = gc->sandbox };
	cleanup_with(record_free) struct record r = { 0 };
	int result = record_read(gc->sd, id, &r, e);

	*e = (struct err){ 0 };
	if (result == -EBADMSG || (result == 0 && str_equal(r.sandbox, gc->sandbox)))
		return 0;
	w.keep_record = result == 0; /* it is of a share in another sandbox */
	return take_away(gc, &w, "a directory without a record", e);
}

static int each_container(const char *name, void *data)
{
	return oci_id_is_valid(name) ? with_lock(data, name, consider_directory) : 0;
}

static int each_sandbox(const char *name, void *data)
{
	struct gc *gc = data;
	cleanup_fd int fd = at_try(gc->sd->tree, name, O_PATH | O_DIRECTORY, AT_OURS);
	struct err e = { 0 };

	if (fd < 0 || !oci_id_is_valid(name))
		return 0;
	gc->sandbox = name;
	if (sharedir_each(fd, each_container, gc, &e) < 0)
		note(gc, &e, name);
	if (!gc->dry_run)
		(void)unlinkat(gc->sd->tree, name, AT_REMOVEDIR); /* goes only where it is empty */
	return 0;
}

/* What a process left that was killed while it put a tree together below stage/. */
static int consider_stage(struct gc *gc, const char *id, struct err *e)
{
	cleanup_fd int stage = at_open(gc->sd->root, "stage", O_PATH | O_DIRECTORY, AT_OURS_MOUNTED,
				       e),
		       mount = -EBADF;
	struct statx sx;

	if (stage < 0)
		return stage;
	mount = at_open(stage, id, O_PATH | O_DIRECTORY, AT_OURS_MOUNTED, e);
	if (mount < 0 || at_statx(mount, &sx, e) < 0)
		return -e->error;
	gc->result.withdrawn++;
	if (gc->report)
		gc->report(id, "", "an unfinished build", gc->data);
	if (gc->dry_run)
		return 0;
	if ((sx.stx_attributes & STATX_ATTR_MOUNT_ROOT) && mount_detach(mount, e) < 0)
		return -e->error;
	return unlinkat(stage, id, AT_REMOVEDIR) < 0 ? err_sys(e, errno, "remove 'stage/%s'", id)
						     : 0;
}

static int each_stage(const char *name, void *data)
{
	return oci_id_is_valid(name) ? with_lock(data, name, consider_stage) : 0;
}

static int collect_stage(struct gc *gc, struct err *e)
{
	cleanup_fd int stage = at_try(gc->sd->root, "stage", O_PATH | O_DIRECTORY, AT_OURS_MOUNTED);

	return stage < 0 ? 0 : sharedir_each(stage, each_stage, gc, e);
}

int gc_all(const struct policy *policy, const struct sharedir *sd, int proc, bool dry_run,
	   struct log *log, gc_report *report, void *data, struct gc_result *ret, struct err *e)
{
	struct gc gc = { .policy = policy,
			 .sd = sd,
			 .proc = proc,
			 .dry_run = dry_run,
			 .log = log,
			 .report = report,
			 .data = data };

	if (process_namespace(proc, "mnt", &gc.mnt_ns, e) < 0 ||
	    sharedir_each(sd->state, each_state_file, &gc, e) < 0 ||
	    sharedir_each(sd->tree, each_sandbox, &gc, e) < 0 || collect_stage(&gc, e) < 0)
		return -e->error;
	*ret = gc.result;
	if (gc.first.exit_code)
		*e = gc.first;
	return gc.first.exit_code ? -e->error : 0;
}

/* Records from a random place on: a position is as good as any other, and the directory's order is
 * the kernel's. */
struct sweep {
	struct gc *gc;
	const char *self;
	unsigned skip, left;
};

static int sweep_one(const char *name, void *data)
{
	struct sweep *s = data;
	char id[OCI_ID_MAX + 1];

	if (!id_of(name, "", ".json", id) || str_equal(id, s->self))
		return 0;
	if (s->skip > 0) {
		s->skip--;
		return 0;
	}
	(void)with_lock(s->gc, id, consider_locked); /* errors were logged */
	return --s->left == 0;
}

static int count_one(const char *name, void *data)
{
	(void)name;
	(*(unsigned *)data)++;
	return 0;
}

void gc_sweep(const struct policy *policy, const struct sharedir *sd, int proc, const char *self,
	      struct log *log)
{
	struct gc gc = { .policy = policy, .sd = sd, .proc = proc, .log = log };
	struct sweep s = { .gc = &gc, .self = self, .left = GC_SWEEP };
	struct err e = { 0 };
	unsigned entries = 0, random = 0;

	if (process_namespace(proc, "mnt", &gc.mnt_ns, &e) < 0 ||
	    sharedir_each(sd->state, count_one, &entries, &e) < 0) {
		log_line(log, LOG_LEVEL_WARNING, "sweep: %s", e.message);
		return;
	}
	if (entries > GC_SWEEP &&
	    getrandom(&random, sizeof(random), GRND_NONBLOCK) == sizeof(random))
		s.skip = random % (entries - GC_SWEEP + 1);
	if (sharedir_each(sd->state, sweep_one, &s, &e) < 0)
		log_line(log, LOG_LEVEL_WARNING, "sweep: %s", e.message);
	log_step(log, "sweep", "looked=%u withdrawn=%u", gc.result.looked, gc.result.withdrawn);
}
