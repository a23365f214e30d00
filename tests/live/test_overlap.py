#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Several FUNCTION arguments for one function: one event per call, with the captures of all of them."""

import collections

from harness import check, check_equal, main
from rounds import Rounds, trace_rounds
from servers import releases_of
from tracer import Tracer, run

RELEASES = ("1.15", "1.19", "1.24", "1.27")

# How often each function is called in a round. main.fall panics.
CALLS = {"main.handle": 1, "main.reply": 1, "main.divide": 2, "main.fall": 1, "main.join": 1}


def tally(events):
    return collections.Counter(event["function"] for event in events)


def check_outcomes(events):
    for event in events:
        wanted = "panic" if event["function"] == "main.fall" else "ok"
        check_equal(event.get("outcome"), wanted, f"outcome of {event}")


# Arguments, and the keys and values of main.reply's event. In the first round its status is 200.
REPLIES = (
    (("main.reply", "main.reply"), {"args": {"status": 200}}),
    (("main.rep*", "main.*ply", "main.reply"), {"args": {"status": 200}}),
    (("main.reply()", "main.reply()"), {}),
    (("main.reply()", "main.reply(status)"), {"args": {"status": 200}}),
    (("main.reply(s=status)", "main.reply"), {"args": {"s": 200, "status": 200}}),
    (("main.reply(ret)", "main.reply(out=ret)"), {"args": {"ret": 201, "out": 201}, "outcome": "ok"}),
    (("main.reply(ret)", "main.reply(status)"), {"args": {"ret": 201, "status": 200}, "outcome": "ok"}),
    (("main.rep*(status)", "main.reply(ret)", "main.reply"), {"args": {"status": 200, "ret": 201}, "outcome": "ok"}),
    (("--latency", "main.reply()", "main.reply(status)"), {"args": {"status": 200}, "outcome": "ok"}),
    (("--latency", "main.reply", "main.reply"), {"args": {"status": 200}, "ret": 201, "outcome": "ok"}),
    (("--latency", "main.reply(ret)", "main.reply"), {"args": {"ret": 201, "status": 200}, "ret": 201, "outcome": "ok"}),
)


def test_replies(scope, release):
    """several arguments for one function: one event per call, with values in the order of first mention"""
    for words, wanted in REPLIES:
        events, _ = trace_rounds(scope, Rounds(scope, release), *words)
        check_equal(len(events), 1, f"events of {words}")
        event = events[0]
        found = {key: event[key] for key in ("args", "ret", "outcome") if key in event}
        check_equal(found, wanted, f"event of {words}")
        check_equal(list(event.get("args", {})), list(wanted.get("args", {})), f"order of args of {words}")
        check_equal("duration_ns" in event, "outcome" in wanted, f"duration with {words}")


def test_overlapping_patterns(scope, release):
    """overlapping patterns with --latency: each call is reported once, and only the panicking ones as panic"""
    words = ("main.*()", "main.reply(status)", "main.h*", "main.divide(a)", "main.divide(err=ret1)", "main.fall(round)")
    events, _ = trace_rounds(scope, Rounds(scope, release), "--latency", *words, count=3)
    found = tally(events)
    check_equal({name: found[name] for name in CALLS}, {name: 3 * count for name, count in CALLS.items()}, "calls")
    check_outcomes(events)
    quotients = [event["args"] for event in events if event["function"] == "main.divide"]
    check_equal([list(args) for args in quotients], [["a", "err"]] * 6, "args of main.divide")
    check_equal([args["err"] for args in quotients], [None, {"type": "*errors.errorString", "text": "no divisor"}] * 3, "errors")


def test_bounds(scope, release):
    """more captures than a plan holds: the others are null and named in truncated, and the rest is right"""
    lists = [", ".join(f"x{at}=left" for at in range(begin, begin + 32)) for begin in range(0, 320, 32)]
    events, tracer = trace_rounds(scope, Rounds(scope, release), *(f"main.join({names})" for names in lists))
    check_equal(len(events), 1, f"events; {tracer.stderr.text()!r}")
    args, cut = events[0]["args"], events[0]["truncated"]
    check_equal(list(args), [f"x{at}" for at in range(320)], "names")
    check(0 < len(cut) < 100, f"so many are left out: {len(cut)}")
    check_equal(cut, [f"x{at}" for at in range(320 - len(cut), 320)], "truncated")
    for name, value in args.items():
        check_equal(value, None if name in cut else "left", name)


