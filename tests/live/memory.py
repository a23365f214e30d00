# SPDX-License-Identifier: MIT
"""Compares the code of a running program with its file: a breakpoint is a byte that differs."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Mapping:
    address: int
    size: int
    offset: int


def text_mappings(pid, path):
    """The executable mappings of a file in a process."""
    with open(f"/proc/{pid}/maps", "rb") as maps:
        for line in maps:
            addresses, rights, offset, _, _, *name = line.split(None, 5)
            if b"x" in rights and name and name[0].strip() == bytes(path):
                begin, end = (int(word, 16) for word in addresses.split(b"-"))
                yield Mapping(begin, end - begin, int(offset, 16))


def changed_bytes(server):
    """Counts the bytes of the server's code in memory that differ from its file."""
    file = server.exe.read_bytes()
    changed = 0
    with open(f"/proc/{server.pid}/mem", "rb", buffering=0) as memory:
        for mapping in text_mappings(server.pid, server.exe):
            memory.seek(mapping.address)
            text = memory.read(mapping.size)
            original = file[mapping.offset:mapping.offset + mapping.size].ljust(mapping.size, b"\0")
            changed += count_differences(text, original)
    return changed


def count_differences(one, other, page=4096):
    """Compares whole pages first, because nearly all pages are equal."""
    total = 0
    for at in range(0, len(one), page):
        left, right = one[at:at + page], other[at:at + page]
        if left != right:
            total += sum(a != b for a, b in zip(left, right))
    return total
