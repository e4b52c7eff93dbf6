/* What is published, how, and why not: pure decisions over made-up facts. */
#include "share/plan.h"

#include "common/syscalls.h"
#include "tests/check.h"

/* The policy of a row: what it leaves out is the default. */
struct given_policy {
	int access, volumes;
	unsigned max_mounts, watchable_limit;
	const char *watchable_kinds;
};

static struct policy policy_of(struct given_policy g)
{
	return (struct policy){
		.access = g.access,
		.volumes = g.volumes,
		.max_mounts = g.max_mounts > 0 ? g.max_mounts : 128,
		.watchable_limit = g.watchable_limit > 0 ? g.watchable_limit : 8,
		.watchable_kinds =
			(char *)(g.watchable_kinds ? g.watchable_kinds
						   : "configmap secret projected downward-api"),
	};
}

static bool has(const char *text, const char *wanted)
{
	return wanted ? strstr(text, wanted) != NULL : text[0] == '\0';
}

/* ---- the rootfs ---- */

static const struct {
	const char *name;
	struct given_policy policy;
	bool readonly;
	/* facts */
	int error;
	unsigned type; /* 0: a directory */
	const char *fstype;
	uint64_t attributes;
	enum facts_place place;
	/* expected */
	int exit_code;
	bool is_readonly, recursive;
} rootfs[] = {
	{ .name = "an overlay", .is_readonly = true, .recursive = true },
	{ .name = "access = container", .policy.access = ACCESS_CONTAINER, .recursive = true },
	{ .name = "access = container, root.readonly",
	  .policy.access = ACCESS_CONTAINER,
	  .readonly = true,
	  .is_readonly = true,
	  .recursive = true },
	{ .name = "access = container, mounted read-only",
	  .policy.access = ACCESS_CONTAINER,
	  .attributes = MOUNT_ATTR_RDONLY,
	  .is_readonly = true,
	  .recursive = true },
	{ .name = "above share_dir", .place = PLACE_ABOVE, .is_readonly = true },
	{ .name = "max_mounts of 1",
	  .policy.max_mounts = 1,
	  .is_readonly = true,
	  .recursive = true },
	{ .name = "missing", .error = ENOENT, .exit_code = EX_NOINPUT },
	{ .name = "the host's /", .place = PLACE_HOST_ROOT, .exit_code = EX_NOPERM },
	{ .name = "in share_dir", .place = PLACE_INSIDE, .exit_code = EX_NOPERM },
	{ .name = "proc", .fstype = "proc", .exit_code = EX_NOPERM },
	{ .name = "sysfs", .fstype = "sysfs", .exit_code = EX_NOPERM },
	/* 71 to 75 would let a container start under on_error = warn */
	{ .name = "RB05 a file", .type = S_IFREG, .exit_code = -1 },
	{ .name = "RB05 a socket", .type = S_IFSOCK, .exit_code = -1 },
	{ .name = "not a directory", .error = ENOTDIR, .exit_code = -1 },
	{ .name = "a link that leads out", .error = EXDEV, .exit_code = -1 },
	{ .name = "links in a circle", .error = ELOOP, .exit_code = -1 },
};

START_TEST(rootfs_is_published_or_nothing_is)
{
	struct policy policy = policy_of(rootfs[_i].policy);
	char path[] = "rootfs", other[32] = "overlay";
	struct oci_config config = { .root = { path, rootfs[_i].readonly } };
	struct mountinfo info = { .fstype = other, .attributes = rootfs[_i].attributes };
	struct facts f = { .error = rootfs[_i].error,
			   .type = rootfs[_i].type ? rootfs[_i].type : S_IFDIR,
			   .mount = rootfs[_i].error ? NULL : &info,
			   .place = rootfs[_i].place,
			   .match = MATCH_SAME };
	struct planned p = { .index = 77 };
	struct err e = { 0 };
	int result;

	if (rootfs[_i].fstype)
		(void)strcpy(other, rootfs[_i].fstype);
	result = plan_rootfs(&policy, &config, &f, &p, &e);
	if (rootfs[_i].exit_code) {
		check_error(result, &e, rootfs[_i].name);
		if (rootfs[_i].exit_code > 0)
			check_exit(result, &e, rootfs[_i].exit_code, rootfs[_i].name);
		ck_assert_msg(!err_may_warn(e.exit_code), "%s: exit %d", rootfs[_i].name,
			      e.exit_code);
		ck_assert_uint_eq(p.index, 77);
		return;
	}
	ck_assert_msg(result == 0, "%s: %s", rootfs[_i].name, e.message);
	ck_assert_ptr_null(p.mount);
	ck_assert(p.directory && p.skipped[0] == '\0');
	ck_assert_msg(p.readonly == rootfs[_i].is_readonly, "%s: readonly", rootfs[_i].name);
	ck_assert_msg(p.recursive == rootfs[_i].recursive, "%s: recursive", rootfs[_i].name);
	ck_assert_msg(has(p.top_only, NULL) == rootfs[_i].recursive, "%s: '%s'", rootfs[_i].name,
		      p.top_only);
}
END_TEST

