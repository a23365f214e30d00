#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Requests that a program makes by net/http's Transport: each round trip is reported once."""

import json
import socket
import subprocess
import time
import urllib.parse

import events
from harness import check, check_equal, main, releases, tool
from servers import Server
from tracer import Tracer

VARIANTS = ("plain", "stripped")

# Method, what follows the address in the URL, the body, and what the event shows: path, query, status. The program
# makes them one after the other.
REQUESTS = (
    ("GET", "/", "", "/", "", 200),
    ("GET", "/items/7?currency=EUR&n=%20", "", "/items/7", "currency=EUR&n=%20", 200),
    ("POST", "/items", "hello", "/items", "", 200),
    ("PUT", "/status/201", "x" * 3000, "/status/201", "", 201),
    ("HEAD", "/status/404?why", "", "/status/404", "why", 404),
    ("DELETE", "/status/204", "", "/status/204", "", 204),
    ("GET", "/status/500", "", "/status/500", "", 500),
    ("PATCH", "/a%20b/caf%C3%A9?q=%C3%A9", "1", "/a b/café", "q=%C3%A9", 200),
    ("OPTIONS", "/?", "", "/", "", 200),
    ("BREW", "/pot", "", "/pot", "", 200),
    ("GET", "/page#top", "", "/page", "", 200),
    ("GET", "/slow", "", "/slow", "", 200),
    ("GET", "/find?token=hunter2&page=2", "", "/find", "token=<redacted>&page=2", 200),
    ("POST", "/", "", "/", "", 200),
    ("HEAD", "/", "", "/", "", 200),
    ("PUT", "/items/8", "{}", "/items/8", "", 200),
    ("DELETE", "/items/8?force=1", "why", "/items/8", "force=1", 200),
    ("GET", "/status/304", "", "/status/304", "", 304),
    ("GET", "/status/418", "", "/status/418", "", 418),
    ("POST", "/status/503", "x" * 100, "/status/503", "", 503),
    ("GET", "/a%2Fb/c?a=1;b=2", "", "/a/b/c", "a=1;b=2", 200),
    ("GET", "/redirect/0", "", "/redirect/0", "", 200),
    ("", "/no/method", "", "/no/method", "", 200),  # net/http's client sends GET
)
FEW = (REQUESTS[1], REQUESTS[2], REQUESTS[4], REQUESTS[6], REQUESTS[11])

SLOWNESS_NS = 300_000_000
PATIENCE_MS = 50  # of requests that are given up

# The goroutine that makes the requests of the commands.
MAIN = 1

REPORTED = ("request", "client", "call", "lost")


class Caller(Server):
    """A running tests/go/caller. It makes the requests that it is told to make, one after the other."""

    def __init__(self, scope, release, variant):
        super().__init__(scope, release, variant, program="caller")
        self.made = 0

    def url(self, target, scheme="http"):
        return f"{scheme}://{self.host(scheme)}{target}"

    def host(self, scheme="http"):
        return "{}:{}".format(*self.addresses[scheme])

    def make(self, method, url, body="", **options):
        """Makes a request; returns the status and the error that the program got."""
        command = {"method": method, "url": url, "body": body, **options}
        self.process.stdin.write(json.dumps(command).encode() + b"\n")
        self.process.stdin.flush()
        self.made += 1
        lines = self.stdout.wait(lambda found: len(found) > self.made and list(found), f"gave no answer to {command}")
        answer = json.loads(lines[self.made])  # the first line has the addresses
        return answer["status"], answer["error"]


def start(scope, release, variant, *options):
    caller = Caller(scope, release, variant)
    return caller, Tracer(scope, "--pid", caller.pid, "--json", *options).wait_attached()


def finish(tracer, **counts):
    """Waits for as many events of each type, ends the tool, and checks that there were no others. Returns them in the
    order in which they began."""
    for name, count in counts.items():
        tracer.wait_types(count, name)
    tracer.interrupt()
    found = [event for event in tracer.events() if event["type"] in REPORTED]
    types = [event["type"] for event in found]
    check_equal({name: types.count(name) for name in set(types)}, counts, "events by type")
    return sorted(found, key=lambda event: event["time"])


