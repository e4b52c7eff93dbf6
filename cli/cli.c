/* What the verbs share. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/json.h"
#include "common/str.h"

int cli_open(struct cli *cli, struct err *e)
{
	int result;

	cli->proc = at_open_proc(e);
	if (cli->proc < 0 || lifecycle_here(cli->proc, &cli->here, e) < 0)
		return -e->error;
	result = sharedir_open(&cli->policy, cli->proc, &cli->sd, e);
	if (result == -ENOENT) {
		*e = (struct err){ 0 };
		return 0;
	}
	return result < 0 ? result : 1;
}

void cli_print(const char *text)
{
	size_t size = 4 * strlen(text) + 8;
	cleanup_free char *buf = malloc(size);

	fputs(buf ? str_escape(buf, size, text) : "?", stdout);
	/* cppcheck-suppress memleak ; the cleanup attribute frees it */
}

int cli_print_json(struct json_out *out, struct err *e)
{
	const char *text;
	size_t length;

	if (json_out_take(out, &text, &length, e) < 0)
		return -e->error;
	fwrite(text, 1, length, stdout); /* main() looks for errors */
	return 0;
}

void cli_progress(const char *what, size_t done, size_t total)
{
	if (!isatty(STDERR_FILENO))
		return;
	if (done < total)
		fprintf(stderr, "\r%s: %zu of %zu", what, done, total);
	else
		fprintf(stderr, "\r\033[K");
	(void)fflush(stderr);
}
