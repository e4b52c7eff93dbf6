/* Republish a live share with less access. */
#include "share/republish.h"

#include <fcntl.h>
#include <string.h>

#include "common/clock.h"
#include "common/io.h"
#include "common/mount.h"
#include "common/str.h"
#include "share/withdraw.h"

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

/* A published path that can be written by what the record says; NULL: there is none. */
static const char *find_writable(const struct record *r)
{
	const struct record_volume *volumes = r->volumes.items;
	const struct record_subpath *subpaths = r->subpaths.items;

	if (!r->rootfs.readonly)
		return r->rootfs.path;
	for (size_t i = 0; i < r->volumes.n; i++)
		if (volumes[i].path && !volumes[i].readonly)
			return volumes[i].path;
	for (size_t i = 0; i < r->subpaths.n; i++)
		if (subpaths[i].path && !subpaths[i].readonly)
			return subpaths[i].path;
	return NULL;
}

/* Write the header anew, and what it says of access: 'access' and when, or as it was (NULL). */
static int rewrite(const struct sharedir *sd, const struct record *r, const char *access,
		   const char *pending, uint64_t mount_id, struct err *e)
{
	cleanup_free char *text = NULL;
	struct record next = *r;
	char now[CLOCK_UTC_SIZE];
	size_t length;

	if (record_text(sd, r->id, &text, &length, e) < 0)
		return -e->error;
	next.pending = (char *)pending;
	if (access) {
		say_readonly(text);
		clock_utc_now(now);
		next.republished = now;
		next.access = (char *)access;
		next.mount_id = (int64_t)mount_id;
	}
	return record_rewrite(sd, &next, text, e);
}

/* share.json of the sealed tmpfs: by a clone of its mount that can be written, and that nobody else
 * can reach. */
static int rewrite_manifest(int live, struct err *e)
{
	cleanup_fd int seal = mount_clone(live, false, e), file = -EBADF;
	cleanup_free char *text = NULL;
	struct stat st;
	size_t length;

	if (seal < 0 || mount_unseal(seal, e) < 0)
		return -e->error;
	file = at_open_regular(seal, "share.json", &st, e);
	if (file < 0 || io_read_all(file, RECORD_MAX, &text, &length, e) < 0)
		return -e->error;
	say_readonly(text);
	/* what a killed process left */
	if (unlinkat(seal, "share.json.new", 0) < 0 && errno != ENOENT)
		return err_sys(e, errno, "remove 'share.json.new'");
	if (io_write_new(seal, "share.json.new", 0444, text, length, e) < 0)
		return -e->error;
	if (renameat(seal, "share.json.new", seal, "share.json") < 0)
		return err_sys(e, errno, "rename 'share.json.new'");
	return 0;
}

/* The share on top at its place; -ENOENT without an error: it is not there. */
static int open_live(const struct sharedir *sd, int proc, const struct record *r,
		     struct mountinfo *ret, struct err *e)
{
	/* in this namespace or not: whoever looks here looks at its place */
	struct withdrawal w = withdrawal_of(r);
	cleanup_fd int live = withdraw_open_top(sd, proc, &w, ret, e);

	if (live < 0)
		return e->exit_code ? -e->error : -ENOENT;
	if (!withdraw_is_seal(ret, r->id, r->nonce)) {
		mountinfo_free(ret);
		return -ENOENT;
	}
	return take_fd(&live);
}

/* Whether the mount that lies below the one on top is the same share. */
static int is_stacked(int proc, const struct record *r, const struct mountinfo *top, struct err *e)
{
	cleanup_with(mountinfo_free) struct mountinfo below = { 0 };

	if (mountinfo_get(proc, top->parent, &below, e) < 0)
		return -e->error;
	return withdraw_is_seal(&below, r->id, r->nonce);
}

/* Whether a published path cannot be written in the share that is there. */
static int is_readonly(int proc, int live, const char *path, struct err *e)
{
	cleanup_fd int fd = at_open(live, path, O_PATH, AT_OURS_MOUNTED, e);
	cleanup_with(mountinfo_free) struct mountinfo m = { 0 };
	struct statx sx;

	if (fd < 0 || at_statx(fd, &sx, e) < 0 || mountinfo_get(proc, sx.stx_mnt_id, &m, e) < 0)
		return -e->error;
	return (m.attributes & MOUNT_ATTR_RDONLY) != 0;
}

