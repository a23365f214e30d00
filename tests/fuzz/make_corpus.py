#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the crafted files of the fuzzing corpora: small valid binaries, and binaries with extreme values."""

import pathlib
import struct
import sys
import zlib

MOST = 2**64 - 1
BASE, CONTENT = 0x400000, 0x400100  # addresses of a target's own headers and of its content
LOAD, DYNAMIC = 1, 2
PROGBITS, SYMTAB, STRTAB, NOBITS = 1, 2, 3, 8
TAG_RELA, TAG_RELASZ, RELATIVE = 7, 8, 8


def words(*numbers):
    return struct.pack(f"<{len(numbers)}Q", *(number & MOST for number in numbers))


# --- image: whole files ---


def segment(kind, flags, offset, address, file_size, memory_size):
    return struct.pack("<IIQQQQQQ", kind, flags, offset, address, address, file_size, memory_size, 16)


def section(name, kind, address=0, offset=0, size=0, flags=0):
    return struct.pack("<IIQQQQIIQQ", name, kind, flags, address, offset, size, 0, 0, 1, 0)


def elf(segments, body=b"", sections=(), machine=62, kind=3, **changes):
    """An ELF file: headers, segments, the body, then sections (the last section contains the names)."""
    begin = 64 + 56 * len(segments)
    values = {"phoff": 64, "shoff": (begin + len(body)) if sections else 0, "phentsize": 56, "phnum": len(segments),
              "shentsize": 64, "shnum": len(sections), "shstrndx": max(len(sections) - 1, 0), **changes}
    header = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack(
        "<HHIQQQIHHHHHH", kind, machine, 1, 0, values["phoff"], values["shoff"], 0, 64, values["phentsize"],
        values["phnum"], values["shentsize"], values["shnum"], values["shstrndx"])
    return header + b"".join(segments) + body + b"".join(sections)


NAMES = b"\0.text\0.gopclntab\0.symtab\0.strtab\0.shstrtab\0"


def name_at(name):
    return NAMES.index(b"\0" + name + b"\0") + 1


def with_sections(*own, **changes):
    """An ELF file with one segment, and a body with section names, a symbol and its name, main.main."""
    symbols = bytes(24) + struct.pack("<IBBHQQ", 1, 2, 0, 1, 0x401000, 32)
    text = b"\0main.main\0"
    body = NAMES + symbols + text
    begin = 64 + 56
    rows = own or (section(name_at(b".symtab"), SYMTAB, 0, begin + len(NAMES), len(symbols)),
                   section(name_at(b".strtab"), STRTAB, 0, begin + len(NAMES) + len(symbols), len(text)))
    return elf([segment(LOAD, 7, 0, BASE, 64, 4096)], body,
               [section(0, 0), *rows, section(name_at(b".shstrtab"), STRTAB, 0, begin, len(NAMES))], **changes)


def relocated(count, addend=0x401000):
    """A dynamic section with relative relocations of zero words."""
    begin = 64 + 2 * 56
    dynamic = words(TAG_RELA, BASE + begin + 48, TAG_RELASZ, 24 * count, 0, 0)
    entries = words(BASE + begin + 48 + 24 * 2, RELATIVE, addend) + words(MOST, RELATIVE, MOST)
    body = dynamic + entries + bytes(16)
    return elf([segment(LOAD, 6, 0, BASE, begin + len(body), begin + len(body)),
                segment(DYNAMIC, 6, begin, BASE + begin, len(dynamic), len(dynamic))], body)