/* ---- volumes ---- */

enum { BIND = OCI_MOUNT_BIND, RBIND = OCI_MOUNT_BIND | OCI_MOUNT_RECURSIVE };
enum { RO = OCI_MOUNT_READONLY, RRO = OCI_MOUNT_READONLY_RECURSIVE };

static const struct {
	const char *name;
	struct given_policy policy;
	unsigned mounts;
	enum kind kind;
	unsigned flags; /* 0: BIND */
	uint64_t propagation, rootfs_propagation;
	bool no_source;
	const char *later;  /* destination of the next mount; ours is /a/b */
	struct facts facts; /* a type of 0: a directory */
	const char *fstype;
	uint64_t attributes;
	/* expected */
	int exit_code;
	const char *skipped, *top_only;
	bool readonly, recursive, verified, file;
} volumes[] = {
#define OK	  .kind = KIND_BIND, .facts.match = MATCH_SAME, .verified = true
#define CONTAINER .policy.access = ACCESS_CONTAINER
	{ .name = "a bind", OK, .readonly = true },
	{ .name = "a file", OK, .facts.type = S_IFREG, .file = true, .readonly = true },
	{ .name = "no pid", .kind = KIND_BIND, .facts.match = MATCH_UNKNOWN, .readonly = true },
	{ .name = "nothing mounted there yet",
	  .kind = KIND_BIND,
	  .facts.match = MATCH_ABSENT,
	  .readonly = true },
	/* read-only */
	{ .name = "access = container", OK, CONTAINER },
	{ .name = "access = container, ro", OK, CONTAINER, .flags = BIND | RO, .readonly = true },
	{ .name = "access = container, rro",
	  OK,
	  CONTAINER,
	  .flags = RBIND | RRO,
	  .readonly = true,
	  .recursive = true },
	{ .name = "access = container, mounted ro",
	  OK,
	  CONTAINER,
	  .attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID,
	  .readonly = true },
	{ .name = "access = container, mounted nosuid",
	  OK,
	  CONTAINER,
	  .attributes = MOUNT_ATTR_NOSUID },
	{ .name = "access = ro, rw", OK, .flags = BIND, .readonly = true },
	/* with the mounts below */
	{ .name = "rbind", OK, .flags = RBIND, .readonly = true, .recursive = true },
	{ .name = "rbind, rprivate",
	  OK,
	  .flags = RBIND,
	  .propagation = MS_PRIVATE,
	  .readonly = true,
	  .recursive = true },
	{ .name = "rbind, rslave",
	  OK,
	  .flags = RBIND,
	  .propagation = MS_SLAVE,
	  .readonly = true,
	  .top_only = "propagation" },
	{ .name = "rbind, rshared",
	  OK,
	  .flags = RBIND,
	  .propagation = MS_SHARED,
	  .readonly = true,
	  .top_only = "propagation" },
	{ .name = "rbind below a shared rootfs",
	  OK,
	  .flags = RBIND,
	  .rootfs_propagation = MS_SHARED,
	  .readonly = true,
	  .top_only = "propagation" },
	{ .name = "rbind, rprivate below a shared rootfs",
	  OK,
	  .flags = RBIND,
	  .propagation = MS_PRIVATE,
	  .rootfs_propagation = MS_SHARED,
	  .readonly = true,
	  .recursive = true },
	{ .name = "bind, rslave", OK, .propagation = MS_SLAVE, .readonly = true },
	{ .name = "rbind of a file",
	  OK,
	  .flags = RBIND,
	  .facts.type = S_IFREG,
	  .file = true,
	  .readonly = true },
	{ .name = "rbind above share_dir",
	  OK,
	  .flags = RBIND,
	  .facts.place = PLACE_ABOVE,
	  .readonly = true,
	  .top_only = "share directory" },
	{ .name = "rbind of the host's /",
	  OK,
	  .flags = RBIND,
	  .facts.place = PLACE_HOST_ROOT,
	  .readonly = true,
	  .top_only = "share directory" },
	{ .name = "bind above share_dir", OK, .facts.place = PLACE_ABOVE, .readonly = true },
	/* skipped */
	{ .name = "inside share_dir",
	  .facts.place = PLACE_INSIDE,
	  .facts.match = MATCH_SAME,
	  .kind = KIND_BIND,
	  .skipped = "inside the share directory" },
	{ .name = "system", .kind = KIND_SYSTEM, .skipped = "system mount" },
	{ .name = "system without source",
	  .kind = KIND_SYSTEM,
	  .no_source = true,
	  .facts.error = ENOENT,
	  .skipped = "system mount" },
	{ .name = "host device", .kind = KIND_HOST_DEVICE, .skipped = "host device" },
	{ .name = "socket", .kind = KIND_SOCKET, .facts.type = S_IFSOCK, .skipped = "socket" },
	{ .name = "fifo", .kind = KIND_FIFO, .facts.type = S_IFIFO, .skipped = "fifo" },
	{ .name = "direct", .kind = KIND_DIRECT, .skipped = "direct-assigned" },
	{ .name = "filesystem", .kind = KIND_FILESYSTEM, .skipped = "not a bind" },
	{ .name = "missing",
	  .kind = KIND_BIND,
	  .facts.error = ENOENT,
	  .skipped = "No such file or directory" },
	{ .name = "links in a circle",
	  .kind = KIND_BIND,
	  .facts.error = ELOOP,
	  .skipped = "Too many levels of symbolic links" },
	{ .name = "another namespace",
	  .kind = KIND_BIND,
	  .facts.error = EXDEV,
	  .skipped = "namespace" },
	{ .name = "no source",
	  .kind = KIND_BIND,
	  .no_source = true,
	  .facts.error = ENOENT,
	  .skipped = "source" },
	{ .name = "L17 autofs", .kind = KIND_BIND, .fstype = "autofs", .skipped = "automount" },
	{ .name = "volumes = none",
	  .kind = KIND_BIND,
	  .policy.volumes = VOLUMES_NONE,
	  .skipped = "volumes = none" },
	{ .name = "volumes = none, a secret",
	  .kind = KIND_SECRET,
	  .policy.volumes = VOLUMES_NONE,
	  .facts.entries = 3,
	  .skipped = "volumes = none" },
	{ .name = "volumes = watchable, a bind",
	  .kind = KIND_BIND,
	  .policy.volumes = VOLUMES_WATCHABLE,
	  .facts.entries = 3,
	  .skipped = "not watchable" },
	{ .name = "volumes = watchable, a large secret",
	  .kind = KIND_SECRET,
	  .policy.volumes = VOLUMES_WATCHABLE,
	  .facts.entries = 9,
	  .skipped = "not watchable" },
	{ .name = "volumes = watchable, a secret",
	  .kind = KIND_SECRET,
	  .policy.volumes = VOLUMES_WATCHABLE,
	  .facts = { .entries = 3, .match = MATCH_SAME },
	  .readonly = true,
	  .verified = true },
	{ .name = "max_mounts", OK, .policy.max_mounts = 4, .mounts = 3, .readonly = true },
	{ .name = "max_mounts reached",
	  .kind = KIND_BIND,
	  .facts.match = MATCH_SAME,
	  .policy.max_mounts = 4,
	  .mounts = 4,
	  .skipped = "max_mounts" },
	/* covered, or an attack */
	{ .name = "covered",
	  .kind = KIND_BIND,
	  .facts = { .match = MATCH_COVERED, .covered_by = 1 },
	  .later = "/a/b",
	  .skipped = "covered by mounts[1]" },
	{ .name = "no pid, one at the same place",
	  .kind = KIND_BIND,
	  .later = "/a/b",
	  .skipped = "covered by mounts[1]" },
	{ .name = "no pid, one above",
	  .kind = KIND_BIND,
	  .later = "/a",
	  .skipped = "covered by mounts[1]" },
	{ .name = "no pid, one at /",
	  .kind = KIND_BIND,
	  .later = "/",
	  .skipped = "covered by mounts[1]" },
	{ .name = "no pid, one below", .kind = KIND_BIND, .later = "/a/b/c", .readonly = true },
	{ .name = "no pid, one beside", .kind = KIND_BIND, .later = "/a/bc", .readonly = true },
	{ .name = "seen there, whatever the text says", OK, .later = "/a/b", .readonly = true },
	{ .name = "exchanged",
	  .kind = KIND_BIND,
	  .facts.match = MATCH_DIFFERENT,
	  .exit_code = EX_NOPERM },
	{ .name = "exchanged, with a mount below",
	  .kind = KIND_BIND,
	  .facts.match = MATCH_DIFFERENT,
	  .later = "/a/b/c",
	  .exit_code = EX_NOPERM },
	{ .name = "exchanged secret",
	  .kind = KIND_SECRET,
	  .facts = { .match = MATCH_DIFFERENT, .entries = 3 },
	  .exit_code = EX_NOPERM },
};

