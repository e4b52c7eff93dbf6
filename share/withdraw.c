/* Withdraw a share. */
#include "share/withdraw.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "common/mount.h"
#include "common/process.h"
#include "common/str.h"
#include "share/seal.h"

enum { STACK_MAX = 16 };

struct withdrawal withdrawal_of(const struct record *r)
{
	return (struct withdrawal){ .id = r->id,
				    .sandbox = r->sandbox,
				    .nonce = r->nonce,
				    .mount_id = (uint64_t)r->mount_id,
				    .mnt_ns = (uint64_t)r->mnt_ns };
}

bool withdraw_is_seal(const struct mountinfo *m, const char *id, const char *nonce)
{
	char source[SEAL_SOURCE_SIZE];

	seal_source(source, id, nonce ? nonce : "");
	if (!str_equal(m->fstype, "tmpfs"))
		return false;
	if (nonce)
		return str_equal(m->source, source);
	/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): what was found has a source */
	return strncmp(m->source, source, strlen(source)) == 0;
}

static bool is_ours(const struct withdrawal *w, const struct mountinfo *m)
{
	return withdraw_is_seal(m, w->id, w->nonce);
}

/* Whether, in the stack of mounts on one directory, ours is below the mount 'm'. */
static int is_ours_below(const struct sharedir *sd, int proc, const struct withdrawal *w,
			 const struct mountinfo *top, struct err *e)
{
	uint64_t id = top->parent;

	for (int i = 0; i < STACK_MAX && id != sd->export_mount; i++) {
		cleanup_with(mountinfo_free) struct mountinfo m = { 0 };

		if (mountinfo_get(proc, id, &m, e) < 0)
			return -e->error;
		if (is_ours(w, &m))
			return 1;
		id = m.parent;
	}
	return 0;
}

int withdraw_open_top(const struct sharedir *sd, int proc, const struct withdrawal *w,
		      struct mountinfo *ret, struct err *e)
{
	cleanup_fd int sandbox = at_try(sd->export, w->sandbox, O_PATH | O_DIRECTORY, AT_OURS),
		       top = -EBADF;
	struct statx sx;

	if (sandbox == -ENOENT)
		return -ENOENT;
	if (sandbox < 0)
		return err_sys(e, -sandbox, "open 'export/%s'", w->sandbox);
	top = at_try(sandbox, w->id, O_PATH, AT_OURS_MOUNTED);
	if (top == -ENOENT)
		return -ENOENT;
	if (top < 0)
		return err_sys(e, -top, "open 'export/%s/%s'", w->sandbox, w->id);
	if (at_statx(top, &sx, e) < 0)
		return -e->error;
	if (!(sx.stx_attributes & STATX_ATTR_MOUNT_ROOT) || sx.stx_mnt_id == sd->export_mount)
		return -ENOENT;
	return mountinfo_get(proc, sx.stx_mnt_id, ret, e) < 0 ? -e->error : take_fd(&top);
}

int withdraw_look(const struct sharedir *sd, int proc, const struct withdrawal *w, struct err *e)
{
	cleanup_with(mountinfo_free) struct mountinfo m = { 0 };
	cleanup_fd int top = withdraw_open_top(sd, proc, w, &m, e);

	if (e->exit_code)
		return -e->error;
	if (top < 0)
		return WITHDRAW_NOTHING;
	return is_ours(w, &m) ? WITHDRAW_OURS : WITHDRAW_FOREIGN;
}

/* What detach_at_place() did, or left alone. */
struct found {
	bool ours;    /* ours is detached */
	bool named;   /* the one whose id the record has */
	bool foreign; /* instead of ours */
};