def make_one(caller, request, scheme="http"):
    """Makes a request; returns the expected event."""
    method, target, body, path, query, status = request
    begin = time.time()
    check_equal(caller.make(method, caller.url(target, scheme), body), (status, ""), f"what {method} {target} returned")
    least_ns = SLOWNESS_NS if path == "/slow" else 1
    return events.client_event(
        caller, events.time_between(begin, time.time()), goid=MAIN, tid=events.one_of(caller.threads()),
        method=method or "GET", path=path, query=query, host=caller.host(scheme), status=status,
        protocol="HTTP/2.0" if scheme == "https" else "HTTP/1.1", scheme=scheme, request_bytes=len(body),
        duration_ns=events.Rule(f"at least {least_ns}", lambda value: value >= least_ns), peer=caller.host(scheme))


def test_requests(scope, release, variant):
    """23 requests with different methods, URLs, bodies and statuses: each is reported, with every key correct"""
    caller, tracer = start(scope, release, variant, "--side", "client")
    check_equal(len(REQUESTS), 23, "requests to make")
    expected = [make_one(caller, request) for request in REQUESTS]
    for event, members in zip(finish(tracer, client=len(REQUESTS)), expected):
        events.compare(event, members)


def test_https(scope, release, variant):
    """requests over HTTP/2: reported like others, but with scheme https and protocol HTTP/2.0"""
    caller, tracer = start(scope, release, variant, "--side", "client")
    expected = [make_one(caller, request, "https") for request in FEW]
    for event, members in zip(finish(tracer, client=len(FEW)), expected):
        events.compare(event, members)


def test_redirects(scope, release, variant):
    """a redirect of three hops: four round trips, in their order, each with its own URL and status"""
    caller, tracer = start(scope, release, variant, "--side", "client")
    expected = []
    for scheme in ("http", "https"):
        for method in ("GET", "POST"):
            answer = caller.make(method, caller.url("/redirect/3?x=1", scheme), "four" if method == "POST" else "")
            check_equal(answer, (200, ""), f"what {method} returned")
            host = caller.host(scheme)
            # net/http follows a redirect of POST with GET.
            expected += [(method, "/redirect/3", "x=1", host, 302, 4 if method == "POST" else 0),
                         ("GET", "/redirect/2", None, host, 302, 0), ("GET", "/redirect/1", None, host, 302, 0),
                         ("GET", "/redirect/0", None, host, 200, 0)]
    found = finish(tracer, client=len(expected))
    check_equal([tuple(event.get(key) for key in ("method", "path", "query", "host", "status", "request_bytes"))
                 for event in found], expected, "round trips")


def test_errors(scope, release, variant):
    """round trips that return an error: no status, and the error, with its text where this is a string"""
    caller, tracer = start(scope, release, variant, "--side", "client")
    closed = scope.enter_context(socket.socket())
    closed.bind(("127.0.0.1", 0))  # and does not listen
    nobody = "{}:{}".format(*closed.getsockname())
    http, https = caller.host(), caller.host("https")
    ways = (
        # Host, URL, options, how the error ends, whether it is a string, and whether there was a connection.
        (nobody, f"http://{nobody}/", {}, "connection refused", False, False),
        (http, f"http://{http}/slow", {"timeout_ms": PATIENCE_MS}, "deadline exceeded", False, True),
        (http, f"http://{http}/slow", {"cancel_after_ms": PATIENCE_MS}, "context canceled", True, True),
        (http, f"http://{http}/close", {}, "EOF", True, True),
        (https, f"https://{https}/close", {}, "", False, True),
        (http, f"https://{http}/", {}, "", False, False),
        ("x", "ftp://x/", {}, 'unsupported protocol scheme "ftp"', True, False),
    )
    for _, url, options, end, *_ in ways:
        status, error = caller.make("GET", url, **options)
        check(status == 0 and error.endswith(end) and error, f"GET {url} {options} returned {status}, {error!r}")
    # What follows an error is seen.
    last = make_one(caller, REQUESTS[0])
    found = finish(tracer, client=len(ways) + 1)
    events.compare(found.pop(), last)
    for event, (host, url, _, end, is_string, has_peer) in zip(found, ways):
        check_equal(event.get("peer"), host if has_peer else None, f"peer of {event}")
        shown = tuple(event.get(key) for key in ("method", "host", "path", "status", "outcome"))
        check_equal(shown, ("GET", host, urllib.parse.urlsplit(url).path, None, "error"), f"event of {url}")
        check(event.get("error", {}).get("type"), f"no error: {event}")
        check(event["duration_ns"] > 0, f"no duration: {event}")
        if is_string:
            check_equal(event["error"].get("text"), end, f"error of {url}")


