/* Every prestart looks at a few records, so that a host without a timer heals too. */
#include <sys/random.h>

#include "common/str.h"
#include "share/stale.h"

/* Records from a random place on: a position is as good as any other, and the directory's order is
 * the kernel's. */
struct sweep {
	struct stale_pass *pass;
	const char *self;
	unsigned skip, left;
};

static int sweep_one(const char *name, void *data)
{
	struct sweep *s = data;
	char id[OCI_ID_MAX + 1];

	if (!stale_id_of(name, "", ".json", id) || str_equal(id, s->self))
		return 0;
	if (s->skip > 0) {
		s->skip--;
		return 0;
	}
	(void)stale_with_lock(s->pass, id, stale_consider); /* errors were logged */
	return --s->left == 0;
}

static int count_one(const char *name, void *data)
{
	(void)name;
	(*(unsigned *)data)++;
	return 0;
}

void gc_sweep(const struct policy *policy, const struct sharedir *sd, int proc,
	      const struct lifecycle_here *here, const char *self, struct log *log)
{
	struct stale_pass pass = {
		.policy = policy, .sd = sd, .proc = proc, .here = *here, .log = log
	};
	struct sweep s = { .pass = &pass, .self = self, .left = GC_SWEEP };
	struct err e = { 0 };
	unsigned entries = 0, random = 0;

	if (at_each(sd->state, count_one, &entries, &e) < 0) {
		log_line(log, LOG_LEVEL_WARNING, "sweep: %s", e.message);
		return;
	}
	if (entries > GC_SWEEP &&
	    getrandom(&random, sizeof(random), GRND_NONBLOCK) == sizeof(random))
		s.skip = random % (entries - GC_SWEEP + 1);
	if (at_each(sd->state, sweep_one, &s, &e) < 0)
		log_line(log, LOG_LEVEL_WARNING, "sweep: %s", e.message);
	log_step(log, "sweep", "looked=%u withdrawn=%u", pass.result.looked, pass.result.withdrawn);
}
