/* doctor: what containers have left. Records and directories as gc would judge them, and sealed
 * mounts that are nowhere published any more, in whatever namespace. */
#include <stdio.h>
#include <string.h>

#include "cli/doctor.h"
#include "cli/sealed.h"
#include "cli/shares.h"
#include "common/str.h"
#include "share/gc.h"

enum { SHOWN_MAX = 8 };

/* What the dry run of gc says. */
struct tally {
	struct doctor *d;
	unsigned n;
};

static void note_stale(const char *id, const char *sandbox, const char *reason, void *data)
{
	struct tally *t = data;

	if (++t->n > SHOWN_MAX)
		return;
	doctor_find(t->d, DOCTOR_WARNING, "'%s'%s%s is stale: %s", id,
		    sandbox[0] ? " of sandbox " : "", sandbox, reason);
	doctor_remedy(t->d, "oci-share gc; let it run by a timer");
}

static void check_records(struct doctor *d, const struct sharedir *sd)
{
	struct tally t = { .d = d };
	struct log silent = LOG_INIT("oci-share", "doctor");
	const struct gc_listener listener = { .withdraws = note_stale, .data = &t };
	struct gc_result result = { 0 };
	struct err e = { 0 };

	silent.echo = false;
	if (gc_all(&d->cli->policy, sd, d->proc, true, &silent, &listener, &result, &e) < 0) {
		doctor_find(d, DOCTOR_PROBLEM, "%s/state: %s", d->cli->policy.share_dir, e.message);
		doctor_remedy(d, "oci-share gc says more; what it cannot read, oci-share withdraw "
				 "ID takes");
	} else if (t.n == 0) {
		doctor_ok(d, "%u records and directories, none of them is stale", result.looked);
	}
	if (t.n > SHOWN_MAX) {
		doctor_find(d, DOCTOR_WARNING, "and %u more are stale", t.n - SHOWN_MAX);
		doctor_remedy(d, "oci-share gc --dry-run names them all");
	}
}

static void check_readable(struct doctor *d, const struct sharedir *sd)
{
	cleanup_with(share_ids_free) struct share_ids ids = { 0 };
	struct err e = { 0 };

	if (share_ids_read(sd, &ids, &e) < 0)
		return; /* gc has said so */
	for (size_t i = 0; i < ids.n; i++) {
		cleanup_with(record_free) struct record r = { 0 };

		e = (struct err){ 0 };
		if (record_read(sd, ids.items[i], &r, &e) != -EBADMSG)
			continue;
		doctor_find(d, DOCTOR_PROBLEM, "%s", e.message);
		doctor_remedy(d, "oci-share withdraw %s", ids.items[i]);
	}
}

static bool has_record(const struct sharedir *sd, const struct sealed_mount *m)
{
	cleanup_with(record_free) struct record r = { 0 };
	struct err ignored = { 0 };

	return record_read(sd, m->id, &r, &ignored) == 0 && str_equal(r.nonce, m->nonce);
}

static bool is_published(const struct sealed *s, const char *nonce)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->items[i].published && str_equal(s->items[i].nonce, nonce))
			return true;
	return false;
}

/* Every namespace that has a mount of a share that is gone, once. */
static void check_mounts(struct doctor *d, const struct sharedir *sd)
{
	cleanup_with(sealed_free) struct sealed s = { 0 };
	struct err e = { 0 };
	unsigned n = 0;

	if (sealed_read(d->proc, &s, &e) < 0) {
		doctor_find(d, DOCTOR_WARNING, "mounts of other namespaces: %s", e.message);
		doctor_remedy(d, "run it as root, with the host's /proc");
		return;
	}
	for (size_t i = 0; i < s.n; i++) {
		const struct sealed_mount *m = &s.items[i];

		if (is_published(&s, m->nonce) || (sd && has_record(sd, m)))
			continue;
		if (++n > SHOWN_MAX)
			continue;
		doctor_find(d, DOCTOR_WARNING,
			    "the share of '%s' is withdrawn, but still mounted at %s in mount "
			    "namespace %ju (%s, pid %d)",
			    m->id, m->point, (uintmax_t)m->ns->id, m->ns->processes[0].comm,
			    m->ns->processes[0].pid);
		doctor_remedy(d,
			      "oci-share doctor holders %s names all who hold it; end them, or "
			      "nsenter -t %d -m umount -l %s",
			      m->id, m->ns->processes[0].pid, m->point);
	}
	if (n == 0)
		doctor_ok(d, "no mount namespace holds a share that is withdrawn");
	if (n > SHOWN_MAX) {
		doctor_find(d, DOCTOR_WARNING, "and %u more such mounts", n - SHOWN_MAX);
		doctor_remedy(d, "the same for each; oci-share gc takes those of this namespace");
	}
}

void doctor_stale(struct doctor *d)
{
	cleanup_with(sharedir_close) struct sharedir sd = SHAREDIR_INIT;
	int there = doctor_open_share(d, &sd);

	if (there) {
		check_readable(d, &sd);
		check_records(d, &sd);
	} else {
		doctor_ok(d, "there are no records");
	}
	check_mounts(d, there ? &sd : NULL);
}
