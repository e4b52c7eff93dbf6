/* Every prestart looks at a few records, so that a host without a timer heals too. */
#include <string.h>

#include "common/str.h"
#include "share/stale.h"

struct sweep {
	struct stale_pass *pass;
	const char *self;
	unsigned left;
	char first[OCI_ID_MAX + 1]; /* that was looked at */
};

static int sweep_one(const char *name, void *data)
{
	struct sweep *s = data;
	char id[OCI_ID_MAX + 1];

	if (!stale_id_of(name, "", ".json", id) || str_equal(id, s->self))
		return 0;
	if (str_equal(id, s->first))
		return 1; /* once around */
	if (!s->first[0])
		memcpy(s->first, id, sizeof(id));
	(void)stale_with_lock(s->pass, id, stale_consider); /* errors were logged */
	return --s->left == 0;
}

/* The lock's file, which is never replaced, says where to go on. What two that are at it at once
 * write is as good as any place, and what cannot be read is the start. Before Linux 6.6 a place in
 * a tmpfs is how many entries are before it: where some went, as many are passed over until the
 * next time around. */
static int64_t read_place(int lock)
{
	int64_t place;

	return pread(lock, &place, sizeof(place), 0) == sizeof(place) ? place : 0;
}

static void write_place(int lock, int64_t place)
{
	if (pwrite(lock, &place, sizeof(place), 0) != sizeof(place))
		return; /* the next start looks at the same records */
}

void gc_sweep(const struct policy *policy, const struct sharedir *sd, int proc,
	      const struct lifecycle_here *here, const char *self, struct log *log)
{
	struct stale_pass pass = {
		.policy = policy, .sd = sd, .proc = proc, .here = *here, .log = log
	};
	struct sweep s = { .pass = &pass, .self = self, .left = GC_SWEEP };
	int64_t start = read_place(sd->lock), place = start;
	struct err e = { 0 };
	int result = at_each_from(sd->state, &place, sweep_one, &s, &e);

	if (result == 0 && start > 0) /* the end, and there are some before */
		result = at_each_from(sd->state, &place, sweep_one, &s, &e);
	if (result < 0)
		log_line(log, LOG_LEVEL_WARNING, "sweep: %s", e.message);
	else if (place != start)
		write_place(sd->lock, place);
	log_step(log, "sweep", "looked=%u withdrawn=%u", pass.result.looked, pass.result.withdrawn);
}
