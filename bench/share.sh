#!/bin/sh
# The job as a shell script with jq and mount(8): what many write first. For bench/bench; it checks nothing.
#
#	share.sh prestart|poststop <STATE
set -e
share=/run/oci-share
state=$(cat)
id=$(printf %s "$state" | jq -r .id)
bundle=$(printf %s "$state" | jq -r .bundle)
place=$share/export/$id/$id

if [ "$1" = poststop ]; then
	umount -R "$place"
	rmdir "$share/tree/$id/$id" "$share/tree/$id"
	rm "$share/state/$id.json"
	exit
fi

new=$share/new.$id
mkdir -p "$new" "$share/tree/$id/$id"
mount -t tmpfs -o mode=0755,nosuid,nodev,noexec "oci-share:$id" "$new"
mkdir -p "$new/rootfs"
mount --rbind "$bundle/rootfs" "$new/rootfs"
mount -o remount,bind,ro,nosuid,nodev "$new/rootfs"
n=0
jq -r '.mounts[] | select(.options // [] | any(. == "bind" or . == "rbind")) | .source' "$bundle/config.json" >"$new/list"
while read -r source; do
	mkdir -p "$new/volumes/$n"
	mount --rbind "$source" "$new/volumes/$n"
	mount -o remount,bind,ro,nosuid,nodev "$new/volumes/$n"
	n=$((n + 1))
done <"$new/list"
rm "$new/list"
jq -n --arg id "$id" --argjson n "$n" '{version: 1, id: $id, volumes: $n}' >"$new/share.json"
mount -o remount,bind,ro "$new"
jq -n --arg id "$id" --arg bundle "$bundle" '{id: $id, bundle: $bundle}' >"$share/state/.$id.new"
mv "$share/state/.$id.new" "$share/state/$id.json"
mount --move "$new" "$place"
rmdir "$new"
