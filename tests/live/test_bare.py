#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Stripped programs without build information and build ID: only the version string and the type descriptors are
left."""

import subprocess

import events
from harness import check, check_equal, main, require_command
from mixed_requests import COUNT, send
from servers import Server, build, releases_of, toolchain
from test_captures import exchange, set_target, transports
from tracer import Tracer

RELEASES = ("1.19", "1.24", "1.27")
# The sections that objcopy removes in the build of esbuild.
REMOVED = (".go.buildinfo", ".note.go.buildid", ".note.gnu.build-id")
NOBODY_HAS_SEEN = "go1.99.0"


def version_of(release):
    return toolchain(release).joinpath("VERSION").read_text().split()[0]


def with_other_version(data, release):
    """Replaces the version in the only place that is left by one of a future release."""
    version = version_of(release).encode()
    check_equal(data.count(version), 1, f"places of {version!r}")
    return data.replace(version, NOBODY_HAS_SEEN.encode().ljust(len(version), b"0"))


def bare(scope, program, release, is_later):
    """Returns a copy of the program, and the version that it contains."""
    require_command("objcopy")
    binary = Server.copy(scope, build(program, release, "stripped"), program)
    subprocess.run(["objcopy", *(f"--remove-section={name}" for name in REMOVED), binary], check=True)
    data = binary.read_bytes()
    check(b"\xff Go buildinf:" not in data, "the build information is still there")
    if not is_later:
        return binary, version_of(release)
    binary.write_bytes(with_other_version(data, release))
    return binary, NOBODY_HAS_SEEN.ljust(len(version_of(release)), "0")


def test_every_key(scope, release, is_later):
    """23 requests over HTTP/1, HTTPS and HTTP/2: every key is correct"""
    require_command("curl")
    binary, version = bare(scope, "server", release, is_later)
    server = Server(scope, release, binary=binary)
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--count", COUNT).wait_attached()
    expected = send(server)
    tracer.wait_end()
    attach, *requests = tracer.events()
    check_equal(attach["go"], version, "Go version")
    check_equal(len(requests), COUNT, "requests")
    for event, members in zip(requests, expected):
        events.compare(event, members)


ASKED = ("--header", "x-user", "--header", "x-none", "--response-header", "x-out", "--capture",
         'user=req.Header["X-User"][0]', "--capture", "req.URL.RawQuery", "--capture", "length=len(w.handlerHeader)")


def test_headers_and_captures(scope, release, is_later):
    """headers of both directions and captures: all are reported over each transport"""
    binary, _ = bare(scope, "headers", release, is_later)
    server = Server(scope, release, binary=binary)
    tracer = Tracer(scope, "--pid", server.pid, "--json", *ASKED).wait_attached()
    targets, target = transports(release), set_target([("X-Out", "yes"), ("X-More", "1")])
    for transport in targets:
        exchange(server, transport, target, [("X-User", "ada")])
    found = tracer.wait_types(len(targets), "request")
    tracer.interrupt()
    check_equal(len(found), len(targets), "requests")
    for transport, event in zip(targets, found):
        subject = f"Go {release}, {transport.name}: {event}"
        check_equal(event["request_headers"], {"X-User": "ada"}, subject)
        check_equal(event["response_headers"], {"X-Out": "yes"}, subject)
        check_equal((event["captures"]["user"], event["captures"]["req.URL.RawQuery"]), ("ada", target.partition("?")[2]),
                    subject)
        check(event["captures"]["length"] >= 2, subject)


if __name__ == "__main__":
    main([(test, release, is_later) for release in releases_of(RELEASES) for is_later in (False, True)
          for test in (test_every_key, test_headers_and_captures)])
