#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Requests that a program serves without net/http's server: reported as unseen on stderr, in the attach event and by
inspect."""

import json
import socket
import struct

import elf
from client import get
from harness import PATIENCE, check, check_equal, main, releases
from servers import Server, build, library
from tracer import Tracer, run

UNSEEN = ["handlers called with net/http/httptest.ResponseRecorder", "requests of net/http/cgi",
          "requests of net/http/fcgi"]

# https://fastcgi-archives.github.io/FastCGI_Specification.html
BEGIN_REQUEST, END_REQUEST, PARAMS, STDIN = 1, 3, 4, 5
RESPONDER = 1


def record(kind, content=b""):
    return struct.pack(">BBHHBx", 1, kind, 1, len(content), 0) + content


def pair(name, value):
    return struct.pack(">BB", len(name), len(value)) + name + value


def ask_fcgi(address, path):
    """Sends one request by FastCGI; returns the whole answer."""
    parameters = b"".join(pair(name, value) for name, value in (
        (b"REQUEST_METHOD", b"GET"), (b"SERVER_PROTOCOL", b"HTTP/1.1"), (b"HTTP_HOST", b"a"), (b"REQUEST_URI", path)))
    with socket.create_connection(address, timeout=PATIENCE) as connection:
        connection.sendall(record(BEGIN_REQUEST, struct.pack(">HB5x", RESPONDER, 0)) + record(PARAMS, parameters)
                           + record(PARAMS) + record(STDIN))
        with connection.makefile("rb") as stream:
            return stream.read()


def test_others(scope, release):
    """FastCGI, CGI and handlers called directly: named in the attach event and once on stderr; other requests are
    traced"""
    servers = [Server(scope, release, program="others")]
    servers.append(Server(scope, release, binary=servers[0].exe))
    tracer = Tracer(scope, "--pid", ",".join(str(server.pid) for server in servers), "--json").wait_attached(2)
    server = servers[0]
    check(b"pong" in ask_fcgi(server.addresses["fcgi"], b"/ping"), "the server does not answer by FastCGI")
    for path in ("/recorded", "/ping"):
        check_equal(get(server.addresses["http"], path).status, 200, "status")
    tracer.wait_types(2, "request")
    tracer.interrupt()
    told = tracer.events()
    for event in told[:2]:
        check_equal(sorted(event["unseen"]), UNSEEN, "unseen of the attach event")
    check_equal([event["path"] for event in told[2:]], ["/recorded", "/ping"], "paths")
    notices = [line for line in tracer.stderr.all() if b": not traced: " in line]
    check_equal(len(notices), 1, f"notices in {tracer.stderr.text()!r}")
    check(str(server.exe).encode() in notices[0], f"{notices[0]!r} does not name the file")
    for what in UNSEEN:
        check(what.encode() in notices[0], f"{what} is not in {notices[0]!r}")


def test_inspect(scope, release):
    """inspect: lists what is unseen, and nothing for a server without it"""
    for program, unseen in (("others", UNSEEN), ("server", None)):
        status, out, _ = run("inspect", "--json", str(Server(scope, release, program=program).exe))
        check_equal(status, 0, "exit status")
        found = json.loads(out).get("unseen")
        check_equal(found and sorted(found), unseen, f"unseen of {program}")


def missing_captures(binary):
    """The number of missing captures of fasthttp's requests, and the number of all of them."""
    status, out, _ = run("inspect", "--json", str(binary))
    check_equal(status, 0, "exit status")
    report = json.loads(out)
    check_equal(report.get("unseen"), None, "unseen")
    captures = [capture for probe in report["probes"] if "fasthttp" in probe["function"] for capture in probe["captures"]]
    return sum("missing" in capture for capture in captures), len(captures)


def test_without_types(scope):
    """fasthttp without DWARF: all captures work with type descriptors; without descriptors all but five are missing"""
    built = build("fast", "1.24", "stripped", gopath=library("trixie", "golang-github-valyala-fasthttp-dev"))
    binary = Server.copy(scope, built, "fast")
    missing, count = missing_captures(binary)
    check_equal((missing, count > 15), (0, True), "captures that are missing")
    binary.write_bytes(elf.hide_descriptors(bytearray(binary.read_bytes())))
    missing, count = missing_captures(binary)
    check(count - missing == 5, f"{missing} of {count} captures are missing")


if __name__ == "__main__":
    main([(test, release) for test in (test_others, test_inspect) for release in releases()] + [test_without_types])