START_TEST(volumes_are_published_or_say_why_not)
{
	char path[] = "/a/b", source[] = "/s", fstype[32] = "ext4", later[32] = "/elsewhere";
	struct policy policy = policy_of(volumes[_i].policy);
	struct oci_mount items[2] = {
		{ .path = path,
		  .flags = volumes[_i].flags ? volumes[_i].flags : BIND,
		  .propagation = volumes[_i].propagation },
		{ .path = later, .flags = BIND },
	};
	struct oci_config config = { .mounts = { items, 2 },
				     .rootfs_propagation = volumes[_i].rootfs_propagation };
	struct mountinfo info = { .fstype = fstype, .attributes = volumes[_i].attributes };
	struct planned p = { .kind = volumes[_i].kind,
			     .facts = volumes[_i].facts,
			     .source = volumes[_i].no_source ? NULL : source };
	struct err e = { 0 };
	int result;

	if (volumes[_i].fstype)
		(void)strcpy(fstype, volumes[_i].fstype);
	if (volumes[_i].later)
		(void)strcpy(later, volumes[_i].later);
	p.facts.type = p.facts.type ? p.facts.type : S_IFDIR;
	p.facts.mount = p.facts.error ? NULL : &info;
	result = plan_volume(&policy, &config, 0, volumes[_i].mounts, &p, &e);
	if (volumes[_i].exit_code) {
		check_exit(result, &e, volumes[_i].exit_code, volumes[_i].name);
		return;
	}
	ck_assert_msg(result == 0, "%s: %s", volumes[_i].name, e.message);
	ck_assert_ptr_eq(p.mount, &items[0]);
	ck_assert_uint_eq(p.index, 0);
	ck_assert_msg(has(p.skipped, volumes[_i].skipped), "%s: skipped '%s'", volumes[_i].name,
		      p.skipped);
	if (p.skipped[0])
		return;
	ck_assert_msg(p.readonly == volumes[_i].readonly, "%s: readonly", volumes[_i].name);
	ck_assert_msg(p.recursive == volumes[_i].recursive, "%s: recursive", volumes[_i].name);
	ck_assert_msg(p.verified == volumes[_i].verified, "%s: verified", volumes[_i].name);
	ck_assert_msg(p.directory == !volumes[_i].file, "%s: directory", volumes[_i].name);
	if (p.directory && !(items[0].flags & OCI_MOUNT_RECURSIVE))
		ck_assert_msg(has(p.top_only, "not rbind"), "%s: '%s'", volumes[_i].name,
			      p.top_only);
	else
		ck_assert_msg(has(p.top_only, volumes[_i].top_only), "%s: '%s'", volumes[_i].name,
			      p.top_only);
}
END_TEST

