#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Long and hostile paths, queries and names: correct or marked as truncated, and never written raw to a terminal."""

import contextlib
import time
import urllib.parse

import events
from client import Connection
from exchanges import route_of
from harness import Skip, check, check_equal, main, releases, require_command
from servers import Server
from test_requests import check_jq
from tracer import Tracer

DEFAULT_LIMIT = 1024
LENGTHS = (127, 128, 129, 1024, 1025, 9000)


def long_text(prefix, size):
    """All parts of the text differ, so that a piece from a wrong offset is noticed."""
    return (prefix + "".join(f"{at:06}-" for at in range(0, size, 7)))[:size]


def send(server, targets):
    """Sends each request on one connection; returns the connection, the time of all requests, and the responses."""
    begin = time.time()
    with contextlib.closing(Connection(server.addresses["http"])) as connection:
        answers = [connection.request("GET", target) for target in targets]
        check_equal([answer.status for answer in answers], [200] * len(targets), "statuses")
    return connection, events.time_between(begin, time.time()), answers


def expected_event(server, connection, when, answer, path, query=b"", limit=DEFAULT_LIMIT):
    """`path` and `query` are bytes as the server has them in memory."""
    route = route_of(server, "/echo/")
    if isinstance(route, events.Perhaps):
        raise Skip(f"Go {server.release} has a route from some request on")
    values = {"method": b"GET", "path": path, "query": query,
              "route": b"" if route is events.ABSENT else route.encode(),
              "host": connection.host.encode(), "remote": connection.remote.encode()}
    return events.request_event(
        server, when, status=200, response_bytes=len(answer.body),
        truncated={key: len(value) for key, value in values.items() if len(value) > limit},
        **{key: events.shown(value[:limit]) for key, value in values.items()})


# --- length ---


def check_lengths(scope, release, limit, arguments):
    server = Server(scope, release)
    paths = [long_text("/echo/", size) for size in LENGTHS]
    queries = ["", *(long_text("q=", size) for size in reversed(LENGTHS[1:]))]
    pairs = [(path, "") for path in paths] + list(zip(paths, queries))
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--count", len(pairs), *arguments).wait_attached()
    connection, when, answers = send(server, [f"{path}?{query}".encode() for path, query in pairs])
    tracer.wait_end()
    for event, answer, (path, query) in zip(tracer.wait_types(len(pairs), "request"), answers, pairs):
        events.compare(event, expected_event(server, connection, when, answer, path.encode(), query.encode(), limit))


def test_lengths(scope, release):
    """paths and queries of 127 to 9,000 bytes: complete up to 1,024, else the first 1,024 bytes and the full length"""
    check_lengths(scope, release, DEFAULT_LIMIT, [])


def test_max_string(scope, release, limit):
    """--max-string, up to its maximum: strings are complete up to the limit, else truncated with their full length"""
    check_lengths(scope, release, limit, ["--max-string", limit])


def test_cut_character(scope, release):
    """a character that the limit would split: left out, not shown as damaged"""
    server = Server(scope, release)
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--count", 2, "--max-string", 20).wait_attached()
    odd = "/echo/12345678901234é".encode()  # byte 20 is the first byte of é
    even = "/echo/1234567890123éé".encode()  # byte 20 is the last byte of the first é: no character is split
    connection, when, answers = send(server, [urllib.parse.quote(path).encode() for path in (odd, even)])
    tracer.wait_end()
    for event, answer, path in zip(tracer.wait_types(2, "request"), answers, (odd, even)):
        whole = path[:20].decode(errors="ignore")
        expected = expected_event(server, connection, when, answer, path, limit=20)
        events.compare(event, {**expected, "path": whole})


# --- hostile bytes ---

