# SPDX-License-Identifier: MIT
"""The number of records that the reader can process per second on one core."""

import json
import subprocess

import figures
from disturbance import Watch
from programs import CLIENT_CPU
from tracers import BUILD


def measure():
    command = ["taskset", "-c", str(CLIENT_CPU), str(BUILD / "tests/bench/pipeline")]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def section(_scope, options, say):
    """Decode, join and JSON of recorded bytes on one core (tests/bench/pipeline.c)"""
    results, watch = [], Watch(say)
    for number in range(options.rounds):
        results.append(watch.measure(measure))
        say(f"pipeline: round {number + 1}/{options.rounds}: {results[-1]['records_per_second']:,} records/s")
    rows = [(name, key) for name, key in (
        ("records/s", "records_per_second"), ("requests/s", "requests_per_second"),
        ("bytes of JSON a request", "bytes_per_request"))]
    text = figures.table(["", "median (least–most)"],
                         [[name, figures.Figure(r[key] for r in results).show()] for name, key in rows])
    return f"{text}\n\n{watch.show()}"
