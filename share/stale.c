/* Whether a share is stale, and if so its withdrawal. */
#include "share/stale.h"

#include <fcntl.h>
#include <string.h>

#include "common/str.h"
#include "share/republish.h"

/* In which sandbox's directory an id has its place. */
struct search {
	int tree;
	const char *id;
	char sandbox[OCI_ID_MAX + 1];
};

void stale_note(struct stale_pass *pass, struct err *e, const char *id)
{
	if (!e->exit_code)
		return;
	pass->result.failed++;
	log_line(pass->log, LOG_LEVEL_WARNING, "'%s': %s", id, e->message);
	err_keep_first(&pass->first, e);
}

int stale_take_away(struct stale_pass *pass, const struct withdrawal *w, const char *reason,
		    struct err *e)
{
	if (pass->listener)
		pass->listener->withdraws(w->id, w->sandbox, reason, pass->listener->data);
	if (!pass->dry_run) {
		if (withdraw(pass->sd, pass->proc, w, pass->log, e) < 0)
			return -e->error;
		log_line(pass->log, LOG_LEVEL_INFO, "withdrew '%s' of sandbox '%s': %s", w->id,
			 w->sandbox, reason);
	}
	pass->result.withdrawn++;
	return 0;
}

/* Why a share with a good record is to be withdrawn; NULL: it is not. */
static int judge(struct stale_pass *pass, const struct record *r, const char **ret, struct err *e)
{
	struct withdrawal w = withdrawal_of(r);
	struct lifecycle_facts facts;
	enum lifecycle verdict;
	int there;

	*ret = NULL;
	if (lifecycle_measure(pass->proc, &pass->here, r, &facts, e) < 0)
		return -e->error;
	verdict = lifecycle_judge(r, &pass->here, &facts, pass->policy->grace);
	if (verdict == LIFECYCLE_GONE && !pass->dry_run) {
		if (record_mark_gone(pass->sd, r->id, &facts.gone_seconds, e) < 0)
			return -e->error;
		verdict = lifecycle_judge(r, &pass->here, &facts, pass->policy->grace);
	}
	if (verdict == LIFECYCLE_STALE) {
		*ret = str_equal(r->boot_id, pass->here.boot_id) ? "its container is gone"
								 : "it is of another boot";
		return 0;
	}
	if (verdict == LIFECYCLE_UNKNOWN || (uint64_t)r->mnt_ns != pass->here.mnt_ns)
		return 0;
	there = withdraw_look(pass->sd, pass->proc, &w, e);
	if (there < 0)
		return there;
	if (there == WITHDRAW_NOTHING)
		*ret = "a record without a mount";
	return 0;
}

bool stale_has_directory(int tree, const char *sandbox, const char *id)
{
	cleanup_fd int fd = at_try(tree, sandbox, O_PATH | O_DIRECTORY, AT_OURS);
	struct statx sx;

	return fd >= 0 &&
	       sys_statx(fd, id, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_TYPE, &sx) == 0 &&
	       S_ISDIR(sx.stx_mode);
}

static int find_sandbox(const char *name, void *data)
{
	struct search *s = data;

	if (!oci_id_is_valid(name) || !stale_has_directory(s->tree, name, s->id))
		return 0;
	memcpy(s->sandbox, name, strlen(name) + 1); /* a valid id fits */
	return 1;
}

int stale_find_sandbox(const struct sharedir *sd, const char *id, char ret[OCI_ID_MAX + 1],
		       struct err *e)
{
	struct search search = { .tree = sd->tree, .id = id };
	int found = at_each(sd->tree, find_sandbox, &search, e);

	if (found == 1)
		memcpy(ret, search.sandbox, sizeof(search.sandbox));
	return found;
}

/* A record that says nothing. A share always has a directory, whatever mount namespace it is in;
 * where there is none, there is no share, and the record goes. */
static int consider_unreadable(struct stale_pass *pass, const char *id, struct err *e)
{
	struct withdrawal w = { .id = id, .sandbox = id };
	char sandbox[OCI_ID_MAX + 1];
	int found = stale_find_sandbox(pass->sd, id, sandbox, e);

	if (found < 0)
		return found;
	if (found) {
		log_line(pass->log, LOG_LEVEL_WARNING,
			 "'%s': leave a share whose record cannot be read; oci-share withdraw "
			 "takes it",
			 id);
		return 0;
	}
	return stale_take_away(pass, &w, "its record cannot be read and it has no directory", e);
}

/* What a killed republish() left of a share that stays. */
static int finish(struct stale_pass *pass, const struct record *r, struct err *e)
{
	int done;

	if (!r->pending[0] || (uint64_t)r->mnt_ns != pass->here.mnt_ns || pass->dry_run)
		return 0;
	done = republish_finish(pass->sd, pass->proc, r, pass->log, e);
	if (done > 0)
		log_line(pass->log, LOG_LEVEL_INFO, "'%s': finished what a killed republish left",
			 r->id);
	return done < 0 ? done : 0;
}

int stale_consider(struct stale_pass *pass, const char *id, struct err *e)
{
	cleanup_with(record_free) struct record r = { 0 };
	const char *reason;
	struct withdrawal w;
	int result = record_read(pass->sd, id, &r, e);

	if (result == -ENOENT) {
		*e = (struct err){ 0 };
		return 0; /* withdrawn meanwhile */
	}
	if (result == -EBADMSG) {
		*e = (struct err){ 0 };
		return consider_unreadable(pass, id, e);
	}
	if (result < 0 || judge(pass, &r, &reason, e) < 0)
		return -e->error;
	if (!reason)
		return finish(pass, &r, e);
	w = withdrawal_of(&r);
	return stale_take_away(pass, &w, reason, e);
}

/* Run one of the considering functions with the id's lock, if it is free. */
int stale_with_lock(struct stale_pass *pass, const char *id,
		    int (*consider)(struct stale_pass *pass, const char *id, struct err *e))
{
	struct err e = { 0 };

	pass->result.looked++;
	if (pass->listener && pass->listener->looked)
		pass->listener->looked(pass->result.looked, pass->listener->data);
	if (sharedir_lock(pass->sd, id, 0, &e) < 0) {
		pass->result.busy += e.error == EAGAIN;
		if (e.error != EAGAIN)
			stale_note(pass, &e, id);
		return 0;
	}
	if (consider(pass, id, &e) < 0)
		stale_note(pass, &e, id);
	sharedir_unlock(pass->sd, id);
	return 0;
}

/* The id in a name of the form <prefix><id><suffix>; false: it is not of that form. */
bool stale_id_of(const char *name, const char *prefix, const char *suffix, char ret[OCI_ID_MAX + 1])
{
	size_t before = strlen(prefix), after = strlen(suffix), length = strlen(name);

	if (length <= before + after || length - before - after > OCI_ID_MAX ||
	    strncmp(name, prefix, before) != 0 || !str_equal(name + length - after, suffix))
		return false;
	memcpy(ret, name + before, length - before - after);
	ret[length - before - after] = '\0';
	return oci_id_is_valid(ret);
}
