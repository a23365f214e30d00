# SPDX-License-Identifier: MIT
"""Compares captured values with what tests/go/args says it passed: each value is compared and counted."""

import dataclasses
import decimal
import json
import re

import events
from servers import release_number

ABSENT = object()
MOST_ENTRIES = 8  # the tool captures at most so many entries of a map


def parse_event(line):
    """Parses an event and keeps all digits of its numbers."""
    return events.parse(line, parse_int=decimal.Decimal, parse_float=decimal.Decimal)


def parse_call(line):
    """Parses a line of the program's list of calls; its keys are in the order of the source."""
    return json.loads(line, parse_int=decimal.Decimal, parse_float=decimal.Decimal)


def shown(value):
    """The value as text for a message about a difference."""
    if value is ABSENT:
        return "nothing"
    text = re.sub(r'"#([^"]*)"', r"\1", json.dumps(value, default=lambda number: f"#{number}"))
    return text if len(text) <= 200 else f"{text[:150]}… ({len(text)} characters)"


def is_same(expected, actual):
    if isinstance(expected, decimal.Decimal) and isinstance(actual, decimal.Decimal):
        return expected == actual and expected.is_signed() == actual.is_signed()
    return type(expected) is type(actual) and expected == actual


def special(expected):
    """The word and the value of an expectation with a `$word` key (see tests/go/args/main.go), else None and the
    expectation."""
    if isinstance(expected, dict) and expected:
        word, value = next(iter(expected.items()))
        if word.startswith("$"):
            return word, value
    return None, expected


def is_beyond(expected):
    return special(expected)[0] == "$beyond"


@dataclasses.dataclass
class Comparison:
    """Results of the comparison of all calls made with one release."""

    release: str
    calls: int = 0
    values: int = 0
    in_registers: int = 0  # floats that are null because they were passed in registers
    held: int = 0  # interfaces that were captured with the value they hold
    types_only: int = 0  # interfaces of which only the type was captured
    cuts: int = 0
    differences: list = dataclasses.field(default_factory=list)

    @property
    def floats_in_registers(self):
        return release_number(self.release) >= (1, 17)

    @property
    def lists_blank_parameters(self):
        return release_number(self.release) >= (1, 22)

    def compare(self, call, event):
        """Compares one event with the call that caused it."""
        self.calls += 1
        one = _Call(self, call, event)
        one.expect("goid", call["goid"], event.get("goid"))
        one.compare_members("", call["args"], event.get("args"), "{key}")
        one.compare_cuts(event)

    def differ(self, call, where, expected, actual):
        captures = "" if call["captures"] is None else f"({', '.join(call['captures'])})"
        self.differences.append(f"{call['name']}: {call['function']}{captures}\n"
                                f"    {where}: expected {expected}\n"
                                f"    {' ' * len(where)}       got {actual}")

    def summary(self):
        return (f"Go {self.release}: {self.values} values of {self.calls} calls compared, {len(self.differences)} differences; "
                f"{self.in_registers} floats in registers; {self.held} interfaces with what they hold, "
                f"{self.types_only} told by their types alone; {self.cuts} cut")


