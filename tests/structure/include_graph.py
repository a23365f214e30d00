# SPDX-License-Identifier: MIT
"""The include graph of the C code, between rooms and between modules."""

import collections
import pathlib
import re

INCLUDE = re.compile(r'^\s*#\s*include "([^"]+)"', re.MULTILINE)
SUBDIR = re.compile(r"^subdir\('([\w]+)'\)", re.MULTILINE)


class IncludeGraph:
    """All C files of bpf/, abi/, core/ and cmd/, by path below the root."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.order = self.rooms_in_order()
        self.files = sorted(path.relative_to(self.root) for room in self.order for pattern in ("*.[ch]", "include/*.h")
                            for path in (self.root / room).glob(pattern))
        self.by_name = collections.defaultdict(list)
        for path in self.files:
            self.by_name[path.name].append(path)

    def rooms_in_order(self):
        """The rooms in the order in which meson sets them up. A room may include headers only of earlier rooms."""
        rooms = ["bpf"]
        for top in ("abi", "core", "cmd"):
            rooms += [f"{top}/{name}" for name in SUBDIR.findall((self.root / top / "meson.build").read_text())]
        return [*rooms, "cmd"]

    @staticmethod
    def room(path):
        folder = path.parent
        return str(folder.parent if folder.name == "include" else folder)

    @staticmethod
    def module(path):
        """The name of a file's module: a source file and its header are one module."""
        return path.name.removesuffix(".bpf.h").removesuffix(".bpf.c").removesuffix(".h").removesuffix(".c")

    def includes(self):
        """Pairs of a file and a file of this project that it includes."""
        for path in self.files:
            for name in INCLUDE.findall((self.root / path).read_text()):
                for included in self.by_name[name]:
                    yield path, included

    def room_uses(self):
        """Maps each room to the rooms whose headers it includes."""
        uses = {room: set() for room in self.order}
        for path, included in self.includes():
            uses[self.room(path)].add(self.room(included))
        return {room: sorted(used - {room}, key=self.order.index) for room, used in uses.items()}

    def module_cycles(self):
        """Groups of modules that include each other, directly or indirectly."""
        edges = collections.defaultdict(set)
        for path, included in self.includes():
            edges[self.module(path)].add(self.module(included))
        return cycles(edges)


def reachable(edges, start):
    seen, queue = set(), [start]
    while queue:
        for node in edges.get(queue.pop(), ()):
            if node not in seen:
                seen.add(node)
                queue.append(node)
    return seen


def cycles(edges):
    """The strongly connected groups of more than one node, each sorted."""
    reach = {node: reachable(edges, node) for node in edges}
    groups = {tuple(sorted({other for other in reach[node] if node in reach.get(other, ())} | {node})) for node in edges}
    return sorted(group for group in groups if len(group) > 1)
