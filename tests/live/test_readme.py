#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the pipelines of the README and compares the shape of their output with the README."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import time

from client import Connection
from harness import PATIENCE, ROOT, Failure, check, check_equal, main, releases, tool
from lines import Lines
from servers import Server, Shop
from tracer import Tracer

SOCKET = "/run/gohttpsnoop.sock"
SHOP, OTHER = "22835", "22836"  # the PIDs in the examples
NEWEST = releases()[-1]
COMMANDS = ("jq", "nc", "socat", "python3")
CLIENTS = 4  # jq prints its output only after some kilobytes
HEADERS = ("X-User: ada", "Authorization: Bearer secret")


def blocks():
    """The indented blocks of the README, without indentation."""
    block = []
    for line in [*(ROOT / "README.md").read_text().splitlines(), "."]:
        if line.startswith("    ") or (not line and block):
            block.append(line[4:])
        elif block:
            yield "\n".join(block).strip("\n")
            block = []


def pipelines():
    """Commands of the README with a pipe or a socket, and the lines that they print there."""
    for block in blocks():
        command, printed = None, []
        for line in [*block.split("\n"), "# "]:
            if not line.startswith("# "):
                printed.append(line)
                continue
            if command and ("|" in command or SOCKET in command) and "--socket" not in command:
                yield command, [one for one in printed if one.startswith(("{", "["))]
            command, printed = line[2:], []


def missing_commands(command):
    return [name for name in COMMANDS if re.search(rf"(^|[| ]){name} ", command) and not shutil.which(name)]


class Traffic:
    """Requests like those of the examples: found, created, slow and failing ones."""

    def __init__(self, scope, *servers):
        self.stopping = threading.Event()
        threads = [threading.Thread(target=self._run, args=(servers,), daemon=True) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
            scope.callback(thread.join)
        scope.callback(self.stopping.set)

    def _run(self, servers):
        while not self.stopping.is_set():
            for server in servers:
                with Connection(server.addresses["http"]) as connection:
                    for target in (b"/items", b"/items/7?currency=EUR", b"/slow", b"/fail", b"/ping"):
                        connection.request("GET", target, headers=HEADERS)
                    connection.request("POST", b"/orders", b'{"item": 7}', HEADERS)
            time.sleep(0.02)


def children(pid):
    return [int(word) for word in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def kill_all(shell):
    """Kills the shell and its children, the tool and its readers, which do not end with the shell."""
    pids = children(shell.pid) if shell.poll() is None else []
    shell.kill()
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    shell.wait()


def run_pasted(command, end, wanted=""):
    """Runs the command in a shell until it prints `wanted`, then calls `end`; returns the lines of stdout, and
    stderr."""
    process = subprocess.Popen(["sh", "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    stdout, stderr = Lines(process.stdout, "stdout"), Lines(process.stderr, "stderr")
    try:
        stdout.wait(lambda lines: any(wanted.encode() in line for line in lines), f"does not print {wanted!r}")
        end(process)
        process.wait(PATIENCE)
        stdout.thread.join(PATIENCE)
        found = stdout.all()
    except Failure:
        found = []
    finally:
        kill_all(process)
        stdout.thread.join(PATIENCE)
        stderr.thread.join(PATIENCE)
    return [line.decode().rstrip("\n") for line in found], stderr.text().decode(errors="replace")


def shape(line):
    """The shape of a line: the sorted keys of an object, or the types of the elements of an array."""
    value = json.loads(line)
    return sorted(value) if isinstance(value, dict) else [type(one).__name__ for one in value]


def is_like(found, expected):
    """Whether a shape is as expected. In a request that is open when the tool is interrupted some values are null."""
    return found == expected or (len(found) == len(expected)
                                 and all(one in (other, "NoneType") for one, other in zip(found, expected)))


def check_printed(command, found, expected, stderr):
    check(found, f"{command!r} prints nothing; stderr {stderr!r}")
    shapes = [shape(line) for line in expected]
    for line in found:
        check(not shapes or any(is_like(shape(line), one) for one in shapes),
              f"{command!r} prints {line!r}, the README {expected}")


def interrupt_tool(shell):
    """Sends SIGINT only to the tool: the commands that read from it must end by themselves."""
    try:
        for pid in [shell.pid, *children(shell.pid)]:
            if os.path.samefile(f"/proc/{pid}/exe", tool()):
                os.kill(pid, signal.SIGINT)
    except FileNotFoundError:
        pass  # the tool has already ended


def test_pipelines(scope):
    """pipelines `gohttpsnoop ... | jq ...` of the README: their output has the shape that the README shows"""
    shop, other = Shop(scope, NEWEST), Server(scope, NEWEST)
    Traffic(scope, shop, other)
    tried = 0
    for command, expected in pipelines():
        if not command.startswith("gohttpsnoop "):
            continue
        if missing_commands(command):
            print(f"skipped: {command}: {missing_commands(command)} not installed", flush=True)
            continue
        pasted = command
        for word, value in (("gohttpsnoop ", f"{tool()} "), (SHOP, shop.pid), (OTHER, other.pid), ("./shop", shop.exe)):
            pasted = pasted.replace(word, str(value))
        found, stderr = run_pasted(pasted, interrupt_tool)
        check_printed(command, found, expected, stderr)
        tried += 1
    check(tried or missing_commands("jq "), "the README has no pipelines")


def test_readers(scope):
    """readers of the socket in the README (socat, nc, nc | jq, Python): each shows the requests"""
    shop = Shop(scope, NEWEST)
    path = scope.folder / "socket"
    Traffic(scope, shop)
    script = next(block for block in blocks() if block.startswith("import json, socket"))
    check(len(script.splitlines()) <= 10, "it has more than ten lines")
    (scope.folder / "reader.py").write_text(script.replace(SOCKET, str(path)))
    commands = [command for command, _ in pipelines() if SOCKET in command]
    check(len(commands) >= 3, f"the README has only {commands}")
    for command in (*commands, f"python3 {scope.folder / 'reader.py'}"):
        if missing_commands(command):
            print(f"skipped: {command}: {missing_commands(command)} not installed", flush=True)
            continue
        tracer = Tracer(scope, "--pid", shop.pid, "--socket", path).wait_attached()
        found, stderr = run_pasted(command.replace(SOCKET, str(path)), lambda _, tracer=tracer: tracer.interrupt(),
                                   "/fail")
        check(found, f"{command!r} prints nothing; stderr {stderr!r}")
        check(any("/fail" in line for line in found), f"{command!r} shows no request: {found[:3]}")
        if "| jq " in command:
            check_equal({json.loads(line)[2] for line in found}, {500}, "statuses")


if __name__ == "__main__":
    main([test_pipelines, test_readers])
