# shellcheck shell=bash
# What the podman tests share: a podman that is all their own, with the two hooks registered, and what they ask of a share.
#
# A test sources lib.sh and this file, calls 'each_host "$@"', then 'pod_host', and for each runtime that 'pod_runtime' accepts does
# its work in a few 'pod_case', with 'pod' (podman itself) and 'pod_run' (a container with two volumes).
#
# Everything lies in three places: $scratch (lib.sh's tmpfs: settings, hooks, the share), $disk (below /var/tmp, because overlay
# does not like every file system as its upper one) and tmpfs of our own on /run and /dev/shm, where podman, crun and runc keep
# their state and their locks. The machine's own podman is neither seen nor changed.

# each_host "$@": run the script once for each kind of host (propagation of /: shared, as systemd has it, and private), unless its
# first argument names one. Returns in a mount namespace of that kind, and sets $host, and $in for the names of checks.
each_host() {
	if [ $# -eq 0 ]; then
		bash "$0" shared || failed=1
		bash "$0" private || failed=1
		finish
	fi
	host=$1
	in="$host host"
	[ "$(id -u)" = 0 ] || { pod_unable 'needs root'; finish; }
	own_namespace "$1" "$@"
}

# pod_unable WHY: the test cannot be run here. That is a failure where somebody counts on it (CI=true).
pod_unable() {
	local name
	name="$(basename "$0") ($in)"
	if [ "${CI:-}" = true ]; then fail "$name" "cannot run podman: $1"; else skip "$name" "$1"; fi
}

# pod_host: make $disk, the image, podman's settings and the hooks. Ends the script where podman cannot work here.
pod_host() {
	local need
	trap pod_cleanup EXIT
	for need in podman conmon jq busybox; do
		[ -n "$(type -P "$need")" ] || { pod_unable "no $need"; finish; }
	done
	# The image has nothing but busybox, so no dynamic loader either.
	! ldd "$(type -P busybox)" >/dev/null 2>&1 || { pod_unable 'busybox is not static'; finish; }
	# podman starts a container without a word where a hook's program does not exist: that must not pass for a result.
	for need in "$PRESTART" "$POSTSTOP" "$OCI_SHARE"; do
		[ -x "$need" ] || { fail "$(basename "$0") ($in)" "not executable: $need"; finish; }
	done

	disk=$(mktemp -d /var/tmp/oci-share-test.XXXXXX) || exit 1
	chmod 0755 "$disk"
	cgroup=/${disk##*/}
	share=${scratch:?}/share
	log=$scratch/log
	mount -t tmpfs -o mode=0755 oci-share-test /run && mount -t tmpfs -o mode=1777 oci-share-test /dev/shm || exit 1
	# crun 1.8 refuses a cgroup2 hierarchy with controllers beside version 1, so hide it. Not by unmounting: podman and the
	# runtimes would then write into the machine's tmpfs below.
	! mountpoint -q /sys/fs/cgroup/unified || mount -t tmpfs oci-share-test /sys/fs/cgroup/unified || exit 1
	pod_settings
	# Only from here on may anything be removed with podman: what it sees is ours.
	[ "$(podman info --format '{{.Store.GraphRoot}}' 2>&1 | tail -n 1)" = "$disk/graph" ] ||
		{ pod_unable 'podman does not heed CONTAINERS_STORAGE_CONF'; finish; }
	isolated=yes
	pod_hooks
	pod_image || { pod_unable "podman import: $(tail -n 1 "$scratch/import.log")"; finish; }
}

# limit OPTION MOST: the hard limit that 'ulimit -H OPTION' says, at most MOST.
limit() {
	local hard
	hard=$(ulimit -H "$1")
	if [ "$hard" = unlimited ] || [ "$hard" -gt "$2" ]; then echo "$2"; else echo "$hard"; fi
}

pod_settings() {
	local driver=overlay nofile nproc
	# Overlay cannot have an overlay (a test inside a container) as its upper one.
	[ "$(stat -f -c %T "$disk")" != overlayfs ] || driver=vfs
	nofile=$(limit -n 20000)
	nproc=$(limit -u 32768)
	# podman's own default limits are beyond a root's that has no CAP_SYS_RESOURCE; hooks_dir rather than --hooks-dir, since
	# conmon's clean-up and automatic restarts are told only of the former. static_dir is where podman looks when it is given
	# --root, as conmon does; anywhere else the clean-up would not know the container, and poststop would never run.
	cat >"$scratch/containers.conf" <<-END
		[containers]
		default_ulimits = ["nofile=$nofile:$nofile", "nproc=$nproc:$nproc"]
		label = false
		log_driver = "k8s-file"
		[engine]
		cgroup_manager = "cgroupfs"
		events_logger = "file"
		hooks_dir = ["$scratch/hooks.d"]
		static_dir = "$disk/graph/libpod"
		volume_path = "$disk/volumes"
		[network]
		network_config_dir = "$disk/networks"
	END
	cat >"$scratch/storage.conf" <<-END
		[storage]
		driver = "$driver"
		graphroot = "$disk/graph"
		runroot = "/run/containers/storage"
	END
	export CONTAINERS_CONF=$scratch/containers.conf CONTAINERS_STORAGE_CONF=$scratch/storage.conf
	# They would name another podman, or other settings.
	unset CONTAINERS_CONF_OVERRIDE CONTAINER_HOST CONTAINER_CONNECTION STORAGE_DRIVER STORAGE_OPTS NOTIFY_SOCKET LISTEN_FDS
}

# hook FILE STAGE ANNOTATION PROGRAM [ARGUMENT]...: register a hook, for every container or for those with ANNOTATION=yes.
hook() {
	local file=$1 stage=$2 annotation=$3 program=$4 name env=("PATH=$PATH")
	shift 4
	# What an instrumented build is told through its environment.
	for name in ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS GCOV_PREFIX GCOV_PREFIX_STRIP LLVM_PROFILE_FILE; do
		[ -z "${!name:-}" ] || env+=("$name=${!name}")
	done
	jq -n --arg stage "$stage" --arg annotation "$annotation" --arg program "$program" \
		--argjson arguments "$(json_array "$program" "$@")" --argjson env "$(json_array "${env[@]}")" '{
		version: "1.0.0",
		hook: {path: $program, args: $arguments, env: $env, timeout: 30},
		when: (if $annotation == "" then {always: true} else {annotations: {("^" + $annotation + "$"): "^yes$"}} end),
		stages: [$stage]
	}' >"$scratch/hooks.d/$file.json"
}

# json_array LINE...: jq 1.6 has no way to be given arguments that begin with '--'.
json_array() { printf '%s\n' "$@" | jq -R . | jq -s .; }

# Ours, and two that a container asks for by annotation: 'before' and 'after' run before and after our prestart, and what they do
# is said with hook_does. Hooks run in the order of their files' names.
pod_hooks() {
	local options=(--share-dir "$share" --log "file:$log" --log-level debug)
	mkdir -p "$scratch/hooks.d"
	hook 50-oci-share-prestart createRuntime '' "$PRESTART" "${options[@]}"
	hook 50-oci-share-poststop poststop '' "$POSTSTOP" "${options[@]}"
	hook 10-before createRuntime test.before "$scratch/before"
	hook 90-after createRuntime test.after "$scratch/after"
	hook_does before true
	hook_does after true
}

# hook_does before|after COMMAND: what that hook does from now on, as a line of shell. crun runs it with nearly all signals blocked
# and with the container's limits, so it should be short.
hook_does() {
	printf '#!/bin/bash\n%s\n' "$2" >"$scratch/$1"
	chmod 0755 "$scratch/$1"
}

# pod_sources: make, or mend, what the containers of pod_run have as volumes. $sources/data has a mount below it, which must
# survive everything; $sources/config is made as kubelet makes a ConfigMap.
pod_sources() {
	sources=$disk/sources
	mkdir -p "$sources/data/nested" "$sources/config/..1" || exit 1
	mountpoint -q "$sources/data/nested" || mount -t tmpfs oci-share-test "$sources/data/nested" || exit 1
	echo data >"$sources/data/content"
	echo nested >"$sources/data/nested/content"
	echo value >"$sources/config/..1/key"
	ln -sfn ..1 "$sources/config/..data"
	ln -sfn ..data/key "$sources/config/key"
	chmod -R go+rX "$sources"
}

# sources_whole: nothing that ended has touched the sources.
sources_whole() {
	local got
	mountpoint -q "$sources/data/nested" || { echo 'the mount below the source is gone'; return 1; }
	got=$(cat "$sources/data/content" "$sources/data/nested/content" "$sources/config/key")
	[ "$got" = $'data\nnested\nvalue' ] || { echo "the sources have other content: $got"; return 1; }
}

# pod_rootfs DIR: make a rootfs with busybox. /bin/life is what most containers run: it writes a file, then lives until it gets
# SIGTERM or somebody makes go.NAME in its /data.
pod_rootfs() {
	local applet
	mkdir -p "$1"/{bin,etc,data,proc,sys,dev,tmp,run}
	cp "$(type -P busybox)" "$1/bin/busybox"
	for applet in sh sleep true; do ln -s busybox "$1/bin/$applet"; done
	cat >"$1/bin/life" <<-'END'
		#!/bin/sh
		trap 'exit 0' TERM
		echo "$HOSTNAME lives" >/written
		until [ -e "/data/go.$HOSTNAME" ]; do sleep 0.1; done
	END
	chmod 0755 "$1/bin/life"
	# By which a rootfs is known.
	echo busybox >"$1/etc/image"
}

pod_image() {
	pod_rootfs "$disk/rootfs"
	image=localhost/oci-share-test:latest
	tar -C "$disk/rootfs" -c . |
		podman import -q --change 'CMD ["/bin/life"]' --change 'ENV PATH=/bin' - "$image" >"$scratch/import.log" 2>&1
}

# pod_runtime RUNTIME: use it from now on. Fails, after having said so, where it cannot start a container even without our hooks.
pod_runtime() {
	local out
	runtime=$1
	in="$runtime, $host host"
	if [ -z "$(type -P "$runtime")" ]; then
		pod_unable "no $runtime"
		return 1
	fi
	mkdir -p "$scratch/no-hooks"
	if ! out=$(pod --hooks-dir "$scratch/no-hooks" run --rm --network none --cgroup-parent "$cgroup" "$image" true 2>&1); then
		pod_unable "$(tail -n 1 <<<"$out")"
		return 1
	fi
}

# pod ARGUMENT...: podman, which here must not hang for ever.
pod() { timeout -k 5 60 podman --runtime "$runtime" "$@"; }

# What every container gets: two volumes, no network, and a cgroup that we can find again.
common() {
	printf '%s\n' --network none --cgroup-parent "$cgroup" --stop-timeout 3 \
		--volume "$sources/data:/data:rw,rbind" --volume "$sources/config:/etc/config:ro"
}

# pod_run NAME [OPTION]... [-- COMMAND...]: start a container in the background (/bin/life by default); prints its id.
pod_run() { pod_make 'run --detach' "$@"; }

# pod_pod NAME: make a pod, which starts with its first container. Without a cgroup of its own: podman 4.3 gives it one that allows
# no device where there is only cgroup2, so that nothing in it can start.
pod_pod() {
	pod pod create --name "$1" --network none --share-parent=false --cgroup-parent "$cgroup" \
		--infra-image "$image" --infra-command /bin/life
}

# pod_create NAME [OPTION]... [-- COMMAND...]: the same, but only create it.
pod_create() { pod_make create "$@"; }

pod_make() {
	local verb name=$2 options
	read -ra verb <<<"$1"
	shift 2
	mapfile -t options < <(common)
	# The members of a pod have the pod's host name and network.
	case " $* " in
	*' --pod '*) options=("${options[@]:2}") ;;
	*) options+=(--hostname "$name") ;;
	esac
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	[ $# -eq 0 ] || shift
	pod "${verb[@]}" --name "$name" "${options[@]}" "$image" "$@"
}

