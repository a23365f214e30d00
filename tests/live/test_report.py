#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""report: a page about what was recorded, with one request and with many, as a browser reads it."""

import html.parser
import json
import pathlib

from harness import check, check_equal, main, releases
from servers import Server
from test_links import FEW, LINKED, WAYS, ask_all
from tracer import Tracer, run

NEWEST = releases()[-1]
VOID = {"meta", "rect"}
SLOWEST = 50


class Page(html.parser.HTMLParser):
    """The elements of a page, and a check that each is closed and that nothing is fetched."""

    def __init__(self, text):
        super().__init__()
        self.open, self.texts, self.count = [], {}, {}
        self.feed(text)
        check_equal(self.open, [], "elements that are not closed")

    def handle_starttag(self, tag, attrs):
        check(not {"src", "href"} & {name for name, _ in attrs}, f"{tag} fetches something: {attrs}")
        check(tag != "script", "a script")
        self.count[tag] = self.count.get(tag, 0) + 1
        self.texts.setdefault(tag, []).append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        check_equal(self.open.pop(), tag, "the element that is closed")

    def handle_data(self, data):
        for tag in self.open:
            self.texts[tag][-1] += data


def test_recorded(scope):
    """a row for each route, the slowest requests with what was made for them"""
    gateway = Server(scope, NEWEST, program="gateway")
    recorded, page = scope.folder / "recorded", scope.folder / "page.html"
    tracer = Tracer(scope, "--pid", gateway.pid, "--json", "--side", "both").wait_attached()
    ask_all(gateway, FEW)
    tracer.wait_types(FEW * (1 + 2 * len(WAYS)), "request", "client")
    tracer.interrupt()
    recorded.write_bytes(b"".join(line + b"\n" for line in tracer.stdout.all()))
    status, stdout, stderr = run("report", str(recorded), "-o", str(page))
    check_equal((status, stdout, stderr), (0, b"", b""), "status and output")
    found = Page(page.read_text())
    check_equal(found.count["tr"], 1 + 1 + 2 * len(WAYS), "rows of routes, with the heading")
    check(f"{FEW * (1 + len(WAYS))} requests were served" in found.texts["p"][0], f"what was served: {found.texts['p']}")
    check_equal(found.count["details"], SLOWEST, "slowest requests")
    requests = [event for event in tracer.events() if event["type"] == "request"]
    slowest = max(requests, key=lambda event: event["duration_ns"] or 0)
    check(slowest["path"] in found.texts["summary"][0], f"the slowest is {slowest['path']}, not {found.texts['summary'][0]!r}")
    made = f"{len(LINKED)} requests made for it"
    check_equal([made in text for text in found.texts["summary"]], ["/page/" in text for text in found.texts["summary"]],
                "requests with what was made for them")


def test_sizes(scope):
    """one request, a million, and what a client may send"""
    page = scope.folder / "page.html"
    for count in (1, 1_000_000):
        recorded = scope.folder / f"recorded{count}"
        with recorded.open("w") as file:
            for number in range(count):
                second, rest = divmod(number * 1_000_003, 10**9)
                file.write(f'{{"type":"request","time":"2026-11-29T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.{rest:09}Z",'
                           f'"comm":"shop","id":"{number + 1:016x}","method":"GET","path":"/<b>/{number}","status":200,'
                           f'"duration_ns":{number * 7919 % 10_000_019},"response_bytes":1,"outcome":"ok"}}\n')
        status, _, stderr = run("report", str(recorded), "-o", str(page))
        check_equal((status, stderr), (0, b""), "status and stderr")
        text = page.read_text()
        found = Page(text)
        check("b" not in {tag for tag in found.open} and "&lt;b&gt;" in text, "markup of a path")
        check_equal(found.count["details"], min(count, SLOWEST), f"slowest of {count}")
        check(len(text) < 1 << 20, f"a page of {len(text)} bytes")


def test_refused(scope):
    """a file without requests, a missing file, a page that cannot be written"""
    empty = scope.folder / "empty"
    empty.write_text(json.dumps({"type": "lost", "count": 1}) + "\n")
    for arguments, expected, message in (((), 2, "report needs one file"), (("/no/such",), 1, "/no/such: No such file"),
                                         ((str(empty),), 1, "no requests were read"), (("-o",), 2, "option -o needs a value"),
                                         (("--csv", "x"), 2, "there is no option --csv")):
        status, stdout, stderr = run("report", *arguments)
        check_equal((status, stdout), (expected, b""), f"status and output of {arguments}")
        check(message.encode() in stderr, f"{arguments}: {stderr!r}")
    golden = pathlib.Path(__file__).resolve().parents[1] / "golden/links.json"
    status, _, stderr = run("report", str(golden), "-o", "/no/such/folder/page")
    check_equal(status, 1, "status")
    check(b"/no/such/folder/page: cannot be written: No such file" in stderr, f"{stderr!r}")


if __name__ == "__main__":
    main([test_recorded, test_sizes, test_refused])
