# SPDX-License-Identifier: MIT
"""What a larger ring costs, and how many requests it holds while the reader does not run."""

import pathlib
import re
import time

import figures
from disturbance import Watch
from figures import Figure, Report
from load import run_wrk
from processes import BenchError
from programs import HelloServer
from scale.plot import Plot
from tracers import Unread

SIZES = tuple(1 << shift for shift in (16, 18, 20, 22, 24, 26, 28))
MOST_ROUNDS = 3
SECONDS = 1


def ring_memory(pid):
    """Bytes of the kernel's memory in the ring, by the descriptor of its map (bpf_map_type 27)."""
    for path in pathlib.Path(f"/proc/{pid}/fdinfo").iterdir():
        facts = dict(re.findall(r"^(\w+):\s+(\S+)$", path.read_text(), re.MULTILINE))
        if facts.get("map_type") == "27":
            return int(facts["memlock"])
    raise BenchError(f"process {pid} has no ring buffer")


def measure(scope, server, size):
    begin = time.monotonic()
    tracer = Unread(scope, "--pid", server.pid, ring=size)
    attach = time.monotonic() - begin
    kernel = ring_memory(tracer.pid)
    run_wrk(server.url, SECONDS)
    tracer.wait_quiet()
    resident = tracer.status("VmHWM")
    tracer.interrupt()
    result = {"attach": 1e3 * attach, "kernel": kernel / 2**20, "resident": resident / 1024,
              "held": tracer.seen(), "overflows": tracer.lost() > 0}
    tracer.forget()
    return result


def show_row(size, results):
    held = Figure(result["held"] for result in results).show()
    return [f"{size >> 10:,} KiB", Figure(result["attach"] for result in results).show(1),
            *(Figure(result[key] for result in results).show(1) for key in ("kernel", "resident")),
            held if all(result["overflows"] for result in results) else f"all of {SECONDS} s: {held}"]


def section(scope, options, say):
    """Size of the ring: memory, and requests that it holds while the reader is stopped for a second of load"""
    server, watch = HelloServer(scope, options.releases[-1]), Watch(say)
    results = {size: [] for size in SIZES}
    for number in range(min(options.rounds, MOST_ROUNDS)):
        for size in figures.rotated(SIZES, number):
            results[size].append(watch.measure(lambda: measure(scope, server, size)))
            say(f"ring: round {number + 1}: {size >> 10} KiB: {results[size][-1]['held']:,} requests held")
    server.process.forget()
    full = [(size >> 10, Figure(result["held"] for result in found).median)
            for size, found in results.items() if all(result["overflows"] for result in found)]
    text = figures.table(["--ring-size", "start to attached, ms", "kernel memory, MB", "peak RSS (VmHWM), MB", "requests held"],
                         [show_row(size, found) for size, found in results.items()])
    plot = Plot("ring", "Requests that the ring holds while the reader is stopped", "size of the ring, KiB",
                "requests", {"requests held": full}, "xy")
    return Report(f"{text}\n\n{watch.show()}", (plot,) if full else ())
