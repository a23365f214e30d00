# SPDX-License-Identifier: MIT
"""Which kernels are booted, and what is tried on each."""

import dataclasses

HEADERS = (
    '-H x-number -H x-text --response-header x-answer --capture number=req.Header["X-Number"][0]'
    " --capture query=req.URL.RawQuery --capture status=w.status"
)
PID = "--json --pid {pid}"
FUNCTIONS = "--json --latency {binary} main.Work main.Grow"


@dataclasses.dataclass(frozen=True)
class Step:
    """One line of a guest's plan, and what its column is called in docs/compatibility.md."""

    name: str
    title: str
    line: str

    def text(self, count):
        verb, rest = self.line.split(" ", 1)
        number = "" if verb == "refuse" or " -n " in self.line else f"-n {count} "
        return f"{verb} -name {self.name} {number}{rest}"


def traced(name, title, options, words):
    return Step(name, title, f"run {options} -- {words}")


REQUESTS = traced("requests", "requests, headers, captures", "", f"{PID} {HEADERS}")
CALLS = traced("functions", "functions, latency", "-kind call", FUNCTIONS)
ATOMIC = traced("atomic", "`perf_event_atomic`", "", f"{PID} --attach perf_event_atomic {HEADERS}")
PERF = traced("perf", "`perf_event`", "-n 300", f"{PID} --attach perf_event {HEADERS}")
MULTI = traced("multi", "`uprobe_multi`", "-n 300", f"{PID} --attach uprobe_multi {HEADERS}")
NO_MULTI = Step("multi", "`uprobe_multi`", "refuse -match uprobe_multi -- --json --pid {pid} --attach uprobe_multi")
ALL = traced("all", "`--all`, socket", "-n 300 -later", "--all --socket {socket}")
PORT = traced("port", "`--port`", "-n 300 -later", "--json --port {port}")
HTTPS = traced("https", "HTTPS", "-n 200 -kind https", f"{PID} {HEADERS}")
HTTP2 = traced("http2", "HTTP/2", "-n 200 -kind h2", f"{PID} {HEADERS}")

COMMON = (REQUESTS, CALLS, ATOMIC, PERF, ALL, PORT, HTTPS, HTTP2)


@dataclasses.dataclass(frozen=True)
class Entry:
    """A kernel, how it is started, and what is tried there."""

    name: str
    suite: str
    architecture: str = "amd64"
    series: str = ""
    preempt: str = ""  # empty: the kernel's default
    parameters: str = ""
    settings: tuple = ()  # words of tests/kernel/init that come first
    steps: tuple = (*COMMON, MULTI)
    default: bool = False


ENTRIES = (
    Entry("6.1", "bookworm", steps=(*COMMON, NO_MULTI), default=True),
    Entry("6.12-full", "trixie", preempt="full", default=True),
    Entry("newest-full", "trixie-backports", preempt="full", default=True),
    Entry("newest-lazy", "trixie-backports", preempt="lazy", default=True),
)


def find(name):
    for entry in ENTRIES:
        if entry.name == name:
            return entry
    return None
