/* Give up what is not needed. */
#include "common/confine.h"

#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The bounding set stays: with no_new_privs nothing is gained by an execve, and the filter kills
 * whoever tries one. */
static int keep_capabilities(uint64_t keep, struct err *e)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) < 0)
		return err_sys(e, errno, "capget");
	for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		data[i].permitted &= (uint32_t)(keep >> (32 * i));
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0; /* and so nothing is ambient */
	}
	return syscall(SYS_capset, &header, data) < 0 ? err_sys(e, errno, "capset") : 0;
}

int confine(const struct confinement *c, struct err *e)
{
	struct sock_fprog program = { .len = c->length, .filter = (struct sock_filter *)c->filter };

	if (keep_capabilities(c->capabilities, e) < 0)
		return -e->error;
	if (!c->filter || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0)
		return 0;
	/* without it in the kernel, or where a container's own filter knows no seccomp */
	if (errno == ENOSYS || errno == EINVAL)
		return 1;
	return err_sys(e, errno, "seccomp");
}
