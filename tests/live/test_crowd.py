#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Many processes of a few binaries: memory, time, and one inspection per binary. GOHTTPSNOOP_FULL=1: 300 processes
of 30 binaries."""

import os
import time

from account import counters, cpu_seconds, holdings
from client import get
from fleet import Service
from harness import be_alone, check, check_equal, is_sanitized, main, releases
from servers import ALL_VARIANTS
from tracer import Tracer

FULL = os.environ.get("GOHTTPSNOOP_FULL") == "1"
BINARIES, PROCESSES = (30, 300) if FULL else (6, 60)
KINDS = ("plain", "stripped", "pie", "pie-stripped", "trimpath", "uncompressed")
RESTARTS = 20


def start_crowd(scope):
    """Starts PROCESSES services of BINARIES files, with as many different contents as there are ways to build them."""
    kinds = [(release, kind) for kind in KINDS if kind in ALL_VARIANTS for release in releases()]
    firsts = [Service(scope, *kinds[number % len(kinds)][:1], variant=kinds[number % len(kinds)][1])
              for number in range(BINARIES)]
    services = [firsts[number % BINARIES].twin() if number >= BINARIES else firsts[number]
                for number in range(PROCESSES)]
    for service in services:
        service.start()
    return services


def test_crowd(scope):
    """many processes: all are attached to and restarted with one inspection per binary, and memory stays small"""
    services = start_crowd(scope)
    begin = time.monotonic()
    tracer = Tracer(scope, "--all", "--json", "-v").wait_looking_out()
    attached = time.monotonic() - begin
    cpu = cpu_seconds(tracer.process.pid)
    tracer.wait_attached(PROCESSES)
    held = holdings(tracer.process.pid)
    told = counters(tracer)
    check_equal((told["targets"], told["files with probes"], told["inspections"]), (PROCESSES, BINARIES, BINARIES),
                "targets, files with probes, inspections")
    for service in services:
        get(("127.0.0.1", service.port), "/ping")
    tracer.wait_types(PROCESSES, "request")
    for service in services[:RESTARTS]:
        service.restart()
        get(("127.0.0.1", service.port), "/ping")
    tracer.wait_types(PROCESSES + RESTARTS, "request")
    check_equal(counters(tracer)["inspections"], BINARIES, "inspections after restarts")
    later = holdings(tracer.process.pid)
    begin = time.monotonic()
    tracer.interrupt()
    print(f"{PROCESSES} processes of {BINARIES} binaries: {1e3 * attached:.0f} ms from the start until all are traced, "
          f"{1e3 * cpu:.0f} ms of CPU time; {held}; {told['probes']} probes in {told['files with probes']} files; "
          f"after {RESTARTS} restarts {later}; {1e3 * (time.monotonic() - begin):.0f} ms from SIGINT to the end", flush=True)
    check(held.anonymous < ((48 if is_sanitized() else 16) << 10), f"it holds {held}")


if __name__ == "__main__":
    be_alone()
    main([test_crowd])
