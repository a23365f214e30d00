#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every C file is formatted as .clang-format says."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(os.environ["GOHTTPSNOOP_ROOT"])
VERSION = "14"  # other versions format some lines differently
SKIPPED = 77


def find_clang_format():
    for name in (f"clang-format-{VERSION}", "clang-format"):
        if shutil.which(name):
            version = subprocess.run([name, "--version"], check=True, capture_output=True, text=True).stdout
            if re.search(rf"version {VERSION}\.", version):
                return name
    return None


def c_files():
    return sorted(path for top in ("abi", "bpf", "cmd", "core", "tests") for path in (ROOT / top).rglob("*.[ch]"))


def badly_formatted(clang_format, files):
    """Returns the status and the complaints of clang-format, each of which begins with a file's name."""
    result = subprocess.run([clang_format, "--dry-run", "-Werror", "--ferror-limit=1", *files], capture_output=True, text=True)
    return result.returncode, result.stderr


def main():
    clang_format = find_clang_format()
    if not clang_format:
        print(f"skipped: clang-format {VERSION} is not installed")
        return SKIPPED
    files = c_files()
    status, complaints = badly_formatted(clang_format, files)
    print(complaints, end="", file=sys.stderr)
    print(f"{len(files)} files looked at")
    return 1 if status or len(files) < 300 else 0


if __name__ == "__main__":
    sys.exit(main())
