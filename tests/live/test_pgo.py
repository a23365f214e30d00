#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Profile-guided optimisation inlines functions that are probed: their requests are reported nevertheless."""

import hashlib
import os
import re
import subprocess
import sys
import time

import ways
from client import Connection
from harness import PATIENCE, ROOT, SKIPPED, Scope, Skip, check, check_equal, main, require_command
from load import Flood
from servers import Server, build, cache_folder, can_be_had, compile_program, toolchain
from tracer import Tracer

# Go 1.21 is the first release that does this by default. Both releases inline finishRequest, and 1.22 usually
# ServeHTTP, too. Each new profile makes Go compile the whole library again, which takes a minute or two.
RELEASES = ("1.22", "1.27") if os.environ.get("GOHTTPSNOOP_FULL") == "1" else ("1.22",)
PROFILED_REQUESTS = 400_000
PROFILED_SECONDS = 5
MAX_PROFILES = 4
COUNT = 23

# The probed functions whose calls may be inlined, and their caller.
PROBED = ("net/http.serverHandler.ServeHTTP", "net/http.(*response).finishRequest")
CALLER = "net/http.(*conn).serve"


def make_profile(release, path):
    """Writes a CPU profile of a busy server."""
    part = path.with_suffix(".part")
    with Scope() as scope:
        server = Server(scope, release, program="ends", environment={"GOHTTPSNOOP_PROFILE": str(part)})
        deadline = time.monotonic() + PROFILED_SECONDS
        while time.monotonic() < deadline:
            Flood(scope, server, PROFILED_REQUESTS, path="/ok").wait()
        server.process.stdin.close()
        server.process.wait(PATIENCE)
    part.replace(path)


def build_with_profile(release):
    """Returns binary and profile. Both are kept, because with another profile Go would compile its whole library
    again."""
    source = ROOT / "tests/go/ends/main.go"
    identity = hashlib.sha256(source.read_bytes() + (toolchain(release) / "VERSION").read_bytes()).hexdigest()[:16]
    binary = cache_folder() / "live" / f"ends-{release}-pgo-{identity}"
    profile = binary.with_name(binary.name + ".profile")
    binary.parent.mkdir(parents=True, exist_ok=True)
    if not profile.exists():
        make_profile(release, profile)
    if not binary.exists():
        compile_program(source, release, (f"-pgo={profile}",), binary)
    return binary, profile


def called_functions(binary, caller):
    """The functions that `caller` calls directly."""
    done = subprocess.run(["objdump", "--disassemble=" + caller, "--no-show-raw-insn", str(binary)],
                          capture_output=True, text=True, check=True)
    check(re.search(r"\tcall ", done.stdout), f"objdump shows no calls in {caller}")
    return set(re.findall(r"\tcall +[0-9a-f]+ <(.+)>$", done.stdout, re.MULTILINE))


def inlined_functions(binary):
    return [name for name in PROBED if name not in called_functions(binary, CALLER)]


def build_with_telling_profile(release):
    """Returns a binary and the probed functions that are inlined in it. Makes new profiles if none is inlined: which
    calls are hot depends on chance."""
    for _ in range(MAX_PROFILES):
        binary, profile = build_with_profile(release)
        inlined = inlined_functions(binary)
        if inlined:
            return binary, inlined
        binary.unlink()
        profile.unlink()
    check(False, f"with none of {MAX_PROFILES} profiles anything is inlined in {CALLER}: the test shows nothing")


def start(scope, release):
    binary, inlined = build_with_telling_profile(release)
    print(f"Go {release}: inlined in {CALLER}: {', '.join(inlined)}", flush=True)
    server = Server(scope, release, binary=Server.copy(scope, binary, "pgo"))
    return server, Tracer(scope, "--pid", server.pid, "--json").wait_attached()


def test_plain_build(scope, release):
    """a build without a profile: nothing is inlined, as the other tests assume"""
    check_equal(inlined_functions(build("ends", release)), [], "inlined")


def test_requests(scope, release):
    """23 requests on one connection: each is reported once, with its outcome, status and size"""
    server, tracer = start(scope, release)
    with Connection(server.addresses["http"]) as connection:
        for number in range(COUNT):
            path = ("/ok", "/header-only", "/chunked")[number % 3]
            check_equal(connection.get(f"{path}?{number}").status, 201 if path == "/header-only" else 200, "status")
    tracer.interrupt()
    requests = [event for event in tracer.events() if event["type"] == "request"]
    check_equal([(event["query"], event["outcome"], event["status"], event["response_bytes"]) for event in requests],
                [(str(number), "ok", *((200, 3), (201, 0), (200, 24))[number % 3]) for number in range(COUNT)],
                "requests")


def test_ways(scope, release):
    """each way a request can end, over each transport: reported as without a profile"""
    server, tracer = start(scope, release)
    told = ways.perform_all(release, server, tracer)
    tracer.interrupt()
    check_equal(sum(event["type"] == "request" for event in tracer.events()), told, "requests")


if __name__ == "__main__":
    try:
        require_command("objdump")
    except Skip as reason:
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)
    chosen = [release for release in RELEASES if can_be_had(release)]
    if not chosen:
        print("skipped: no toolchain with profile-guided optimisation can be had")
        sys.exit(SKIPPED)
    main([(test, release) for release in chosen for test in (test_plain_build, test_requests, test_ways)])
