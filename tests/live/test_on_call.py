#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Pastes each command of the README's section "On call" into a terminal, and compares the screen with what stands there.

With GOHTTPSNOOP_RECORD=1 it prints the screens instead, for the README."""

import os
import re
import shlex
import threading
import time

from client import Connection
from harness import ROOT, check, main, releases, tool
from screen import Screen
from servers import Server, Shop
from test_links import ask_all
from test_readme import Traffic

NEWEST = releases()[-1]
COLUMNS, LINES = 130, 40
PROMPT = "on-call> "
# What differs from run to run, and what may stand in its place.
VARYING = (
    (r"/items/ +", r"/items/\*? +"),  # as a route, and as a path before Go 1.23
    (r"\(/[^)]*\)", r"\(/[^)]*\)"),
    (r"\d\d:\d\d:\d\d(\.\d+)?", r"[0-9:.]+"),
    (r"[0-9.]+(ns|µs|ms|s)\b", r"[0-9.]+(ns|µs|ms|s)"),
    (r"[0-9.]+", r"[0-9.]+"),
    (r"[▁-█]+", r"[▁-█ ]+"),
    (r" +", r" +"),
)


def commands():
    """The commands of the section, with the lines that they print there."""
    text = (ROOT / "README.md").read_text()
    section = text[text.index("\n## On call\n"):]
    section = section[:section.index("\n## ", 1)]
    found = []
    for line in re.findall("^    (.*)$", section, re.MULTILINE):
        if line.startswith("# "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def pattern_of(line):
    """Matches a line with other times, durations and numbers, and other gaps."""
    anything = re.compile("|".join(f"({before})" for before, _ in VARYING))
    pattern, at = "", 0
    for match in anything.finditer(line):
        after = next(after for before, after in VARYING if re.fullmatch(before, match[0]))
        pattern, at = pattern + re.escape(line[at:match.start()]) + after, match.end()
    return re.compile(pattern + re.escape(line[at:]) + " *")


def shows(screen, expected):
    """Whether the screen has lines like the expected ones; "..." stands for any."""
    return all(line == "..." or any(pattern_of(line).fullmatch(found) for found in screen) for line in expected)


class GatewayTraffic:
    """Requests through the gateway, and some that fail in the shop, until the test ends."""

    def __init__(self, scope, gateway, shop):
        self.stopping = threading.Event()
        thread = threading.Thread(target=self._run, args=(gateway, shop), daemon=True)
        thread.start()
        scope.callback(thread.join)
        scope.callback(self.stopping.set)

    def _run(self, gateway, shop):
        while not self.stopping.is_set():
            ask_all(gateway, 8)
            with Connection(shop.addresses["http"]) as connection:
                connection.request("GET", b"/items/42")
            time.sleep(0.1)


def paste(screen, command, names):
    for word, value in names:
        command = command.replace(word, value)
    screen.tmux("clear-history")
    screen.type("clear")
    screen.press("Enter")
    screen.wait(lambda lines: lines[0].startswith(PROMPT.rstrip()) and not any(lines[1:]), "the screen is empty")
    screen.type(command)
    screen.press("Enter")


def has_ended(lines):
    written = [line for line in lines if line]
    return len(written) > 1 and written[-1] == PROMPT.rstrip()


def leave(screen, command):
    """`top` ends by a key, the others by themselves."""
    if " top " in command:
        screen.press("q")
    return screen.wait(has_ended, f"{command!r} ends")


def record(screen, command):
    """What is to be seen at the end, or of `top` while it runs."""
    if " top " not in command:
        return filter(None, leave(screen, command))
    time.sleep(12 if "--all" in command else 1)
    lines = screen.lines()
    leave(screen, command)
    return filter(None, lines)


def test_commands(scope):
    """each command of the section, in their order"""
    shop, gateway = Shop(scope, NEWEST), Server(scope, NEWEST, program="gateway")
    Traffic(scope, shop)
    GatewayTraffic(scope, gateway, shop)
    shell = f"PS1='{PROMPT}' PATH={shlex.quote(os.path.dirname(tool()))}:$PATH exec bash --norc --noprofile -i"
    screen = Screen(scope, COLUMNS, LINES, shell, scope.folder)
    # Other tests may trace other services meanwhile.
    targets = f"--pid {shop.pid},{gateway.pid}"
    names = (("--all", targets), ("--list", f"--list {targets}"))
    found = commands()
    check(len(found) >= 9, f"the section has only {len(found)} commands")
    for command, expected in found:
        paste(screen, command, names)
        if "GOHTTPSNOOP_RECORD" in os.environ:
            print(f"# {command}", *record(screen, command), sep="\n")
            continue
        screen.wait(lambda lines, expected=expected: shows(lines, expected), f"{command!r} shows {expected}")
        leave(screen, command)
    check((scope.folder / "report.html").exists(), "the report is not there")


if __name__ == "__main__":
    main([test_commands])
