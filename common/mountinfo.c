/* One mount's facts: statmount, or the one line of mountinfo. */
#include "common/mountinfo.h"

#include <stdio.h>
#include <string.h>

#include "common/io.h"
#include "common/str.h"

void mountinfo_free(struct mountinfo *m)
{
	free(m->root);
	free(m->point);
	free(m->fstype);
	free(m->source);
	free(m->options);
	*m = (struct mountinfo){ 0 };
}

/* Undo \040 and the like, which the kernel writes for blank, tab, newline and backslash. */
static char *unescape(const char *text, size_t length)
{
	char *plain = malloc(length + 1), *out = plain;

	for (size_t i = 0; plain && i < length; i++) {
		if (text[i] == '\\' && i + 3 < length + 1 &&
		    strspn(text + i + 1, "01234567") >= 3) {
			*out++ = (char)((text[i + 1] - '0') << 6 | (text[i + 2] - '0') << 3 |
					(text[i + 3] - '0'));
			i += 3;
		} else {
			*out++ = text[i];
		}
	}
	if (plain)
		*out = '\0';
	return plain;
}

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

/* All options as a list: of the mount, then of the superblock, however we came to know them. */
static char *list_options(uint64_t attributes, const char *super, size_t length)
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
	return unescape(f.text, f.length);
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
	m.options = list_options(m.attributes, super.text, super.length);
	if (!m.root || !m.point || !m.fstype || !m.source || !m.options)
		return err_nomem(e);
	*ret = m;
	m = (struct mountinfo){ 0 };
	return 0;
}

/* Call 'each' for every mount of /proc/self/mountinfo until it returns other than 0; foreign lines
 * are passed over. */
static int scan_table(int proc, int (*each)(struct mountinfo *m, void *data), void *data,
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

struct wanted {
	uint64_t id;
	struct mountinfo *found;
};

static int take_wanted(struct mountinfo *m, void *data)
{
	struct wanted *w = data;

	if (m->id != w->id)
		return 0;
	*w->found = *m;
	*m = (struct mountinfo){ 0 };
	return 1;
}

static int table_get(int proc, uint64_t id, struct mountinfo *ret, struct err *e)
{
	struct wanted w = { id, ret };
	int found = scan_table(proc, take_wanted, &w, e);

	if (found < 0)
		return found;
	return found ? 0 : err_set(e, EX_OSERR, ENOENT, "no mount with id %ju", (uintmax_t)id);
}

struct below {
	uint64_t *ids; /* ids[0] is the mount above all */
	size_t n, max;
};

static int add_below(struct mountinfo *m, void *data)
{
	struct below *b = data;

	/* a mount stands behind its parent in the table unless it was moved; callers list again
	 * where that matters */
	for (size_t i = 0; i <= b->n; i++)
		if ((m->parent == b->ids[i] || b->ids[0] == MOUNTINFO_ALL) && m->id != b->ids[i]) {
			b->ids[++b->n] = m->id;
			break;
		}
	return b->n == b->max;
}

int mountinfo_below(int proc, uint64_t id, uint64_t *ret_ids, size_t max, struct err *e)
{
	struct sys_mount_request request = { .size = SYS_MOUNT_REQUEST_SIZE, .mnt_id = id };
	ssize_t n = sys_listmount(&request, ret_ids, max);
	cleanup_free uint64_t *ids = NULL;
	struct below b = { .max = max };

	if (n >= 0)
		return (int)n;
	if (errno != ENOSYS && errno != EPERM)
		return err_sys(e, errno, "listmount");
	b.ids = ids = realloc_array(NULL, max + 1, sizeof(*ids));
	if (!ids)
		return err_nomem(e);
	ids[0] = id;
	if (scan_table(proc, add_below, &b, e) < 0)
		return -e->error;
	memcpy(ret_ids, ids + 1, b.n * sizeof(*ids));
	return (int)b.n;
}

static char *stat_string(const struct sys_statmount *s, uint64_t bit, uint32_t offset)
{
	return strdup(s->mask & bit ? s->strings + offset : "");
}

/* Room for strings: most mounts fit on the stack, an overlay with many lower directories does not.
 */
enum { STATMOUNT_ROOM = 4096, STATMOUNT_ROOM_MAX = 1 << 20 };

int mountinfo_get(int proc, uint64_t id, struct mountinfo *ret, struct err *e)
{
	const uint64_t mask =
		SYS_STATMOUNT_SB_BASIC | SYS_STATMOUNT_MNT_BASIC | SYS_STATMOUNT_MNT_ROOT |
		SYS_STATMOUNT_MNT_POINT | SYS_STATMOUNT_FS_TYPE | SYS_STATMOUNT_FS_SUBTYPE |
		SYS_STATMOUNT_MNT_OPTS | SYS_STATMOUNT_SB_SOURCE | SYS_STATMOUNT_SUPPORTED;
	struct sys_mount_request request = { .size = SYS_MOUNT_REQUEST_SIZE,
					     .mnt_id = id,
					     .param = mask };
	cleanup_with(mountinfo_free) struct mountinfo m = { 0 };
	cleanup_free struct sys_statmount *s = NULL;
	size_t room = STATMOUNT_ROOM;
	const char *subtype, *super;
	int r;

	do {
		free(s);
		s = malloc(room);
		if (!s)
			return err_nomem(e);
		memset(s, 0, sizeof(*s));
		r = sys_statmount(&request, s, room);
		room *= 4;
	} while (r < 0 && errno == EOVERFLOW && room <= STATMOUNT_ROOM_MAX);
	if (r < 0 && errno == ENOENT)
		return err_set(e, EX_OSERR, ENOENT, "no mount with id %ju", (uintmax_t)id);
	/* Before 6.8 there is no call, and a filter may say EPERM; later there was a time without
	 * the source. */
	if (r < 0 || !(s->supported_mask & SYS_STATMOUNT_SB_SOURCE)) {
		if (r < 0 && errno != ENOSYS && errno != EPERM)
			return err_sys(e, errno, "statmount");
		if (table_get(proc, r < 0 ? id : s->mnt_id_old, ret, e) < 0)
			return -e->error;
		if (r == 0) { /* the table has the ids that are reused */
			ret->id = s->mnt_id;
			ret->parent = s->mnt_parent_id;
		}
		return 0;
	}
	m = (struct mountinfo){
		.id = s->mnt_id,
		.parent = s->mnt_parent_id,
		.major = s->sb_dev_major,
		.minor = s->sb_dev_minor,
		.attributes = s->mnt_attr,
		.peer_group = s->mnt_propagation & MS_SHARED ? s->mnt_peer_group : 0,
		.root = stat_string(s, SYS_STATMOUNT_MNT_ROOT, s->mnt_root),
		.point = stat_string(s, SYS_STATMOUNT_MNT_POINT, s->mnt_point),
		.source = stat_string(s, SYS_STATMOUNT_SB_SOURCE, s->sb_source),
	};
	super = s->mask & SYS_STATMOUNT_MNT_OPTS ? s->strings + s->mnt_opts : "";
	m.options = list_options(m.attributes, super, strlen(super));
	if (!m.root || !m.point || !m.source || !m.options)
		return err_nomem(e);
	subtype = s->mask & SYS_STATMOUNT_FS_SUBTYPE ? s->strings + s->fs_subtype : "";
	m.fstype = str_format("%s%s%s", s->strings + s->fs_type, subtype[0] ? "." : "", subtype);
	if (!m.fstype)
		return err_nomem(e);
	*ret = m;
	m = (struct mountinfo){ 0 };
	return 0;
}
