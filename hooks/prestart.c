/* oci-share-prestart: publish the container's share (stages createRuntime and prestart). */
#include "hooks/hook.h"
#include "filter/prestart.h"
#include "share/publish.h"

int main(int argc, char **argv)
{
	static const struct hook hook = {
		.program = "oci-share-prestart",
		.stage = "prestart",
		.summary = "Publish a container's root filesystem and volumes below "
			   "share_dir/export/<sandbox>/<id>.",
		.reads_annotations = true,
		.may_warn = true,
		.run = publish,
		/* to see the container's mounts takes SYS_PTRACE */
		.confinement = { .capabilities = CAPABILITY(CAP_SYS_ADMIN) |
						 CAPABILITY(CAP_DAC_READ_SEARCH) |
						 CAPABILITY(CAP_SYS_PTRACE),
				 FILTER },
		.to_create = CAPABILITY(CAP_DAC_OVERRIDE) | CAPABILITY(CAP_CHOWN),
	};

	return hook_main(&hook, argc, argv);
}
