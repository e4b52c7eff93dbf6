/* When a share is stale. */
#include "share/lifecycle.h"

#include <fcntl.h>

#include "common/str.h"

int lifecycle_here(int proc, struct lifecycle_here *ret, struct err *e)
{
	struct process_namespaces own;
	struct lifecycle_here here;

	if (process_boot_id(proc, here.boot_id, e) < 0 || process_namespaces(proc, &own, e) < 0)
		return -e->error;
	here.pid_ns = own.pid;
	here.mnt_ns = own.mnt;
	here.start_shift = process_start_shift(proc, own.time);
	*ret = here;
	return 0;
}

enum lifecycle lifecycle_judge(const struct record *r, const struct lifecycle_here *here,
			       const struct lifecycle_facts *f, uint64_t grace)
{
	if (!str_equal(r->boot_id, here->boot_id))
		return LIFECYCLE_STALE;
	if (r->pid == 0)
		return f->bundle ? LIFECYCLE_LIVE : LIFECYCLE_STALE;
	if ((uint64_t)r->pid_ns != here->pid_ns)
		return LIFECYCLE_UNKNOWN;
	if (f->process)
		return LIFECYCLE_LIVE;
	return !f->bundle || f->gone_seconds >= grace ? LIFECYCLE_STALE : LIFECYCLE_GONE;
}

int lifecycle_measure(int proc, const struct lifecycle_here *here, const struct record *r,
		      struct lifecycle_facts *ret, struct err *e)
{
	struct process_identity p = { 0 };
	struct lifecycle_facts f = { 0 };
	cleanup_fd int bundle = -EBADF;

	if (r->pid > 0) {
		if (process_identify(proc, (pid_t)r->pid, here->start_shift, &p, e) < 0 &&
		    e->error != ESRCH)
			return -e->error;
		f.process = !e->exit_code && !p.zombie && p.start_time == (uint64_t)r->start_time;
		*e = (struct err){ 0 };
	}
	bundle = at_try(AT_FDCWD, r->bundle, O_PATH | O_DIRECTORY, RESOLVE_NO_MAGICLINKS);
	f.bundle = bundle != -ENOENT && bundle != -ENOTDIR; /* only what is surely gone is gone */
	*ret = f;
	return 0;
}

const char *lifecycle_name(enum lifecycle verdict)
{
	static const char *const names[] = { "live", "gone", "stale", "unknown" };

	return names[verdict];
}
