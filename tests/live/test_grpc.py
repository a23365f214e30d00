#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Calls served and made by google.golang.org/grpc, with its own HTTP/2 and through net/http: each is reported once."""

import json
import re
import socket
import subprocess
import sys
import time

from client import Connection
from harness import SKIPPED, check, check_equal, main
from http2 import Http2Connection
from lines import Lines
from servers import Server, build, cells_with, library
from tracer import Tracer

PACKAGE = "golang-google-grpc-dev"
CELLS = (("bookworm", "1.19"), ("trixie", "1.24"), ("trixie-backports", "1.27"), ("sid", "1.27"))

VARIANTS = ("plain", "stripped")

# The status codes of gRPC in the order of their numbers, as its documentation spells them.
CODES = ("OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
         "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
         "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED")

KINDS = ("Get", "Watch", "Upload", "Chat")

# What the handler is asked to do, and the code that it returns.
SERVICES = (("ok", 0), ("code 5", 5), ("panic", 13), ("slow", 0),
            *((f"code {code}", code) for code in range(1, len(CODES))), ("panic", 13), ("ok", 0), ("slow", 0))
FEW = (("ok", 0), ("code 5", 5), ("panic", 13), ("slow", 0), ("code 16", 16))

SLOWNESS_NS = 30_000_000
PATIENCE_MS = 50  # of clients that give up

REMOTE = re.compile(r"127\.0\.0\.1:[0-9]+")
SHOWN = ("method", "path", "protocol", "library", "scheme", "status", "grpc_status", "grpc_status_name", "outcome")


