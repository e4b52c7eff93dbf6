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
	struct json_pair *more;
	bool has_value = **at == '=';

	*at += has_value;
	value = take_text(at, ',');
	more = realloc_array(ret->items, ret->n + 1, sizeof(*more));
	if (more)
		ret->items = more;
	if (!key || !value || !more)
		return err_nomem(e);
	if (!has_value || key[0] == '\0')
		return err_set(e, EX_USAGE, EINVAL, "'%s' is not KEY=VALUE", key);
	ret->items[ret->n++] = (struct json_pair){ take_ptr(key), take_ptr(value) };
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

int hook_applies(const struct oci_hook *hook, const struct hook_container *container,
		 enum hook_applies *ret, char why[HOOK_WHY_SIZE], struct err *e)
{
	const struct json_map *patterns = &hook->when.annotations;
	int match;

	*ret = HOOK_DOES_NOT;
	why[0] = '\0';
	if (!oci_hook_can_match(hook)) {
		(void)snprintf(why, HOOK_WHY_SIZE, "its 'when' never matches"); /* fits */
		return 0;
	}
	for (size_t i = 0; i < patterns->n; i++) {
		match = match_annotation(&patterns->items[i], &container->annotations, e);
		if (match < 0)
			return match;
		if (match > 0)
			continue;
		(void)snprintf(why, HOOK_WHY_SIZE, "no annotation matches '%s': '%s'",
			       patterns->items[i].key,
			       patterns->items[i].value); /* a long one is cut */
		return 0;
	}
	if (hook->when.commands.n > 0 && container->command) {
		match = match_command(&hook->when.commands, container->command, e);
		if (match < 0)
			return match;
		if (match == 0) {
			(void)snprintf(why, HOOK_WHY_SIZE, "no command matches '%s'",
				       container->command); /* a long one is cut */
			return 0;
		}
	}
	*ret = HOOK_APPLIES;
	if (hook->when.commands.n > 0 && !container->command)
		(void)snprintf(why, HOOK_WHY_SIZE, "where process.args[0] matches '%s'%s",
			       hook->when.commands.items[0],
			       hook->when.commands.n > 1 ? " or another" : "");
	else if (hook->when.has_bind_mounts == 1)
		(void)snprintf(why, HOOK_WHY_SIZE, "where the container has bind mounts");
	if (why[0])
		*ret = HOOK_DEPENDS;
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
