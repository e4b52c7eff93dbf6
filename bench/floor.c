/* floor: what a prestart or a poststop costs that only makes the system calls of the job, without
 * a C library, a check or a decision: the measure for everything else in this directory.
 *
 *	floor-prestart SANDBOX ID <STATE
 *	floor-poststop SANDBOX ID <STATE
 *
 * -DBUNDLE and -DSHARE are the bundle's and share_dir's paths, -DVOLUMES=N how many volumes there
 * are: VOLUME/0 and so on. -DPOSTSTOP makes the other program, and with -DONE_BY_ONE one that
 * unmounts each volume by itself. Exits with the errno of what failed.
 *
 *	cc -O2 -static -nostdlib -ffreestanding -fno-stack-protector ... floor.c
 *
 * -DFILTERED=HEADER makes the least that may be trusted with what others write: the same with the
 * hook's filter, which is in that header, and with yajl for both documents, of which it keeps
 * nothing. It is linked with a C library, since yajl needs one. */
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#ifndef VOLUMES
#define VOLUMES 1
#endif

/* Of sys/mount.h and unistd.h, which do not go with linux/mount.h or need a C library. */
enum {
	DETACH = 2,
	PROPAGATION_PRIVATE = 1 << 18,
	REMOVE_DIRECTORY = 0x200,
	RECURSIVE = 0x8000,
	EMPTY_PATH = 0x1000
};

static long call(long number, long a, long b, long c, long d, long e)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return result;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
			 : "memory");
	return x0;
#else
#error "no system calls for this architecture"
#endif
}

#ifdef FILTERED
#include <sys/prctl.h>
#include <yajl/yajl_parse.h>

#include FILTERED
#endif

static _Noreturn void leave(long code)
{
	for (;;)
		(void)call(SYS_exit_group, code, 0, 0, 0, 0);
}

static int must(long result)
{
	if (result < 0)
		leave(-result);
	return (int)result;
}