/* Detach ours at its place, and what lies on top of it. */
static int detach_at_place(const struct sharedir *sd, int proc, const struct withdrawal *w,
			   struct found *found, struct log *log, struct err *e)
{
	for (int i = 0; i <= STACK_MAX; i++) {
		cleanup_with(mountinfo_free) struct mountinfo m = { 0 };
		cleanup_fd int top = withdraw_open_top(sd, proc, w, &m, e);
		bool ours;
		int below;

		if (top < 0)
			return e->exit_code ? -e->error : 0;
		ours = is_ours(w, &m);
		if (!ours) {
			below = is_ours_below(sd, proc, w, &m, e);
			if (below < 0)
				return below;
			log_line(log, LOG_LEVEL_WARNING,
				 "%s on export/%s/%s: a foreign mount of '%s' (%s)",
				 below ? "detach with the share" : "leave", w->sandbox, w->id,
				 m.source, m.fstype);
			if (!below) {
				found->foreign = true;
				return 0;
			}
		}
		if (mount_detach(proc, top, ours, e) < 0)
			return -e->error;
		found->ours |= ours;
		found->named |= ours && m.id == w->mount_id;
	}
	return err_set(e, EX_OSERR, EBUSY, "more than %d mounts lie on export/%s/%s", STACK_MAX,
		       w->sandbox, w->id);
}

/* Detach a mount wherever it may be now, by its path, and only if what is there is that mount. */
static int detach_where_it_is(int proc, const struct mountinfo *m, struct err *e)
{
	cleanup_fd int fd =
		at_open(AT_FDCWD, m->point, O_PATH, RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS, e);
	struct statx sx;

	if (fd < 0 || at_statx(fd, &sx, e) < 0)
		return -e->error;
	if (sx.stx_mnt_id != m->id)
		return err_set(e, EX_OSERR, EBUSY, "it is covered by another");
	return mount_detach(proc, fd, true, e);
}

/* Detach one mount by id, if it is ours. Returns 1 if it was; -EBUSY: it is, and still there. */
static int detach_by_id(int proc, const struct withdrawal *w, uint64_t id, struct err *e)
{
	cleanup_with(mountinfo_free) struct mountinfo m = { 0 };

	if (mountinfo_get(proc, id, &m, e) < 0) {
		if (e->error == ENOENT)
			*e = (struct err){ 0 };
		return -e->error;
	}
	if (!is_ours(w, &m))
		return 0;
	if (detach_where_it_is(proc, &m, e) == 0)
		return 1;
	e->error = EBUSY;
	return err_wrap(e, "the share's mount at '%s' is still there", m.point);
}

/* Copies of ours elsewhere in this namespace keep the directory busy (a private bind of export/, a
 * tree/ that was renamed). Only looked for where something is in the way, since it reads every
 * mount of the host. */
int withdraw_copies(int proc, const struct withdrawal *w, struct err *e)
{
	enum { MOUNTS_MAX = 131072 };
	cleanup_free uint64_t *ids = realloc_array(NULL, MOUNTS_MAX, sizeof(*ids));
	struct err first = { 0 };
	int n, detached = 0;

	if (!ids)
		return err_nomem(e);
	n = mountinfo_below(proc, MOUNTINFO_ALL, ids, MOUNTS_MAX, e);
	for (int i = 0; i < n; i++) {
		struct err next = { 0 };

		if (detach_by_id(proc, w, ids[i], &next) > 0)
			detached++;
		else
			err_keep_first(&first, &next);
	}
	if (first.exit_code)
		*e = first;
	return e->exit_code ? -e->error : detached;
}

/* Our directories, empty as they are; -EBUSY, without a message: something is mounted there in this
 * namespace. It also dissolves what is mounted there in namespaces that no propagation reaches. */
static int remove_directories(const struct sharedir *sd, const struct withdrawal *w,
			      struct log *log, struct err *e)
{
	cleanup_fd int sandbox = at_try(sd->tree, w->sandbox, O_PATH | O_DIRECTORY, AT_OURS);

	if (sandbox == -ENOENT)
		return 0;
	if (sandbox < 0)
		return err_sys(e, -sandbox, "open 'tree/%s'", w->sandbox);
	if (unlinkat(sandbox, w->id, AT_REMOVEDIR) < 0 && errno != ENOENT) {
		if (errno == EBUSY)
			return -EBUSY;
		if (errno != ENOTEMPTY)
			return err_sys(e, errno, "remove 'tree/%s/%s'", w->sandbox, w->id);
		log_line(log, LOG_LEVEL_WARNING, "tree/%s/%s stays: someone put something into it",
			 w->sandbox, w->id);
		return 0;
	}
	/* other containers of the sandbox may be there, or come just now */
	if (unlinkat(sd->tree, w->sandbox, AT_REMOVEDIR) < 0 && errno != ENOENT &&
	    errno != ENOTEMPTY && errno != EEXIST && errno != EBUSY)
		return err_sys(e, errno, "remove 'tree/%s'", w->sandbox);
	return 0;
}

