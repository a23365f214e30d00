#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The completions of each shell name each option; those of bash are tried: test_completions.py BASH ZSH FISH"""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import unittest

ROOT = pathlib.Path(os.environ["GOHTTPSNOOP_ROOT"])
FILES = {shell: pathlib.Path(path).resolve() for shell, path in zip(("bash", "zsh", "fish"), sys.argv[1:4])}


def option_names():
    return set(re.findall(r'^\t\{ "([a-z-]+)", ', (ROOT / "cmd/options/option_table.c").read_text(), re.MULTILINE))


def complete(*words):
    """What bash offers for the last word."""
    line = " ".join(map(shlex.quote, ("gohttpsnoop", *words)))
    script = (f"source {shlex.quote(str(FILES['bash']))}; COMP_WORDS=({line}); COMP_CWORD={len(words)}; _gohttpsnoop; "
              'printf "%s\\n" "${COMPREPLY[@]}"')
    return set(subprocess.run(["bash", "-c", script], check=True, capture_output=True, text=True, cwd=ROOT).stdout.split())


class Completions(unittest.TestCase):
    def test_all_options_are_there(self):
        self.assertGreater(len(option_names()), 45)
        for shell, name in (("bash", "--{}"), ("zsh", "--{}"), ("fish", "-l {} ")):
            text = FILES[shell].read_text()
            self.assertEqual([option for option in option_names() if name.format(option) not in text], [], shell)

    def test_options_have_descriptions(self):
        for line in FILES["fish"].read_text().splitlines():
            if match := re.search(r"-l ([a-z-]+) .*-d '(.*)'$", line):
                self.assertGreater(len(match[2].split()), 1, line)

    def test_bash_completes(self):
        self.assertEqual(complete("--sid"), {"--side"})
        self.assertEqual(complete("--side", ""), {"server", "client", "both"})
        self.assertEqual(complete("--color", "a"), {"auto", "always"})
        self.assertEqual(complete("--color", "=", "a"), {"auto", "always"})
        self.assertEqual(complete("--color", "="), {"auto", "always", "never"})
        self.assertEqual(complete("--fields", "st"), {"status"})
        self.assertEqual(complete("--fields", "pid,st"), {"pid,status"})
        self.assertIn("duration", complete("--fields", ""))
        self.assertEqual(complete("chec"), {"check"})
        for option in ("--count", "-c", "-n", "-H"):
            self.assertEqual(complete(option, ""), set(), option)
        self.assertIn(str(os.getpid()), complete("--pid", ""))
        self.assertEqual(complete("--types", "README.m"), {"README.md"})
        self.assertEqual(complete("--json", "README.m"), {"README.md"})

    def test_fish_completes(self):
        if not shutil.which("fish"):
            self.skipTest("fish is missing")
        for line, expected in (("--sid", ["--side"]), ("--color a", ["always", "auto"]), ("--fields pid,st", ["pid,status"])):
            script = f"source {shlex.quote(str(FILES['fish']))}; complete -C {shlex.quote(f'gohttpsnoop {line}')}"
            offered = subprocess.run(["fish", "-c", script], check=True, capture_output=True, text=True, cwd=ROOT).stdout
            self.assertEqual([row.split("\t")[0] for row in offered.splitlines()], expected, line)

    def test_shells_can_read_them(self):
        for shell, command in (("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "-n"])):
            if not shutil.which(shell):
                print(f"left out: {shell} is missing")
                continue
            subprocess.run([*command, FILES[shell]], check=True)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
