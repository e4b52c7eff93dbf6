/* oci-share setup: make share_dir and export/ before engines and consumers start, or repair them.
 */
#include "cli/cli.h"

int verb_setup(struct cli *cli, struct err *e)
{
	cleanup_with(sharedir_close) struct sharedir sd = SHAREDIR_INIT;
	cleanup_fd int proc = at_open_proc(e);

	if (proc < 0 || sharedir_setup(&cli->policy, proc, &sd, e) < 0)
		return -e->error;
	log_line(&cli->log, LOG_LEVEL_INFO, "%s/export is ready", cli->policy.share_dir);
	return 0;
}