class _Call:
    def __init__(self, whole, call, event):
        self.whole = whole
        self.call = call
        self.event = event
        self.beyond = []  # paths of values that are nested too deep
        self.withheld = []  # paths of interfaces of which only the type was captured

    def differ(self, where, expected, actual):
        self.whole.differ(self.call, where, shown(expected), shown(actual))

    def expect(self, where, expected, actual):
        self.whole.values += 1
        if not is_same(expected, actual):
            self.differ(where, expected, actual)

    # --- values ---

    def compare(self, where, expected, actual):
        word, value = special(expected)
        if word:
            getattr(self, f"compare_{word[1:]}")(where, value, actual, expected)
        elif isinstance(expected, dict):
            self.compare_members(where, expected, actual)
        elif isinstance(expected, list):
            self.compare_elements(where, expected, actual)
        else:
            self.expect(where, expected, actual)

    def compare_members(self, where, expected, actual, step=".{key}"):
        """Compares the members of a struct, and their order; members that are nested too deep may be missing."""
        if not isinstance(actual, dict) or not expected:
            self.expect(where or "args", expected, actual)
            return
        there = [key for key, value in expected.items() if key in actual or not is_beyond(value)]
        if list(actual) != there:
            self.differ(where or "args", f"the keys {there}", f"the keys {list(actual)}")
        for key, value in expected.items():
            self.compare(where + step.format(key=key), value, actual.get(key, ABSENT))

    def compare_elements(self, where, expected, actual):
        if not isinstance(actual, list) or not expected:
            self.expect(where, expected, actual)
            return
        there = [value for value in expected if not is_beyond(value)]
        if len(actual) not in (len(expected), len(there)):
            self.differ(where, f"{len(expected)} elements", f"{len(actual)} elements: {actual}")
        for index, value in enumerate(expected):
            element = actual[index] if index < len(actual) else ABSENT
            self.compare(f"{where}[{index}]", value, element)

    # --- special expectations ---

    def compare_map(self, where, entries, actual, _expected):
        members = dict(entries)
        if not isinstance(actual, dict) or not members:
            self.expect(where, members, actual)
            return
        count = min(len(members), MOST_ENTRIES)
        if len(actual) != count or not actual.keys() <= members.keys():
            self.differ(where, f"{count} of the keys {sorted(members)}", f"the keys {sorted(actual)}")
        for key in actual.keys() & members.keys():
            self.compare(f'{where}["{key}"]', members[key], actual[key])

    def compare_held(self, where, value, actual, expected):
        if actual == {"type": expected["type"]}:
            self.withhold(where)
        else:
            self.compare_typed(where, "value", value, actual, expected)

    def compare_error(self, where, text, actual, expected):
        if actual == {"type": expected["type"]} and not expected["always"]:
            self.withhold(where)
        else:
            self.compare_typed(where, "text", text, actual, expected)

    def compare_typed(self, where, key, value, actual, expected):
        if not isinstance(actual, dict) or list(actual) != ["type", key]:
            self.differ(where, f"the keys type and {key}", actual)
            return
        self.whole.held += 1
        self.expect(where, expected["type"], actual["type"])
        self.compare(where, value, actual[key])

    def withhold(self, where):
        self.whole.types_only += 1
        self.whole.values += 1
        self.withheld.append(where)

    def compare_float(self, where, value, actual, _expected):
        parts = {"re": None, "im": None}
        if self.whole.floats_in_registers and actual in (None, parts):
            self.whole.in_registers += 1
            self.expect(where, parts if isinstance(value, dict) and actual else None, actual)
        else:
            self.compare(where, value, actual)

    def compare_unlisted(self, where, value, actual, _expected):
        """If the release does not list blank parameters, the location of the other parameters is not certain: null
        is accepted, a wrong value is not."""
        if actual is None and not self.whole.lists_blank_parameters:
            self.whole.values += 1
            return
        self.compare(where, value, actual)

    def compare_beyond(self, where, _value, actual, _expected):
        self.whole.values += 1
        self.beyond.append(where)
        if actual not in (ABSENT, None, {}, []):
            self.differ(where, "nothing: it is too deep", actual)

    # --- truncated values ---

    def compare_cuts(self, event):
        """Each truncated value must be named; a value that is nested too deep may be named itself or by a value that
        contains it."""
        cuts = self.call["cut"]
        named = {path[len("args."):] if path.startswith("args.") else path for path in event.get("truncated", [])}
        self.whole.cuts += len(cuts) + len(self.beyond)
        cuts = {path: length for path, length in cuts.items()
                if not any(path.startswith(withheld) for withheld in self.withheld)}
        cuts.update({path: 0 for path in self.withheld})
        for path in sorted(set(cuts) - named):
            self.differ(path, "to be named in truncated", event.get("truncated", ABSENT))
        for path in sorted(named - set(cuts)):
            if not any(deep.startswith(path) for deep in self.beyond):
                self.differ(path, "not to be named in truncated", event["truncated"])
        for deep in self.beyond:
            if not any(deep.startswith(path) for path in named):
                self.differ(deep, "to be named in truncated", event.get("truncated", ABSENT))
