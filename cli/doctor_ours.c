/* doctor: our own hooks as an engine would run them. */
#include <fcntl.h>
#include <string.h>

#include "cli/doctor_hooks.h"
#include "common/str.h"

/* At which stages each program does its work. */
static const struct {
	const char *name, *stages;
} programs[] = {
	[OURS_PRESTART] = { "oci-share-prestart", "createRuntime prestart" },
	[OURS_POSTSTOP] = { "oci-share-poststop", "poststop" },
};

struct ours {
	struct doctor *d;
	const struct engine_hooks *hooks;
	const struct oci_hook_file *file; /* that is looked at */
	enum our_program program;
};

#define say(o, level, fmt, ...)                                                   \
	doctor_find((o)->d, (level), "%s: %s/%s: " fmt, (o)->hooks->engine->name, \
		    (o)->file->directory, (o)->file->name, __VA_ARGS__)

static void check_program(struct ours *o)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): ours[] has no NULL */
	const char *path = o->file->hook.hook.path;
	cleanup_fd int fd = at_try(o->d->root, path, O_PATH, RESOLVE_IN_ROOT);
	struct err e = { 0 };
	struct statx sx;

	if (fd < 0 || at_statx(fd, &sx, &e) < 0)
		return; /* it was there a moment ago */
	if (!S_ISREG(sx.stx_mode) || !(sx.stx_mode & 0111)) {
		say(o, DOCTOR_PROBLEM, "'%s' is not an executable file (mode %04o); %s", path,
		    sx.stx_mode & 07777,
		    o->program == OURS_PRESTART ? "no container starts with it"
						: "no share is withdrawn");
		doctor_remedy(o->d, "install it again, mode 0755");
	}
}

static void check_stages(struct ours *o)
{
	const struct json_strings *stages = &o->file->hook.stages;
	const char *stage = o->program == OURS_PRESTART ? "createRuntime" : "poststop";
	unsigned good = 0;

	for (size_t i = 0; i < stages->n; i++) {
		if (str_in_words(programs[o->program].stages, stages->items[i])) {
			good++;
			continue;
		}
		say(o, DOCTOR_PROBLEM, "%s is at stage %s, where it cannot do its work",
		    programs[o->program].name, stages->items[i]);
		doctor_remedy(o->d, "stages: [\"%s\"]", stage);
	}
	if (stages->n == 0) {
		say(o, DOCTOR_PROBLEM, "%s is at no stage, and never runs",
		    programs[o->program].name);
		doctor_remedy(o->d, "stages: [\"%s\"]", stage);
	}
	if (good > 1) {
		say(o, DOCTOR_NOTE, "it is at %u stages; the second run finds nothing to do", good);
		doctor_remedy(o->d, "one is enough: createRuntime");
	}
}

static void check_members(struct ours *o)
{
	const struct oci_hook *hook = &o->file->hook;

	if (hook->hook.timeout <= 0) {
		say(o, hook->hook.timeout == 0 ? DOCTOR_PROBLEM : DOCTOR_WARNING, "%s",
		    hook->hook.timeout == 0
			    ? "timeout 0: the runtime ends it at once, and its container"
			    : "no timeout: a hook that hangs holds its container up for ever");
		doctor_remedy(o->d, "\"timeout\": 30");
	}
	if (!oci_hook_can_match(hook)) {
		say(o, DOCTOR_PROBLEM, "its 'when' %s",
		    hook->when.always == 0 || hook->when.has_bind_mounts == 0
			    ? "has a false, and so never matches"
			    : "is empty, and so never matches");
		doctor_remedy(o->d, "\"when\": {\"annotations\": {\"^io[.]oci-share[.]enabled$\": "
				    "\"^true$\"}}, or {\"always\": true}");
	}
}

static void check_applies(struct ours *o, const struct hook_container *container)
{
	char why[HOOK_WHY_SIZE];
	enum hook_applies applies;
	struct err e = { 0 };

	if (!container || !oci_hook_can_match(&o->file->hook))
		return;
	if (hook_applies(&o->file->hook, container, &applies, why, &e) < 0) {
		say(o, DOCTOR_WARNING, "whether it applies cannot be said: %s", e.message);
		doctor_remedy(o->d, "make its regular expressions simpler");
	} else if (applies == HOOK_DOES_NOT) {
		say(o, DOCTOR_PROBLEM, "it does not apply to such a container: %s", why);
		doctor_remedy(o->d, "give the container what 'when' asks for; CRI-O looks at the "
				    "pod's own annotations only");
	} else {
		doctor_ok(o->d, "%s: %s/%s applies to such a container%s%s", o->hooks->engine->name,
			  o->file->directory, o->file->name, why[0] ? ", " : "", why);
	}
}

