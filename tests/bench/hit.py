# SPDX-License-Identifier: MIT
"""The time that one hit of a probe costs its thread."""

import figures
from disturbance import Watch
from processes import BenchError
from programs import Spinner, entry_and_returns
from tracers import EmptyProbe, Gohttpsnoop

READS = 16
NOTHING, EMPTY, ENTRY, MANY_READS, OURS = ROWS = (
    "no probe", "empty program at our site", "empty program on the first instruction",
    f"{READS} reads of 64 bytes, nothing else, at our site", "gohttpsnoop --json BINARY main.handle")
WINDOWS_PER_SECOND = 80
ATTEMPTS = 5


def starters(scope, spinner):
    ours = Gohttpsnoop(scope, spinner.binary, "main.handle")
    site = ours.sites()["main.handle"]
    ours.forget()
    entry = entry_and_returns(spinner.binary, spinner.release, "main.handle")[0]
    return {
        NOTHING: lambda: None,
        EMPTY: lambda: EmptyProbe(scope, spinner.pid, [site]),
        ENTRY: lambda: EmptyProbe(scope, spinner.pid, [entry]),
        MANY_READS: lambda: EmptyProbe(scope, spinner.pid, [site], READS),
        OURS: lambda: Gohttpsnoop(scope, spinner.binary, "main.handle"),
    }


def measure_once(spinner, start, windows):
    """Returns the result, and whether it is complete: a lost record costs less than a written one."""
    tracer = start()
    result = spinner.spin(windows)
    complete = True
    if tracer:
        tracer.wait_quiet()
        tracer.interrupt()
        if isinstance(tracer, Gohttpsnoop):
            complete = tracer.lost() == 0
            if tracer.seen() + tracer.lost() != result["calls"]:
                raise BenchError(f"{result['calls']} calls, but {tracer.seen()} events and {tracer.lost()} lost")
        tracer.forget()
    return result, complete


def measure_row(spinner, start, windows):
    for _ in range(ATTEMPTS):
        result, complete = measure_once(spinner, start, windows)
        if complete:
            return result
    raise BenchError(f"something was lost in each of {ATTEMPTS} attempts: the machine is too busy")


def run_rounds(scope, release, options, watch, say):
    spinner = Spinner(scope, release)
    start = starters(scope, spinner)
    results = {row: [] for row in ROWS}
    for number in range(options.rounds):
        for row in figures.rotated(ROWS, number):
            results[row].append(watch.measure(
                lambda: measure_row(spinner, start[row], options.seconds * WINDOWS_PER_SECOND)))
            say(f"hit: Go {release}, round {number + 1}/{options.rounds}: {row}: {results[row][-1]['median']:.0f} ns")
    spinner.process.forget()
    return results


def show_release(release, results, watch):
    def per_hit(row, key):
        return [hit[key] - call[key] for hit, call in zip(results[row], results[NOTHING], strict=True)]

    def show(row, key):
        return figures.Figure(result[key] for result in results[row]).show(1 if row == NOTHING else 0)

    reads = [(many - none) / READS for many, none in
             zip(per_hit(MANY_READS, "best"), per_hit(EMPTY, "best"), strict=True)]
    return "\n".join([
        f"Go {release}",
        figures.table(["", "ns/call, best window", "ns/call, median window"],
                      [[row, show(row, "best"), show(row, "median")] for row in ROWS]),
        "",
        "ours / empty, best windows:    " + figures.ratio(per_hit(OURS, "best"), per_hit(EMPTY, "best")).show(2),
        "ours / empty, median windows:  " + figures.ratio(per_hit(OURS, "median"), per_hit(EMPTY, "median")).show(2),
        "first instruction / our site, empty, best windows: " +
        figures.ratio(per_hit(ENTRY, "best"), per_hit(EMPTY, "best")).show(2),
        "one read of 64 bytes of user memory, ns: " + figures.Figure(reads).show(1),
        watch.show(),
    ])


def section(scope, options, say):
    """One hit: a function of a handler's signature called in a tight loop, all its captures"""
    parts = []
    for release in options.releases:
        watch = Watch(say)
        parts.append(show_release(release, run_rounds(scope, release, options, watch, say), watch))
    return "\n\n".join(parts)
