/* Whether a hook applies to a container. */
#include "cli/hook_match.h"

#include <stdio.h>
#include <string.h>

#include "cli/go_regexp.h"
#include "common/str.h"

void hook_annotations_free(struct json_map *annotations)
{
	for (size_t i = 0; i < annotations->n; i++) {
		free(annotations->items[i].key);
		free(annotations->items[i].value);
	}
	free(annotations->items);
	*annotations = (struct json_map){ 0 };
}

/* Text up to an unescaped 'end' or comma or the end of all, without its backslashes. */
static char *take_text(const char **at, char end)
{
	char *text = malloc(strlen(*at) + 1);
	size_t used = 0;

	for (; text && **at && **at != end && **at != ','; (*at)++) {
		if (**at == '\\' && (*at)[1])
			(*at)++;
		text[used++] = **at;
	}
	if (text)
		text[used] = '\0';
	return text;
}

static int take_annotation(const char **at, struct json_map *ret, struct err *e)
{
	cleanup_free char *key = take_text(at, '='), *value = NULL;
	struct json_pair *pair;
	bool has_value = **at == '=';

	*at += has_value;
	value = take_text(at, ',');
	pair = array_grow((void **)&ret->items, ret->n, sizeof(*pair));
	if (!key || !value || !pair)
		return err_nomem(e);
	if (!has_value || key[0] == '\0')
		return err_set(e, EX_USAGE, EINVAL, "'%s' is not KEY=VALUE", key);
	*pair = (struct json_pair){ take_ptr(key), take_ptr(value) };
	ret->n++;
	return 0;
}

int hook_annotations_parse(const char *text, struct json_map *ret, struct err *e)
{
	cleanup_with(hook_annotations_free) struct json_map map = { 0 };

	do {
		if (take_annotation(&text, &map, e) < 0)
			return -e->error;
	} while (*text++ == ',');
	*ret = map;
	map = (struct json_map){ 0 };
	return 0;
}

/* One pair of expressions against all annotations. 1: some annotation matches both. */
static int match_annotation(const struct json_pair *pattern, const struct json_map *annotations,
			    struct err *e)
{
	for (size_t i = 0; i < annotations->n; i++) {
		int match = go_regexp_match(pattern->key, annotations->items[i].key, e);

		if (match > 0)
			match = go_regexp_match(pattern->value, annotations->items[i].value, e);
		if (match != 0)
			return match;
	}
	return 0;
}

static int match_command(const struct json_strings *patterns, const char *command, struct err *e)
{
	for (size_t i = 0; i < patterns->n; i++) {
		int match = go_regexp_match(patterns->items[i], command, e);

		if (match != 0)
			return match;
	}
	return 0;
}

/* What one condition says of a container. */
struct answer {
	bool given;
	enum hook_applies applies;
	char why[HOOK_WHY_SIZE]; /* a long one is cut */
};

#define explain(answer, ...) ((void)snprintf((answer)->why, HOOK_WHY_SIZE, __VA_ARGS__))

static int ask_pair(const struct json_pair *pattern, const struct hook_container *container,
		    struct answer *ret, struct err *e)
{
	int match = match_annotation(pattern, &container->annotations, e);

	ret->given = true;
	ret->applies = match > 0 ? HOOK_APPLIES : HOOK_DOES_NOT;
	if (match == 0)
		explain(ret, "no annotation matches '%s': '%s'", pattern->key, pattern->value);
	return match < 0 ? match : 0;
}

static int ask_command(const struct json_strings *patterns, const struct hook_container *container,
		       struct answer *ret, struct err *e)
{
	int match = 0;

	ret->given = patterns->n > 0;
	if (!ret->given)
		return 0;
	if (!container->command) {
		ret->applies = HOOK_DEPENDS;
		explain(ret, "where process.args[0] matches '%s'%s", patterns->items[0],
			patterns->n > 1 ? " or another" : "");
		return 0;
	}
	match = match_command(patterns, container->command, e);
	ret->applies = match > 0 ? HOOK_APPLIES : HOOK_DOES_NOT;
	if (match == 0)
		explain(ret, "no command matches '%s'", container->command);
	return match < 0 ? match : 0;
}

static void ask_flags(const struct oci_hook *hook, struct answer *ret_always,
		      struct answer *ret_mounts)
{
	ret_always->given = hook->when.always == 1;
	ret_mounts->given = hook->when.has_bind_mounts == 1;
	ret_mounts->applies = HOOK_DEPENDS;
	explain(ret_mounts, "where the container has bind mounts");
}

/* Take one more condition in. Without 'any' the worst counts, with it the best; of equal ones the
 * first, whose reason is kept. */
static void combine(bool any, const struct answer *next, struct answer *so_far)
{
	if (next->given && (!so_far->given || (any ? next->applies < so_far->applies
						   : next->applies > so_far->applies)))
		*so_far = *next;
}

int hook_applies(const struct oci_hook *hook, const struct hook_container *container,
		 enum hook_applies *ret, char why[HOOK_WHY_SIZE], struct err *e)
{
	struct answer all = { 0 }, always = { 0 }, mounts = { 0 }, command = { 0 };

	*ret = HOOK_DOES_NOT;
	explain(&all, "its 'when' never matches");
	if (oci_hook_can_match(hook)) {
		ask_flags(hook, &always, &mounts);
		combine(hook->when.any, &always, &all);
		for (size_t i = 0; i < hook->when.annotations.n; i++) {
			struct answer pair = { 0 };

			if (ask_pair(&hook->when.annotations.items[i], container, &pair, e) < 0)
				return -e->error;
			combine(hook->when.any, &pair, &all);
		}
		if (ask_command(&hook->when.commands, container, &command, e) < 0)
			return -e->error;
		combine(hook->when.any, &command, &all);
		combine(hook->when.any, &mounts, &all);
		*ret = all.applies;
	}
	memcpy(why, all.why, HOOK_WHY_SIZE);
	return 0;
}

int hook_check_regexps(const struct oci_hook *hook, struct err *e)
{
	for (size_t i = 0; i < hook->when.annotations.n; i++) {
		const struct json_pair *pair = &hook->when.annotations.items[i];

		if (go_regexp_check(pair->key, e) < 0 || go_regexp_check(pair->value, e) < 0)
			return err_wrap(e, "annotations");
	}
	for (size_t i = 0; i < hook->when.commands.n; i++)
		if (go_regexp_check(hook->when.commands.items[i], e) < 0)
			return err_wrap(e, "commands");
	return 0;
}