#define sys(name, a, b, c, d, e) \
	must(call(SYS_##name, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e)))

static char buffer[1 << 16];

#ifdef FILTERED

static void read_all(int fd)
{
	static const yajl_callbacks none;
	yajl_handle parser = yajl_alloc(&none, 0, 0);
	int n;

	while ((n = sys(read, fd, buffer, sizeof(buffer), 0, 0)) > 0)
		if (yajl_parse(parser, (unsigned char *)buffer, (size_t)n) != yajl_status_ok)
			leave(65);
	if (yajl_complete_parse(parser) != yajl_status_ok)
		leave(65);
	yajl_free(parser);
}

static const struct {
	const struct sock_filter *filter;
	unsigned length;
} hook = { FILTER };

static void confine(void)
{
	struct sock_fprog program = { .len = (unsigned short)hook.length,
				      .filter = (struct sock_filter *)hook.filter };

	sys(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	sys(seccomp, 1 /* SECCOMP_SET_MODE_FILTER */, 0, &program, 0, 0);
}

#else

static void read_all(int fd)
{
	while (sys(read, fd, buffer, sizeof(buffer), 0, 0) > 0)
		;
}

static void confine(void)
{
}

#endif

/* The text behind 'at'; returns its end, where there is a NUL. */
static char *put(char *at, const char *text)
{
	while ((*at = *text++))
		at++;
	return at;
}

static __attribute__((unused)) char *put_number(char *at, unsigned n)
{
	if (n >= 10)
		at = put_number(at, n / 10);
	*at++ = (char)('0' + n % 10);
	*at = '\0';
	return at;
}

/* SHARE/<directory>/SANDBOX and SHARE/<directory>/SANDBOX/ID. */
static char sandbox_path[512], share_path[512];

static void place(const char *directory, char **argv)
{
	char *end = put(put(put(sandbox_path, SHARE), directory), argv[1]);

	*end = '\0';
	(void)put(put(put(share_path, sandbox_path), "/"), argv[2]);
}

static void record_path(char *path, const char *before, const char *id, const char *after)
{
	(void)put(put(put(put(path, SHARE "/state/"), before), id), after);
}

#ifdef POSTSTOP

#ifdef ONE_BY_ONE
static void detach(const char *directory, unsigned number)
{
	char path[512], *end = put(put(path, share_path), directory);

	if (number != -1U)
		(void)put_number(end, number);
	sys(umount2, path, DETACH, 0, 0, 0);
}
#endif

static void run(char **argv)
{
	char record[512];

	confine();
	read_all(0);
	place("/export/", argv);
#ifdef ONE_BY_ONE
	for (unsigned i = 0; i < VOLUMES; i++)
		detach("/volumes/", i);
	detach("/rootfs", -1U);
#endif
	sys(umount2, share_path, DETACH, 0, 0, 0);
	place("/tree/", argv);
	sys(unlinkat, AT_FDCWD, share_path, REMOVE_DIRECTORY, 0, 0);
	(void)call(SYS_unlinkat, AT_FDCWD, (long)sandbox_path, REMOVE_DIRECTORY, 0,
		   0); /* others may be there */
	record_path(record, "", argv[2], ".json");
	sys(unlinkat, AT_FDCWD, record, 0, 0, 0);
}

#else

/* Clone, shape, attach. */
static void clone_to(const char *source, int root, const char *target)
{
	struct mount_attr shape = { .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
						MOUNT_ATTR_NODEV,
				    .propagation = PROPAGATION_PRIVATE };
	int tree = sys(open_tree, AT_FDCWD, source, OPEN_TREE_CLONE | O_CLOEXEC | RECURSIVE, 0, 0);

	sys(mount_setattr, tree, "", EMPTY_PATH | RECURSIVE, &shape, sizeof(shape));
	sys(mkdirat, root, target, 0755, 0, 0);
	sys(move_mount, tree, "", root, target, MOVE_MOUNT_F_EMPTY_PATH);
	sys(close, tree, 0, 0, 0, 0);
}

static int sealed_tmpfs(const char *id)
{
	char source[512];
	int context = sys(fsopen, "tmpfs", FSOPEN_CLOEXEC, 0, 0, 0), root;

	(void)put(put(put(source, "oci-share:"), id), ":0123456789abcdef");
	sys(fsconfig, context, FSCONFIG_SET_STRING, "source", source, 0);
	sys(fsconfig, context, FSCONFIG_SET_STRING, "mode", "0755", 0);
	sys(fsconfig, context, FSCONFIG_CMD_CREATE, 0, 0, 0);
	root = sys(fsmount, context, FSMOUNT_CLOEXEC,
		   MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, 0, 0);
	sys(close, context, 0, 0, 0, 0);
	return root;
}

static void write_record(const char *id)
{
	char new[512], path[512];
	int fd;

	record_path(new, ".", id, ".new");
	record_path(path, "", id, ".json");
	fd = sys(openat, AT_FDCWD, new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600, 0);
	sys(write, fd, buffer, 1024, 0, 0);
	sys(close, fd, 0, 0, 0, 0);
	sys(renameat, AT_FDCWD, new, AT_FDCWD, path, 0);
}

static void run(char **argv)
{
	struct mount_attr seal = { .attr_set = MOUNT_ATTR_RDONLY };
	int config, root;

	confine();
	read_all(0);
	config = sys(openat, AT_FDCWD, BUNDLE "/config.json", O_RDONLY | O_CLOEXEC, 0, 0);
	read_all(config);
	sys(close, config, 0, 0, 0, 0);
	root = sealed_tmpfs(argv[2]);
	clone_to(BUNDLE "/rootfs", root, "rootfs");
	if (VOLUMES > 0)
		sys(mkdirat, root, "volumes", 0755, 0, 0);
	for (unsigned i = 0; i < VOLUMES; i++) {
		char source[512], target[32];

		(void)put_number(put(source, VOLUME "/"), i);
		(void)put_number(put(target, "volumes/"), i);
		clone_to(source, root, target);
	}
	sys(mount_setattr, root, "", EMPTY_PATH, &seal, sizeof(seal));
	write_record(argv[2]);
	place("/tree/", argv);
	(void)call(SYS_mkdirat, AT_FDCWD, (long)sandbox_path, 0755, 0, 0); /* others may be there */
	sys(mkdirat, AT_FDCWD, share_path, 0755, 0, 0);
	place("/export/", argv);
	sys(move_mount, root, "", AT_FDCWD, share_path, MOVE_MOUNT_F_EMPTY_PATH);
}

#endif

#ifdef FILTERED

int main(int argc, char **argv)
{
	if (argc != 3)
		leave(64);
	run(argv);
	leave(0);
}

#else

__attribute__((used)) _Noreturn void start(uintptr_t *stack)
{
	if (stack[0] != 3)
		leave(64);
	run((char **)(stack + 1));
	leave(0);
}

#if defined(__x86_64__)
__asm__(".globl _start\n_start: mov %rsp, %rdi\n and $-16, %rsp\n call start\n");
#else
__asm__(".globl _start\n_start: mov x0, sp\n bl start\n");
#endif

#endif
