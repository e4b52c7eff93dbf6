/* Republish a live share with less access. */
#include "share/republish.h"

#include <fcntl.h>
#include <string.h>

#include "common/clock.h"
#include "common/io.h"
#include "common/mount.h"
#include "common/str.h"
#include "share/seal.h"
#include "share/withdraw.h"

enum { MANIFEST_MAX = RECORD_MAX };

/* One republication. */
struct republication {
	const struct sharedir *sd;
	int proc;
	const struct lifecycle_here *here;
	struct record *r; /* the live share's, whole */
	struct seal seal; /* the new one */
	int live;	  /* root of the live share */
	char nonce[17];
};

static void close_republication(struct republication *p)
{
	seal_close(&p->seal);
	cleanup_close(&p->live);
	p->live = -EBADF;
}

/* Clone one published mount of the live share, with what is mounted below it, into the new one. */
static int add(struct republication *p, const char *path, struct err *e)
{
	const uint64_t attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
	cleanup_fd int source = -EBADF, clone = -EBADF;
	struct statx sx;

	if (!path)
		return 0;
	source = at_open(p->live, path, O_PATH, AT_OURS_MOUNTED, e);
	if (source < 0 || at_statx(source, &sx, e) < 0)
		return -e->error;
	clone = mount_clone(source, true, e);
	if (clone < 0 || mount_shape(clone, attributes, MS_PRIVATE, true, e) < 0 ||
	    seal_add(&p->seal, clone, path, S_ISDIR(sx.stx_mode), e) < 0)
		return err_wrap(e, "'%s'", path);
	return 0;
}

static int add_all(struct republication *p, struct err *e)
{
	const struct record_volume *volumes = p->r->volumes.items;
	const struct record_subpath *subpaths = p->r->subpaths.items;

	if (add(p, p->r->rootfs.path, e) < 0)
		return -e->error;
	for (size_t i = 0; i < p->r->volumes.n; i++)
		if (add(p, volumes[i].path, e) < 0)
			return -e->error;
	for (size_t i = 0; i < p->r->subpaths.n; i++)
		if (add(p, subpaths[i].path, e) < 0)
			return -e->error;
	return 0;
}

static bool is_readonly(const struct record *r)
{
	const struct record_volume *volumes = r->volumes.items;
	const struct record_subpath *subpaths = r->subpaths.items;
	bool writable = !r->rootfs.readonly;

	for (size_t i = 0; i < r->volumes.n; i++)
		writable |= volumes[i].path && !volumes[i].readonly;
	for (size_t i = 0; i < r->subpaths.n; i++)
		writable |= subpaths[i].path && !subpaths[i].readonly;
	return !writable;
}

/* What the documents say of access. Both are ours, and in a string of them the quotes would be
 * escaped: the token is a key and its value. "true" and a blank are as long as "false". */
static void say_readonly(char *text)
{
	static const char key[] = "\"readonly\":";
	char *p = text;

	while ((p = strstr(p, key))) {
		p += strlen(key);
		if (strncmp(p, "false", 5) == 0)
			memcpy(p, "true ", 5);
	}
}

static int copy_manifest(struct republication *p, struct err *e)
{
	cleanup_free char *text = NULL;
	cleanup_fd int fd = -EBADF;
	struct stat st;
	size_t length;

	fd = at_open_regular(p->live, "share.json", &st, e);
	if (fd < 0 || io_read_all(fd, MANIFEST_MAX, &text, &length, e) < 0)
		return err_wrap(e, "share.json");
	say_readonly(text);
	return seal_finish(&p->seal, text, length, e);
}

/* The live share, and nothing on top of it. */
static int open_live(struct republication *p, struct err *e)
{
	struct withdrawal w = withdrawal_of(p->r, p->here->mnt_ns);
	cleanup_with(mountinfo_free) struct mountinfo m = { 0 };

	p->live = withdraw_open_top(p->sd, p->proc, &w, &m, e);
	if (e->exit_code)
		return -e->error;
	if (p->live < 0)
		return err_set(e, EX_TEMPFAIL, ENOENT, "its share is not mounted here");
	if (!withdraw_is_seal(&m, p->r->id, p->r->nonce))
		return err_set(e, EX_TEMPFAIL, EBUSY, "a foreign mount of '%s' (%s) lies on it",
			       m.source, m.fstype);
	return 0;
}

/* Write the record of the successor that stands at its place now. */
static int become(const struct sharedir *sd, const struct record *r, const struct mountinfo *top,
		  struct err *e)
{
	cleanup_free char *text = NULL;
	struct record next = *r;
	char now[CLOCK_UTC_SIZE];
	size_t length;

