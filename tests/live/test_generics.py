#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Functions whose code several instances of generic types share: values have the types of the called instance."""

import re

from harness import check, check_equal, main
from rounds import Rounds, trace_rounds
from servers import release_number, releases_of

RELEASES = ("1.19", "1.21", "1.24", "1.27")
GENERICS = (1, 18)
NOTE = b"pointers to type parameters are shown as addresses in "
ADA = {"name": "Ada", "age": 36}


def trace(scope, release, *words, count=1):
    """The events of the rounds, and the messages about pointers to type parameters."""
    events, tracer = trace_rounds(scope, Rounds(scope, release), *words, count=count)
    return events, [line for line in tracer.stderr.all() if NOTE in line]


def arguments(events):
    return [event["args"] for event in events]


def test_instances(scope, release):
    """one code, two instances: values have the types of their instance, also in fields, slices and maps"""
    events, notes = trace(scope, release, "main.(*cache[...]).put", count=2)
    first, second = {"id": 300}, {"id": 301}
    check_equal(arguments(events), [
        {"c": {"last": None, "all": None, "byID": {}}, "key": "ada", "v": ADA},
        {"c": {"last": None, "all": None, "byID": {}}, "key": "o1", "v": first},
        {"c": {"last": ADA, "all": [ADA], "byID": {"ada": ADA}}, "key": "ada", "v": ADA},
        {"c": {"last": first, "all": [first], "byID": {"o1": first}}, "key": "o1", "v": second},
    ], "args")
    check_equal(notes, [], "lines")


def test_results(scope, release):
    """results of generic functions: their types are those of the called instance"""
    events, notes = trace(scope, release, "--latency", "main.(*cache[...]).*", "main.pick")
    order = {"id": 300}
    check_equal([(re.search("put|get|pick", event["function"])[0], event["ret"]) for event in events], [
        ("put", ADA), ("put", order), ("get", [ADA, True]), ("get", [order, True]), ("pick", [ADA, None]),
        ("pick", [None, ADA])], "results")
    check_equal(notes, [], "lines")


def test_named_results(scope, release):
    """results that expressions name, with and without parameters: captured with the right types"""
    events, _ = trace(scope, release, "main.(*cache[...]).get(key, ret0.id, ret1)", "main.(*cache[...]).put(ret)")
    check_equal(arguments(events), [{"ret": ADA}, {"ret": {"id": 300}}, {"key": "ada", "ret0.id": None, "ret1": True},
                                    {"key": "o1", "ret0.id": 300, "ret1": True}], "args")


def test_fields(scope, release):
    """fields behind a pointer of a type parameter: captured, and null in instances without such a field"""
    events, notes = trace(scope, release, "main.(*cache[...]).put(v.name, c.last.id, len(c.all), key, @g.goid)", count=2)
    for values in arguments(events):
        check(values.pop("@g.goid") > 0, f"{values}")
    check_equal(arguments(events), [
        {"v.name": "Ada", "c.last.id": None, "len(c.all)": 0, "key": "ada"},
        {"v.name": None, "c.last.id": None, "len(c.all)": 0, "key": "o1"},
        {"v.name": "Ada", "c.last.id": None, "len(c.all)": 1, "key": "ada"},
        {"v.name": None, "c.last.id": 300, "len(c.all)": 1, "key": "o1"},
    ], "args")
    check_equal(notes, [], "lines")


def test_wrong_field(scope, release):
    """a field that no instance has: null, with a warning"""
    events, tracer = trace_rounds(scope, Rounds(scope, release), "main.(*cache[...]).put(v.colour, key)")
    check_equal(arguments(events), [{"v.colour": None, "key": "ada"}, {"v.colour": None, "key": "o1"}], "args")
    check(b"v.colour" in tracer.stderr.text() and b"no instance" in tracer.stderr.text(), tracer.stderr.text())


def test_two_parameters(scope, release):
    """two type parameters of one shape: each argument has its own type"""
    events, _ = trace(scope, release, "main.pick")
    order = {"id": 300}
    check_equal(arguments(events), [{"a": ADA, "b": order, "left": True}, {"a": order, "b": ADA, "left": False}], "args")


def test_shapes(scope, release):
    """instances with different shapes: numbers, strings and structs are captured correctly"""
    events, _ = trace(scope, release, "main.first")
    check_equal([values["values"] for values in arguments(events)], [[0, 1], ["a", "b"], [ADA], [{"id": 300}]], "args")


def test_parts(scope, release):
    """types that a generic function derives from its type parameter, and types that the shape does not name:
    captured"""
    events, notes = trace(scope, release, "main.whole")
    check_equal([values["value"] for values in arguments(events)],
                [7, "1.5µs", ADA, [ADA], {"V": ADA, "B": None}, ADA], "args")
    check_equal(notes, [], "lines")


def test_known_pointers(scope, release):
    """a constraint that names the element type: the value behind the pointer is captured"""
    events, notes = trace(scope, release, "--latency", "main.named")
    check_equal([(event["args"], event["ret"]) for event in events], [({"p": ADA}, ADA)], "events")
    check_equal(notes, [], "lines")


if __name__ == "__main__":
    main([(test, release) for release in releases_of(RELEASES) if release_number(release) >= GENERICS
          for test in (test_instances, test_results, test_named_results, test_fields, test_wrong_field,
                       test_two_parameters, test_shapes, test_parts, test_known_pointers)])
