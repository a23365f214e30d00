#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Descriptors, memory or threads run out for a moment: no event is wrong, and skipped processes are traced soon
after."""

import os
import random
import resource
import time

import events
import rights
from account import holdings
from client import get
from harness import attach_ways, be_alone, check, check_equal, main, releases, require_command
from servers import Server
from test_loaded import start_c
from test_places import CONTAINER, can_make_cgroups, make_cgroup
from test_types import split
from tracer import Tracer

NEWEST = releases()[-1]
REASONS = {"EMFILE": (b"Too many open files", b"too many files are open"), "ENFILE": (b"Too many open files in system",),
           "ENOMEM": (b"Cannot allocate memory",)}


def tells_of(error, line):
    return any(reason in line for reason in REASONS[error])


def failing(system_call, error, paths=(), when=1):
    """Command words that run another command whose `when`-th call of this kind, for these paths, fails."""
    require_command("strace")
    # LeakSanitizer does not work in a process under ptrace.
    return ("env", "ASAN_OPTIONS=detect_leaks=0:exitcode=99", "strace", "-qq", "-f", "-o", "/dev/null",
            *(word for path in paths for word in ("-P", path)), "-e", f"trace={system_call}",
            "-e", f"inject={system_call}:error={error}:when={when}")


def check_traced_later(server, tracer, error, begin):
    """Checks that the error is reported once, and that the process is then traced with correct events."""
    tracer.wait_attached()
    when = events.time_between(begin, time.time())
    get(server.addresses["http"], "/ping")
    tracer.wait_end()
    said = [line for line in tracer.stderr.all() if tells_of(error, line)]
    check_equal(len(said), 1, f"lines about it; stderr: {tracer.stderr.text()!r}")
    check(f"gohttpsnoop: pid {server.pid}".encode() in said[0], f"{said[0]!r}")
    check_equal(b"ulimit" in said[0], error == "EMFILE", f"advice in {said[0]!r}")
    attach, request = tracer.events()
    events.compare(attach, events.target_event("attach", server, when))
    check_equal((request["type"], request["path"]), ("request", "/ping"), "the request")


# The files that are opened to inspect a process, how the process is found, and which opening of the file fails.
OPENED = (("comm", "by file", 1), ("cgroup", "by file", 1), ("auxv", "by file", 1), ("maps", "by file", 1),
          ("maps", "by file", 2), ("net/tcp", "by port", 1), ("net/tcp6", "by port", 1), ("fd", "by port", 1))


def test_process(scope, name, how, number):
    """no resources to read a process's name, container, memory or sockets: traced on a later attempt"""
    server = Server(scope, NEWEST)
    if name == "cgroup" and can_make_cgroups():
        cgroup = make_cgroup(scope, f"docker-{CONTAINER}.scope")
        (cgroup / "cgroup.procs").write_text(str(server.pid))
        server.container = CONTAINER
    arguments = ("--port", server.addresses["http"][1]) if how == "by port" else (server.exe,)
    for error in REASONS:
        begin = time.time()
        tracer = Tracer(scope, *arguments, "--json", "--count", 1,
                        wrapper=failing("openat", error, [f"/proc/{server.pid}/{name}"], number))
        check_traced_later(server, tracer, error, begin)
    server.kill()


def test_file(scope, number):
    """no resources to open the executable, at each time that it is opened: traced on a later attempt"""
    server = Server(scope, NEWEST)
    for error in REASONS:
        begin = time.time()
        tracer = Tracer(scope, "--name", server.exe.name, "--json", "--count", 1,
                        wrapper=failing("openat", error, [f"/proc/{server.pid}/exe"], number))
        check_traced_later(server, tracer, error, begin)


def test_watched(scope):
    """no descriptor for the pidfd: traced on a later attempt"""
    server = Server(scope, NEWEST)
    before = sum(name.isdigit() and int(name) <= server.pid for name in os.listdir("/proc"))
    begin = time.time()
    tracer = Tracer(scope, server.exe, "--json", "--count", 1, wrapper=failing("pidfd_open", "EMFILE", when=before))
    check_traced_later(server, tracer, "EMFILE", begin)


