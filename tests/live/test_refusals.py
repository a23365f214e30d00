#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Files that are no traceable Go binaries are refused with the reason; binaries with missing parts are traced as far
as possible."""

import json
import resource
import shutil
import struct
import subprocess

import elf
import events
import exchanges
from harness import PATIENCE, check, check_equal, is_sanitized, main, releases, tool
from servers import Server, build, release_number, toolchain
from test_errors import check_refusal
from tracer import Tracer, run

# --- what cannot be traced ---


def placed(scope, binary):
    """A copy, which no process of another test runs."""
    return Server.copy(scope, binary, binary.name)


def check_refused(path, *reasons):
    """Tracing and inspecting must refuse the file with the same message."""
    check_refusal([path], 1, f"{path}: ", *reasons)
    check_refusal(["inspect", path], 1, f"{path}: ", *reasons)


def test_32_bit(scope, release):
    """a 32-bit program: refused"""
    check_refused(build("server", release, "386"), "32-bit")


def test_other_machine(scope, release):
    """a program for an unknown machine: refused"""
    check_refused(build("server", release, "ppc64le"), "PowerPC64", "x86-64 and AArch64")


def test_library(scope, release, variant):
    """a shared library: refused"""
    library = placed(scope, build("server", release, variant))
    check_refusal([library], 1, f"{library}: ", "shared library")


ARM64_REGISTERS = {"stack": ("rw.data", "sp +24"), "register": ("rw.data", "x2")}


def test_arm64(scope, release, variant):
    """an arm64 program: cannot be traced here, but inspect shows its ABI, arguments and probe sites"""
    binary = placed(scope, build("server", release, variant))
    check_refusal([binary], 1, f"{binary}: ", "aarch64", "x86_64")
    report = inspect(binary)
    convention = "stack" if release_number(release) < (1, 17) else "register"
    check_equal((report["machine"], report["abi"]), ("AArch64", convention), "machine and ABI")
    start = next(probe for probe in report["probes"] if probe["function"] == "net/http.serverHandler.ServeHTTP")
    check_equal((start["site"], int(start["address"], 16) % 4), ("stack check", 0), "site of ServeHTTP")
    check(int(start["address"], 16) > int(start["entry"], 16), f"the stack check is at the entry: {start}")
    places = {capture["expression"]: capture.get("place") for capture in start["captures"]}
    expression, place = ARM64_REGISTERS[convention]
    check_equal(places[expression], place, f"where {expression} is")
    check(all(places.values()), f"captures without a place: {places}")


GCCGO_PROGRAM = """
package main

import "net/http"

