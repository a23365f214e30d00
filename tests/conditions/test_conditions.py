#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares random conditions on random events with the same filters of jq: test_conditions.py JUDGE

GOHTTPSNOOP_SEED is the seed of the random numbers, GOHTTPSNOOP_CONDITIONS how many conditions are tried."""

import json
import os
import random
import re
import shutil
import subprocess
import sys

SKIPPED = 77
EVENTS = 20
KEYS = ("status", "path", "args", "duration_ns", "ok", "route")
VALUES = (0, -5, 200, 503, 0.5, 1e3, "", "a", "/items/7", "é\"x'\\y", True, False, None)
PATHS = (["status"], ["path"], ["duration_ns"], ["ok"], ["route"], ["missing"], ["args"], ["args", "order", "ID"],
         ["args", "k y"], ["args", "order", "list", 0], ["args", "order", "list", 2], ["args", "order", "list", -1],
         ["args", "order", "list", 9], ["args", "order", "list", -9], ["args", "missing", "x"], ["path", 0], ["status", "x"])
GLOBS = ("*", "/items/*", "a", "?", "[!b]", "*7", "/items/[0-9]", "*x*", "")


class Maker:
    """Makes conditions, each as our text and as jq's."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def event(self):
        pick = self.random.choice
        event = {key: pick((*VALUES, [1, "a"], {"ID": 7})) for key in KEYS if self.random.random() < 0.8}
        if self.random.random() < 0.7:
            event["args"] = {"order": {"ID": pick((7, "7", 8)), "list": [1, 2, "x"]}, "k y": pick(("ada", None))}
        return json.dumps(event, ensure_ascii=pick((True, False)))

    def path(self):
        steps = self.random.choice(PATHS)
        ours = steps[0]
        for step in steps[1:]:
            is_name = isinstance(step, str) and re.fullmatch("[A-Za-z]+", step) and self.random.random() < 0.7
            ours += f".{step}" if is_name else f"[{json.dumps(step)}]"
        # What is not there is null, also within what is no object and no list.
        member = ('if ($step | type) == "number" then (if type == "array" then .[$step] else null end) '
                  'else (if type == "object" then .[$step] else null end) end')
        return ours, f"(reduce {json.dumps(steps)}[] as $step (.; {member}))"

    def literal(self):
        value = self.random.choice(VALUES)
        if not isinstance(value, str):
            return json.dumps(value), json.dumps(value)
        quote = self.random.choice("'\"")
        return quote + re.sub(rf"[{quote}\\]", r"\\\g<0>", value) + quote, json.dumps(value)

    def operand(self):
        return self.path() if self.random.random() < 0.6 else self.literal()

    def comparison(self):
        (a, jq_a), (b, jq_b), sign = self.operand(), self.operand(), self.random.choice(("==", "!=", "<", "<=", ">", ">="))
        both = f"(({jq_a}) as $a | ({jq_b}) as $b | "
        space = self.random.choice(("", " "))
        ours = f"{a}{space}{sign}{space}{b}"
        if sign in ("==", "!="):
            # Lists and objects are equal to nothing.
            equal = both + '$a == $b and (($a | type) | . != "object" and . != "array"))'
            return ours, equal if sign == "==" else f"({equal} | not)"
        return ours, both + f'($a | type) == ($b | type) and (($a | type) | . == "number" or . == "string") and $a {sign} $b)'

    def match(self):
        ours, jq = self.path()
        glob = self.random.choice(GLOBS)
        pattern = "".join({"*": "(?s:.*)", "?": "(?s:.)"}.get(part, part.replace("[!", "[^") if part[0] == "[" else re.escape(part))
                          for part in re.findall(r"\[[^]]*\]|.", glob))
        return f"{ours} ~ '{glob}'", f'({jq} | if type == "string" then test({json.dumps(f"^{pattern}$")}) else false end)'

    def truth(self):
        ours, jq = self.operand()
        return ours, f"({jq} | . != null and . != false)"

    def condition(self, depth=3):
        kind = self.random.random()
        if depth and kind < 0.4:
            word, (a, jq_a), (b, jq_b) = self.random.choice(("and", "or")), self.condition(depth - 1), self.condition(depth - 1)
            return f"({a}) {word} ({b})", f"({jq_a} {word} {jq_b})"
        if depth and kind < 0.5:
            ours, jq = self.condition(depth - 1)
            return f"not ({ours})", f"({jq} | not)"
        return self.truth() if kind < 0.55 else self.match() if kind < 0.65 else self.comparison()


def answers(command, lines):
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command} failed: {done.stderr}")
    return done.stdout.split()


def main():
    if not shutil.which("jq"):
        print("skipped: jq is missing")
        return SKIPPED
    seed, count = int(os.environ.get("GOHTTPSNOOP_SEED", "1")), int(os.environ.get("GOHTTPSNOOP_CONDITIONS", "150"))
    maker, held = Maker(seed), 0
    for _ in range(count):
        ours, jq = maker.condition()
        lines = "".join(maker.event() + "\n" for _ in range(EVENTS))
        actual, expected = answers([sys.argv[1], ours], lines), answers(["jq", "-c", jq], lines)
        if actual != expected:
            sys.exit(f"seed {seed}: {ours}: expected {expected}, got {actual} for\n{lines}")
        held += actual.count("true")
    print(f"{count} conditions on {EVENTS} events each: the same as by jq; {held} held")
    return 0


if __name__ == "__main__":
    sys.exit(main())
