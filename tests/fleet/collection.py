# SPDX-License-Identifier: MIT
"""A fleet of two hosts whose events one engine stores, load on it, and counts of what is stored."""

import collections
import json
import time

from harness import check, check_equal, wait_until
from hosts import Host, Network
from load_lots import LOT, Lots

CALM = 3.0  # seconds of load before an outage
DRAINED = 5.0  # seconds after the new connection in which lines can still be lost, because the queue is full
NEAR = 2.0  # seconds before the end of an engine in which requests may vanish with it


def say(text):
    print(text, flush=True)


class Count:
    def __init__(self):
        self.requests = collections.Counter()  # by lot
        self.ids = set()
        self.lines = 0
        self.lost = collections.Counter()

    def add(self, event):
        if event["type"] == "lost":
            self.lost[event["where"]] += event["count"]
        elif event["type"] == "request" and event.get("query", "").startswith("lot="):
            self.lines += 1
            if event["id"] not in self.ids:
                self.ids.add(event["id"])
                self.requests[int(event["query"][4:])] += 1


class Fleet:
    """The engine is of a class of engines.py or jetstream.py."""

    def __init__(self, scope, engine_class):
        self.scope = scope
        self.collector = Network(scope, "collector")
        self.engine = engine_class(scope, self.collector)
        self.engine.start()
        self.hosts = [Host(scope, f"web{number}", number, self.collector) for number in (1, 2)]
        for host in self.hosts:
            host.trace(self.engine.listener(host))
        self.sent = collections.Counter()  # requests to the shop in lots, per host
        self.next_lot = 1
        self.vanished = collections.Counter()

    # --- what is stored ---

    def events(self):
        """The stored events, and how many lines are incomplete."""
        found, broken = [], 0
        for line in self.engine.data().split(b"\n")[:-1]:
            try:
                found.append(json.loads(line))
            except ValueError:
                broken += 1
        return found, broken

    def count(self):
        """Per host: different requests in lots, lines of such requests, and lost events."""
        events, broken = self.events()
        result = {host.name: Count() for host in self.hosts}
        for event in events:
            result[event["node"]].add(event)
        return result, broken

    def settle(self):
        """Waits until no more is stored."""
        while True:
            size = self.engine.size()
            time.sleep(1.5)
            if size == self.engine.size():
                return

    def run_load(self, during):
        """Load on both hosts, while `during` runs; returns the lots of each host."""
        lots = [Lots(self.scope, host, self.next_lot) for host in self.hosts]
        during()
        for load in lots:
            self.sent[load.host.name] += load.sent()
        self.next_lot = max(load.next for load in lots)
        self.settle()
        return lots

    def end_tools(self):
        for host in self.hosts:
            check_equal(host.end_tool(), 0, f"exit status of the tool of {host.name}")


def test_calm(fleet):
    fleet.run_load(lambda: time.sleep(CALM))
    counts, broken = fleet.count()
    for name, count in counts.items():
        say(f"{name}: {fleet.sent[name]} requests sent; {fleet.engine.name} has {len(count.ids)}, lost {dict(count.lost)}")
        check_equal(count.lines, fleet.sent[name] - sum(count.lost.values()), f"lines of {name}")
        check_equal(len(count.ids), count.lines, f"different requests of {name}")
    check_equal(broken, 0, "incomplete lines")


def test_outage(fleet, name, stop, seconds, start=None):
    """`start` is the engine's, if it is not given."""
    before, _ = fleet.count()
    moments = {}
    engine = fleet.engine

    def outage():
        time.sleep(CALM)
        connected = [engine.connections(host) for host in fleet.hosts]
        moments["end"] = time.time()
        stop()
        time.sleep(seconds)
        (start or engine.start)()
        moments["start"] = time.time()
        wait_until(lambda: all(engine.connections(host) > count for host, count in zip(fleet.hosts, connected)),
                   "both hosts have connected again")
        moments["connected"] = time.time()
        time.sleep(DRAINED + CALM)

    lots = fleet.run_load(outage)
    after, broken = fleet.count()
    say(f"{name}: away for {moments['start'] - moments['end']:.1f} s, connected again after further "
        f"{moments['connected'] - moments['start']:.1f} s; {broken} incomplete lines are stored in all")
    for load in lots:
        host = load.host.name
        sent = len(load.times) * LOT
        stored = len(after[host].ids) - len(before[host].ids)
        lost = after[host].lost - before[host].lost
        twice = (after[host].lines - len(after[host].ids)) - (before[host].lines - len(before[host].ids))
        vanished = sent - stored - sum(lost.values())
        fleet.vanished[host] += vanished
        say(f"{host}: {sent} requests sent; {engine.name} has {stored}, lost {dict(lost)}, vanished {vanished}, twice {twice}")
        check(0 <= vanished, f"{host}: more is stored and lost than was sent")
        if engine.is_exact:
            check_equal((vanished, twice, broken), (0, 0, 0), f"vanished, twice, incomplete of {host}")
        check_lots(load, after[host].requests, moments, host)


def check_lots(load, requests, moments, host):
    """Only requests from shortly before the outage to shortly after the new connection are missing."""
    for lot, (begin, end) in load.times.items():
        if end < moments["end"] - NEAR or begin > moments["connected"] + DRAINED:
            check_equal(requests[lot], LOT, f"requests of lot {lot} of {host}, sent at "
                        f"{begin - moments['end']:.1f} s after the end of the engine")


def test_outages(fleet, seconds):
    engine = fleet.engine
    say(f"--- {engine.name} ended by SIGTERM")
    test_outage(fleet, "SIGTERM", engine.end, seconds)
    say(f"--- {engine.name} killed")
    test_outage(fleet, "SIGKILL", engine.kill, seconds)
    say(f"--- {engine.name} stopped, so that it reads nothing, and killed")
    test_outage(fleet, "SIGSTOP and SIGKILL", engine.freeze_and_kill, seconds)
