# SPDX-License-Identifier: MIT
"""What tracing costs a server that works for its requests, beside what two untraced rows differ by."""

import figures
import throughput
from disturbance import Watch
from load import SCRIPTS, measure
from processes import BenchError
from programs import SUITES, OrderServer
from tracers import Gohttpsnoop

UNTRACED, AGAIN, OURS, STATEMENTS = ROWS = (
    "untraced", "untraced, once more", "gohttpsnoop --json > file", "the same with --preset sql within requests")
ORDERS = ("-c4", "-s", str(SCRIPTS / "order.lua"))


def starters(scope, server):
    return {
        UNTRACED: lambda: None,
        AGAIN: lambda: None,
        OURS: lambda: Gohttpsnoop(scope, "--pid", server.pid),
        STATEMENTS: lambda: Gohttpsnoop(scope, "--pid", server.pid, "--preset", "sql", "--within", "requests"),
    }


def measure_row(server, start, seconds):
    tracer = start()
    load = measure(server, tracer, seconds, ORDERS)
    seen = None
    if tracer:
        tracer.wait_quiet()
        tracer.interrupt()
        seen = tracer.requests()
        tracer.forget()
    return load, seen


def run_rounds(scope, release, options, watch, say):
    server = OrderServer(scope, release)
    start = starters(scope, server)
    results = {row: [] for row in ROWS}
    for number in range(options.rounds):
        for row in figures.rotated(ROWS, number):
            results[row].append(watch.measure(lambda: measure_row(server, start[row], options.seconds)))
            say(f"orders: Go {release}, round {number + 1}/{options.rounds}: {row}: {results[row][-1][0].per_second:,.0f}/s")
    server.process.forget()
    return results


def lost_share(rates, row):
    """The share of requests a second that is missing in a row, round by round."""
    return figures.Figure(100 * (1 - a / b) for a, b in zip(rates[row], rates[UNTRACED], strict=True)).show(1, " %")


def show(release, results, watch):
    rates = {row: [load.per_second for load, _ in found] for row, found in results.items()}
    return "\n".join([
        f"Go {release}",
        figures.table(throughput.HEAD, [throughput.show_row(row, results[row], rates[UNTRACED]) for row in ROWS]),
        "",
        "fewer requests/s than untraced:",
        *(f"  {row:43}  {lost_share(rates, row)}" for row in ROWS[1:]),
        watch.show(),
    ])


def section(scope, options, say):
    """A server that takes about 1 ms a request: JSON in and out, SQLite (tests/bench/go/orders.go), wrk -t1 -c4"""
    releases = [release for release in options.releases if release in SUITES]
    if not releases:
        raise BenchError(f"the driver for SQLite is had for Go {', '.join(SUITES)} only")
    parts = []
    for release in releases:
        watch = Watch(say)
        parts.append(show(release, run_rounds(scope, release, options, watch, say), watch))
    return "\n\n".join(parts)
