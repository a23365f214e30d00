#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Processes that a debugger traces, too: the tool warns when tracing begins, and the processes survive in the orders
that the README calls safe."""

import ctypes
import json
import os
import signal
import subprocess
import time

from client import get
from harness import PATIENCE, Failure, check, check_equal, main, releases, require_command, wait_until
from lines import Lines
from servers import Server
from tracer import Tracer, run

PTRACE_SEIZE = 0x4206
LIBC = ctypes.CDLL(None, use_errno=True)
START = "net/http.serverHandler.ServeHTTP"


def ptrace(request, pid):
    """Calls ptrace with 64-bit words, because the C library's function is variadic."""
    arguments = (ctypes.c_long(request), ctypes.c_long(pid), ctypes.c_void_p(0), ctypes.c_void_p(0))
    if LIBC.ptrace(*arguments) < 0:
        raise Failure(f"ptrace({request:#x}): {os.strerror(ctypes.get_errno())}")


def test_said(scope, release):
    """a process under ptrace: traced, with one warning that names the debugger; no warning for a process without one"""
    server = Server(scope, release)
    ptrace(PTRACE_SEIZE, server.pid)
    for target in (("--pid", server.pid), (server.exe,)):
        tracer = Tracer(scope, *target, "--json").wait_attached()
        check_equal(get(server.addresses["http"], "/ping").status, 200, "status")
        tracer.wait_types(1, "request")
        tracer.interrupt()
        said = [line for line in tracer.stderr.all() if f"a debugger, pid {os.getpid()} (".encode() in line]
        check_equal(len(said), 1, f"lines about it in {tracer.stderr.text()!r}")
        check(said[0].startswith(f"gohttpsnoop: pid {server.pid} ({server.exe}): ".encode()), f"it says {said[0]!r}")
    other = Server(scope, release)
    tracer = Tracer(scope, "--pid", other.pid, "--json").wait_attached()
    tracer.interrupt()
    tracer.check_quiet()


class Debugger:
    """gdb with a breakpoint on the probed instruction; it continues at each hit."""

    def __init__(self, scope, server, address):
        self.process = subprocess.Popen(["gdb", "-nx", "-q", "-p", str(server.pid)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        scope.callback(self.kill)
        self.lines = Lines(self.process.stdout, "gdb")
        self.say("set confirm off", "set pagination off", "handle SIGURG nostop noprint pass", f"break *{address}",
                 "commands 1", "silent", "continue", "end", "echo set\\n", "continue")
        self.lines.wait(lambda found: any(line.endswith(b"set") for line in found), "sets no breakpoint")
        time.sleep(0.5)  # until gdb has let the process continue

    def say(self, *words):
        self.process.stdin.write("".join(f"{word}\n" for word in words).encode())
        self.process.stdin.flush()

    def quit(self):
        self.process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        self.say("delete", "detach", "quit")
        self.process.wait(PATIENCE)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()


def probed_address(exe):
    status, out, _ = run("inspect", "--json", str(exe))
    check_equal(status, 0, "exit status")
    return next(probe["address"] for probe in json.loads(out)["probes"] if probe["function"] == START)


def answers(server):
    try:
        return get(server.addresses["http"], "/ping").status == 200
    except OSError:
        return False


def test_debugger_first(scope, release):
    """a breakpoint is set before tracing begins and removed after it ends: the process survives"""
    require_command("gdb")
    server = Server(scope, release)
    debugger = Debugger(scope, server, probed_address(server.exe))
    tracer = Tracer(scope, "--pid", server.pid, "--json").wait_attached()
    check(answers(server), "it does not answer while both are there")
    tracer.wait_types(1, "request")
    tracer.interrupt()
    debugger.quit()
    check(answers(server) and server.goes_on, "it does not live")


def test_tracer_first(scope, release):
    """a breakpoint is set and removed while the process is traced: the process survives and is still traced"""
    require_command("gdb")
    server = Server(scope, release)
    tracer = Tracer(scope, "--pid", server.pid, "--json").wait_attached()
    debugger = Debugger(scope, server, probed_address(server.exe))
    check(answers(server), "it does not answer while both are there")
    tracer.wait_types(1, "request")
    debugger.quit()
    wait_until(lambda: answers(server), "it answers again")
    tracer.wait_types(2, "request")
    tracer.interrupt()
    check(answers(server) and server.goes_on, "it does not live")


if __name__ == "__main__":
    main([(test, release) for release in releases() for test in (test_said, test_debugger_first, test_tracer_first)])
