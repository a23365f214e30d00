#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Types in interfaces that no plan decodes at first: named at once, and decoded after the tool has seen them."""

import shutil
import subprocess
import time

from harness import PATIENCE, check, check_equal, main
from rounds import Rounds
from servers import build, releases_of
from tracer import Tracer

RELEASES = ("1.15", "1.19", "1.24", "1.27")

TYPES = 20  # types in tests/go/held; each round passes all of them to each function
FUNCTIONS = {"main.takeShape": "s", "main.takeAny": "v"}
CALLS = TYPES * len(FUNCTIONS)

GUESSED = 16  # types of an interface with methods that are decoded from the start
PAUSE = 0.3  # seconds between rounds


def check_order(calls):
    """Each call must be reported once, in order, with the type of its argument."""
    for number, call in enumerate(calls):
        function = list(FUNCTIONS)[number % len(FUNCTIONS)]
        check_equal(call["function"], function, f"the function of call {number}")
        check_equal(call["args"]["round"], number // CALLS, f"the round of call {number}")
        held = call["args"][FUNCTIONS[function]]
        kind = number % CALLS // len(FUNCTIONS) + 1
        check_equal(held["type"], f"main.S{kind}", f"the type of call {number}")
        if "value" in held:
            check_equal(held["value"], {"A": kind}, f"the value of call {number}")
        check_equal(call.get("truncated", []), [] if "value" in held else [FUNCTIONS[function]], f"what is cut of {call}")


def is_decoded(call):
    return "value" in call["args"][FUNCTIONS[call["function"]]]


def trace_until_learned(program, tracer):
    """Makes rounds until all values of one round are decoded; returns the calls of all rounds."""
    deadline = time.monotonic() + PATIENCE
    rounds = 0
    while True:
        program.make()
        rounds += 1
        calls = tracer.wait_types(rounds * CALLS, "call")
        if all(is_decoded(call) for call in calls[-CALLS:]):
            return calls
        check(time.monotonic() < deadline, f"not learned in {rounds} rounds: {calls[-CALLS:]}")
        time.sleep(PAUSE)


def check_learned(scope, program, *options):
    tracer = Tracer(scope, "--pid", program.pid, "--json", *options, *FUNCTIONS).wait_attached()
    calls = trace_until_learned(program, tracer)
    program.make(3)
    calls = tracer.wait_types(len(calls) + 3 * CALLS, "call")
    tracer.interrupt()
    check_order(calls)
    first = [call for call in calls[:CALLS] if call["function"] == "main.takeAny"]
    check(not is_decoded(first[0]), f"the first value of an interface without methods: {first[0]}")
    guessed = sum(is_decoded(call) for call in calls[:CALLS] if call["function"] == "main.takeShape")
    check(guessed >= GUESSED, f"{guessed} values of an interface with methods are decoded at first")
    check(all(map(is_decoded, calls[-3 * CALLS:])), "what was learned is forgotten")
    check_equal([event for event in tracer.events() if event["type"] == "lost"], [], "what was lost")


def test_plain(scope, release):
    """types in interfaces of a program with DWARF: named at first, decoded later, nothing is lost"""
    check_learned(scope, Rounds(scope, release, program="held"))


def test_stripped(scope, release):
    """types in interfaces of a stripped program, with signatures from --types: named at first, decoded later"""
    binary = scope.folder / "stripped"
    shutil.copy(build("held", release), binary)
    subprocess.run(["strip", binary], check=True)
    check_learned(scope, Rounds(scope, release, program="held", binary=binary), "--types", build("held", release))


if __name__ == "__main__":
    main([(test, release) for release in releases_of(RELEASES) for test in (test_plain, test_stripped)])