# pod_id NAME and pod_is FIELD NAME, as State.Pid: what podman says of a container.
pod_id() { pod container inspect --format '{{.Id}}' "$1"; }
pod_is() { pod container inspect --format "{{.$1}}" "$2"; }

# within SECONDS COMMAND...: the command succeeds before so much time is over. What it prints last is what it prints.
within() {
	local end=$((SECONDS + $1)) out
	shift
	until out=$("$@" 2>&1); do
		if [ "$SECONDS" -ge "$end" ]; then
			printf '%s\n' "$out"
			return 1
		fi
		sleep 0.05
	done
}

# pod_kill FIELD NAME: kill -9 the process that podman says is there, as State.Pid. Podman says 0 where there is none, and that
# would be ourselves.
pod_kill() {
	local pid
	pid=$(pod_is "$1" "$2") && [ "$pid" -gt 1 ] && kill -KILL "$pid" && within 5 gone "$pid"
}

# gone PID: it has ended, whether or not somebody has waited for it.
gone() { ! grep -q '^State:[[:space:]]*[^ZX]' "/proc/$1/status" 2>/dev/null; }

# share_of ID: where a consumer finds the share of a container; fails where there is none, or more than one. (Without an id, the
# pattern would find a sandbox.)
share_of() {
	local found=("$share"/export/*/"${1:-no container}")
	[ ${#found[@]} -eq 1 ] && [ -d "${found[0]}" ] || return 1
	echo "${found[0]}"
}

manifest() {
	local at
	at=$(share_of "$1") && cat "$at/share.json"
}

# volume_of ID DESTINATION: the path in the share of the volume that the container has there.
volume_of() {
	local at path
	at=$(share_of "$1") || return 1
	path=$(jq -er --arg to "$2" '.volumes[] | select(.destination == $to) | .path' "$at/share.json") && echo "$at/$path"
}

# says FILE TEXT: the file has that text.
says() {
	[ "$(cat "$1")" = "$2" ] || { echo "$1 does not say '$2'"; return 1; }
}

# refuses_writing FILE: with EROFS, and not because something is missing.
refuses_writing() {
	local out
	! out=$(bash -c ': >>"$1"' - "$1" 2>&1) || { echo "could write $1"; return 1; }
	case $out in
	*'Read-only file system') ;;
	*) echo "$out"; return 1 ;;
	esac
}

# The parts of what share_whole asks. Each is for a running container of pod_run.
share_verified() {
	local text
	text=$(manifest "$1")
	[ "$(jq --arg id "$1" '.id == $id and .verified == true' <<<"$text")" = true ] || { echo "share.json: $text"; return 1; }
}
share_has_rootfs() { says "$(share_of "$1")/rootfs/etc/image" busybox && [ -x "$(share_of "$1")/rootfs/bin/busybox" ]; }
share_has_data() { says "$(volume_of "$1" /data)/content" data; }
share_has_nested() { says "$(volume_of "$1" /data)/nested/content" nested; }
share_has_config() { says "$(volume_of "$1" /etc/config)/key" value; }
share_is_readonly() {
	local at data config
	at=$(share_of "$1") && data=$(volume_of "$1" /data) && config=$(volume_of "$1" /etc/config) &&
		refuses_writing "$at/x" && refuses_writing "$at/share.json" && refuses_writing "$at/volumes/x" &&
		refuses_writing "$at/rootfs/x" && refuses_writing "$at/rootfs/etc/image" &&
		refuses_writing "$data/x" && refuses_writing "$data/nested/x" && refuses_writing "$config/x"
}
# share_follows ID NAME: what the container writes is seen. It does so soon after its start.
share_follows() { within 5 says "$(share_of "$1")/rootfs/written" "${2} lives"; }

# share_whole ID NAME: a consumer sees the whole share, and can change nothing in it.
share_whole() {
	share_verified "$1" && share_has_rootfs "$1" && share_has_data "$1" && share_has_nested "$1" && share_has_config "$1" &&
		share_is_readonly "$1" && share_follows "$1" "$2"
}

# nothing_left ID: no mount, no directory, no record; and the sources are as they were.
nothing_left() {
	local rest
	[ -n "$1" ] || { echo 'there was no container'; return 1; }
	rest=$(left "$1")
	[ -z "$rest" ] || { printf 'left: %s\n' "$rest"; return 1; }
	sources_whole
}

# nothing_at_all: no mount, no directory, no record of any container.
nothing_at_all() {
	local rest
	rest=$(grep -F oci-share: /proc/self/mountinfo; find "$share/tree" "$share/state" -mindepth 1 ! -name .lock)
	[ -z "$rest" ] || { printf 'left: %s\n' "$rest"; return 1; }
	sources_whole
}

# withdrawn ID: nothing_left, soon: podman's clean-up comes after the exit of the container, in the background.
withdrawn() { within 10 nothing_left "$1"; }

gc() { "$OCI_SHARE" gc --share-dir "$share" --grace 0; }

# gc_withdraws ID: one run of gc leaves nothing.
gc_withdraws() { gc && nothing_left "$1"; }

# refused CODE COMMAND...: the command fails, and podman's message has the exit code of a hook.
refused() {
	local code=$1 out
	shift
	! out=$("$@" 2>&1) || { echo "succeeded: $out"; return 1; }
	case $out in
	*"exit code: $code)"* | *"exit status $code"*) ;;
	*) echo "no exit code $code in: $out"; return 1 ;;
	esac
}

# pod_case COMMAND...: some checks that belong together, with whole sources to begin with, so that one failure is not the next one's
# too. Where one of them fails, what the hooks said meanwhile is shown.
pod_case() {
	local before=$failed
	failed=0
	pod_sources
	: >"$log"
	"$@"
	if [ "$failed" = 1 ]; then
		echo '    what the hooks said:'
		tail -n 100 "$log" | sed 's/^/    /'
	else
		failed=$before
	fi
}

# cgroup_processes: the processes in our cgroups, all of which podman started for us.
cgroup_processes() {
	find /sys/fs/cgroup -path /sys/fs/cgroup/unified -prune -o -path "*$cgroup*" -name cgroup.procs -exec cat {} + 2>/dev/null |
		sort -u
}

no_processes() { [ -z "$(cgroup_processes)" ]; }

# pod_cleanup: whatever happened, leave no process, cgroup, mount or file. It replaces the trap of own_namespace, so it does that
# work too.
pod_cleanup() {
	local pid at
	if [ -z "${disk:-}" ]; then
		umount -l "$scratch" 2>/dev/null
	else
		# podman first, for it knows best; what it no longer knows (its conmon was killed) is found by its cgroup.
		if [ "${isolated:-}" = yes ]; then
			timeout 60 podman pod rm --all --force --time 0 >/dev/null 2>&1
			timeout 60 podman rm --all --force --time 0 >/dev/null 2>&1
		fi
		within 5 no_processes >/dev/null || for pid in $(cgroup_processes); do kill -KILL "$pid"; done
		within 5 no_processes >/dev/null
		find /sys/fs/cgroup -depth -type d -path "*$cgroup*" -exec rmdir {} + 2>/dev/null
		# The share before its sources: a directory cannot be removed while a copy of it has something mounted there.
		umount -l "$scratch"
		while read -r at; do umount -l "$at"; done < <(cut -d ' ' -f 5 /proc/self/mountinfo | grep -F "$disk/" | sort -r)
		rm -rf --one-file-system "$disk"
	fi
	rmdir "$scratch" 2>/dev/null
}
