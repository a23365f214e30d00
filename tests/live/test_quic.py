#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Requests served by quic-go over HTTP/3, alone and beside net/http: each is reported once, with all keys."""

import json
import re
import subprocess
import sys
import time

import events
from client import get
from harness import SKIPPED, check, check_equal, main
from lines import Lines
from servers import Server, build, cells_with, library
from tracer import Tracer

PACKAGE = "golang-github-lucas-clemente-quic-go-dev"
CELLS = (("bookworm", "1.19"), ("trixie", "1.24"), ("trixie-backports", "1.27"), ("sid", "1.27"))
# Up to 0.36, quic-go counted no bytes of responses, stored undeclared lengths as 0, answered panics with 500, and let
# handlers take streams in a way that is not traced.
OLD_SUITES = ("bookworm",)

VARIANTS = ("plain", "stripped")

UNKNOWN = None
HIDDEN = True

# Method, target, size of the body, whether that is undeclared; status, response_bytes, and the size that clients get.
WAYS = (
    ("GET", "/", 0, False, 200, 4, 4),
    ("GET", "/items/7?currency=EUR&n=%20", 0, False, 200, 4, 4),
    ("POST", "/a%20b", 5, False, 200, 4, 4),
    ("PUT", "/status/201", 3000, False, 201, 4, 4),
    ("PATCH", "/stream", 100_000, HIDDEN, 200, 4, 4),
    ("DELETE", "/status/500?", 0, False, 500, 4, 4),
    ("HEAD", "/status/404", 0, False, 404, 4, 0),
    ("GET", "/status/204", 0, False, 204, 0, 0),
    ("GET", "/status/304", 0, False, 304, 0, 0),
    ("PURGE", "/slow", 0, False, 200, 4, 4),
    ("GET", "/nothing", 0, False, 200, 0, 0),
    ("GET", "/size/0", 0, False, 200, 0, 0),
    ("GET", "/size/100000", 0, False, 200, 100_000, 100_000),
    ("GET", "/declared/9", 0, False, 200, UNKNOWN, 9),
    ("GET", "/flush/5000", 0, False, 200, 5000, 5000),
    ("GET", "/early", 0, False, 200, 4, 4),
    ("OPTIONS", "/status/418", 1, False, 418, 4, 4),
    ("POST", "/status/202", 0, False, 202, 4, 4),
    ("POST", "/status/503", 1_000_000, False, 503, 4, 4),
    ("GET", "/status/299", 0, False, 299, 4, 4),
    ("REPORT", "/nothing?a&b", 7, False, 200, 0, 0),
    ("GET", "/size/4095", 0, False, 200, 4095, 4095),
    ("GET", "/last", 0, False, 200, 4, 4),
)

SLOWNESS_NS = 30_000_000
PANICS = ("/panic", "/panic/error", "/panic/late", "/abort")

REMOTE = events.Rule("an address of 127.0.0.1", re.compile(r"127\.0\.0\.1:[0-9]+").fullmatch)


