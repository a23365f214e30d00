#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The number of requests equals events + lost exactly, under any load. GOHTTPSNOOP_FULL=1: a million requests per
test."""

import collections
import dataclasses
import json
import os
import signal
import time

from account import waited_for_core
from harness import check, check_equal, main, releases
from load import Flood
from servers import Server, release_number
from tracer import Tracer

FULL = os.environ.get("GOHTTPSNOOP_FULL") == "1"
REQUESTS = 1_000_003 if FULL else 100_003
LIMIT = 600.0
STOPPED = 2.0  # seconds
OTHERS_SHARE = 0.05  # seconds that other processes may have used the tool's core
RING_TOO_SMALL = 16384
RING_SMALL = 1 << 20  # fills up while the tool is stopped, also on a slow machine
REQUESTS_HELD, RING_LARGE = 50_021, 64 << 20  # the ring is large enough for all these requests


def pin(pid, cpus):
    """Pins all threads of a process; threads that they start later inherit this."""
    for thread in os.listdir(f"/proc/{pid}/task"):
        os.sched_setaffinity(int(thread), cpus)


def storm(scope, server, count, cpus=None):
    """Sends `count` requests in the background."""
    load = Flood(scope, server, count, connections=16)
    if cpus:
        pin(load.process.pid, cpus)
    return load


@dataclasses.dataclass
class Account:
    """Counts the events in the tool's output; does not keep them, because there may be a million."""

    events: int = 0
    lost: int = 0
    outcomes: collections.Counter = dataclasses.field(default_factory=collections.Counter)

    def add(self, line):
        if line.startswith(b'{"type":"request",'):
            check(line.endswith(b'"}\n'), f"not a whole line: {line!r}")
            self.events += 1
            self.outcomes[line[line.rindex(b":") + 2:-3].decode()] += 1
        elif line.startswith(b'{"type":"lost",'):
            self.lost += json.loads(line)["count"]
        else:
            check(line.startswith((b'{"type":"attach",', b'{"type":"detach",')), f"what is {line!r}?")


class Tracing:
    """The tool, writing to a file: a process that reads along would slow down the test."""

    def __init__(self, scope, servers, cpus=None, ring=None):
        self.output = scope.folder / "events"
        with self.output.open("wb") as stdout:
            self.tracer = Tracer(scope, "--pid", ",".join(str(server.pid) for server in servers), "--json",
                                 stdout=stdout, ring=ring)
        self.tracer.wait_attached(len(servers))
        if cpus:
            pin(self.tracer.process.pid, cpus)

    def interrupt(self, reports):
        """Ends the tool and returns its account, which must agree with the summary that the tool prints."""
        self.tracer.interrupt()
        account = self.account(reports)
        summary = f"gohttpsnoop: {account.events} events, {account.lost} lost,"
        check(self.tracer.stderr.all()[-1].decode().startswith(summary), f"summary: {self.tracer.stderr.all()[-1]!r}")
        return account

    def account(self, reports):
        """Reads the output after the tool has ended, and checks the sum. `reports` are those of the storms."""
        account = Account()
        with self.output.open("rb") as lines:
            for line in lines:
                account.add(line)
        requests = sum(report["sent"] for report in reports)
        rate = sum(report["per_second"] for report in reports)
        print(f"requests {requests}, events {account.events}, lost {account.lost} ({rate:.0f} requests/s)", flush=True)
        check_equal(account.events + account.lost, requests, "events + lost")
        check(account.events > 0, "everything was lost, nothing is reported")
        return account


def check_nothing_lost(account):
    check_equal((account.lost, dict(account.outcomes)), (0, {"ok": account.events}), "lost, and outcomes")


def check_outcomes(account):
    """If the end of a request is lost, its outcome is unknown. No request panicked."""
    check(account.outcomes.keys() <= {"ok", "unknown"}, f"outcomes: {dict(account.outcomes)}")


# --- tests ----------------------------------------------------------------------------


def test_plain(scope, release):
    """requests as fast as possible, with the default ring: requests = events + lost"""
    server = Server(scope, release)
    tracing = Tracing(scope, [server])
    check_outcomes(tracing.interrupt([storm(scope, server, REQUESTS).wait(LIMIT)]))


