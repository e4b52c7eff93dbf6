/* The plan: what is published of a container, how, and why not. */
#include "share/plan.h"

#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "common/str.h"

#define REASON(field, ...) \
	(void)snprintf((field), PLAN_REASON_SIZE, __VA_ARGS__) /* what is too long is cut */

static bool is_readonly(const struct policy *policy, bool container_readonly, const struct facts *f)
{
	return policy->access == ACCESS_RO || container_readonly ||
	       f->mount->attributes & MOUNT_ATTR_RDONLY;
}

int plan_rootfs(const struct policy *policy, const struct oci_config *config,
		const struct facts *facts, struct planned *ret, struct err *e)
{
	const char *path = config->root.path;

	if (facts->error == ENOENT)
		return err_set(e, EX_NOINPUT, ENOENT, "open root filesystem '%s': %s", path,
			       strerror(ENOENT));
	if (facts->error)
		return err_set(e, EX_DATAERR, facts->error, "open root filesystem '%s': %s", path,
			       facts->error == EXDEV
				       ? "it leads out of the bundle or this mount namespace"
				       : strerror(facts->error));
	if (facts->type != S_IFDIR)
		return err_set(e, EX_DATAERR, ENOTDIR, "open root filesystem '%s': %s", path,
			       strerror(ENOTDIR));
	if (facts->place == PLACE_HOST_ROOT)
		return err_set(e, EX_NOPERM, EPERM, "refuse root filesystem '/': it is the host's");
	if (facts->place == PLACE_INSIDE)
		return err_set(e, EX_NOPERM, EPERM,
			       "refuse root filesystem '%s': it lies in the share directory", path);
	if (kind_is_system_fs(facts->mount->fstype))
		return err_set(e, EX_NOPERM, EPERM, "refuse root filesystem '%s': it is a %s", path,
			       facts->mount->fstype);
	*ret = (struct planned){ .kind = KIND_BIND,
				 .path = "rootfs",
				 .directory = true,
				 .facts = *facts,
				 .readonly = is_readonly(policy, config->root.readonly, facts),
				 .recursive = facts->place == PLACE_ELSEWHERE };
	if (facts->place == PLACE_ABOVE)
		REASON(ret->top_only, "the share directory lies below");
	return 0;
}

bool plan_may_watch(const struct policy *policy, enum kind kind, const struct facts *facts)
{
	return str_in_words(policy->watchable_kinds, kind_name(kind)) && facts->error == 0 &&
	       facts->place != PLACE_INSIDE;
}

static void plan_watch(const struct policy *policy, struct planned *p)
{
	int entries = p->facts.entries, limit = (int)policy->watchable_limit;

	p->may_watch = plan_may_watch(policy, p->kind, &p->facts);
	p->watchable = p->may_watch && entries > 0 && entries <= limit;
	if (!p->may_watch || p->watchable)
		return;
	if (entries == 0)
		REASON(p->unwatchable, "empty");
	else if (entries == -E2BIG)
		REASON(p->unwatchable, "too many or too deep directories");
	else if (entries == -EREMOTE)
		REASON(p->unwatchable, "its filesystem may not answer");
	else if (entries < 0)
		REASON(p->unwatchable, "error: %s", strerror(-entries));
	else
		REASON(p->unwatchable, "more than %d entries", limit);
}

/* A later mount at the same place or above hides an earlier one; by text, for where nobody can be
 * asked. */
static bool is_hidden(const struct oci_config *config, unsigned index, unsigned *ret_by)
{
	for (size_t j = (size_t)index + 1; j < config->mounts.n; j++) {
		if (path_is_below(oci_mount(config, index)->path, oci_mount(config, j)->path)) {
			*ret_by = (unsigned)j;
			return true;
		}
	}
	return false;
}

/* Why the mounts below are not cloned with it; NULL: they are. */
static const char *top_only_reason(const struct oci_config *config, const struct planned *p)
{
	uint64_t propagation =
		p->mount->propagation ? p->mount->propagation : config->rootfs_propagation;

	if (!(p->mount->flags & OCI_MOUNT_RECURSIVE))
		return "the container has none: not rbind";
	if (p->facts.place != PLACE_ELSEWHERE)
		return "the share directory lies below";
	if (propagation != 0 && propagation != MS_PRIVATE)
		return "its propagation is not private";
	return NULL;
}

void plan_too_many(const struct policy *policy, struct planned *p)
{
	REASON(p->skipped, "max_mounts (%u) reached", policy->max_mounts);
}

static void plan_skip(const struct policy *policy, const struct oci_config *config, unsigned mounts,
		      struct planned *p)
{
	const char *never = kind_never_published(p->kind);
	const struct facts *f = &p->facts;
	unsigned by = f->covered_by;

	if (never)
		REASON(p->skipped, "%s", never);
	else if (f->error == EXDEV)
		REASON(p->skipped, "source: in another mount namespace");
	else if (f->error)
		REASON(p->skipped, "source: %s", p->source ? strerror(f->error) : "none given");
	else if (str_equal(f->mount->fstype, "autofs"))
		REASON(p->skipped, "automount that is not mounted");
	else if (policy->volumes == VOLUMES_NONE)
		REASON(p->skipped, "volumes = none");
	else if (policy->volumes == VOLUMES_WATCHABLE && !p->watchable)
		REASON(p->skipped, "not watchable");
	else if (f->place == PLACE_INSIDE)
		REASON(p->skipped, "inside the share directory");
	else if (f->match == MATCH_COVERED ||
		 (f->match != MATCH_SAME && is_hidden(config, p->index, &by)))
		REASON(p->skipped, "covered by mounts[%u]", by);
	else if (mounts >= policy->max_mounts)
		plan_too_many(policy, p);
}

