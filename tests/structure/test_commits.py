#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Commit subjects read `area: imperative summary`, beginning with the commit that gave each area a folder."""

import os
import re
import shutil
import subprocess
import sys

ROOT = os.environ["GOHTTPSNOOP_ROOT"]
FIRST_SUBJECT = "abi, core, tests: give each area a folder with its public headers in include/"
AREAS = "abi|bpf|build|cmd|core|cross|debian|docs|tests"
SUBJECT = re.compile(rf"(?:{AREAS})(?:, (?:{AREAS}))*: [a-z`'\-].*[^.]$")
MAX_LENGTH = 110
SKIPPED = 77


def subjects():
    """The subjects since FIRST_SUBJECT, newest first; None without git history, as in an archive."""
    if not shutil.which("git"):
        return None
    log = subprocess.run(["git", "-c", f"safe.directory={ROOT}", "-C", ROOT, "log", "--no-merges", "--format=%s"],
                         capture_output=True, text=True)
    if log.returncode != 0:
        return None
    lines = log.stdout.splitlines()
    return lines[:lines.index(FIRST_SUBJECT) + 1] if FIRST_SUBJECT in lines else None


def is_wrong(subject):
    return len(subject) > MAX_LENGTH or not SUBJECT.match(subject)


def main():
    found = subjects()
    if found is None:
        print("skipped: there is no git history that goes far enough back")
        return SKIPPED
    wrong = [subject for subject in found if is_wrong(subject)]
    for subject in wrong:
        print(f"no `area: summary` of at most {MAX_LENGTH} characters: {subject}")
    print(f"{len(found)} subjects looked at")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
