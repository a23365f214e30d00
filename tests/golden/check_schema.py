#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks lines of events: check_schema.py SCHEMA [FILE...]

FILE contains NDJSON; without a FILE, standard input is read. Of a Markdown file only indented JSON objects are
checked. Each line must match the schema, and its keys must be in the order in which the schema lists them.
Supports only the part of JSON Schema that docs/events.schema.json uses."""
import json
import re
import sys

TYPES = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "boolean": lambda value: isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "null": lambda value: value is None,
}


class Mismatch(Exception):
    pass


def require(condition, path, what):
    if not condition:
        raise Mismatch(f"{path}: {what}")


def same(a, b):
    """Whether two JSON values are equal: 1 does not equal true."""
    return type(a) is type(b) and a == b


class Checker:
    def __init__(self, schema):
        self.root = schema

    def check(self, schema, value, path):
        for keyword, argument in schema.items():
            if keyword in ("$schema", "$defs", "title", "description"):
                continue
            if keyword.startswith("$"):
                keyword = keyword[1:]
            method = getattr(self, "check_" + keyword, None)
            if not method:
                raise SystemExit(f"the keyword {keyword} is not understood")
            method(argument, value, path, schema)

    def check_ref(self, argument, value, path, schema):
        target = self.root
        for part in argument.removeprefix("#/").split("/"):
            target = target[part]
        self.check(target, value, path)

    def check_oneOf(self, argument, value, path, schema):
        reasons = []
        for choice in argument:
            try:
                self.check(choice, value, path)
            except Mismatch as mismatch:
                reasons.append(str(mismatch))
        require(len(argument) - len(reasons) == 1, path, f"not one of these: {'; '.join(reasons)}")

    def check_const(self, argument, value, path, schema):
        require(same(value, argument), path, f"{value!r} is not {argument!r}")

    def check_enum(self, argument, value, path, schema):
        require(any(same(value, one) for one in argument), path, f"{value!r} is not in {argument}")

    def check_type(self, argument, value, path, schema):
        names = argument if isinstance(argument, list) else [argument]
        require(any(TYPES[name](value) for name in names), path, f"{value!r} is no {argument}")

    def check_properties(self, argument, value, path, schema):
        for key, part in value.items():
            if key in argument:
                self.check(argument[key], part, f"{path}.{key}")
        known = [key for key in value if key in argument]
        require(known == sorted(known, key=list(argument).index), path, f"keys out of order: {known}")

    def check_required(self, argument, value, path, schema):
        for key in argument:
            require(key in value, path, f"{key} is missing")

    def check_dependentRequired(self, argument, value, path, schema):
        for key, others in argument.items():
            for other in others:
                require(key not in value or other in value, path, f"{key} without {other}")

    def check_additionalProperties(self, argument, value, path, schema):
        for key in value:
            if key in schema.get("properties", ()):
                continue
            require(argument is not False, path, f"the key {key} is not known")
            if isinstance(argument, dict):
                self.check(argument, value[key], f"{path}.{key}")

    def check_items(self, argument, value, path, schema):
        for index, part in enumerate(value if isinstance(value, list) else []):
            self.check(argument, part, f"{path}[{index}]")

    def check_minItems(self, argument, value, path, schema):
        require(not isinstance(value, list) or len(value) >= argument, path, "too few items")

    def check_uniqueItems(self, argument, value, path, schema):
        require(not isinstance(value, list) or len(value) == len(set(map(repr, value))), path,
                "items come twice")

    def check_pattern(self, argument, value, path, schema):
        # In Python $ also matches before a final newline; in JSON Schema it does not.
        pattern = re.sub(r"\$$", r"\\Z", argument)
        require(not isinstance(value, str) or re.search(pattern, value), path,
                f"{value!r} does not match")

    def check_minimum(self, argument, value, path, schema):
        require(not isinstance(value, int) or value >= argument, path, f"{value} is below {argument}")

    def check_maximum(self, argument, value, path, schema):
        require(not isinstance(value, int) or value <= argument, path, f"{value} is above {argument}")


def refuse_duplicates(pairs):
    keys = [key for key, _ in pairs]
    require(len(keys) == len(set(keys)), "$", f"a key comes twice: {keys}")
    return dict(pairs)


def refuse_constant(name):
    raise Mismatch(f"$: {name} is no JSON")


def check_line(schema, line):
    """Raises Mismatch or json.JSONDecodeError if the line is wrong."""
    value = json.loads(line, object_pairs_hook=refuse_duplicates, parse_constant=refuse_constant)
    Checker(schema).check(schema, value, "$")


def lines_of(name, text):
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if name.endswith(".md"):
            if line.startswith("    {\"type\""):
                yield number, line.strip()
        elif number < len(lines) or line:
            yield number, line


def check_file(schema, name, data):
    """Returns the number of lines, and the number of wrong lines."""
    count = wrong = 0
    for number, line in lines_of(name, data.decode("utf-8")):
        count += 1
        try:
            check_line(schema, line)
        except (Mismatch, json.JSONDecodeError) as why:
            print(f"{name}:{number}: {why}")
            wrong += 1
    return count, wrong


def main(arguments):
    with open(arguments[0], encoding="utf-8") as file:
        schema = json.load(file)
    total = failed = 0
    for name in arguments[1:] or ["/dev/stdin"]:
        with open(name, "rb") as file:
            count, wrong = check_file(schema, name, file.read())
        total += count
        failed += wrong
    print(f"{total} lines, {failed} of them wrong")
    return 1 if failed or not total else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