func main() { http.ListenAndServe("127.0.0.1:0", nil) }
"""


def test_gccgo(scope):
    """a program compiled by gccgo: refused"""
    source, binary = scope.folder / "main.go", scope.folder / "program"
    source.write_text(GCCGO_PROGRAM)
    subprocess.run([gccgo(), "-o", binary, source], check=True)
    check_refused(binary, "gccgo")
    subprocess.run(["strip", binary], check=True)
    check_refused(binary, "gccgo")


def gccgo():
    return next(filter(None, map(shutil.which, ("gccgo", "gccgo-14", "gccgo-13", "gccgo-12"))), None)


def test_packed(scope, release):
    """a program packed by UPX: refused"""
    packed = scope.folder / "packed"
    subprocess.run(["upx", "-q", "-1", "-o", packed, build("server", release, "stripped")],
                   stdout=subprocess.DEVNULL, check=True)
    check_refused(packed, "UPX")


# --- damaged files ---

ENORMOUS = b"\xff" * 16
MEMORY_LIMIT = 1 << 30


def table_of(data):
    """The range of the pclntab, without its first words, which must stay intact."""
    section = elf.sections(data)[".gopclntab"]
    return section.offset + 8, section.offset + section.size


def fill(data, begin, end, pattern):
    data[begin:end] = (pattern * (end - begin))[:end - begin]


def damage_table_head(data):
    begin, _ = table_of(data)
    fill(data, begin, begin + 64, ENORMOUS)


def damage_table(data):
    fill(data, *table_of(data), ENORMOUS)


def clear_table(data):
    begin, _ = table_of(data)
    fill(data, begin, begin + 64, b"\0")


def cut(data, size):
    del data[size:]


DAMAGES = (
    ("half of the header", lambda data: cut(data, 40), "truncated"),
    ("the header alone", lambda data: cut(data, 64), "truncated"),
    ("a tenth", lambda data: cut(data, len(data) // 10), "truncated"),
    ("all but the end", lambda data: cut(data, len(data) * 9 // 10), "truncated"),
    ("program headers beyond the end", lambda data: struct.pack_into("<Q", data, 0x20, 2**64 - 1), "truncated"),
    ("65535 program headers", lambda data: struct.pack_into("<H", data, 0x38, 65535), "damaged"),
    ("no ELF class", lambda data: data.__setitem__(4, 0), "damaged"),
    ("big-endian", lambda data: data.__setitem__(5, 2), "big-endian"),
    ("an object file", lambda data: struct.pack_into("<H", data, 16, 1), "object file"),
    ("a core file", lambda data: struct.pack_into("<H", data, 16, 4), "core file"),
    ("a pclntab whose head is enormous", damage_table_head, "damaged pclntab"),
    ("a pclntab whose head is zero", clear_table, "damaged pclntab"),
    ("a pclntab that is noise", damage_table, "damaged pclntab"),
    ("build information that leads nowhere", lambda data: damage_build_info(data), "damaged Go build information"),
)


def damage_build_info(data):
    """The blob contains pointers up to Go 1.17, and a length in later releases."""
    at = elf.build_info_at(data)
    begin = at + (32 if data[at + 15] & elf.INLINE else 16)
    fill(data, begin, begin + 9, ENORMOUS)


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))


def test_damaged(scope, release):
    """truncated and damaged files: refused with the reason, quickly, and with at most 1 GiB of memory"""
    whole = build("server", release, "stripped").read_bytes()
    for name, damage, reason in DAMAGES:
        data = bytearray(whole)
        damage(data)
        path = write(scope, data)
        done = subprocess.run([tool(), "inspect", path], capture_output=True, timeout=PATIENCE, check=False,
                              preexec_fn=None if is_sanitized() else limit_memory)
        check_equal((done.returncode, done.stdout), (1, b""), f"{name}: status and stdout ({done.stderr!r})")
        check_refused(path, reason)


def test_damaged_dwarf(scope, release):
    """damaged DWARF and section headers: requests are traced without them"""
    for damage in (damage_dwarf, lambda data: struct.pack_into("<Q", data, elf.SECTIONS_AT, 2**64 - 9)):
        data = bytearray(build("server", release).read_bytes())
        damage(data)
        check_traced(scope, release, data)


def damage_dwarf(data):
    for name, section in elf.sections(data).items():
        if name.startswith((".debug_", ".zdebug_")):
            fill(data, section.offset, section.offset + section.size, ENORMOUS)


# --- binaries with missing parts ---


def write(scope, data):
    folder = scope.folder / str(len(list(scope.folder.iterdir())))
    folder.mkdir()
    path = folder / "server"
    path.write_bytes(data)
    path.chmod(0o755)
    return path


def trace(scope, release, data):
    """Returns the attach event, and pairs of a request's event and the expected event."""
    server = Server(scope, release, binary=write(scope, data))
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--count", len(exchanges.ALL)).wait_attached()
    sent = exchanges.perform(server.addresses["http"])
    tracer.wait_end()
    attach, *requests = tracer.events()
    check_equal(len(requests), len(exchanges.ALL), "requests")
    return attach, [(event, exchanges.expected_event(server, one)) for event, one in zip(requests, sent)]


def check_traced(scope, release, data):
    attach, pairs = trace(scope, release, data)
    for event, expected in pairs:
        events.compare(event, expected)
    return attach["go"]


def check_known(pairs, *keys):
    """Checks that these keys are correct, and that the others are correct or null. The route may be missing."""
    for event, expected in pairs:
        expected.setdefault("route", None)
        for key, value in expected.items():
            if event.get(key) is None and key not in keys:
                continue
            check(key in event and events.agrees(event[key], value),
                  f"{key} is {event.get(key)!r}, not {value!r}; in {json.dumps(event)}")


def inspect(path):
    status, stdout, stderr = run("inspect", "--json", str(path))
    check_equal((status, stderr), (0, b""), f"status and stderr of inspect {path}")
    return json.loads(stdout)


def test_no_sections(scope, release, variant):
    """no section headers: every key of every request is correct"""
    data = bytearray(build("server", release, variant).read_bytes())
    check_traced(scope, release, elf.without_sections(data))


def test_zeroed_words(scope, release, variant):
    """a PIE whose pointers are all set by relocations, as lld links it: every key of every request is correct"""
    data = bytearray(build("server", release, variant).read_bytes())
    check_traced(scope, release, elf.without_relocated_words(data))
    check_traced(scope, release, elf.without_sections(elf.without_relocated_words(data)))


def test_version_by_symbol(scope, release):
    """no build information, but symbols: the version is read through runtime.buildVersion, and every key is correct"""
    go = check_traced(scope, release, elf.without_blob(bytearray(build("server", release).read_bytes())))
    check(go == f"go{release}" or go.startswith(f"go{release}."), f"Go version {go!r}")


