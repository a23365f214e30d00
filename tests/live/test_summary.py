#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""--summary and the subcommand summary: counts and percentiles agree with those of the events."""

import collections
import json
import math
import re
import time

from harness import check, check_equal, main, releases
from mixed_requests import COUNT, send
from servers import Server
from test_links import FEW, WAYS, ask_all
from tracer import Tracer, run

NEWEST = releases()[-1]
PERCENTS = (50, 90, 99)
FAILED = ("panic", "error", "exited", "unknown")
DECIMALS = re.compile(r"[0-9]+")


def key_of(event):
    """What the row of an event is for. The paths of these tests have no other ids than numbers."""
    route = event.get("route") or "/".join("*" if DECIMALS.fullmatch(part) else part for part in event["path"].split("/"))
    return event["comm"], "client" if event["type"] == "client" else "server", event["method"], route


def is_failed(event):
    return (event["status"] or 0) >= 400 or (event.get("grpc_status") or 0) > 0 or event["outcome"] in FAILED


def percentile(values, percent):
    return values[math.ceil(len(values) * percent / 100) - 1]


def check_rows(rows, events):
    """Compares rows of JSON with the events that they sum up."""
    groups = collections.defaultdict(list)
    for event in events:
        groups[key_of(event)].append(event)
    found = {(row["service"], row["side"], row["method"], row["route"]): row for row in rows}
    check_equal(set(found), set(groups), "rows")
    for key, group in groups.items():
        row = found[key]
        check_equal((row["count"], row["failed"], row["response_bytes"]),
                    (len(group), sum(map(is_failed, group)), sum(event.get("response_bytes") or 0 for event in group)), f"sums of {key}")
        durations = sorted(event["duration_ns"] for event in group if event["duration_ns"] is not None)
        check_equal(row["max_ns"], durations[-1] if durations else None, f"max_ns of {key}")
        for percent in PERCENTS if durations else ():
            exact, shown = percentile(durations, percent), row[f"p{percent}_ns"]
            check(exact <= shown <= exact + exact / 128, f"p{percent} of {key}: {shown}, but exactly it is {exact}")
    check_equal([row["count"] for row in rows], sorted((row["count"] for row in rows), reverse=True), "order of the rows")


def requests_of(tracer):
    return [event for event in tracer.events() if event["type"] in ("request", "client")]


def test_live(scope, *options):
    """--summary beside a socket with the events, which are the same"""
    gateway = Server(scope, NEWEST, program="gateway")
    output = scope.folder / "events"
    tracer = Tracer(scope, "--pid", gateway.pid, "--side", "both", "--summary", "--json", "--output", output, *options)
    tracer.stderr.wait(lambda lines: any(b": traced: " in line for line in lines), "does not trace")
    ask_all(gateway, FEW)
    time.sleep(0.5)
    tracer.interrupt()
    events = [json.loads(line) for line in output.read_bytes().splitlines()]
    requests = [event for event in events if event["type"] in ("request", "client")]
    check(options or len(requests) == FEW * (1 + 2 * len(WAYS)), f"{len(requests)} requests")
    check(requests, "no request")
    check_rows([json.loads(line) for line in tracer.stdout.all()], requests)


def test_recorded(scope):
    """summary FILE: as of the events in the file, of several files, and of standard input"""
    server = Server(scope, NEWEST)
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--count", COUNT).wait_attached()
    send(server)
    tracer.wait_end()
    path = scope.folder / "recorded"
    path.write_bytes(b"".join(line + b"\n" for line in tracer.stdout.all()))
    for files, times in (((str(path),), 1), ((str(path), str(path)), 2)):
        status, stdout, stderr = run("summary", "--json", *files)
        check_equal((status, stderr), (0, b""), "status and stderr")
        check_rows([json.loads(line) for line in stdout.splitlines()], requests_of(tracer) * times)
    status, stdout, _ = run("summary", wrapper=("sh", "-c", f'exec "$@" <{path}', "sh"))
    check_equal((status, stdout.split()[:3]), (0, [b"SERVICE", b"METHOD", b"ROUTE"]), "a table of standard input")


def test_interval(scope):
    """--interval: a summary each so long, which together count each request once"""
    gateway = Server(scope, NEWEST, program="gateway")
    tracer = Tracer(scope, "--pid", gateway.pid, "--summary", "--json", "--interval", "200ms")
    tracer.stderr.wait(lambda lines: any(b": traced: " in line for line in lines), "does not trace")
    for _ in range(3):
        ask_all(gateway, FEW)
        time.sleep(0.3)
    tracer.interrupt()
    rows = [json.loads(line) for line in tracer.stdout.all()]
    check(len({row["time"] for row in rows}) >= 3, f"{len({row['time'] for row in rows})} summaries")
    check_equal(sum(row["count"] for row in rows), 3 * FEW * (1 + len(WAYS)), "requests")


def test_refused(scope):
    """lines that are no events, files that cannot be read, options that do not fit"""
    path = scope.folder / "mixed"
    path.write_text('no event\n{"type":"request","time":"2026-11-22T09:41:00.000000007Z","comm":"shop","method":"GET","path":"/"}\n'
                    '{"a":1}\n{"type":"lost","count":34,"where":"rate"}\n')
    status, stdout, stderr = run("summary", "--json", str(path))
    check_equal((status, len(stdout.splitlines())), (0, 1), "status and rows")
    check_equal(stderr.decode().splitlines(), [
        f"gohttpsnoop: {path}: lines that are no events of gohttpsnoop: 2, the first is line 1",
        f"gohttpsnoop: {path}: lost while it was recorded: 34"], "stderr")
    for arguments, expected, message in ((("summary", "/no/such"), 1, "/no/such: No such file"),
                                         (("summary", "/dev/null"), 1, "no requests were read"),
                                         (("summary", "/"), 1, "/: Is a directory"),
                                         (("summary", "--csv"), 2, "there is no option --csv"),
                                         (("--all", "--interval", "1s"), 2, "--interval needs --summary"),
                                         (("--all", "--summary", "main.ping"), 2, "about requests")):
        status, stdout, stderr = run(*arguments)
        check_equal((status, stdout), (expected, b""), f"status and output of {arguments}")
        check(message.encode() in stderr, f"{arguments}: {stderr!r}")


if __name__ == "__main__":
    main([(test_live,), (test_live, "--path", "/page/*"), test_recorded, test_interval, test_refused])
