# SPDX-License-Identifier: MIT
"""Memory and the time to attach and to end, by the number of traced processes."""

from figures import Report
from programs import HelloServer
from scale import attaching
from scale.plot import Plot

COUNTS = (1, 10, 50, 100, 300)

# One set of probes in the file for all its processes, or a set of its own for each process.
BY_FILE, BY_PROCESS = "--binary", "--pid"


def measure_count(servers, tool):
    pids = ",".join(str(server.pid) for server in servers)
    ways = {BY_FILE: servers[0].binary, BY_PROCESS: pids}
    return {way: tool.measure(f"processes: {len(servers)}, {way}", [way, value], len(servers))
            for way, value in ways.items()}


def plot_of(results):
    return Plot("processes", "Attaching and ending, by processes", "number of processes", "time, ms", {
        "start to attached (by file)": points(results, BY_FILE, "attach"),
        "start to attached (each process)": points(results, BY_PROCESS, "attach"),
        "SIGINT to end (each process)": points(results, BY_PROCESS, "exit")})


def points(results, way, key):
    return [(count, attaching.median(found[way], key)) for count, found in results.items()
            if not isinstance(found[way], str)]


def section(scope, options, say):
    """Attaching, ending and memory, by processes of the small server, without requests"""
    servers, results, tool = [], {}, attaching.Attaching(scope, options, say)
    for count in COUNTS:
        servers += [HelloServer(scope, options.releases[-1]) for _ in range(count - len(servers))]
        results[count] = measure_count(servers, tool)
    for server in servers:
        server.process.forget()
    rows = [(f"{count} by {way}", results[count][way]) for way in (BY_FILE, BY_PROCESS) for count in COUNTS]
    return Report(attaching.show_table("processes", rows, tool.watch), (plot_of(results),))
