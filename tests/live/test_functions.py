#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Calls of FUNCTIONs that take an *http.Request, at any position of the parameters."""

import contextlib
import time

import events
from client import Connection, get
from exchanges import route_of
from harness import check, check_equal, main, releases
from servers import Server
from tracer import Tracer

CALLS = 23


def test_table(scope, release):
    """gohttpsnoop ./server main.ping: one row with GET and /ping for each call"""
    server = Server(scope, release)
    tracer = Tracer(scope, server.exe, "main.ping", "--count", CALLS).wait_attached()
    for _ in range(CALLS):
        get(server.addresses["http"], "/silent")
        get(server.addresses["http"], "/ping")
    tracer.wait_end()
    tracer.check_whole_lines()
    heading, *rows = (events.decode_text(line, "a row").split() for line in tracer.stdout.all())
    check_equal(heading, "TIME PID COMM FUNCTION METHOD PATH".split(), "heading")
    check_equal([row[1:] for row in rows], [[str(server.pid), "server", "main.ping", "GET", "/ping"]] * CALLS, "rows")


def trace_call(scope, server, function, method, target, body=b""):
    """Sends one request while `function` is traced; returns its event, the client's connection and the expected
    time."""
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--count", 1, function).wait_attached()
    begin = time.time()
    with contextlib.closing(Connection(server.addresses["http"])) as connection:
        connection.request(method, target, body)
    when = events.time_between(begin, time.time())
    tracer.wait_end()
    attach, call = tracer.events()
    check_equal(attach["type"], "attach", "the first line")
    return call, connection, when


def check_call(scope, server, function, method, target, body=b""):
    """`target` is the pattern of its handler, with or without a query."""
    call, connection, when = trace_call(scope, server, function, method, target.encode(), body)
    path, _, query = target.partition("?")
    events.compare(call, events.call_event(
        server, when, function, method=method, path=path, query=query, route=route_of(server, path),
        host=connection.host, remote=connection.remote, request_bytes=len(body),
        tid=events.one_of(server.threads())))


def test_function(scope, release):
    """--json and a function: an event of type call with the keys of the request"""
    check_call(scope, Server(scope, release), "main.ping", "PUT", "/ping?a=b", b"12345")


def test_method(scope, release):
    """a method with a pointer receiver: its calls are reported with the keys of the request"""
    check_call(scope, Server(scope, release), "main.(*shop).checkout", "POST", "/checkout?x=1")


def test_later_parameter(scope, release):
    """a request as the last of three parameters, after an integer and a string: captured correctly"""
    check_call(scope, Server(scope, release), "main.logRequest", "DELETE", "/checkout")


def test_several(scope, release):
    """two functions: the calls of both are reported in order, and no others"""
    server = Server(scope, release)
    tracer = Tracer(scope, "--json", "--count", 3, "-b", server.exe, "main.ping", "main.(*shop).checkout")
    tracer.wait_attached()
    for target in ("/ping", "/silent", "/checkout", "/ping"):
        get(server.addresses["http"], target)
    tracer.wait_end()
    check_equal([event.get("function") for event in tracer.events()],
                [None, "main.ping", "main.(*shop).checkout", "main.ping"], "functions")


def test_one_of_two(scope, release):
    """a missing function beside an existing one: a message names the first, the other is traced"""
    server = Server(scope, release)
    tracer = Tracer(scope, "--json", "--count", 1, "-b", server.exe, "main.pong", "main.ping").wait_attached()
    get(server.addresses["http"], "/ping")
    tracer.wait_end()
    check_equal(tracer.events()[-1]["function"], "main.ping", "function")
    refusals = [line for line in tracer.stderr.all() if b"main.pong" in line]
    check(len(refusals) == 1, f"stderr names main.pong not once: {tracer.stderr.all()!r}")


# More than 64 functions of net/http match; this one is behind the first 64.
MANY, LATE = "net/http.*erve*()", "net/http.serverHandler.ServeHTTP"


def test_many(scope, release):
    """--max-functions: the calls of a function behind the first 64 of a pattern are reported, all of them"""
    server = Server(scope, release)
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--max-functions", 200, MANY).wait_attached()
    for _ in range(CALLS):
        get(server.addresses["http"], "/ping")
    tracer.stdout.wait(lambda lines: sum(LATE.encode() in line for line in lines) >= CALLS, f"lacks calls of {LATE}")
    tracer.interrupt()
    check_equal(sum(event.get("function") == LATE for event in tracer.events()), CALLS, f"calls of {LATE}")


def test_first_of_many(scope, release):
    """a pattern without --max-functions: the first 64 functions are traced, and stderr says so"""
    server = Server(scope, release)
    tracer = Tracer(scope, "--pid", server.pid, "--json", "-v", MANY).wait_attached()
    tracer.interrupt()
    stderr = tracer.stderr.text()
    check(b"functions: the first 64 are traced (--max-functions allows more)" in stderr, f"stderr does not say so: {stderr!r}")
    probes = stderr.count(b" at file offset ")
    check(0 < probes <= 64, f"{probes} probes, not up to 64")


if __name__ == "__main__":
    main([(test, release) for release in releases()
          for test in (test_table, test_function, test_method, test_later_parameter, test_several, test_one_of_two,
                       test_many, test_first_of_many)])