def test_no_build_information(scope, release):
    """no build information, but DWARF: every key is correct, and the version is read from runtime.buildVersion"""
    data = bytearray(build("server", release).read_bytes())
    go = check_traced(scope, release, elf.without_build_info(data))
    check_equal(go, toolchain(release).joinpath("VERSION").read_text().split()[0], "Go version")


# Keys whose fields have had the same offsets since Go 1.12.
LASTING = ("method", "path", "host", "protocol", "scheme", "remote", "request_bytes")


def test_unknown_release(scope, release):
    """no build information and no DWARF: every key is correct, thanks to the version string and the type descriptors"""
    check_traced(scope, release, elf.without_build_info(bytearray(build("server", release, "stripped").read_bytes())))


def test_later_release(scope, release):
    """a stripped go1.99: every key is correct, thanks to the type descriptors; inspect shows what it assumed"""
    data = elf.with_version(bytearray(build("server", release, "stripped").read_bytes()), "go1.99")
    check_traced(scope, release, data)
    report = inspect(write(scope, data))
    start, end = (next(probe for probe in report["probes"] if probe["function"] == name) for name in
                  ("net/http.serverHandler.ServeHTTP", "net/http.(*response).finishRequest"))
    check("assumed" in start["types"], f"the source of types is {start['types']!r}")
    check(all("missing" not in capture for capture in end["captures"] if capture["expression"] == "w.status"),
          f"captures at the end of a request: {end['captures']}")


def test_later_release_without_descriptors(scope, release):
    """a stripped go1.99 without type descriptors: keys from public fields are correct, keys from internal ones are
    null"""
    data = elf.with_version(bytearray(build("server", release, "stripped").read_bytes()), "go1.99")
    elf.hide_descriptors(data)
    attach, pairs = trace(scope, release, data)
    check_equal(attach["go"], "go1.99", "Go version")
    check_known(pairs, *LASTING)
    check_equal({event["status"] for event, _ in pairs}, {None}, "statuses")
    report = inspect(write(scope, data))
    end = next(probe for probe in report["probes"] if probe["function"] == "net/http.(*response).finishRequest")
    check(any(capture["expression"] == "w.status" and "missing" in capture for capture in end["captures"]),
          f"captures at the end of a request: {end['captures']}")


def test_later_release_with_dwarf(scope, release):
    """a go1.99 with DWARF: every key of every request is correct"""
    check_traced(scope, release, elf.with_version(bytearray(build("server", release).read_bytes()), "go1.99"))


def upstream_version(data):
    at = elf.build_info_at(data) + 32
    return bytes(data[at + 1:at + 1 + data[at]]).decode()


SUFFIXES = (" X:nocoverageredesign", "-X:jsonv2,arenas", " (Red Hat 9.9-1.el9)", " (Red Hat 9.9-1.el9) X:strictfipsruntime",
            "-devel_0123456789 Thu Jan 1 00:00:00 2026 +0000")


def test_suffixes(scope, release):
    """experiments and vendor names after the version: reported unchanged, and requests are traced"""
    for suffix in SUFFIXES:
        data = bytearray(build("server", release).read_bytes())
        version = upstream_version(data) + suffix
        check_equal(check_traced(scope, release, elf.with_version(data, version)), version, "Go version")


def test_experiments_stripped(scope, release):
    """experiments after the version of a stripped binary: the release is still recognized"""
    data = bytearray(build("server", release, "stripped").read_bytes())
    check_traced(scope, release, elf.with_version(data, f"{upstream_version(data)} X:nocoverageredesign"))


def choose():
    # Releases whose build information contains the version itself, so that it can be replaced.
    inline = [release for release in releases() if release_number(release) >= (1, 18)]
    yield from ((test_32_bit, releases()[-1]), (test_other_machine, releases()[-1]))
    for release in releases():
        yield from ((test_damaged, release), (test_damaged_dwarf, release),
                    (test_version_by_symbol, release), (test_no_build_information, release), (test_unknown_release, release))
        yield from ((test_library, release, variant) for variant in ("c-shared", "plugin") if shutil.which("gcc"))
        yield from ((test_arm64, release, variant) for variant in ("arm64", "arm64-stripped"))
        yield from ((test_no_sections, release, variant) for variant in ("plain", "pie-stripped"))
        yield from ((test_zeroed_words, release, variant) for variant in ("pie", "pie-stripped"))
    for release in inline:
        yield from ((test_later_release, release), (test_later_release_with_dwarf, release), (test_suffixes, release),
                    (test_experiments_stripped, release))
        if release_number(release) < (1, 27):
            yield (test_later_release_without_descriptors, release)
    if gccgo():
        yield (test_gccgo,)
    else:
        print("skipped: test_gccgo: gccgo is not installed")
    if shutil.which("upx"):
        yield (test_packed, releases()[-1])
    else:
        print("skipped: test_packed: upx is not installed")


if __name__ == "__main__":
    main(list(choose()))
