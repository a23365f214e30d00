#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Functions that instances of generic types share: what is not known of a value is not invented."""

from harness import check, check_equal, main
from rounds import Rounds, trace_rounds
from servers import release_number, releases_of

RELEASES = ("1.19", "1.21", "1.24", "1.27")
GENERICS = (1, 18)
NOTE = b"pointers to type parameters are shown as addresses in "


def trace(scope, release, *words):
    """One round's events, the address of its user, and the lines about pointers of type parameters."""
    program = Rounds(scope, release)
    events, tracer = trace_rounds(scope, program, "--latency", *words)
    for event in events:
        check_equal(event["outcome"], "ok", f"outcome of {event}")
    return events, program.address(), [line for line in tracer.stderr.all() if NOTE in line]


def test_pointers(scope, release):
    """a type argument that is a pointer: its address, wherever it stands, and one line why"""
    events, address, notes = trace(scope, release, "main.(*cache[...]).put")
    check_equal([(event["args"], event["ret"]) for event in events],
                [({"c": {"last": None, "all": None, "byID": {}}, "key": "ada", "v": address}, address)], "events")
    check_equal(len(notes), 1, f"lines: {notes}")
    check(b"put" in notes[0], notes[0])


def test_stored_pointers(scope, release):
    """in fields, slices and maps of a generic type"""
    program = Rounds(scope, release)
    program.make()
    before = program.address()
    events, _ = trace_rounds(scope, program, "main.(*cache[...]).put(c, c.last, c.all[0], c.byID, v)")
    check_equal([event["args"] for event in events],
                [{"c": {"last": before, "all": [before], "byID": {"ada": before}}, "c.last": before,
                  "c.all[0]": before, "c.byID": {"ada": before}, "v": program.address()}], "args")


def test_fields(scope, release):
    """what a pointer of a type parameter leads to: null, with the reason"""
    program = Rounds(scope, release)
    events, tracer = trace_rounds(scope, program, "main.(*cache[...]).put(v.name, key)")
    check_equal([event["args"] for event in events], [{"v.name": None, "key": "ada"}], "args")
    check(b"v.name" in tracer.stderr.text() and b"points to a type parameter, whose type is not known" in tracer.stderr.text(), tracer.stderr.text())


def test_shapes(scope, release):
    """instances by shape: numbers, strings and structs are what they are"""
    events, address, notes = trace(scope, release, "main.first")
    values = [[0, 1], ["a", "b"], [address]]
    check_equal([event["args"]["values"] for event in events][:3], values, "args")
    check_equal([event["ret"] for event in events][:3], [value[0] for value in values], "results")
    check_equal(len(events), 4, "calls")
    check(events[3]["ret"].startswith("0x") and events[3]["ret"] != address, f"the order's address: {events[3]}")
    check_equal(len(notes), 1, f"lines: {notes}")


def test_parts(scope, release):
    """what a generic function makes of its type parameter and passes on"""
    events, address, _ = trace(scope, release, "main.whole")
    *values, pointer = (event["args"]["value"] for event in events)
    check_equal(values, [{"name": "Ada", "age": 36}, [address], {"V": address, "B": None}], "args")
    check(pointer.startswith("0x") and pointer != address, f"a pointer to a pointer: {pointer}")


def test_known_pointers(scope, release):
    """a constraint that names the element: its value"""
    events, _, notes = trace(scope, release, "main.named")
    check_equal([(event["args"], event["ret"]) for event in events],
                [({"p": {"name": "Ada", "age": 36}}, {"name": "Ada", "age": 36})], "events")
    check_equal(notes, [], "lines")


if __name__ == "__main__":
    main([(test, release) for release in releases_of(RELEASES) if release_number(release) >= GENERICS
          for test in (test_pointers, test_stored_pointers, test_fields, test_shapes, test_parts, test_known_pointers)])
