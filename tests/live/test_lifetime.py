#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How the tool and its targets end; neither may end the other."""

import contextlib
import os
import signal
import time

import events
from client import Connection, get
from harness import PATIENCE, check, check_equal, main, releases, wait_until
from load import Load
from memory import changed_bytes
from servers import Server
from tracer import Tracer

ENOUGH = 200  # requests of each client, before and after


def start_all(scope):
    return [Server(scope, release) for release in releases()]


def pids_of(servers):
    return ",".join(str(server.pid) for server in servers)


# --- the tool ends ---


def test_kill_tool(scope):
    """SIGKILL of the tool under load: the servers still answer, and their code is unchanged"""
    servers = start_all(scope)
    check(not any(changed_bytes(server) for server in servers), "a server's text is not as in its file")
    loads = [Load(scope, server) for server in servers]
    tracer = Tracer(scope, "--pid", pids_of(servers), "--json").wait_attached(len(servers))
    for load in loads:
        load.wait_answered(ENOUGH)
    check(all(changed_bytes(server) for server in servers), "no breakpoints are seen in the servers")
    tracer.process.kill()
    tracer.wait_end(status=-signal.SIGKILL)
    for load in loads:
        load.wait_answered(ENOUGH)
        load.stop()
        load.check_unbroken()
    check(all(server.goes_on for server in servers), "a server ended")
    wait_until(lambda: not any(changed_bytes(server) for server in servers), "the breakpoints are gone")
    tracer.stdout.rest = b""  # SIGKILL may cut the last line
    tracer.events()


def check_signal(scope, number):
    """Sends the signal after a load: complete lines, status 0, and each answered request is reported once."""
    server = Server(scope, releases()[-1])
    tracer = Tracer(scope, "--pid", server.pid, "--json").wait_attached()
    load = Load(scope, server)
    load.wait_answered(ENOUGH)
    load.stop()
    tracer.interrupt(number)
    tracer.check_whole_lines()
    requests = [event for event in tracer.events() if event["type"] == "request"]
    check_equal(len(requests), load.answered, "requests")
    check_equal(changed_bytes(server), 0, "changed bytes after")
    return tracer, load


def test_interrupt(scope):
    """SIGINT: status 0, and the last line of stderr sums up events, lost events and targets"""
    tracer, load = check_signal(scope, signal.SIGINT)
    check_equal(tracer.stderr.all()[-1], f"gohttpsnoop: {load.answered} events, 0 lost, 1 target".encode(), "summary")


def test_terminate(scope):
    """SIGTERM: status 0, with each answered request reported once"""
    check_signal(scope, signal.SIGTERM)


def test_interrupt_under_load(scope):
    """SIGINT while requests run: the tool ends with complete lines and status 0"""
    server = Server(scope, releases()[-1])
    load = Load(scope, server)
    tracer = Tracer(scope, "--pid", server.pid, "--json").wait_attached()
    load.wait_answered(ENOUGH)
    tracer.interrupt()
    tracer.check_whole_lines()
    tracer.events()
    load.wait_answered(ENOUGH)


def test_duration(scope):
    """--duration 500ms: the tool ends after that time with status 0"""
    server = Server(scope, releases()[-1])
    begin = time.monotonic()
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--duration", "500ms").wait_attached()
    get(server.addresses["http"], "/ping")
    tracer.wait_end(status=0)
    check(time.monotonic() - begin >= 0.5, f"it ended after {time.monotonic() - begin:.3f} s")
    check_equal([event["type"] for event in tracer.events()], ["attach", "request"], "lines")


def test_count_under_load(scope):
    """--count 1009 under load: exactly this number of requests is reported"""
    server = Server(scope, releases()[-1])
    load = Load(scope, server)
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--count", 1009)
    tracer.wait_end(status=0)
    tracer.check_whole_lines()
    check_equal([event["type"] for event in tracer.events()], ["attach"] + ["request"] * 1009, "lines")
    load.check_unbroken()


