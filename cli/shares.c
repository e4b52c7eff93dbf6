/* Shares as record and kernel see them. */
#include "cli/shares.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "common/str.h"
#include "share/stale.h"

static const struct {
	const char *name;
	enum table_color color;
} states[] = {
	[SHARE_LIVE] = { "live", TABLE_GOOD },
	[SHARE_GONE] = { "gone", TABLE_WARNING },
	[SHARE_STALE] = { "stale", TABLE_WARNING },
	[SHARE_UNMOUNTED] = { "unmounted", TABLE_BAD },
	[SHARE_FOREIGN] = { "foreign", TABLE_BAD },
	[SHARE_UNRECORDED] = { "unrecorded", TABLE_BAD },
	[SHARE_UNREADABLE] = { "unreadable", TABLE_BAD },
	[SHARE_UNKNOWN] = { "unknown", TABLE_WARNING },
};

const char *share_state_name(enum share_state state)
{
	return states[state].name;
}

enum table_color share_state_color(enum share_state state)
{
	return states[state].color;
}

void share_set_id(struct table *t, struct table_row *row, unsigned column, const char *id)
{
	char cut[SHORT_ID + 1];

	(void)snprintf(cut, sizeof(cut), "%s", id); /* cut on purpose */
	table_set(t, row, column, cut, TABLE_PLAIN);
}

void share_free(struct share *share)
{
	record_free(&share->record);
}

static enum share_state state_of_verdict(enum lifecycle verdict)
{
	switch (verdict) {
	case LIFECYCLE_GONE:
		return SHARE_GONE;
	case LIFECYCLE_STALE:
		return SHARE_STALE;
	case LIFECYCLE_UNKNOWN:
		return SHARE_UNKNOWN;
	case LIFECYCLE_LIVE:
		break;
	}
	return SHARE_LIVE;
}

int share_read(struct cli *cli, const char *id, enum share_depth depth, struct share *ret,
	       struct err *e)
{
	cleanup_with(record_free) struct record r = { 0 };
	struct lifecycle_facts facts;
	enum share_state state;
	struct withdrawal w;
	int there;

	if ((depth == SHARE_WHOLE ? record_read_whole(&cli->sd, id, &r, e)
				  : record_read(&cli->sd, id, &r, e)) < 0 ||
	    lifecycle_measure(cli->proc, &cli->here, &r, &facts, e) < 0)
		return -e->error;
	w = withdrawal_of(&r);
	there = withdraw_look(&cli->sd, cli->proc, &w, e);
	if (there < 0)
		return there;
	state = state_of_verdict(lifecycle_judge(&r, &cli->here, &facts, cli->policy.grace));
	if (there == WITHDRAW_FOREIGN)
		state = SHARE_FOREIGN;
	else if (there == WITHDRAW_NOTHING && state != SHARE_STALE)
		state = (uint64_t)r.mnt_ns == cli->here.mnt_ns ? SHARE_UNMOUNTED : SHARE_UNKNOWN;
	ret->record = r;
	ret->state = state;
	r = (struct record){ 0 };
	return 0;
}

/* ---- all of them ---- */

/* What is being collected. */
struct collection {
	struct cli *cli;
	struct shares *shares;
	const struct share_ids *ids; /* of records */
	const char *sandbox;
	struct err *e;
};

static int add(struct shares *shares, const struct share *share)
{
	struct share *place = array_grow((void **)&shares->items, shares->n, sizeof(*place));

	if (!place)
		return -ENOMEM;
	*place = *share;
	shares->n++;
	return 0;
}

/* One of which only its names are known. */
static int add_named(struct collection *c, const char *id, const char *sandbox,
		     enum share_state state)
{
	struct share share = { .record = { .id = strdup(id), .sandbox = strdup(sandbox) },
			       .state = state };

	if (share.record.id && share.record.sandbox && add(c->shares, &share) == 0)
		return 0;
	share_free(&share);
	return err_nomem(c->e);
}

static int add_recorded(struct collection *c, const char *id, enum share_depth depth)
{
	struct share share = { 0 };
	int result = share_read(c->cli, id, depth, &share, c->e);

	if (result == 0) {
		if (add(c->shares, &share) == 0)
			return 0;
		share_free(&share);
		return err_nomem(c->e);
	}
	if (result != -ENOENT && result != -EBADMSG)
		return result;
	if (result == -EBADMSG)
		log_line(&c->cli->log, LOG_LEVEL_WARNING, "%s", c->e->message);
	*c->e = (struct err){ 0 };
	return result == -ENOENT ? 0 : add_named(c, id, "?", SHARE_UNREADABLE);
}

