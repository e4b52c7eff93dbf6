/* oci-share plan: what prestart would publish and why. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "common/io.h"
#include "common/process.h"
#include "common/str.h"
#include "share/build.h"
#include "share/manifest.h"

enum { STATE_DEADLINE_US = 60000000 };

static void put_planned(const struct planned *p, const char *kind)
{
	printf("  %4u  %-20s %s ", p->index, kind,
	       p->skipped[0] ? "skip "
	       : p->readonly ? "ro   "
			     : "rw   ");
	cli_print(p->mount->path);
	if (p->subpath) {
		printf("=");
		cli_print(p->subpath->path);
	}
	if (p->skipped[0]) {
		printf(": %s\n", p->skipped);
		return;
	}
	printf("%s%s%s%s%s\n", p->watchable ? ", watchable" : "",
	       p->top_only[0] ? ", without the mounts below: " : "", p->top_only,
	       p->verified ? "" : ", not verified", p->made ? ", to be made" : "");
}

static void put_text(const struct plan *plan)
{
	printf("container %s, sandbox %s, rootfs %s, %s\n", plan->state->id, plan->sandbox,
	       plan->rootfs.readonly ? "ro" : "rw", plan->verified ? "verified" : "not verified");
	for (size_t i = 0; i < plan->n; i++)
		put_planned(&plan->volumes[i], kind_name(plan->volumes[i].kind));
	for (size_t i = 0; i < plan->n_subpaths; i++)
		put_planned(&plan->subpaths[i], "subpath");
}

static int put_json(struct facts_context *c, const struct plan *plan, struct err *e)
{
	cleanup_with(json_out_free) struct json_out *out = json_out_new(true);

	if (!out)
		return err_nomem(e);
	return manifest_text(out, c, plan, e) < 0 ? -e->error : cli_print_json(out, e);
}

int verb_plan(struct cli *cli, struct err *e)
{
	cleanup_with(oci_state_free) struct oci_state state = { 0 };
	cleanup_with(oci_config_free) struct oci_config config = { 0 };
	cleanup_with(facts_close) struct facts_context c = FACTS_CONTEXT_INIT;
	cleanup_with(plan_free) struct plan plan = { 0 };
	cleanup_fd int fd = options_open_state(&cli->options, e);
	int there;

	if (fd < 0)
		return fd;
	if (process_leave_directory(e) < 0 ||
	    oci_state_read(fd, io_now() + STATE_DEADLINE_US, &state, e) < 0 ||
	    policy_narrow(&cli->policy, &state, e) < 0)
		return -e->error;
	if (cli->policy.enabled == ENABLED_FALSE) {
		printf("%s", cli->json ? "null\n" : "nothing: io.oci-share.enabled is false\n");
		return 0;
	}
	there = cli_open(cli, e);
	if (there < 0 || build_open(&cli->policy, &state, &config, &c, e) < 0)
		return -e->error;
	c.sd = there ? &cli->sd : NULL;
	if (build_plan(&c, &state, NULL, &cli->log, &plan, e) < 0)
		return -e->error;
	if (cli->json)
		return put_json(&c, &plan, e);
	put_text(&plan);
	return 0;
}
