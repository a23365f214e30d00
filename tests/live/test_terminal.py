#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A table on a terminal: colors, and columns that follow its size."""

import fcntl
import os
import pty
import re
import struct
import termios
import threading

from client import get
from harness import check, check_equal, main, releases, wait_until
from servers import Server
from tracer import Tracer

NEWEST = releases()[-1]
CODE = re.compile("\x1b\\[[0-9;]*m")
LONG = "/text?" + "&".join(f"key{number}=value" for number in range(20))


class Terminal:
    """A pseudo terminal, and what was written to it."""

    def __init__(self, scope, columns):
        self.master, self.slave = pty.openpty()
        scope.callback(os.close, self.slave)
        self.resize(columns)
        self.data = b""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        try:
            while part := os.read(self.master, 4096):
                self.data += part
        except OSError:
            pass

    def resize(self, columns):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def lines(self):
        return self.data.decode().replace("\r\n", "\n").splitlines()


def start(scope, columns, *options, environment=()):
    server, terminal = Server(scope, NEWEST), Terminal(scope, columns)
    wrapper = ("env", "-u", "NO_COLOR", "TERM=xterm", *environment)
    tracer = Tracer(scope, "--pid", server.pid, *options, stdout=terminal.slave, wrapper=wrapper)
    tracer.stderr.wait(lambda lines: any(b": traced: " in line for line in lines), "does not trace")
    return server, terminal, tracer


def ask(server, terminal, path, count):
    get(server.addresses["http"], path)
    wait_until(lambda: len(terminal.lines()) >= count, f"there are {count} lines")


def shown(line):
    return CODE.sub("", line)


def test_size(scope):
    """the columns of the heading and the length of rows follow the size of the terminal"""
    server, terminal, _ = start(scope, 80)
    ask(server, terminal, LONG, 2)
    terminal.resize(200)
    ask(server, terminal, LONG, 4)
    ask(server, terminal, "/ping", 5)
    terminal.resize(80)
    ask(server, terminal, LONG, 7)
    lines = [shown(line) for line in terminal.lines()]
    narrow, wide = "TIME COMM STATUS DURATION METHOD PATH", "TIME PID COMM STATUS DURATION BYTES HOST METHOD PATH"
    check_equal([" ".join(lines[at].split()) for at in (0, 2, 5)], [narrow, wide, narrow], "headings")
    check_equal([len(lines[at]) for at in (1, 3, 6)], [80, 200, 80], "lengths of rows")
    check(all(lines[at].endswith("…") for at in (1, 3, 6)), f"rows that are cut: {lines}")
    check("/ping" in lines[4] and "…" not in lines[4], f"a row that fits: {lines[4]!r}")


def test_colors(scope):
    """--color auto on a terminal, unless NO_COLOR or TERM=dumb is set; never; always in a pipe"""
    for columns, options, environment, wanted in ((200, (), (), True), (200, (), ("NO_COLOR=1",), False),
                                                  (200, (), ("NO_COLOR=",), True), (200, (), ("TERM=dumb",), False),
                                                  (200, ("--color", "never"), (), False)):
        server, terminal, tracer = start(scope, columns, *options, environment=environment)
        ask(server, terminal, "/status/404", 2)
        check_equal("\x1b[33m404\x1b[0m" in terminal.lines()[1], wanted, f"colors with {options} and {environment}")
        tracer.interrupt()
    server = Server(scope, NEWEST)
    for options, wanted in (((), False), (("--color", "always"), True)):
        tracer = Tracer(scope, "--pid", server.pid, "--count", 1, *options).wait_attached()
        get(server.addresses["http"], "/ping")
        tracer.wait_end()
        check_equal(b"\x1b[32m200" in tracer.stdout.all()[1], wanted, f"colors in a pipe with {options}")


if __name__ == "__main__":
    main([test_size, test_colors])
