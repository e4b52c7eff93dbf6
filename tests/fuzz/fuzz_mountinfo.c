/* A line of /proc/self/mountinfo. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/mountinfo.h"
#include "common/str.h"
#include "common/syscalls.h"
#include "tests/fuzz/fuzz.h"

static const struct {
	const char *name;
	uint64_t attribute;
} attributes[] = {
	{ "nosuid", MOUNT_ATTR_NOSUID }, { "nodev", MOUNT_ATTR_NODEV },
	{ "noexec", MOUNT_ATTR_NOEXEC }, { "noatime", MOUNT_ATTR_NOATIME },
	{ "nosymfollow", 0x00200000 },	 { "nodiratime", MOUNT_ATTR_NODIRATIME },
};

/* As the kernel writes a path; a few bytes more than it does. */
static void put_escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		fprintf(out, c <= ' ' || c == '\\' || c >= 0x7f ? "\\%03o" : "%c", c);
	}
	fputc(' ', out);
}

/* The options of the superblock: what stands behind the mount's own. */
static const char *super_of(const struct mountinfo *m)
{
	cleanup_free char *own = mountinfo_options(m->attributes, "", 0);
	size_t length;

	fuzz_assert(own);
	length = strlen(own);
	fuzz_assert(strncmp(m->options, own, length) == 0);
	fuzz_assert(m->options[length] == ',' || !m->options[length]);
	return m->options + length + (m->options[length] == ',');
}

static char *write_line(const struct mountinfo *m)
{
	const char *super = super_of(m);
	char *line = NULL;
	size_t length;
	FILE *out = open_memstream(&line, &length);

	fuzz_assert(out);
	fprintf(out, "%" PRIu64 " %" PRIu64 " %u:%u ", m->id, m->parent, m->major, m->minor);
	put_escaped(out, m->root);
	put_escaped(out, m->point);
	fputs(m->attributes & MOUNT_ATTR_RDONLY ? "ro" : "rw", out);
	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++)
		if (m->attributes & attributes[i].attribute)
			fprintf(out, ",%s", attributes[i].name);
	if (m->peer_group > 0)
		fprintf(out, " shared:%" PRIu64, m->peer_group);
	fputs(" - ", out);
	put_escaped(out, m->fstype);
	put_escaped(out, m->source);
	fprintf(out, "rw%s%s\n", super[0] ? "," : "", super);
	fuzz_assert(fclose(out) == 0);
	return line;
}

static void check_same(const struct mountinfo *a, const struct mountinfo *b)
{
	fuzz_assert(a->id == b->id && a->parent == b->parent);
	fuzz_assert(a->major == b->major && a->minor == b->minor);
	fuzz_assert(a->attributes == b->attributes && a->peer_group == b->peer_group);
	fuzz_check_same_text(a->root, b->root);
	fuzz_check_same_text(a->point, b->point);
	fuzz_check_same_text(a->fstype, b->fstype);
	fuzz_check_same_text(a->source, b->source);
	fuzz_check_same_text(a->options, b->options);
}

void fuzz_mountinfo(const uint8_t *data, size_t size)
{
	cleanup_with(mountinfo_free) struct mountinfo m = { 0 }, again = { 0 };
	cleanup_free char *line = fuzz_string(data, size), *written = NULL;
	struct err e = { 0 };
	int result = mountinfo_parse(line, &m, &e);

	if (result < 0) {
		fuzz_check_error(result, &e);
		fuzz_assert(result == -EINVAL && !m.root && !m.options);
		return;
	}
	fuzz_assert(m.root && m.point && m.fstype && m.source && m.options);
	if (!m.fstype[0])
		return; /* "\000", which no kernel writes */
	written = write_line(&m);
	fuzz_assert(mountinfo_parse(written, &again, &e) == 0);
	check_same(&m, &again);
}
