# SPDX-License-Identifier: MIT
"""Reads and writes the sections of docs/compatibility.md. Each section is written by its own script."""

import pathlib

DOCUMENT = pathlib.Path(__file__).resolve().parents[1] / "docs/compatibility.md"


def split(name):
    """Returns the text before a section, in it and after it."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    head, begun, rest = DOCUMENT.read_text().partition(begin)
    section, ended, tail = rest.partition(end)
    if not (begun and ended):
        raise ValueError(f"{DOCUMENT} has no section {name}")
    return head + begin, section, end + tail


def read_section(name):
    return split(name)[1]


def write_section(name, text):
    head, _, tail = split(name)
    DOCUMENT.write_text(f"{head}{text}{tail}")
