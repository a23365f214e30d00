#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Code that was not written for these tests: captures in Debian's Go libraries, and headers of Debian's servers."""

import contextlib
import json
import sys

from client import Connection
from harness import SKIPPED, Skip, check_equal, main
from servers import Server, build, library, toolchain
from test_daemons import fetch, start_caddy, start_prometheus
from tracer import Tracer

RELEASES = ("1.19", "1.27")
SUITE = "bookworm"
CALLS = 23

CHI = "github.com/go-chi/chi."
GIN = "github.com/gin-gonic/gin."
GRPC = "google.golang.org/grpc."
HEALTH = "google.golang.org/grpc/health."


def start(scope, program, package, release):
    return Server(scope, release, program=program,
                  binary=Server.copy(scope, build(program, release, gopath=str(library(SUITE, package))), program))


def function(name, captures):
    return f"{name}({', '.join(captures)})"


def trace(scope, server, name, captures, make_call):
    """The captured values of each call, in the order of the captures."""
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--count", CALLS, function(name, captures)).wait_attached()
    for number in range(CALLS):
        make_call(number)
    tracer.wait_end()
    calls = tracer.wait_types(CALLS, "call")
    check_equal({event["function"] for event in calls}, {name}, "functions")
    check_equal({tuple(event["args"]) for event in calls}, {tuple(capture.split("=")[0] for capture in captures)}, "keys")
    return [list(event["args"].values()) for event in calls]


def compare(actual, expected, release, name):
    for one, (number, wanted) in zip(actual, enumerate(expected)):
        check_equal(one, list(wanted), f"Go {release}: call {number} of {name}")
    print(f"Go {release}: {name}: {sum(len(one) for one in actual)} values compared")


def get(server, number, headers=()):
    with contextlib.closing(Connection(server.addresses["http"])) as connection:
        return connection.request("GET", f"/users/u{number}/items/i{number}".encode(), headers=headers)


# --- chi ------------------------------------------------------------------------------


def test_chi(scope, release):
    """chi: values in the routing tree, in returned maps and in request headers are captured correctly"""
    server = start(scope, "chi", "golang-github-go-chi-chi-dev", release)
    pattern = "/users/{user}/items/{item}"
    is_get = 8
    captures = ("n.prefix", "path", "method", "len(rctx.URLParams.Keys)", f"ret0.endpoints[{is_get}].pattern",
                f"ret1[{is_get}].paramKeys", f"missing=ret1[{is_get * 2}].pattern")
    actual = trace(scope, server, f"{CHI}(*node).FindRoute", captures, lambda number: get(server, number))
    compare(actual, [("", f"/users/u{number}/items/i{number}", is_get, 0, pattern, ["user", "item"], None)
                     for number in range(CALLS)], release, "FindRoute")
    captures = ("mx.tree.prefix", "len(mx.middlewares)", "mx.tree.children[0][0].prefix", "r.URL.Path",
                'r.Header["X-User"][0]', 'r.Header["X-User"]')
    actual = trace(scope, server, f"{CHI}(*Mux).routeHTTP", captures,
                   lambda number: get(server, number, [f"x-user: me {number}"]))
    compare(actual, [("", 1, "/", f"/users/u{number}/items/i{number}", f"me {number}", [f"me {number}"])
                     for number in range(CALLS)], release, "routeHTTP")


def any_of(type_name, value):
    """An interface that holds this value."""
    return {"type": type_name, "value": value}


# --- gin ------------------------------------------------------------------------------


def test_gin(scope, release):
    """gin: parameters of a context, its map of interface values and its request are captured correctly"""
    server = start(scope, "gin", "golang-github-gin-gonic-gin-dev", release)
    captures = ("code", 'c.Keys["user"]', 'user=c.Keys["user"].(string)', 'other=c.Keys["user"].(int)', "c.Keys",
                "c.Params[1].Value", "c.Params", "c.Request.URL.Path", 'c.Request.Header["X-User"]', "c.fullPath",
                "c.engine.MaxMultipartMemory")
    actual = trace(scope, server, f"{GIN}(*Context).Render", captures,
                   lambda number: get(server, number, [f"x-user: me {number}"]))
    expected = [(201, any_of("string", f"me {number}"), f"me {number}", None,
                 {"user": any_of("string", f"me {number}"), "visits": any_of("int", 7)}, f"i{number}",
                 [{"Key": "user", "Value": f"u{number}"}, {"Key": "item", "Value": f"i{number}"}],
                 f"/users/u{number}/items/i{number}", [f"me {number}"], "/users/:user/items/:item", 32 << 20)
                for number in range(CALLS)]
    compare(actual, expected, release, "Render")


