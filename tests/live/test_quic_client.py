#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Requests that a program makes by quic-go over HTTP/3: each is reported once, by a transport or by a connection."""

import os
import sys
import time

import events
import test_quic
from harness import SKIPPED, check, check_equal, main
from servers import Server, build, cells_with, library
from tracer import Tracer

# The client sends http.NoBody where there is none, which cannot be told from a body of undeclared size.
UNDECLARED = events.ABSENT

# Method, target, the size of the body, whether that is undeclared, and what the event shows: path, query, status,
# request_bytes.
REQUESTS = (
    ("GET", "/", 0, False, "/", "", 200, UNDECLARED),
    ("GET", "/items/7?currency=EUR&n=%20", 0, False, "/items/7", "currency=EUR&n=%20", 200, UNDECLARED),
    ("POST", "/a%20b", 5, False, "/a b", "", 200, 5),
    ("PUT", "/status/201", 3000, False, "/status/201", "", 201, 3000),
    ("PATCH", "/stream", 100_000, True, "/stream", "", 200, UNDECLARED),
    ("DELETE", "/status/500?", 0, False, "/status/500", "", 500, UNDECLARED),
    ("HEAD", "/status/404", 0, False, "/status/404", "", 404, UNDECLARED),
    ("GET", "/status/204", 0, False, "/status/204", "", 204, UNDECLARED),
    ("GET", "/status/304", 0, False, "/status/304", "", 304, UNDECLARED),
    ("PURGE", "/slow", 0, False, "/slow", "", 200, UNDECLARED),
    ("", "/no/method", 0, False, "/no/method", "", 200, UNDECLARED),
    ("GET", "/find?token=hunter2", 0, False, "/find", "token=<redacted>", 200, UNDECLARED),
    ("GET", "/size/100000", 0, False, "/size/100000", "", 200, UNDECLARED),
    ("GET", "/status/418", 0, False, "/status/418", "", 418, UNDECLARED),
    ("POST", "/status/503", 1_000_000, False, "/status/503", "", 503, 1_000_000),
    ("GET", "/flush/5000", 0, False, "/flush/5000", "", 200, UNDECLARED),
    ("OPTIONS", "/nothing", 1, False, "/nothing", "", 200, 1),
    ("GET", "/status/299", 0, False, "/status/299", "", 299, UNDECLARED),
    ("REPORT", "/nothing?a&b", 7, False, "/nothing", "a&b", 200, 7),
    ("GET", "/size/0", 0, False, "/size/0", "", 200, UNDECLARED),
    ("GET", "/declared/9", 0, False, "/declared/9", "", 200, UNDECLARED),
    ("GET", "/status/202", 0, False, "/status/202", "", 202, UNDECLARED),
    ("GET", "/last", 0, False, "/last", "", 200, UNDECLARED),
)
SLOWNESS_NS = 30_000_000
PATIENCE_MS = 10
MAIN = 1  # the goroutine that makes the requests
REPORTED = ("client", "request", "lost")


class Caller(test_quic.Client):
    """The client of tests/go/h3, as a process to trace."""

    def __init__(self, scope, server):
        super().__init__(scope, server)
        self.pid, self.exe = self.process.pid, server.exe
        self.comm = events.shown(os.fsencode(self.exe.name)[:15])
        self.host = self.url.removeprefix("https://")


def start(scope, cell, variant, *options):
    suite, release = cell
    binary = build("h3", release, variant, gopath=library(suite, test_quic.PACKAGE))
    server = Server(scope, release, binary=Server.copy(scope, binary, "h3"))
    caller = Caller(scope, server)
    return caller, Tracer(scope, "--pid", caller.pid, "--json", "--side", "client", *options).wait_attached()


def finish(tracer, count):
    tracer.wait_types(count, "client")
    tracer.interrupt()
    found = [event for event in tracer.events() if event["type"] in REPORTED]
    check_equal([event["type"] for event in found], ["client"] * count, "types of events")
    return sorted(found, key=lambda event: event["time"])


