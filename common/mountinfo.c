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
	int found = mountinfo_scan(proc, take_wanted, &w, e);

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
	if (mountinfo_scan(proc, add_below, &b, e) < 0)
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
	union {
		struct sys_statmount s;
		char room[STATMOUNT_ROOM];
	} first;
	cleanup_free struct sys_statmount *larger = NULL;
	struct sys_statmount *s = &first.s;
	const char *subtype, *super;
	int r;

	memset(s, 0, sizeof(*s));
	r = sys_statmount(&request, s, sizeof(first));
	for (size_t room = sizeof(first) * 4;
	     r < 0 && errno == EOVERFLOW && room <= STATMOUNT_ROOM_MAX; room *= 4) {
		free(larger);
		s = larger = calloc(1, room);
		if (!s)
			return err_nomem(e);
		r = sys_statmount(&request, s, room);
	}
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
		.master = s->mnt_propagation & MS_SLAVE ? s->mnt_master : 0,
		.root = stat_string(s, SYS_STATMOUNT_MNT_ROOT, s->mnt_root),
		.point = stat_string(s, SYS_STATMOUNT_MNT_POINT, s->mnt_point),
		.source = stat_string(s, SYS_STATMOUNT_SB_SOURCE, s->sb_source),
	};
	super = s->mask & SYS_STATMOUNT_MNT_OPTS ? s->strings + s->mnt_opts : "";
	m.options = mountinfo_options(m.attributes, super, strlen(super));
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
