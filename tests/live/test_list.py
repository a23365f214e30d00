#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""--list: the processes that would be traced are those that are traced, with their libraries and ports."""

import json
import os

from fleet import Service
from harness import check, check_equal, main, releases
from rights import USER, as_user, capable_tool
from rounds import Rounds
from servers import Server
from test_bare import version_of
from test_check import owned_service
from test_loaded import start_c
from tracer import Tracer, run

NEWEST = releases()[-1]
VARIANTS = ("plain", "stripped")
ATTACHED = ("pid", "comm", "exe", "go", "abi")  # keys of an attach event
COLUMNS = ["PID", "COMM", "GO", "ABI", "LIBRARIES", "PORTS"]


def listed(*arguments, wrapper=(), path=None):
    """The lines of `--list --json`; nothing is written to stderr."""
    status, stdout, stderr = run("--list", "--json", *map(str, arguments), wrapper=wrapper, path=path)
    check_equal((status, stderr), (0, b""), "status and stderr")
    return [json.loads(line) for line in stdout.splitlines()]


def own(lines, servers):
    pids = {server.pid for server in servers}
    return [line for line in lines if line["pid"] in pids]


def ports_of(server):
    return sorted(port for _, port in server.addresses.values())


def test_same_as_traced(scope):
    """--list alone: what --all traces, in the order of the process ids; a program without a server is not listed"""
    servers = [Server(scope, release, variant) for release in releases() for variant in VARIANTS]
    other = Rounds(scope, NEWEST)
    lines = own(listed(), [*servers, other])
    tracer = Tracer(scope, "--all", "--json").wait_attached(len(servers))
    tracer.interrupt()
    traced = own([event for event in tracer.events() if event["type"] == "attach"], [*servers, other])
    check_equal([{key: line[key] for key in ATTACHED} for line in lines],
                sorted(({key: event[key] for key in ATTACHED} for event in traced), key=lambda line: line["pid"]), "processes")
    check_equal([(line["pid"], line["libraries"], line["ports"]) for line in lines],
                [(server.pid, ["net/http"], ports_of(server)) for server in sorted(servers, key=lambda server: server.pid)],
                "libraries and ports")


def test_table(scope):
    """a row for each process, and what a terminal would obey is escaped"""
    servers = [Server(scope, NEWEST, name="shop"), Server(scope, NEWEST, name="a\x1b[31m b")]
    status, stdout, stderr = run("--list", "--pid", ",".join(str(server.pid) for server in servers))
    check_equal((status, stderr), (0, b""), "status and stderr")
    heading, *rows = stdout.decode().splitlines()
    check_equal(heading.split(), COLUMNS, "heading")
    ports = {server.pid: ",".join(map(str, ports_of(server))) for server in servers}
    check_equal({tuple(row.split()) for row in rows},
                {(str(server.pid), *name, version_of(NEWEST), server.convention, "net/http", ports[server.pid])
                 for server, name in zip(servers, (["shop"], ["a\\x1b[31m", "b"]))}, "rows")
    check_equal({row.index(servers[0].convention) for row in rows}, {heading.index("ABI")}, "places of the column ABI")


def test_rules(scope):
    """--pid, --name, --port and BINARY: only the processes that match"""
    server, other = Server(scope, NEWEST, name="list-one"), Server(scope, NEWEST, name="list-two")
    for rule in (("--pid", server.pid), ("--pid", max(server.threads())), ("--name", "list-on?"), ("--port", ports_of(server)[0]),
                 (server.exe,)):
        check_equal([line["pid"] for line in listed(*rule)], [server.pid], f"processes by {rule}")
    check_equal([line["pid"] for line in listed("--name", "list-on?", "--binary", other.exe)],
                sorted([server.pid, other.pid]), "processes by two rules")
    check_equal([line["pid"] for line in listed("--name", "list-*", "main.ping")], sorted([server.pid, other.pid]),
                "processes with a function")


def test_sides(scope):
    """--side client: only programs that make requests"""
    gateway, server = Server(scope, NEWEST, program="gateway"), Service(scope, NEWEST).start()
    lines = own(listed("--side", "client"), [gateway, server])
    check_equal([(line["pid"], line["libraries"]) for line in lines], [(gateway.pid, ["net/http"])], "processes")


def test_library(scope):
    """a C program with a Go library: listed with the path of the library"""
    server, library = start_c(scope, NEWEST)
    check_equal([(line["exe"], line["shared_library"]) for line in listed("--pid", server.pid)],
                [(str(server.exe), str(library))], "executable and library")


def test_refused(scope):
    """what was named and cannot be traced: the reason, and status 1 if nothing else is listed"""
    server = Server(scope, NEWEST)
    cases = (
        (("--pid", "99999999"), 1, "pid 99999999: no such process"),
        (("--pid", str(server.pid), "--pid", "99999999"), 0, "pid 99999999: no such process"),
        (("--pid", str(os.getpid())), 1, "not a Go program"),
        (("/no/such/file",), 1, "/no/such/file: No such file or directory"),
        (("--pid", str(server.pid), "main.nowhere"), 1, "main.nowhere"),
        (("--name", "nobody-has-this-name"), 0, "no running process would be traced"),
        (("--count", "1"), 2, "--list traces nothing"),
        (("--output", "/dev/null"), 2, "--list traces nothing"),
    )
    for arguments, expected, message in cases:
        status, stdout, stderr = run("--list", *arguments)
        check_equal((status, bool(stdout)), (expected, expected == 0 and str(server.pid) in arguments),
                    f"status and output of {arguments}; {stderr!r}")
        check(message.encode() in stderr, f"{arguments}: stderr: {stderr!r}")


def test_user(scope):
    """an ordinary user: one's own processes are listed without any right, and that others are skipped is said"""
    other, own_one = Service(scope, NEWEST).start(), owned_service(scope, USER)
    status, stdout, stderr = run("--list", "--json", wrapper=as_user(), path=capable_tool(scope))
    check_equal(status, 0, f"status; {stderr!r}")
    lines = own([json.loads(line) for line in stdout.splitlines()], [other, own_one])
    check_equal([(line["pid"], line["ports"]) for line in lines], [(own_one.pid, [own_one.port])], "processes and ports")
    check(b"processes of other users are skipped" in stderr, f"stderr: {stderr!r}")


if __name__ == "__main__":
    main([test_same_as_traced, test_table, test_rules, test_sides, test_library, test_refused, test_user])