def test_contradictions(scope, release):
    """one name for two values: refused with the reason"""
    program = Rounds(scope, release)
    for words, status in ((("main.reply(x=status)", "main.reply(x=ret)"), 2),
                          (("main.rep*(x=status)", "main.reply(x=ret)"), 1),
                          (("main.join(left=right)", "main.join"), 1)):
        code, stdout, stderr = run("--pid", str(program.pid), "--duration", "1", *words)
        check_equal((code, stdout), (status, b""), f"status and stdout of {words}; {stderr!r}")
        check(b"have the same name" in stderr, f"stderr of {words}: {stderr!r}")
    events, tracer = trace_rounds(scope, program, "main.*(x=@g.goid)", "main.reply(x=status)")
    check(b"main.reply" in tracer.stderr.text() and b"have the same name" in tracer.stderr.text(), tracer.stderr.text())
    check("main.reply" not in tally(events) and tally(events)["main.handle"] == 1, f"calls: {tally(events)}")


def test_misfits(scope, release):
    """an argument that does not fit: does not affect others for the same function"""
    events, tracer = trace_rounds(scope, Rounds(scope, release), "main.reply(stat)", "main.reply(status)",
                                  "main.reply(ret7)")
    check_equal([event["args"] for event in events], [{"status": 200}], "args")
    for part in (b'no parameter "stat"', b'no result "ret7"'):
        check(part in tracer.stderr.text(), f"{part!r} is not said: {tracer.stderr.text()!r}")


def test_end_of_goroutine(scope, release):
    """runtime.goexit1, which the tool probes itself: a message says that it never returns; no panic is reported"""
    events, tracer = trace_rounds(scope, Rounds(scope, release), "--latency", "runtime.goexit1()", "main.reply(status)",
                                  "runtime.goexit1")
    check_equal([(event["function"], event["outcome"]) for event in events], [("main.reply", "ok")], "events")
    said = [line for line in tracer.stderr.all() if b"runtime.goexit1 never returns" in line]
    check_equal(len(said), 1, f"stderr: {tracer.stderr.text()!r}")


def test_at_once(scope, release):
    """functions that consist of a return only: each call has outcome ok and its results"""
    events, tracer = trace_rounds(scope, Rounds(scope, release), "--latency", "main.nothing", "main.same",
                                  "main.same(ret, x=value)", "main.same(out=ret0)", count=2)
    wanted = [[("main.nothing", {}, None), ("main.same", {"value": n, "ret": n, "x": n, "out": n}, n)] for n in (0, 1)]
    check_equal([(event["function"], event["args"], event.get("ret")) for event in events], sum(wanted, []),
                f"events; {tracer.stderr.text()!r}")
    check_equal([list(event["args"]) for event in events[1::2]], [["value", "ret", "x", "out"]] * 2, "order of args")
    check_outcomes(events)
    check_equal([event["duration_ns"] for event in events[::2]], [0, 0], "durations of main.nothing")
    events, _ = trace_rounds(scope, Rounds(scope, release), "main.nothing()", "main.same(ret)")
    check_equal([(event["function"], event.get("args"), event.get("outcome")) for event in events],
                [("main.nothing", None, None), ("main.same", {"ret": 0}, "ok")], "events")


def test_table(scope, release):
    """the table: one row per call"""
    program = Rounds(scope, release)
    tracer = Tracer(scope, "--pid", program.pid, "main.reply(out=ret)", "main.reply(status)").wait_attached()
    program.make()
    program.end()
    tracer.wait_end()
    check_equal([line.split()[-2:] for line in tracer.stdout.all()[1:]], [[b"out=201", b"status=200"]], "rows")


if __name__ == "__main__":
    main([(test, release) for release in releases_of(RELEASES)
          for test in (test_replies, test_overlapping_patterns, test_bounds, test_contradictions, test_misfits,
                       test_end_of_goroutine, test_at_once, test_table)])
