#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Restarts, deployments, kills and readers that connect and disconnect: at the end the tool uses no more resources
than before. GOHTTPSNOOP_MINUTES=10."""

import collections
import json
import os
import random
import re
import signal
import subprocess
import threading
import time

from account import counters, cpu_seconds, deploy, holdings
from fleet import Clients, Service
from harness import PATIENCE, be_alone, check, main, releases, wait_until
from readers import connect
from tracer import Tracer

MINUTES = float(os.environ.get("GOHTTPSNOOP_MINUTES", "0.25"))
VARIANTS = ("plain", "stripped", "pie")
# kB by which anonymous memory may grow: the allocator keeps the memory of the one reader's queue at its largest size.
QUEUE, NOISE = 4096, 768
SAMPLES = 10
LETTING_GO = 6  # seconds until the tool has closed every file that was replaced
PID = re.compile(rb'"pid":(\d+)')


class Counting:
    """A reader that keeps only sums."""

    def __init__(self, scope, path):
        self.connection = connect(path)
        self.connection.settimeout(None)
        scope.callback(self.connection.close)
        self.requests = collections.Counter()  # by PID
        self.lost = 0
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        try:
            for line in self.connection.makefile("rb"):
                if line.startswith(b'{"type":"request",'):
                    self.requests[int(PID.search(line)[1])] += 1
                elif line.startswith(b'{"type":"lost",'):
                    self.lost += json.loads(line)["count"]
        except OSError:
            pass


def visit(path):
    """Connects a reader that reads a little or nothing, and disconnects it."""
    connection = connect(path)
    if random.random() < 0.5:
        connection.recv(1000)
    connection.close()


def change(tracer, service, chance):
    if chance.random() < 0.3:
        deploy(tracer, service, chance.choice(VARIANTS))
    service.stop(chance.choice((signal.SIGTERM, signal.SIGTERM, signal.SIGKILL)))
    if chance.random() < 0.2:
        time.sleep(0.05)
    service.start()


def churn(tracer, services, path, until, sample):
    chance = random.Random(1)
    changes = 0
    while time.monotonic() < until:
        change(tracer, chance.choice(services), chance)
        changes += 1
        visit(path)
        for _ in range(3):
            subprocess.run(["true"], check=True)
        sample()
    return changes


def settle(tracer, services):
    """Restarts each service on its newest file and waits until the tool is idle, so that its resources can be
    compared."""
    for service in services:
        service.restart()
    wait_until(lambda: counters(tracer)["targets"] == len(services), "all are traced")
    time.sleep(LETTING_GO)
    return holdings(tracer.process.pid)


def test_churn(scope):
    """after the churn memory, descriptors and threads are as before, and all answered requests were reported"""
    firsts = [Service(scope, release) for release in (*releases(), *releases())]
    services = [service for first in firsts for service in (first, first.twin())]
    for service in services:
        service.start()
    path = scope.folder / "socket"
    tracer = Tracer(scope, "--all", "--socket", path).wait_attached(len(services))
    reader = Counting(scope, path)
    wait_until(lambda: counters(tracer)["readers"] == 1, "the reader is there")
    clients = [Clients(scope, service, count=1, pause="5ms") for service in services]
    # After the warm-up everything that is allocated only once is allocated.
    warm_up = churn(tracer, services, path, time.monotonic() + max(3, 3 * MINUTES), lambda: None)
    before = settle(tracer, services)
    print(f"before: {before}", flush=True)
    begin, cpu = time.monotonic(), cpu_seconds(tracer.process.pid)
    marks = [begin + 60 * MINUTES * number / SAMPLES for number in range(1, SAMPLES + 1)]

    samples = []

    def sample():
        if marks and time.monotonic() >= marks[0]:
            marks.pop(0)
            samples.append(holdings(tracer.process.pid))
            print(f"{time.monotonic() - begin:4.0f} s: {samples[-1]}", flush=True)

    changes = churn(tracer, services, path, begin + 60 * MINUTES, sample)
    busy = (cpu_seconds(tracer.process.pid) - cpu) / (time.monotonic() - begin)
    spans = [json.loads(line) for one in clients for line in one.process.communicate(timeout=2 * PATIENCE)[0].splitlines()]
    answered = collections.Counter()
    for pid, _, first, last in spans:
        answered[pid] += last - first + 1
    after = settle(tracer, services)
    tracer.interrupt()
    reader.thread.join(PATIENCE)
    # Other processes of this machine may serve requests, too: count only those of the services.
    told = sum(reader.requests[pid] for service in services for pid in service.pids) + reader.lost
    print(f"after:  {after}\n{changes} restarts of {len(services)} services, {answered.total()} requests answered, "
          f"{told} reported, {reader.lost} of them as lost by the reader; {100 * busy:.0f} % of a CPU", flush=True)
    # This reader may be too slow for its queue if the machine is busy.
    missing = dict(answered - reader.requests)
    check(reader.lost or not missing, f"requests that were answered and not reported, by process: {missing}")
    # At each restart one request may be handled without an answer.
    more = told - answered.total()
    check(0 <= more <= changes + warm_up + 3 * len(services), f"{more} more requests were reported than were answered")
    check(abs(after.descriptors - before.descriptors) <= 2, f"descriptors: {before.descriptors}, then {after.descriptors}")
    check(after.threads <= before.threads + 4, f"threads: {before.threads}, then {after.threads}")
    for earlier, growth in ((before, QUEUE + NOISE), (samples[len(samples) // 2], NOISE)):
        check(after.anonymous <= earlier.anonymous + growth,
              f"anonymous memory grew from {earlier.anonymous} to {after.anonymous} kB")


if __name__ == "__main__":
    be_alone()
    main([test_churn])