/* Whether our mount may be in this namespace though it was not at its place: 1 it is, 0 it is not,
 * -1 the id that would tell is not known here. */
static int is_elsewhere(int proc, const struct withdrawal *w, const struct found *found)
{
	cleanup_with(mountinfo_free) struct mountinfo m = { 0 };
	struct err ignored = { 0 };
	uint64_t mnt_ns;

	if (found->named)
		return 0;
	if (w->mount_id == 0 || process_namespace(proc, "mnt", &mnt_ns, &ignored) < 0 ||
	    mnt_ns != w->mnt_ns)
		return -1;
	if (mountinfo_get(proc, w->mount_id, &m, &ignored) < 0)
		return ignored.error == ENOENT ? 0 : -1;
	return is_ours(w, &m);
}

static int withdraw_mounts(const struct sharedir *sd, int proc, const struct withdrawal *w,
			   struct log *log, struct err *e)
{
	struct found found = { 0 };
	struct err first = { 0 };
	int busy, elsewhere, copies = 0;
	bool gone;

	if (detach_at_place(sd, proc, w, &found, log, e) < 0) /* kept in first */
		found.named = false; /* something else may have been on top of it */
	err_keep_first(&first, e);
	log_step(log, "withdraw", "detached export/%s/%s", w->sandbox, w->id);
	busy = remove_directories(sd, w, log, e);
	err_keep_first(&first, e);
	elsewhere = is_elsewhere(proc, w, &found);
	if (w->nonce && ((busy == -EBUSY && !found.foreign) || elsewhere == 1 ||
			 (elsewhere < 0 && !found.ours))) {
		copies = withdraw_copies(proc, w, e);
		err_keep_first(&first, e);
		busy = remove_directories(sd, w, log, e);
		err_keep_first(&first, e);
		elsewhere = is_elsewhere(proc, w, &found);
	}
	/* Where no id tells, mountinfo does not show a mount whose directory was moved out. */
	gone = elsewhere == 0 || (elsewhere < 0 && (found.ours || copies > 0));
	busy = found.foreign ? 0 : busy;
	/* that is kept for a mount that is there */
	if (first.error == EBUSY)
		first.error = EEXIST;
	/* a killed republish() leaves two, and the id is of one of them */
	if (elsewhere == 1 || (first.exit_code && withdraw_look(sd, proc, w, e) == WITHDRAW_OURS))
		(void)err_set(&first, EX_OSERR, EBUSY, "the share's mount is still there");
	else if (!gone && first.exit_code)
		(void)err_wrap(&first, "the share's mount may be still there");
	else if (!gone && busy == -EBUSY)
		(void)err_set(&first, EX_OSERR, EBUSY, "the share's mount may be still there");
	else if (busy == -EBUSY)
		log_line(log, LOG_LEVEL_WARNING, "tree/%s/%s stays: something is mounted on it",
			 w->sandbox, w->id);
	if (first.exit_code && !gone)
		first.error = EBUSY;
	*e = first;
	log_step(log, "withdraw", "removed directories");
	return e->exit_code ? -e->error : 0;
}

int withdraw(const struct sharedir *sd, int proc, const struct withdrawal *w, struct log *log,
	     struct err *e)
{
	if (withdraw_mounts(sd, proc, w, log, e) < 0) {
		e->exit_code = EX_OSERR;
		return err_wrap(e, "withdraw '%s'", w->id);
	}
	if (!w->keep_record && record_remove(sd, w->id, e) < 0) {
		e->error = e->error == EBUSY ? EEXIST : e->error;
		return err_wrap(e, "withdraw '%s'", w->id);
	}
	log_step(log, "record", "removed");
	return 0;
}