class Client:
    """A running tests/go/h3 that sends requests over one connection."""

    def __init__(self, scope, server):
        self.url = "https://{}:{}".format(*server.addresses["h3"])
        self.process = subprocess.Popen([server.exe, "client"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        scope.callback(self.kill)
        self.answers = Lines(self.process.stdout, "the client")
        self.orders = 0

    def order(self, **order):
        """Has the client send what the order says; returns its answer."""
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()
        self.orders += 1
        self.answers.wait(lambda lines: len(lines) >= self.orders, f"gave no answer to {order}")
        return json.loads(self.answers.all()[-1])

    def send(self, method, target, body=0, hidden=False, value="", times=0):
        """Sends a request, or several at once; returns the status, and the size of the body."""
        answer = self.order(method=method, url=self.url + target, body=body, hidden=hidden, value=value, times=times)
        return answer["status"], answer["bytes"]

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()


def start(scope, cell, variant, *arguments):
    suite, release = cell
    binary = build("h3", release, variant, gopath=library(suite, PACKAGE))
    server = Server(scope, release, binary=Server.copy(scope, binary, "h3"))
    tracer = Tracer(scope, "--pid", server.pid, "--json", *arguments).wait_attached()
    return server, Client(scope, server), tracer


def declared(cell, body, hidden=False):
    """The expected request_bytes. A client that sends no body declares nothing."""
    known = body and not hidden
    if cell[0] in OLD_SUITES:
        return body if known else UNKNOWN
    return body if known else events.ABSENT


def wanted(server, cell, since, method, target, outcome="ok", status=None, request_bytes=events.ABSENT,
           response_bytes=events.ABSENT, least_ns=1):
    """The expected event of a request."""
    path, _, query = target.partition("?")
    if cell[0] in OLD_SUITES and outcome == "ok":
        response_bytes = UNKNOWN
    return events.request_event(
        server, events.time_between(since, time.time()), method=method, path=path.replace("%20", " "), query=query,
        route=events.Perhaps("/"),  # by the probe on demand
        host="{}:{}".format(*server.addresses["h3"]), protocol="HTTP/3.0", library="quic-go", scheme="https",
        remote=REMOTE, status=status, duration_ns=events.integer_between(least_ns, 10**12),
        request_bytes=request_bytes, response_bytes=response_bytes, outcome=outcome)


def finish(tracer, count):
    """Waits for `count` requests and ends the tool. Returns them in the order in which they began."""
    tracer.wait_types(count, "request")
    tracer.interrupt()
    tracer.check_quiet()
    check("unseen" not in tracer.events()[0], f"something is said to be unseen: {tracer.events()[0]}")
    found = [event for event in tracer.events() if event["type"] in ("request", "lost")]
    check_equal([event["type"] for event in found], ["request"] * count, "types of events")
    return sorted(found, key=lambda event: event["time"])


def compare_all(found, expected):
    check_equal(len(found), len(expected), "events")
    for event, members in zip(found, expected):
        events.compare(event, members)


def test_requests(scope, cell, variant):
    """23 requests of many methods, statuses and sizes over one connection: each is reported correctly"""
    server, client, tracer = start(scope, cell, variant)
    since, expected = time.time(), []
    check_equal(len(WAYS), 23, "requests to send")
    for method, target, body, hidden, status, response_bytes, size in WAYS:
        got = client.send(method, target, body, hidden)
        # Old releases take interim statuses for the answer, and neither drop bodies nor check declared sizes.
        if cell[0] not in OLD_SUITES:
            check_equal(got, (status, size), f"what the client of {target} got")
        expected.append(wanted(server, cell, since, method, target, status=status,
                               request_bytes=declared(cell, body, hidden), response_bytes=response_bytes,
                               least_ns=SLOWNESS_NS if target == "/slow" else 1))
    compare_all(finish(tracer, len(WAYS)), expected)


def test_panics(scope, cell, variant):
    """handlers that panic, before and after a part of the answer: each is a panic; requests between them are ok"""
    server, client, tracer = start(scope, cell, variant)
    since, expected = time.time(), []
    for target in PANICS:
        client.send("GET", target)
        expected.append(wanted(server, cell, since, "GET", target, "panic", request_bytes=declared(cell, 0)))
        check_equal(client.send("GET", "/between"), (200, 4), "what the client got after a panic")
        expected.append(wanted(server, cell, since, "GET", "/between", status=200, request_bytes=declared(cell, 0),
                               response_bytes=4))
    compare_all(finish(tracer, len(expected)), expected)


def test_taken_stream(scope, cell, variant):
    """a handler that takes the stream over: hijacked; with old releases ok, without a status"""
    server, client, tracer = start(scope, cell, variant)
    since = time.time()
    client.send("GET", "/hijack")
    check_equal(client.send("GET", "/after"), (200, 4), "what the client got")
    compare_all(finish(tracer, 2), [
        wanted(server, cell, since, "GET", "/hijack", "ok" if cell[0] in OLD_SUITES else "hijacked",
               request_bytes=declared(cell, 0)),
        wanted(server, cell, since, "GET", "/after", status=200, request_bytes=declared(cell, 0), response_bytes=4)])


def test_at_once(scope, cell, variant):
    """hundreds of requests at once over one connection: as many are reported, or counted as lost"""
    server, client, tracer = start(scope, cell, variant)
    check_equal(client.send("GET", "/many", times=230), (200, 920), "what the client got")
    check_equal(client.send("GET", "/slow", times=23), (200, 92), "what the client got")
    # The end of the last request precedes its answer, so its record is in the ring already.
    tracer.interrupt()
    found = tracer.events()
    requests = [event for event in found if event["type"] == "request"]
    lost = sum(event["count"] for event in found if event["type"] == "lost")
    check_equal(len(requests) + lost, 253, "requests and losses")
    check_equal({(event["outcome"], event["status"]) for event in requests}, {("ok", 200)}, "ends")
    check_equal(len({event["path"] for event in requests}), len(requests), "paths")


def test_captures(scope, cell, variant):
    """headers and values of requests: they are captured"""
    _, client, tracer = start(scope, cell, variant, "--header", "x-value", "--capture", "uri=req.RequestURI")
    for value in ("one", "two"):
        client.send("GET", f"/some?of={value}", value=value)
    found = [(event.get("request_headers"), event.get("captures")) for event in finish(tracer, 2)]
    check_equal(found, [({"X-Value": value}, {"uri": f"/some?of={value}"}) for value in ("one", "two")], "captures")


def test_beside_net_http(scope, cell, variant):
    """quic-go and net/http in one process: both are traced"""
    server, client, tracer = start(scope, cell, variant)
    for _ in range(23):
        check_equal(client.send("GET", "/status/202")[0], 202, "status over HTTP/3")
        check_equal(get(server.addresses["http"], "/status/404").status, 404, "status over HTTP/1.1")
    found = [(event["library"], event["protocol"], event["scheme"], event["status"]) for event in finish(tracer, 46)]
    check_equal(found, [("quic-go", "HTTP/3.0", "https", 202), ("net/http", "HTTP/1.1", "http", 404)] * 23, "requests")


if __name__ == "__main__":
    cells = cells_with(CELLS, PACKAGE)
    if not cells:
        print("skipped: neither a toolchain nor quic-go can be had")
        sys.exit(SKIPPED)
    main([(test, cell, variant) for cell in cells for variant in VARIANTS
          for test in (test_requests, test_panics, test_taken_stream, test_at_once, test_captures,
                       test_beside_net_http)])