	if (record_text(sd, r->id, &text, &length, e) < 0)
		return -e->error;
	say_readonly(text);
	clock_utc_now(now);
	next.nonce = r->successor;
	next.successor = (char *)"";
	next.republished = now;
	next.access = (char *)"ro";
	next.device_major = top->major;
	next.device_minor = top->minor;
	next.mount_id = (int64_t)top->id;
	return record_rewrite(sd, &next, text, e);
}

/* Forget a successor that was never attached. */
static int stay(const struct sharedir *sd, const struct record *r, struct err *e)
{
	cleanup_free char *text = NULL;
	struct record same = *r;
	size_t length;

	if (record_text(sd, r->id, &text, &length, e) < 0)
		return -e->error;
	same.successor = (char *)"";
	return record_rewrite(sd, &same, text, e);
}

/* Whether the mount below the one on top is the successor. */
static int is_stacked(int proc, const struct record *r, const struct mountinfo *top, struct err *e)
{
	cleanup_with(mountinfo_free) struct mountinfo below = { 0 };

	if (mountinfo_get(proc, top->parent, &below, e) < 0)
		return -e->error;
	return withdraw_is_seal(&below, r->id, r->successor);
}

int republish_finish(const struct sharedir *sd, int proc, const struct record *r,
		     const struct lifecycle_here *here, struct log *log, struct err *e)
{
	struct withdrawal w = withdrawal_of(r, here->mnt_ns);

	if (!r->successor[0])
		return 0;
	/* the old one on both; then the new one alone */
	for (int i = 0; i < 2; i++) {
		cleanup_with(mountinfo_free) struct mountinfo top = { 0 };
		cleanup_fd int fd = withdraw_open_top(sd, proc, &w, &top, e);
		int stacked;

		if (e->exit_code)
			return -e->error;
		if (fd < 0)
			return 0; /* its mount is elsewhere, or gone: not ours to settle */
		if (withdraw_is_seal(&top, r->id, r->successor))
			return become(sd, r, &top, e) < 0 ? -e->error : 1;
		if (!withdraw_is_seal(&top, r->id, r->nonce))
			return 0;
		stacked = is_stacked(proc, r, &top, e);
		if (stacked < 0)
			return stacked;
		if (!stacked)
			return stay(sd, r, e) < 0 ? -e->error : 1;
		if (mount_detach(proc, fd, e) < 0)
			return -e->error;
		log_step(log, "republish", "uncovered export/%s/%s", r->sandbox, r->id);
	}
	return err_set(e, EX_TEMPFAIL, EBUSY, "the earlier share of '%s' is still there", r->id);
}

static int replace(struct republication *p, struct log *log, struct err *e)
{
	cleanup_free char *text = NULL;
	struct err undo = { 0 };
	size_t length;

	if (record_text(p->sd, p->r->id, &text, &length, e) < 0)
		return -e->error;
	free(p->r->successor);
	p->r->successor = strdup(p->nonce);
	if (!p->r->successor)
		return err_nomem(e);
	if (record_rewrite(p->sd, p->r, text, e) < 0)
		return -e->error;
	log_step(log, "record", "successor=%s", p->nonce);
	if (seal_publish_beneath(&p->seal, p->live, e) < 0) {
		ignore_result(stay(p->sd, p->r, &undo)); /* gc forgets it otherwise */
		return -e->error;
	}
	log_step(log, "publish", "beneath export/%s/%s", p->r->sandbox, p->r->id);
	return republish_finish(p->sd, p->proc, p->r, p->here, log, e) < 0 ? -e->error : 0;
}

int republish(const struct policy *policy, const struct sharedir *sd, int proc, const char *id,
	      const struct lifecycle_here *here, struct log *log, struct err *e)
{
	cleanup_with(record_free) struct record r = { 0 };
	cleanup_with(close_republication) struct republication p = {
		.sd = sd, .proc = proc, .here = here, .r = &r, .seal = SEAL_INIT, .live = -EBADF
	};

	log_start(log);
	if (mount_check_beneath(e) < 0)
		return -e->error;
	if (record_read(sd, id, &r, e) < 0 || republish_finish(sd, proc, &r, here, log, e) < 0)
		return err_wrap(e, "republish '%s'", id);
	record_free(&r);
	if (record_read_whole(sd, id, &r, e) < 0 || open_live(&p, e) < 0)
		return err_wrap(e, "republish '%s'", id);
	if (is_readonly(&r))
		return 1;
	if (process_nonce(p.nonce, e) < 0 ||
	    seal_open(sd, proc, id, p.nonce, policy->selinux_context, &p.seal, e) < 0 ||
	    add_all(&p, e) < 0 || copy_manifest(&p, e) < 0)
		return err_wrap(e, "republish '%s'", id);
	log_step(log, "build", "clones of the live share");
	return replace(&p, log, e) < 0 ? err_wrap(e, "republish '%s'", id) : 0;
}
