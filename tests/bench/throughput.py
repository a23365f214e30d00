# SPDX-License-Identifier: MIT
"""Throughput and latency of a server on one core, and the additional cost of a request when it is traced."""

import os

import figures
from load import measure
from programs import FINISH_REQUEST, SERVE_HTTP, HelloServer, entry_and_returns
from tracers import Bpftrace, EmptyProbe, Gohttpsnoop

UNTRACED, FLOOR, OURS, OTHERS, BPFTRACE = ROWS = (
    "untraced", "two empty probes at our sites (floor)", "gohttpsnoop --json > file",
    "empty probes on entry and ret", "bpftrace: method and path of the handler")


def starters(scope, server):
    """Maps each row to a function that starts its tracer."""
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
        tracer.wait_quiet()
        tracer.interrupt()
        seen = tracer.seen()
        tracer.forget()
    return load, seen


def run_rounds(scope, release, rounds, seconds, say):
    """Maps each row to the loads of all rounds and the numbers of events that the tracers saw."""
    server = HelloServer(scope, release)
    start = starters(scope, server)
    results = {row: [] for row in ROWS}
    for number in range(rounds):
        for row in figures.rotated(ROWS, number):
            results[row].append(measure_row(server, start[row], seconds))
            say(f"throughput: Go {release}, round {number + 1}/{rounds}: {row}: {results[row][-1][0].per_second:,.0f}/s")
    server.process.forget()
    return results


def per_request(seconds, load):
    return 1e6 * seconds / load.requests


def show_row(row, results, untraced):
    loads = [load for load, _ in results]
    rates = [load.per_second for load in loads]
    seen = [count / load.requests for load, count in results if count is not None]
    tracer = [per_request(load.tracer_cpu, load) for load in loads]
    return [
        row,
        figures.Figure(rates).show(),
        figures.ratio(rates, untraced).show(2),
        figures.Figure(load.p50 for load in loads).show(),
        figures.Figure(load.p99 for load in loads).show(),
        figures.Figure(per_request(load.server_cpu, load) for load in loads).show(2),
        f"{figures.Figure(tracer).median:.2f}" if any(tracer) else "",
        f"{figures.Figure(seen).median:.1%}" if seen else "",
    ]


HEAD = ["", "requests/s", "of untraced", "p50 us", "p99 us", "server CPU us/request", "tracer CPU us/request", "seen"]


def show_release(release, results):
    def of(row, value):
        return [value(load) for load, _ in results[row]]

    rate = {row: of(row, lambda load: load.per_second) for row in ROWS}
    cpu = {row: of(row, lambda load: per_request(load.server_cpu, load)) for row in ROWS}
    cost = {row: [a - b for a, b in zip(cpu[row], cpu[UNTRACED], strict=True)] for row in ROWS}
    shares = [100 * share for row in ROWS for share in of(row, lambda load: load.others_share)]
    return "\n".join([
        f"Go {release}",
        figures.table(HEAD, [show_row(row, results[row], rate[UNTRACED]) for row in ROWS]),
        "",
        f"requests/s, ours / floor:        {figures.ratio(rate[OURS], rate[FLOOR]).show(3)}",
        f"requests/s, ours / bpftrace:     {figures.ratio(rate[OURS], rate[BPFTRACE]).show(2)}",
        f"requests/s, ours / entry + ret:  {figures.ratio(rate[OURS], rate[OTHERS]).show(2)}",
        "server CPU, us a request more than untraced (two hits; bpftrace has one):",
        *(f"  {row:40}  {figures.Figure(cost[row]).show(2)}" for row in ROWS[1:]),
        f"  ours / floor                              {figures.ratio(cost[OURS], cost[FLOOR]).show(2)}",
        f"CPU time of the machine that other processes took meanwhile: {figures.Figure(shares).show(0, ' %')}",
    ])


def section(scope, options, say):
    """Throughput of a 1-core Go server, wrk -t1 -c8"""
    return "\n\n".join(
        show_release(release, run_rounds(scope, release, options.rounds, options.seconds, say))
        for release in options.releases)
