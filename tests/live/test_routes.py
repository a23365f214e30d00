#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""When the route is known and when it is missing: docs/events.md, "Routes"."""

from client import get
from harness import check, check_equal, main
from servers import VARIANTS, Server, build, cells_with, library, release_number, releases_of, versioned_library
from tracer import Tracer

RELEASES = ("1.19", "1.24", "1.27")
HAS_ROUTES = (1, 22)  # http.ServeMux in a probe on demand
HAS_PATTERN = (1, 23)
GORILLA = "golang-github-gorilla-mux-dev"
CELLS = (("bookworm", "1.19"), ("trixie", "1.24"), ("sid", "1.27"))
GORILLA_ROUTES = (("http", "/items/7", "/items/{item}"), ("http", "/api/items/7", "/api/items/{item}"), ("http", "/nothing", None),
                  ("timed", "/items/7", "/items/{item}"))

CHI, CHI_MODULE = "golang-github-go-chi-chi-dev", "github.com/go-chi/chi"
CHI_PATHS = (("/users/u/items/i", "/users/{user}/items/{item}"), ("/files/a/b", "/files/*"), ("/", "/"),
             ("/api/users/u", "/api/users/{user}"), ("/api/", "/api"), ("/3/deeper/deeper/users/u", "/3/deeper/deeper/users/{user}"),
             ("/4/deeper/deeper/deeper/users/u", None), ("/nothing", None), ("/users/u", None))

GIN = "golang-github-gin-gonic-gin-dev"
GIN_PATHS = (("/users/u/items/i", "/users/:user/items/:item"), ("/files/a/b", "/files/*rest"), ("/panic/u", "/panic/:user"),
             ("/api/users/u", "/api/users/:user"), ("/nothing", None))
ROUNDS = 20  # the probe on demand is there a moment after the first request that needs it

# Server, path, route at first and when the probe on demand is there, and route of the call of its handler.
ROWS = (("plain", "/item/7", "/item/", "/item/", "/item/"), ("copied", "/item/7", None, "/item/", "/item/"),
        ("nested", "/api/item/7", "/api/", "/item/", "/item/"), ("plain", "/nothing", None, None, None),
        ("timed", "/item/7", None, "/item/", "/item/"), ("pooled", "/item/7", None, "/item/", "/item/"),
        ("foreign", "/item/7", None, None, "/item/"), ("other", "/item/7", None, None, "/item/"))


def ask(server, tracer, kind):
    """The routes of one request to each server."""
    before = len(tracer.wait_types(0, kind))
    wanted = sum(1 for row in ROWS if kind == "request" or row[4])
    for address, path, *_ in ROWS:
        get(server.addresses[address], path)
    return [event.get("route") for event in tracer.wait_types(before + wanted, kind)[before:]]


def start(scope, release, variant, *options, environment=None):
    server = Server(scope, release, variant, program="middleware", environment=environment)
    how = ("--binary", server.exe) if "--binary" in options else ("--pid", server.pid)
    rest = [option for option in options if option != "--binary"]
    return server, Tracer(scope, *how, "--json", *rest).wait_attached()


def check_requests(server, tracer, known):
    # The probe on demand may be there after the very first of them.
    for found, row in zip(ask(server, tracer, "request"), ROWS):
        check(found in (row[2:4] if known else (None,)), f"the route of one of the first requests is {found!r}, not of {row}")
    expected = [row[3] if known else None for row in ROWS]
    for _ in range(ROUNDS):
        found = ask(server, tracer, "request")
        if found == expected:
            break
    check_equal(found, expected, "routes of later requests")
    return expected


def test_routes(scope, release, variant, *options):
    """behind a middleware that copies the request, and of the innermost mux, from the first such request on"""
    known = release_number(release) >= HAS_PATTERN
    server, tracer = start(scope, release, variant, *options)
    expected = check_requests(server, tracer, known)
    # A process that runs the same file later has all probes from its beginning.
    if "--binary" in options:
        later = Server(scope, release, binary=server.exe)
        tracer.wait_attached(2)
        check_equal(ask(later, tracer, "request"), expected, "routes of another process of the file")
    tracer.interrupt()


def check_router(scope, program, gopath, cell, variant, ways):
    """Repeats these requests until the probes on demand are there: each then has its route."""
    _, release = cell
    binary = build(program, release, variant, gopath)
    server = Server(scope, release, binary=Server.copy(scope, binary, program))
    tracer = Tracer(scope, "--pid", server.pid, "--json").wait_attached()
    expected = [route for _, _, route in ways]
    for round_number in range(ROUNDS):
        for address, path, _ in ways:
            get(server.addresses[address], path)
        events = tracer.wait_types((round_number + 1) * len(expected), "request")[-len(expected):]
        found = [event.get("route") for event in events]
        if found == expected:
            break
    check_equal(found, expected, "routes")
    tracer.interrupt()


def test_gorilla(scope, cell, variant):
    """gorilla/mux: the template of the route, from the first request without one on"""
    check_router(scope, "gorilla", library(cell[0], GORILLA), cell, variant, GORILLA_ROUTES)


def everywhere(paths, mux_route, release):
    """The router alone, behind http.TimeoutHandler and in a mux, whose own route it has where the router chooses none."""
    has_routes = release_number(release) >= HAS_ROUTES
    outer = [("within", path, route or ("/" if has_routes else None)) for path, route in paths]
    return [(address, path, route) for address in ("http", "timed") for path, route in paths] + outer + [
        ("http", "/mux/page", "/mux/page" if has_routes else mux_route)]


def test_chi(scope, cell, variant):
    """chi: the patterns of routers within each other, and of an http.ServeMux within them"""
    gopath = versioned_library(cell[0], CHI, CHI_MODULE, "v5") if variant == "v5" else library(cell[0], CHI)
    check_router(scope, "chi", gopath, cell, variant, everywhere(CHI_PATHS, "/mux/*", cell[1]))


def test_gin(scope, cell, variant):
    """gin: the full path, also of a handler that panics, and of an http.ServeMux within it"""
    check_router(scope, "gin", library(cell[0], GIN), cell, variant, everywhere(GIN_PATHS, "/mux/*rest", cell[1]))


def test_calls(scope, release):
    """calls of a handler have the route of the request that it is given"""
    known = release_number(release) >= HAS_PATTERN
    server, tracer = start(scope, release, "plain", "main.item")
    check_equal(ask(server, tracer, "call"), [row[4] if known else None for row in ROWS if row[4]], "routes of calls")
    tracer.interrupt()


def test_old_mux(scope, release):
    """the ServeMux of modules that declare a go version before 1.22: there is no route"""
    server, tracer = start(scope, release, "plain", environment={"GODEBUG": "httpmuxgo121=1"})
    for _ in range(2):
        check_equal(ask(server, tracer, "request"), [None] * len(ROWS), "routes")
    tracer.interrupt()


if __name__ == "__main__":
    main([(test_routes, release, variant, *options) for release in releases_of(RELEASES) for variant in VARIANTS
          for options in ((), ("--binary",))] +
         [(test, cell, variant) for test, package in ((test_gorilla, GORILLA), (test_chi, CHI), (test_gin, GIN))
          for cell in cells_with(CELLS, package) for variant in ("plain", "stripped", *(("v5",) if test is test_chi else ()))] +
         [(test, release) for release in releases_of(RELEASES) for test in (test_calls, test_old_mux)])
