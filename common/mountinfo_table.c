/* /proc/self/mountinfo: its lines, read one by one. */
#include <stdio.h>
#include <string.h>

#include "common/mountinfo.h"
#include "common/str.h"

static const struct {
	const char *name;
	uint64_t attribute;
} attribute_names[] = {
	{ "ro", MOUNT_ATTR_RDONLY },
	{ "nosuid", MOUNT_ATTR_NOSUID },
	{ "nodev", MOUNT_ATTR_NODEV },
	{ "noexec", MOUNT_ATTR_NOEXEC },
	{ "noatime", MOUNT_ATTR_NOATIME },
	{ "nodiratime", MOUNT_ATTR_NODIRATIME },
	{ "nosymfollow", MOUNT_ATTR_NOSYMFOLLOW },
};

static uint64_t parse_attributes(const char *text, size_t length)
{
	uint64_t attributes = 0;

	for (size_t i = 0; i < ARRAY_SIZE(attribute_names); i++) {
		size_t n = strlen(attribute_names[i].name);

		for (const char *p = text; p + n <= text + length; p++)
			if (strncmp(p, attribute_names[i].name, n) == 0 &&
			    (p == text || p[-1] == ',') && (p + n == text + length || p[n] == ','))
				attributes |= attribute_names[i].attribute;
	}
	return attributes;
}

char *mountinfo_options(uint64_t attributes, const char *super, size_t length)
{
	char own[128] = "rw";
	size_t used = 2;

	if (attributes & MOUNT_ATTR_RDONLY)
		memcpy(own, "ro", 3);
	for (size_t i = 1; i < ARRAY_SIZE(attribute_names); i++) {
		if (!(attributes & attribute_names[i].attribute))
			continue;
		used += (size_t)snprintf(own + used, sizeof(own) - used, ",%s",
					 attribute_names[i].name); /* fits */
	}
	return str_format("%s%s%.*s", own, length > 0 ? "," : "", (int)length, super);
}

/* One field of the line: where it starts, and its length. */
struct field {
	const char *text;
	size_t length;
};

static struct field next_field(const char **line)
{
	struct field f = { *line, strcspn(*line, " \n") };

	*line += f.length;
	if (**line == ' ')
		(*line)++;
	return f;
}

/* A number of 32 bits and the byte behind it. */
static bool take_number(const char **line, char end, uint64_t *ret)
{
	size_t digits = strspn(*line, "0123456789");

	if (digits == 0 || digits > 10 || (*line)[digits] != end)
		return false;
	*ret = strtoull(*line, NULL, 10);
	*line += digits + 1;
	return *ret <= UINT32_MAX;
}

static char *field_text(struct field f)
{
	return str_unescape_octal(f.text, f.length);
}

int mountinfo_parse(const char *line, struct mountinfo *ret, struct err *e)
{
	cleanup_with(mountinfo_free) struct mountinfo m = { 0 };
	struct field attributes, root, point, f, fstype, source, super;
	uint64_t id, parent, major, minor;

	if (!take_number(&line, ' ', &id) || !take_number(&line, ' ', &parent) ||
	    !take_number(&line, ':', &major) || !take_number(&line, ' ', &minor))
		return err_set(e, EX_SOFTWARE, EINVAL, "not a line of mountinfo");
	m = (struct mountinfo){
		.id = id, .parent = parent, .major = (uint32_t)major, .minor = (uint32_t)minor
	};
	root = next_field(&line);
	point = next_field(&line);
	attributes = next_field(&line);
	do {
		f = next_field(&line);
		if (strncmp(f.text, "shared:", 7) == 0)
			m.peer_group = strtoull(f.text + 7, NULL, 10);
		if (strncmp(f.text, "master:", 7) == 0)
			m.master = strtoull(f.text + 7, NULL, 10);
	} while (f.length > 0 && !(f.length == 1 && f.text[0] == '-'));
	fstype = next_field(&line);
	source = next_field(&line); /* may be empty */
	super = next_field(&line);
	if (f.length == 0 || fstype.length == 0 || super.length == 0)
		return err_set(e, EX_SOFTWARE, EINVAL, "not a line of mountinfo");
	m.attributes = parse_attributes(attributes.text, attributes.length);
	m.root = field_text(root);
	m.point = field_text(point);
	m.fstype = field_text(fstype);
	m.source = field_text(source);
	/* 'ro' or 'rw' of the superblock is not an option of its filesystem; statmount does not
	 * have it */
	if (super.length >= 2 && super.text[0] == 'r' &&
	    (super.length == 2 || super.text[2] == ',')) {
		size_t skip = super.length == 2 ? 2 : 3;

		super.text += skip;
		super.length -= skip;
	}
	m.options = mountinfo_options(m.attributes, super.text, super.length);
	if (!m.root || !m.point || !m.fstype || !m.source || !m.options)
		return err_nomem(e);
	*ret = m;
	m = (struct mountinfo){ 0 };
	return 0;
}

int mountinfo_scan(int proc, int (*each)(struct mountinfo *m, void *data), void *data,
		   struct err *e)
{
	cleanup_fd int fd = at_open(proc, "self/mountinfo", O_RDONLY, 0, e);
	cleanup_free char *line = NULL;
	size_t room = 0;
	int result = 0;
	FILE *table;

	if (fd < 0)
		return fd;
	table = fdopen(fd, "re");
	if (!table)
		return err_nomem(e);
	(void)take_fd(&fd); /* it is the stream's now */
	while (result == 0 && getline(&line, &room, table) > 0) {
		cleanup_with(mountinfo_free) struct mountinfo m = { 0 };
		struct err ignored = { 0 };

		if (mountinfo_parse(line, &m, &ignored) == 0)
			result = each(&m, data);
	}
	(void)fclose(table); /* only read from */
	return result;
}
