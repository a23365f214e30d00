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
import tempfile
import unittest

ROOT = pathlib.Path(os.environ["GOHTTPSNOOP_ROOT"])
OWN = {"check": {"--help", "--json"}, "inspect": {"--help", "--json", "--preset", "--signature", "--types"},
       "report": {"--help", "--output"}, "summary": {"--help", "--json"}}
FILES = {shell: pathlib.Path(path).resolve() for shell, path in zip(("bash", "zsh", "fish"), sys.argv[1:4])}


def option_names():
    return set(re.findall(r'^\t\{ "([a-z-]+)", ', (ROOT / "cmd/options/option_table.c").read_text(), re.MULTILINE))


def complete(*words):
    """What bash offers for the last word."""
    line = " ".join(map(shlex.quote, ("gohttpsnoop", *words)))
    script = (f"source {shlex.quote(str(FILES['bash']))}; COMP_WORDS=({line}); COMP_CWORD={len(words)}; _gohttpsnoop; "
              'printf "%s\\n" "${COMPREPLY[@]}"')
    return set(subprocess.run(["bash", "-c", script], check=True, capture_output=True, text=True, cwd=ROOT).stdout.split())


def run_zsh(script):
    return subprocess.run(["zsh", "-f", "-c", script], check=True, capture_output=True, text=True, cwd=ROOT, timeout=30).stdout


def complete_in_zsh(lines):
    """The last word of each line after the tabulator key in zsh."""
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "_gohttpsnoop").symlink_to(FILES["zsh"])
        shown = run_zsh(rf"""
zmodload zsh/zpty
zpty shell zsh -f -i
feed() {{ zpty -w shell "$1" }}
feed 'PS1=; fpath=({folder} $fpath); autoload -U compinit; compinit -D -u; unsetopt beep zle_bracketed_paste'
feed 'show() {{ print -r -- "<<$BUFFER>>"; BUFFER= }}; zle -N show; bindkey "^X" show; print re""ady'
zpty -r -m shell shown '*ready*'
for line in {" ".join(map(shlex.quote, lines))}; do
  zpty -w -n shell "gohttpsnoop $line"$'\t\x18'
  zpty -r -m shell shown '*<<*>>*'
  print -r -- "$shown"
done
""")
    return [words.split()[-1] for words in re.findall("<<(.*)>>", shown)]


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

    def test_bash_completes_commands(self):
        for command, options in OWN.items():
            self.assertEqual({word for word in complete(command, "-") if word.startswith("--")}, options, command)
            self.assertEqual(complete(command, "README.m"), set() if command == "check" else {"README.md"}, command)
            self.assertEqual(complete(command, "--help", ""), set(), command)
        self.assertIn("--side", complete("top", "-"))
        self.assertEqual(complete("inspect", "--preset", ""), {"sql", "redis"})
        self.assertEqual(complete("report", "-o", "README.m"), {"README.md"})
        for words in (("--help", ""), ("-h", "a"), ("top", "-h", "")):
            self.assertEqual(complete(*words), {"all"}, words)

    def test_fish_completes(self):
        if not shutil.which("fish"):
            self.skipTest("fish is missing")
        for line, expected in (("--sid", ["--side"]), ("--color a", ["always", "auto"]), ("--fields pid,st", ["pid,status"]),
                               ("--help a", ["all"]), ("check --s", []), ("check README.m", []), ("inspect --s", ["--signature"]),
                               *((f"{command} README.m", ["README.md"]) for command in ("inspect", "report", "summary", "top"))):
            script = f"source {shlex.quote(str(FILES['fish']))}; complete -C {shlex.quote(f'gohttpsnoop {line}')}"
            offered = subprocess.run(["fish", "-c", script], check=True, capture_output=True, text=True, cwd=ROOT).stdout
            self.assertEqual([row.split("\t")[0] for row in offered.splitlines()], expected, line)

    def test_zsh_completes(self):
        if not shutil.which("zsh"):
            self.skipTest("zsh is missing")
        cases = (("--sid", "--side"), ("check --js", "--json"), ("check --sid", "--sid"), ("inspect --sig", "--signature"),
                 ("--help al", "all"), ("check README.m", "README.m"), ("main.f README.m", "README.m"),
                 *((f"{command} README.m", "README.md") for command in ("inspect", "report", "summary", "top")))
        self.assertEqual(complete_in_zsh([line for line, _ in cases]), [expected for _, expected in cases])

    def test_shells_can_read_them(self):
        for shell, command in (("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "-n"])):
            if not shutil.which(shell):
                print(f"left out: {shell} is missing")
                continue
            subprocess.run([*command, FILES[shell]], check=True)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
