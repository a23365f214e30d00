# SPDX-License-Identifier: MIT
"""What each reader of the socket costs the tracer."""

import json
import pathlib
import sys

import figures
from disturbance import Watch
from figures import Figure, Report
from load import run_steady
from processes import BenchError, Process
from programs import SERVER_CPU, HelloServer
from scale.plot import Plot
from tracers import Gohttpsnoop

COUNTS = (0, 1, 10, 100)
READERS = pathlib.Path(__file__).with_name("socket_readers.py")


def start_readers(scope, path, count):
    readers = Process(scope, [sys.executable, READERS, path, count], cpu=SERVER_CPU, name="readers")
    readers.wait_output(b"connected")
    return readers


def received(readers):
    """The requests that each reader received, after all connections have ended."""
    text = readers.wait_output(b"\n", 2)
    return json.loads(text.splitlines()[1])


def measure(scope, server, count, seconds):
    """Standard output gets all lines, too."""
    path = scope.folder / f"readers-{count}.socket"
    tracer = Gohttpsnoop(scope, "--pid", server.pid, "--socket", path)
    readers = start_readers(scope, path, count) if count else None
    begin = tracer.cpu_seconds()
    run_steady(server.url, seconds)
    tracer.wait_quiet()
    cpu = tracer.cpu_seconds() - begin
    memory = tracer.status("VmHWM") / 1024
    tracer.interrupt()
    seen = tracer.seen()
    got = received(readers) if readers else []
    for process in [tracer, *([readers] if readers else [])]:
        process.forget()
    if not seen:
        raise BenchError("the tracer saw no request")
    return {"cpu": 1e6 * cpu / seen, "peak": memory, "requests": seen / seconds,
            "least": min(got, default=seen) / seen}


def show_row(count, results, alone):
    each = [(result["cpu"] - base["cpu"]) / count for result, base in zip(results, alone, strict=True)] if count else []
    return [str(count), Figure(result["requests"] for result in results).show(),
            Figure(result["cpu"] for result in results).show(2), Figure(each).show(2) if each else "",
            Figure(result["peak"] for result in results).show(1),
            f"{min(result['least'] for result in results):.1%}"]


def section(scope, options, say):
    """Readers of --socket, beside standard output; a steady load of 40 connections that pause 10 ms after each response"""
    server, watch = HelloServer(scope, options.releases[-1]), Watch(say)
    results = {count: [] for count in COUNTS}
    for number in range(options.rounds):
        for count in figures.rotated(COUNTS, number):
            results[count].append(watch.measure(lambda: measure(scope, server, count, options.seconds)))
            say(f"readers: round {number + 1}/{options.rounds}: {count}: {results[count][-1]['cpu']:.2f} us a request")
    server.process.forget()
    table = figures.table(
        ["readers", "requests/s", "tracer CPU us/request", "of it each reader", "peak RSS (VmHWM), MB", "least received"],
        [show_row(count, found, results[0]) for count, found in results.items()])
    points = [(count, Figure(result["cpu"] for result in results[count]).median) for count in COUNTS if count]
    plot = Plot("readers", "CPU time of the tracer, by readers of the socket", "number of readers", "CPU time, us/request",
                {"tracer CPU": points}, "xy")
    return Report(f"{table}\n\n{watch.show()}", (plot,))
