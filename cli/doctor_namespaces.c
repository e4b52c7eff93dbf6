/* doctor: mount namespaces. A share is where its hook ran; whoever is elsewhere sees it only
 * through propagation. */
#include <fcntl.h>
#include <string.h>

#include "cli/doctor.h"
#include "cli/namespaces.h"
#include "common/str.h"

/* Whose processes run hooks; the kernel cuts a name at 15 bytes. */
static const char *const engines[] = { "podman",  "conmon",  "conmonrs",     "crio",
				       "dockerd", "kubelet", "containerd",   "containerd-shim",
				       "nerdctl", "buildah", "hook-injector" };

/* What export/ is, in whatever namespace. */
struct view {
	bool there;
	uint64_t own, user_ns, pid_ns; /* ours; own: of mounts */
	struct namespaces namespaces;
	uint32_t major, minor;
	uint64_t peer_group;
	char *root; /* of the filesystem */
};

/* What another mount namespace has of it, from the least to the most. A copy that is a slave or
 * private does not show here what is published there. */
enum sight { SIGHT_UNKNOWN, SIGHT_NONE, SIGHT_COPY, SIGHT_PEER };

static const struct {
	enum doctor_level level;
	const char *what, *remedy;
} sights[] = {
	[SIGHT_UNKNOWN] = { DOCTOR_NOTE, "not in this one; export/ is not there yet",
			    "run oci-share setup before it starts" },
	[SIGHT_NONE] = { DOCTOR_PROBLEM,
			 "which does not see export/: what its hooks publish is not seen here",
			 "run oci-share setup before it starts, and start it without "
			 "PrivateMounts=, ProtectSystem= and the like, or from the host's "
			 "namespace" },
	[SIGHT_COPY] = { DOCTOR_PROBLEM,
			 "which has only a copy of export/ (slave or private): what its hooks "
			 "publish is not seen here",
			 "start it without PrivateMounts=, ProtectSystem= and the like in its "
			 "unit, or from the host's namespace" },
	[SIGHT_PEER] = { DOCTOR_NOTE, "not in this one, and sees export/ as this one does",
			 "nothing needs to be done: what either publishes, both see" },
};

static void close_view(struct view *v)
{
	namespaces_free(&v->namespaces);
	free(v->root);
}

static bool is_engine(const char *comm)
{
	for (size_t i = 0; i < ARRAY_SIZE(engines); i++)
		if (strncmp(comm, engines[i], NAMESPACE_COMM_SIZE - 1) == 0)
			return true;
	return false;
}

static enum sight sight_of(struct doctor *d, const struct view *v, const struct namespace *ns)
{
	cleanup_with(mounts_free) struct mounts m = { 0 };
	struct err ignored = { 0 };
	enum sight best = SIGHT_NONE;

	if (!v->there || namespace_mounts(d->proc, ns, &m, &ignored) < 0)
		return SIGHT_UNKNOWN;
	for (size_t i = 0; i < m.n && best < SIGHT_PEER; i++)
		if (m.items[i].major == v->major && m.items[i].minor == v->minor &&
		    str_equal(m.items[i].root, v->root))
			best = v->peer_group != 0 && m.items[i].peer_group == v->peer_group
				       ? SIGHT_PEER
				       : SIGHT_COPY;
	return best;
}

