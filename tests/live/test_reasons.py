#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Functions of stripped programs: traced if no types are needed, else refused once with the reason."""

import collections

import events
from harness import check, check_equal, main
from rounds import Rounds, trace_rounds
from servers import Server, build, releases_of
from test_errors import check_refusal
from tracer import run

RELEASES = ("1.15", "1.19", "1.24", "1.27")
VARIANTS = ("stripped", "pie-stripped")

MISSING = ("types are missing", "-ldflags=-w", "--types FILE", "FUNCTION() captures nothing")


def copy(scope, release, variant):
    return Server.copy(scope, build("rounds", release, variant), "rounds")


def test_reason(scope, release, variant):
    """functions that need types, as names or patterns, with and without captures: refused with one line of advice"""
    binary = copy(scope, release, variant)
    for words in (["main.reply"], ["main.repl?"], ["main.*"], ["main.*", "-v"], ["main.*(status)"],
                  ["main.reply", "main.handle", "main.re*"], ["main*"], ["--latency", "main.*"]):
        status, stdout, stderr = run(*words, "-b", str(binary))
        lines = [line for line in events.decode_text(stderr, "stderr").splitlines() if str(binary) in line]
        check_equal((status, stdout), (1, b""), f"status and stdout of {words}; {stderr!r}")
        check_equal(len(lines), 1, f"lines of {words}: {stderr!r}")
        check(all(part in lines[0] for part in MISSING), f"{words}: {lines[0]}")


def test_reasons(scope, release, variant):
    """several reasons: each is reported, and then that no function can be traced"""
    binary = copy(scope, release, variant)
    status, _, stderr = run(str(binary), "main.*", "main.replay", "nothing.*")
    text = events.decode_text(stderr, "stderr")
    check_equal((status, len(text.splitlines())), (1, 4), f"status and lines: {text}")
    for part in (*MISSING, "likewise main.", "no function main.replay", "main.reply", "no function nothing.*",
                 "none of the functions can be traced"):
        check(part in text, f"{part!r} is missing in {text}")
    check_refusal([binary, "nothing.*()"], 1, "", "no function nothing.*")


def test_no_captures(scope, release, variant):
    """main.*() needs no types, also with --latency: calls and outcomes are correct"""
    for words in ((), ("--latency",)):
        happened, tracer = trace_rounds(scope, Rounds(scope, release, variant), *words, "main.*()", count=2)
        found = collections.Counter(event["function"] for event in happened)
        for name, count in (("main.handle", 2), ("main.reply", 2), ("main.divide", 4), ("main.fall", 2)):
            check_equal(found[name], count, f"calls of {name}; {tracer.stderr.text()!r}")
        for event in happened:
            wanted = ("panic" if event["function"] == "main.fall" else "ok") if words else None
            check_equal(event.get("outcome"), wanted, f"outcome of {event}")
            check_equal("duration_ns" in event, wanted == "ok", f"duration of {event}")
            check(event["goid"] == 1 and "args" not in event and "ret" not in event, f"keys of {event}")


def test_beside_others(scope, release, variant):
    """main.reply() beside arguments that need types: it is traced, and the others are refused with the reason"""
    happened, tracer = trace_rounds(scope, Rounds(scope, release, variant), "main.reply", "main.reply()",
                                    "main.reply(id=@g.goid)")
    check_equal([(event["function"], event["args"]) for event in happened], [("main.reply", {"id": 1})], "events")
    refusals = [line for line in tracer.stderr.all() if b"types are missing" in line]
    check_equal(len(refusals), 1, f"lines: {tracer.stderr.text()!r}")


if __name__ == "__main__":
    main([(test, release, variant) for release in releases_of(RELEASES) for variant in VARIANTS
          for test in (test_reason, test_reasons, test_no_captures, test_beside_others)])
