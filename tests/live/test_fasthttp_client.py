#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Requests that a program makes by the clients of github.com/valyala/fasthttp: each is reported once."""

import json

from harness import check, check_equal, main
from servers import Server, build, cells_with, library
from test_fasthttp import CELLS, PACKAGE, VARIANTS
from tracer import Tracer

# How it is made, method, target, body, and what the event shows: method, path, query, status, request_bytes.
REQUESTS = (
    ({}, "GET", "/", "", ("GET", "/", None, 200, 0)),
    ({}, "GET", "/items/7?currency=EUR&n=%20", "", ("GET", "/items/7", "currency=EUR&n=%20", 200, 0)),
    ({}, "POST", "/a%20b", "hello", ("POST", "/a b", None, 200, 5)),
    ({}, "PUT", "/status/201", "x" * 3000, ("PUT", "/status/201", None, 201, 3000)),
    ({}, "HEAD", "/status/404?why", "", ("HEAD", "/status/404", "why", 404, 0)),
    ({}, "DELETE", "/status/204", "", ("DELETE", "/status/204", None, 204, 0)),
    ({}, "", "/no/method", "", ("GET", "/no/method", None, 200, 0)),
    ({}, "GET", "/slow", "", ("GET", "/slow", None, 200, 0)),
    ({"expect": True}, "POST", "/continue", "body", ("POST", "/continue", None, 200, 4)),
    ({}, "GET", "/status/500", "", ("GET", "/status/500", None, 500, 0)),
    ({"stream": True}, "POST", "/", "some", ("POST", "/", None, 200, None)),
    ({"client": "host"}, "GET", "/host/a%20b?x=1", "", ("GET", "/host/a b", "x=1", 200, 0)),
    ({}, "GET", "/find?token=hunter2", "", ("GET", "/find", "token=<redacted>", 200, 0)),
)
SLOWNESS_NS = 300_000_000


class FastCaller(Server):
    """A running tests/go/fastcaller. It makes the requests that it is told to make, one after the other."""

    def __init__(self, scope, cell, variant):
        suite, release = cell
        binary = build("fastcaller", release, variant, gopath=library(suite, PACKAGE))
        super().__init__(scope, release, binary=Server.copy(scope, binary, "fastcaller"))
        self.made = 0

    @property
    def host(self):
        return "{}:{}".format(*self.addresses["http"])

    def make(self, method, url, body="", **options):
        command = {"method": method, "url": url, "body": body, **options}
        self.process.stdin.write(json.dumps(command).encode() + b"\n")
        self.process.stdin.flush()
        self.made += 1
        lines = self.stdout.wait(lambda found: len(found) > self.made and list(found), f"gave no answer to {command}")
        answer = json.loads(lines[self.made])
        return answer["status"], answer["error"]


def start(scope, cell, variant, *options):
    caller = FastCaller(scope, cell, variant)
    return caller, Tracer(scope, "--pid", caller.pid, "--json", *options).wait_attached()


def shown(event):
    return event["method"], event["path"], event.get("query"), event["status"], event.get("request_bytes")


def test_requests(scope, cell, variant):
    """many kinds of requests by both clients: method, URL, status, sizes, and the time until the response's header"""
    caller, tracer = start(scope, cell, variant, "--side", "client")
    for options, method, target, body, _ in REQUESTS:
        url = target if options.get("client") else f"http://{caller.host}{target}"
        status, error = caller.make(method, url, body, **options)
        check(error == "" and status, f"{method} {url}: {error}")
    events = tracer.wait_types(len(REQUESTS), "client")
    tracer.interrupt()
    check_equal([shown(event) for event in events], [expected for *_, expected in REQUESTS], "requests")
    for event, (options, *_) in zip(events, REQUESTS):
        check_equal((event["library"], event["protocol"], event["outcome"]), ("fasthttp", "HTTP/1.1", "ok"), "constant keys")
        if not options.get("client"):
            check_equal((event["host"], event["scheme"]), (caller.host, "http"), "URL")
    check(events[7]["duration_ns"] >= SLOWNESS_NS, f"duration: {events[7]}")
    check_equal([event for event in tracer.events() if event["type"] == "lost"], [], "losses")


def test_errors(scope, cell, variant):
    """requests without a response: no status, and the error; the next one is right"""
    caller, tracer = start(scope, cell, variant, "--side", "client")
    for url, part in ((f"http://{caller.host}/close", ""), ("http://127.0.0.1:1/refused", "refused")):
        status, error = caller.make("GET", url)
        check(status == 0 and part in error and error, f"GET {url} returned {status}, {error!r}")
    caller.make("GET", f"http://{caller.host}/after")
    events = tracer.wait_types(3, "client")
    tracer.interrupt()
    check_equal([(event["path"], event["status"], event["outcome"], "error" in event) for event in events],
                [("/close", None, "error", True), ("/refused", None, "error", True), ("/after", 200, "ok", False)], "events")


def test_linked(scope, cell, variant):
    """made in a handler of net/http: linked by the goroutine"""
    caller, tracer = start(scope, cell, variant, "--side", "both")
    caller.make("GET", f"http://{caller.host}/asked?url=http://{caller.host}/inner")
    tracer.wait_types(2, "request")
    tracer.wait_types(2, "client")
    tracer.interrupt()
    events = [event for event in tracer.events() if event["type"] in ("request", "client")]
    outer = next(event for event in events if event["type"] == "request" and event["path"] == "/asked")
    inner = next(event for event in events if event["type"] == "client" and event["path"] == "/inner")
    check_equal((inner.get("in"), inner.get("in_by"), outer["client_count"]), (outer["id"], "goroutine", 1), "link")


if __name__ == "__main__":
    main([(test, cell, variant) for cell in cells_with(CELLS, PACKAGE) for variant in VARIANTS
          for test in (test_requests, test_errors, test_linked)])
