#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A function that grows its stack starts again from its first instruction: it must be reported as one call."""

import events
from client import get
from harness import check_equal, main, releases
from servers import Server
from tracer import Tracer

CALLS = 1000

# After a garbage collection Go may start goroutines with larger stacks, which do not have to grow.
WITHOUT_COLLECTION = {"GOGC": "off"}


def test_growth(scope, release):
    """1,000 calls with a 5,000-byte frame on fresh goroutines: exactly 1,000 calls reported"""
    server = Server(scope, release, environment=WITHOUT_COLLECTION)
    tracer = Tracer(scope, "--pid", server.pid, "--json", "main.bigFrame").wait_attached()
    answer = get(server.addresses["http"], f"/grow?calls={CALLS}")
    check_equal(answer.body, f"{CALLS} calls\n".encode(), "what the server did")
    tracer.interrupt()  # events that were submitted before are still reported
    attach, *calls = tracer.events()
    check_equal(attach["type"], "attach", "the first line")
    check_equal(len(calls), CALLS, "calls")
    for number, call in enumerate(calls):
        check_equal(call["host"], str(number), "the call's own value")
        events.compare(call, expected_call(server, number))


def expected_call(server, number):
    return events.call_event(server, events.time_between(0, 2**40), "main.bigFrame", method="GET", path="/grow",
                             query=f"calls={CALLS}", host=str(number), remote="192.0.2.1:1")


def test_handlers(scope, release):
    """the function as a handler, on the fresh goroutine of a connection: one call for each request"""
    server = Server(scope, release, environment=WITHOUT_COLLECTION)
    tracer = Tracer(scope, "--pid", server.pid, "--json", "main.bigFrame").wait_attached()
    for _ in range(100):
        check_equal(get(server.addresses["http"], "/bigframe").status, 200, "status")
    tracer.interrupt()
    calls = [event for event in tracer.events() if event["type"] == "call"]
    check_equal(len(calls), 100, "calls")
    check_equal(len({call["goid"] for call in calls}), 100, "goroutines")


if __name__ == "__main__":
    main([(test, release) for release in releases() for test in (test_growth, test_handlers)])
