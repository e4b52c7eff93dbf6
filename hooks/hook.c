/* The common frame of the hook executables. */
#include "hooks/hook.h"

#include <stdio.h>
#include <string.h>

#include "common/io.h"
#include "common/process.h"
#include "common/str.h"
#include "share/options.h"

enum { STATE_DEADLINE_US = 5000000 };

static int print_help(const struct hook *hook)
{
	printf("Usage: %s [OPTIONS] [STATE]\n\n%s\n\n"
	       "STATE is a file with an OCI state document; - (the default) reads standard "
	       "input.\n\n",
	       hook->program, hook->summary);
	options_print_help(NULL, stdout);
	if (hook->reads_annotations) {
		printf("\nAnnotations of the container:\n");
		policy_print_annotations(stdout);
	}
	printf("\nExit codes are 0 and those of sysexits(3): 64, 78 usage and settings; 65, 66 bad "
	       "or missing input;\n"
	       "69 kernel too old; 77 refused; 71, 73, 74, 75 system errors; 70 a bug.\n");
	return fflush(stdout) == 0 ? 0 : EX_IOERR;
}

/* What lives as long as the process. */
struct frame {
	struct policy policy;
	struct options options;
	struct oci_state state;
	struct log log;
};

static void close_frame(struct frame *f)
{
	log_close(&f->log);
	oci_state_free(&f->state);
	policy_free(&f->policy);
}

/* All that is trusted was read; what comes now need not be. */
static int enter_confinement(const struct hook *hook, struct frame *f, struct err *e)
{
	struct confinement c = hook->confinement;
	int result;

	if (f->policy.create_subpaths)
		c.capabilities |= hook->to_create;
	result = confine(&c, e);
	if (result > 0)
		log_line(&f->log, LOG_LEVEL_WARNING, "this kernel has no seccomp filters");
	log_step(&f->log, "confine", "instructions=%u", c.length);
	return result;
}

static int run(const struct hook *hook, struct frame *f, struct err *e)
{
	cleanup_fd int fd = -EBADF;

	policy_open_log(&f->policy, &f->log);
	log_start(&f->log);
	fd = options_open_state(&f->options, e);
	if (fd < 0 || process_leave_directory(e) < 0 || enter_confinement(hook, f, e) < 0 ||
	    oci_state_read(fd, io_now() + STATE_DEADLINE_US, &f->state, e) < 0)
		return -e->error;
	f->log.id = f->state.id;
	log_step(&f->log, "decode", "state pid=%jd bundle=%s", (intmax_t)f->state.pid,
		 f->state.bundle);
	if (hook->reads_annotations && policy_narrow(&f->policy, &f->state, e) < 0)
		return -e->error;
	return hook->run(&f->policy, &f->state, &f->log, e);
}

static int exit_code(const struct hook *hook, struct frame *f, const struct err *e)
{
	log_line(&f->log, LOG_LEVEL_ERROR, "%s", e->message);
	if (!hook->may_warn || f->policy.on_error != ON_ERROR_WARN || !err_may_warn(e->exit_code))
		return e->exit_code;
	log_line(&f->log, LOG_LEVEL_WARNING,
		 "the container starts without a share (on_error = warn)");
	return 0;
}

int hook_main(const struct hook *hook, int argc, char **argv)
{
	cleanup_with(close_frame) struct frame f = { .log = LOG_INIT(hook->program, hook->stage) };
	struct err e = { 0 };

	if (process_harden(&e) < 0 ||
	    options_parse(argc, argv, 1, NULL, 1, &f.policy, &f.options, &e) < 0)
		return exit_code(hook, &f, &e);
	if (f.options.help)
		return print_help(hook);
	if (f.options.version)
		return printf("%s %s\n", hook->program, PACKAGE_VERSION) > 0 && fflush(stdout) == 0
			       ? 0
			       : EX_IOERR;
	return run(hook, &f, &e) < 0 ? exit_code(hook, &f, &e) : 0;
}
