# shellcheck shell=bash
# What every t-* script shares: how it reports, and the mount namespace of its own that it runs in.
#
# A script reports each behaviour as one line: 'ok NAME', 'not ok NAME' or 'skip NAME: WHY'; scripts/test counts them.
# It ends with 'finish', whose exit status is 1 where anything failed.

set -u
export LC_ALL=C

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$(cd "${BUILD:-$top}" && pwd) || exit 1
PRESTART=${PRESTART:-$build/oci-share-prestart}
POSTSTOP=${POSTSTOP:-$build/oci-share-poststop}
OCI_SHARE=${OCI_SHARE:-$build/oci-share}
failed=0

pass() { printf 'ok %s\n' "$1"; }
fail() { printf 'not ok %s\n' "$1"; shift; printf '%s\n' "$@" | sed 's/^/    /'; failed=1; }
skip() { printf 'skip %s: %s\n' "$1" "$2"; }
finish() { exit "$failed"; }

# check NAME COMMAND...: ok where the command succeeds; its output is shown where it does not.
check() {
	local name=$1 out
	shift
	if out=$("$@" 2>&1); then pass "$name"; else fail "$name" "exit $? of: $*" "$out"; fi
}

# check_not NAME COMMAND...: ok where the command fails.
check_not() {
	local name=$1 out
	shift
	if out=$("$@" 2>&1); then fail "$name" "succeeded: $*" "$out"; else pass "$name"; fi
}

# check_exit NAME CODE COMMAND...: ok where the command exits with CODE.
check_exit() {
	local name=$1 want=$2 out got=0
	shift 2
	out=$("$@" 2>&1) || got=$?
	if [ "$got" = "$want" ]; then pass "$name"; else fail "$name" "exit $got, not $want, of: $*" "$out"; fi
}

# check_eq NAME GOT WANT
check_eq() { if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "got  '$2'" "want '$3'"; fi; }

# at_exit COMMAND: run it when the script ends, before what was given earlier.
at_exit() {
	exit_commands="$1; ${exit_commands:-}"
	# shellcheck disable=SC2064
	trap "$exit_commands" EXIT
}

# own_namespace private|shared ARGUMENT...: run the script again, with these arguments, in a mount namespace of its own whose / has
# that propagation; returns in there. Sets $scratch: an empty tmpfs, gone with the namespace.
own_namespace() {
	local propagation=$1
	shift
	if [ "${OWN_NAMESPACE:-}" != "$propagation" ]; then
		OWN_NAMESPACE=$propagation exec unshare --mount --propagation private -- bash "$0" "$@"
	fi
	[ "$propagation" = private ] || mount --make-rshared /
	scratch=$(mktemp -d /tmp/oci-share-test.XXXXXX) || exit 1
	# shellcheck disable=SC2016
	at_exit 'umount -l "$scratch" 2>/dev/null; rmdir "$scratch" 2>/dev/null'
	mount -t tmpfs -o mode=0755 oci-share-test "$scratch" || exit 1
}

# left ID: what is left of a container's share in this namespace and in share_dir; prints it, succeeds where there is something.
left() {
	{
		grep -F "oci-share:$1:" /proc/self/mountinfo
		find "${share:?}/tree" "$share/state" -mindepth 1 -name "*$1*" 2>/dev/null
	} | grep .
}
