#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Types of a stripped server from another file, which is named by an option, linked to, or of another build."""

import pathlib
import shutil
import subprocess

import events
from client import get
from harness import check, check_equal, main, releases, require_command
from namespaces import CAN_MOUNT, MOUNTS, possible
from servers import Server, build
from test_places import NAMED, PlacedServer, shell
from tracer import Tracer, run

CALLS = 7


def split(scope, release):
    """Returns a copy of the server without types, and the file with its types."""
    for command in ("objcopy", "strip"):
        require_command(command)
    folder = scope.folder / f"split-{len(list(scope.folder.iterdir()))}"
    folder.mkdir()
    binary, debug = folder / "server", folder / "server.debug"
    shutil.copy(build("server", release), binary)
    subprocess.run(["objcopy", "--only-keep-debug", binary, debug], check=True, stderr=subprocess.DEVNULL)
    subprocess.run(["strip", "-g", binary], check=True, stderr=subprocess.DEVNULL)
    return binary, debug


def compress(file, method):
    """A copy of the file with DWARF compressed by this method; None if objcopy does not support it."""
    packed = file.with_name(f"{file.name}.{method}")
    made = subprocess.run(["objcopy", f"--compress-debug-sections={method}", file, packed], stderr=subprocess.DEVNULL)
    return packed if made.returncode == 0 else None


def link(binary, debug):
    """A copy of the binary with a .gnu_debuglink section, which names the file with its types."""
    linked = binary.with_name("linked")
    subprocess.run(["objcopy", f"--add-gnu-debuglink={debug}", binary, linked], check=True,
                   stderr=subprocess.DEVNULL)
    return linked


def check_traced(scope, server, *arguments):
    tracer = Tracer(scope, "--pid", server.pid, "main.ping", "--json", "--count", CALLS, *arguments).wait_attached()
    for number in range(CALLS):
        get(server.addresses["http"], f"/ping?n={number}")
    tracer.wait_end()
    calls = [event for event in tracer.events() if event["type"] == "call"]
    check_equal([(call["method"], call["path"], call["query"]) for call in calls],
                [("GET", "/ping", f"n={number}") for number in range(CALLS)], "calls")


def refusal(server, *arguments):
    status, stdout, stderr = run(str(server.exe), "main.ping", *map(str, arguments))
    check_equal((status, stdout), (1, b""), "status and stdout")
    return events.decode_text(stderr, "stderr")


def test_named(scope, release):
    """--types with a file of types only, or with the original binary: calls are captured"""
    binary, debug = split(scope, release)
    server = Server(scope, release, binary=binary)
    text = refusal(server)
    check("types are missing" in text and "--types FILE" in text, text)
    check_traced(scope, server, "--types", debug)
    check_traced(scope, server, "--types", build("server", release))


def test_linked(scope, release):
    """.gnu_debuglink: the file is found beside the binary and in .debug"""
    binary, debug = split(scope, release)
    server = Server(scope, release, binary=link(binary, debug))
    check_traced(scope, server)
    folder = debug.parent / ".debug"
    folder.mkdir()
    debug.rename(folder / debug.name)
    check_traced(scope, server)


def test_compressed(scope, release):
    """DWARF compressed by zlib or zstd, in the program or in the --types file: calls are captured"""
    binary, debug = split(scope, release)
    whole = binary.with_name("whole")
    shutil.copy(build("server", release), whole)
    for method in ("zlib", "zstd"):
        packed, types = compress(whole, method), compress(debug, method)
        if not packed or not types:
            print(f"left out: DWARF compressed by {method}: this objcopy does not know it")
            continue
        check_traced(scope, Server(scope, release, binary=packed))
        check_traced(scope, Server(scope, release, binary=binary), "--types", types)


ON_TMPFS = 'mount -t tmpfs tmpfs "$1"; cp "$2" "$1/server"; cp "$3" "$1"; exec "$1/server"'


def test_mount_namespace(scope, release):
    """binary and types on a file system that only the process sees: calls are captured"""
    binary, debug = split(scope, release)
    folder = scope.folder / "mounted"
    folder.mkdir()
    server = PlacedServer(scope, release, [*MOUNTS, *shell(ON_TMPFS, folder, link(binary, debug), debug)],
                          folder / NAMED)
    debug.unlink()
    check(not server.exe.exists(), "the binary is to be seen from here")
    check_traced(scope, server)


def test_other_build(scope, release):
    """types of another build: refused with the reason, and requests are traced nevertheless"""
    binary, _ = split(scope, release)
    server = Server(scope, release, binary=binary)
    other = build("server", release, "pie")
    text = refusal(server, "--types", other)
    check(f"{other}: from another build" in text, text)
    text = refusal(server, "--types", pathlib.Path("/proc/self/exe"))
    check("has no DWARF" in text or "no build IDs" in text, text)
    tracer = Tracer(scope, server.exe, "--json", "--count", 1, "--types", other).wait_attached()
    get(server.addresses["http"], "/ping")
    tracer.wait_end()
    check_equal(tracer.events()[-1]["path"], "/ping", "path")
    check(any(b"from another build" in line for line in tracer.stderr.all()), f"{tracer.stderr.all()!r}")


if __name__ == "__main__":
    mounts = possible((test_mount_namespace,), CAN_MOUNT, "mount namespaces")
    main([(test, release) for release in releases() for test in (test_named, test_linked, test_compressed, *mounts, test_other_build)])
