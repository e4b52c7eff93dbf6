/* oci-share-prestart: publish the container's share (stages createRuntime and prestart). */
#include "hooks/hook.h"
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
	};

	return hook_main(&hook, argc, argv);
}
