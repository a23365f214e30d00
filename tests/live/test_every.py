#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One service that serves by every library side by side: each request is reported once, with its own library."""

import itertools
import re
import sys
import time
import types

import test_grpc
import test_quic
from client import Connection
from harness import SKIPPED, Skip, check, check_equal, main
from http2 import Http2Connection
from servers import Server, build, library, toolchain
from tracer import Tracer

COUNT = 23
FASTHTTP, X_NET = "golang-github-valyala-fasthttp-dev", "golang-golang-x-net-dev"
PACKAGES = (FASTHTTP, X_NET, test_grpc.PACKAGE, test_quic.PACKAGE)
CELLS = (("bookworm", "1.19"), ("trixie", "1.24"), ("sid", "1.27"))
WRAPPERS = ("sid",)  # suites whose golang.org/x/net only wraps the HTTP/2 of net/http
VARIANTS = ("plain", "stripped")

SLOWNESS_NS = 30_000_000
PATIENCE_S = 0.05  # of clients that give up
REMOTE = re.compile(r"127\.0\.0\.1:[0-9]+")
PROTOCOLS = {"http": "HTTP/1.1", "https": "HTTP/2.0", "h2c": "HTTP/2.0", "h3": "HTTP/3.0", "fast": "HTTP/1.1", "grpc": "gRPC"}
LIBRARIES = {"http": "net/http", "https": "net/http", "h2c": "x/net/http2", "h3": "quic-go", "fast": "fasthttp", "grpc": "grpc"}

ANSWERS = ("/status/200", "/status/404", "/slow", "/status/503", "/status/201")
PATHS = (*ANSWERS, "/panic", "/wait")
WISHES = ("ok", "code 5", "slow", "panic", "cancel", "deadline", "code 14")
CODES = {"panic": 13, "code 5": 5, "code 14": 14}


def gopath(suite):
    return ":".join(str(library(suite, package)) for package in PACKAGES)


def can_be_had(cell):
    suite, release = cell
    try:
        toolchain(release)
        gopath(suite)
    except Skip as reason:
        print(f"left out: {suite} {release}: {reason}")
        return False
    return True


def take(words):
    return list(itertools.islice(itertools.cycle(words), COUNT))


def event_of(name, path, server, suite):
    """The expected event of an HTTP request. Who waits is given up, which its handler notices."""
    panics = path == "/panic"
    library_name = "net/http" if name == "h2c" and suite in WRAPPERS else LIBRARIES[name]
    status = None if panics else int(path[8:]) if path.startswith("/status/") else 200
    return {"method": "GET", "path": path, "protocol": PROTOCOLS[name], "library": library_name,
            "scheme": "https" if name in ("https", "h3") else "http", "host": "{}:{}".format(*server.addresses[name]),
            "status": status, "outcome": "panic" if panics else "ok"}


def ask_http1(server, name, path):
    with Connection(server.addresses[name]) as connection:
        if path in ("/panic", "/wait"):
            connection.send(f"GET {path} HTTP/1.1\r\nHost: {connection.host}\r\n\r\n".encode())
            time.sleep(PATIENCE_S)
        else:
            connection.get(path)


def ask_http2(server, name, path):
    with Http2Connection(server.addresses[name], tls=name == "https") as connection:
        if path == "/wait":
            number = connection.open("GET", path)
            time.sleep(PATIENCE_S)
            connection.give_up(number)
            time.sleep(PATIENCE_S)
        else:
            connection.request("GET", path)


def ask_calls(server, client):
    """Makes the gRPC calls; returns the expected events."""
    expected = []
    for wish in take(WISHES):
        limits = {"cancel": {"cancel_after_ms": 50}, "deadline": {"deadline_ms": 50}}.get(wish, {})
        got = client.call(server.addresses["grpc"], "Get", "wait" if limits else wish, **limits)
        check_equal(got, {"cancel": 1, "deadline": 4}.get(wish, CODES.get(wish, 0)), f"code that the client of {wish!r} got")
        # Of a call that the client gives up, either side can be first: tests/live/test_grpc.py says how.
        expected.append({"method": "POST", "path": "/shop.Orders/Get", "protocol": "gRPC", "library": "grpc", "scheme": "http",
                         **({} if limits else {"grpc_status": got, "status": 200, "outcome": "ok"})})
    return expected


def ask_all(scope, server, cell):
    suite, release = cell
    quic = types.SimpleNamespace(addresses=server.addresses,
                                 exe=build("h3", release, gopath=library(suite, test_quic.PACKAGE)))
    over_quic = test_quic.Client(scope, quic)
    calls = test_grpc.Client(scope, build("rpc", release, gopath=library(suite, test_grpc.PACKAGE)))
    expected = []
    for name, ask, paths in (("http", ask_http1, PATHS), ("https", ask_http2, PATHS), ("h2c", ask_http2, PATHS),
                             ("fast", ask_http1, ANSWERS)):
        for path in take(paths):
            ask(server, name, path)
            expected.append(event_of(name, path, server, suite))
    for path in take((*ANSWERS, "/panic")):
        over_quic.send("GET", path)
        expected.append(event_of("h3", path, server, suite))
    return expected + ask_calls(server, calls)


def test_every(scope, cell, variant):
    """23 requests of each library in one process, with mixed ends: each is reported once, by its library, in every key"""
    suite, release = cell
    binary = build("every", release, variant, gopath=gopath(suite))
    server = Server(scope, release, binary=Server.copy(scope, binary, "every"))
    tracer = Tracer(scope, "--pid", server.pid, "--json").wait_attached()
    expected = ask_all(scope, server, cell)
    check_equal(len(expected), COUNT * len(LIBRARIES), "requests to make")
    # The begin of each connection of HTTP/2 without TLS is a request of HTTP/1, whose handler takes the connection over.
    tracer.wait_types(len(expected) + COUNT, "request")
    tracer.interrupt()
    check("unseen" not in tracer.events()[0], f"something is said to be unseen: {tracer.events()[0]}")
    found = sorted((event for event in tracer.events() if event["type"] in ("request", "lost")), key=lambda event: event["time"])
    begun = [event for event in found if event.get("method") == "PRI"]
    check_equal([(event["library"], event["outcome"]) for event in begun], [("net/http", "hijacked")] * COUNT, "begins of h2c")
    found = [event for event in found if event not in begun]
    check_equal(len(found), len(expected), "events")
    for event, members in zip(found, expected):
        check_equal({key: event.get(key) for key in members}, members, f"request {event}")
        check(REMOTE.fullmatch(event["remote"]), f"no address of a client: {event}")
        if event["outcome"] == "ok" and event["path"] == "/slow":
            check(event["duration_ns"] >= SLOWNESS_NS, f"too short: {event}")


if __name__ == "__main__":
    cells = [cell for cell in CELLS if can_be_had(cell)]
    if not cells:
        print("skipped: neither a toolchain nor the libraries can be had")
        sys.exit(SKIPPED)
    main([(test_every, cell, variant) for cell in cells for variant in VARIANTS])
