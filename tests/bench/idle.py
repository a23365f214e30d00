# SPDX-License-Identifier: MIT
"""What the tool does while nothing happens."""

import re
import subprocess
import time

import figures
from disturbance import Watch
from load import run_wrk
from processes import BenchError
from programs import HelloServer
from tracers import Bpftrace, Gohttpsnoop

QUIET = 5.0
SETTLE = 1.0


def count_syscalls(scope, pid):
    """System calls per second, as counted by strace."""
    report = scope.folder / f"strace.{pid}"
    done = subprocess.run(["timeout", "-s", "INT", str(QUIET), "strace", "-f", "-c", "-q", "-o", report, "-p", str(pid)],
                          capture_output=True, text=True, check=False)
    if done.returncode not in (0, 124, 130):
        raise BenchError(f"strace: {done.stderr.strip()}")
    found = re.search(r"^\s*100\.00\s+\S+\s+\S+\s+(\d+).*total$", report.read_text(), re.MULTILINE)
    return int(found[1]) / QUIET if found else 0.0


def measure(scope, tracer, server):
    """Measures after a second of requests and a second of silence."""
    run_wrk(server.url, 1)
    time.sleep(SETTLE)
    before, cpu = tracer.context_switches(), tracer.cpu_seconds()
    time.sleep(QUIET)
    result = {
        "wakeups": (tracer.context_switches() - before) / QUIET,
        "cpu": 1e3 * (tracer.cpu_seconds() - cpu) / QUIET,
        "syscalls": count_syscalls(scope, tracer.pid),
    }
    tracer.interrupt()
    tracer.forget()
    return result


def section(scope, options, say):
    """Idle: attached to a server that has had requests and now has none, for 5 s"""
    server, watch = HelloServer(scope, options.releases[-1]), Watch(say)
    rows = {
        "gohttpsnoop --json": lambda: Gohttpsnoop(scope, "--pid", server.pid),
        "bpftrace": lambda: Bpftrace(scope, server),
    }
    results = {row: [] for row in rows}
    rounds = min(options.rounds, 3)
    for number in range(rounds):
        for row in figures.rotated(list(rows), number):
            results[row].append(watch.measure(lambda: measure(scope, rows[row](), server)))
            say(f"idle: round {number + 1}/{rounds}: {row}: {results[row][-1]['wakeups']:.1f} wakeups/s")
    server.process.forget()
    text = figures.table(
        ["", "voluntary context switches/s", "system calls/s", "CPU ms/s"],
        [[row, *(figures.Figure(result[key] for result in found).show(1) for key in ("wakeups", "syscalls", "cpu"))]
         for row, found in results.items()])
    return f"{text}\n\n{watch.show()}"