class Client:
    """A running tests/go/rpc that makes calls, one at a time, over one connection to each address."""

    def __init__(self, scope, exe):
        self.process = subprocess.Popen([exe, "client"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        scope.callback(self.kill)
        self.answers = Lines(self.process.stdout, "the client")
        self.calls = 0

    def begin(self, address, kind, service, tls=False, cancel_after_ms=0, deadline_ms=0, trace="", added=()):
        """Makes a call, and does not wait for its end."""
        wish = {"address": f"{address[0]}:{address[1]}", "tls": tls, "kind": kind, "service": service,
                "cancel_after_ms": cancel_after_ms, "deadline_ms": deadline_ms, "trace": trace, "added": added}
        self.process.stdin.write(json.dumps(wish).encode() + b"\n")
        self.process.stdin.flush()
        self.calls += 1
        return wish

    def call(self, *arguments, **limits):
        """Makes a call; returns the code that the client got."""
        wish = self.begin(*arguments, **limits)
        self.answers.wait(lambda lines: len(lines) >= self.calls, f"gave no answer to {wish}")
        return json.loads(self.answers.all()[-1])["code"]

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()


def start(scope, cell, variant):
    suite, release = cell
    binary = build("rpc", release, variant, gopath=library(suite, PACKAGE))
    server = Server(scope, release, binary=Server.copy(scope, binary, "rpc"))
    return server, Client(scope, server.exe), Tracer(scope, "--pid", server.pid, "--json").wait_attached()


def wanted(kind, code, scheme="http", outcome="ok"):
    """The expected event of a call. A client that has gone sees no HTTP status."""
    return {"method": "POST", "path": f"/shop.Orders/{kind}", "protocol": "gRPC", "library": "grpc", "scheme": scheme,
            "status": 200 if outcome == "ok" else None, "grpc_status": code, "grpc_status_name": CODES[code],
            "outcome": outcome}


def shown(event):
    return {key: event[key] for key in SHOWN if key in event}


def call_all(client, address, services, scheme="http"):
    """Makes a call for each service, each of the next kind; returns the expected events."""
    expected = []
    for number, (service, code) in enumerate(services):
        kind = KINDS[number % len(KINDS)]
        got = client.call(address, kind, service, tls=scheme == "https")
        check_equal(got, code, f"code that the client of {kind} got for {service!r}")
        expected.append(wanted(kind, code, scheme))
    return expected


def finish(tracer, count):
    """Waits for `count` requests and ends the tool. Returns them in the order in which they began, which is that of the
    client's calls."""
    tracer.wait_types(count, "request")
    tracer.interrupt()
    found = [event for event in tracer.events() if event["type"] in ("request", "lost")]
    check_equal([event["type"] for event in found], ["request"] * count, "types of events")
    for event in found:
        check(REMOTE.fullmatch(event.get("remote", "")), f"no address of a client: {event}")
    return sorted(found, key=lambda event: event["time"])


def check_slow(found, services):
    for event, (service, _) in zip(found, services):
        check(event["duration_ns"] >= (SLOWNESS_NS if service == "slow" else 0), f"too short: {event}")


def test_calls(scope, cell, variant):
    """23 unary calls and streams with every status code over one connection: each is reported correctly"""
    server, client, tracer = start(scope, cell, variant)
    check_equal(len(SERVICES), 23, "calls to make")
    expected = call_all(client, server.addresses["grpc"], SERVICES)
    found = finish(tracer, len(SERVICES))
    check_equal([shown(event) for event in found], expected, "requests")
    check_slow(found, SERVICES)


def test_tls(scope, cell, variant):
    """calls over TLS: reported like those without it, but with scheme https"""
    server, client, tracer = start(scope, cell, variant)
    expected = call_all(client, server.addresses["grpcs"], FEW, "https")
    found = finish(tracer, len(FEW))
    check_equal([shown(event) for event in found], expected, "requests")
    check_slow(found, FEW)


def test_gone(scope, cell, variant):
    """calls that the client cancels: canceled, with the status of the handler; calls whose deadline passes: this or ok"""
    server, client, tracer = start(scope, cell, variant)
    address = server.addresses["grpc"]
    # Opens the connection: the next calls have no time for it.
    check_equal(client.call(address, "Get", "ok"), 0, "code of the first call")
    expected = [(wanted("Get", 0),)]
    for kind in KINDS:
        check_equal(client.call(address, kind, "wait", cancel_after_ms=PATIENCE_MS), 1, f"code of a cancelled {kind}")
        # The handler is woken a moment before the library marks the stream as done, and can be faster.
        expected.append((wanted(kind, 1, outcome="canceled"), wanted(kind, 1)))
        check_equal(client.call(address, kind, "wait", deadline_ms=PATIENCE_MS), 4, f"code of a late {kind}")
        # Both sides have a timer for the deadline. When the client's fires, it resets the stream. If the reset comes
        # first, the handler sees a cancelled call; if it comes after the handler has ended, nobody had gone.
        expected.append(tuple(wanted(kind, code, outcome=outcome) for code in (1, 4) for outcome in ("canceled", "ok")))
    for event, choices in zip(finish(tracer, len(expected)), expected):
        check(shown(event) in choices, f"a call is none of {choices}: {event}")


def test_broken_connection(scope, cell, variant):
    """clients that are killed while a handler waits, directly and through net/http: one event each, at the end of its
    handler; directly it is canceled"""
    server, client, tracer = start(scope, cell, variant)
    for kind in KINDS:
        for name in ("grpc", "https"):
            lost = Client(scope, server.exe)
            check_equal(lost.call(server.addresses[name], "Get", "ok", tls=name == "https"), 0, "code of the first call")
            lost.begin(server.addresses[name], kind, "wait", tls=name == "https")
            time.sleep(PATIENCE_MS / 1000)
            lost.kill()
    tracer.wait_types(4 * len(KINDS), "request")
    check_equal(client.call(server.addresses["https"], "Get", "ok", tls=True), 0, "code of the last call")
    found = tracer.wait_types(4 * len(KINDS) + 1, "request")
    tracer.interrupt()
    check_equal({event["library"] for event in found}, {"grpc"}, "libraries")
    ended = [event for event in found if event.get("host") is None and event["outcome"] != "ok"]
    check_equal([(event["outcome"], event["status"]) for event in ended], [("canceled", None)] * len(KINDS),
                "calls of clients that were killed")
    check_equal(sum(event["type"] in ("request", "lost") for event in tracer.events()), 4 * len(KINDS) + 1, "events")


def test_through_http(scope, cell, variant):
    """calls through net/http: one event each; other requests to the same server have the library net/http"""
    server, client, tracer = start(scope, cell, variant)
    address = server.addresses["https"]
    expected = call_all(client, address, FEW, "https")
    with Connection(address, tls=True) as first, Http2Connection(address, tls=True) as second:
        check_equal(first.get("/none").status, 404, "status over HTTP/1.1")
        check_equal(second.request("GET", "/none").status, 404, "status over HTTP/2")
    expected += [{"method": "GET", "path": "/none", "protocol": protocol, "library": "net/http", "scheme": "https",
                  "status": 404, "outcome": "ok"} for protocol in ("HTTP/1.1", "HTTP/2.0")]
    found = finish(tracer, len(expected))
    check_equal([shown(event) for event in found], expected, "requests")
    check_equal({event.get("host") for event in found}, {f"{address[0]}:{address[1]}"}, "hosts")
    check_slow(found, FEW)


def made(kind, code, host, has_stream=True):
    """The expected event of a call that the client makes. Without a stream its host is not known."""
    return {"method": "POST", "path": f"/shop.Orders/{kind}", "host": host if has_stream else None, "protocol": "gRPC",
            "library": "grpc", "scheme": None, "status": 200 if code == 0 else None, "grpc_status": code,
            "grpc_status_name": CODES[code], "outcome": "ok" if code == 0 else "error"}


TRACE = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")


def test_traces(scope, cell, variant):
    """--trace: the trace in the metadata of a call, by the server, through net/http, too, and by the client"""
    server, client, first = start(scope, cell, variant)
    first.interrupt()
    served = Tracer(scope, "--pid", server.pid, "--json", "--trace").wait_attached()
    made_calls = Tracer(scope, "--pid", client.process.pid, "--json", "--trace", "--side", "client").wait_attached()
    ways = [("grpc", "-".join(("00", *TRACE, "01"))), ("https", "-".join(("00", *TRACE, "00"))), ("grpc", "")]
    for name, trace in ways:
        check_equal(client.call(server.addresses[name], "Get", "ok", tls=name == "https", trace=trace), 0, "code")
    expected = [(*TRACE, True), (*TRACE, False), (None, None, None)]
    for tracer, kind, span in ((served, "request", "parent_span_id"), (made_calls, "client", "span_id")):
        events = tracer.wait_types(len(ways), kind)
        tracer.interrupt()
        check_equal([(event.get("trace_id"), event.get(span), event.get("sampled")) for event in events], expected, f"traces of {kind}")


OTHER = "-".join(("00", "1" * 32, "2" * 16, "01"))
# The trace that is set, what is added, and whether the trace of the call is TRACE or OTHER or none.
ADDED = (
    ("", [["traceparent", True]], TRACE),
    ("", [["x-user", "me", "traceparent", True]], TRACE),
    ("", [["x-user", "me"], ["Traceparent", True]], TRACE),
    ("", [["x-user", "me"], ["x-other", "", "traceparent", True, "x-more", "1"], ["x-last", "1"]], TRACE),
    (OTHER, [["traceparent", True]], ("1" * 32, "2" * 16)),
    ("", [["traceparent", OTHER], ["traceparent", True]], ("1" * 32, "2" * 16)),
    ("", [["x-user", "me"]], None),
    (OTHER, [["x-user", "me"]], ("1" * 32, "2" * 16)),
)


def test_added_traces(scope, cell, variant):
    """--trace: the trace that AppendToOutgoingContext added, by the client as by the server"""
    server, client, first = start(scope, cell, variant)
    first.interrupt()
    served = Tracer(scope, "--pid", server.pid, "--json", "--trace").wait_attached()
    made_calls = Tracer(scope, "--pid", client.process.pid, "--json", "--trace", "--side", "client").wait_attached()
    own = "-".join(("00", *TRACE, "01"))
    for trace, added, _ in ADDED:
        added = [[own if word is True else word for word in words] for words in added]
        check_equal(client.call(server.addresses["grpc"], "Get", "ok", trace=trace, added=added), 0, "code")
    expected = [wanted or (None, None) for *_, wanted in ADDED]
    for tracer, kind, span in ((served, "request", "parent_span_id"), (made_calls, "client", "span_id")):
        events = tracer.wait_types(len(ADDED), kind)
        tracer.interrupt()
        check_equal([(event.get("trace_id"), event.get(span)) for event in events], expected, f"traces of {kind}")


def test_client(scope, cell, variant):
    """--side client: 23 unary calls and streams, and some that are given up or find no server, are each reported by the
    side that makes them"""
    server, client, server_tracer = start(scope, cell, variant)
    server_tracer.interrupt()
    tracer = Tracer(scope, "--pid", client.process.pid, "--json", "--side", "client").wait_attached()
    calls = [(number, service, "grpc", {}) for number, (service, _) in enumerate(SERVICES)]
    calls += [(number, service, name, {}) for name in ("grpcs", "https") for number, (service, _) in enumerate(FEW)]
    calls += [(number, "wait", "grpc", limit) for number in range(len(KINDS))
              for limit in ({"cancel_after_ms": PATIENCE_MS}, {"deadline_ms": PATIENCE_MS})]
    expected = []
    for number, service, name, limit in calls:
        kind, address = KINDS[number % len(KINDS)], server.addresses[name]
        code = client.call(address, kind, service, tls=name != "grpc", **limit)
        expected.append(made(kind, code, f"{address[0]}:{address[1]}"))
    check_equal([event["grpc_status"] for event in expected[-2 * len(KINDS):]], [1, 4] * len(KINDS), "codes of what was given up")
    closed = scope.enter_context(socket.socket())
    closed.bind(("127.0.0.1", 0))  # and does not listen
    for kind in KINDS:
        check_equal(client.call(closed.getsockname(), kind, "ok"), CODES.index("UNAVAILABLE"), "code without a server")
        expected.append(made(kind, CODES.index("UNAVAILABLE"), None, has_stream=False))
    tracer.wait_types(len(expected), "client")
    tracer.interrupt()
    found = [event for event in tracer.events() if event["type"] in ("client", "request", "lost")]
    keys = made("Get", 0, "")
    check_equal([{key: event.get(key) for key in keys} for event in sorted(found, key=lambda event: event["time"])], expected,
                "calls")
    reached = sorted(found, key=lambda event: event["time"])[:len(calls)]
    check_equal([event.get("peer") for event in reached], ["{}:{}".format(*server.addresses[name]) for _, _, name, _ in calls], "peers")
    for event, (_, service, _, limit) in zip(sorted(found, key=lambda event: event["time"]), calls):
        least = SLOWNESS_NS if service == "slow" or limit else 1
        check(event["duration_ns"] >= least, f"too short: {event}")


# Requests of a gateway, over HTTP and again over gRPC; many of the newest cell, plain.
GATEWAY_FEW, GATEWAY_MANY = 230, 5000
GATEWAY_WAYS = {"own": "goroutine", "pool": "context", "started": None}


def check_gateway(found, library_name, count):
    """Checks the links and the sums of one half of the requests of the gateway."""
    served = {event["path"].rsplit("/", 1)[1]: event for event in found if event["type"] == "request"
              and event["path"].startswith("/page/") and event["library"] == library_name}
    check_equal(len(served), count, f"requests by {library_name}")
    by_id = {event["id"]: number for number, event in served.items()}
    linked = 0
    for event in found:
        if event["type"] != "client" or (event.get("in") or event.get("in_maybe")) not in by_id:
            continue
        _, way, number = event["path"].split("/")
        by = GATEWAY_WAYS[way]
        check_equal((event.get("in"), event.get("in_by")), (served[number]["id"], by) if by else (None, None), f"links of {event}")
        linked += bool(by)
    check_equal(linked, 2 * count, "calls that are linked")
    for event in served.values():
        check_equal(event["client_count"], 2, f"client_count of {event}")
        check(0 < event["client_ns"] <= event["duration_ns"], f"client_ns of {event}")


def test_gateway(scope, cell, variant, count):
    """a gateway that makes gRPC calls for requests over HTTP and over gRPC, in three ways: each call is linked with its
    request, or with none"""
    suite, release = cell
    binary = build("rpcgate", release, variant, gopath=library(suite, PACKAGE))
    server = Server(scope, release, binary=Server.copy(scope, binary, "rpcgate"))
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--side", "both").wait_attached()
    with Connection(server.addresses["http"]) as connection:
        for number in range(count):
            check_equal(connection.get(f"/page/{number}").status, 200, "status")
    address = "{}:{}".format(*server.addresses["grpc"])
    subprocess.run([server.exe, "client", address, str(count)], check=True, timeout=240)
    calls = 2 * count * len(GATEWAY_WAYS)
    tracer.wait_types(calls, "client")
    tracer.wait_types(calls + 2 * count, "request")
    tracer.interrupt()
    found = tracer.events()
    counts = [sum(event["type"] == name for event in found) for name in ("client", "request", "lost")]
    check_equal(counts, [calls, calls + 2 * count, 0], "events")
    check_gateway(found, "net/http", count)
    check_gateway(found, "grpc", count)


if __name__ == "__main__":
    cells = cells_with(CELLS, PACKAGE)
    if not cells:
        print("skipped: neither a toolchain nor google.golang.org/grpc can be had")
        sys.exit(SKIPPED)
    main([(test, cell, variant) for cell in cells for variant in VARIANTS
          for test in (test_calls, test_tls, test_gone, test_broken_connection, test_through_http, test_traces, test_added_traces,
                       test_client)] +
         [(test_gateway, cell, variant, GATEWAY_MANY if (cell, variant) == (cells[-1], "plain") else GATEWAY_FEW)
          for cell in cells for variant in VARIANTS])
