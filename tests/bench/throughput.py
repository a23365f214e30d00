# SPDX-License-Identifier: MIT
"""Throughput and latency of a server on one core, and the additional cost of a request when it is traced."""

import figures
from disturbance import Watch
from load import measure
from programs import FINISH_REQUEST, SERVE_HTTP, HelloServer, entry_and_returns
from tracers import Bpftrace, Delve, EmptyProbe, Gohttpsnoop, StraightProbe, Top, Unread

UNTRACED, FLOOR, STRAIGHT, UNREAD, OURS, TOP, OTHERS, BPFTRACE, DELVE = (
    "untraced", "two empty probes at our sites (floor)", "straight-line programs, records thrown away",
    "gohttpsnoop --json, read afterwards", "gohttpsnoop --json > file", "gohttpsnoop top > file", "empty probes on entry and ret",
    "bpftrace: method and path of the handler", "delve trace --ebpf: calls of the handler")


def starters(scope, server):
    """Maps each row to a function that starts its tracer. Not all rows are possible for each server."""
    ours = Gohttpsnoop(scope, "--pid", server.pid)
    sites = [ours.sites()[name] for name in (SERVE_HTTP, FINISH_REQUEST)]
    ours.forget()
    around = entry_and_returns(server.binary, server.release, SERVE_HTTP)
    straight = {STRAIGHT: lambda: StraightProbe(scope, server, *sites)} if StraightProbe.fits(server) else {}
    delve = {DELVE: lambda: Delve(scope, server)} if Delve.fits(server) else {}
    return {
        UNTRACED: lambda: None,
        FLOOR: lambda: EmptyProbe(scope, server.pid, sites),
        **straight,
        UNREAD: lambda: Unread(scope, "--pid", server.pid),
        OURS: lambda: Gohttpsnoop(scope, "--pid", server.pid),
        TOP: lambda: Top(scope, "--pid", server.pid),
        OTHERS: lambda: EmptyProbe(scope, server.pid, around),
        BPFTRACE: lambda: Bpftrace(scope, server),
        **delve,
    }


def measure_row(server, start, seconds):
    tracer = start()
    load = measure(server, tracer, seconds)
    seen = None
    if tracer:
        tracer.wait_quiet()
        tracer.interrupt()
        seen = tracer.seen()
        if isinstance(tracer, Unread):
            load = load._replace(tracer_cpu=tracer.reading)  # it was stopped during the load
        tracer.forget()
    return load, seen


def run_rounds(scope, release, rounds, seconds, watch, say):
    """Maps each row to the loads of all rounds and the numbers of events that the tracers saw."""
    server = HelloServer(scope, release)
    start = starters(scope, server)
    results = {row: [] for row in start}
    for number in range(rounds):
        for row in figures.rotated(list(start), number):
            results[row].append(watch.measure(lambda: measure_row(server, start[row], seconds)))
            say(f"throughput: Go {release}, round {number + 1}/{rounds}: {row}: {results[row][-1][0].per_second:,.0f}/s")
    server.process.forget()
    return results


READER = "the reader alone, for these records"


def show_reader(results):
    """What the records of a row are read at afterwards, on a CPU of its own."""
    each = [1e6 * load.tracer_cpu / seen for load, seen in results]
    return [READER, figures.Figure(1e6 / value for value in each).show(), *[""] * 4,
            f"{figures.Figure(each).median:.2f}", "100.0%"]


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


def show_lines(row, results, untraced):
    """The line of a row, and that of its reader if it was measured on its own."""
    line = show_row(row, results, untraced)
    return [[*line[:6], "", line[7]], show_reader(results)] if row == UNREAD else [line]


HEAD = ["", "requests/s", "of untraced", "p50 us", "p99 us", "server CPU us/request", "tracer CPU us/request", "seen"]


def show_release(release, results, watch):
    def of(row, value):
        return [value(load) for load, _ in results[row]]

    rate = {row: of(row, lambda load: load.per_second) for row in results}
    cpu = {row: of(row, lambda load: per_request(load.server_cpu, load)) for row in results}
    reader = {row: of(row, lambda load: per_request(load.tracer_cpu, load)) for row in (TOP, OURS)}
    cost = {row: [a - b for a, b in zip(cpu[row], cpu[UNTRACED], strict=True)] for row in results}
    return "\n".join([
        f"Go {release}",
        figures.table(HEAD, [line for row in results for line in show_lines(row, results[row], rate[UNTRACED])]),
        "",
        f"requests/s, ours / floor:        {figures.ratio(rate[OURS], rate[FLOOR]).show(3)}",
        f"requests/s, ours unread / floor: {figures.ratio(rate[UNREAD], rate[FLOOR]).show(3)}",
        f"requests/s, ours / bpftrace:     {figures.ratio(rate[OURS], rate[BPFTRACE]).show(2)}",
        *([f"requests/s, ours / delve:        {figures.ratio(rate[OURS], rate[DELVE]).show(2)}"] if DELVE in rate else []),
        f"requests/s, ours / entry + ret:  {figures.ratio(rate[OURS], rate[OTHERS]).show(2)}",
        f"tracer CPU a request, top / json: {figures.ratio(reader[TOP], reader[OURS]).show(2)}",
        "server CPU, us a request more than untraced (two hits; bpftrace has one):",
        *(f"  {row:43}  {figures.Figure(cost[row]).show(2)}" for row in results if row != UNTRACED),
        f"  ours / floor                                 {figures.ratio(cost[OURS], cost[FLOOR]).show(2)}",
        watch.show(),
    ])


def measure_release(scope, release, options, say):
    watch = Watch(say)
    return show_release(release, run_rounds(scope, release, options.rounds, options.seconds, watch, say), watch)


def section(scope, options, say):
    """Throughput of a 1-core Go server, wrk -t1 -c8"""
    return "\n\n".join(measure_release(scope, release, options, say) for release in options.releases)
