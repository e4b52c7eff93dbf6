/* oci-share republish ID --access ro: take write access away from a live share. */
#include "share/republish.h"

#include "cli/shares.h"
#include "common/str.h"

int verb_republish(struct cli *cli, struct err *e)
{
	const char *text = cli->options.operands[0];
	cleanup_free char *id = NULL;
	int there, result;

	if (!text)
		return err_set(e, EX_USAGE, EINVAL, "republish: which container?");
	if (!cli->access || !str_equal(cli->access, "ro"))
		return err_set(e, EX_USAGE, EINVAL,
			       "republish: only less access can be given: --access ro");
	there = cli_open(cli, e);
	if (there < 0)
		return there;
	if (!there)
		return err_set(e, EX_NOINPUT, ENOENT, "there is no share of '%s'", text);
	if (share_resolve(&cli->sd, text, &id, e) < 0 ||
	    sharedir_lock(&cli->sd, id, SHAREDIR_WAIT_MS, e) < 0)
		return -e->error;
	result = republish(&cli->policy, &cli->sd, cli->proc, id, &cli->here, &cli->log, e);
	sharedir_unlock(&cli->sd, id);
	if (result >= 0)
		log_line(&cli->log, LOG_LEVEL_INFO, "'%s' is %s", id,
			 result ? "read-only already" : "read-only now");
	return result < 0 ? result : 0;
}
