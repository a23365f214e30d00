#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a truth program on Go servers, which it builds with each release of GOHTTPSNOOP_TEST_GO for this machine, and
with fixed releases for arm64.

    run_truth.py build/tests/truth/site_truth
"""

import os
import pathlib
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "live"))

from harness import Skip, releases, skipped_status  # noqa: E402 (the live tests' folder is known by now)
from servers import build, releases_of  # noqa: E402

# Together these programs contain all of net/http. Externally linked binaries mix DWARF of several compilers, and
# contain code that is not Go's.
PROGRAMS = (("ends", "plain"), ("server", "external"))
# Both calling conventions, and the releases that changed the emitted code.
ARM64_RELEASES = ("1.15", "1.19", "1.24", "1.27")

SECTIONS_AT, SECTION_COUNT_AT = 40, 60  # e_shoff; e_shnum and e_shstrndx


def without_sections(binary, folder):
    """A copy without section headers."""
    data = bytearray(binary.read_bytes())
    struct.pack_into("<Q", data, SECTIONS_AT, 0)
    struct.pack_into("<HH", data, SECTION_COUNT_AT, 0, 0)
    copy = pathlib.Path(folder, binary.name)
    copy.write_bytes(data)
    return copy


def run(truth, *files):
    return subprocess.run([truth, *files], stdin=subprocess.DEVNULL, check=False).returncode


def check(truth, binary):
    """Returns how many runs failed."""
    if "signature" in os.path.basename(truth):
        with tempfile.TemporaryDirectory() as folder:
            return run(truth, binary, without_sections(binary, folder)) != 0
    failed = run(truth, binary) != 0
    if "pclntab" in os.path.basename(truth):
        with tempfile.TemporaryDirectory() as folder:
            failed += run(truth, binary, without_sections(binary, folder)) != 0
    return failed


def main(truth):
    chosen = [(program, release, variant) for release in releases() for program, variant in PROGRAMS]
    chosen += [("ends", release, "arm64") for release in releases_of(ARM64_RELEASES)]
    if not chosen:
        print("GOHTTPSNOOP_TEST_GO names no Go release: there is nothing to run on")
        return 1
    failed, skipped = 0, []
    for program, release, variant in chosen:
        try:
            failed += check(truth, build(program, release, variant))
        except Skip as reason:
            print(f"skipped: {program} {release} {variant}: {reason}", flush=True)
            skipped.append(str(reason))
    if failed:
        return 1
    return skipped_status(skipped, len(chosen))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