START_TEST(only_later_mounts_cover)
{
	char first[] = "/a", second[] = "/a/b", ext4[] = "ext4", source[] = "/s";
	struct oci_mount items[] = { { .path = first, .flags = BIND },
				     { .path = second, .flags = BIND } };
	struct oci_config config = { .mounts = { items, 2 } };
	struct mountinfo info = { .fstype = ext4 };
	struct policy policy = policy_of((struct given_policy){ 0 });
	struct planned p = { .kind = KIND_BIND,
			     .facts = { .type = S_IFDIR, .mount = &info },
			     .source = source };
	struct err e = { 0 };

	check_ok(plan_volume(&policy, &config, 1, 1, &p, &e), &e);
	ck_assert_str_eq(p.skipped, "");
	ck_assert_uint_eq(p.index, 1);
}
END_TEST

/* ---- watchable ---- */

static const struct {
	const char *name;
	struct given_policy policy;
	enum kind kind;
	int entries, error;
	enum facts_place place;
	bool may, watchable;
	const char *why; /* where it is not */
} watched[] = {
	{ "WM04 1", { 0 }, KIND_CONFIGMAP, 1, 0, 0, true, true, NULL },
	{ "WM04 7", { 0 }, KIND_SECRET, 7, 0, 0, true, true, NULL },
	{ "WM04 8", { 0 }, KIND_CONFIGMAP, 8, 0, 0, true, true, NULL },
	{ "WM05 9", { 0 }, KIND_CONFIGMAP, 9, 0, 0, true, false, "more than 8 entries" },
	{ "projected", { 0 }, KIND_PROJECTED, 5, 0, 0, true, true, NULL },
	{ "downward-api", { 0 }, KIND_DOWNWARD_API, 5, 0, 0, true, true, NULL },
	{ "empty", { 0 }, KIND_SECRET, 0, 0, 0, true, false, "empty" },
	{ "WM10 an error", { 0 }, KIND_SECRET, -ELOOP, 0, 0, true, false, "error" },
	{ "too many directories", { 0 }, KIND_SECRET, -E2BIG, 0, 0, true, false, "directories" },
	{ "WM07 a bind", { 0 }, KIND_BIND, 1, 0, 0, false, false, NULL },
	{ "WM02 an emptyDir", { 0 }, KIND_EMPTY_DIR_DISK, 1, 0, 0, false, false, NULL },
	{ "missing", { 0 }, KIND_SECRET, 0, ENOENT, 0, false, false, NULL },
	{ "inside share_dir", { 0 }, KIND_SECRET, 3, 0, PLACE_INSIDE, false, false, NULL },
	{ "the seeds' two kinds",
	  { .watchable_kinds = "configmap secret" },
	  KIND_PROJECTED,
	  5,
	  0,
	  0,
	  false,
	  false,
	  NULL },
	{ "no kind", { .watchable_kinds = "" }, KIND_SECRET, 5, 0, 0, false, false, NULL },
	{ "the kind's whole name",
	  { .watchable_kinds = "secret" },
	  KIND_CONFIGMAP,
	  5,
	  0,
	  0,
	  false,
	  false,
	  NULL },
	{ "a limit of 3", { .watchable_limit = 3 }, KIND_SECRET, 3, 0, 0, true, true, NULL },
	{ "a limit of 3, 4",
	  { .watchable_limit = 3 },
	  KIND_SECRET,
	  4,
	  0,
	  0,
	  true,
	  false,
	  "more than 3 entries" },
};

