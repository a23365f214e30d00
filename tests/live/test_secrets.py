#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""No secret leaves the tool, in whatever part of a request, argument, result or buffer it is."""

import contextlib
import json

from client import Connection
from harness import check, check_equal, main
from servers import Server, releases_of
from tracer import Tracer

RELEASES = ("1.15", "1.19", "1.24", "1.27")
VARIANTS = ("plain", "stripped")

MARK = "hunter2"  # part of each secret, and of nothing else

# Secrets in a request: in the query, in a cookie and in headers.
TARGET = f"/all?page=2&token={MARK}-1&%74oken={MARK}-2&X-Amz-Signature={MARK}-3;a=1&next=%2F%3Fsig%3D{MARK}-4&sort=name"
SHOWN_QUERY = ("page=2&token=<redacted>&%74oken=<redacted>&X-Amz-Signature=<redacted>;a=1&next=%2F%3Fsig%3D<redacted>"
               "&sort=name")
HEADERS = {"Authorization": f"Bearer {MARK}-5", "Proxy-Authorization": f"Basic {MARK}-6",
           "Cookie": f"session={MARK}-7; theme={MARK}-8", "X-Api-Key": f"{MARK}-9",
           "Referer": f"https://ada:{MARK}-10@shop.local/?password={MARK}-11"}

# Options that capture these parts of a request.
REQUEST_OPTIONS = [word for name in HEADERS for word in ("--header", name)] + [
    "--response-header", "Set-Cookie", "--response-header", "Location",
    *(word for expression in (
        "req", "req.Header", "req.URL", "req.URL.RawQuery", "req.RequestURI", 'req.Header["Authorization"][0]',
        'a=req.Header["Cookie"]', "w.handlerHeader", "w")
      for word in ("--capture", expression))]

# Without DWARF only types of the built-in table can be captured.
STRIPPED_OPTIONS = [word for name in HEADERS for word in ("--header", name)] + [
    "--response-header", "Set-Cookie", "--response-header", "Location",
    "--capture", "req.Header", "--capture", "req.URL.RawQuery", "--capture", "w.handlerHeader"]

# Each function, and how often it is called for a request of /all. All arguments and results are captured.
FUNCTIONS = {"main.headers": 1, "main.anything": 4, "main.cookies": 1, "main.cookie": 2, "main.credentials": 1,
             "main.login": 1, "main.logins": 1, "main.pairs": 1, "main.values": 1, "main.address": 1, "main.text": 2,
             "main.octets": 1, "main.issue": 1, "main.request(r)": 1, "main.reply": 1}

# Captures of secrets under other names.
CAPTURES = ("main.login(x=l.Password, y=l.Session.ID, z=l.Tokens[\"api-key\"], n=len(l.Password))",
            "main.cookie(x=c.Value)", "main.cookies(x=list[0].Value)", "main.pairs(x=list[1].Value)",
            "main.request(x=r.URL.RawQuery, y=r.Header[\"Authorization\"][0], z=r.Form, u=r.URL)",
            "main.issue(x=ret0, y=token)", "main.credentials(x=password)")


def start(scope, release, variant, *arguments):
    server = Server(scope, release, variant, program="secrets")
    return server, Tracer(scope, "--pid", server.pid, "--max-string", "8192", *arguments).wait_attached()


def get(server, target, headers):
    """Sends one request on its own connection."""
    with contextlib.closing(Connection(server.addresses["http"])) as connection:
        return connection.request("GET", target.encode(), headers=[f"{name}: {value}" for name, value in headers.items()])


def ask(server, target=TARGET):
    return get(server, target, HEADERS)


def check_hidden(tracer):
    """Checks after the end of the tool that neither stream contains a secret."""
    for stream in (tracer.stdout, tracer.stderr):
        for line in stream.all():
            check(MARK.encode() not in line, f"a secret is told: {line!r}")
            check(MARK.encode().hex().encode() not in line, f"a secret is told in digits: {line!r}")


def check_told(lines, what):
    """Checks that each of `what` does contain a secret with --show-secrets: else the other tests would prove
    nothing."""
    for name in what:
        found = [line for line in lines if name in line]
        check(found, f"there is no {name}")
        check(any(MARK in line for line in found), f"{name} has no secret: {found!r}")


def trace_requests(scope, release, variant, *options):
    asked = REQUEST_OPTIONS if variant == "plain" else STRIPPED_OPTIONS
    server, tracer = start(scope, release, variant, "--json", *asked, *options)
    check_equal(ask(server).status, 200, "status")
    check_equal(ask(server, TARGET.replace("/all", "/moved")).status, 302, "status")
    events = tracer.wait_types(2, "request")
    tracer.interrupt()
    return tracer, events


def test_requests(scope, release, variant):
    """requests: secrets in queries, headers and captures of request and response are redacted"""
    tracer, (one, moved) = trace_requests(scope, release, variant)
    check_hidden(tracer)
    check_equal(one["query"], SHOWN_QUERY, "query")
    check_equal(one["captures"]["req.URL.RawQuery"], SHOWN_QUERY, "the captured query")
    check_equal(one["request_headers"],
                {**{name: "<redacted>" for name in HEADERS},
                 "Referer": "https://ada:<redacted>@shop.local/?password=<redacted>"}, "headers")
    check_equal(moved["response_headers"], {"Set-Cookie": "<redacted>", "Location": "/all?" + SHOWN_QUERY},
                "headers of the response")


