# SPDX-License-Identifier: MIT
"""Memory and the time to attach and to end, by the number of functions that a pattern stands for."""

from scale import attaching
from scale.footprint import Prometheus

COUNTS = (1, 100, 1000, 10000)

# A library of prometheus with more functions than are traced, which are not called while nothing is to be found.
PATTERN = "k8s.io/*()"


def section(scope, options, say):
    """Attaching, ending and memory, by functions of Debian's prometheus that match 'k8s.io/*()', by --max-functions"""
    server, results, tool = Prometheus(scope, options.suite), {}, attaching.Attaching(scope, options, say)
    for count in COUNTS:
        results[count] = tool.measure(
            f"functions: {count}", ["--pid", server.pid, "--max-functions", count, PATTERN], 1)
    server.process.forget()
    return attaching.report("functions", "Attaching and ending, by functions of one program", results, tool.watch)
