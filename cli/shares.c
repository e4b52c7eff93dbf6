/* Shares as record and kernel see them. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "common/str.h"
#include "share/lifecycle.h"
#include "share/stale.h"

const char *share_state_name(enum share_state state)
{
	static const char *const names[] = { "live",	  "gone",    "stale",
					     "unmounted", "foreign", "unknown" };

	return names[state];
}

int cli_open(struct cli *cli, struct sharedir *sd, int *proc, struct err *e)
{
	int result;

	*proc = at_open_proc(e);
	if (*proc < 0)
		return *proc;
	result = sharedir_open(&cli->policy, sd, e);
	if (result == -ENOENT) {
		*e = (struct err){ 0 };
		return 0;
	}
	return result < 0 ? result : 1;
}

void cli_print(const char *text)
{
	size_t size = 4 * strlen(text) + 8;
	cleanup_free char *buf = malloc(size);

	fputs(buf ? str_escape(buf, size, text) : "?", stdout);
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

int share_read(struct cli *cli, const struct sharedir *sd, int proc, const char *id,
	       struct share *ret, struct err *e)
{
	cleanup_with(record_free) struct record r = { 0 };
	char boot_id[PROCESS_BOOT_ID_SIZE];
	struct lifecycle_facts facts;
	enum share_state state;
	struct withdrawal w;
	uint64_t mnt_ns;
	int there;

	if (record_read(sd, id, &r, e) < 0 || lifecycle_measure(proc, &r, boot_id, &facts, e) < 0 ||
	    process_namespace(proc, "mnt", &mnt_ns, e) < 0)
		return -e->error;
	w = withdrawal_of(&r, mnt_ns);
	there = withdraw_look(sd, proc, &w, e);
	if (there < 0)
		return there;
	state = state_of_verdict(lifecycle_judge(&r, &facts, cli->policy.grace));
	if (there == WITHDRAW_FOREIGN)
		state = SHARE_FOREIGN;
	else if (there == WITHDRAW_NOTHING && state != SHARE_STALE)
		state = (uint64_t)r.mnt_ns == mnt_ns ? SHARE_UNMOUNTED : SHARE_UNKNOWN;
	ret->record = r;
	ret->state = state;
	r = (struct record){ 0 };
	return 0;
}

static int add_id(const char *name, void *data)
{
	struct share_ids *ids = data;
	char id[OCI_ID_MAX + 1];
	char **more;

	if (!stale_id_of(name, "", ".json", id))
		return 0;
	if ((ids->n & (ids->n - 1)) == 0) {
		more = realloc_array(ids->items, ids->n > 0 ? 2 * ids->n : 1, sizeof(*more));
		if (!more)
			return -ENOMEM;
		ids->items = more;
	}
	ids->items[ids->n] = strdup(id);
	if (!ids->items[ids->n])
		return -ENOMEM;
	ids->n++;
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
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
		qsort(ids.items, ids.n, sizeof(*ids.items), compare);
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
