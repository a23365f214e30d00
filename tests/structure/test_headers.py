#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each header compiles alone, with the headers that its room may include: test_headers.py COMPILER..."""

import os
import pathlib
import subprocess
import sys
import unittest

from include_graph import IncludeGraph

ROOT = pathlib.Path(os.environ["GOHTTPSNOOP_ROOT"])
COMPILER = sys.argv[1:]


class Headers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.graph = IncludeGraph(ROOT)
        cls.headers = [path for path in cls.graph.files if path.suffix == ".h" and not path.name.endswith(".bpf.h")]

    def folders(self, room):
        """The include folders for a room's files: the room's own folders, and include/ of all earlier rooms."""
        earlier = self.graph.order[:self.graph.order.index(room)]
        folders = [ROOT / room, ROOT / "bpf", *(ROOT / name / "include" for name in [*earlier, room])]
        return [f"-I{folder}" for folder in folders if folder.is_dir()]

    def compile(self, header):
        command = [*COMPILER, "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wno-unused-parameter",
                   "-Wno-missing-field-initializers", "-Wno-unused-variable", "-Werror", "-fsyntax-only",
                   *self.folders(self.graph.room(header)), "-include", ROOT / header, "-x", "c", "/dev/null"]
        return subprocess.run(command, capture_output=True, text=True)

    def test_there_are_headers(self):
        self.assertGreater(len(self.headers), 120)

    def test_each_compiles_alone(self):
        for header in self.headers:
            with self.subTest(header=str(header)):
                result = self.compile(header)
                self.assertEqual(result.returncode, 0, result.stderr)

    def test_each_has_its_guard(self):
        for header in self.graph.files:
            if header.suffix == ".h":
                lines = (ROOT / header).read_text().splitlines()
                guards = [line.split()[1] for line in lines if line.startswith("#ifndef GOHTTPSNOOP_")]
                name = header.name.removesuffix(".h").replace(".", "_").upper()
                self.assertTrue(guards and guards[0].endswith(f"_{name}_H"), f"{header}: {guards}")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
