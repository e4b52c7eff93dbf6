/* oci-share tree: sandboxes, their containers, and what is published of each. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/shares.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/str.h"

enum column { NAME, AGE, STATE, KIND, ACCESS, WATCHABLE, DESTINATION };

static const struct table_column columns[] = {
	[NAME] = { "NAME", TABLE_TREE },
	[AGE] = { "AGE", TABLE_RIGHT },
	[STATE] = { "STATE" },
	[KIND] = { "KIND" },
	[ACCESS] = { "ACCESS" },
	[WATCHABLE] = { "WATCH" },
	[DESTINATION] = { "DESTINATION" },
	{ NULL },
};

static int compare(const void *a, const void *b)
{
	const struct record *x = &((const struct share *)a)->record,
			    *y = &((const struct share *)b)->record;
	int order = strcmp(x->sandbox, y->sandbox);

	return order != 0 ? order : strcmp(x->id, y->id);
}

/* Seconds since it was made; -1: not known. */
static int64_t age_of(const struct record *r)
{
	int64_t then, now = time(NULL);

	return r->created && clock_parse_utc(r->created, &then) && then <= now ? now - then : -1;
}

static void format_age(int64_t seconds, char ret[24])
{
	static const struct {
		int64_t seconds;
		char unit;
	} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
	size_t i = 0;

	while (i + 1 < ARRAY_SIZE(units) && seconds < 2 * units[i].seconds)
		i++;
	if (seconds < 0)
		(void)snprintf(ret, 24, "?"); /* fits */
	else
		(void)snprintf(ret, 24, "%jd%c", (intmax_t)(seconds / units[i].seconds),
			       units[i].unit); /* fits */
}

/* One published thing, as both kinds of output have it. */
struct entry {
	const char *path, *kind, *destination;
	bool readonly, watchable;
};

/* The n-th of a share: the rootfs, then volumes, then subpaths. False: there are no more; an entry
 * without a path is not published. */
static bool nth_entry(const struct share *s, size_t n, struct entry *ret)
{
	const struct record_volume *v = s->record.volumes.items;
	const struct record_subpath *p = s->record.subpaths.items;

	if (n == 0) {
		*ret = (struct entry){ s->record.rootfs.path, "rootfs", "/",
				       s->record.rootfs.readonly, false };
		return true;
	}
	n--;
	if (n < s->record.volumes.n) {
		*ret = (struct entry){ v[n].path, v[n].kind, v[n].destination, v[n].readonly,
				       v[n].watchable };
		return true;
	}
	n -= s->record.volumes.n;
	if (n >= s->record.subpaths.n)
		return false;
	*ret = (struct entry){ p[n].path, "subpath", p[n].destination, p[n].readonly, false };
	return true;
}

static void put_share(struct table *t, struct table_row *sandbox, const struct share *s)
{
	struct table_row *row = table_add(t, sandbox), *below;
	char age[24];
	struct entry entry;

	format_age(age_of(&s->record), age);
	share_set_id(t, row, NAME, s->record.id);
	table_set(t, row, AGE, age, TABLE_PLAIN);
	table_set(t, row, STATE, share_state_name(s->state), share_state_color(s->state));
	for (size_t n = 0; nth_entry(s, n, &entry); n++) {
		if (!entry.path)
			continue;
		below = table_add(t, row);
		table_set(t, below, NAME, entry.path, TABLE_PLAIN);
		table_set(t, below, KIND, entry.kind, TABLE_PLAIN);
		table_set(t, below, ACCESS, entry.readonly ? "ro" : "rw",
			  entry.readonly ? TABLE_PLAIN : TABLE_WARNING);
		table_set(t, below, WATCHABLE, entry.watchable ? "yes" : "-", TABLE_PLAIN);
		table_set(t, below, DESTINATION, entry.destination, TABLE_PLAIN);
	}
}

/* Whether the i-th share is the first of its sandbox. */
static bool is_first(const struct shares *shares, size_t i)
{
	return i == 0 ||
	       !str_equal(shares->items[i - 1].record.sandbox, shares->items[i].record.sandbox);
}

static int put_text(const struct shares *shares, bool ascii, struct err *e)
{
	cleanup_with(table_free) struct table *t = table_new(columns, ascii);
	struct table_row *sandbox = NULL;

	if (!t)
		return err_nomem(e);
	for (size_t i = 0; i < shares->n; i++) {
		if (is_first(shares, i)) {
			sandbox = table_add(t, NULL);
			share_set_id(t, sandbox, NAME, shares->items[i].record.sandbox);
		}
		put_share(t, sandbox, &shares->items[i]);
	}
	return table_print(t, e);
}

static void put_json_share(struct json_out *out, const struct share *s)
{
	int64_t age = age_of(&s->record);
	struct entry entry;

	json_open(out, NULL);
	json_string(out, "id", s->record.id);
	json_string(out, "state", share_state_name(s->state));
	json_string(out, "created", s->record.created);
	if (age >= 0)
		json_integer(out, "age", age);
	json_open_array(out, "published");
	for (size_t n = 0; nth_entry(s, n, &entry); n++) {
		if (!entry.path)
			continue;
		json_open(out, NULL);
		json_string(out, "path", entry.path);
		json_string(out, "kind", entry.kind);
		json_string(out, "destination", entry.destination);
		json_boolean(out, "readonly", entry.readonly);
		json_boolean(out, "watchable", entry.watchable);
		json_close(out);
	}
	json_close_array(out);
	json_close(out);
}

static int put_json(const struct shares *shares, struct err *e)
{
	cleanup_with(json_out_free) struct json_out *out = json_out_new(true);

	if (!out)
		return err_nomem(e);
	json_open_array(out, NULL);
	for (size_t i = 0; i < shares->n; i++) {
		if (is_first(shares, i)) {
			json_open(out, NULL);
			json_string(out, "sandbox", shares->items[i].record.sandbox);
			json_open_array(out, "containers");
		}
		put_json_share(out, &shares->items[i]);
		if (i + 1 == shares->n || is_first(shares, i + 1)) {
			json_close_array(out);
			json_close(out);
		}
	}
	json_close_array(out);
	return cli_print_json(out, e);
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Leave only the containers and sandboxes whose id begins so. */
static void choose(struct shares *shares, const char *text)
{
	size_t kept = 0;

	for (size_t i = 0; i < shares->n; i++) {
		struct share *s = &shares->items[i];

		if (begins(s->record.id, text) || begins(s->record.sandbox, text))
			shares->items[kept++] = *s;
		else
			share_free(s);
	}
	shares->n = kept;
}

int verb_tree(struct cli *cli, struct err *e)
{
	cleanup_with(shares_free) struct shares shares = { 0 };
	const char *text = cli->options.operands[0];
	int there = cli_open(cli, e);

	if (there < 0 || (there && shares_read(cli, SHARE_WHOLE, &shares, e) < 0))
		return -e->error;
	if (text)
		choose(&shares, text);
	if (text && shares.n == 0)
		return err_set(e, EX_NOINPUT, ENOENT, "there is no share or sandbox of '%s'", text);
	if (shares.n > 0)
		qsort(shares.items, shares.n, sizeof(*shares.items), compare);
	return cli->json ? put_json(&shares, e) : put_text(&shares, cli->ascii, e);
}
