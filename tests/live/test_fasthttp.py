#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Requests served by github.com/valyala/fasthttp, alone and beside net/http: each is reported once."""

import contextlib

from client import Connection, get, request_bytes
from harness import check, check_equal, main
from servers import Server, build, cells_with, library
from tracer import Tracer

PACKAGE = "golang-github-valyala-fasthttp-dev"
CELLS = (("bookworm", "1.19"), ("trixie", "1.24"), ("sid", "1.27"))
FIBER = "golang-github-gofiber-fiber-v2-dev"
FIBER_CELLS = (("sid", "1.27"),)

VARIANTS = ("plain", "stripped")

# Method, target, body, version, and the expected path, query, status, request_bytes and response_bytes.
WAYS = (
    ("GET", b"/", b"", "1.1", ("/", None, 200, 0, 4)),
    ("GET", b"/items/7?currency=EUR&n=%20", b"", "1.1", ("/items/7", "currency=EUR&n=%20", 200, 0, 4)),
    ("POST", b"/a%20b", b"hello", "1.1", ("/a b", None, 200, 5, 4)),
    ("PUT", b"/status/201", b"x" * 3000, "1.1", ("/status/201", None, 201, 3000, 4)),
    ("HEAD", b"/status/404", b"", "1.1", ("/status/404", None, 404, 0, 4)),
    ("DELETE", b"/status/500?", b"", "1.1", ("/status/500", None, 500, 0, 4)),
    ("GET", b"/status/204", b"", "1.1", ("/status/204", None, 204, 0, 0)),
    ("PURGE", b"/slow", b"", "1.1", ("/slow", None, 200, 0, 4)),
    ("GET", b"/nothing", b"", "1.1", ("/nothing", None, 200, 0, 0)),
    ("GET", b"/kept", b"", "1.1", ("/kept", None, 200, 0, 19)),
    ("GET", b"/stream", b"", "1.1", ("/stream", None, 200, 0, None)),
    ("GET", b"/stream/7", b"", "1.1", ("/stream/7", None, 200, 0, 7)),
    ("GET", b"/late?x=1", b"", "1.1", ("/late", "x=1", 503, 0, 4)),
)
SHOWN = ("method", "path", "query", "status", "protocol", "scheme", "host", "request_bytes", "response_bytes", "remote",
         "outcome")


def start(scope, cell, variant="plain", environment=None):
    suite, release = cell
    binary = build("fast", release, variant, gopath=library(suite, PACKAGE))
    server = Server(scope, release, binary=Server.copy(scope, binary, "fast"), environment=environment)
    return server, Tracer(scope, "--pid", server.pid, "--json").wait_attached()


def wanted(method, way, version, connection):
    path, query, status, size, response_size = way
    event = {"method": method, "path": path, "query": query, "status": status, "protocol": f"HTTP/{version}",
             "scheme": "http", "host": connection.host, "request_bytes": size, "response_bytes": response_size,
             "remote": connection.remote,
             "outcome": "ok"}
    return {key: value for key, value in event.items() if value is not None or key == "response_bytes"}


def shown(event):
    return {key: event[key] for key in SHOWN if key in event}


def send_all(server, count):
    """Sends `count` requests and opens a new connection when the server closes one; returns the expected events."""
    expected, connection = [], Connection(server.addresses["http"])
    for number in range(count):
        method, target, body, version, way = WAYS[number % len(WAYS)]
        answer = connection.request(method, target, body, version=version)
        check_equal(answer.status, way[2], "status that the client got")
        expected.append(wanted(method, way, version, connection))
        if answer.headers.get("connection") == "close":
            connection.close()
            connection = Connection(server.addresses["http"])
    connection.close()
    return expected


def test_requests(scope, cell, variant):
    """23 requests of many methods, statuses and sizes over kept connections: each is reported correctly"""
    server, tracer = start(scope, cell, variant)
    expected = send_all(server, 23)
    found = tracer.wait_types(23, "request")
    tracer.interrupt()
    check_equal([shown(event) for event in found], expected, "requests")
    check(all(event["duration_ns"] >= (30_000_000 if event["path"] == "/slow" else 0) for event in found), "too short")
    check_equal(len([event for event in tracer.events() if event["type"] in ("request", "lost")]), 23, "events")


def test_refused(scope, cell, variant):
    """an unparsable request: not reported, also after a valid one on its connection; an HTTP/1.0 request: reported"""
    server, tracer = start(scope, cell, variant)
    with contextlib.closing(Connection(server.addresses["http"])) as connection:
        check_equal(connection.get("/first").status, 200, "status")
        connection.send(b"nonsense\r\n\r\n")
        check(connection.read_response().status >= 400, "nonsense is taken")
    with contextlib.closing(Connection(server.addresses["http"])) as connection:
        connection.send(request_bytes("GET", b"/old", connection.host, version="1.0"))
        check_equal(connection.read_response().status, 200, "status")
    found = tracer.wait_types(2, "request")
    tracer.interrupt()
    check_equal([(event["path"], event["protocol"]) for event in found], [("/first", "HTTP/1.1"), ("/old", "HTTP/1.0")],
                "requests")


def test_beside_net_http(scope, cell, variant):
    """fasthttp and net/http in one process: both are traced, and no server is reported as unseen"""
    server, tracer = start(scope, cell, variant, environment={"BOTH": "1"})
    for _ in range(23):
        check_equal(get(server.addresses["http"], "/status/202").status, 202, "status of fasthttp")
        check_equal(get(server.addresses["std"], "/std?q=1").status, 404, "status of net/http")
    found = tracer.wait_types(46, "request")
    tracer.interrupt()
    check_equal(sorted((event["path"], event["status"], event.get("query")) for event in found),
                [("/status/202", 202, None)] * 23 + [("/std", 404, "q=1")] * 23, "requests")
    check("unseen" not in tracer.events()[0], "something is said to be unseen")


def test_fiber(scope, cell, variant):
    """23 requests of a server of fiber, which is fasthttp's: each is reported correctly"""
    suite, release = cell
    binary = build("fiber", release, variant, gopath=library(suite, FIBER))
    server = Server(scope, release, binary=Server.copy(scope, binary, "fiber"))
    tracer = Tracer(scope, "--pid", server.pid, "--json").wait_attached()
    targets = ("/status/200", "/status/404?a=1", "/slow", "/any", "/status/503")
    expected = []
    with Connection(server.addresses["http"]) as connection:
        for number in range(23):
            target = targets[number % len(targets)]
            path, _, query = target.partition("?")
            status = int(path[8:]) if path.startswith("/status/") else 200
            check_equal(connection.get(target).status, status, "status that the client got")
            expected.append(wanted("GET", (path, query or None, status, 0, 4), "1.1", connection))
    found = tracer.wait_types(23, "request")
    tracer.interrupt()
    check_equal([shown(event) for event in found], expected, "requests")
    check_equal({event["library"] for event in found}, {"fasthttp"}, "libraries")


if __name__ == "__main__":
    main([(test, cell, variant) for cell in cells_with(CELLS, PACKAGE) for variant in VARIANTS
          for test in (test_requests, test_refused, test_beside_net_http)] +
         [(test_fiber, cell, variant) for cell in cells_with(FIBER_CELLS, FIBER) for variant in VARIANTS])
