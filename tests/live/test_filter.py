#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Filters: what is shown is what the conditions say, what a request caused follows it, and each request is counted."""

import collections
import re
import signal

from client import Connection, get
from harness import check, check_equal, main, releases
from mixed_requests import COUNT, send
from servers import Server, Shop
from test_links import FEW, LINKED, WAYS, ask_all, number_of
from tracer import Tracer, run

NEWEST = releases()[-1]
SUMMARY = re.compile(r"(\d+) events, (?:(\d+) filtered, )?(\d+) lost")
REPORTED = ("request", "client", "call")


def account(tracer):
    """Ends the tool; returns its events about requests, and its summary: (events, filtered, lost)."""
    tracer.interrupt()
    shown = [event for event in tracer.events() if event["type"] in REPORTED]
    counts = tuple(int(number or 0) for number in SUMMARY.search(tracer.stderr.text().decode()).groups())
    check_equal(counts[0], len(shown), "events of the summary")
    return shown, counts


def alike(event):
    """What two tools report of the same request in the same way."""
    return tuple(event.get(key) for key in ("type", "method", "path", "query", "status", "remote", "protocol", "outcome"))


# Options, and the same in Python.
FILTERS = (
    (("--method", "POST,PUT"), lambda event: event["method"] in ("POST", "PUT")),
    (("--method", "POST", "--method", "PUT"), lambda event: event["method"] in ("POST", "PUT")),
    (("--path", "/s*"), lambda event: event["path"].startswith("/s")),
    (("--path", "/s*", "--path", "/ping"), lambda event: event["path"].startswith("/s") or event["path"] == "/ping"),
    (("--host", "127.0.0.1:*"), lambda event: (event.get("host") or "").startswith("127.0.0.1:")),
    (("--status", "2xx"), lambda event: event["status"] is not None and 200 <= event["status"] < 300),
    (("--status", "404,5xx"), lambda event: event["status"] == 404 or 500 <= (event["status"] or 0) < 600),
    (("--min-duration", "5ms"), lambda event: (event["duration_ns"] or 0) >= 5_000_000),
    (("--failed",), lambda event: (event["status"] or 0) >= 400 or event["outcome"] in ("panic", "error", "exited", "unknown")),
    (("-x", "--method", "GET"), lambda event: event["method"] == "GET" and (
        (event["status"] or 0) >= 400 or event["outcome"] in ("panic", "error", "exited", "unknown"))),
    (("--where", "status == 200 and not path ~ '/p*'", "--where", "protocol != 'HTTP/2.0'"),
     lambda event: event["status"] == 200 and not event["path"].startswith("/p") and event["protocol"] != "HTTP/2.0"),
    (("--where", "query"), lambda event: event.get("query") is not None),
)


def test_conditions(scope, release):
    """each option beside a tool without filter: the same requests as by Python, and the rest is counted as filtered"""
    server = Server(scope, release)
    whole = Tracer(scope, "--pid", server.pid, "--json").wait_attached()
    filtered = [(options, wanted, Tracer(scope, "--pid", server.pid, "--json", *options).wait_attached())
                for options, wanted in FILTERS]
    send(server)
    whole.wait_types(COUNT, "request")
    everything, counts = account(whole)
    check_equal(counts, (COUNT, 0, 0), "summary without filter")
    for options, wanted, tracer in filtered:
        expected = [alike(event) for event in everything if wanted(event)]
        tracer.wait_types(len(expected), "request")
        shown, counts = account(tracer)
        check_equal(sorted(map(str, map(alike, shown))), sorted(map(str, expected)), f"requests with {options}")
        check_equal(counts, (len(expected), COUNT - len(expected), 0), f"summary with {options}")


def gateway_with(scope, release, *options):
    gateway = Server(scope, release, program="gateway")
    tracer = Tracer(scope, "--pid", gateway.pid, "--json", "--side", "both", *options).wait_attached()
    ask_all(gateway, FEW)
    return gateway, tracer


def test_followed(scope, release):
    """what a gateway asks for a request is shown with the request, and not without it"""
    gateway, tracer = gateway_with(scope, release, "--path", "/page/*7", "--path", "/last")
    wanted = [number for number in range(FEW) if number % 10 == 7]
    tracer.wait_types(len(wanted) * len(LINKED), "client")
    shown, counts = account(tracer)
    found = collections.Counter((event["type"], number_of(event)) for event in shown)
    check_equal(found, {(name, number): count for number in wanted
                        for name, count in (("request", 1), ("client", len(LINKED)))}, "events by number")
    check_equal({event["in"] for event in shown if event["type"] == "client"},
                {event["id"] for event in shown if event["type"] == "request"}, "requests that are followed")
    check_equal(sum(counts), FEW * (1 + 2 * len(WAYS)), "shown + filtered + lost")
    check_equal(counts[2], 0, "lost")


