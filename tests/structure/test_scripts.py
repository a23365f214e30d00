#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A name at the top level of a Python file is defined once: a second definition changes what the code above it means."""

import ast
import collections
import os
import pathlib
import sys
import unittest

ROOT = pathlib.Path(os.environ["GOHTTPSNOOP_ROOT"])
PYTHON = b"python3"


def is_script(path):
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return path.suffix == ".py" or file.readline().rstrip().endswith(PYTHON)


def scripts():
    return [path for path in sorted((ROOT / "tests").rglob("*")) if is_script(path)]


def assigned(target):
    """Yields the plain names that an assignment sets."""
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from assigned(element)


def defined(statement):
    """Yields the names that a statement at the top level defines."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        yield statement.name
    elif isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from assigned(target)
    elif isinstance(statement, ast.AnnAssign):
        yield from assigned(statement.target)
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        for alias in statement.names:
            yield alias.asname or alias.name


def defined_twice(source):
    counts = collections.Counter(name for statement in ast.parse(source).body for name in defined(statement))
    return sorted(name for name, count in counts.items() if count > 1)


class TestScripts(unittest.TestCase):
    def test_each_name_is_defined_once(self):
        paths = scripts()
        self.assertGreater(len(paths), 100, "Python files found")
        twice = {str(path.relative_to(ROOT)): names for path in paths if (names := defined_twice(path.read_text()))}
        self.assertEqual(twice, {}, "names defined twice")

    def test_a_second_definition_is_found(self):
        self.assertEqual(defined_twice("FEW = (1, 2)\nFEW, MANY = 3, 4\n"), ["FEW"])
        self.assertEqual(defined_twice("import re\ndef re(): pass\n"), ["re"])
        self.assertEqual(defined_twice("def f():\n    x = 1\n    x = 2\n"), [])


if __name__ == "__main__":
    sys.exit(unittest.main())
