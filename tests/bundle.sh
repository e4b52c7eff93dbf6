# shellcheck shell=bash
# What the tests that run without an engine share: bundles made by hand, the hooks run on them, and what is asked of a share.
#
# A test sources lib.sh and this file and calls 'on_hosts "$@"'. Then it makes containers with 'bundle', publishes and withdraws
# them with 'publish' and 'poststop', and ends with 'finish_clean'. All of it lies below $scratch, which is gone with the mount
# namespace: $share is the share_dir, $bundles has a directory a container, $sources is what the volumes are made of.

# on_hosts "$@": run the script once for each kind of host (propagation of /: shared, as systemd has it, and private), unless its
# first argument names one. Returns in a mount namespace of that kind, and sets $host, and $in for the names of checks.
on_hosts() {
	if [ $# -eq 0 ]; then
		for host in shared private; do
			# shellcheck disable=SC2034 # 'finish' looks at it
			bash "$0" "$host" || failed=1
		done
		finish
	fi
	on_host "$@"
}

# on_host private|shared "$@": the same for one kind only.
on_host() {
	local need
	host=$1
	in="$host host"
	for need in jq unshare nsenter; do
		[ -n "$(type -P "$need")" ] || unable "no $need"
	done
	[ "$(id -u)" = 0 ] || unable 'needs root'
	own_namespace "$1" "$@"
	trap clean_up EXIT
	children=()
	umask 022
	share=${scratch:?}/share
	bundles=$scratch/bundles
	# The machine's own settings must not matter.
	settings=$scratch/oci-share.conf
	printf 'share_dir = %s\nlog = file:%s/log\n' "$share" "$scratch" >"$settings"
	make_sources
}

unable() {
	skip "$(basename "$0") ($in)" "$1"
	finish
}

clean_up() {
	exec 2>/dev/null
	[ ${#children[@]} -eq 0 ] || kill -KILL "${children[@]}"
	umount -l "$scratch"
	rmdir "$scratch"
}

# make_sources: a ConfigMap as kubelet makes one, a directory with a mount below it, a file; and $volumes, mounts[] of them.
make_sources() {
	sources=$scratch/sources
	configmap=$sources/pods/11111111-2222-3333-4444-555555555555/volumes/kubernetes.io~configmap/cfg
	mkdir -p "$configmap/..2026_01_31" "$sources/data/nested" "$bundles"
	echo value >"$configmap/..2026_01_31/key"
	ln -s ..2026_01_31 "$configmap/..data"
	ln -s ..data/key "$configmap/key"
	mount -t tmpfs -o mode=0755 oci-share-test "$sources/data/nested" || exit 1
	echo data >"$sources/data/content"
	echo nested >"$sources/data/nested/content"
	echo file >"$sources/file"
	volumes=(
		'{"destination":"/proc","type":"proc","source":"proc","options":["nosuid","noexec","nodev"]}'
		"$(bind /etc/config "$configmap" rbind ro rprivate)"
		"$(bind /data "$sources/data" rbind rw rprivate)"
		"$(bind /etc/one "$sources/file" bind ro)"
		'{"destination":"/tmp","type":"tmpfs","source":"tmpfs","options":["nosuid","size=1m"]}'
	)
}

# sources_whole: nothing that was withdrawn has taken away or changed a source.
sources_whole() {
	local got
	mountpoint -q "$sources/data/nested" || { echo 'the mount below the source is gone'; return 1; }
	got=$(cat "$sources/data/content" "$sources/data/nested/content" "$configmap/key" "$sources/file")
	[ "$got" = $'data\nnested\nvalue\nfile' ] || { echo "the sources have other content: $got"; return 1; }
}

# bind DESTINATION SOURCE OPTION...: a mount of config.json.
bind() {
	local destination=$1 source=$2 options
	shift 2
	printf -v options ',"%s"' "$@"
	printf '{"destination":"%s","type":"bind","source":"%s","options":[%s]}' "$destination" "$source" "${options:1}"
}

# bundle ID [MOUNT...]: a container: rootfs, config.json (with $volumes where no mounts are given) and state.json, without a pid.
bundle() {
	local id=$1 dir=$bundles/$1 IFS=,
	shift
	[ $# -gt 0 ] || set -- "${volumes[@]}"
	mkdir -p "$dir"/rootfs/{bin,etc,data}
	echo "$id" >"$dir/rootfs/etc/image"
	printf '{"ociVersion":"1.0.2","root":{"path":"rootfs"},"mounts":[%s]}' "$*" >"$dir/config.json"
	state "$id"
}

# state ID [PID [ANNOTATIONS]]: (re)write its state.json.
state() {
	printf '{"ociVersion":"1.0.2-dev","id":"%s","status":"creating","pid":%s,"bundle":"%s","annotations":%s}' \
		"$1" "${2:-0}" "$bundles/$1" "${3:-{\}}" >"$bundles/$1/state.json"
}

# edit FILE JQ-ARGUMENT...: rewrite a JSON file.
edit() {
	local file=$1
	shift
	jq -c "$@" "$file" >"$file.new" && mv "$file.new" "$file"
}

# The executables with our settings. The state of container ID is an operand, so that options may follow.
prestart() { local id=$1; shift; "$PRESTART" --config "$settings" "$@" "$bundles/$id/state.json"; }
poststop() { local id=$1; shift; "$POSTSTOP" --config "$settings" "$@" "$bundles/$id/state.json"; }
oci_share() { local verb=$1; shift; "$OCI_SHARE" "$verb" --config "$settings" "$@"; }

# publish ID [OPTION...]: prestart that succeeds and makes a share.
publish() { prestart "$@" && published "$1" && keep_json "$1"; }

# withdrawn ID: poststop succeeds and nothing is left.
withdrawn() { poststop "$@" && nothing_left "$1"; }

# at ID: where a consumer finds the share; fails where there is none, or more than one.
at() {
	local found=("$share"/export/*/"$1")
	if [ ${#found[@]} -ne 1 ] || [ ! -d "${found[0]}" ]; then
		echo "no share of $1, or too many: ${found[*]}"
		return 1
	fi
	echo "${found[0]}"
}

# mounts_at PATH [PID]: lines of mountinfo, of this or that process, for mounts at that path.
mounts_at() { awk -v at="$1" '$5 == at' "/proc/${2:-self}/mountinfo"; }

# mounts_of ID [PID]: how many sealed shares of a container are mounted.
mounts_of() { grep -cF "oci-share:$1:" "/proc/${2:-self}/mountinfo"; }

published() {
	local where
	if ! where=$(at "$1") || [ "$(mounts_of "$1")" != 1 ] || ! mountpoint -q "$where"; then
		echo "$1 is not published: $where"
		return 1
	fi
}

not_published() { [ "$(mounts_of "$1")" = 0 ] || { echo "$1 is published"; return 1; }; }

# manifest ID JQ-FILTER: what share.json says; record: what the record says.
manifest() { jq -c "$2" "$(at "$1")/share.json"; }
record() { jq -c "$2" "$share/state/$1.json"; }

# says_json manifest|record ID JQ-FILTER: the filter is true of it.
says_json() {
	[ "$("$1" "$2" "$3")" = true ] || { printf 'not true: %s\nof: ' "$3"; "$1" "$2" .; return 1; }
}

# volume ID DESTINATION: the path in the share of the volume that the container has there.
volume() {
	local where path
	where=$(at "$1") || return 1
	path=$(jq -er --arg to "$2" '.volumes[] | select(.destination == $to) | .path' "$where/share.json") && echo "$where/$path"
}

# skipped ID DESTINATION WORDS: that volume is not published, and the reason has these words.
skipped() {
	local reason
	reason=$(jq -r --arg to "$2" '[.volumes[] | select(.destination == $to and (has("path") | not))][0].skipped' \
		"$(at "$1")/share.json")
	case $reason in
	*"$3"*) ;;
	*) echo "the reason is '$reason', not '$3'"; return 1 ;;
	esac
}

# says FILE TEXT: the file has that text.
says() { [ "$(cat "$1")" = "$2" ] || { echo "$1 does not say '$2'"; return 1; }; }

# refuses_writing FILE...: each with EROFS, and not because something is missing.
refuses_writing() {
	local file out
	for file; do
		! out=$(bash -c ': >>"$1"' - "$file" 2>&1) || { echo "could write $file"; return 1; }
		case $out in
		*'Read-only file system') ;;
		*) echo "$out"; return 1 ;;
		esac
	done
}

# has_content ID: rootfs and $volumes can be read in the share.
has_content() {
	local data
	says "$(at "$1")/rootfs/etc/image" "$1" && data=$(volume "$1" /data) && says "$data/content" data &&
		says "$data/nested/content" nested && says "$(volume "$1" /etc/config)/key" value &&
		says "$(volume "$1" /etc/one)" file
}

# is_readonly ID: nothing of a share of $volumes can be written, whatever way is tried.
is_readonly() {
	local where data
	where=$(at "$1") && data=$(volume "$1" /data) && refuses_writing "$where/x" "$where/share.json" "$where/volumes/x" \
		"$where/rootfs/x" "$where/rootfs/etc/image" "$data/x" "$data/content" "$data/nested/x" "$data/nested/content" \
		"$(volume "$1" /etc/config)/x" "$(volume "$1" /etc/one)"
}

# nothing_left ID: no mount, no directory, no record; and the sources are as they were.
nothing_left() {
	local rest
	rest=$(left "$1")
	[ -z "$rest" ] || { printf 'left: %s\n' "$rest"; return 1; }
	sources_whole
}

# nothing_at_all: the same for whatever was published in share_dir.
nothing_at_all() {
	local rest
	rest=$(grep -F ' oci-share:' /proc/self/mountinfo
		find "$share/tree" "$share/state" "$share/stage" -mindepth 1 ! -path "$share/state/.lock" 2>/dev/null)
	[ -z "$rest" ] || { printf 'left: %s\n' "$rest"; return 1; }
	sources_whole
}

# finish_clean: the end of a script.
finish_clean() {
	check "in the end nothing is left ($in)" nothing_at_all
	finish
}

# looks: all of the host that a hook could have changed: the mounts, and what is in share_dir.
looks() {
	cat /proc/self/mountinfo
	find "$share" -xdev -printf '%P %y %m %U %n %s %l\n' 2>/dev/null | sort
}

# unchanged COMMAND...: the host looks the same afterwards, whatever the command's exit status; its output is in $scratch/out.
unchanged() {
	local before after
	before=$(looks)
	"$@" >"$scratch/out" 2>&1
	after=$(looks)
	[ "$before" = "$after" ] || { diff <(echo "$before") <(echo "$after"); return 1; }
}

# spawn COMMAND...: run it in the background until the script ends; its pid is in $child.
spawn() {
	"$@" </dev/null >/dev/null 2>&1 &
	child=$!
	children+=("$child")
}

# process: a process that stands for a container; its pid is in $child. kill_process PID: it is gone, not even a zombie.
process() { spawn sleep 300; }
kill_process() { { kill -KILL "$1"; wait "$1"; } 2>/dev/null; }

# within SECONDS COMMAND...: the command succeeds before so much time is over. What it prints last is what it prints.
within() {
	local end=$((SECONDS + $1)) out
	shift
	until out=$("$@" 2>&1); do
		[ "$SECONDS" -lt "$end" ] || { printf '%s\n' "$out"; return 1; }
		sleep 0.02
	done
}

# enter PID COMMAND...: run a command in the mount namespace of a process.
enter() { local pid=$1; shift; nsenter --target "$pid" --mount -- "$@"; }

# consumer slave|shared|private: a process in a mount namespace of its own, with that propagation; its pid is in $child.
consumer() {
	spawn unshare --mount --propagation "$1" sleep 300
	# Until it is a sleep it may be in our namespace still.
	within 5 is_running "$child" sleep
}

is_running() { [ "$(cat "/proc/$1/comm")" = "$2" ]; }

# container ID: a process that has its rootfs and binds mounted as an engine would have done it before our hook; its pid is in
# $child, and in the state.
container() {
	local root=$bundles/$1/rootfs
	jq -r '.mounts[] | select(.options | index("bind") or index("rbind")) | [.source, .destination] | @tsv' \
		"$bundles/$1/config.json" >"$bundles/$1/binds"
	# shellcheck disable=SC2016 # the other shell is to expand it
	spawn unshare --mount --propagation slave bash -c '
		mount --rbind "$1" "$1" || exit 1
		# A bind that was mounted on its own directory is entered by its path only.
		while IFS=$'\''\t'\'' read -r source destination; do
			if [ -d "$source" ]; then mkdir -p "$1$destination"; else mkdir -p "${1}${destination%/*}" && : >>"$1$destination"; fi
			mount --rbind "$source" "$1$destination" || exit 1
		done <"$2"
		exec sleep 300' - "$root" "$bundles/$1/binds"
	within 5 is_running "$child" sleep && state "$1" "$child"
}

# build_tool NAME: compile tests/NAME.c to $scratch/NAME; fails where there is no compiler.
build_tool() { "${CC:-cc}" -Wall -Wextra -Werror -o "$scratch/$1" "${top:?}/tests/$1.c"; }

# keep_json ID: keep share.json and record of a container for t-schema, which looks at them when all other scripts are done.
keep_json() {
	local where
	[ -n "${JSON_DIR:-}" ] || return 0
	where=$(at "$1") && cp "$where/share.json" "$(mktemp "$JSON_DIR/share.XXXXXXXX")" &&
		cp "$share/state/$1.json" "$(mktemp "$JSON_DIR/record.XXXXXXXX")"
}
