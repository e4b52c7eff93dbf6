#!/usr/bin/env python3
"""The few calls of the Kubernetes CRI that a test needs, for want of crictl.

cri.py SOCKET METHOD JSON: the request's fields by name; prints the id that the answer has, if it has one.
The messages are encoded by hand, from the tables below: numbers and types are those of k8s.io/cri-api's runtime/v1/api.proto.
"""
import json
import sys

import grpc

POD = {
    "metadata": (1, {"name": (1, str), "uid": (2, str), "namespace": (3, str)}),
    "log_directory": (3, str),
    "annotations": (7, dict),
    "linux": (8, {
        "cgroup_parent": (1, str),
        "security_context": (2, {"namespace_options": (1, {"network": (1, int)})}),
    }),
}
CONTAINER = {
    "metadata": (1, {"name": (1, str)}),
    "image": (2, {"image": (1, str)}),
    "command": (3, str),
    "mounts": (7, {"container_path": (1, str), "host_path": (2, str), "readonly": (3, int)}),
    "log_path": (11, str),
}
METHODS = {
    "RunPodSandbox": {"config": (1, POD), "runtime_handler": (2, str)},
    "CreateContainer": {"pod_sandbox_id": (1, str), "config": (2, CONTAINER), "sandbox_config": (3, POD)},
    "StartContainer": {"container_id": (1, str)},
    "StopContainer": {"container_id": (1, str), "timeout": (2, int)},
    "RemoveContainer": {"container_id": (1, str)},
    "StopPodSandbox": {"pod_sandbox_id": (1, str)},
    "RemovePodSandbox": {"pod_sandbox_id": (1, str)},
}


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, data):
    """A field with a length: wire type 2."""
    return varint(number << 3 | 2) + varint(len(data)) + data


def encode(message, table):
    out = b""
    for name, value in message.items():
        number, kind = table[name]
        for one in value if isinstance(value, list) else [value]:
            if kind is int:
                out += varint(number << 3) + varint(int(one))
            elif kind is str:
                out += field(number, one.encode())
            elif kind is dict:  # map<string, string>: entries with key = 1, value = 2
                for key, text in one.items():
                    out += field(number, field(1, key.encode()) + field(2, text.encode()))
            else:
                out += field(number, encode(one, kind))
    return out


def first_string(data):
    """Every answer that has something for us has an id, as field 1. Ids are shorter than 128 bytes."""
    return data[2:2 + data[1]].decode() if data[:1] == b"\x0a" else ""


def main():
    socket, method, message = sys.argv[1:]
    request = encode(json.loads(message), METHODS[method])
    with grpc.insecure_channel("unix:" + socket) as channel:
        call = channel.unary_unary("/runtime.v1.RuntimeService/" + method)
        try:
            answer = first_string(call(request, timeout=30, wait_for_ready=True))
        except grpc.RpcError as error:
            sys.exit(f"{method}: {error.details()}")
    if answer:
        print(answer)


main()