static int find_export(struct doctor *d, struct view *v, struct err *e)
{
	cleanup_with(sharedir_close) struct sharedir sd = SHAREDIR_INIT;
	cleanup_with(mountinfo_free) struct mountinfo m = { 0 };
	struct statx sx;

	if (process_namespace(d->proc, "mnt", &v->own, e) < 0 ||
	    process_namespace(d->proc, "user", &v->user_ns, e) < 0 ||
	    process_namespace(d->proc, "pid", &v->pid_ns, e) < 0 ||
	    namespaces_read(d->proc, &v->namespaces, e) < 0)
		return -e->error;
	if (!doctor_open_share(d, &sd) || at_statx(sd.export, &sx, e) < 0 ||
	    !(sx.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return 0;
	if (mountinfo_get(d->proc, sx.stx_mnt_id, &m, e) < 0)
		return -e->error;
	v->there = true;
	v->major = m.major;
	v->minor = m.minor;
	v->peer_group = m.peer_group;
	v->root = take_ptr(m.root);
	return 0;
}

static const struct namespace *namespace_of_first(const struct view *v)
{
	for (size_t i = 0; i < v->namespaces.n; i++)
		for (size_t j = 0; j < v->namespaces.items[i].n; j++)
			if (v->namespaces.items[i].processes[j].pid == 1)
				return &v->namespaces.items[i];
	return NULL;
}

static void check_first(struct doctor *d, const struct view *v)
{
	const struct namespace *first = namespace_of_first(v);
	enum sight sight;

	if (!first) {
		doctor_find(d, DOCTOR_NOTE, "the mount namespace of process 1 is not known");
		doctor_remedy(d, "run it as root with all capabilities that process 1 has");
		return;
	}
	if (first->id == v->own) {
		doctor_ok(d, "this is the mount namespace of process 1");
		return;
	}
	sight = sight_of(d, v, first);
	if (sight == SIGHT_PEER) {
		doctor_find(d, DOCTOR_NOTE,
			    "this is not the mount namespace of process 1, which "
			    "sees export/ all the same");
		doctor_remedy(d, "to see what the host sees: nsenter -t 1 -m oci-share doctor");
		return;
	}
	doctor_find(d, DOCTOR_WARNING,
		    "this is not the mount namespace of process 1, which %s what is published here",
		    sight == SIGHT_COPY ? "has only a copy of export/: it may not see"
					: "does not see");
	doctor_remedy(d, "nsenter -t 1 -m oci-share setup, before engines and consumers "
			 "start; the same for doctor");
}

/* Neither a container's process nor a user's, which may have any name. */
static bool is_of_host(const struct view *v, const struct namespace_process *p)
{
	return p->user_ns == v->user_ns && p->pid_ns == v->pid_ns;
}

/* One finding a namespace, which names the first of its engines. 'others': how many more. */
static void judge_engine(struct doctor *d, const struct view *v, const struct namespace *ns,
			 const struct namespace_process *p, size_t others)
{
	enum sight sight;

	if (ns->id == v->own) {
		doctor_ok(d, "%s (pid %d) and %zu more of engines are in this mount namespace",
			  p->comm, p->pid, others);
	} else if (p->user_ns != v->user_ns) {
		doctor_find(d, DOCTOR_NOTE,
			    "%s (pid %d) is rootless: its shares are in its own mount namespace, "
			    "and the host does not see them",
			    p->comm, p->pid);
		doctor_remedy(d, "enter it to look at them: podman unshare oci-share list");
	} else if (!is_of_host(v, p)) {
		doctor_find(d, DOCTOR_NOTE,
			    "%s (pid %d) is in another pid namespace, as in a container: what it "
			    "publishes, if it is an engine, is not looked for here",
			    p->comm, p->pid);
		doctor_remedy(d, "nothing needs to be done, unless it runs the host's containers: "
				 "then start it on the host");
	} else {
		sight = sight_of(d, v, ns);
		doctor_find(d, sights[sight].level, "%s (pid %d) is in mount namespace %ju, %s",
			    p->comm, p->pid, (uintmax_t)ns->id, sights[sight].what);
		doctor_remedy(d, "%s", sights[sight].remedy);
	}
}

/* The engine that speaks for a namespace: the first, of the host if there is one. */
static const struct namespace_process *engine_of(const struct view *v, const struct namespace *ns,
						 size_t *ret_n)
{
	const struct namespace_process *first = NULL;

	*ret_n = 0;
	for (size_t i = 0; i < ns->n; i++) {
		const struct namespace_process *p = &ns->processes[i];

		if (!is_engine(p->comm))
			continue;
		++*ret_n;
		if (!first || (is_of_host(v, p) && !is_of_host(v, first)))
			first = p;
	}
	return first;
}

static bool check_engines(struct doctor *d, const struct view *v)
{
	bool found = false;

	for (size_t i = 0; i < v->namespaces.n; i++) {
		const struct namespace *ns = &v->namespaces.items[i];
		size_t n;
		const struct namespace_process *engine = engine_of(v, ns, &n);

		if (engine)
			judge_engine(d, v, ns, engine, n - 1);
		found |= engine != NULL;
	}
	return found;
}

void doctor_namespaces(struct doctor *d)
{
	cleanup_with(close_view) struct view v = { 0 };
	struct err e = { 0 };

	if (find_export(d, &v, &e) < 0) {
		doctor_find(d, DOCTOR_WARNING, "the namespaces cannot be compared: %s", e.message);
		doctor_remedy(d, "run it as root, with the host's /proc");
		return;
	}
	check_first(d, &v);
	if (!check_engines(d, &v))
		doctor_ok(d, "no engine's process runs now (podman needs none)");
}