int republish_finish(const struct sharedir *sd, int proc, const struct record *header,
		     struct log *log, struct err *e)
{
	cleanup_with(mountinfo_free) struct mountinfo top = { 0 };
	cleanup_with(record_free) struct record r = { 0 };
	cleanup_fd int live = open_live(sd, proc, header, &top, e);
	const char *writable;
	int answer;

	if (live < 0)
		return e->exit_code ? -e->error : 0;
	answer = is_stacked(proc, header, &top, e);
	if (answer < 0)
		return answer;
	if (answer) {
		if (mount_detach(proc, live, false, e) < 0)
			return -e->error;
		log_step(log, "republish", "uncovered export/%s/%s", header->sandbox, header->id);
		cleanup_close(&live);
		mountinfo_free(&top);
		live = open_live(sd, proc, header, &top, e);
		if (live < 0)
			return e->exit_code ? -e->error : 0;
	}
	if (record_read_whole(sd, header->id, &r, e) < 0)
		return -e->error;
	writable = find_writable(&r);
	answer = writable ? is_readonly(proc, live, writable, e) : 1;
	if (answer < 0)
		return answer;
	if (!answer) /* killed before the new one was attached */
		return rewrite(sd, &r, NULL, "", 0, e) < 0 ? -e->error : 1;
	if (rewrite_manifest(live, e) < 0)
		return err_wrap(e, "share.json");
	return rewrite(sd, &r, "ro", "", top.id, e) < 0 ? -e->error : 1;
}

/* A clone of the whole share, which nobody can write. */
static int clone_readonly(int live, struct err *e)
{
	cleanup_fd int clone = mount_clone(live, true, e);

	if (clone < 0 || mount_shape(clone, MOUNT_ATTR_RDONLY, MS_PRIVATE, true, e) < 0)
		return -e->error;
	return take_fd(&clone);
}

static int replace(const struct sharedir *sd, int proc, const struct record *r, int live,
		   struct log *log, struct err *e)
{
	cleanup_fd int clone = clone_readonly(live, e);
	struct err undo = { 0 };
	int settled;

	if (clone < 0)
		return clone;
	log_step(log, "build", "a clone of the live share");
	if (rewrite(sd, r, NULL, "ro", 0, e) < 0)
		return -e->error;
	if (mount_attach_beneath(clone, live, e) < 0) {
		ignore_result(rewrite(sd, r, NULL, "", 0, &undo)); /* gc settles it otherwise */
		return -e->error;
	}
	log_step(log, "publish", "beneath export/%s/%s", r->sandbox, r->id);
	settled = republish_finish(sd, proc, r, log, e);
	if (settled == 0)
		return err_set(e, EX_TEMPFAIL, EBUSY, "the earlier one could not be uncovered");
	return settled < 0 ? settled : 0;
}

static int republish_live(const struct sharedir *sd, int proc, const char *id,
			  const struct lifecycle_here *here, struct log *log, struct err *e)
{
	cleanup_with(mountinfo_free) struct mountinfo top = { 0 };
	cleanup_with(record_free) struct record r = { 0 };
	cleanup_fd int live = -EBADF;

	if (record_read(sd, id, &r, e) < 0)
		return -e->error;
	if ((uint64_t)r.mnt_ns != here->mnt_ns)
		return err_set(e, EX_TEMPFAIL, EXDEV,
			       "it was published in another mount namespace");
	if (r.pending[0] && republish_finish(sd, proc, &r, log, e) < 0)
		return -e->error;
	record_free(&r);
	if (record_read_whole(sd, id, &r, e) < 0)
		return -e->error;
	live = open_live(sd, proc, &r, &top, e);
	if (live < 0 && !e->exit_code)
		return err_set(e, EX_TEMPFAIL, ENOENT,
			       "its share is not mounted, or something foreign lies on it");
	if (live < 0)
		return live;
	if (!find_writable(&r))
		return 1;
	return replace(sd, proc, &r, live, log, e);
}

int republish(const struct sharedir *sd, int proc, const char *id,
	      const struct lifecycle_here *here, struct log *log, struct err *e)
{
	int result;

	log_start(log);
	if (mount_check_beneath(e) < 0)
		return -e->error;
	result = republish_live(sd, proc, id, here, log, e);
	return result < 0 ? err_wrap(e, "republish '%s'", id) : result;
}
