#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Renders a case and compares the output: run_case.py RENDER NAME.in NAME.json|NAME.otel|NAME.spans|NAME.table

With UPDATE=1 in the environment it writes the expected output instead; review the diff before you commit it."""
import difflib
import json
import os
import shlex
import subprocess
import sys


def refuse_duplicates(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError(f"a key comes twice: {keys}")
    return dict(pairs)


def refuse_constant(name):
    raise ValueError(f"{name} is no JSON")


def check_json(output):
    """Checks that each line is one object for a strict parser, and that the bytes are UTF-8."""
    for line in output.decode("utf-8").split("\n")[:-1]:
        value = json.loads(line, object_pairs_hook=refuse_duplicates, parse_constant=refuse_constant)
        if not isinstance(value, dict):
            raise ValueError(f"no object: {line}")


def check_text(output):
    """Checks that no character in the lines acts on a terminal."""
    text = output.decode("utf-8")
    if text and not text.endswith("\n"):
        raise ValueError("the last line has no end")
    for character in text:
        point = ord(character)
        if character != "\n" and (point < 0x20 or 0x7F <= point <= 0x9F
                                  or character in "\u061c\u200e\u200f\u2028\u2029"
                                  or 0x202A <= point <= 0x202E or 0x2066 <= point <= 0x2069):
            raise ValueError(f"U+{point:04X} in the output")


def show_difference(expected, output):
    lines = [text.decode("utf-8", "backslashreplace").splitlines() for text in (expected, output)]
    for line in difflib.unified_diff(*lines, "expected", "printed", lineterm=""):
        print(line)


def main():
    render, source, wanted = sys.argv[1:]
    notation = os.path.splitext(wanted)[1][1:]
    with open(source, "rb") as case:
        # The table shows local time.
        run = subprocess.run([*shlex.split(os.environ.get("MESON_EXE_WRAPPER", "")), render, notation], stdin=case, stdout=subprocess.PIPE,
                             env={**os.environ, "TZ": "UTC"})
    if run.returncode != 0:
        sys.exit(f"{source}: render ended with {run.returncode}")
    if notation in ("json", "otel", "spans"):
        check_json(run.stdout)
    check_text(run.stdout)
    if os.environ.get("UPDATE"):
        with open(wanted, "wb") as file:
            file.write(run.stdout)
        return
    with open(wanted, "rb") as file:
        expected = file.read()
    if run.stdout != expected:
        show_difference(expected, run.stdout)
        sys.exit(f"{source}: other output than expected")


main()