def test_sample(scope, release):
    """--sample 1/4: whole requests by their id, with what was made for them"""
    _, tracer = gateway_with(scope, release, "--sample", "1/4", "--where", "path ~ '/page/*' or in")
    tracer.wait_types(FEW // 8, "request")
    shown, counts = account(tracer)
    requests = {event["id"] for event in shown if event["type"] == "request"}
    check_equal({int(name, 16) % 4 for name in requests}, {0}, "ids, modulo 4")
    followers = collections.Counter(event["in"] for event in shown if event["type"] == "client")
    check_equal(followers, {name: len(LINKED) for name in requests}, "clients by their request")
    check(FEW // 8 <= len(requests) <= FEW // 2, f"{len(requests)} of {FEW} requests with --sample 1/4")
    check_equal((sum(counts), counts[2]), (FEW * (1 + 2 * len(WAYS)), 0), "shown + filtered + lost, and lost")


SMALL_RING = 4096


def test_numbers_of_arguments(scope, release):
    """a number that an argument must be is looked at in the kernel: the other calls need no room in the ring"""
    shop = Shop(scope, release)
    cases = (("args.status == 404", 5), ("404 == args.status and path != 'x'", 5), ("args.status == 201", 0),
             ("args.status >= 404 and args.status < 405", 5))
    tracers = [(where, count, Tracer(scope, "--binary", shop.exe, "main.reply(status, body)", "--json", "--where", where))
               for where, count in cases]
    stopped = Tracer(scope, shop.exe, "main.reply(status)", "--json", "--where", "args.status == 404", ring=SMALL_RING)
    for tracer in (stopped, *(tracer for _, _, tracer in tracers)):
        tracer.wait_attached()
    stopped.process.send_signal(signal.SIGSTOP)
    with Connection(shop.addresses["http"]) as connection:
        for number in range(FEW):
            connection.get("/items/42" if number % (FEW // 5) == 0 else "/items/7")
    stopped.process.send_signal(signal.SIGCONT)
    for where, count, tracer in (("a small ring", 5, stopped), *tracers):
        tracer.wait_types(count, "call")
        shown, counts = account(tracer)
        check_equal(counts, (count, FEW - count, 0), f"events, filtered and lost with {where}")
        check_equal({event["args"]["status"] for event in shown}, {404} if count else set(), f"statuses with {where}")


def test_max_rate(scope, release):
    """--max-rate: the requests beyond it are counted as lost, with where: rate"""
    server = Server(scope, release)
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--max-rate", 5).wait_attached()
    with Connection(server.addresses["http"]) as connection:
        for number in range(FEW):
            connection.get(f"/ping?n={number}")
    tracer.wait_types(5, "request")
    shown, (events, filtered, lost) = account(tracer)
    losses = [event for event in tracer.events() if event["type"] == "lost"]
    check_equal({event["where"] for event in losses}, {"rate"}, "where they were lost")
    check_equal((events + lost, filtered, sum(event["count"] for event in losses)), (FEW, 0, lost), "events + lost")
    check(5 <= len(shown) <= FEW // 2, f"{len(shown)} shown with --max-rate 5")


def test_count(scope, release):
    """--count with a filter: so many requests that are shown"""
    server = Server(scope, release)
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--count", 3, "--path", "/ping").wait_attached()
    for number in range(12):
        get(server.addresses["http"], "/ping" if number % 4 == 0 else "/text")
    tracer.wait_end()
    check_equal([event["path"] for event in tracer.events() if event["type"] == "request"], ["/ping"] * 3, "paths")


def test_table(scope, release):
    """a table: one heading, though the first requests are not shown, and what a request made stands before it"""
    gateway = Server(scope, release, program="gateway")
    tracer = Tracer(scope, "--pid", gateway.pid, "--side", "both", "--path", "/page/*5").wait_attached()
    ask_all(gateway, 20)
    tracer.wait_lines(1 + 2 * (1 + len(LINKED)))
    tracer.interrupt()
    heading, *rows = (line.decode() for line in tracer.stdout.all())
    check(heading.startswith("TIME "), f"heading: {heading!r}")
    shown = [row[heading.index("METHOD"):].split()[:2] for row in rows]
    check_equal(len(shown), 2 * (1 + len(LINKED)), "rows")
    for group in (shown[:3], shown[3:]):
        check_equal([method for method, _ in group], ["→GET", "→GET", "GET"], "methods of a request's rows")
        check_equal(len({path.rsplit("/", 1)[1] for _, path in group}), 1, f"numbers in {group}")


def test_refused(scope):
    """values that are not valid: the reason, the place in a condition, and status 2"""
    cases = (
        (("--where", "status = 5"), "a comparison (== != < <= > >= ~)", "status = 5\n           ^"),
        (("--where", "path ~ 'x"), "this string has no end", None),
        (("--status", "6x"), '--status: "6x" is neither a status from 100 to 599', None),
        (("--status", "404,"), '--status: "" is neither a status from 100 to 599', None),
        (("--method", ""), "--method: a method", None),
        (("--min-duration", "soon"), "--min-duration soon: a time is expected", None),
        (("--sample", "0.1"), "--sample 0.1: a part such as 1/100", None),
        (("--sample", "1/0"), "--sample 1/0: a part such as 1/100", None),
        (("--max-rate", "0"), "--max-rate 0: a whole number from 1", None),
    )
    for options, message, place in cases:
        status, stdout, stderr = run("--all", *options)
        check_equal((status, stdout), (2, b""), f"status and output of {options}")
        check(message in stderr.decode() and (not place or place in stderr.decode()), f"{options}: {stderr!r}")


if __name__ == "__main__":
    tests = (test_conditions, test_followed, test_sample, test_numbers_of_arguments, test_max_rate, test_count, test_table)
    main([(test, release) for release in releases() for test in tests] + [(test_refused,)])