static bool is_at(const struct oci_hook_file *file, enum our_program program)
{
	return our_program(&file->hook) == program;
}

static const struct oci_hook_file *find(const struct engine_hooks *hooks, enum our_program program)
{
	for (size_t i = 0; i < hooks->n; i++)
		if (is_at(hooks->ours[i], program))
			return hooks->ours[i];
	return NULL;
}

/* The same program in more than one file. */
static void check_twice(struct ours *o)
{
	const struct oci_hook_file *first = find(o->hooks, o->program);

	if (!first || first == o->file)
		return;
	say(o, DOCTOR_WARNING, "%s is in %s/%s too, and may run twice", programs[o->program].name,
	    first->directory, first->name);
	doctor_remedy(o->d, "remove one of the two");
}

static void check_pair(struct doctor *d, const struct engine_hooks *hooks)
{
	for (enum our_program p = OURS_PRESTART; p <= OURS_POSTSTOP; p++) {
		if (find(hooks, p))
			continue;
		doctor_find(d, DOCTOR_PROBLEM, "%s: %s is in no file that counts: %s",
			    hooks->engine->name, programs[p].name,
			    p == OURS_PRESTART ? "nothing is published"
					       : "shares stay until gc takes them");
		doctor_remedy(d, "install %s.json beside the other; %s", programs[p].name,
			      hooks->engine->reload);
	}
}

static bool same_strings(const struct json_strings *a, const struct json_strings *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (!str_equal(a->items[i], b->items[i]))
			return false;
	return a->n == b->n;
}

static bool same_map(const struct json_map *a, const struct json_map *b)
{
	size_t found = 0;

	for (size_t i = 0; i < a->n; i++)
		for (size_t j = 0; j < b->n; j++)
			found += str_equal(a->items[i].key, b->items[j].key) &&
				 str_equal(a->items[i].value, b->items[j].value);
	return a->n == b->n && found == a->n;
}

static void check_conditions(struct doctor *d, const struct engine_hooks *hooks)
{
	const struct oci_hook_file *a = find(hooks, OURS_PRESTART), *b = find(hooks, OURS_POSTSTOP);

	if (!a || !b ||
	    (a->hook.when.always == b->hook.when.always &&
	     a->hook.when.has_bind_mounts == b->hook.when.has_bind_mounts &&
	     same_map(&a->hook.when.annotations, &b->hook.when.annotations) &&
	     same_strings(&a->hook.when.commands, &b->hook.when.commands)))
		return;
	doctor_find(d, DOCTOR_WARNING,
		    "%s: %s/%s and %s/%s have different conditions: a share may never be withdrawn",
		    hooks->engine->name, a->directory, a->name, b->directory, b->name);
	doctor_remedy(d, "give both the same 'when'");
}

void doctor_our_annotations(struct doctor *d, const struct json_map *annotations)
{
	const struct oci_state state = { .annotations = *annotations };
	struct policy policy = d->cli->policy; /* its texts are not touched, and stay the tool's */
	struct err e = { 0 };

	policy.subpaths = (struct subpath_requests){ 0 };
	if (policy_narrow(&policy, &state, &e) < 0) {
		doctor_find(d, DOCTOR_PROBLEM, "prestart refuses such a container: %s", e.message);
		doctor_remedy(d, "correct the annotation; oci-share-prestart(8) has them");
	} else if (policy.enabled == ENABLED_FALSE) {
		doctor_find(d, DOCTOR_NOTE,
			    "of such a container nothing is published: "
			    "io.oci-share.enabled is false");
		doctor_remedy(d, "io.oci-share.enabled=true");
	}
	subpath_requests_free(&policy.subpaths);
}

void doctor_ours(struct doctor *d, const struct engine_hooks *hooks,
		 const struct hook_container *container)
{
	size_t before = d->n;

	for (size_t i = 0; i < hooks->n; i++) {
		struct ours o = { .d = d,
				  .hooks = hooks,
				  .file = hooks->ours[i],
				  .program = our_program(&hooks->ours[i]->hook) };

		check_program(&o);
		check_stages(&o);
		check_members(&o);
		check_twice(&o);
	}
	if (!hooks->unknown)
		check_pair(d, hooks);
	check_conditions(d, hooks);
	if (d->n == before && !hooks->unknown)
		doctor_ok(d, "%s: prestart and poststop are in effect, by %s", hooks->engine->name,
			  hooks->ours[0]->directory);
	for (size_t i = 0; i < hooks->n; i++) {
		struct ours o = { .d = d, .hooks = hooks, .file = hooks->ours[i] };

		check_applies(&o, container);
	}
}