@contextlib.contextmanager
def reader_of(descriptor):
    with os.fdopen(descriptor, "rb") as reader:
        yield reader


def test_closed_pipe(scope, arguments):
    """the reader of stdout closes the pipe: the tool ends with status 0 and without a message"""
    server = Server(scope, releases()[-1])
    read_end, write_end = os.pipe()
    with reader_of(read_end) as reader:
        tracer = Tracer(scope, "--pid", server.pid, *arguments.split(), stdout=write_end)
        os.close(write_end)
        tracer.wait_attached()
        get(server.addresses["http"], "/ping")
        check(reader.readline().endswith(b"\n"), "no line came through the pipe")
    load = Load(scope, server, clients=1)
    tracer.wait_end(status=0)
    tracer.check_quiet()
    load.wait_answered(ENOUGH)


# --- a target ends ---


def test_kill_server(scope, release):
    """SIGKILL of a server under load: answered requests, open ones as exited, a detach event, status 0"""
    server = Server(scope, release)
    begin = time.time()
    tracer = Tracer(scope, "--pid", server.pid, "--json").wait_attached()
    load = Load(scope, server)
    load.wait_answered(ENOUGH)
    server.signal(signal.SIGKILL)
    tracer.wait_end(status=0)
    load.wait_end()
    attach, *requests, detach = tracer.events()
    when = events.time_between(begin, time.time())
    events.compare(attach, events.target_event("attach", server, when))
    events.compare(detach, events.target_event("detach", server, when))
    answered = sum(event["outcome"] == "ok" for event in requests)
    check({event["type"] for event in requests} == {"request"}, "other lines between attach and detach")
    check(load.answered <= answered <= len(requests) <= load.sent,
          f"{load.sent} sent, {load.answered} answered; events: {answered} ok of {len(requests)}")


def test_in_flight(scope, release):
    """a request in flight when its server is killed: outcome exited, no status, before the detach event"""
    server = Server(scope, release)
    tracer = Tracer(scope, "--pid", server.pid, "--json").wait_attached()
    begin = time.time()
    with Connection(server.addresses["http"]) as connection:
        connection.send(f"GET /hang HTTP/1.1\r\nHost: {connection.host}\r\n\r\n".encode())
        connection.read_head()
        check_equal(connection.read_chunk(), b"begun\n", "what the handler sent first")
        when = events.time_between(begin, time.time())
        threads = server.threads()
        server.signal(signal.SIGKILL)
    tracer.wait_end(status=0)
    _, request, detach = tracer.events()
    expected = events.request_event(server, when, path="/hang", host=connection.host, remote=connection.remote,
                                    status=None, duration_ns=events.ABSENT, response_bytes=events.ABSENT,
                                    outcome="exited", tid=events.one_of(threads))
    events.compare(request, expected)
    check_equal(detach["type"], "detach", "the last line")


def test_one_server_ends(scope):
    """one of two servers ends: a detach event, and the other is traced until it ends; then the tool ends"""
    first, second = (Server(scope, releases()[at]) for at in (0, -1))
    tracer = Tracer(scope, "--pid", pids_of([first, second]), "--json").wait_attached(2)
    first.signal(signal.SIGTERM)
    (detach,) = tracer.wait_types(1, "detach")
    check_equal(detach["pid"], first.pid, "the pid of the detach line")
    get(second.addresses["http"], "/ping")
    (request,) = tracer.wait_types(1, "request")
    check_equal(request["pid"], second.pid, "the pid of the request")
    second.process.stdin.close()
    tracer.wait_end(status=0, limit=PATIENCE)
    check_equal([event["type"] for event in tracer.events()],
                ["attach", "attach", "detach", "request", "detach"], "lines")


if __name__ == "__main__":
    main([test_kill_tool, test_interrupt, test_terminate, test_interrupt_under_load, test_duration,
          test_count_under_load, (test_closed_pipe, "--json"), (test_closed_pipe, ""), test_one_server_ends,
          *((test, release) for release in releases() for test in (test_kill_server, test_in_flight))])