def test_shown_requests(scope, release, variant):
    """requests with --show-secrets: queries, headers and captures are complete"""
    _, (one, moved) = trace_requests(scope, release, variant, "--show-secrets")
    check_equal(one["query"], TARGET.partition("?")[2], "query")
    check_equal(one["request_headers"], HEADERS, "headers")
    check_equal(moved["response_headers"]["Set-Cookie"], f"session={MARK}-1", "headers of the response")
    for name, value in one["captures"].items():
        check(MARK in json.dumps(value) or name in ("w", "w.handlerHeader"), f"{name} has no secret: {value!r}")


def trace_calls(scope, release, functions, *options):
    """Calls and traces all functions; returns the tool and the lines of the calls."""
    server, tracer = start(scope, release, "plain", "--json", "--latency", *options, *functions)
    check_equal(ask(server).status, 200, "status")
    tracer.wait_types(sum(FUNCTIONS.get(name, 1) for name in functions), "call")
    tracer.interrupt()
    return tracer, [line.decode() for line in tracer.stdout.all() if line.startswith(b'{"type":"call",')]


def test_arguments(scope, release):
    """arguments and results: secrets in maps, structs, cookies, pairs, texts, bytes and interfaces are redacted"""
    tracer, lines = trace_calls(scope, release, FUNCTIONS)
    check_hidden(tracer)
    for name in FUNCTIONS:
        found = [line for line in lines if f'"{name.partition("(")[0]}"' in line]
        check_equal(len(found), FUNCTIONS[name], f"calls of {name}")
    check(any('"Key":"open","Value":"shown"' in line for line in lines), "nothing is told at all")


def test_shown_arguments(scope, release):
    """arguments and results with --show-secrets: they are complete"""
    _, lines = trace_calls(scope, release, FUNCTIONS, "--show-secrets")
    # Of the value in an empty interface possibly only the type is reported.
    check_told(lines, [f'"{name.partition("(")[0]}"' for name in FUNCTIONS if name != "main.anything"])


def test_captures(scope, release):
    """capture expressions that lead to secrets, under any name: redacted, and shown only with --show-secrets"""
    capture_counts = {"main.cookie(x=c.Value)": 2}
    for options, is_hidden in (((), True), (("--show-secrets",), False)):
        server, tracer = start(scope, release, "plain", "--json", *options, *CAPTURES)
        check_equal(ask(server).status, 200, "status")
        tracer.wait_types(sum(capture_counts.get(name, 1) for name in CAPTURES), "call")
        tracer.interrupt()
        if is_hidden:
            check_hidden(tracer)
        else:
            check_told([line.decode() for line in tracer.stdout.all()],
                       [f'"{name.partition("(")[0]}"' for name in CAPTURES])


def test_own_names(scope, release):
    """--redact: names that the user gives are redacted, too"""
    server, tracer = start(scope, release, "plain", "--json", "--redact", "p?ge", "--redact", "X-Us*", "-H", "x-user-id",
                           "--redact", "open")
    get(server, "/ping?page=2&sort=name", {"X-User-Id": "ada"})
    [event] = tracer.wait_types(1, "request")
    tracer.interrupt()
    check_equal(event["query"], "page=<redacted>&sort=name", "query")
    check_equal(event["request_headers"], {"X-User-Id": "<redacted>"}, "headers")


def test_table(scope, release):
    """the table: secrets are redacted"""
    server, tracer = start(scope, release, "plain", *REQUEST_OPTIONS)
    check_equal(ask(server).status, 200, "status")
    tracer.wait_lines(2)
    tracer.interrupt()
    check_hidden(tracer)
    check(SHOWN_QUERY in tracer.stdout.text().decode(), f"the query is not as it should be: {tracer.stdout.text()!r}")


def test_buffers(scope, release):
    """pooled buffers with data of earlier requests: their contents are not reported"""
    server = Server(scope, release, program="secrets")
    for _ in range(8):
        check_equal(ask(server).status, 200, "status")
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--max-string", "8192", "main.reply", "main.ping(w, r)")
    tracer.wait_attached()
    for _ in range(8):
        check_equal(get(server, "/ping", {}).status, 200, "status")
    events = tracer.wait_types(16, "call")
    tracer.interrupt()
    check_hidden(tracer)
    for event in events:
        check_equal(event["args"]["w"], {"type": "*net/http.response"}, "the response writer")


def test_unfilled_buffers(scope, release):
    """a buffer that is about to be filled: the data of earlier requests in it is not reported"""
    server = Server(scope, release, program="secrets")
    tracer = Tracer(scope, "--pid", server.pid, "--json", "net.(*conn).Read").wait_attached()
    for _ in range(4):
        check_equal(ask(server).status, 200, "status")
    events = tracer.wait_types(4, "call")
    tracer.interrupt()
    check_hidden(tracer)
    for event in events:
        check_equal(event["args"]["b"], {"type": "[]uint8"}, "the buffer")


if __name__ == "__main__":
    chosen = releases_of(RELEASES)
    main([*((test, release, variant) for release in chosen for variant in VARIANTS
            for test in (test_requests, test_shown_requests)),
          *((test, release) for release in chosen
            for test in (test_arguments, test_shown_arguments, test_captures, test_own_names, test_table,
                         test_buffers, test_unfilled_buffers))])
