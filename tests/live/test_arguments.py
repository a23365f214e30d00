#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Captures arguments of every kind: the event's args must equal what tests/go/args says it passed."""

import subprocess

from captures import Comparison, parse_call, parse_event
from harness import Failure, check, check_equal, main
from lines import Lines
from servers import Server, build, release_number, releases_of
from tracer import Tracer

RELEASES = ("1.15", "1.19", "1.22", "1.24", "1.27")

MAX_STRING = 128  # bytes; many strings of the program are longer

# The number of functions that are traced at once.
BATCH = 16

# The minimum number of interfaces that must be captured with the value they hold; of the others only the type is
# captured. From Go 1.18 on there are more, in calls of generic functions.
HELD, HELD_WITH_GENERICS = 15, 18
GENERICS = (1, 18)

# A value for --max-elements that no list of the program has as its length.
ELEMENTS = 100

# The number of differences printed per release.
SHOWN = 40


class Program:
    """A running tests/go/args: it first lists its calls, and makes them on request."""

    def __init__(self, scope, binary, release):
        self.exe = Server.copy(scope, binary, "args")
        self.process = subprocess.Popen([self.exe, f"-max-string={MAX_STRING}"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        scope.callback(self.kill)
        self.pid = self.process.pid
        self.lines = Lines(self.process.stdout, f"args {release}")
        listed = self.lines.wait(lambda lines: b'"listed"' in lines and list(lines), "has not listed its calls")
        self.calls = [parse_call(line) for line in listed[:-1]]

    def make_calls(self):
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        self.lines.wait(lambda lines: lines[-1] == b'"done"', "has not made its calls")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()


# --- what to trace ---


def functions_of(calls, returns):
    """Each function as it is written on the command line, with its captures, in the order of the calls."""
    found = {}
    for call in calls:
        if call.get("returns", False) == returns:
            found[call["function"]] = wanted(call)
    return found


def wanted(call):
    """A function, with its list of captures if the call has one."""
    return call["function"] if call["captures"] is None else f"{call['function']}({', '.join(call['captures'])})"


def batches(functions):
    names = list(functions)
    return [{name: functions[name] for name in names[at:at + BATCH]} for at in range(0, len(names), BATCH)]


# --- a batch ---


class Refused(Exception):
    """The tool refused to trace a batch."""


def trace(scope, binary, release, functions, options):
    """Traces these functions in a new process; returns the calls that it makes, their events, and the tool."""
    program = Program(scope, binary, release)
    tracer = Tracer(scope, "--pid", program.pid, "--json", "--max-string", MAX_STRING, *options, *functions.values())
    try:
        tracer.wait_attached()
    except Failure as reason:
        raise Refused(tracer.stderr.text().decode(errors="replace").strip() or str(reason)) from None
    calls = [call for call in program.calls if call["function"] in functions]
    program.make_calls()
    try:
        tracer.stdout.wait(lambda lines: sum(line.startswith(b'{"type":"call",') for line in lines) >= len(calls),
                           "has not reported all calls")
    except Failure:
        pass  # the missing events are reported below
    tracer.interrupt()
    tracer.check_whole_lines()
    return calls, [parse_event(line) for line in tracer.stdout.all()], tracer


def compare_batch(comparison, scope, binary, functions, options):
    try:
        calls, happened, tracer = trace(scope, binary, comparison.release, functions, options)
    except Refused as reason:
        compare_halves(comparison, scope, binary, functions, options, reason)
        return
    except Failure as reason:
        comparison.differences.append(f"{' '.join(functions.values())}:\n    {reason}")
        return
    events = [event for event in happened if event["type"] == "call"]
    match_events(comparison, calls, events)
    if len(events) != len(calls):
        comparison.differences.append(f"stderr: {tracer.stderr.text().decode(errors='replace')}")
    for event in happened:
        if event["type"] == "lost":
            comparison.differences.append(f"lost: {event['count']} in {event['where']}")


def compare_halves(comparison, scope, binary, functions, options, reason):
    """Splits a refused batch, so that one refused function does not hide the others."""
    if len(functions) == 1:
        comparison.differences.append(f"{next(iter(functions.values()))}: refused:\n    {reason}")
        return
    names = list(functions)
    for part in (names[:len(names) // 2], names[len(names) // 2:]):
        compare_batch(comparison, scope, binary, {name: functions[name] for name in part}, options)


def generic_name(function):
    """The name with [...] for type arguments. From Go 1.21 on the function table names the shape of each instance."""
    begin, end = function.find("[go.shape."), function.rfind("]")
    return function if begin < 0 else f"{function[:begin]}[...]{function[end + 1:]}"


def match_events(comparison, calls, events):
    """Compares the nth event of each function with its nth call."""
    queues = {}
    for event in events:
        queues.setdefault(generic_name(event.get("function")), []).append(event)
    for call in calls:
        queue = queues.get(call["function"])
        if queue:
            comparison.compare(call, queue.pop(0))
        else:
            comparison.differ(call, "event", "one", "none")
    for function, queue in queues.items():
        if queue:
            comparison.differences.append(f"{function}: {len(queue)} events more than calls")
    expected, actual = ([generic_name(entry.get("function")) for entry in entries] for entries in (calls, events))
    if sorted(expected) == sorted(map(str, actual)) and expected != actual:
        comparison.differences.append(f"events are in the order {actual}, not {expected}")


# --- a release ---


def print_omitted(release, calls):
    for call in calls:
        for name, reason in call.get("omitted", {}).items():
            print(f"Go {release}: {call['function']}: {name} is not captured: {reason}")


def compare_release(scope, release, returns, options):
    binary = build("args", release)
    calls = Program(scope, binary, release).calls
    print_omitted(release, [call for call in calls if call.get("returns", False) == returns])
    comparison = Comparison(release)
    for functions in batches(functions_of(calls, returns)):
        compare_batch(comparison, scope, binary, functions, options)
    for difference in comparison.differences[:SHOWN]:
        print(difference)
    if len(comparison.differences) > SHOWN:
        print(f"… and {len(comparison.differences) - SHOWN} more")
    print(comparison.summary(), flush=True)
    check(comparison.values > 0, "nothing was compared")
    check(not comparison.differences, f"{comparison.summary()}; first: {(comparison.differences or [''])[0]}")
    return comparison


def test_arguments(scope, release):
    """captured arguments: they equal what the functions were passed"""
    comparison = compare_release(scope, release, False, ())
    least = HELD if release_number(release) < GENERICS else HELD_WITH_GENERICS
    check(comparison.held >= least, f"of {least} interfaces or more what they hold is to be told: {comparison.summary()}")


def test_results(scope, release):
    """--latency and captured results: they equal what the functions returned"""
    compare_release(scope, release, True, ("--latency",))


def test_options(scope, release):
    """--max-elements: lists are captured up to this length; --bytes base64: bytes that are not text are shown as
    base64"""
    functions = {"main.takeInts": "main.takeInts(values)", "main.takeRawBytes": "main.takeRawBytes(b)"}
    _, happened, _ = trace(scope, build("args", release), release, functions,
                           ("--max-elements", ELEMENTS, "--bytes", "base64"))
    calls = [event for event in happened if event["type"] == "call"]
    lists = [event for event in calls if event["function"] == "main.takeInts"]
    most = [int(value) for value in max((event["args"]["values"] or [] for event in lists), key=len)]
    check_equal(most, [number * number - 1 for number in range(ELEMENTS)], "the longest list")
    for event in lists:
        values = event["args"]["values"]
        check_equal("values" in event.get("truncated", []), values is not None and len(values) == ELEMENTS, str(event))
    written = [event["args"]["b"] for event in calls if event["function"] == "main.takeRawBytes"]
    check({"base64": "3q2+7w=="} in written and "text" in written, f"{written}")


if __name__ == "__main__":
    main([(test, release) for release in releases_of(RELEASES) for test in (test_arguments, test_results, test_options)])