def test_ring_too_small(scope, release):
    """a ring for about 50 requests: many are lost, and all of them are counted"""
    server = Server(scope, release)
    tracing = Tracing(scope, [server], ring=RING_TOO_SMALL)
    account = tracing.interrupt([storm(scope, server, REQUESTS).wait(LIMIT)])
    check(account.lost > 0, "nothing was lost: the ring is not too small")
    check_outcomes(account)


def test_reader_stopped(scope, release):
    """the tool stopped for two seconds under load: lost requests are counted"""
    server = Server(scope, release)
    tracing = Tracing(scope, [server], ring=RING_SMALL)
    load = storm(scope, server, REQUESTS)
    time.sleep(0.2)
    tracing.tracer.process.send_signal(signal.SIGSTOP)
    time.sleep(STOPPED)
    tracing.tracer.process.send_signal(signal.SIGCONT)
    account = tracing.interrupt([load.wait(LIMIT)])
    check(account.lost > 0, "nothing was lost in two seconds")
    check_outcomes(account)


def test_interrupted_while_stopped(scope, release):
    """the tool interrupted right after it was stopped: everything in the ring is reported first"""
    server = Server(scope, release)
    tracing = Tracing(scope, [server], ring=RING_LARGE)
    tracing.tracer.process.send_signal(signal.SIGSTOP)
    report = storm(scope, server, REQUESTS_HELD).wait(LIMIT)
    tracing.tracer.process.send_signal(signal.SIGINT)
    tracing.tracer.process.send_signal(signal.SIGCONT)
    tracing.tracer.wait_end()
    check_nothing_lost(tracing.account([report]))


def test_ended_while_stopped(scope, release):
    """the server killed while the tool is stopped: all answered requests are reported as ok, none as exited"""
    server = Server(scope, release)
    tracing = Tracing(scope, [server], ring=RING_LARGE)
    tracing.tracer.process.send_signal(signal.SIGSTOP)
    report = storm(scope, server, REQUESTS_HELD).wait(LIMIT)
    server.signal(signal.SIGKILL)
    tracing.tracer.process.send_signal(signal.SIGCONT)
    tracing.tracer.wait_end()
    check_nothing_lost(tracing.account([report]))


def test_one_core(scope, release):
    """server, load and tool on one core: requests = events + lost"""
    cpus = sorted(os.sched_getaffinity(0))[:1]
    server = Server(scope, release)
    pin(server.pid, cpus)
    tracing = Tracing(scope, [server], cpus=cpus)
    check_outcomes(tracing.interrupt([storm(scope, server, REQUESTS // 2, cpus).wait(LIMIT)]))


def test_two_cores(scope, release):
    """the tool on its own core, server and load on another: nothing is lost"""
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        print("left out: there is one core", flush=True)
        return
    server = Server(scope, release)
    pin(server.pid, cpus[1:2])
    tracing = Tracing(scope, [server], cpus=cpus[:1])
    report = storm(scope, server, REQUESTS, cpus[1:2]).wait(LIMIT)
    waited = waited_for_core(tracing.tracer.process.pid)
    account = tracing.interrupt([report])
    if account.lost and waited > OTHERS_SHARE:
        print(f"the core was not the tool's own: it waited {waited:.3f} s for it; losses say nothing here", flush=True)
        check_outcomes(account)
        return
    check_nothing_lost(account)


def test_two_servers(scope):
    """two servers of two releases in parallel: requests = events + lost"""
    servers = [Server(scope, release) for release in (releases() * 2)[:2]]
    tracing = Tracing(scope, servers)
    loads = [storm(scope, server, REQUESTS // 2) for server in servers]
    check_outcomes(tracing.interrupt([load.wait(LIMIT) for load in loads]))


if __name__ == "__main__":
    newest = max(releases(), key=release_number)
    main([*((test_plain, release) for release in releases()), (test_ring_too_small, newest),
          (test_reader_stopped, newest), (test_interrupted_while_stopped, newest),
          (test_ended_while_stopped, newest), (test_one_core, newest), (test_two_cores, newest), test_two_servers])
