/* The command line of every executable. */
#include "share/options.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/str.h"

/* Of one pass over the arguments. */
struct pass {
	int argc;
	char **argv;
	const struct option_row *rows;
	unsigned max_operands;
	const char *config;
	struct options options;
};

/* The value of argv[*i], which begins with 'name' and '=', or is followed by it. */
static int take_value(const struct pass *p, int *i, const char *name, const char **ret,
		      struct err *e)
{
	const char *argument = p->argv[*i];
	size_t length = strlen(name);

	if (argument[length] == '=') {
		*ret = argument + length + 1;
	} else if (*i + 1 < p->argc) {
		*ret = p->argv[++*i];
	} else {
		return err_set(e, EX_USAGE, EINVAL, "option '%s' needs a value", name);
	}
	++*i;
	return 1;
}

static bool is_option(const char *argument, const char *name)
{
	size_t length = strlen(name);

	return strncmp(argument, name, length) == 0 &&
	       (argument[length] == '\0' || argument[length] == '=');
}

/* 1: it was one of the verb's own options. */
static int take_row(const struct pass *p, int *i, struct err *e)
{
	for (const struct option_row *row = p->rows; row && row->name; row++) {
		if (row->value && is_option(p->argv[*i], row->name))
			return take_value(p, i, row->name, row->value, e);
		if (row->flag && str_equal(p->argv[*i], row->name)) {
			*row->flag = true;
			++*i;
			return 1;
		}
	}
	return 0;
}

static int take_one(struct pass *p, int *i, struct policy *policy, struct err *e)
{
	const char *argument = p->argv[*i];
	int taken;

	if (str_equal(argument, "--help") || str_equal(argument, "-h") ||
	    str_equal(argument, "--version")) {
		*(argument[2] == 'v' ? &p->options.version : &p->options.help) = true;
		++*i;
		return 0;
	}
	if (is_option(argument, "--config"))
		return take_value(p, i, "--config", &p->config, e) < 0 ? -e->error : 0;
	taken = take_row(p, i, e);
	if (taken == 0)
		taken = settings_option(policy_settings, policy, p->argc, p->argv, i, e);
	if (taken != 0)
		return taken < 0 ? taken : 0;
	if (argument[0] == '-' && argument[1])
		return err_set(e, EX_USAGE, EINVAL, "unknown option '%s'", argument);
	if (p->options.n_operands == p->max_operands)
		return err_set(e, EX_USAGE, EINVAL, "'%s' is one argument too many", argument);
	p->options.operands[p->options.n_operands++] = argument;
	++*i;
	return 0;
}

static int parse(struct pass *p, int first, struct policy *policy, struct err *e)
{
	p->options = (struct options){ 0 };
	for (int i = first; i < p->argc && !p->options.help && !p->options.version;)
		if (take_one(p, &i, policy, e) < 0)
			return -e->error;
	return 0;
}

int options_parse(int argc, char **argv, int first, const struct option_row *rows,
		  unsigned max_operands, struct policy *ret_policy, struct options *ret,
		  struct err *e)
{
	struct pass p = { .argc = argc, .argv = argv, .rows = rows, .max_operands = max_operands };
	cleanup_with(policy_free) struct policy scratch = { 0 }, policy = { 0 };

	/* twice: to find --config, and again to let options win over what the files say */
	if (settings_init(policy_settings, &scratch, e) < 0 || parse(&p, first, &scratch, e) < 0)
		return -e->error;
	if (!p.options.help && !p.options.version &&
	    (policy_load(p.config, &policy, e) < 0 || parse(&p, first, &policy, e) < 0))
		return -e->error;
	*ret = p.options;
	*ret_policy = policy;
	policy = (struct policy){ 0 };
	return 0;
}

int options_open_state(const struct options *options, struct err *e)
{
	const char *name = options->n_operands > 0 ? options->operands[0] : "-";
	int fd;

	if (str_equal(name, "-"))
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	else
		fd = open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0) {
		(void)err_sys(e, errno, "open state '%s'", name);
		if (e->exit_code == EX_OSERR && !err_is_transient(e->error))
			e->exit_code = EX_NOINPUT;
		return -e->error;
	}
	return fd;
}

void options_print_help(const struct option_row *rows, FILE *out)
{
	fprintf(out, "Options:\n");
	for (; rows && rows->name; rows++)
		fprintf(out, "  %-22s %s\n", rows->name, rows->help);
	fprintf(out,
		"  %-22s read this file instead of the default settings files\n"
		"  --help, --version\n\nSettings, which also stand in oci-share.conf:\n",
		"--config FILE");
	settings_print_help(policy_settings, out);
}