START_TEST(C17_watchable)
{
	char path[] = "/a", tmpfs[] = "tmpfs", source[] = "/s";
	struct oci_mount item = { .path = path, .flags = BIND };
	struct oci_config config = { .mounts = { &item, 1 } };
	struct mountinfo info = { .fstype = tmpfs };
	struct policy policy = policy_of(watched[_i].policy);
	struct planned p = { .kind = watched[_i].kind,
			     .facts = { .type = S_IFDIR,
					.mount = &info,
					.error = watched[_i].error,
					.place = watched[_i].place,
					.match = MATCH_SAME,
					.entries = watched[_i].entries },
			     .source = source };
	struct err e = { 0 };

	ck_assert_msg(plan_may_watch(&policy, p.kind, &p.facts) == watched[_i].may, "%s: may",
		      watched[_i].name);
	check_ok(plan_volume(&policy, &config, 0, 1, &p, &e), &e);
	ck_assert_msg(p.may_watch == watched[_i].may, "%s: may", watched[_i].name);
	ck_assert_msg(p.watchable == watched[_i].watchable, "%s: watchable", watched[_i].name);
	ck_assert_msg(has(p.unwatchable, watched[_i].why), "%s: '%s'", watched[_i].name,
		      p.unwatchable);
}
END_TEST

