#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""When the route is known and when it is missing: docs/events.md, "Routes"."""

from client import get
from harness import check_equal, main
from servers import Server, release_number, releases_of
from tracer import Tracer

RELEASES = ("1.19", "1.24", "1.27")
HAS_PATTERN = (1, 23)

# Server, path, route of the request, and route of the call of its handler.
ROWS = (("plain", "/item/7", "/item/", "/item/"), ("copied", "/item/7", None, "/item/"),
        ("nested", "/api/item/7", "/api/", "/item/"))


def routes_of(scope, release, environment, *options):
    server = Server(scope, release, program="middleware", environment=environment)
    tracer = Tracer(scope, "--pid", server.pid, "--json", *options).wait_attached()
    for address, path, _, _ in ROWS:
        check_equal(get(server.addresses[address], path).status, 200, "status")
    kind = "call" if options else "request"
    found = [event.get("route") for event in tracer.wait_types(len(ROWS), kind)]
    tracer.interrupt()
    return found


def test_routes(scope, release):
    """the route is the pattern of the mux; behind a middleware that copies the request only the handler's call has
    it"""
    known = release_number(release) >= HAS_PATTERN
    check_equal(routes_of(scope, release, {}), [row[2] if known else None for row in ROWS], "routes of requests")
    check_equal(routes_of(scope, release, {}, "main.item"), [row[3] if known else None for row in ROWS], "routes of calls")


def test_old_mux(scope, release):
    """the ServeMux of modules that declare a go version before 1.22: there is no route"""
    check_equal(routes_of(scope, release, {"GODEBUG": "httpmuxgo121=1"}), [None] * len(ROWS), "routes")


if __name__ == "__main__":
    main([(test, release) for release in releases_of(RELEASES) for test in (test_routes, test_old_mux)])
