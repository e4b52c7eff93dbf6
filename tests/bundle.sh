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

# make_volume DIRECTORY: a volume of a container that is hostile: links, mounts and special files beside what may be published.
# The links lead to / and to $victim, which holds a directory 'inside'. $automount is empty where there is no autofs.
make_volume() {
	local volume=$1 source
	victim=$scratch/victim
	mkdir -p "$victim/inside" "$volume"/{logs/app/{deep,nested},logs/empty,mounted,bound,proc,auto,..data.d,...}
	echo log >"$volume/logs/app/content"
	echo deep >"$volume/logs/app/deep/content"
	echo conf >"$volume/app.conf"
	: >"$volume/one"
	echo below >"$volume/logs/app/nested/below"
	mount -t tmpfs -o mode=0755 oci-share-test "$volume/logs/app/nested" && mkdir "$volume/logs/app/nested/inside" || exit 1
	mount -t tmpfs -o mode=0755 oci-share-test "$volume/mounted" && mkdir "$volume/mounted/inside" || exit 1
	mount --bind "$victim" "$volume/bound" && mount --bind "$volume/app.conf" "$volume/one" || exit 1
	mount -t proc proc "$volume/proc" || exit 1
	mkfifo "$volume/fifo"
	mknod "$volume/char" c 1 3
	mknod "$volume/block" b 7 0
	perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => shift, Listen => 1)' "$volume/socket" 2>/dev/null
	while read -r link source; do
		ln -s "${source/@/$victim}" "$volume/$link"
	done <<-'END_LINKS'
		root /
		up ..
		victim @
		new @/new
		dangling nowhere
		inside logs
		file app.conf
		logs/link app
		loop loop
		cross1 cross2/x
		cross2 cross1/x
		..data /etc
		key /etc/shadow
		magic /proc/self/root
		cwd /proc/self/cwd
	END_LINKS
	# Who looks up a name in there waits for this daemon, which never answers; not so the process group that mounts it.
	exec 9> >(exec sleep 1000)
	children+=($!)
	automount=$volume/auto
	mount -t autofs -o fd=9,minproto=5,maxproto=5,indirect oci-share-test "$automount" 2>/dev/null || automount=
	exec 9>&-
}

