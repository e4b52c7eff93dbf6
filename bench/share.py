"""The job in Python, with mount(2) by ctypes. For bench/bench; it checks nothing.

share.py prestart|poststop <STATE
"""
import ctypes
import json
import os
import sys

SHARE = "/run/oci-share"
RDONLY, NOSUID, NODEV, NOEXEC, REMOUNT, BIND, MOVE, REC = 1, 2, 4, 8, 32, 4096, 8192, 16384
DETACH = 2
libc = ctypes.CDLL(None, use_errno=True)


def must(result, what):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), what)


def mount(source, target, fstype=None, flags=0, data=None):
    def text(value):
        return value.encode() if value is not None else None

    must(libc.mount(text(source), text(target), text(fstype), ctypes.c_ulong(flags), text(data)), target)


def bind(source, target):
    os.makedirs(target, 0o755)
    mount(source, target, flags=BIND | REC)
    mount(None, target, flags=BIND | REMOUNT | RDONLY | NOSUID | NODEV)


def write(path, value):
    with open(path, "x", encoding="utf-8") as file:
        json.dump(value, file)


def prestart(state):
    name = state["id"]
    with open(state["bundle"] + "/config.json", encoding="utf-8") as file:
        config = json.load(file)
    new = f"{SHARE}/new.{name}"
    os.makedirs(new)
    os.makedirs(f"{SHARE}/tree/{name}/{name}")
    mount(f"oci-share:{name}", new, "tmpfs", NOSUID | NODEV | NOEXEC, "mode=0755")
    bind(state["bundle"] + "/rootfs", new + "/rootfs")
    volumes = [m for m in config["mounts"] if {"bind", "rbind"} & set(m.get("options", []))]
    for n, volume in enumerate(volumes):
        bind(volume["source"], f"{new}/volumes/{n}")
    write(new + "/share.json", {"version": 1, "id": name, "volumes": volumes})
    mount(None, new, flags=BIND | REMOUNT | RDONLY)
    write(f"{SHARE}/state/.{name}.new", {"id": name, "bundle": state["bundle"]})
    os.rename(f"{SHARE}/state/.{name}.new", f"{SHARE}/state/{name}.json")
    mount(new, f"{SHARE}/export/{name}/{name}", flags=MOVE)
    os.rmdir(new)


def poststop(state):
    name = state["id"]
    must(libc.umount2(f"{SHARE}/export/{name}/{name}".encode(), DETACH), name)
    os.rmdir(f"{SHARE}/tree/{name}/{name}")
    os.rmdir(f"{SHARE}/tree/{name}")
    os.unlink(f"{SHARE}/state/{name}.json")


{"prestart": prestart, "poststop": poststop}[sys.argv[1]](json.load(sys.stdin))
