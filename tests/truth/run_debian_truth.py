#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a truth program on Debian's Go servers, which tests/rebuild builds from source with debug information.

    run_debian_truth.py build/tests/truth/descriptor_truth                     all servers of tests/rebuild
    run_debian_truth.py build/tests/truth/descriptor_truth prometheus          the servers of one package
    run_debian_truth.py build/tests/truth/descriptor_truth prometheus bookworm

The first run downloads and builds the servers, which takes minutes for each.
"""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/live"))

from harness import Skip, skipped_status  # noqa: E402 (the live tests' folder is known by now)
from servers import fetch_path  # noqa: E402


def known_servers():
    """Pairs of a package and a suite."""
    listed = subprocess.run([ROOT / "tests/rebuild", "--list"], check=True, capture_output=True, text=True)
    return [tuple(line.split()) for line in listed.stdout.splitlines()]


def run(truth, package, suite):
    """Returns whether the truth program succeeded."""
    binary = fetch_path(f"{package} of {suite}", "rebuild", package, suite)
    return subprocess.run([truth, binary], stdin=subprocess.DEVNULL, check=False).returncode == 0


def main(truth, *wanted):
    chosen = [server for server in known_servers() if server[:len(wanted)] == wanted]
    if not chosen:
        print(f"tests/rebuild does not know {' '.join(wanted)}")
        return 2
    failed, skipped = 0, []
    for package, suite in chosen:
        try:
            failed += not run(truth, package, suite)
        except Skip as reason:
            print(f"skipped: {package} {suite}: {reason}", flush=True)
            skipped.append(str(reason))
    if failed:
        return 1
    return skipped_status(skipped, len(chosen))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