HOSTILE = {
    "NUL": b"\x00",
    "newline": b"\n",
    "carriage return": b"\r",
    "clear screen": b"\x1b[2J",
    "set title": b"\x1b]0;owned\x07",
    "quote": b'"',
    "backslash": b"\\",
    "end of JSON": b'"}\n{"type":"request"}',
    "DEL": b"\x7f",
    "C1 in UTF-8": "\x9b2J".encode(),
    "C1 as a byte": b"\x9b2J",
    "lone continuation": b"\x80",
    "cut character": b"\xe2\x82",
    "overlong slash": b"\xc0\xaf",
    "surrogate": b"\xed\xa0\x80",
    "beyond Unicode": b"\xf4\x90\x80\x80",
    "0xff": b"\xff\xfe",
    "right-to-left override": "\u202e gpj.exe".encode(),
    "isolate": "\u2066x\u2069".encode(),
    "line separator": "\u2028\u2029".encode(),
    "byte order mark": "\ufeff".encode(),
    "beyond the basic plane": "\U0001f980".encode(),
    "format of printf": b"%s%n%99999d",
    "all bytes": bytes(range(256)),
}

# Bytes that a query may contain as they are, because a query is not decoded.
RAW_QUERIES = {name: data for name, data in HOSTILE.items() if not set(data) & {*range(33), 0x7f, ord("#")}}


def hostile_requests():
    """Pairs of a target, and the path and query as the server has them in memory."""
    for data in HOSTILE.values():
        yield b"/echo/" + urllib.parse.quote_from_bytes(data, safe="").encode(), (b"/echo/" + data, b"")
    for data in RAW_QUERIES.values():
        yield b"/echo/raw?" + data, (b"/echo/raw", data)


def test_hostile(scope, release):
    """control characters, quotes, invalid UTF-8 and overrides: one valid line of JSON each, with the right value"""
    require_command("jq")
    server = Server(scope, release)
    targets, values = zip(*hostile_requests())
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--count", len(targets)).wait_attached()
    connection, when, answers = send(server, targets)
    tracer.wait_end()
    tracer.check_whole_lines()
    lines = tracer.events()
    check_equal(len(lines), 1 + len(targets), "lines")
    for event, answer, (path, query) in zip(lines[1:], answers, values):
        events.compare(event, expected_event(server, connection, when, answer, path, query))
    check_jq(tracer.stdout.text(), len(lines))


def test_hostile_table(scope, release):
    """hostile bytes in the tables of requests and calls: one escaped row each"""
    targets, _ = zip(*hostile_requests())
    for function in ([], ["main.logRequest"]):
        server = Server(scope, release)
        tracer = Tracer(scope, "--pid", server.pid, "--count", len(targets), *function).wait_attached()
        send(server, [target.replace(b"/echo/", b"/logged/", 1) for target in targets])
        tracer.wait_end()
        tracer.check_whole_lines()
        rows = [events.decode_text(line, "a row") for line in tracer.stdout.all()]
        check_equal(len(rows), 1 + len(targets), "rows and heading")
        for shown in ("/logged/\\x1b[2J", "/logged/\\x00", "/logged/\\x0a", '/logged/"', "\\u202e gpj.exe"):
            check(sum(shown in row for row in rows) > 0, f"no row shows {shown}: {rows}")
        events.decode_text(tracer.stderr.text(), "stderr")


def test_hostile_names(scope, release):
    """control characters in the name of a server's file: escaped in every line, also on stderr"""
    name = b"a\x1b[2J\n\"\xe2\x80\xae\xff".decode(errors="surrogateescape")
    for arguments in (["--json"], []):
        server = Server(scope, release, name=name)
        tracer = Tracer(scope, "--pid", server.pid, *arguments).wait_attached()
        send(server, [b"/echo/x"])
        tracer.wait_lines(2)
        server.kill()
        tracer.wait_end()
        events.decode_text(tracer.stderr.text(), "stderr")
        for line in tracer.stdout.all():
            events.decode_text(line, "a line")
        check_equal(len(tracer.stdout.all()), 3 if arguments else 2, "lines")
        if arguments:
            check_names(tracer.events(), server, name)


def check_names(lines, server, name):
    raw = name.encode(errors="surrogateescape")
    for event in lines:
        check_equal(event["comm"], events.shown(raw[:15]), "comm")
        check_equal(event["exe"], events.shown(bytes(server.exe)), "exe")


if __name__ == "__main__":
    main([(test, release) for release in releases()
          for test in (test_lengths, test_cut_character, test_hostile, test_hostile_table, test_hostile_names)]
         + [(test_max_string, release, limit) for release in releases() for limit in (1, 130, 4096, 8192)])