static int look_at_container(const char *id, void *data)
{
	struct collection *c = data;
	struct withdrawal w = { .id = id, .sandbox = c->sandbox };
	struct err ignored = { 0 };
	int there;

	if (!oci_id_is_valid(id) || (c->ids->n > 0 && bsearch(&id, c->ids->items, c->ids->n,
							      sizeof(*c->ids->items), str_compare)))
		return 0;
	/* what cannot be looked at now is not there, or gc will say so */
	there = withdraw_look(&c->cli->sd, c->cli->proc, &w, &ignored);
	return there == WITHDRAW_OURS ? add_named(c, id, c->sandbox, SHARE_UNRECORDED) : 0;
}

static int look_at_sandbox(const char *name, void *data)
{
	struct collection *c = data;
	cleanup_fd int fd = at_try(c->cli->sd.tree, name, O_PATH | O_DIRECTORY, AT_OURS);

	c->sandbox = name;
	return fd < 0 || !oci_id_is_valid(name) ? 0 : at_each(fd, look_at_container, c, c->e);
}

int shares_read(struct cli *cli, enum share_depth depth, struct shares *ret, struct err *e)
{
	cleanup_with(shares_free) struct shares shares = { 0 };
	cleanup_with(share_ids_free) struct share_ids ids = { 0 };
	struct collection c = { .cli = cli, .shares = &shares, .ids = &ids, .e = e };

	if (share_ids_read(&cli->sd, &ids, e) < 0)
		return -e->error;
	for (size_t i = 0; i < ids.n; i++)
		if (add_recorded(&c, ids.items[i], depth) < 0)
			return -e->error;
	if (at_each(cli->sd.tree, look_at_sandbox, &c, e) < 0)
		return -e->error;
	*ret = shares;
	shares = (struct shares){ 0 };
	return 0;
}

void shares_free(struct shares *shares)
{
	for (size_t i = 0; i < shares->n; i++)
		share_free(&shares->items[i]);
	free(shares->items);
	*shares = (struct shares){ 0 };
}

/* ---- ids ---- */

static int add_id(const char *name, void *data)
{
	struct share_ids *ids = data;
	char id[OCI_ID_MAX + 1];
	char **place;

	if (!stale_id_of(name, "", ".json", id))
		return 0;
	place = array_grow((void **)&ids->items, ids->n, sizeof(*place));
	if (!place)
		return -ENOMEM;
	*place = strdup(id);
	if (!*place)
		return -ENOMEM;
	ids->n++;
	return 0;
}

int share_ids_read(const struct sharedir *sd, struct share_ids *ret, struct err *e)
{
	cleanup_with(share_ids_free) struct share_ids ids = { 0 };
	int result = at_each(sd->state, add_id, &ids, e);

	if (result == -ENOMEM)
		return err_nomem(e);
	if (result < 0)
		return result;
	if (ids.n > 0)
		qsort(ids.items, ids.n, sizeof(*ids.items), str_compare);
	*ret = ids;
	ids = (struct share_ids){ 0 };
	return 0;
}

void share_ids_free(struct share_ids *ids)
{
	for (size_t i = 0; i < ids->n; i++)
		free(ids->items[i]);
	free(ids->items);
	*ids = (struct share_ids){ 0 };
}

int share_resolve(const struct sharedir *sd, const char *text, char **ret, struct err *e)
{
	cleanup_with(share_ids_free) struct share_ids ids = { 0 };
	const char *found = NULL;
	bool exact = false;

	if (!oci_id_is_valid(text))
		return err_set(e, EX_USAGE, EINVAL, "'%s' is not a container's id", text);
	if (share_ids_read(sd, &ids, e) < 0)
		return -e->error;
	for (size_t i = 0; i < ids.n && !exact; i++) {
		if (strncmp(ids.items[i], text, strlen(text)) != 0)
			continue;
		exact = str_equal(ids.items[i], text);
		if (found && !exact)
			return err_set(e, EX_USAGE, EINVAL, "several ids begin with '%s'", text);
		found = ids.items[i];
	}
	if (!found)
		return err_set(e, EX_NOINPUT, ENOENT, "there is no share of '%s'", text);
	*ret = strdup(found);
	return *ret ? 0 : err_nomem(e);
}

int share_find(struct cli *cli, const char *text, char **ret, struct err *e)
{
	int there;

	if (!text)
		return err_set(e, EX_USAGE, EINVAL, "%s: which container?", cli->log.stage);
	there = cli_open(cli, e);
	if (there < 0)
		return there;
	if (!there)
		return err_set(e, EX_NOINPUT, ENOENT, "there is no share of '%s'", text);
	return share_resolve(&cli->sd, text, ret, e);
}
