#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each way to attach probes, also those for older kernels: each request is reported once, with correct values in
every key."""

import collections
import concurrent.futures
import contextlib
import threading

from client import get
from fleet import Service
from harness import attach_ways, check, check_equal, main, releases
from servers import Server
from test_discovery import check_starts
from test_requests import check_output, trace_exchanges
from tracer import Tracer

ATTACHES = 4


def test_process(scope, release, way):
    """--pid: 23 requests are reported, with correct values in every key"""
    servers = [Server(scope, release)]
    check_output(servers, *trace_exchanges(scope, servers, ["--pid", servers[0].pid, "--attach", way]))


def test_starts(scope, release, way):
    """--binary with a service that is restarted under load: no request is missing"""
    service = Service(scope, release)
    check_starts(scope, service, "--binary", service.exe, "--attach", way, known=True)


def test_calls(scope, release, way):
    """--latency, with a plan of the longer kind: the arguments are captured and the return is reported"""
    server = Server(scope, release)
    tracer = Tracer(scope, "--pid", server.pid, "--attach", way, "--latency", "--json", "--count", 5,
                    "main.ping(r.URL.Path, r.Header[\"Accept\"])").wait_attached()
    for _ in range(5):
        get(server.addresses["http"], "/ping")
    tracer.wait_end()
    calls = [(event["args"]["r.URL.Path"], event["outcome"]) for event in tracer.events() if event["type"] == "call"]
    check_equal(calls, [("/ping", "ok")] * 5, "calls")


@contextlib.contextmanager
def asking(server):
    """Sends requests all the time, each on its own connection. When a connection ends and its handler has not
    returned, the tool takes the request for a panic."""
    enough = threading.Event()

    def ask():
        while not enough.is_set():
            get(server.addresses["http"], "/ping")

    with concurrent.futures.ThreadPoolExecutor() as pool:
        asked = [pool.submit(ask) for _ in range(4)]
        yield
        enough.set()
        for one in asked:
            one.result()


def test_busy(scope, release, way):
    """attaching to a busy server: a request that began before all probes were attached gets no wrong outcome"""
    server = Server(scope, release)
    outcomes = collections.Counter()
    with asking(server):
        for _ in range(ATTACHES):
            tracer = Tracer(scope, "--pid", server.pid, "--attach", way, "--json").wait_attached()
            tracer.wait_types(4 * ATTACHES, "request")
            tracer.interrupt()
            outcomes.update(event["outcome"] for event in tracer.events() if event["type"] == "request")
    check_equal(set(outcomes), {"ok"}, f"outcomes of {dict(outcomes)}")


if __name__ == "__main__":
    main([(test, release, way) for release in releases() for way in attach_ways()
          for test in (test_process, test_starts, test_calls, test_busy)])
