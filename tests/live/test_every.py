#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One service that serves by every library side by side: each request is reported once, with its own library."""

import itertools
import json
import re
import subprocess
import sys
import time
import types

import events
import test_grpc
import test_quic
from client import Connection
from harness import SKIPPED, check, check_equal, main, tool
from http2 import Http2Connection
from servers import Server, build, cells_with, library, release_number
from tracer import Tracer

COUNT = 23
FASTHTTP, X_NET = "golang-github-valyala-fasthttp-dev", "golang-golang-x-net-dev"
PACKAGES = (FASTHTTP, X_NET, test_grpc.PACKAGE, test_quic.PACKAGE)
CELLS = (("bookworm", "1.19"), ("trixie", "1.24"), ("trixie-backports", "1.27"), ("sid", "1.27"))
WRAPPERS = ("trixie-backports", "sid")  # suites whose golang.org/x/net only wraps the HTTP/2 of net/http
HIDES_ROUTES = (1, 27)  # of requests over HTTP/2, until a probe on demand is there
VARIANTS = ("plain", "stripped")

SLOWNESS_NS = 30_000_000
PATIENCE_S = 0.05  # of clients that give up
REMOTE = events.Rule("an address of 127.0.0.1", re.compile(r"127\.0\.0\.1:[0-9]+").fullmatch)
PROTOCOLS = {"http": "HTTP/1.1", "https": "HTTP/2.0", "h2c": "HTTP/2.0", "h3": "HTTP/3.0", "fast": "HTTP/1.1", "grpc": "gRPC"}
LIBRARIES = {"http": "net/http", "https": "net/http", "h2c": "x/net/http2", "h3": "quic-go", "fast": "fasthttp", "grpc": "grpc"}

ANSWERS = ("/status/200", "/status/404", "/slow", "/status/503", "/status/201")
PATHS = (*ANSWERS, "/panic", "/wait")
WISHES = ("ok", "code 5", "slow", "panic", "cancel", "deadline", "code 14")
CODES = {"panic": 13, "code 5": 5, "code 14": 14}


def gopath(suite):
    return ":".join(str(library(suite, package)) for package in PACKAGES)


def take(words):
    return list(itertools.islice(itertools.cycle(words), COUNT))


def sizes_of(name, suite, panics):
    """request_bytes and response_bytes: quic-go does not say that there is no body, and in old releases not how much was sent."""
    if name != "h3":
        return 0, events.ABSENT if panics else 0
    if suite in test_quic.OLD_SUITES:
        return None, events.ABSENT if panics else None
    return events.ABSENT, events.ABSENT if panics else 0


def event_of(name, path, server, cell, since):
    """The expected event of an HTTP request, with all its keys. Who waits is given up, which its handler notices."""
    suite, release = cell
    panics = path == "/panic"
    request_bytes, response_bytes = sizes_of(name, suite, panics)
    library_name = "net/http" if name == "h2c" and suite in WRAPPERS else LIBRARIES[name]
    hidden = PROTOCOLS[name] == "HTTP/2.0" and library_name == "net/http" and release_number(release) >= HIDES_ROUTES
    return events.request_event(
        server, events.time_between(since, time.time()), method="GET", path=path, protocol=PROTOCOLS[name],
        route=None if hidden and not panics else events.ABSENT, library=library_name, remote=REMOTE,
        scheme="https" if name in ("https", "h3") else "http", host="{}:{}".format(*server.addresses[name]),
        status=None if panics else int(path[8:]) if path.startswith("/status/") else 200,
        duration_ns=events.integer_between(SLOWNESS_NS if path == "/slow" else 1, 10**12),
        request_bytes=request_bytes, response_bytes=response_bytes, outcome="panic" if panics else "ok")


# The code and the outcome of calls that the client gives up, and on time: tests/live/test_grpc.py says which side can be first.
ENDS = {"cancel": ((1, "canceled"), (1, "ok")), "deadline": ((1, "canceled"), (1, "ok"), (4, "canceled"), (4, "ok"))}


def grpc_events(server, wish, since):
    """The expected events of a gRPC call, of which it has one."""
    return [events.request_event(
        server, events.time_between(since, time.time()), method="POST", path="/shop.Orders/Get", host=None, protocol="gRPC",
        library="grpc", scheme="http", remote=REMOTE, status=200 if outcome == "ok" else None, grpc_status=code,
        grpc_status_name=test_grpc.CODES[code],
        duration_ns=events.integer_between(SLOWNESS_NS if wish == "slow" else 1, 10**12),
        request_bytes=events.ABSENT, response_bytes=events.ABSENT, outcome=outcome)
            for code, outcome in ENDS.get(wish, ((CODES.get(wish, 0), "ok"),))]


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
    """Makes the gRPC calls; returns the expected events, for each one or several of which it has one."""
    expected = []
    for wish in take(WISHES):
        limits = {"cancel": {"cancel_after_ms": 50}, "deadline": {"deadline_ms": 50}}.get(wish, {})
        since = time.time()
        got = client.call(server.addresses["grpc"], "Get", "wait" if limits else wish, **limits)
        check_equal(got, {"cancel": 1, "deadline": 4}.get(wish, CODES.get(wish, 0)), f"code that the client of {wish!r} got")
        expected.append(grpc_events(server, wish, since))
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
            since = time.time()
            ask(server, name, path)
            expected.append([event_of(name, path, server, cell, since)])
    for path in take((*ANSWERS, "/panic")):
        since = time.time()
        over_quic.send("GET", path)
        expected.append([event_of("h3", path, server, cell, since)])
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
    for event, choices in zip(found, expected):
        compare_with_one(event, choices)


def compare_with_one(event, choices):
    """Compares an event with that of the choices which ends in the same way, or with the first one."""
    same = [choice for choice in choices if (choice.get("grpc_status"), choice["outcome"]) == (event.get("grpc_status"), event["outcome"])]
    events.compare(event, (same or choices)[0])


def test_inspect(scope, cell, variant):
    """inspect: the libraries and sides that the program has, each once"""
    suite, release = cell
    binary = build("every", release, variant, gopath=gopath(suite))
    out = subprocess.run([tool(), "inspect", "--json", binary], check=True, capture_output=True, timeout=60).stdout
    found = [(library["library"], library["side"]) for library in json.loads(out)["libraries"]]
    check_equal(len(set(found)), len(found), "libraries that are listed once")
    check_equal({name for name, side in found if side == "server"}, set(LIBRARIES.values()), "libraries that serve")
    check(("grpc", "client") in found, f"the client of gRPC is not listed: {found}")


if __name__ == "__main__":
    cells = cells_with(CELLS, *PACKAGES)
    if not cells:
        print("skipped: neither a toolchain nor the libraries can be had")
        sys.exit(SKIPPED)
    main([(test, cell, variant) for cell in cells for variant in VARIANTS for test in (test_every, test_inspect)])
