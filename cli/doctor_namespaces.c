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
	uint64_t own; /* our mount namespace */
	struct namespaces namespaces;
	uint32_t major, minor;
	char *root; /* of the filesystem */
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

/* 1, 0, or -1: it cannot be known. */
static int sees_export(struct doctor *d, const struct view *v, const struct namespace *ns)
{
	cleanup_with(mounts_free) struct mounts m = { 0 };
	struct err ignored = { 0 };

	if (namespace_mounts(d->proc, ns, &m, &ignored) < 0)
		return -1;
	for (size_t i = 0; i < m.n; i++)
		if (m.items[i].major == v->major && m.items[i].minor == v->minor &&
		    str_equal(m.items[i].root, v->root))
			return 1;
	return 0;
}

static int find_export(struct doctor *d, struct view *v, struct err *e)
{
	cleanup_with(sharedir_close) struct sharedir sd = SHAREDIR_INIT;
	cleanup_with(mountinfo_free) struct mountinfo m = { 0 };
	struct statx sx;

	if (process_namespace(d->proc, "mnt", &v->own, e) < 0 ||
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

	if (!first) {
		doctor_find(d, DOCTOR_NOTE, "the mount namespace of process 1 is not known");
		doctor_remedy(d, "run it as root with all capabilities that process 1 has");
	} else if (first->id == v->own) {
		doctor_ok(d, "this is the mount namespace of process 1");
	} else if (v->there && sees_export(d, v, first) == 1) {
		doctor_find(d, DOCTOR_NOTE,
			    "this is not the mount namespace of process 1, which "
			    "sees export/ all the same");
		doctor_remedy(d, "to see what the host sees: nsenter -t 1 -m oci-share doctor");
	} else {
		doctor_find(d, DOCTOR_WARNING,
			    "this is not the mount namespace of process 1, which does not see "
			    "what is published here");
		doctor_remedy(d, "nsenter -t 1 -m oci-share setup, before engines and consumers "
				 "start; the same for doctor");
	}
}

/* One finding a namespace, which names the first of its engines. 'others': how many more. */
static void judge_engine(struct doctor *d, const struct view *v, const struct namespace *ns,
			 const struct namespace_process *p, size_t others, uint64_t user_ns)
{
	int sees = v->there ? sees_export(d, v, ns) : -1;

	if (ns->id == v->own) {
		doctor_ok(d, "%s (pid %d) and %zu more of engines are in this mount namespace",
			  p->comm, p->pid, others);
	} else if (p->user_ns != user_ns) {
		doctor_find(d, DOCTOR_NOTE,
			    "%s (pid %d) is rootless: its shares are in its own mount namespace, "
			    "and the host does not see them",
			    p->comm, p->pid);
		doctor_remedy(d, "enter it to look at them: podman unshare oci-share list");
	} else if (sees == 0) {
		doctor_find(d, DOCTOR_PROBLEM,
			    "%s (pid %d) is in mount namespace %ju, which does not see export/: "
			    "what its hooks publish is not seen here",
			    p->comm, p->pid, (uintmax_t)ns->id);
		doctor_remedy(d, "run oci-share setup before it starts, and start it without "
				 "PrivateMounts=, ProtectSystem= and the like, or from the host's "
				 "namespace");
	} else {
		doctor_find(d, DOCTOR_NOTE,
			    "%s (pid %d) is in mount namespace %ju, not in this one%s", p->comm,
			    p->pid, (uintmax_t)ns->id,
			    sees == 1 ? ", and sees export/" : "; export/ is not there yet");
		doctor_remedy(d,
			      sees == 1 ? "look at its shares from there too: nsenter -t %d -m "
					  "oci-share list"
					: "run oci-share setup before it starts (pid %d)",
			      p->pid);
	}
}

static bool check_engines(struct doctor *d, const struct view *v)
{
	const struct namespace *own = namespaces_find(&v->namespaces, v->own);
	uint64_t user_ns = own ? own->processes[0].user_ns : 0;
	bool found = false;

	for (size_t i = 0; i < v->namespaces.n; i++) {
		const struct namespace *ns = &v->namespaces.items[i];
		const struct namespace_process *first = NULL;
		size_t n = 0;

		for (size_t j = 0; j < ns->n; j++) {
			if (!is_engine(ns->processes[j].comm))
				continue;
			first = n++ == 0 ? &ns->processes[j] : first;
		}
		if (first)
			judge_engine(d, v, ns, first, n - 1, user_ns);
		found |= first != NULL;
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
