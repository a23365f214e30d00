#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Requests that a program makes while it serves others: each is linked with the right one, or with none."""

import collections
import http.client
import re

from client import share_out
from harness import check, check_equal, main, releases
from servers import Server, release_number
from tracer import Tracer

VARIANTS = ("plain", "stripped")
FEW = 200
MANY = 10_000  # of the newest release only: with all that they cause, 110,000 events
CLIENTS = 4
STOPPED_NS = 10_000_000

# How the gateway makes its requests, and by what they are linked.
WAYS = {"own": "goroutine", "pool": "context", "foreign": None, "started": None, "lazy": None}
LINKED = [way for way, by in WAYS.items() if by]


def ask(address, numbers, calls):
    """Makes a request of each number on one connection, and adds up what the gateway says to have made."""
    connection = http.client.HTTPConnection(*address, timeout=60)
    for number in numbers:
        connection.request("GET", f"/page/{number}")
        answer = connection.getresponse()
        answer.read()
        calls.append(int(answer.headers["Calls"]))
    connection.close()


def ask_all(gateway, count):
    """Makes `count` requests over several connections at once. Returns the gateway's own count of what is linked."""
    calls = []
    share_out(count, CLIENTS, lambda numbers: ask(gateway.addresses["http"], numbers, calls))
    check_equal(len(calls), count, "answers")
    return sum(calls)


def number_of(event):
    return int(event["path"].rsplit("/", 1)[1])


def check_link(event, served, release):
    """Compares the link of a request that the gateway made; `served` are its own, by number."""
    way = event["path"].split("/")[1]
    by = WAYS[way]
    request = served[number_of(event)]
    check_equal((event.get("in"), event.get("in_by")), (request["id"], by) if by else (None, None), f"links of {event}")
    # A worker's parent may serve another request by now, or none.
    if way == "started":
        known = release_number(release) >= (1, 21)
        check_equal(event.get("in_maybe"), request["id"] if known else None, f"in_maybe of {event}")
    elif way in ("own", "pool"):
        check("in_maybe" not in event, f"in_maybe of {event}")


def lies_between(request, times, tolerance):
    return max(times) - tolerance <= request["client_ns"] <= min(sum(times), request["duration_ns"]) + tolerance


def check_sums(served, made):
    """Compares the sums of each request with the requests that were made for it. Where a thread was stopped between the
    time of its record and the ring, client_ns is longer or shorter by that."""
    exact = 0
    for request in served:
        times = [event["duration_ns"] for event in made[request["id"]]]
        check_equal(request["client_count"], len(times), f"client_count of {request}")
        check(lies_between(request, times, STOPPED_NS),
              f"client_ns is not between the longest of {times} and their sum: {request}")
        exact += lies_between(request, times, 0)
    check(exact >= 0.9 * len(served), f"client_ns is right of {exact} of {len(served)} requests")


def test_gateway(scope, release, variant, count):
    """requests of a gateway: on its own goroutine, by a pool with a context and in other ways; each link and each sum"""
    gateway = Server(scope, release, variant, program="gateway")
    tracer = Tracer(scope, "--pid", gateway.pid, "--json", "--side", "both").wait_attached()
    linked = ask_all(gateway, count)
    tracer.wait_types(count * len(WAYS), "client")
    tracer.wait_types(count * (1 + len(WAYS)), "request")
    tracer.interrupt()
    found = tracer.events()
    types = collections.Counter(event["type"] for event in found)
    check_equal((types["client"], types["request"], types["lost"]), (count * len(WAYS), count * (1 + len(WAYS)), 0), "events")
    served = {number_of(event): event for event in found if event["type"] == "request" and event["path"].startswith("/page/")}
    check_equal(len(served), count, "requests that the gateway served")
    made = collections.defaultdict(list)
    for event in found:
        if event["type"] == "client":
            check_link(event, served, release)
            made[event.get("in")].append(event)
    check_sums(served.values(), made)
    check_equal(sum(event["client_count"] for event in served.values()), linked, "the gateway's own count")
    check_equal(linked, count * len(LINKED), "requests that are linked")
    behind = [event for event in found if event["type"] == "request" and not event["path"].startswith("/page/")]
    check_equal({(event["client_count"], event["client_ns"]) for event in behind}, {(0, 0)}, "sums of the server behind")


def check_call(event, served, release):
    """Compares the link of a call of the gateway. What has no context is found by its goroutine only."""
    way, number = event["args"]["url"].split("/")[-2:]
    by = WAYS[way] if event["function"] == "main.fetch" or way == "own" else None
    request = served[int(number)]
    check_equal((event.get("in"), event.get("in_by")), (request["id"], by) if by else (None, None), f"links of {event}")
    if way == "started":
        known = release_number(release) >= (1, 21)
        check_equal(event.get("in_maybe"), request["id"] if known else None, f"in_maybe of {event}")


