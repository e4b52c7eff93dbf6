/* oci-share teardown: withdraw all shares and remove share_dir, before the hooks are uninstalled.
 */
#include "share/teardown.h"

#include "cli/shares.h"
#include "share/gc.h"

int verb_teardown(struct cli *cli, struct err *e)
{
	struct gc_result result = { 0 };
	struct err more = { 0 };
	int there = cli_open(cli, e);

	if (there <= 0)
		return there;
	cli->all = true;
	cli->policy.grace = 0;
	ignore_result(withdraw_many(cli, e)); /* it goes on; the first error counts */
	/* what has no record */
	if (gc_all(&cli->policy, &cli->sd, cli->proc, false, &cli->log, NULL, &result, &more) < 0)
		err_keep_first(e, &more);
	if (e->exit_code || sharedir_remove(&cli->policy, &cli->sd, cli->proc, e) < 0)
		return -e->error;
	log_line(&cli->log, LOG_LEVEL_INFO, "%s is removed", cli->policy.share_dir);
	return 0;
}