def images():
    plain = segment(LOAD, 5, 0, BASE, 120, 4096)
    yield "plain", elf([plain], kind=2)
    yield "arm64", elf([plain], machine=183)
    yield "sections", with_sections()
    yield "relocations", relocated(2)
    yield "relocations_endless", relocated(MOST // 24)
    yield "segments_overlap", elf([segment(LOAD, 7, n, BASE + n, 100 - n, 2**40 - n) for n in range(4)])
    yield "segment_ends_at_most", elf([segment(LOAD, 7, 0, MOST - 4096, 64, 4096)])
    yield "segment_beyond_most", elf([segment(LOAD, 7, 0, MOST - 4, 64, 4096)])
    yield "segment_offset_most", elf([segment(LOAD, 7, MOST, BASE, 64, 64)])
    yield "segment_size_most", elf([segment(LOAD, 7, 1, 0, MOST, MOST)])
    yield "segment_memory_most", elf([segment(LOAD, 7, 0, 0, 64, MOST)])
    yield "segments_many", elf([plain], phnum=0xfffe)
    yield "headers_most", elf([plain], phoff=MOST - 55)
    yield "sections_most", with_sections(shoff=MOST - 63)
    yield "sections_many", with_sections(shnum=0xffff)
    yield "sections_counted_first", with_sections(shnum=0)
    yield "sections_names_beyond", with_sections(shstrndx=0xfff1)
    yield "sections_overlap", with_sections(
        *(section(name_at(name), kind, BASE, 0, 248) for name, kind in ((b".symtab", SYMTAB), (b".strtab", STRTAB))))
    yield "section_offset_most", with_sections(
        section(name_at(b".symtab"), SYMTAB, MOST, MOST, MOST), section(name_at(b".strtab"), STRTAB, 0, 0, MOST))
    yield "section_no_bits", with_sections(section(name_at(b".text"), NOBITS, BASE, MOST, MOST))
    yield "class_32", b"\x7fELF\x01\x01\x01" + bytes(57)
    yield "script", b"#!/bin/sh\n"


# --- build information: a layout and a content ---

MAGIC = b"\xff Go buildinf:"
HAS_SECTION, HAS_SYMBOLS, HAS_RELOCATIONS, IS_ARM64 = 1, 2, 4, 8
MODULES = b"0" * 16 + b"path\tshop\nmod\tshop\t(devel)\nbuild\t-buildmode=exe\nbuild\tCGO_ENABLED=1\n" + b"1" * 16


def length(number):
    out = b""
    while number >= 0x80:
        out += bytes((number & 0x7f | 0x80,))
        number >>= 7
    return out + bytes((number,))


def layout(flags, content):
    return bytes((flags,)) + content


def inline(version, modules=MODULES, version_size=None, modules_size=None):
    size = len(version) if version_size is None else version_size
    return (MAGIC + b"\x08\x02" + bytes(16) + length(size) + version
            + length(len(modules) if modules_size is None else modules_size) + modules)


def pointed(pointers=True):
    """Build information up to Go 1.17: pointers to string headers, which point to strings. Without `pointers` the
    words are zero and left to relocations, as lld links a PIE."""
    version = b"go1.17.13"
    at = 48 + 4 * 24  # offset of the build information
    strings = at + 32 + 32
    headers = words(CONTENT + strings, len(version), CONTENT + strings + len(version), len(MODULES))
    targets = (CONTENT + at + 32, CONTENT + at + 48)
    words_at = (at + 16, at + 24, at + 32, at + 48)
    values = (*targets, CONTENT + strings, CONTENT + strings + len(version))
    relocations = b"".join(words(CONTENT + where, RELATIVE, value) for where, value in zip(words_at, values))
    if not pointers:
        headers = words(0, len(version), 0, len(MODULES))
    return (words(TAG_RELA, CONTENT + 48, TAG_RELASZ, 24 * 4, 0, 0) + relocations
            + MAGIC + b"\x08\x00" + (words(*targets) if pointers else bytes(16)) + headers + version + MODULES)


def symbol_table(name, value):
    """Symbols, followed by their names in the same range: name indexes count from the first symbol."""
    return (bytes(24) + struct.pack("<IBBHQQ", 72, 1, 0, 1, value, 16)
            + struct.pack("<IBBHQQ", MOST >> 32, 1, 0, 1, MOST, MOST) + name + b"\0")


def build_infos():
    yield "inline", layout(0, inline(b"go1.22.7"))
    yield "inline_section", layout(HAS_SECTION, inline(b"go1.27rc1 X:jsonv2"))
    yield "inline_vendor", layout(0, inline(b"go1.22.7 (Red Hat 1.22.7-1.el9)"))
    yield "inline_devel", layout(0, inline(b"devel go1.28-abcdef Mon Jan 1 00:00:00 2026 +0000"))
    yield "inline_no_modules", layout(0, inline(b"go1.20", b""))
    yield "version_most", layout(0, inline(b"go1.20", version_size=MOST))
    yield "modules_most", layout(0, inline(b"go1.20", modules_size=MOST))
    yield "modules_huge", layout(0, inline(b"go1.20", modules_size=2**40))
    yield "length_endless", layout(0, MAGIC + b"\x08\x02" + bytes(16) + b"\xff" * 16)
    yield "length_cut", layout(0, MAGIC + b"\x08\x02" + bytes(16))
    yield "pointers", layout(0, pointed())
    yield "pointers_relocated", layout(HAS_RELOCATIONS, pointed(False))
    yield "pointers_most", layout(0, MAGIC + b"\x08\x00" + words(MOST - 7, MOST - 7))
    yield "pointers_itself", layout(0, MAGIC + b"\x08\x00" + words(CONTENT + 16, CONTENT + 16))
    yield "pointers_big_endian", layout(0, MAGIC + b"\x08\x01" + words(CONTENT, CONTENT))
    yield "pointers_narrow", layout(HAS_SECTION, MAGIC + b"\x04\x00" + words(CONTENT, CONTENT))
    yield "magics", layout(0, (MAGIC + b"\0\0") * 20)
    table = symbol_table(b"runtime.buildVersion", CONTENT + 96)
    yield "symbol", layout(HAS_SYMBOLS, table + bytes(96 - len(table)) + words(CONTENT + 112, 6) + b"go1.12")
    yield "symbol_most", layout(HAS_SYMBOLS, symbol_table(b"runtime.buildVersion", MOST))


# --- pclntab: a layout and a content ---

FORMATS = {"1_2": 0xfb, "1_16": 0xfa, "1_18": 0xf0, "1_20": 0xf1}
TEXT = CONTENT
FUNCTIONS = (b"main.main", b"net/http.serverHandler.ServeHTTP", b"runtime.text")
SERVER = b"golang.org/x/net/http2.(*Server).serveConn"
VENDORED = (b"app/vendor/" + SERVER, b"vendor/" + SERVER, b"x" * 300 + b"/vendor/" + SERVER)


def magic(name, quantum=1):
    return bytes((FORMATS[name], 255, 255, 255, 0, 0, quantum, 8))


def table_1_2(count=None, name_at=None, func_at=None):
    """A pclntab of Go 1.2: names, functab and _funcs are one table, and offsets count from its start."""
    amount = len(FUNCTIONS)
    funcs_at = 16 + 8 * (2 * amount + 1)
    names_at = funcs_at + 16 * amount
    names = [names_at + sum(len(f) + 1 for f in FUNCTIONS[:index]) for index in range(amount)]
    fields = b"".join(words(TEXT + 16 * index, funcs_at + 16 * index if func_at is None else func_at)
                      for index in range(amount))
    funcs = b"".join(struct.pack("<QII", TEXT + 16 * index, names[index] if name_at is None else name_at, 0)
                     for index in range(amount))
    return (magic("1_2") + words(amount if count is None else count) + fields + words(TEXT + 16 * amount) + funcs
            + b"".join(f + b"\0" for f in FUNCTIONS))


def table(name, count=None, quantum=1, text=TEXT, parts=None, name_at=None, func_at=None, step=16,
          functions=FUNCTIONS):
    """A pclntab of Go 1.16 and later: a header with offsets, the names, and the functab with the _funcs."""
    amount = len(functions)
    narrow = name != "1_16"
    names = b"".join(f + b"\0" for f in functions)
    names += bytes(-len(names) % 8)
    head = 72 if narrow else 64
    functab = head + len(names)
    field = "<I" if narrow else "<Q"
    width = 4 if narrow else 8
    funcs_at = width * (2 * amount + 1)
    fields = b"".join(struct.pack(field, (0 if narrow else TEXT) + step * index)
                      + struct.pack(field, funcs_at + 16 * index if func_at is None else func_at)
                      for index in range(amount))
    fields += struct.pack(field, (0 if narrow else TEXT) + step * amount)
    funcs = b""
    for index in range(amount):
        at = sum(len(f) + 1 for f in functions[:index]) if name_at is None else name_at
        funcs += (struct.pack(field, 0) + struct.pack("<I", at)).ljust(16, b"\0")
    offsets = parts or (head, functab, functab, functab, functab)
    header = magic(name, quantum) + words(amount if count is None else count, 1)
    return header + (words(text) if narrow else b"") + words(*offsets) + names + fields + funcs


def with_moduledata(content, pclntab=CONTENT, text=TEXT, first=0, last=48):
    """The pclntab, followed by the part of a moduledata that refers to it."""
    content += bytes(-len(content) % 8)
    return content + words(pclntab) + bytes(152) + words(text + first, text + last, text, text + last)


def pclntabs():
    yield "1_2", layout(0, table_1_2())
    yield "1_16", layout(HAS_SECTION, table("1_16"))
    yield "1_18", layout(0, table("1_18"))
    yield "1_20", layout(0, table("1_20"))
    yield "1_20_arm64", layout(IS_ARM64, table("1_20", quantum=4))
    yield "vendored", layout(0, table("1_20", functions=VENDORED))
    yield "1_26_moduledata", layout(0, with_moduledata(table("1_20", text=0)))
    yield "1_26_no_moduledata", layout(0, table("1_20", text=0))
    yield "moduledata_other", layout(0, with_moduledata(table("1_18"), last=MOST // 2))
    yield "moduledata_wraps", layout(0, with_moduledata(table("1_18"), text=MOST - 7))
    yield "moduledata_many", layout(0, table("1_20", text=0) + words(CONTENT) * 80)
    for name in ("1_16", "1_18", "1_20"):
        yield f"{name}_count_most", layout(0, table(name, count=MOST))
        yield f"{name}_count_wraps", layout(0, table(name, count=2**62))
        yield f"{name}_offsets_most", layout(0, table(name, parts=(MOST,) * 5))
        yield f"{name}_parts_overlap", layout(0, table(name, parts=(8, 9, 10, 11, 8)))
        yield f"{name}_name_most", layout(0, table(name, name_at=2**32 - 1))
        yield f"{name}_func_most", layout(0, table(name, func_at=2**32 - 1))
        yield f"{name}_functions_overlap", layout(0, table(name, step=0))
    yield "1_2_count_most", layout(0, table_1_2(count=MOST))
    yield "1_2_name_most", layout(0, table_1_2(name_at=2**32 - 1))
    yield "1_2_func_most", layout(0, table_1_2(func_at=MOST))
    yield "text_most", layout(0, table("1_18", text=MOST - 8))
    yield "magics", layout(0, b"".join(magic(name) for name in FORMATS) * 8)
    symbols = symbol_table(b"runtime.text", TEXT)
    yield "symbol", layout(HAS_SYMBOLS, symbols + bytes(-len(symbols) % 16) + table("1_20", text=0))
    relocations = words(TAG_RELA, CONTENT + 48, TAG_RELASZ, 24, 0, 0) + words(CONTENT + 72, RELATIVE, CONTENT + 264)
    data = relocations + words(0) + bytes(152) + words(TEXT, TEXT + 48, TEXT, TEXT + 48)
    yield "relocations", layout(HAS_RELOCATIONS, data + table("1_20", text=0))


# --- types: a layout, sizes, .debug_info, .debug_abbrev, the other sections ---

IS_COMPRESSED, HAS_OLD_NAMES, IS_FILE = 1, 2, 0x80
STRING, UDATA, DATA1, DATA4, DATA8, ADDR, REF4, REF_ADDR, FLAG, EXPRLOC, SEC_OFFSET, RNGLISTX, STRX, INDIRECT = (
    0x08, 0x0f, 0x0b, 0x06, 0x07, 0x01, 0x13, 0x10, 0x0c, 0x18, 0x17, 0x23, 0x1a, 0x16)
NAME, SIZE, LOW, HIGH, TYPE, MEMBER, LOCATION, RANGES, COUNT, BOUND, ORIGIN, RESULT = (
    0x03, 0x0b, 0x11, 0x12, 0x49, 0x38, 0x02, 0x55, 0x37, 0x2f, 0x31, 0x4b)
GO_KIND, GO_KEY, GO_ELEMENT, GO_EMBEDDED = 0x2900, 0x2901, 0x2902, 0x2903
UNIT, BASE_TYPE, POINTER, TYPEDEF, STRUCT, FIELD, ARRAY, RANGE, FUNCTION, PARAMETER = (
    0x11, 0x24, 0x0f, 0x16, 0x13, 0x0d, 0x01, 0x21, 0x2e, 0x05)


class Unit:
    """Entries of one DWARF unit. Each kind of entry has its own abbreviation."""

    def __init__(self, version=4, ranges=None):
        self.version = version
        self.head = 12 if version >= 5 else 11
        self.info, self.abbreviations, self.labels, self.references = b"", b"", {}, []
        self.codes = {}
        unit = [(NAME, STRING, b"runtime\0")]
        if ranges is None:
            unit += [(LOW, ADDR, words(0x401000)), (HIGH, DATA8, words(0x1000))]
        else:
            unit += [(LOW, ADDR, words(0)), (RANGES, *ranges)]
        self.entry(UNIT, *unit, parent=True)

    def entry(self, tag, *attributes, label=None, parent=False):
        if label:
            self.labels[label] = self.head + len(self.info)
        key = (tag, parent, tuple((code, form) for code, form, _ in attributes))
        if key not in self.codes:
            self.codes[key] = len(self.codes) + 1
            self.abbreviations += length(self.codes[key]) + length(tag) + bytes((parent,))
            self.abbreviations += b"".join(length(code) + length(form) for code, form, _ in attributes) + b"\0\0"
        self.info += length(self.codes[key])
        for _, form, value in attributes:
            if isinstance(value, str):
                self.references.append((len(self.info), value))
                value = bytes(4)
            self.info += value

    def end(self):
        self.info += b"\0"

    def finish(self, size=None):
        info = bytearray(self.info + b"\0")
        for at, label in self.references:
            struct.pack_into("<I", info, at, self.labels.get(label, 0) if isinstance(label, str) else label)
        size = len(info) + self.head - 4 if size is None else size
        head = struct.pack("<IHBBI", size, 5, 1, 8, 0) if self.version >= 5 else struct.pack("<IHIB", size, 4, 0, 8)
        return head + bytes(info), self.abbreviations + b"\0"

    def go(self):
        """Adds entries as in a small Go program."""
        kind = lambda number: (GO_KIND, DATA1, bytes((number,)))
        name = lambda text: (NAME, STRING, text.encode() + b"\0")
        size = lambda number: (SIZE, UDATA, length(number))
        self.entry(BASE_TYPE, name("int"), size(8), kind(2), label="int")
        self.entry(STRUCT, name("string"), size(16), kind(24), label="string")
        self.entry(TYPEDEF, name("main.T"), (TYPE, REF4, "struct"), label="T")
        self.entry(POINTER, name("*main.T"), (TYPE, REF4, "T"), kind(22), label="pointer")
        self.entry(STRUCT, name("main.T"), size(40), kind(25), label="struct", parent=True)
        self.entry(FIELD, name("next"), (MEMBER, UDATA, length(0)), (TYPE, REF4, "pointer"), (GO_EMBEDDED, FLAG, b"\0"))
        self.entry(FIELD, name("name"), (MEMBER, EXPRLOC, b"\x02\x23\x08"), (TYPE, REF4, "string"))
        self.entry(FIELD, name("list"), (MEMBER, UDATA, length(24)), (TYPE, REF4, "array"), (GO_EMBEDDED, FLAG, b"\1"))
        self.end()
        self.entry(ARRAY, name("[3]int"), size(24), kind(17), (TYPE, REF4, "int"), label="array", parent=True)
        self.entry(RANGE, (COUNT, UDATA, length(3)))
        self.end()
        self.entry(TYPEDEF, name("a"), kind(21), (TYPE, REF4, "pointer"), (GO_KEY, REF4, "string"),
                   (GO_ELEMENT, REF4, "T"))
        self.entry(FUNCTION, name("main.f"), (LOW, ADDR, words(0x401000)), (HIGH, DATA8, words(32)), parent=True)
        self.entry(PARAMETER, name("t"), (RESULT, FLAG, b"\0"), (TYPE, REF4, "pointer"), (LOCATION, EXPRLOC, b"\x01\x50"))
        self.entry(PARAMETER, name("s"), (RESULT, FLAG, b"\0"), (TYPE, REF4, "string"),
                   (LOCATION, EXPRLOC, b"\x06\x53\x93\x08\x52\x93\x08"), label="s")
        self.entry(PARAMETER, name("l"), (RESULT, FLAG, b"\0"), (TYPE, REF4, "T"), (LOCATION, SEC_OFFSET, bytes(4)))
        self.entry(PARAMETER, (ORIGIN, REF4, "s"), label="instance")
        self.entry(PARAMETER, name("~r0"), (RESULT, FLAG, b"\1"), (TYPE, REF4, "int"))
        self.end()
        return self


def dwarf(unit, others=b"", flags=0, wrap=lambda info: info, **changes):
    info, abbreviations = unit.finish(**changes)
    info = wrap(info)
    return bytes((flags,)) + struct.pack("<HH", len(info), len(abbreviations)) + info + abbreviations + others


def name(text):
    return (NAME, STRING, text + b"\0")


def cycle(*entries):
    """A unit with these entries (tag, attributes, label, whether it is a parent)."""
    unit = Unit()
    for tag, attributes, label, parent in entries:
        unit.entry(tag, *attributes, label=label, parent=parent)
        if parent:
            unit.end()
    return dwarf(unit)


def compressed(info, claimed=None, kind=1):
    return struct.pack("<IIQQ", kind, 0, len(info) if claimed is None else claimed, 1) + zlib.compress(info)


def old_compressed(info, claimed=None):
    return b"ZLIB" + struct.pack(">Q", len(info) if claimed is None else claimed) + zlib.compress(info)


def zstd(data, unit=0):
    """A zstd frame (RFC 8878) of one raw block, or, if `unit` is given, of blocks that each repeat one byte."""
    head = b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(data))
    block = lambda last, kind, size, content: (last | kind << 1 | size << 3).to_bytes(3, "little") + content
    if not unit:
        return head + block(1, 0, len(data), data)
    return head + b"".join(block(at + unit >= len(data), 1, len(data[at:at + unit]), data[at:at + 1])
                           for at in range(0, len(data), unit))


def compressed_zstd(info, claimed=None, pack=zstd):
    return struct.pack("<IIQQ", 2, 0, len(info) if claimed is None else claimed, 1) + pack(info)


def deep(unit, depth):
    for _ in range(depth):
        unit.entry(STRUCT, name(b"a"), parent=True)
    return unit


def wide_form(form, value):
    unit = Unit().go()
    unit.entry(FUNCTION, (LOW, ADDR, words(MOST)), (HIGH, DATA8, words(MOST)), name(b"main.g"), parent=True)
    unit.entry(PARAMETER, name(b"x"), (TYPE, REF4, "int"), (LOCATION, form, value))
    unit.end()
    return dwarf(unit, words(0x401000, 0x401010) + struct.pack("<H", 1) + b"\x50" + words(0, 0))


def debug():
    location = words(0, 16) + struct.pack("<H", 1) + b"\x50" + words(0, 0)
    yield "go", dwarf(Unit().go(), location)
    yield "go_5", dwarf(Unit(5).go(), location)
    yield "go_compressed", dwarf(Unit().go(), location, IS_COMPRESSED, compressed)
    yield "go_old_compressed", dwarf(Unit().go(), location, HAS_OLD_NAMES, old_compressed)
    yield "compressed_most", dwarf(Unit().go(), b"", IS_COMPRESSED, lambda i: compressed(i, MOST))
    yield "compressed_huge", dwarf(Unit().go(), b"", IS_COMPRESSED, lambda i: compressed(i, 2**33))
    yield "compressed_zeros", dwarf(Unit().go(), b"", IS_COMPRESSED, lambda i: compressed(i + bytes(200000)))
    yield "compressed_unknown", dwarf(Unit().go(), b"", IS_COMPRESSED, lambda i: compressed(i, kind=3))
    yield "zstd", dwarf(Unit().go(), location, IS_COMPRESSED, compressed_zstd)
    yield "zstd_two_frames", dwarf(Unit().go(), location, IS_COMPRESSED, lambda i: compressed_zstd(
        i, pack=lambda data: zstd(data[:99]) + zstd(data[99:])))
    yield "zstd_most", dwarf(Unit().go(), b"", IS_COMPRESSED, lambda i: compressed_zstd(i, MOST))
    yield "zstd_huge", dwarf(Unit().go(), b"", IS_COMPRESSED, lambda i: compressed_zstd(i, 2**22))
    yield "zstd_zeros", dwarf(Unit().go(), b"", IS_COMPRESSED, lambda i: compressed_zstd(
        i, 3 << 17, lambda data: zstd(bytes(3 << 17), 1 << 17)))
    yield "zstd_is_zlib", dwarf(Unit().go(), b"", IS_COMPRESSED, lambda i: compressed(i, kind=2))
    yield "old_compressed_most", dwarf(Unit().go(), b"", HAS_OLD_NAMES, lambda i: old_compressed(i, MOST))
    yield "old_compressed_huge", dwarf(Unit().go(), b"", HAS_OLD_NAMES, lambda i: old_compressed(i, 2**33))
    yield "typedef_itself", cycle((TYPEDEF, [name(b"a"), (TYPE, REF4, "a")], "a", False))
    yield "typedef_two", cycle((TYPEDEF, [name(b"a"), (TYPE, REF4, "b")], "a", False),
                               (TYPEDEF, [name(b"b"), (TYPE, REF4, "a")], "b", False))
    yield "pointer_itself", cycle((POINTER, [name(b"a"), (TYPE, REF4, "a")], "a", False))
    yield "array_itself", cycle((ARRAY, [name(b"a"), (TYPE, REF4, "a")], "a", True))
    yield "interface_itself", cycle((TYPEDEF, [name(b"a"), (GO_KIND, DATA1, b"\x14"), (TYPE, REF4, "a")], "a", False))
    yield "origin_itself", cycle((FUNCTION, [(ORIGIN, REF4, "a"), (LOW, ADDR, words(0x401000))], "a", True))
    unit = Unit()
    unit.entry(STRUCT, name(b"a"), label="a", parent=True)
    unit.entry(FIELD, name(b"a"), (TYPE, REF4, "a"), (MEMBER, UDATA, length(MOST)))
    unit.end()
    yield "struct_in_itself", dwarf(unit)
    unit = Unit()
    unit.entry(STRUCT, name(b"a"), label="a", parent=True)
    for _ in range(300):
        unit.entry(FIELD)
    unit.end()
    yield "struct_many", dwarf(unit)
    yield "struct_deep", dwarf(deep(Unit(), 200))
    yield "unit_size_most", dwarf(Unit().go(), size=0xffffffef)
    yield "unit_size_64", dwarf(Unit().go(), size=0xffffffff)
    yield "unit_size_none", dwarf(Unit().go(), size=0)
    yield "unit_size_one", dwarf(Unit().go(), size=1)
    yield "ranges", dwarf(Unit(ranges=(SEC_OFFSET, struct.pack("<I", 0))).go(), words(0x401000, 0x402000, 0, 0))
    yield "ranges_base", dwarf(Unit(ranges=(SEC_OFFSET, struct.pack("<I", 0))).go(),
                               words(MOST, 0x401000, 0, 0x1000, MOST - 1, MOST, 0, 0))
    yield "ranges_endless", dwarf(Unit(ranges=(SEC_OFFSET, struct.pack("<I", 0))).go(), words(1, 2) * 64)
    yield "ranges_beyond", dwarf(Unit(ranges=(SEC_OFFSET, struct.pack("<I", 2**32 - 1))).go(), words(1, 2))
    lists = b"\x06" + words(0x401000, 0x402000) + b"\0"
    head = struct.pack("<IHBBI", len(lists) + 8, 5, 8, 0, 0)
    yield "rnglists", dwarf(Unit(5, ranges=(SEC_OFFSET, struct.pack("<I", 12))).go(), head + lists)
    yield "rnglists_index", dwarf(Unit(5, ranges=(RNGLISTX, length(0))).go(),
                                  struct.pack("<IHBBI", len(lists) + 12, 5, 8, 0, 1) + struct.pack("<I", 4) + lists)
    yield "rnglists_index_most", dwarf(Unit(5, ranges=(RNGLISTX, length(MOST))).go(), head + lists)
    yield "rnglists_count_most", dwarf(Unit(5, ranges=(RNGLISTX, length(0))).go(),
                                       struct.pack("<IHBBI", len(lists) + 8, 5, 8, 0, 2**32 - 1) + lists)
    yield "location_list", wide_form(SEC_OFFSET, bytes(4))
    yield "location_empty", wide_form(EXPRLOC, b"\0")
    yield "location_most", wide_form(EXPRLOC, length(MOST))
    yield "location_registers", wide_form(EXPRLOC, b"\x0b\x90" + length(MOST)[:9] + b"\x01")
    yield "location_pieces", wide_form(EXPRLOC, length(120) + b"\x50\x93\x01" * 40)
    yield "location_frame", wide_form(EXPRLOC, b"\x03\x91\x80\x7f")
    yield "reference_most", dwarf(reference(REF_ADDR, b"\xff" * 4))
    yield "reference_to_nothing", dwarf(reference(REF4, struct.pack("<I", 2**31)))
    yield "form_unknown", dwarf(reference(0x7f, bytes(4)))
    yield "form_indirect", dwarf(reference(INDIRECT, b"\x16" * 8 + b"\x13" + bytes(4)))
    yield "name_index_most", dwarf(strange_name(STRX, length(MOST)))
    yield "name_offset_most", dwarf(strange_name(0x0e, b"\xff" * 4))
    yield "name_without_end", dwarf(strange_name(STRING, b"a" * 8))
    info, _ = Unit().go().finish()
    yield "abbreviations_none", bytes(1) + struct.pack("<HH", len(info), 0) + info
    yield "abbreviations_endless", bytes(1) + struct.pack("<HH", len(info), 40) + info + b"\x01\x11\x01" + b"\x81" * 37
    info, abbreviations = Unit().go().finish()
    yield "sections_one", bytes(1) + struct.pack("<HH", len(info), 0) + info + abbreviations
    text = b"\0.debug_info\0.debug_abbrev\0.shstrtab\0"
    begin = 64 + 56
    body = text + info + abbreviations
    rows = [section(0, 0), section(1, PROGBITS, 0, begin + len(text), len(info)),
            section(13, PROGBITS, 0, begin + len(text) + len(info), len(abbreviations)),
            section(27, STRTAB, 0, begin, len(text))]
    whole = [segment(LOAD, 5, 0, BASE, 64, 64)]
    yield "file", bytes((IS_FILE,)) + elf(whole, body, rows)
    rows[1] = section(1, PROGBITS, 0, MOST, MOST)
    yield "file_section_most", bytes((IS_FILE,)) + elf(whole, body, rows)
    rows[1] = rows[2] = section(1, PROGBITS, 0, 0, begin)
    yield "file_sections_overlap", bytes((IS_FILE,)) + elf(whole, body, rows)


def reference(form, value):
    unit = Unit().go()
    unit.entry(TYPEDEF, name(b"a"), (TYPE, form, value))
    return unit


def strange_name(form, value):
    unit = Unit()
    unit.entry(TYPEDEF, (NAME, form, value))
    return unit


# --- code: the machine and kind of Go release, the arguments, then instructions ---

CODE_ARM64, CODE_OLD = 1, 2
FLOATS, WORDS = 0x0f, 0xf0
COMPARE, BELOW, FRAME = b"\x49\x3b\x66\x10", b"\x76", b"\x55\x48\x89\xe5\x48\x83\xec\x10"
STORE_0, STORE_1, COPY_0 = b"\xf2\x0f\x11\x44\x24\x28", b"\xf3\x0f\x11\x4c\x24\x30", b"\x66\x48\x0f\x7e\xc0"
RETURN, FILL = b"\x48\x83\xc4\x10\x5d\xc3", b"\xcc" * 5


def relative(opcode, at, to):
    return opcode + struct.pack("<i", to - at - len(opcode) - 4)


def checked(body):
    """A function: the stack check, the body, and the code that grows the stack."""
    begin = len(COMPARE) + 2
    grow = begin + len(body)
    return COMPARE + BELOW + bytes((len(body),)) + body + relative(b"\xe8", grow, 0x400) + relative(b"\xe9", grow + 5, 0)


def codes():
    yield "checked", bytes((0, WORDS)) + checked(FRAME + RETURN)
    yield "called", bytes((0, 0)) + checked(FRAME + relative(b"\xe8", 6 + len(FRAME), 0x100) + RETURN)
    yield "called_twice", bytes((0, 0)) + relative(b"\xe8", 0, 0x100) + relative(b"\xe8", 5, 0x100) + RETURN
    yield "stored", bytes((0, FLOATS)) + checked(FRAME + STORE_0 + STORE_1 + relative(b"\xe8", 26, 0x200) + RETURN)
    yield "copied", bytes((0, FLOATS)) + checked(FRAME + COPY_0 + relative(b"\xe8", 19, 0x200) + RETURN)
    yield "stored_far", bytes((0, 3)) + b"\xf2\x0f\x11\x84\x24\xff\xff\xff\x7f" * 2 + RETURN
    yield "frame_most", bytes((0, 3)) + b"\x48\x81\xec\xff\xff\xff\x7f" * 3 + STORE_0 + RETURN
    yield "frame_negative", bytes((0, 3)) + b"\x48\x81\xc4\x00\x00\x00\x80" * 3 + STORE_0 + RETURN
    yield "pushed", bytes((0, 3)) + b"\x50\xff\x30\x66\x50" * 4 + STORE_0 + RETURN
    yield "jumps_out", bytes((0, 0)) + relative(b"\xe9", 0, 0x1000) + RETURN
    yield "jumps_back", bytes((0, 3)) + STORE_0 + b"\xeb\xf8" + RETURN
    yield "old", bytes((CODE_OLD, 0)) + b"\x64\x48\x8b\x0c\x25\xf8\xff\xff\xff\x48\x3b\x61\x10\x76\x06" + RETURN + \
        relative(b"\xe8", 21, 0x400) + relative(b"\xe9", 26, 0)
    yield "arm64_repeated", bytes((CODE_ARM64, 0)) + struct.pack("<4I", 0x9000001b, 0xf945eb60, 0x94000100, 0xd65f03c0)
    # ldr x0,.+16; ret; b .; and a constant that looks like ret.
    yield "arm64_constant", bytes((CODE_ARM64, 0)) + struct.pack("<5I", 0x58000080, 0xd65f03c0, 0x14000000, 0, 0xd65f03c0)
    # str x30,[sp,#-48]!; sub x20,sp,#336; str d0,[x20,#16]; mov sp,x20; str s1,[sp,#52]; bl; ret
    yield "arm64_floats", bytes((CODE_ARM64, FLOATS)) + struct.pack(
        "<7I", 0xf81d0ffe, 0xd10543f4, 0xfd000a80, 0x9100029f, 0xbd0037e1, 0x94000100, 0xd65f03c0)
    # str d31,[sp,#40]; ret
    yield "arm64_float_last", bytes((CODE_ARM64, FLOATS)) + struct.pack("<2I", 0xfd0017ff, 0xd65f03c0)
    yield "unknown", bytes((0, 0)) + b"\xc3\x06\xc3"
    yield "filled", bytes((0, 0)) + RETURN + FILL
    yield "arm64", bytes((CODE_ARM64, WORDS)) + struct.pack(
        "<8I", 0xf9400b90, 0xeb3063ff, 0x54000069, 0x9400003d, 0xd65f03c0, 0xaa1e03e3, 0x940000fa, 0x17fffff9)
    yield "arm64_old", bytes((CODE_ARM64 | CODE_OLD, WORDS)) + struct.pack("<4I", 0xf9400b81, 0xeb2163ff, 0xd65f03c0, 0)


# --- itab: flags, release minus 11, offsets of types, their size, itabs, their size; then the content ---

IS_INLINE = 2
TYPES_SIZE = 0x100
READER_AT, FILE_AT, NAME_AT = 0, 0x60, 0xc0  # offsets in the types
ITAB_AT = TYPES_SIZE


def itab_content(name, methods=1, interface=READER_AT, concrete=FILE_AT, name_at=NAME_AT):
    """An interface type, a concrete type and a name, followed by an itab of both types and a pointer to it."""
    types = bytearray(TYPES_SIZE)
    types[READER_AT:READER_AT + 80] = words(16, 8, 0x14 << 56, 0, 0, name_at, 0, 0, methods, methods)
    types[FILE_AT:FILE_AT + 48] = words(8, 8, 0xabcdef01 | 2 << 32 | 0x36 << 56, 0, 0, name_at)
    types[NAME_AT:NAME_AT + len(name)] = name
    itab = words(CONTENT + interface, CONTENT + concrete, 0xabcdef01, 0x401000)
    return bytes(types) + itab + words(CONTENT + ITAB_AT)


def itab_input(flags, release, content, size=None, itabs=None, types_size=TYPES_SIZE):
    at = ITAB_AT if flags & IS_INLINE else ITAB_AT + 32
    return bytes((flags, release - 11)) + struct.pack(
        "<4H", 0, types_size, at if itabs is None else itabs, size if size else 32 if flags & IS_INLINE else 8) + content


def itabs():
    new, old = b"\1\7*os.File"[:9], b"\1\0\7*os.File"[:10]
    yield "linked", itab_input(0, 19, itab_content(new))
    yield "linked_old_names", itab_input(0, 15, itab_content(old))
    yield "inline", itab_input(IS_INLINE, 27, itab_content(new))
    yield "relocated", itab_input(HAS_RELOCATIONS, 24, itab_content(new))
    yield "methods_none", itab_input(IS_INLINE, 27, itab_content(new, methods=0))
    yield "methods_most", itab_input(IS_INLINE, 27, itab_content(new, methods=MOST))
    yield "types_elsewhere", itab_input(0, 22, itab_content(new, interface=-1, concrete=2**40))
    yield "name_most", itab_input(0, 22, itab_content(new, name_at=2**32 - 1))
    yield "name_long", itab_input(0, 22, itab_content(b"\1\xff\xff\xff\xff\xff\xff\xff\xff\xff\1*"))
    yield "name_empty", itab_input(0, 22, itab_content(b"\1\0"))
    yield "list_empty", itab_input(0, 22, itab_content(new), size=4)
    yield "list_beyond", itab_input(0, 22, itab_content(new), size=0xffff)
    yield "types_short", itab_input(0, 22, itab_content(new), types_size=47)


# --- descriptors: flags, release minus 11, offsets of types, their size, itabs, their size, typelinks, their size ---

IS_GUESSED = 4
EXTRA_STAR, NAMED, UNCOMMON = 2, 4, 1
KIND = {"bool": 1, "int": 2, "array": 17, "chan": 18, "func": 19, "interface": 20, "map": 21, "pointer": 22, "slice": 23,
        "string": 24, "struct": 25}
DESCRIPTORS_SIZE = 0x600


class Descriptors:
    """Type descriptors at fixed offsets, each in a slot of 0xa0 bytes, followed by names."""

    ROOM, NAMES = 0xa0, 0x4c0

    def __init__(self, release, changes=()):
        self.release, self.changes = release, dict(changes)
        self.bytes = bytearray(DESCRIPTORS_SIZE)
        self.names = self.NAMES
        self.count = 0

    def name(self, text, flags=1):
        """Adds a name; returns its offset."""
        at = self.names
        length = bytes((len(text),)) if self.release >= 17 else struct.pack(">H", len(text))
        data = bytes((flags,)) + length + text
        self.bytes[at:at + len(data)] = data
        self.names += len(data)
        return at

    def add(self, kind, text, size, parts=b"", package=None, flags=0):
        """Adds a descriptor with the part of its kind, and an uncommon part if it has a package; returns its offset."""
        at = self.count * self.ROOM
        self.count += 1
        flags |= NAMED | UNCOMMON if package is not None else 0
        body = words(size, 8) + struct.pack("<IBBBB", 0x1000 + at, flags, 8, 8, KIND[kind]) + words(0, 0)
        body += struct.pack("<Ii", self.name(text), 0) + parts
        if package is not None:
            body += struct.pack("<IHHII", self.name(package), 0, 0, 16, 0)
        self.bytes[at:at + len(body)] = body
        return at

    def address(self, offset):
        return CONTENT + offset

    def field(self, text, type_at, offset, embedded=False):
        if self.release >= 19:
            return words(self.address(self.name(text, 1 | 8 * embedded)), self.address(type_at), offset)
        return words(self.address(self.name(text)), self.address(type_at), offset << 1 | embedded)

    def fields(self, *fields):
        """Adds a list of fields in its own slot; returns its offset."""
        at = self.count * self.ROOM
        self.count += 1
        data = b"".join(fields)
        self.bytes[at:at + len(data)] = data
        return at

    def input(self, flags=0, links=(0,), types_size=DESCRIPTORS_SIZE, links_size=None):
        for at, data in self.changes.items():
            self.bytes[at:at + len(data)] = data
        content = bytes(self.bytes) + struct.pack(f"<{len(links)}I", *links)
        return bytes((flags, self.release - 11)) + struct.pack(
            "<6H", 0, types_size, 0, 0, DESCRIPTORS_SIZE, 4 * len(links) if links_size is None else links_size) + content


def file_type(release, changes=(), map_size=None):
    """Descriptors of os.File, a struct with a string, a slice of itself, a map and a function."""
    made = Descriptors(release, changes)
    text = made.add("string", b"*string", 16, flags=EXTRA_STAR)
    file_at, room = 1 * made.ROOM, made.ROOM
    fields_at = 5 * room
    made.add("struct", b"*os.File", 40, words(0, made.address(fields_at), 4, 4), package=b"os", flags=EXTRA_STAR)
    made.add("slice", b"[]os.File", 24, words(made.address(file_at)))
    size = map_size or (136 if release >= 27 else 112 if release >= 24 else 88 if release >= 14 else 80)
    made.add("map", b"os.Map", 8, words(made.address(text), made.address(file_at)) + bytes(size - 64), package=b"os")
    made.add("func", b"func(string) os.File", 8, struct.pack("<HHI", 1, 1, 0) + words(made.address(text), made.address(file_at)))
    made.fields(made.field(b"name", text, 0), made.field(b"all", 2 * room, 16), made.field(b"Map", 3 * room, 24, embedded=True),
                made.field(b"f", 4 * room, 32))
    return made


def descriptors():
    for release in (12, 15, 16, 18, 19, 23, 24, 26, 27):
        yield f"go1_{release}", file_type(release).input(links=(0xa0, 0x1e0))
    yield "guessed", file_type(27).input(IS_GUESSED, links=(0xa0,))
    yield "guessed_old", bytes((IS_GUESSED, 0)) + file_type(16).input(links=(0xa0,))[2:]
    yield "map_elsewhere", bytes((IS_GUESSED, 19)) + file_type(23).input(links=(0xa0, 0x1e0))[2:]
    yield "sequence", file_type(27).input(IS_INLINE, links_size=DESCRIPTORS_SIZE)
    yield "fields_most", file_type(22, {0xa0 + 64: words(MOST)}).input(links=(0xa0,))
    yield "fields_beyond", file_type(22, {0xa0 + 56: words(CONTENT + DESCRIPTORS_SIZE - 8)}).input(links=(0xa0,))
    yield "holds_itself", file_type(22, {0x140 + 48: words(CONTENT + 0x140)}).input(links=(0x140,))
    yield "parameters_most", file_type(22, {0x280 + 48: b"\xff\xff\xff\xff"}).input(links=(0x280,))
    yield "name_beyond", file_type(22, {0xa0 + 40: struct.pack("<I", 2**32 - 1)}).input(links=(0xa0,))
    yield "kind_none", file_type(22, {0xa0 + 23: b"\0"}).input(links=(0xa0,))
    yield "kind_beyond", file_type(22, {0xa0 + 23: b"\x1f"}).input(links=(0xa0,))
    yield "methods_most", file_type(22, {0xa0 + 80 + 4: b"\xff\xff\xff\xff\xff\xff\xff\xff"}).input(links=(0xa0,))
    yield "types_short", file_type(22).input(links=(0xa0,), types_size=0xb0)


def main():
    corpora = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "corpus")
    for corpus, files in (("image", images()), ("build_info", build_infos()), ("pclntab", pclntabs()), ("types", debug()),
                          ("code", codes()), ("itab", itabs()), ("descriptors", descriptors())):
        folder = corpora / corpus
        folder.mkdir(parents=True, exist_ok=True)
        for title, data in files:
            (folder / title).write_bytes(data)


if __name__ == "__main__":
    main()
