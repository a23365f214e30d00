#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Requests to several servers in parallel: one event each, with correct values in every key."""

import concurrent.futures
import subprocess
import time

import events
import exchanges
from client import get
from harness import check, check_equal, main, releases, require_command
from servers import VARIANTS, Server
from tracer import Tracer


def check_jq(output, count):
    """jq -e fails if its input is invalid, or if a value is null."""
    done = subprocess.run(["jq", "-e", "-c", "."], input=output, capture_output=True, check=False)
    check_equal(done.returncode, 0, f"jq -e ({done.stderr!r})")
    check_equal(len(done.stdout.splitlines()), count, "lines that jq read")


def trace_exchanges(scope, servers, arguments):
    """Sends 23 requests to each server, to all servers in parallel; returns when the tool has ended by itself."""
    begin = time.time()
    tracer = Tracer(scope, *arguments, "--json", "--count", len(servers) * len(exchanges.ALL))
    tracer.wait_attached(len(servers))
    attached = time.time()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        sent = list(pool.map(lambda server: exchanges.perform(server.addresses["http"]), servers))
    tracer.wait_end(status=0)
    tracer.check_whole_lines()
    tracer.check_quiet()
    return tracer, sent, (begin, attached)


def check_output(servers, tracer, sent, attach_times):
    lines = tracer.events()
    check_equal([event["type"] for event in lines],
                ["attach"] * len(servers) + ["request"] * len(servers) * len(exchanges.ALL), "the types of lines")
    for event, server in zip(lines, servers):
        events.compare(event, events.target_event("attach", server, events.time_between(*attach_times)))
    for server, requests in zip(servers, sent):
        exchanges.check_events(server, lines[len(servers):], requests)
    check_jq(tracer.stdout.text(), len(lines))


def test_two_servers(scope, variant):
    """--pid A,B --count 46 with two releases: 46 requests, correct in every key, then the tool ends"""
    require_command("jq")
    servers = [Server(scope, release, variant) for release in releases()]
    pids = ",".join(str(server.pid) for server in servers)
    check_output(servers, *trace_exchanges(scope, servers, ["--pid", pids]))


def test_binary(scope):
    """BINARY: every process that runs the file is traced"""
    require_command("jq")
    first = Server(scope, releases()[-1])
    second = Server(scope, releases()[-1], binary=first.exe)
    servers = sorted((first, second), key=lambda server: server.pid)
    check_output(servers, *trace_exchanges(scope, servers, [str(first.exe)]))


def test_only_named(scope):
    """--pid A, given twice: each request is reported once, and no request of another process of the same file"""
    traced = Server(scope, releases()[0])
    other = Server(scope, releases()[0], binary=traced.exe)
    tracer = Tracer(scope, "--pid", traced.pid, "-p", traced.pid, "--json").wait_attached()
    for _ in range(5):
        get(other.addresses["http"], "/ping")
        get(traced.addresses["http"], "/ping")
    tracer.wait_types(5, "request")
    tracer.interrupt()
    check_equal([(event["type"], event["pid"]) for event in tracer.events()],
                [("attach", traced.pid)] + [("request", traced.pid)] * 5, "events")


def test_table(scope):
    """the table: a heading, and a row with status, method, path and query for each request"""
    server = Server(scope, releases()[-1])
    tracer = Tracer(scope, "--pid", server.pid, "--count", 3).wait_attached()
    for target in ("/ping", "/nothing/here", "/echo/x?q=1"):
        get(server.addresses["http"], target)
    tracer.wait_end()
    heading, *rows = (events.decode_text(line, "a row").split() for line in tracer.stdout.all())
    check_equal(heading, "TIME PID COMM STATUS DURATION BYTES HOST METHOD PATH".split(), "heading")
    host = "{}:{}".format(*server.addresses["http"])
    check_equal([row[1:4] + row[5:] for row in rows],
                [[str(server.pid), "server", status, size, host, "GET", target] for status, size, target in
                 (("200", "5", "/ping"), ("404", "19", "/nothing/here"), ("200", "20", "/echo/x?q=1"))], "rows")
    check(all(row[4][0].isdigit() and row[4].endswith("s") for row in rows), f"durations of {rows}")


if __name__ == "__main__":
    main([*((test_two_servers, variant) for variant in VARIANTS), test_binary, test_only_named, test_table])
