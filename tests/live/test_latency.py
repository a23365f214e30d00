#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""--latency: tests/go/nest makes many nested calls, and lists what each call did. It makes 100,000 calls with
GOHTTPSNOOP_FULL=1, otherwise 10,000.
"""

import collections
import json
import os
import signal
import subprocess
import threading
import time

import events
from harness import PATIENCE, check, check_equal, main
from lines import Lines
from servers import Server, build, releases_of
from tracer import Tracer

RELEASES = ("1.15", "1.19", "1.22", "1.24", "1.27")
CALLS = 100000 if os.environ.get("GOHTTPSNOOP_FULL") == "1" else 10000
FEW = 500
RING = 256 << 20  # large enough to lose nothing while the tool does not read
ENDLESS = 10 * PATIENCE

# What is captured, and where the results are reported: among the arguments, as "ret", or not at all.
FUNCTIONS = (
    "main.descend(id, depth, ret)",
    "main.(*node).visit(id, depth, ret0, ret1)",
    "main.point.plus",
    "main.even(id, depth, number=ret0, err=ret1)",
    "main.odd(id, depth)",
    "main.fall(id, depth, ret)",
    "main.hold(id, depth, ret)",
)
RESULTS = {
    "main.(*node).visit": lambda event: [event["args"].get("ret0"), event["args"].get("ret1")],
    "main.point.plus": lambda event: event.get("ret"),
    "main.even": lambda event: [event["args"].get("number"), event["args"].get("err")],
}

# The wall clock may be set or slewed by so much between a call and a nested call.
CLOCK_STEP_NS = 1_000_000


class Program:
    """A running tests/go/nest."""

    def __init__(self, scope, release, *words):
        self.exe = Server.copy(scope, build("nest", release), "nest")
        self.process = subprocess.Popen([self.exe, *map(str, words)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        scope.callback(self.kill)
        self.pid = self.process.pid
        self.lines = Lines(self.process.stdout, f"nest {release}")
        self.lines.wait(lambda lines: b"ready" in lines, "is not ready")
        self.calls = {}
        self.done = None

    def make_calls(self):
        """Returns when all calls have been made and listed; some of them have not returned yet."""
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        self.lines.wait(lambda lines: lines[-1].startswith(b'{"done":'), "has not listed its calls", ENDLESS)
        _, *listed, done = map(lambda line: line if line == b"ready" else json.loads(line), self.lines.all())
        self.calls = {call["id"]: call for call in listed}
        self.done = done["done"]
        check_equal(len(self.calls), self.done["calls"], "calls listed")

    def end(self, status):
        self.process.stdin.close()
        check_equal(self.process.wait(PATIENCE), status, "the program's status")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()


def start(scope, release, *words, ring=RING):
    program = Program(scope, release, *words)
    output = scope.folder / "events"
    tracer = Tracer(scope, "--pid", program.pid, "--latency", "--output", output, *FUNCTIONS, ring=ring)
    return program, tracer.wait_attached(), output


def read(output):
    """The call events, and the number of lost ones."""
    happened = [events.parse(line) for line in output.read_bytes().splitlines()]
    check_equal(happened[0]["type"], "attach", "the first line")
    calls = [event for event in happened if event["type"] == "call"]
    lost = [event for event in happened if event["type"] == "lost"]
    check_equal(len(happened) - len(calls) - len(lost), 2, "attach, detach and nothing else")
    check_equal(happened[-1]["type"], "detach", "the last line")
    return calls, sum(event["count"] for event in lost)


def by_identity(calls):
    """Maps IDs to calls; fails if a call was reported twice."""
    found = {}
    for event in calls:
        check(event["args"]["id"] not in found, f"reported twice: {event}")
        found[event["args"]["id"]] = event
    return found


# --- one call -------------------------------------------------------------------------


def check_result(event, call):
    if call["outcome"] != "ok" or not call["has_ret"]:
        check(not event.get("ret") and not set(event["args"]) & {"ret", "ret0", "number"},
              f"results of what has none: {event}")
        return
    actual = RESULTS.get(event["function"], lambda event: event["args"].get("ret"))(event)
    check_equal(actual, call["ret"], f"result of {event}")


def check_duration(event, call):
    """The duration must be between those that the program measured inside and outside the call."""
    if call["outcome"] != "ok":
        check("duration_ns" not in event, f"a duration without an end: {event}")
        return
    check(call["inner"] <= event["duration_ns"] <= call["outer"],
          f"duration is not from {call['inner']} to {call['outer']}: {event}")


def check_call(event, call):
    check_equal((event["function"], event["args"]["depth"]), (call["function"], call["depth"]), f"call of {event}")
    check_equal(event["outcome"], call["outcome"], f"outcome of {event}")
    check_result(event, call)
    check_duration(event, call)


# --- nested calls ---------------------------------------------------------------------


def begin_ns(event):
    """Nanoseconds since the epoch."""
    text = event["time"]
    return int(events.seconds(text[:-11] + ".000000000Z")) * 10**9 + int(text[-10:-1])


def check_nesting(found, calls):
    """Each call must lie within the call of its caller and must not take longer. Returns the number of compared
    calls."""
    within = collections.Counter()
    nested = 0
    for number, event in found.items():
        caller = found.get(calls[number]["parent"])
        if not caller:
            continue
        check_equal(event["goid"], caller["goid"], f"goroutine of {event}, called by {caller}")
        check(begin_ns(caller) <= begin_ns(event) + CLOCK_STEP_NS, f"it begins before {caller}: {event}")
        if "duration_ns" not in event or "duration_ns" not in caller:
            continue
        nested += 1
        within[calls[number]["parent"]] += event["duration_ns"]
        check(begin_ns(event) + event["duration_ns"] <= begin_ns(caller) + caller["duration_ns"] + CLOCK_STEP_NS,
              f"it ends after {caller}: {event}")
    for number, sum_ns in within.items():
        check(sum_ns <= found[number]["duration_ns"], f"{sum_ns} ns within {found[number]}")
    return nested


def check_all(found, program):
    check_equal(sorted(set(program.calls) - set(found))[:5], [], "calls that are not reported")
    for number, event in found.items():
        check(number in program.calls, f"no such call: {event}")
        check_call(event, program.calls[number])


def switched(found):
    """The number of goroutines with calls that began on several threads, and the number of all goroutines."""
    threads = collections.defaultdict(set)
    for event in found.values():
        threads[event["goid"]].add(event["tid"])
    return sum(len(some) > 1 for some in threads.values()), len(threads)


def test_calls(scope, release):
    """recursive and parallel calls, and panics: each is reported once with its result, and durations are nested"""
    program, tracer, output = start(scope, release, "-calls", CALLS)
    began = time.monotonic()
    program.make_calls()
    took = time.monotonic() - began
    program.end(0)
    tracer.wait_end(limit=ENDLESS)
    calls, lost = read(output)
    check_equal(lost, 0, "lost")
    found = by_identity(calls)
    check_all(found, program)
    nested = check_nesting(found, program.calls)
    outcomes = collections.Counter(event["outcome"] for event in calls)
    several, goroutines = switched(found)
    check(program.done["moved"] > 0, "no stack moved")
    check(several > 0, "no goroutine changed its thread")
    check({"ok", "panic", "exited"} <= set(outcomes), f"outcomes: {outcomes}")
    print(f"Go {release}: {len(calls)} calls in {took:.1f} s, {lost} lost, {dict(outcomes)}; {nested} within another; "
          f"{several} of {goroutines} goroutines on several threads, {program.done['moved']} moved stacks")


# --- ends of processes ----------------------------------------------------------------


def check_ended(scope, release, end, *words):
    """`end` ends the program while calls are open."""
    program, tracer, output = start(scope, release, "-calls", FEW, *words)
    program.make_calls()
    end(program)
    tracer.wait_end()
    calls, lost = read(output)
    check_equal(lost, 0, "lost")
    check_all(by_identity(calls), program)


def kill(program):
    program.process.send_signal(signal.SIGKILL)
    program.process.wait(PATIENCE)


def test_ends(scope, release):
    """a process that ends in four ways with open calls: they are reported as exited"""
    check_ended(scope, release, lambda program: program.end(0), "-end", "return")
    for end, status in (("exit", 3), ("crash", 2)):
        (scope.folder / "events").unlink()
        check_ended(scope, release, lambda program, status=status: program.end(status), "-end", end)
    (scope.folder / "events").unlink()
    check_ended(scope, release, kill)


def test_lingering(scope, release):
    """calls that panicked on a goroutine that then only waits: reported when the process ends"""
    program, tracer, output = start(scope, release, "-calls", 1, "-holds", 0, "-workers", 0, "-lingers", 3)
    program.make_calls()
    program.end(0)
    tracer.wait_end()
    calls, lost = read(output)
    found = by_identity(calls)
    check_equal((sorted(found), lost), (sorted(program.calls), 0), "calls reported, and lost")
    # The tool does not know that they panicked.
    check_equal({event["outcome"] for event in calls}, {"exited"}, "outcomes")


# --- lost events ----------------------------------------------------------------------


def stumble(tracer, goes_on):
    """Stops and continues the tool, so that it reads late."""
    while goes_on.is_set():
        for number in (signal.SIGSTOP, signal.SIGCONT):
            tracer.process.send_signal(number)
            time.sleep(0.005)


def test_lost(scope, release):
    """more calls than the ring holds: reported and lost calls add up, and what is reported is correct"""
    program, tracer, output = start(scope, release, "-calls", CALLS, ring=1 << 16)
    goes_on = threading.Event()
    goes_on.set()
    stumbling = threading.Thread(target=stumble, args=(tracer, goes_on))
    stumbling.start()
    try:
        program.make_calls()
    finally:
        goes_on.clear()
        stumbling.join()
    program.end(0)
    tracer.wait_end()
    calls, lost = read(output)
    check(lost > 0, "nothing was lost: the test shows nothing")
    found = by_identity(calls)
    print(f"Go {release}: {program.done['calls']} calls, {len(calls)} told, {lost} lost, "
          f"{dict(collections.Counter(event['outcome'] for event in calls))}")
    check_equal(len(calls) + lost, program.done["calls"], "calls and lost")
    ended = {number: event for number, event in found.items() if event["outcome"] in ("ok", "panic")}
    check(ended, "no end of a call is reported")
    for number, event in ended.items():
        check_call(event, program.calls[number])


if __name__ == "__main__":
    main([(test, release) for release in releases_of(RELEASES) for test in (test_calls, test_ends, test_lingering, test_lost)])
