#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""golang.org/x/net under `…/vendor/`, the name that GOPATH mode and Bazel's import maps give it: two copies in one
program."""

import dataclasses
import hashlib
import json
import shutil
import sys
import time

import ways
from harness import ROOT, SKIPPED, check, check_equal, main
from servers import Server, cache_folder, can_be_had, compile_program, library
from test_xnet import server_of
from tracer import Tracer, run

PACKAGE = "golang-golang-x-net-dev"
HANDLER = "golang.org/x/net/http2.(*serverConn).runHandler"
PREFIXES = ("example.com/app/vendor/", "example.com/app/side/vendor/")
SIDE = dataclasses.replace(ways.H2C, name="h2c of the library's copy", address="side")


@dataclasses.dataclass(frozen=True)
class Source:
    release: str
    suite: str
    flags: tuple = ()
    wrapper: bool = False  # whether x/net only wraps net/http's HTTP/2

    def __str__(self):
        return " ".join((self.release, self.suite, *self.flags))


STRIPPED = ("-ldflags=-s -w",)
SOURCES = (
    Source("1.15", "bullseye"),
    Source("1.19", "bookworm"),
    Source("1.19", "bookworm", STRIPPED),
    Source("1.24", "bookworm", STRIPPED),
    Source("1.27", "bookworm"),
    Source("1.27", "sid", STRIPPED, wrapper=True),
)


def build_vendored(scope, source):
    """Builds in a private GOPATH, in which both packages have a vendor folder."""
    program, copies = ROOT / "tests/go/vendored", library(source.suite, PACKAGE) / "src/golang.org"
    files = [program / "main.go", program / "side/side.go"]
    identity = hashlib.sha256(b"\0".join(file.read_bytes() for file in files) + str(source).encode()).hexdigest()[:16]
    output = cache_folder() / "live" / f"vendored-{source.release}-{identity}"
    if not output.exists():
        output.parent.mkdir(parents=True, exist_ok=True)
        app = scope.folder / "gopath/src/example.com/app"
        shutil.copytree(program, app)
        for folder in (app, app / "side"):
            (folder / "vendor").mkdir()
            (folder / "vendor/golang.org").symlink_to(copies)
        compile_program(app, source.release, source.flags, output, scope.folder / "gopath")
    return Server.copy(scope, output, "app")


def start(scope, source):
    server = Server(scope, source.release, binary=build_vendored(scope, source))
    return server, Tracer(scope, "--pid", server.pid, "--json").wait_attached()


def ways_of(source):
    for transport in (ways.HTTP1, ways.H2C, SIDE, ways.HTTP2):
        for way in ways.ways_of(source.release, ways.H2C if transport is SIDE else transport):
            if way.path in ("/ok", "/implicit", "/panic") and way.expect != "nonsense":
                yield transport, way


def test_ways(scope, source):
    """requests to each copy of x/net: reported once, correct in every key, plus one event for each preface"""
    server, tracer = start(scope, source)
    told = 0
    for transport, way in ways_of(source):
        sent = ways.perform(way, transport, server)
        prefaces = 1 if transport in (ways.H2C, SIDE) else 0
        told += 1 + prefaces
        *_, event = tracer.wait_types(told, "request")
        ways.compare(event, server, sent, time.time(), transport.version == 1 or not source.wrapper,
                     server_of(transport, source.wrapper))
    tracer.interrupt()
    tracer.check_quiet()
    check_equal(sum(event["type"] == "request" for event in tracer.events()), told, "requests")


def test_functions(scope, source):
    """a function of the library, named as in its sources: traced in each copy"""
    server = Server(scope, source.release, binary=build_vendored(scope, source))
    tracer = Tracer(scope, server.exe, f"{HANDLER}()", "--json").wait_attached()
    for transport in (ways.H2C, SIDE):
        ways.perform(ways.ALL[0], transport, server)
    functions = [event["function"] for event in tracer.wait_types(2, "call")]
    check_equal(functions, [prefix + HANDLER for prefix in PREFIXES], "functions")


def test_inspect(scope, source):
    """inspect: lists the probes of each copy"""
    status, out, _ = run("inspect", "--json", str(build_vendored(scope, source)))
    check_equal(status, 0, "exit status")
    probes = [probe["function"] for probe in json.loads(out)["probes"]]
    for prefix in PREFIXES:
        check(prefix + HANDLER in probes, f"{prefix + HANDLER} is not among {probes}")


if __name__ == "__main__":
    sources = [source for source in SOURCES if can_be_had(source.release, source.suite, PACKAGE)]
    if not sources:
        print("skipped: neither a toolchain nor golang.org/x/net can be had")
        sys.exit(SKIPPED)
    main([(test_ways, source) for source in sources]
         + [(test, source) for source in sources[1:2] for test in (test_functions, test_inspect)])
