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

/* Mounts of shares that are gone. */
struct leftovers {
	struct doctor *d;
	const struct sharedir *sd; /* NULL: there is none */
	unsigned n, n_foreign;
	const struct sealed_mount *foreign; /* one of them */
};

static int compare_shares(const void *a, const void *b)
{
	const struct sealed_mount *m = *(const struct sealed_mount *const *)a,
				  *other = *(const struct sealed_mount *const *)b;
	int order = strcmp(m->nonce, other->nonce);

	return order != 0 ? order : strcmp(m->id, other->id);
}

static void note_mount(struct leftovers *l, const struct sealed_mount *m)
{
	if (m->foreign) {
		l->foreign = m;
		l->n_foreign++;
		return;
	}
	if (++l->n > SHOWN_MAX)
		return;
	doctor_find(l->d, DOCTOR_WARNING,
		    "the share of '%s' is withdrawn, but still mounted at %s in mount namespace "
		    "%ju (%s, pid %d)",
		    m->id, m->point, (uintmax_t)m->ns->id, m->ns->processes[0].comm,
		    m->ns->processes[0].pid);
	doctor_remedy(l->d, "end the processes that 'oci-share doctor holders %s' names", m->id);
}

/* All mounts of one share. What is published in a foreign namespace is that for foreign mounts
 * only: any user can make it look so. */
static void judge_share(struct leftovers *l, const struct sealed_mount *const *m, size_t n)
{
	bool published = false, published_foreign = false;

	for (size_t i = 0; i < n; i++)
		*(m[i]->foreign ? &published_foreign : &published) |= m[i]->published;
	if (published || (l->sd && has_record(l->sd, m[0])))
		return;
	for (size_t i = 0; i < n; i++)
		if (!m[i]->foreign || !published_foreign)
			note_mount(l, m[i]);
}

static int judge_shares(struct leftovers *l, const struct sealed *s, struct err *e)
{
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): they are pointers */
	cleanup_free const struct sealed_mount **m = realloc_array(NULL, s->n + 1, sizeof(*m));

	if (!m)
		return err_nomem(e);
	for (size_t i = 0; i < s->n; i++)
		m[i] = &s->items[i];
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): they are pointers */
	qsort(m, s->n, sizeof(*m), compare_shares);
	for (size_t i = 0, n; i < s->n; i += n) {
		for (n = 1; i + n < s->n && compare_shares(&m[i], &m[i + n]) == 0;)
			n++;
		judge_share(l, m + i, n);
	}
	return 0;
}

static void sum_up(const struct leftovers *l, const struct sealed *s)
{
	struct doctor *d = l->d;

	if (l->n == 0)
		doctor_ok(d, "no mount namespace holds a share that is withdrawn");
	if (l->n > SHOWN_MAX) {
		doctor_find(d, DOCTOR_WARNING, "and %u more such mounts", l->n - SHOWN_MAX);
		doctor_remedy(d, "the same for each; oci-share gc takes those of this namespace");
	}
	if (s->more) {
		doctor_find(d, DOCTOR_WARNING, "more than %d mounts of shares are not looked at",
			    SEALED_MAX);
		doctor_remedy(d, "end who holds those above, then run it again");
	}
	if (l->foreign) {
		doctor_find(d, DOCTOR_NOTE,
			    "%u mounts in the namespaces of users look like shares that are "
			    "withdrawn, one of them of '%s', in mount namespace %ju (pid %d)",
			    l->n_foreign, l->foreign->id, (uintmax_t)l->foreign->ns->id,
			    l->foreign->ns->processes[0].pid);
		doctor_remedy(d, "any user can mount what looks so; if it is a rootless engine's, "
				 "run oci-share doctor there");
	}
	if (s->more_foreign) {
		doctor_find(d, DOCTOR_NOTE,
			    "not all mounts in the namespaces of users are looked at: there are "
			    "too many");
		doctor_remedy(d, "find out which user has so many mounts");
	}
}

/* Every namespace that has a mount of a share that is gone, once. */
static void check_mounts(struct doctor *d, const struct sharedir *sd)
{
	cleanup_with(sealed_free) struct sealed s = { 0 };
	struct leftovers l = { .d = d, .sd = sd };
	struct err e = { 0 };

	if (sealed_read(d->proc, NULL, &s, &e) < 0 || judge_shares(&l, &s, &e) < 0) {
		doctor_find(d, DOCTOR_WARNING, "mounts of other namespaces: %s", e.message);
		doctor_remedy(d, "run it as root, with the host's /proc");
		return;
	}
	sum_up(&l, &s);
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