/* ---- the mounts below ---- */

static const struct {
	const char *name;
	unsigned max_mounts, mounts;
	struct below below;
	bool is_rootfs, recursive;
	const char *skipped, *top_only;
} below[] = {
	{ "none below", 4, 1, { 0, NULL }, false, true, NULL, NULL },
	{ "some below", 4, 1, { 2, NULL }, false, true, NULL, NULL },
	{ "one more than fits", 4, 1, { 3, NULL }, false, true, "max_mounts", NULL },
	{ "as many as max_mounts, nothing else", 4, 0, { 3, NULL }, false, true, NULL, NULL },
	{ "more than max_mounts", 4, 1, { 5, NULL }, false, false, NULL, "max_mounts" },
	{ "a system filesystem",
	  4,
	  1,
	  { 1, "a system mount lies below" },
	  false,
	  false,
	  NULL,
	  "a system mount lies below" },
	{ "a system filesystem and many",
	  4,
	  1,
	  { 9, "a system mount lies below" },
	  false,
	  false,
	  NULL,
	  "a system mount lies below" },
	{ "rootfs, some below", 4, 0, { 3, NULL }, true, true, NULL, NULL },
	{ "rootfs, one more than fits", 4, 0, { 4, NULL }, true, false, NULL, "max_mounts" },
	{ "rootfs, more than max_mounts", 4, 0, { 5, NULL }, true, false, NULL, "max_mounts" },
	{ "rootfs, proc below",
	  4,
	  0,
	  { 1, "a proc lies below" },
	  true,
	  false,
	  NULL,
	  "a proc lies below" },
};

START_TEST(mounts_below_are_bounded)
{
	struct policy policy =
		policy_of((struct given_policy){ .max_mounts = below[_i].max_mounts });
	struct oci_mount mount = { .flags = RBIND };
	struct planned p = { .mount = below[_i].is_rootfs ? NULL : &mount,
			     .kind = KIND_BIND,
			     .directory = true,
			     .recursive = true };

	plan_below(&policy, &below[_i].below, below[_i].mounts, &p);
	ck_assert_msg(has(p.skipped, below[_i].skipped), "%s: skipped '%s'", below[_i].name,
		      p.skipped);
	ck_assert_msg(p.skipped[0] || p.recursive == below[_i].recursive, "%s: recursive",
		      below[_i].name);
	ck_assert_msg(has(p.top_only, below[_i].top_only), "%s: '%s'", below[_i].name, p.top_only);
}
END_TEST

START_TEST(a_plan_is_freed)
{
	struct plan plan = { .n = 2 };

	plan.rootfs.source = strdup("/r");
	plan.volumes = calloc(2, sizeof(*plan.volumes));
	ck_assert_ptr_nonnull(plan.volumes);
	plan.volumes[1].source = strdup("/s");
	plan_free(&plan);
	ck_assert_uint_eq(plan.n, 0);
	ck_assert_ptr_null(plan.volumes);
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ rootfs_is_published_or_nothing_is, ARRAY_SIZE(rootfs) },
		{ volumes_are_published_or_say_why_not, ARRAY_SIZE(volumes) },
		{ only_later_mounts_cover, 0 },
		{ C17_watchable, ARRAY_SIZE(watched) },
		{ mounts_below_are_bounded, ARRAY_SIZE(below) },
		{ a_plan_is_freed, 0 },
		{ 0 },
	};

	return check_main("plan", cases);
}
