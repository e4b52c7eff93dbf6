/* oci-share republish ID --access ro: take write access away from a live share. */
#include "share/republish.h"

#include "cli/shares.h"
#include "common/str.h"

int verb_republish(struct cli *cli, struct err *e)
{
	cleanup_free char *id = NULL;
	int result;

	if (!cli->access || !str_equal(cli->access, "ro"))
		return err_set(e, EX_USAGE, EINVAL,
			       "republish: only less access can be given: --access ro");
	if (share_find(cli, cli->options.operands[0], &id, e) < 0 ||
	    sharedir_lock(&cli->sd, id, SHAREDIR_WAIT_MS, e) < 0)
		return -e->error;
	result = republish(&cli->sd, cli->proc, id, &cli->here, &cli->log, e);
	sharedir_unlock(&cli->sd, id);
	if (result >= 0)
		log_line(&cli->log, LOG_LEVEL_INFO, "'%s' is %s", id,
			 result ? "read-only already" : "read-only now");
	return result < 0 ? result : 0;
}
