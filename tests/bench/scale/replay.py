# SPDX-License-Identifier: MIT
"""What the reader needs for the records of many processes of many binaries, which are more than this machine can make."""

import json
import subprocess

import figures
from disturbance import Watch
from figures import Figure, Report
from programs import CLIENT_CPU
from scale.plot import Plot
from tracers import BUILD

ROWS = ((1, 1), (10, 1), (30, 30), (100, 30), (300, 30))
RATE = 100_000


def measure(processes, binaries):
    command = ["taskset", "-c", CLIENT_CPU, BUILD / "tests/bench/pipeline", processes, binaries]
    done = subprocess.run(list(map(str, command)), capture_output=True, check=True)
    return json.loads(done.stdout)


def show_row(row, results):
    processes, binaries = row
    rates = [result["requests_per_second"] for result in results]
    return [f"{processes} processes of {binaries} binaries", Figure(rates).show(),
            Figure(100 * RATE / rate for rate in rates).show(1, " %"),
            Figure(result["peak_kilobytes"] / 1024 for result in results).show(1)]


def section(_scope, options, say):
    """Recorded requests of many processes: decode, join and JSON on one core (tests/bench/pipeline.c)"""
    results, watch = {row: [] for row in ROWS}, Watch(say)
    for number in range(options.rounds):
        for row in figures.rotated(ROWS, number):
            results[row].append(watch.measure(lambda: measure(*row)))
            say(f"replay: round {number + 1}/{options.rounds}: {row}: {results[row][-1]['requests_per_second']:,}/s")
    rates = [(row[0], Figure(found["requests_per_second"] for found in results[row]).median / 1000) for row in ROWS]
    text = figures.table(["", "requests/s on one core", f"of a core for {RATE:,} requests/s", "peak RSS, with the records, MB"],
                         [show_row(row, results[row]) for row in ROWS])
    plot = Plot("replay", "Requests on one core, by processes", "number of processes (of up to 30 binaries)",
                "thousand requests/s", {"requests/s": rates})
    return Report(f"{text}\n\n{watch.show()}", (plot,))