static bool has_subpaths(const struct policy *policy, const struct oci_mount *mount)
{
	for (size_t i = 0; i < policy->subpaths.n; i++)
		if (str_equal(policy->subpaths.items[i].destination, mount->path))
			return true;
	return false;
}

static bool is_readonly_in_container(const struct oci_mount *mount)
{
	return mount->flags & (OCI_MOUNT_READONLY | OCI_MOUNT_READONLY_RECURSIVE);
}

int plan_volume(const struct policy *policy, const struct oci_config *config, unsigned index,
		unsigned mounts, struct planned *p, struct err *e)
{
	const struct facts *f = &p->facts;
	const char *top_only;

	p->index = index;
	p->mount = oci_mount(config, index);
	plan_watch(policy, p);
	plan_skip(policy, config, mounts, p);
	if (p->skipped[0])
		return 0;
	if (f->match == MATCH_DIFFERENT)
		return err_set(
			e, EX_NOPERM, EPERM,
			"refuse volume %u (%s): its source is not what the container has there",
			index, p->mount->path);
	p->verified = f->match == MATCH_SAME;
	p->directory = f->type == S_IFDIR;
	p->readonly = is_readonly(policy, is_readonly_in_container(p->mount), f);
	if (has_subpaths(policy, p->mount)) {
		p->subpaths_only = true;
		REASON(p->skipped, "only subpaths of it are published");
		return 0;
	}
	(void)snprintf(p->path, sizeof(p->path), "volumes/%u", index); /* fits */
	if (!p->directory)
		return 0;
	top_only = top_only_reason(config, p);
	if (top_only)
		REASON(p->top_only, "%s", top_only);
	p->recursive = !top_only;
	return 0;
}

int plan_find_volume(const struct oci_config *config, const char *destination, struct err *e)
{
	/* the last one is what the container sees */
	for (size_t i = config->mounts.n; i > 0; i--)
		if (str_equal(oci_mount(config, i - 1)->path, destination))
			return (int)(i - 1);
	return err_set(e, EX_DATAERR, ENOENT, "no volume is mounted at '%s'", destination);
}

bool plan_may_create(const struct policy *policy, const struct planned *p)
{
	return policy->create_subpaths && !is_readonly_in_container(p->volume->mount);
}

bool plan_subpath(struct planned *p)
{
	p->mount = p->volume->mount;
	p->verified = p->volume->verified;
	p->readonly = p->volume->readonly;
	(void)snprintf(p->path, sizeof(p->path), "subpaths/%u", p->index); /* fits */
	if (!p->volume->subpaths_only)
		REASON(p->skipped, "%s", p->volume->skipped);
	return p->volume->subpaths_only;
}

void plan_subpath_facts(const struct policy *policy, unsigned mounts, struct planned *p)
{
	const char *never = kind_never_published(p->kind);

	p->directory = p->facts.type == S_IFDIR;
	if (never)
		REASON(p->skipped, "%s", never);
	else if (p->facts.error)
		REASON(p->skipped, "source: in another mount namespace");
	else if (p->facts.place == PLACE_INSIDE)
		REASON(p->skipped, "inside the share directory");
	else if (mounts >= policy->max_mounts)
		plan_too_many(policy, p);
}

int planned_fail(const struct planned *p, struct err *e)
{
	if (p->subpath)
		return err_wrap(e, "publish subpath %u (%s=%s)", p->index, p->subpath->destination,
				p->subpath->path);
	if (p->mount)
		return err_wrap(e, "publish volume %u (%s)", p->index, p->mount->path);
	return err_wrap(e, "publish root filesystem");
}

void plan_below(const struct policy *policy, const struct below *below, unsigned mounts,
		struct planned *p)
{
	if (below->unfit) {
		REASON(p->top_only, "%s", below->unfit);
		p->recursive = false;
	} else if (below->n > policy->max_mounts) {
		REASON(p->top_only, "%u mounts below are more than max_mounts (%u)", below->n,
		       policy->max_mounts);
		p->recursive = false;
	} else if (mounts + 1 + below->n > policy->max_mounts && p->mount) {
		REASON(p->skipped, "with %u mounts below, max_mounts (%u) would be passed",
		       below->n, policy->max_mounts);
	} else if (mounts + 1 + below->n > policy->max_mounts) {
		REASON(p->top_only, "with the mounts below, max_mounts (%u) would be passed",
		       policy->max_mounts);
		p->recursive = false;
	}
}

static void planned_free(struct planned *p)
{
	facts_free(&p->facts);
	free(p->source);
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		planned_free(&plan->volumes[i]);
	for (size_t i = 0; i < plan->n_subpaths; i++)
		planned_free(&plan->subpaths[i]);
	planned_free(&plan->rootfs);
	free(plan->volumes);
	free(plan->subpaths);
	*plan = (struct plan){ 0 };
}
