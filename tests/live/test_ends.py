#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every way in which a request can end: it is reported exactly once, with the right outcome and status. See
docs/request-ends.md."""

import contextlib
import dataclasses
import os
import re
import signal
import socket
import struct
import subprocess
import time
import urllib.parse

import events
import ways
from account import holdings
from client import Connection, get, request_bytes
from harness import ROOT, check, check_equal, main, releases, wait_until
from http2 import Http2Connection
from servers import Server, can_be_had, release_number
from tracer import Tracer

FULL = os.environ.get("GOHTTPSNOOP_FULL") == "1"
PANICS = 100_003 if FULL else 20_011
STORM_LIMIT = 300  # seconds, for all panics
RSS_SLACK = 2 << 10  # kB


def all_releases():
    """The releases to trace, and the newest one if it is installed or can be downloaded."""
    newest = subprocess.check_output([ROOT / "tests/toolchain", "--list"], text=True).split()[-1]
    if newest in releases() or not can_be_had(newest):
        return releases()
    return [*releases(), newest]


def start(scope, release):
    server = Server(scope, release, program="ends")
    return server, Tracer(scope, "--pid", server.pid, "--json").wait_attached()


def requests_of(tracer):
    return [event for event in tracer.events() if event["type"] == "request"]


def counted(requests):
    """The number of requests with each outcome."""
    return {name: sum(event["outcome"] == name for event in requests)
            for name in sorted({event["outcome"] for event in requests})}


# --- each way to end -------------------------------------------------------------------


def test_ways(scope, release):
    """each way to end over HTTP/1, HTTPS, HTTP/2 and h2c (if supported): reported exactly once, with every key
    correct"""
    server, tracer = start(scope, release)
    told = ways.perform_all(release, server, tracer)
    tracer.interrupt()
    check_equal(len(requests_of(tracer)), told, "requests")
    check_equal(tracer.stderr.all()[-1], f"gohttpsnoop: {told} events, 0 lost, 1 target".encode(), "summary")


@dataclasses.dataclass(frozen=True)
class Body:
    """What a handler writes, and the response_bytes to report over HTTP/1 and HTTP/2."""

    http1: int  # None: reported as null
    http2: int
    do: tuple
    length: int = None
    status: int = None

    @property
    def target(self):
        pairs = [(name, value) for name, value in (("length", self.length), ("status", self.status)) if value is not None]
        return f"/writes?{urllib.parse.urlencode([*pairs, *(('do', what) for what in self.do)])}"


BODIES = (
    # net/http accepts the whole body.
    Body(3000, 3000, ("w1000", "s1000", "c1000")),
    Body(3000, 3000, ("w1000", "s1000", "f1000"), length=3000),
    Body(4, 4, ("w4", "flush"), length=4),
    # net/http rejects a whole write that goes beyond the declared length; over HTTP/2 only after the length was sent.
    Body(0, 3000, ("w1000", "w1000", "w1000"), length=10),
    Body(0, 30, ("s30",), length=10),
    Body(4, 34, ("w4", "w30"), length=10),
    Body(4, 39, ("w4", "w30", "s5"), length=10),
    Body(10, 40, ("w10", "c30"), length=10),
    Body(0, 3000, ("f3000",), length=10),
    Body(0, 1, ("w1",), length=0),
    # Bytes that were accepted earlier have already left the buffer.
    Body(None, None, ("w4", "flush", "w30"), length=10),
    Body(None, None, ("w3000", "flush", "w3000"), length=5000),
    # Responses with these statuses have no body.
    Body(0, 0, ("w1000", "s1000"), status=204),
    Body(0, 0, ("w1000", "c1000"), status=304),
    Body(0, 0, ("w1000", "f1000"), status=304, length=10),
)


def perform_body(server, transport, body, method):
    """Returns how many bytes the server accepted."""
    with transport.connect(server) as connection:
        if transport.version == 2:
            connection.request(method, body.target)
        else:
            connection.send(request_bytes(method, body.target.encode(), connection.host, headers=["Connection: close"]))
            connection.stream.read()
    return int(get(server.addresses["http"], "/accepted").body)


def test_refused_bodies(scope, release):
    """bodies that net/http rejects partly or completely: the reported size is what it accepted, or null"""
    server, tracer = start(scope, release)
    told = 0
    for transport in ways.transports_of(release):
        for body in BODIES:
            for method in ("GET", "HEAD"):
                accepted = perform_body(server, transport, body, method)
                told += 2
                event = tracer.wait_types(told, "request")[-2]
                wanted = body.http1 if transport.version == 1 else body.http2
                subject = f"{method} {body.target} over {transport.name}, Go {release}, of which {accepted} were taken"
                check_equal(event["response_bytes"], wanted, subject)
                check(wanted in (None, accepted), f"what is expected is wrong: {subject}")
    tracer.interrupt()


def test_kept_alive(scope, release):
    """23 requests on one connection, then 23 in one write: each is reported once, in order"""
    server, tracer = start(scope, release)
    with Connection(server.addresses["http"]) as connection:
        for number in range(23):
            check_equal(connection.get(f"/ok?kept={number}").status, 200, "status")
        connection.send(b"".join(request_bytes("GET", b"/ok?piped=%d" % number, connection.host)
                                 for number in range(23)))
        for _ in range(23):
            check_equal(connection.read_response().body, b"ok\n", "body")
    tracer.interrupt()
    requests = requests_of(tracer)
    check_equal([event["query"] for event in requests],
                [f"{kind}={number}" for kind in ("kept", "piped") for number in range(23)], "queries")
    check_equal({(event["outcome"], event["status"], event["response_bytes"]) for event in requests},
                {("ok", 200, 3)}, "what is said of them")
    check_equal(len({event["goid"] for event in requests}), 1, "goroutines")


def test_pipelined_panic(scope, release):
    """pipelined requests after one that panics: they were never read, and are not reported"""
    server, tracer = start(scope, release)
    with Connection(server.addresses["http"]) as connection:
        connection.send(b"".join(request_bytes("GET", path, connection.host) for path in (b"/ok", b"/panic", b"/ok")))
        check_equal(connection.read_response().status, 200, "status of the first")
        check_equal(connection.stream.read(), b"", "what follows")
    tracer.interrupt()
    check_equal([(event["path"], event["outcome"], event["status"]) for event in requests_of(tracer)],
                [("/ok", "ok", 200), ("/panic", "panic", None)], "requests")


# --- requests in parallel --------------------------------------------------------------


@contextlib.contextmanager
def waiting_requests(server, count):
    """Starts `count` requests over each transport whose handlers wait; every other handler will panic."""
    with contextlib.ExitStack() as stack:
        for transport in ways.transports_of(server.release):
            shared = stack.enter_context(transport.connect(server)) if transport.version == 2 else None
            for number in range(count):
                path = "/wait?panic" if number % 2 else "/wait?go"
                if shared:
                    shared.wait_body(shared.open("GET", path), len(b"begun\n"))
                    continue
                connection = stack.enter_context(transport.connect(server))
                connection.send(request_bytes("GET", path.encode(), connection.host))
                connection.read_head()
                check_equal(connection.read_chunk(), b"begun\n", "what the handler sent first")
        yield count * len(ways.transports_of(server.release))


def open_gate(server):
    with Connection(server.addresses["http"]) as connection:
        check_equal(connection.get("/open").status, 200, "status of /open")


def test_at_once(scope, release):
    """handlers that end at the same time, half of them by a panic: each has its own outcome"""
    server, tracer = start(scope, release)
    with waiting_requests(server, 10) as count:
        open_gate(server)
        tracer.wait_types(count + 1, "request")
    tracer.interrupt()
    requests = [event for event in requests_of(tracer) if event["path"] == "/wait"]
    check_equal(counted(requests), {"ok": count // 2, "panic": count // 2}, "outcomes")
    for event in requests:
        expected = ("panic", None, None) if event["query"] == "panic" else ("ok", 200, 12)
        check_equal((event["outcome"], event["status"], event.get("response_bytes")), expected, f"ends of {event}")


def test_killed(scope, release):
    """a server killed with open requests: each gets the outcome exited, over each transport, before the detach event"""
    server, tracer = start(scope, release)
    with waiting_requests(server, 3) as count:
        server.signal(signal.SIGKILL)
        tracer.wait_end()
    attach, *requests, detach = tracer.events()
    check_equal((attach["type"], detach["type"]), ("attach", "detach"), "the first and the last line")
    check_equal(len(requests), count, "requests")
    for event in requests:
        check_equal((event["type"], event["path"], event["outcome"], event["status"]),
                    ("request", "/wait", "exited", None), "an open request")
        check(not {"duration_ns", "response_bytes"} & set(event), f"it tells of an end: {event}")


def test_attached_late(scope, release):
    """requests that began before the tool attached: not reported; later requests on their connections are"""
    server = Server(scope, release, program="ends")
    with waiting_requests(server, 4), Http2Connection(server.addresses["https"], tls=True) as second, \
            Connection(server.addresses["http"]) as first:
        first.send(request_bytes("GET", b"/wait", first.host))
        first.read_head()
        stream = second.open("GET", "/wait")
        second.wait_begun(stream)
        tracer = Tracer(scope, "--pid", server.pid, "--json").wait_attached()
        open_gate(server)
        check_equal(first.read_body({"transfer-encoding": "chunked"}), b"begun\nended\n", "body")
        check_equal(second.wait(stream).body, b"begun\nended\n", "body")
        first.get("/ok?after")
        second.request("GET", "/ok?after")
    tracer.interrupt()
    check_equal([(event["path"], event.get("query"), event["protocol"], event["outcome"], event["status"])
                 for event in requests_of(tracer)],
                [("/open", None, "HTTP/1.1", "ok", 200), ("/ok", "after", "HTTP/1.1", "ok", 200),
                 ("/ok", "after", "HTTP/2.0", "ok", 200)], "requests")


def test_left_open(scope, release):
    """requests in flight when the tool ends: reported as open, oldest first, and not counted as lost"""
    server, tracer = start(scope, release)
    with waiting_requests(server, 2) as count:
        tracer.interrupt()
        open_gate(server)
    requests = requests_of(tracer)
    check_equal(counted(requests), {"open": count}, "outcomes")
    check_equal([event["time"] for event in requests], sorted(event["time"] for event in requests), "order")
    for event in requests:
        check_equal((event["method"], event["path"], event["status"]), ("GET", "/wait", None), "an open request")
        check(not {"duration_ns", "response_bytes"} & set(event), f"it tells of an end: {event}")
    check_equal(tracer.stderr.all()[-1], f"gohttpsnoop: {count} events, 0 lost, 1 target".encode(), "summary")


def test_open_ends_with_duration(scope, release):
    """open requests at the end of a run: reported after --duration, also in the table, but not after --count"""
    server = Server(scope, release, program="ends")
    for options, told in ((("--json", "--duration", "1s"), 1), (("--json", "--count", 1), 0), (("--duration", "1s"), 1)):
        tracer = Tracer(scope, "--pid", server.pid, *options).wait_attached()
        with Connection(server.addresses["http"]) as connection:
            connection.send(request_bytes("GET", b"/gone", connection.host))
            connection.read_head()
            get(server.addresses["http"], "/ok")
            tracer.wait_end()
        if "--json" in options:
            check_equal([event["path"] for event in requests_of(tracer)], ["/ok", "/gone"][:1 + told], f"{options}")
        else:
            check([b"open", b"/gone"] == [tracer.stdout.all()[-1].split()[at] for at in (3, -1)],
                  f"the last row is {tracer.stdout.all()[-1]!r}")


AGE = re.compile(r"pid (\d+) \((.*)\): open for (\d+\.\d{3}) s: (.*)")


def test_open_listed(scope, release):
    """SIGUSR1: open requests and calls are listed with process, age, and method and path or function"""
    server = Server(scope, release, program="ends")
    for options, shown in (((), "GET /gone"), (("main.gone", "--latency"), "main.gone")):
        tracer = Tracer(scope, "--pid", server.pid, *options).wait_attached()
        begin = time.monotonic()
        with Connection(server.addresses["http"]) as connection:
            connection.send(request_bytes("GET", b"/gone?query", connection.host))
            connection.read_head()
            # The tool receives the start of the request within some milliseconds.
            time.sleep(0.2)
            tracer.process.send_signal(signal.SIGUSR1)
            tracer.stderr.wait(lambda lines: any(b"open for" in line for line in lines), "does not list what is open")
        longest = time.monotonic() - begin
        tracer.interrupt()
        text = tracer.stderr.text().decode()
        check("open requests 1," in text, f"counters: {text!r}")
        (found,) = AGE.findall(text)
        check_equal((int(found[0]), found[1], found[3]), (server.pid, str(server.exe), shown), "what is open")
        check(0.1 < float(found[2]) <= longest + events.CLOCK_SLACK, f"age {found[2]}, of at most {longest}")


# --- many panics -----------------------------------------------------------------------


def panic_once(address, data):
    """Sends a request whose handler panics, which ends the connection. The client resets it, so that its port is
    free at once."""
    with socket.create_connection(address, timeout=30) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(data)
        check_equal(connection.recv(1), b"", "the answer of a handler that panics")


def panic_http1(server, count):
    address = server.addresses["http"]
    data = request_bytes("GET", b"/abort", "panics")
    for _ in range(count):
        panic_once(address, data)


def panic_http2(server, count, batch=50):
    """Streams of one connection, which the server resets one by one; after 1000 streams a new connection."""
    for first in range(0, count, 1000):
        with Http2Connection(server.addresses["https"], tls=True) as connection:
            for begin in range(first, min(count, first + 1000), batch):
                numbers = [connection.open("GET", "/abort") for _ in range(min(batch, count - begin))]
                for number in numbers:
                    check(connection.wait(number).reset is not None, "a handler that panics answered")


def panic_many(server, count):
    """Causes `count` panics, half of them over either protocol."""
    panic_http2(server, count // 2)
    panic_http1(server, count - count // 2)


def count_requests(path):
    with open(path, "rb") as lines:
        return events.count_requests(lines)


def test_panics(scope, release):
    """tens of thousands of panics: one event each, memory does not grow, and no request stays open"""
    server = Server(scope, release, program="ends")
    output = scope.folder / "events"
    with output.open("wb") as stdout:
        tracer = Tracer(scope, "--pid", server.pid, "--json", stdout=stdout).wait_attached()
    warm = PANICS // 10
    panic_many(server, warm)
    wait_until(lambda: count_requests(output) >= warm, f"{warm} panics are reported")
    before = holdings(tracer.process.pid).resident
    panic_many(server, PANICS - warm)
    wait_until(lambda: count_requests(output) >= PANICS, f"{PANICS} panics are reported", limit=STORM_LIMIT)
    after = holdings(tracer.process.pid).resident
    server.signal(signal.SIGKILL)  # requests that are still open would now be reported as exited
    tracer.wait_end()
    attach, *requests, detach = [events.parse(line) for line in output.read_bytes().splitlines()]
    print(f"requests {PANICS}, events {len(requests)}, lost {PANICS - len(requests)}; "
          f"RSS {before} kB before, {after} kB after")
    check_equal(counted(requests), {"panic": PANICS}, "outcomes")
    check_equal((attach["type"], detach["type"]), ("attach", "detach"), "the first and the last line")
    check_equal({event["status"] for event in requests}, {None}, "statuses")
    check(after - before < RSS_SLACK, f"resident memory grew from {before} to {after} kB")


if __name__ == "__main__":
    main([*((test, release) for release in all_releases()
            for test in (test_ways, test_refused_bodies, test_kept_alive, test_pipelined_panic, test_at_once, test_killed,
                         test_attached_late, test_left_open, test_open_ends_with_duration, test_open_listed)),
          *((test_panics, release) for release in sorted(releases(), key=release_number)[-1:])])
