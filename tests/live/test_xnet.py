#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""HTTP/2 of golang.org/x/net: with h2c.NewHandler, which bypasses net/http's server, and with http2.ConfigureServer."""

import dataclasses
import sys
import time

import ways
from client import Connection, request_bytes
from harness import SKIPPED, check_equal, main
from http2 import PREFACE
from servers import Server, build, can_be_had, library
from tracer import Tracer

PACKAGE = "golang-golang-x-net-dev"
PATHS = ("/ok", "/implicit", "/header-only", "/body", "/panic", "/gone")

H2C_SETTINGS = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__")
MADE = 8  # requests of a client, in each way

EMPTY_SETTINGS = b"\0\0\0\4\0\0\0\0\0"


@dataclasses.dataclass(frozen=True)
class Source:
    """A release of Go and a suite with x/net. From v0.54.0 on, x/net with Go 1.27 only wraps net/http's HTTP/2."""

    release: str
    suite: str
    variant: str = "plain"
    wrapper: bool = False

    def __str__(self):
        return f"{self.release} {self.suite} {self.variant}"


SOURCES = (
    Source("1.15", "bullseye"),
    Source("1.19", "bookworm"),
    Source("1.19", "bookworm", "stripped"),
    Source("1.27", "bookworm"),
    Source("1.27", "bookworm", "stripped"),
    Source("1.27", "sid", wrapper=True),
    Source("1.27", "sid", "stripped", wrapper=True),
)


def start(scope, source):
    binary = build("xnet", source.release, source.variant, library(source.suite, PACKAGE))
    server = Server(scope, source.release, binary=Server.copy(scope, binary, "xnet"))
    return server, Tracer(scope, "--pid", server.pid, "--json").wait_attached()


def essence(event):
    return {key: event[key] for key in ("method", "path", "outcome", "status")}


def server_of(transport, wrapper):
    """The library that serves the requests: over HTTP/1 and behind a wrapper, net/http."""
    return "net/http" if transport.version == 1 or wrapper else "x/net/http2"


def ways_of(source):
    """Each way uses its own connection. Over h2c the first request of a connection is the preface."""
    for transport in (ways.HTTP1, ways.H2C, ways.HTTP2):
        for way in ways.ways_of(source.release, transport):
            # Without HTTP/2, h2c.NewHandler calls the handler directly.
            if way.path in PATHS and way.expect != "nonsense":
                yield transport, way


def test_ways(scope, source):
    """each way over HTTP/1, h2c and HTTP/2 with TLS: reported once, correct in every key, plus one event for each
    preface"""
    server, tracer = start(scope, source)
    told = 0
    for transport, way in ways_of(source):
        sent = ways.perform(way, transport, server)
        prefaces = 1 if transport is ways.H2C else 0
        told += 1 + prefaces
        *_, before, event = [None, *tracer.wait_types(told, "request")]
        if prefaces:
            check_equal(essence(before), {"method": "PRI", "path": "*", "outcome": "hijacked", "status": None},
                        "the event of the preface")
        routed = transport.version == 1 or not source.wrapper
        ways.compare(event, server, sent, time.time(), routed, server_of(transport, source.wrapper))
    tracer.interrupt()
    check_equal(sum(event["type"] == "request" for event in tracer.events()), told, "requests")


def test_upgrade(scope, source):
    """Upgrade: h2c: the HTTP/1 request is reported as hijacked, and the same request again as a stream"""
    server, tracer = start(scope, source)
    with Connection(server.addresses["http"]) as connection:
        connection.send(request_bytes("GET", b"/ok?upgrade", connection.host, headers=H2C_SETTINGS))
        check_equal(connection.read_head()[0], 101, "status")
        connection.send(PREFACE + EMPTY_SETTINGS)
        requests = tracer.wait_types(2, "request")
    tracer.interrupt()
    check_equal([essence(event) for event in requests],
                [{"method": "GET", "path": "/ok", "outcome": outcome, "status": status}
                 for outcome, status in (("hijacked", None), ("ok", 200))], "requests")


def test_client(scope, source):
    """--side client: each request is reported once, whether a program uses x/net's Transport or net/http's does"""
    binary = build("xclient", source.release, source.variant, library(source.suite, PACKAGE))
    client = Server(scope, source.release, binary=Server.copy(scope, binary, "xclient"))
    tracer = Tracer(scope, "--pid", client.pid, "--json", "--side", "client").wait_attached()
    expected = []
    for number in range(MADE):
        for way, name, library_name in (("direct", "http", "x/net/http2"), ("configured", "https", "net/http"),
                                        ("nobody", None, "x/net/http2")):
            status = (200, 404, 503)[number % 3] if name else None
            client.process.stdin.write(f"{way} /status/{status or number}\n".encode())
            client.process.stdin.flush()
            shown = "net/http" if source.wrapper else library_name
            expected.append((f"/status/{status or number}", name or "http", shown, status,
                             "HTTP/2.0" if name else None, "ok" if name else "error",
                             "{}:{}".format(*client.addresses[name]) if name else None))
            lines = client.stdout.wait(lambda found: len(found) > len(expected) and list(found), f"did not answer {way}")
            check_equal(int(lines[-1]), status or 0, f"status of {way}")
    tracer.wait_types(len(expected), "client")
    tracer.interrupt()
    found = sorted((event for event in tracer.events() if event["type"] in ("client", "request", "lost")),
                   key=lambda event: event["time"])
    check_equal([tuple(event.get(key) for key in ("path", "scheme", "library", "status", "protocol", "outcome", "peer"))
                 for event in found], expected, "requests")


if __name__ == "__main__":
    sources = [source for source in SOURCES if can_be_had(source.release, source.suite, PACKAGE)]
    if not sources:
        print("skipped: neither a toolchain nor golang.org/x/net can be had")
        sys.exit(SKIPPED)
    main([(test, source) for source in sources for test in (test_ways, test_upgrade, test_client)])