# --- grpc -----------------------------------------------------------------------------

SERVING, NOT_SERVING = 1, 2
STATES = {"": SERVING, "shop": SERVING, "bank": NOT_SERVING}
SERVICES = ("shop", "bank", "none")


def ask(server, number):
    server.process.stdin.write(f"{SERVICES[number % 3]}\n".encode())
    server.process.stdin.flush()


def test_grpc(scope, release):
    """grpc-go: nested maps of a server, and arguments and results of a method are captured correctly"""
    server = start(scope, "grpc", "golang-google-grpc-dev", release)
    captures = ("in.Service", 's.statusMap["shop"]', 's.statusMap["bank"]', "s.statusMap", "len(s.statusMap)", "ret0.Status")
    actual = trace(scope, server, f"{HEALTH}(*Server).Check", captures, lambda number: ask(server, number))
    asked = [SERVICES[number % 3] for number in range(CALLS)]
    compare(actual, [(service, SERVING, NOT_SERVING, STATES, 3, STATES.get(service)) for service in asked], release, "Check")
    captures = ("stream.method", "md.MethodName", 'info.methods["Check"].MethodName', "len(info.methods)",
                's.services["grpc.health.v1.Health"].methods["Check"].MethodName', "s.opts.maxReceiveMessageSize")
    actual = trace(scope, server, f"{GRPC}(*Server).processUnaryRPC", captures, lambda number: ask(server, number))
    compare(actual, [("/grpc.health.v1.Health/Check", "Check", "Check", 1, "Check", 4 << 20)] * CALLS, release,
            "processUnaryRPC")


# --- servers from Debian packages -----------------------------------------------------

HEADERS = (("x-user", "me {}"), ("cookie", "secret"))


def check_headers(scope, daemon, ways, target, answer_header):
    """All daemons are stripped. `answer_header` is a header that their handlers set."""
    tracer = Tracer(scope, "--pid", daemon.pid, "--json", "--header", "X-USER", "--header", "Cookie",
                    "--response-header", answer_header, "--capture", "n=len(req.Header)").wait_attached()
    answers = []
    for number in range(CALLS):
        way = ways[number % len(ways)]
        with way.connect() as connection:
            headers = [(name, value.format(number)) for name, value in HEADERS]
            if way.version == 1:
                headers = [f"{name}: {value}" for name, value in headers]
                answers.append(connection.request("GET", target.encode(), headers=headers).headers)
            else:
                connection.request("GET", target, headers)
                answers.append(None)
    tracer.stdout.wait(lambda lines: sum(b'"type":"request"' in line and b'"PRI"' not in line for line in lines) >= CALLS,
                       f"has not reported {CALLS} requests")
    tracer.interrupt()
    events = [event for event in tracer.events() if event["type"] == "request" and event["method"] != "PRI"]
    values = 0
    for number, (event, answer) in enumerate(zip(events, answers)):
        subject = json.dumps(event)
        check_equal(event["request_headers"], {"X-User": f"me {number}", "Cookie": "<redacted>"}, subject)
        check_equal(event["captures"], {"n": 2}, subject)
        values += 3
        if answer is not None:
            values += 1
            check_equal(event["response_headers"], {answer_header: answer[answer_header.lower()]}, subject)
    print(f"{tracer.events()[0]['go']}: {values} values compared")


def test_caddy(scope):
    """Debian's caddy: headers over HTTP/1 and HTTP/2, with and without TLS, are reported correctly"""
    daemon, ways = start_caddy(scope, SUITE)
    check_headers(scope, daemon, ways, "/hello", "Server")


def test_prometheus(scope):
    """Debian's prometheus: headers of requests and responses are reported correctly"""
    daemon, way = start_prometheus(scope, SUITE)
    check_headers(scope, daemon, [way], "/api/v1/query?query=1", "Content-Type")


def wanted():
    """The tests whose toolchains and packages are available; prints which are not."""
    chosen = []
    for release in RELEASES:
        for test, package in ((test_chi, "golang-github-go-chi-chi-dev"), (test_gin, "golang-github-gin-gonic-gin-dev"),
                              (test_grpc, "golang-google-grpc-dev")):
            try:
                toolchain(release)
                library(SUITE, package)
                chosen.append((test, release))
            except Skip as reason:
                print(f"left out: {reason}")
    for test, package in ((test_caddy, "caddy"), (test_prometheus, "prometheus")):
        try:
            fetch(package, SUITE)
            chosen.append(test)
        except Skip as reason:
            print(f"left out: {reason}")
    return chosen


if __name__ == "__main__":
    tests = wanted()
    if not tests:
        print("skipped: nothing could be had")
        sys.exit(SKIPPED)
    main(tests)
