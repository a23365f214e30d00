# SPDX-License-Identifier: MIT
"""The time inside the eBPF programs, which the kernel measures itself (kernel.bpf_stats_enabled)."""

import contextlib
import pathlib
import re

import figures
from disturbance import Watch
from load import run_wrk
from processes import BenchError
from programs import FINISH_REQUEST, SERVE_HTTP, HelloServer
from tracers import EmptyProbe, Gohttpsnoop, StraightProbe

SWITCH = pathlib.Path("/proc/sys/kernel/bpf_stats_enabled")
KPROBE = "2"  # linux/bpf.h, BPF_PROG_TYPE_KPROBE: the type of uprobe programs, too
HEADERS = ("--header", "User-Agent", "--header", "Accept", "--response-header", "Content-Type")
EMPTY, STRAIGHT, LEAST, OURS, LONG = ROWS = (
    "two empty programs", "straight-line programs", "the same, with gohttpsnoop's reads", "gohttpsnoop --json",
    "the same with three headers")


@contextlib.contextmanager
def kernel_measures():
    before = SWITCH.read_text()
    SWITCH.write_text("1")
    try:
        yield
    finally:
        SWITCH.write_text(before)


def run_time(pid):
    """Nanoseconds and runs of all uprobe programs of a process."""
    programs = {}
    for path in pathlib.Path(f"/proc/{pid}/fdinfo").iterdir():
        facts = dict(re.findall(r"^(\w+):\s+(\S+)$", path.read_text(), re.MULTILINE))
        if facts.get("prog_type") == KPROBE and "run_time_ns" in facts:
            programs[facts["prog_id"]] = int(facts["run_time_ns"]), int(facts["run_cnt"])
    return [sum(column) for column in zip(*programs.values())]


def starters(scope, server):
    ours = Gohttpsnoop(scope, "--pid", server.pid)
    sites = [ours.sites()[name] for name in (SERVE_HTTP, FINISH_REQUEST)]
    ours.forget()
    return {
        EMPTY: lambda: EmptyProbe(scope, server.pid, sites),
        STRAIGHT: lambda: StraightProbe(scope, server, *sites),
        LEAST: lambda: StraightProbe(scope, server, *sites, options=["--least"]),
        OURS: lambda: Gohttpsnoop(scope, "--pid", server.pid),
        LONG: lambda: Gohttpsnoop(scope, "--pid", server.pid, *HEADERS),
    }


def measure_row(server, start, seconds):
    """Nanoseconds inside the programs for one request, which are two runs."""
    tracer = start()
    run_wrk(server.url, seconds)
    nanoseconds, runs = run_time(tracer.pid)
    tracer.interrupt()
    tracer.forget()
    if runs == 0:
        raise BenchError(f"{tracer.name}: its programs did not run")
    return nanoseconds / (runs / 2)


def run_rounds(scope, server, options, watch, say):
    start = starters(scope, server)
    results = {row: [] for row in ROWS}
    for number in range(options.rounds):
        for row in figures.rotated(ROWS, number):
            results[row].append(watch.measure(lambda: measure_row(server, start[row], options.seconds)))
            say(f"inside: Go {server.release}, round {number + 1}/{options.rounds}: {row}: {results[row][-1]:.0f} ns")
    return results


def show_release(scope, release, options, say):
    server, watch = HelloServer(scope, release), Watch(say)
    if not StraightProbe.fits(server):
        server.process.forget()
        return f"Go {release}: not measured, the straight-line programs are for Go 1.19 to 1.24 on amd64"
    results = run_rounds(scope, server, options, watch, say)
    server.process.forget()
    ratios = ((LEAST, STRAIGHT), (OURS, STRAIGHT), (OURS, LEAST), (LONG, STRAIGHT))
    return "\n".join([
        f"Go {release}",
        figures.table(["", "ns/request"], [[row, figures.Figure(results[row]).show()] for row in ROWS]),
        "",
        *(f"{one} / {other}: {figures.ratio(results[one], results[other]).show(2)}" for one, other in ratios),
        watch.show(),
    ])


def section(scope, options, say):
    """Inside the eBPF programs, at the begin and the end of a request of net/http's server"""
    with kernel_measures():
        return "\n\n".join(show_release(scope, release, options, say) for release in options.releases)
