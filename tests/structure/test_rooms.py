#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Rules for the tree: files include only earlier rooms, modules form no cycle, and folders stay small."""

import collections
import os
import pathlib
import re
import sys
import unittest

from include_graph import IncludeGraph, cycles

ROOT = pathlib.Path(os.environ["GOHTTPSNOOP_ROOT"])
MAX_FILES_IN_FOLDER = 25
FUNCTION = re.compile(r"^(?:static )?(?:const )?(?:struct |enum |unsigned )?\w+[\s*]+(?:const \*)?(\w+)\([^;{]*?\)\n\{", re.MULTILINE)
STATUS = re.compile(r"(?i)(?:field_)?grpc_(?:status|message)\w*")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
LIBRARY = re.compile(r"net/http|x/net|x_net|net_http|fasthttp|golang\.org/|grpc|github\.com/")


class Rooms(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.graph = IncludeGraph(ROOT)

    def test_all_files_are_in_a_room(self):
        """all files are in a room: the other tests would ignore a folder that meson does not set up"""
        in_tree = {path.relative_to(ROOT) for top in ("abi", "bpf", "core", "cmd") for path in (ROOT / top).rglob("*.[ch]")}
        self.assertEqual(in_tree, set(self.graph.files))
        self.assertGreater(len(in_tree), 250)

    def test_headers_have_unique_names(self):
        self.assertEqual([name for name, paths in self.graph.by_name.items() if len(paths) > 1], [])

    def test_includes_go_to_earlier_rooms(self):
        place = {room: i for i, room in enumerate(self.graph.order)}
        upward = [(str(path), str(included)) for path, included in self.graph.includes()
                  if place[self.graph.room(included)] > place[self.graph.room(path)]]
        self.assertEqual(upward, [])

    def test_other_rooms_see_public_headers_only(self):
        private = [(str(path), str(included)) for path, included in self.graph.includes()
                   if self.graph.room(path) != self.graph.room(included) and included.parent.name != "include"
                   and self.graph.room(included) != "bpf"]
        self.assertEqual(private, [])

    def test_of_bpf_only_the_contract_is_seen(self):
        seen = {included.name for path, included in self.graph.includes()
                if self.graph.room(included) == "bpf" and self.graph.room(path) != "bpf"}
        self.assertEqual(seen, {"contract.h"})

    def test_public_headers_are_needed_elsewhere(self):
        """public headers are included by another room, by a test program or by a public header of the same room"""
        needed = {included for path, included in self.graph.includes()
                  if self.graph.room(path) != self.graph.room(included) or path.parent.name == "include"}
        names = {included.name for included in needed}
        for source in (ROOT / "tests").rglob("*.[ch]"):
            if "unit" not in source.parts:
                names.update(line.split('"')[1] for line in source.read_text().splitlines() if line.startswith('#include "'))
        self.assertEqual([str(path) for path in self.graph.files if path.parent.name == "include" and path.name not in names], [])

    def test_functions_have_names_of_their_own(self):
        """function names are unique, also those of static functions: a search for a name finds one function"""
        places = collections.defaultdict(set)
        for path in self.graph.files:
            if path.parts[0] != "bpf":
                for name in FUNCTION.findall((ROOT / path).read_text()):
                    places[name].add(str(path))
        self.assertGreater(len(places), 1800)
        self.assertEqual({name: paths for name, paths in places.items() if len(paths) > 1}, {})

    def test_only_protocols_name_libraries(self):
        """only core/protocols names libraries: no other code (comments do not count) knows which libraries are
        traced. The status of gRPC is a part of that protocol, whatever library speaks it."""
        named = [str(path) for path in self.graph.files if self.graph.room(path) != "core/protocols"
                 and LIBRARY.search(STATUS.sub("", COMMENT.sub("", (ROOT / path).read_text())))]
        self.assertEqual(named, [])
        self.assertTrue(any(LIBRARY.search((ROOT / path).read_text()) for path in self.graph.files))

    def test_modules_form_no_cycle(self):
        self.assertEqual(self.graph.module_cycles(), [])

    def test_folders_are_small(self):
        sizes = collections.Counter(path.parent for path in self.graph.files)
        self.assertEqual({str(folder): size for folder, size in sizes.items() if size > MAX_FILES_IN_FOLDER}, {})


class Cycles(unittest.TestCase):
    """cycles(), on which the tests above rely"""

    def test_found(self):
        edges = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": {"e"}, "e": {"d"}, "f": {"f", "a"}}
        self.assertEqual(cycles(edges), [("a", "b", "c"), ("d", "e")])


def print_graph(graph):
    width = max(map(len, graph.order))
    for room, used in graph.room_uses().items():
        print(f"{room:{width}} -> {', '.join(used) or '-'}")


if __name__ == "__main__":
    print_graph(IncludeGraph(ROOT))
    sys.stdout.flush()
    unittest.main()
