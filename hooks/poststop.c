/* oci-share-poststop: withdraw the container's share (stage poststop). Only the id is needed;
 * bundle and config.json may be gone, and the hook may run twice. */
#include "filter/poststop.h"
#include "hooks/hook.h"
#include "share/record.h"
#include "share/withdraw.h"

static int withdraw_locked(const struct sharedir *sd, int proc, const struct oci_state *state,
			   struct log *log, struct err *e)
{
	cleanup_with(record_free) struct record r = { 0 };
	struct withdrawal w;
	int result = record_read(sd, state->id, &r, e);

	if (result == -ENOENT || result == -EBADMSG) {
		if (result == -EBADMSG)
			log_line(log, LOG_LEVEL_WARNING, "%s; left to gc", e->message);
		*e = (struct err){ 0 };
		/* a prestart that was killed while it wrote the record leaves the temporary file */
		return result == -ENOENT ? record_remove(sd, state->id, e) : 0;
	}
	if (result < 0)
		return result;
	if (!record_is_of_bundle(&r, state->bundle)) {
		log_line(log, LOG_LEVEL_INFO,
			 "the share of '%s' is of the bundle '%s', not withdrawn", r.id, r.bundle);
		return 0;
	}
	w = withdrawal_of(&r);
	if (withdraw(sd, proc, &w, log, e) == 0) {
		log_line(log, LOG_LEVEL_INFO, "withdrawn");
		return 0;
	}
	if (e->error == EBUSY)
		return -e->error;
	log_line(log, LOG_LEVEL_WARNING, "%s; the share itself is gone", e->message);
	*e = (struct err){ 0 };
	return 0;
}

static int run(const struct policy *policy, const struct oci_state *state, struct log *log,
	       struct err *e)
{
	cleanup_with(sharedir_close) struct sharedir sd = SHAREDIR_INIT;
	cleanup_fd int proc = at_open_proc(e);
	int result = proc < 0 ? proc : sharedir_open(policy, proc, &sd, e);

	if (proc >= 0 && result == -ENOENT) {
		*e = (struct err){ 0 };
		return 0; /* nothing was ever published */
	}
	if (result < 0)
		return result;
	if (sharedir_lock(&sd, state->id, SHAREDIR_WAIT_MS, e) < 0)
		return -e->error;
	log_step(log, "lock", "share_dir=%s", policy->share_dir);
	return withdraw_locked(&sd, proc, state, log, e);
}

int main(int argc, char **argv)
{
	static const struct hook hook = {
		.program = "oci-share-poststop",
		.stage = "poststop",
		.summary = "Withdraw the share that oci-share-prestart published for a container.",
		.run = run,
		.confinement = { .capabilities = CAPABILITY(CAP_SYS_ADMIN) |
						 CAPABILITY(CAP_DAC_READ_SEARCH),
				 FILTER },
	};

	return hook_main(&hook, argc, argv);
}