def compare_all(caller, found, since, wanted):
    for event, (method, _, _, _, path, query, status, request_bytes) in zip(found, wanted):
        least_ns = SLOWNESS_NS if path == "/slow" else 1
        events.compare(event, events.client_event(
            caller, events.time_between(since, time.time()), goid=MAIN, method=method or "GET", path=path, query=query,
            host=caller.host, status=status, protocol="HTTP/3.0", scheme="https", library="quic-go",
            request_bytes=request_bytes, duration_ns=events.integer_between(least_ns, 10**12)))


def test_requests(scope, cell, variant):
    """23 requests by a transport: each is reported once, with every key"""
    caller, tracer = start(scope, cell, variant)
    since = time.time()
    check_equal(len(REQUESTS), 23, "requests to make")
    for method, target, body, hidden, _, _, status, _ in REQUESTS:
        check_equal(caller.send(method, target, body, hidden)[0], status, f"status of {target}")
    compare_all(caller, finish(tracer, len(REQUESTS)), since, REQUESTS)


def test_direct(scope, cell, variant):
    """requests by connections of their own, without a transport: each is reported once"""
    caller, tracer = start(scope, cell, variant)
    since = time.time()
    for method, target, body, hidden, _, _, status, _ in REQUESTS:
        got = caller.order(method=method, url=caller.url + target, body=body, hidden=hidden, direct=True)
        check_equal(got["status"], status, f"status of {target}")
    compare_all(caller, finish(tracer, len(REQUESTS)), since, REQUESTS)


def test_errors(scope, cell, variant):
    """requests that return an error: given up while they wait, of another scheme, and by a handler that panics"""
    caller, tracer = start(scope, cell, variant)
    ways = (("/slow", {"patience_ms": PATIENCE_MS}), ("/panic", {}), ("/", {"scheme": "http"}))
    check_equal(caller.send("GET", "/")[0], 200, "status")
    for target, options in ways:
        scheme = options.pop("scheme", "https")
        got = caller.order(method="GET", url=f"{scheme}://{caller.host}{target}", **options)
        # Releases of old answered a panic with 500.
        check(got["status"] in (0, 500), f"{target} returned {got}")
    check_equal(caller.send("GET", "/last")[0], 200, "status")
    found = finish(tracer, len(ways) + 2)
    check_equal([(event["path"], event["outcome"]) for event in found if event["path"] != "/panic"],
                [("/", "ok"), ("/slow", "error"), ("/", "error"), ("/last", "ok")], "outcomes")
    for event in found:
        check_equal("error" in event, event["outcome"] == "error", f"error of {event}")
        check_equal(event["status"] is None, event["outcome"] == "error", f"status of {event}")


def test_at_once(scope, cell, variant):
    """hundreds of requests at once: as many are reported, or counted as lost"""
    caller, tracer = start(scope, cell, variant)
    check_equal(caller.send("GET", "/many", times=230), (200, 920), "what the client got")
    tracer.interrupt()
    found = tracer.events()
    made = [event for event in found if event["type"] == "client"]
    lost = sum(event["count"] for event in found if event["type"] == "lost")
    check_equal(len(made) + lost, 230, "requests and losses")
    check_equal({(event["outcome"], event["status"], event["protocol"]) for event in made}, {("ok", 200, "HTTP/3.0")}, "ends")
    check_equal(len({event["path"] for event in made}), len(made), "paths")


if __name__ == "__main__":
    cells = cells_with(test_quic.CELLS, test_quic.PACKAGE)
    if not cells:
        print("skipped: neither a toolchain nor quic-go can be had")
        sys.exit(SKIPPED)
    main([(test, cell, variant) for cell in cells for variant in test_quic.VARIANTS
          for test in (test_requests, test_direct, test_errors, test_at_once)])
