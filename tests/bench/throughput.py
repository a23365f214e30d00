# SPDX-License-Identifier: MIT
"""Throughput and latency of a server on one core, and what a request costs more when it is traced."""

import os

import figures
from load import measure
from programs import FINISH_REQUEST, SERVE_HTTP, HelloServer, entry_and_returns
from tracers import Bpftrace, EmptyProbe, Gohttpsnoop

UNTRACED, FLOOR, OURS, OTHERS, BPFTRACE = ROWS = (
    "untraced", "two empty probes at our sites (floor)", "gohttpsnoop --json > file",
    "empty probes on entry and ret", "bpftrace: method and path of the handler")


def starters(scope, server):
    """By row: what attaches its tracer."""
    ours = Gohttpsnoop(scope, "--pid", server.pid)
    sites = [ours.sites()[name] for name in (SERVE_HTTP, FINISH_REQUEST)]
    ours.forget()
    around = entry_and_returns(server.binary, server.release, SERVE_HTTP)
    return {
        UNTRACED: lambda: None,
        FLOOR: lambda: EmptyProbe(scope, server.pid, sites),
        OURS: lambda: Gohttpsnoop(scope, "--pid", server.pid),
        OTHERS: lambda: EmptyProbe(scope, server.pid, around),
        BPFTRACE: lambda: Bpftrace(scope, server),
    }


def measure_row(server, start, seconds):
    tracer = start()
    load = measure(server, tracer, seconds, os.cpu_count())
    seen = None
    if tracer:
        tracer.interrupt()
        seen = tracer.seen()
        tracer.forget()
    return load, seen


def run_rounds(scope, release, rounds, seconds, say):
    """By row, the loads of all rounds and what the tracers saw of them."""
    server = HelloServer(scope, release)
    start = starters(scope, server)
    results = {row: [] for row in ROWS}
    for number in range(rounds):
        for row in figures.rotated(ROWS, number):
            results[row].append(measure_row(server, start[row], seconds))
            say(f"throughput: Go {release}, round {number + 1}/{rounds}: {row}: {results[row][-1][0].per_second:,.0f}/s")
    server.process.forget()
    return results


def show_row(row, results, untraced):
    loads = [load for load, _ in results]
    rates = [load.per_second for load in loads]
    seen = [count / load.requests for load, count in results if count is not None]
    cpu = [load.tracer_cpu / load.requests * 1e6 for load in loads]
    return [
        row,
        figures.Figure(rates).show(),
        figures.ratio(rates, untraced).show(2),
        figures.Figure(load.p50 for load in loads).show(),
        figures.Figure(load.p99 for load in loads).show(),
        f"{figures.Figure(seen).median:.1%}" if seen else "",
        f"{figures.Figure(cpu).median:.2f}" if any(cpu) else "",
    ]


def costs(rates, untraced):
    """Microseconds that a request takes longer than an untraced one: the server's core is always busy."""
    return [1e6 / rate - 1e6 / base for rate, base in zip(rates, untraced, strict=True)]


def show_release(release, results):
    rates = {row: [load.per_second for load, _ in results[row]] for row in ROWS}
    others = [load.others_share for row in ROWS for load, _ in results[row]]
    cost = {row: costs(rates[row], rates[UNTRACED]) for row in (FLOOR, OURS, OTHERS, BPFTRACE)}
    lines = [
        f"Go {release}",
        figures.table(
            ["", "requests/s", "of untraced", "p50 us", "p99 us", "seen", "tracer us/request"],
            [show_row(row, results[row], rates[UNTRACED]) for row in ROWS]),
        "",
        f"ours / floor, requests/s:     {figures.ratio(rates[OURS], rates[FLOOR]).show(3)}",
        f"ours / bpftrace, requests/s:  {figures.ratio(rates[OURS], rates[BPFTRACE]).show(2)}",
        "us a request (two hits; bpftrace one): " + ", ".join(
            f"{name} {figures.Figure(cost[row]).show(2)}" for name, row in
            (("floor", FLOOR), ("ours", OURS), ("entry and ret", OTHERS), ("bpftrace", BPFTRACE))),
        f"ours / floor, us a request:   {figures.ratio(cost[OURS], cost[FLOOR]).show(2)}",
        f"CPU time that other processes took meanwhile: {figures.Figure(100 * x for x in others).show(0, '%')}",
    ]
    return "\n".join(lines)


def section(scope, options, say):
    """Throughput of a 1-core Go server, wrk -t1 -c8"""
    return "\n\n".join(
        show_release(release, run_rounds(scope, release, options.rounds, options.seconds, say))
        for release in options.releases)
