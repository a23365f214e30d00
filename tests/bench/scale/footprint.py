# SPDX-License-Identifier: MIT
"""The time that the tool takes to attach and to end, and the memory that it uses."""

import pathlib
import socket
import time
import urllib.error

import figures
from disturbance import Watch
from load import get, run_wrk
from processes import BenchError, Process
from programs import HelloServer, daemon
from tracers import Gohttpsnoop

MANY = 50


class Prometheus:
    """Debian's package: a large and stripped Go program."""

    def __init__(self, scope, suite):
        self.binary = daemon("prometheus", suite)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        configuration = scope.folder / "prometheus.yml"
        configuration.write_text("global: {}\n")
        self.process = Process(scope, [
            self.binary, f"--config.file={configuration}", f"--storage.tsdb.path={scope.folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}"])
        self.pid = self.process.pid
        self.url = f"http://127.0.0.1:{port}/-/ready"
        self.process.wait_until(self._is_ready, "its readiness")

    def _is_ready(self):
        try:
            return get(self.url) == 200
        except urllib.error.URLError:
            return False


def measure_tool(scope, arguments, targets=1, url=None):
    """Attaches, runs requests for a second if `url` is given, and ends."""
    begin = time.monotonic()
    tool = Gohttpsnoop(scope, *arguments, targets=targets, cpu=None)
    attach = time.monotonic() - begin
    cpu = tool.cpu_seconds()
    if url:
        run_wrk(url, 1)
        tool.wait_quiet()
    result = {
        "attach": 1e3 * attach,
        "cpu": 1e3 * cpu,
        "peak": tool.status("VmHWM") / 1024,
        "anonymous": tool.status("RssAnon") / 1024,
        "exit": 1e3 * tool.interrupt(),
    }
    if url and tool.seen() == 0:
        raise BenchError(f"gohttpsnoop {arguments} saw no request")
    tool.forget()
    return result


def measure_requests(scope, server):
    return measure_tool(scope, ["--pid", server.pid], url=server.url)


def megabytes(path):
    return f"{path.stat().st_size / 1e6:.0f} MB"


def many_servers(scope, release):
    """Starts MANY - 1 servers; the other one of MANY runs the same file and is measured alone before."""
    servers = [HelloServer(scope, release) for _ in range(MANY - 1)]
    return servers, ["--binary", servers[0].binary]


def subjects(scope, options):
    """Maps the title of each row to a function that measures it once."""
    small = HelloServer(scope, options.releases[-1])
    large = Prometheus(scope, options.suite)
    names = (f"small server ({megabytes(small.binary)})",
             f"prometheus of Debian {options.suite} ({megabytes(large.binary)})")
    return dict(zip(names, (lambda: measure_requests(scope, small), lambda: measure_requests(scope, large))))


def run_rounds(rows, rounds, say):
    """All rounds together: a single measurement is too short to tell how much the machine was disturbed."""
    results = {row: [] for row in rows}
    for number in range(rounds):
        for row in figures.rotated(list(rows), number):
            results[row].append(rows[row]())
            say(f"footprint: round {number + 1}/{rounds}: {row}: " +
                ", ".join(f"{key} {value:.1f}" for key, value in results[row][-1].items()))
    return results


def section(scope, options, say):
    """Attaching, ending and memory; after a second of requests, but for the row of many targets"""
    watch, rows = Watch(say), subjects(scope, options)
    results = watch.measure(lambda: run_rounds(rows, options.rounds, say))
    servers, arguments = many_servers(scope, options.releases[-1])
    many = {f"{MANY} processes of the small server": lambda: measure_tool(scope, arguments, targets=MANY)}
    results.update(watch.measure(lambda: run_rounds(many, options.rounds, say)))
    for server in servers:
        server.process.forget()
    keys = ("attach", "cpu", "exit", "peak", "anonymous")
    text = figures.table(
        ["", "start to attached, ms", "of it CPU, ms", "SIGINT to end, ms", "peak RSS (VmHWM), MB", "RssAnon, MB"],
        [[row, *(figures.Figure(result[key] for result in rounds).show(1) for key in keys)]
         for row, rounds in results.items()])
    return f"{text}\n\n{watch.show()}"
