/* oci-share doctor: why a hook does not run, or a share is not seen. */
#include <fcntl.h>
#include <stdio.h>

#include "cli/doctor_group.h"
#include "common/process.h"
#include "common/str.h"

/* In the order in which they run. */
static const struct doctor_check checks[] = {
	{ "kernel", doctor_kernel },	     { "share_dir", doctor_share },
	{ "namespaces", doctor_namespaces }, { "hooks", doctor_hooks },
	{ "stale", doctor_stale },	     { "try", doctor_try },
};

static void close_doctor(struct doctor *d)
{
	cleanup_close(&d->proc);
	cleanup_close(&d->root);
}

/* 'only' is the name of a group, or NULL. */
static int check_name(const char *only, struct err *e)
{
	char names[128];
	size_t used = 0;

	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		if (!only || str_equal(checks[i].group, only))
			return 0;
		used += (size_t)snprintf(names + used, sizeof(names) - used, " %s",
					 checks[i].group); /* fits */
	}
	return err_set(e, EX_USAGE, EINVAL, "'%s' is not one of:%s", only, names);
}

int verb_doctor(struct cli *cli, struct err *e)
{
	cleanup_with(close_doctor) struct doctor d = { .cli = cli, .proc = -EBADF, .root = -EBADF };
	cleanup_with(doctor_report_free) struct doctor_report report = { 0 };
	const char *only = cli->options.operands[0];

	if (check_name(only, e) < 0)
		return -e->error;
	d.proc = at_open_proc(e);
	if (d.proc < 0)
		return d.proc;
	d.root = at_open(AT_FDCWD, cli->root ? cli->root : "/", O_PATH | O_DIRECTORY, 0, e);
	if (d.root < 0) {
		e->exit_code = EX_NOINPUT;
		return d.root;
	}
	if (process_leave_directory(e) < 0)
		return -e->error;
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
		if ((!only || str_equal(only, checks[i].group)) &&
		    doctor_group(&checks[i], &d, &report, e) < 0)
			return -e->error;
	return doctor_report_print(&report, cli->json, e);
}