# hostile_subpaths: what must be refused in such a volume: what | subpath | exit code | component that the message names. What
# begins with 'missing' is not refused where missing directories are to be made.
hostile_subpaths() {
	cat <<-'END_TABLE'
		T01 a link to the root|root|77|root
		T01 below a link to the root|root/etc|77|root
		T01 below a link to the root, not there|root/oci-share-nowhere/x|77|root
		T01 back to a link by '..'|logs/../root|77|..
		T01 a link with a slash behind it|root/|77|root
		T01 a link with a dot behind it|root/.|77|root
		a link out of the volume|victim|77|victim
		below a link out of the volume|victim/inside|77|victim
		below a link out of the volume, not there|victim/made/x|77|victim
		a link to the directory above|up|77|up
		below a link to the directory above|up/data|77|up
		a dangling link|dangling|77|dangling
		below a dangling link|dangling/x|77|dangling
		a dangling link out of the volume|new|77|new
		below a dangling link out of the volume|new/x|77|new
		below a link that stays inside|inside/app|77|inside
		a link that stays inside, further down|logs/link|77|link
		below a link that stays inside, further down|logs/link/deep|77|link
		a link to a file|file|77|file
		a link to itself|loop/x|77|loop
		links to each other|cross1/x|77|cross1
		T20 a link that an earlier container left|..data|77|..data
		T20 below a link that an earlier container left|..data/passwd|77|..data
		T20 a link to a file that an earlier container left|key|77|key
		a link to a magic link|magic/etc|77|magic
		another link to a magic link|cwd|77|cwd
		a magic link|proc/self/root|77|proc
		a magic link to a file|proc/self/exe|77|proc
		T21 '..'|..|77|..
		T21 '..' and back|../data|77|..
		T21 '..' at the end|logs/..|77|..
		T21 '..' that stays inside|logs/../logs/app|77|..
		T21 '..' further up than the volume|logs/app/../../../..|77|..
		T21 '..' below what is not there|nowhere/../logs|77|..
		T21 '..' below a file|app.conf/..|77|..
		T21 an absolute path|/etc|77|/
		T21 an absolute path with two slashes|//etc|77|/
		T21 the root|/|77|/
		a mount|mounted|77|mounted
		below a mount|mounted/inside|77|mounted
		below a mount, not there|mounted/nowhere|77|mounted
		a mount further down|logs/app/nested|77|nested
		a bind mount|bound|77|bound
		below a bind mount|bound/inside|77|bound
		a bind mount of a file|one|77|one
		an automount|auto|77|auto
		below an automount|auto/x|77|auto
		missing|nowhere|66|nowhere
		missing, further down|logs/app/nowhere|66|nowhere
		missing, with more below|logs/nowhere/x/y|66|nowhere
		below a file|app.conf/x|66|app.conf
		below a file, further down|logs/app/content/x/y|66|content
		a file with a slash behind it|app.conf/|66|app.conf
		a file with a dot behind it|app.conf/.|66|app.conf
		below a FIFO|fifo/x|66|fifo
		a FIFO with a slash behind it|fifo/|66|fifo
		below a socket|socket/x|66|socket
		below a device|char/x|66|char
		below a disk|block/x|66|block
	END_TABLE
	printf '%s|%s|%s|\n' 'a name of 256 bytes' "$(printf '%0256d' 0)" 65 \
		'a path of 4096 bytes' "logs$(printf '/%0200d' {1..20})/$(printf '%071d' 0)" 65 \
		'257 components' "$(printf 'x/%.0s' {1..256})x" 65
}

# refuses NAME CODES WORDS COMMAND...: a program exits with one of CODES (65|66) within 10 s, prints nothing but one line, an error
# without control bytes that matches WORDS, and changes nothing on the host, nor in the directories $restored, nor, not even for a
# moment, in the directories $untouched.
refuses() {
	local name=$1 codes=$2 words=$3 code=0 before after why=()
	shift 3
	before=$(everything)
	timeout -k 1 10 "$@" </dev/null >"$scratch/out" 2>"$scratch/error" || code=$?
	after=$(everything)
	[[ $code =~ ^($codes)$ ]] || why+=("exit $code, not $codes")
	[ ! -s "$scratch/out" ] || why+=("it printed: $(head -n 3 "$scratch/out")")
	if [ "$(wc -l <"$scratch/error")" != 1 ] || ! grep -q ': error: ' "$scratch/error"; then why+=('not one error line:'); fi
	! tr -d '\n' <"$scratch/error" | grep -q '[[:cntrl:]]' || why+=('control bytes in:')
	grep -qE -- "$words" "$scratch/error" || why+=("not '$words' in:")
	[ "$before" = "$after" ] || why+=("$(diff <(echo "$before") <(echo "$after"))")
	if [ ${#why[@]} -eq 0 ]; then pass "$name"; else fail "$name" "${why[@]}" "$(cut -c 1-300 "$scratch/error")"; fi
}
restored=() untouched=()
everything() {
	looks
	[ ${#restored[@]} -eq 0 ] || find "${restored[@]}" -xdev -printf '%p %y %m %U:%G %n %s %l\n' | sort
	[ ${#untouched[@]} -eq 0 ] || find "${untouched[@]}" -xdev ! -name proc -printf '%p %y %m %U:%G %n %s %l %T@ %C@\n' | sort
}

# in_quotes COMPONENT: what 'refuses' looks for: it, or a path that ends with it, in single quotes.
in_quotes() { printf "'([^']*/)?%s'" "${1//./\\.}"; }