# What the handler of /ask asks for: the scheme and what follows the address, the status, and the number of round trips.
ASKED = (("http", "/", 200, 1), ("https", "/status/404", 404, 1), ("http", "/status/500", 500, 1),
         ("http", "/redirect/2", 200, 3), ("https", "/redirect/1", 200, 2), ("https", "/", 200, 1))


def ask_all(caller):
    """Makes requests of /ask, whose handlers make the requests ASKED; returns (method, path, status) of the outer and
    of the inner round trips."""
    outer, inner = [], []
    for scheme, target, status, trips in ASKED:
        answer = caller.make("POST", caller.url(target, scheme), nested=True)
        check_equal(answer, (status, ""), f"what asking for {scheme} {target} returned")
        outer.append(("POST", "/ask", status))
        inner += [("GET", f"/redirect/{left}", 302) for left in range(trips - 1, 0, -1)]
        inner.append(("GET", "/redirect/0" if trips > 1 else target, status))
    return outer, inner


def parts(found):
    return sorted((event["method"], event["path"], event["status"]) for event in found)


def test_both(scope, release, variant):
    """--side both: a request made in a handler is reported by the side that makes it and by the side that serves it"""
    caller, tracer = start(scope, release, variant, "--side", "both")
    outer, inner = ask_all(caller)
    count = len(outer + inner)
    found = finish(tracer, client=count, request=count)
    served, made = ([event for event in found if event["type"] == name] for name in ("request", "client"))
    for name, some in (("served", served), ("made", made)):
        check_equal(parts(some), sorted(outer + inner), f"requests that were {name}")
        check_equal({event["outcome"] for event in some}, {"ok"}, f"outcomes of requests that were {name}")
    # The program's main goroutine makes the outer ones, and the handler that was asked makes the inner ones.
    check_equal(parts(event for event in made if event["goid"] == MAIN), sorted(outer), "requests of the main goroutine")
    handlers = {event["goid"] for event in served if event["path"] == "/ask"}
    check_equal(parts(event for event in made if event["goid"] in handlers), sorted(inner), "requests of handlers")
    check_links(served, made)


def check_links(served, made):
    """Each request has an id of its own. What a handler makes has the id of its request, and what the main goroutine makes
    has none."""
    asked = {event["id"]: event["goid"] for event in served if event["path"] == "/ask"}
    check_equal(len({event["id"] for event in served}), len(served), "ids")
    for event in made:
        links = (event.get("in"), event.get("in_by"))
        if event["goid"] == MAIN:
            check_equal(links, (None, None), f"links of {event}")
        else:
            check_equal((asked.get(links[0]), links[1]), (event["goid"], "context"), f"links of {event}")


def test_server(scope, release, variant, *options):
    """--side server, which is the default: requests that the program makes are only reported where they are served"""
    caller, tracer = start(scope, release, variant, *options)
    outer, inner = ask_all(caller)
    found = finish(tracer, request=len(outer + inner))
    check_equal(parts(found), sorted(outer + inner), "requests that were served")


def test_inspect(scope, release, variant):
    """inspect: lists the probes of both sides, each with its library"""
    out = subprocess.run([tool(), "inspect", "--json", start(scope, release, variant)[0].exe],
                         check=True, capture_output=True).stdout
    probes = {(probe["library"], probe["side"], probe["role"]) for probe in json.loads(out)["probes"] if "entry" in probe}
    wanted = {("net/http", "server", "start"), ("net/http", "server", "end"), ("net/http", "client", "call"),
              ("net/http", "client", "return")}
    check(wanted <= probes, f"inspect lists {probes}")


if __name__ == "__main__":
    main([(test, release, variant, *options) for release in releases() for variant in VARIANTS
          for test, *options in ((test_requests,), (test_https,), (test_redirects,), (test_errors,), (test_both,),
                                 (test_server,), (test_server, "--side", "server"), (test_inspect,))])
