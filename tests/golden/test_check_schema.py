#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The schema refuses lines that are no events: each is a valid line with one change."""
import json
import sys

from check_schema import Mismatch, check_line

REQUEST = {"type": "request", "time": "2026-11-22T09:41:00.123456789Z", "pid": 1, "tid": 2, "goid": 3,
           "comm": "shop", "exe": "/srv/shop", "id": "0123456789abcdef", "method": "GET", "path": "/", "query": "q",
           "protocol": "HTTP/1.1", "library": "net/http", "scheme": "http", "status": 200, "duration_ns": 5,
           "request_bytes": 0, "response_bytes": 7, "outcome": "ok",
           "truncated": ["path"], "path_bytes": 9}
LOST = {"type": "lost", "time": "2026-11-22T09:41:00.123456789Z", "count": 1, "where": "kernel"}
ATTACH = {"type": "attach", "time": "2026-11-22T09:41:00.123456789Z", "pid": 1, "comm": "shop",
          "exe": "/srv/shop", "go": "go1.25.1", "abi": "register"}


def changed(event, **changes):
    return json.dumps({key: value for key, value in {**event, **changes}.items() if value is not ...})


def reordered(event, key):
    """The event with the key moved to the end."""
    return json.dumps({**{k: v for k, v in event.items() if k != key}, key: event[key]})


GOOD = [
    changed(REQUEST),
    changed(REQUEST, goid=..., query=..., truncated=..., path_bytes=...),
    changed(REQUEST, goid=None, method=None, path=None, query=None, protocol=None, scheme=None,
            status=None, request_bytes=None, response_bytes=None, truncated=..., path_bytes=...),
    changed(REQUEST, duration_ns=..., response_bytes=..., status=None, outcome="exited"),
    changed(LOST),
    changed(ATTACH),
    changed(ATTACH, type="detach", abi="stack"),
]
BAD = [
    "", "null", "[]", "{}", "1", "{\"type\":\"request\"", changed(REQUEST) + "x",
    changed(REQUEST)[:-1] + ",\"type\":\"request\"}",
    changed(REQUEST).replace("\"pid\": 1", "\"pid\": NaN"),
    changed(REQUEST).replace("GET", "G\tT"),
    changed(REQUEST, type="reply"), changed(REQUEST, type=...), changed(REQUEST, type=None),
    changed(REQUEST, time="2026-11-22T09:41:00.12345678Z"), changed(REQUEST, time=0),
    changed(REQUEST, time="2026-11-22T09:41:00.123456789Z\n"),
    changed(REQUEST, time="2026-13-22T09:41:00.123456789Z"), changed(REQUEST, time=...),
    changed(REQUEST, pid="1"), changed(REQUEST, pid=1.5), changed(REQUEST, pid=True),
    changed(REQUEST, pid=0), changed(REQUEST, pid=None), changed(REQUEST, pid=...),
    changed(REQUEST, comm=None), changed(REQUEST, exe=...), changed(REQUEST, path=...),
    changed(REQUEST, method=7), changed(REQUEST, protocol="HTTP/1"), changed(REQUEST, scheme="ftp"),
    changed(REQUEST, status="200"), changed(REQUEST, duration_ns=-1), changed(REQUEST, duration_ns=None),
    changed(REQUEST, request_bytes=-1), changed(REQUEST, outcome="fine"), changed(REQUEST, outcome=...),
    changed(REQUEST, truncated=[]), changed(REQUEST, truncated=[7]),
    changed(REQUEST, truncated=["path", "path"]), changed(REQUEST, truncated="path"),
    changed(REQUEST, truncated=...), changed(REQUEST, path_bytes=0), changed(REQUEST, host_bytes=4),
    changed(REQUEST, extra=1), changed(REQUEST, function="f"),
    reordered(REQUEST, "type"), reordered(REQUEST, "query"), reordered(REQUEST, "truncated"),
    changed(LOST, count=0), changed(LOST, where="disk"), changed(LOST, pid=1), reordered(LOST, "count"),
    changed(ATTACH, go=...), changed(ATTACH, abi="fast"), changed(ATTACH, tid=2),
]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    failed = 0
    for line in GOOD:
        check_line(schema, line)
    for line in BAD:
        try:
            check_line(schema, line)
        except (Mismatch, json.JSONDecodeError):
            continue
        print(f"taken for an event: {line}")
        failed += 1
    print(f"{len(GOOD)} good, {len(BAD)} bad lines")
    return 1 if failed else 0


sys.exit(main())