def test_within(scope, release, variant, *options):
    """--within requests: calls of functions, linked with requests by their context or goroutine, and the requests"""
    gateway = Server(scope, release, variant, program="gateway")
    signatures = [] if variant == "plain" else ["--signature", "func main.find(url string) int", "--signature",
                                                "func main.fetch(ctx context.Context, url string) error"]
    tracer = Tracer(scope, "--pid", gateway.pid, "--json", "--within", "requests", *options, *signatures,
                    "main.find", "main.fetch").wait_attached()
    ask_all(gateway, FEW)
    tracer.wait_types(FEW * (1 + len(WAYS)), "request")
    tracer.wait_types(FEW * 2 * len(WAYS), "call")
    tracer.interrupt()
    found = tracer.events()
    types = collections.Counter(event["type"] for event in found)
    made = FEW * len(WAYS) if "--side" in options else 0
    check_equal((types["request"], types["call"], types["client"], types["lost"]),
                (FEW * (1 + len(WAYS)), FEW * 2 * len(WAYS), made, 0), "events")
    served = {number_of(event): event for event in found if event["type"] == "request" and event["path"].startswith("/page/")}
    for event in found:
        if event["type"] == "call":
            check_call(event, served, release)
            check_equal(event.get("outcome"), "ok" if "--latency" in options else None, f"outcome of {event}")
    # Only requests that are made are counted.
    counts = {event.get("client_count") for event in served.values()}
    check_equal(counts, {len(LINKED) if made else None}, "client_count")


TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"
# Headers, and what they say: the trace, the span and whether it may be recorded.
TRACES = (
    (f"00-{TRACE}-{SPAN}-01", (TRACE, SPAN, True)),
    (f"00-{TRACE}-{SPAN}-00", (TRACE, SPAN, False)),
    (f"00-{TRACE}-{SPAN}-03", (TRACE, SPAN, True)),
    (f"cc-{TRACE}-{SPAN}-01", (TRACE, SPAN, True)),
    (None, None),
    ("", None),
    ("nonsense", None),
    (f"00-{TRACE}-{SPAN}-0", None),
    (f"00-{TRACE.upper()}-{SPAN}-01", None),
    (f"00-{'0' * 32}-{SPAN}-01", None),
    (f"ff-{TRACE}-{SPAN}-01", None),
)


def trace_of(event):
    span = event.get("span_id" if event["type"] == "client" else "parent_span_id")
    return (event["trace_id"], span, event["sampled"]) if "trace_id" in event else None


def test_traces(scope, release, variant):
    """--trace: the trace of each request that is served, and of those that are made for it, by their headers"""
    gateway = Server(scope, release, variant, program="gateway")
    tracer = Tracer(scope, "--pid", gateway.pid, "--json", "--side", "both", "--trace").wait_attached()
    connection = http.client.HTTPConnection(*gateway.addresses["http"], timeout=60)
    for number, (header, _) in enumerate(TRACES):
        connection.request("GET", f"/page/{number}", headers={} if header is None else {"traceparent": header})
        connection.getresponse().read()
    connection.close()
    tracer.wait_types(len(TRACES) * (1 + len(WAYS)), "request")
    tracer.wait_types(len(TRACES) * len(WAYS), "client")
    tracer.interrupt()
    for event in tracer.events():
        if event["type"] not in ("request", "client"):
            continue
        _, expected = TRACES[number_of(event)]
        # The gateway hands on another span.
        if expected and not event["path"].startswith("/page/"):
            expected = (expected[0], TRACE[:16], expected[2])
        check_equal(trace_of(event), expected, f"trace of {event}")


def test_table(scope, release, variant):
    """the table: the rows of what was made for a request have its number"""
    gateway = Server(scope, release, variant, program="gateway")
    tracer = Tracer(scope, "--pid", gateway.pid, "--side", "both").wait_attached()
    ask_all(gateway, FEW)
    tracer.wait_lines(1 + FEW * (1 + 2 * len(WAYS)))
    tracer.interrupt()
    heading, *rows = (line.decode() for line in tracer.stdout.all())
    at, method_at = heading.index("REQUEST"), heading.index("METHOD")
    found = collections.defaultdict(dict)
    for row in rows:
        method, path = row[method_at:].split()[:2]
        _, way, number = path.split("/")
        found[number][method, way] = row[at:heading.index("STATUS")].strip()
    started = "{}?" if release_number(release) >= (1, 21) else "-"
    for number, shown in found.items():
        own = shown["GET", "page"]
        check(re.fullmatch("[0-9a-f]{8}", own), f"number of request {number}: {own!r}")
        for way in WAYS:
            if way in LINKED or way == "started":
                check_equal(shown["→GET", way], own if way in LINKED else started.format(own), f"what request {number} made")
            else:
                check(re.fullmatch(r"-|[0-9a-f]{8}\?", shown["→GET", way]), f"what request {number} made: {shown}")


if __name__ == "__main__":
    main([(test_table, release, variant) for release in releases() for variant in VARIANTS] +
         [(test_traces, release, variant) for release in releases() for variant in VARIANTS] +
         [(test_within, release, variant, *options) for release in releases() for variant in VARIANTS
          for options in ((), ("--latency", "--side", "both"))] +
         [(test_gateway, release, variant, FEW) for release in releases() for variant in VARIANTS] +
         [(test_gateway, releases()[-1], "plain", MANY)])
