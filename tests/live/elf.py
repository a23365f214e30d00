# SPDX-License-Identifier: MIT
"""Changes ELF files (64-bit, little-endian) as other linkers, strippers and vendors do."""

import struct

BUILD_INFO = b"\xff Go buildinf:"
INLINE = 2
SECTIONS_AT, SECTION_SIZE_AT = 0x28, 0x3A  # e_shoff; e_shentsize, e_shnum, e_shstrndx
LOAD, RELA, RELATIVE = 1, 4, 8  # PT_LOAD, SHT_RELA, R_X86_64_RELATIVE
WRITABLE = 2  # PF_W


class Section:
    def __init__(self, row):
        (self.name_at, self.type, self.flags, self.address, self.offset, self.size, self.link, _, _,
         self.entry_size) = row
        self.name = ""


def sections(data):
    (at,) = struct.unpack_from("<Q", data, SECTIONS_AT)
    size, count, names = struct.unpack_from("<HHH", data, SECTION_SIZE_AT)
    found = [Section(struct.unpack_from("<IIQQQQIIQQ", data, at + size * index)) for index in range(count)]
    for section in found:
        begin = found[names].offset + section.name_at
        section.name = bytes(data[begin:data.index(b"\0", begin)]).decode()
    return {section.name: section for section in found}


def segments(data):
    """(flags, offset, address, size in the file) of each loaded segment."""
    (at,) = struct.unpack_from("<Q", data, 0x20)
    size, count = struct.unpack_from("<HH", data, 0x36)
    for index in range(count):
        kind, flags, offset, address, _, file_size = struct.unpack_from("<IIQQQQ", data, at + size * index)
        if kind == LOAD:
            yield flags, offset, address, file_size


def offset_of(data, address):
    for _, offset, begin, size in segments(data):
        if begin <= address < begin + size:
            return offset + address - begin
    raise ValueError(f"no segment holds {address:#x}")


def without_sections(data):
    """Removes the section headers, as sstrip does: the program still runs."""
    struct.pack_into("<Q", data, SECTIONS_AT, 0)
    struct.pack_into("<HH", data, SECTION_SIZE_AT + 2, 0, 0)
    return data


def without_relocated_words(data):
    """Sets the words that a relative relocation will fill to zero, as in a PIE linked by lld."""
    for section in sections(data).values():
        if section.type != RELA:
            continue
        for at in range(section.offset, section.offset + section.size, 24):
            address, info, _ = struct.unpack_from("<QQq", data, at)
            if info & 0xFFFFFFFF == RELATIVE:
                struct.pack_into("<Q", data, offset_of(data, address), 0)
    return data


def build_info_at(data):
    """The offset of the build information, which is in a writable segment. (A program that reads build information
    contains the magic a second time.)"""
    for flags, offset, _, size in segments(data):
        at = data.find(BUILD_INFO, offset, offset + size)
        if flags & WRITABLE and at >= 0 and at % 16 == 0:
            return at
    raise ValueError("no build information")


def without_build_info(data):
    """Removes the build information, and renames the symbol that the tool reads in its absence."""
    return without_symbol(without_blob(data), b"runtime.buildVersion\0")


def without_blob(data):
    at = build_info_at(data)
    data[at:at + 32] = bytes(32)
    return data


def without_symbol(data, name):
    found = sections(data)
    if ".strtab" in found:
        text = found[".strtab"]
        at = data.find(b"\0" + name, text.offset, text.offset + text.size)
        if at >= 0:
            data[at + 1:at + 2] = b"R"
    return data


def with_version(data, version):
    """Writes another version into the build information (Go 1.18 and later); overwrites the module information."""
    at = build_info_at(data)
    assert data[at + 15] & INLINE
    text = version.encode()
    assert len(text) < 128
    data[at + 32:at + 34 + len(text)] = bytes((len(text),)) + text + b"\0"
    return data


def hide_descriptors(data):
    """Changes the file so that its type descriptors are not found (up to Go 1.26). Sets the capacity of
    moduledata.itablinks, which the program does not read, to a number other than its length. The tool then does not
    accept the structure as the moduledata."""
    links = next(section for name, section in sections(data).items() if name.endswith(".itablink"))
    count = links.size // 8
    header = struct.pack("<QQQ", links.address, count, count)
    at = data.index(header)
    struct.pack_into("<Q", data, at + 16, count + 1)
    return data