def test_types(scope):
    """no resources to open the --types file: not reported as missing, and used on a later attempt"""
    binary, debug = split(scope, NEWEST)
    for error in REASONS:
        server = Server(scope, NEWEST, binary=Server.copy(scope, binary, "server"))
        # The first call only checks, at the start, that the file can be opened.
        tracer = Tracer(scope, "--name", "server", "main.ping", "--types", debug, "--json", "--count", 1,
                        wrapper=failing("openat", error, [debug], 2)).wait_attached()
        get(server.addresses["http"], "/ping")
        tracer.wait_end()
        check_equal([event["type"] for event in tracer.events()], ["attach", "call"], "lines")
        check_equal(sum(tells_of(error, line) for line in tracer.stderr.all()), 1, f"{tracer.stderr.text()!r}")
        server.kill()


def test_library(scope, number):
    """no resources to open a library with Go code, at each time that it is opened: traced on a later attempt"""
    server, library = start_c(scope, NEWEST)
    for error in REASONS:
        begin = time.time()
        tracer = Tracer(scope, "--port", server.addresses["http"][1], "--json", "--count", 1,
                        wrapper=failing("openat", error, [f"/proc/{server.pid}/root{library}"], number))
        check_traced_later(server, tracer, error, begin)


def test_list(scope):
    """no descriptor to list the processes again: traced on a later attempt"""
    server = Server(scope, NEWEST)
    begin = time.time()
    # The first scan cannot open the name of the process, the second cannot open the list, and the third succeeds.
    tracer = Tracer(scope, server.exe, "--json", "--count", 1,
                    wrapper=failing("openat", "EMFILE", ["/proc", f"/proc/{server.pid}/comm"], "2..3"))
    check_traced_later(server, tracer, "EMFILE", begin)


MOST_LEFT = 6  # descriptors; with this many each kind of use has been the first to fail


def start_short(scope, way, left):
    """Starts the tool, leaves it this many descriptors, and starts a matching server, which is then skipped or
    traced."""
    name = f"short-{left}"
    tracer = Tracer(scope, "--name", name, "--attach", way, "--json", "-v").wait_looking_out()
    limits = resource.prlimit(tracer.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(tracer.process.pid, resource.RLIMIT_NOFILE, (holdings(tracer.process.pid).descriptors + left, limits[1]))
    begin = time.time()
    server = Server(scope, NEWEST, name=name)
    tracer.stderr.wait(lambda lines: any(tells_of("EMFILE", line) or b": traced: " in line for line in lines),
                       f"says nothing with {left} descriptors left")
    return tracer, server, begin, limits


def test_each_descriptor(scope, way):
    """few descriptors are left: whichever use fails first, the process is traced as soon as there are more"""
    started = [start_short(scope, way, left) for left in range(MOST_LEFT + 1)]
    short = 0
    for tracer, server, begin, limits in started:
        resource.prlimit(tracer.process.pid, resource.RLIMIT_NOFILE, limits)
        tracer.wait_attached()
        when = events.time_between(begin, time.time())
        get(server.addresses["http"], "/ping")
        tracer.wait_types(1, "request")
        tracer.interrupt()
        said = [line for line in tracer.stderr.all() if tells_of("EMFILE", line)]
        check(len(said) <= 1, f"it says more than once: {said}")
        short += len(said)
        events.compare(tracer.events()[0], events.target_event("attach", server, when))
    check(short > 3, f"only {short} were short of descriptors")
    print(f"{short} of {len(started)} were short of descriptors", flush=True)


def test_threads(scope):
    """no thread can be created: a message says so, and after the end of one process the other is still traced"""
    servers = [Server(scope, NEWEST) for _ in range(2)]
    user = random.randrange(10**6, 2 * 10**6)  # a user without other processes
    tracer = Tracer(scope, "--pid", ",".join(str(server.pid) for server in servers), "--json",
                    path=rights.capable_tool(scope, *rights.ALL),
                    wrapper=("prlimit", "--nproc=1:1", *rights.as_user(user)))
    tracer.wait_attached(len(servers))
    check(b"no threads can be created" in tracer.stderr.text(), f"{tracer.stderr.text()!r}")
    servers[0].kill()
    tracer.wait_types(1, "detach")
    get(servers[1].addresses["http"], "/ping")
    (request,) = tracer.wait_types(1, "request")
    check_equal(request["pid"], servers[1].pid, "whose request is reported")
    tracer.interrupt()


if __name__ == "__main__":
    be_alone()
    main([*((test_process, *row) for row in OPENED), *((test_file, number) for number in (1, 2, 3)),
          *((test_library, number) for number in (1, 2, 3)), test_watched, test_types, test_list, test_threads, *((test_each_descriptor, way) for way in attach_ways()[:2])])
