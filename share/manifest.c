/* The plan written down. */
#include "share/manifest.h"

#include <stdio.h>
#include <string.h>

#include "common/str.h"
#include "share/device.h"

static void put_overlay(struct json_out *out, const char *options)
{
	static const char *const parts[] = { "lowerdir", "upperdir", "workdir" };

	json_open(out, "overlay");
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		cleanup_free char *value = device_overlay_option(options, parts[i]);

		json_string(out, parts[i], value);
	}
	json_close(out);
}

/* What only the host may know of a source. */
static int put_host(struct json_out *out, struct facts_context *c, int sys, const struct planned *p,
		    struct err *e)
{
	const struct mountinfo *m = p->facts.mount;
	struct device device;
	char number[32];

	json_string(out, "source", p->source);
	if (p->facts.error)
		return 0;
	if (device_measure(c, sys, &p->facts, &device, e) < 0)
		return -e->error;
	(void)snprintf(number, sizeof(number), "%u:%u", device.major, device.minor); /* fits */
	json_string(out, "device", number);
	json_string(out, "mountPoint", m->point);
	json_string(out, "mountRoot", m->root);
	json_string(out, "mountSource", m->source);
	json_string(out, "mountOptions", m->options);
	json_boolean(out, "blockDevice", device.block_device);
	json_boolean(out, "deviceMapper", device.device_mapper);
	if (str_equal(m->fstype, "overlay"))
		put_overlay(out, m->options);
	return 0;
}

/* Filesystem-specific options may name paths of the host (lowerdir=…). */
static void put_options(struct json_out *out, const struct json_strings *options,
			enum manifest_audience audience)
{
	json_open_array(out, "options");
	for (size_t i = 0; i < options->n; i++)
		if (audience == MANIFEST_HOST || oci_option_is_standard(options->items[i]))
			json_string(out, NULL, options->items[i]);
	json_close_array(out);
}

static void put_published(struct json_out *out, const struct planned *p)
{
	json_boolean(out, "readonly", p->readonly);
	if (p->top_only[0]) {
		json_boolean(out, "submounts", false);
		json_string(out, "submountsReason", p->top_only);
	}
}

/* Where it is, or why it is nowhere. */
static void put_place(struct json_out *out, const struct planned *p)
{
	if (p->skipped[0]) {
		json_string(out, "skipped", p->skipped);
	} else {
		json_string(out, "path", p->path);
		json_boolean(out, "directory", p->directory);
		json_boolean(out, "verified", p->verified);
		put_published(out, p);
	}
	if (p->facts.error == 0 && p->facts.mount)
		json_string(out, "fstype", p->facts.mount->fstype);
}

static void put_watch(struct json_out *out, const struct planned *p)
{
	if (!p->may_watch)
		return;
	json_boolean(out, "watchable", p->watchable);
	if (p->watchable)
		json_integer(out, "entries", p->facts.entries);
	else
		json_string(out, "watchableReason", p->unwatchable);
}

static bool is_fs_group(const char *key)
{
	return str_equal(key, DIRECT_FS_GROUP) || str_equal(key, DIRECT_FS_GROUP_CHANGE_POLICY);
}

/* The guest mounts it: device and unknown metadata name the host. */
static void put_direct(struct json_out *out, const struct direct *d,
		       enum manifest_audience audience)
{
	json_open(out, "direct");
	json_string(out, "fstype", d->fstype);
	put_options(out, &d->options, audience);
	if (d->fs_group > 0) {
		json_integer(out, DIRECT_FS_GROUP, d->fs_group);
		json_string(out, DIRECT_FS_GROUP_CHANGE_POLICY, d->fs_group_change_policy);
	}
	if (audience == MANIFEST_HOST) {
		json_string(out, "volumeType", d->volume_type);
		json_string(out, "device", d->device);
		json_open(out, "metadata");
		for (size_t i = 0; i < d->metadata.n; i++)
			if (!is_fs_group(d->metadata.items[i].key))
				json_string(out, d->metadata.items[i].key,
					    d->metadata.items[i].value);
		json_close(out);
	}
	json_close(out);
}

static int put_volume(struct json_out *out, struct facts_context *c, int sys,
		      const struct planned *p, enum manifest_audience audience, struct err *e)
{
	const struct oci_mount *m = p->mount;

	json_open(out, NULL);
	json_integer(out, "index", p->index);
	json_string(out, "destination", m->path);
	json_string(out, "kind", kind_name(p->kind));
	if (m->type && !strchr(m->type, '/'))
		json_string(out, "type", m->type);
	put_options(out, &m->options, audience);
	put_place(out, p);
	put_watch(out, p);
	if (p->kind == KIND_DIRECT)
		put_direct(out, p->facts.direct, audience);
	if (audience == MANIFEST_HOST && (p->source || p->facts.mount) &&
	    put_host(out, c, sys, p, e) < 0)
		return -e->error;
	json_close(out);
	return 0;
}

static int put_subpath(struct json_out *out, struct facts_context *c, int sys,
		       const struct planned *p, enum manifest_audience audience, struct err *e)
{
	json_open(out, NULL);
	json_integer(out, "index", p->index);
	json_string(out, "destination", p->mount->path);
	json_string(out, "subpath", p->subpath->path);
	json_integer(out, "volume", p->volume->index);
	put_place(out, p);
	if (p->made)
		json_boolean(out, "made", true);
	if (audience == MANIFEST_HOST && p->facts.mount && put_host(out, c, sys, p, e) < 0)
		return -e->error;
	json_close(out);
	return 0;
}

int manifest_put(struct json_out *out, struct facts_context *c, int sys, const struct plan *plan,
		 enum manifest_audience audience, struct err *e)
{
	json_boolean(out, "verified", plan->verified);
	json_open(out, "rootfs");
	json_string(out, "path", "rootfs");
	put_published(out, &plan->rootfs);
	json_string(out, "fstype", plan->rootfs.facts.mount->fstype);
	if (audience == MANIFEST_HOST && put_host(out, c, sys, &plan->rootfs, e) < 0)
		return -e->error;
	json_close(out);
	json_open_array(out, "volumes");
	for (size_t i = 0; i < plan->n; i++)
		if (put_volume(out, c, sys, &plan->volumes[i], audience, e) < 0)
			return -e->error;
	json_close_array(out);
	json_open_array(out, "subpaths");
	for (size_t i = 0; i < plan->n_subpaths; i++)
		if (put_subpath(out, c, sys, &plan->subpaths[i], audience, e) < 0)
			return -e->error;
	json_close_array(out);
	return 0;
}

int manifest_text(struct json_out *out, struct facts_context *c, const struct plan *plan,
		  struct err *e)
{
	json_open(out, NULL);
	json_integer(out, "version", 1);
	json_string(out, "id", plan->state->id);
	json_string(out, "sandbox", plan->sandbox);
	json_string(out, "created", plan->created);
	if (manifest_put(out, c, -EBADF, plan, MANIFEST_CONSUMER, e) < 0)
		return -e->error;
	json_close(out);
	return 0;
}
