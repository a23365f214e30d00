# SPDX-License-Identifier: MIT
"""Readers of the tool's socket, and sums of what they received."""

import collections
import dataclasses
import json
import socket
import threading

import events
from harness import PATIENCE, check


def connect(path):
    """Connects to the tool's socket. The tool must listen, which it does before it attaches."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PATIENCE)
    connection.connect(str(path))
    return connection


class Reader:
    """Keeps everything that it reads. A `held` reader reads nothing until let_go()."""

    def __init__(self, scope, path, held=False):
        self.connection = connect(path)
        scope.callback(self.connection.close)
        self.data = bytearray()
        self.line_count = 0
        self.changed = threading.Condition()
        self.ended = False
        self.thread = threading.Thread(target=self._read, daemon=True)
        if not held:
            self.let_go()

    def let_go(self):
        self.thread.start()

    def _read(self):
        try:
            while part := self.connection.recv(1 << 20):
                with self.changed:
                    self.data += part
                    self.line_count += part.count(b"\n")
                    self.changed.notify_all()
        except OSError:
            pass  # the connection was closed at the end of the test
        finally:
            with self.changed:
                self.ended = True
                self.changed.notify_all()

    def wait(self, condition, what):
        """Waits until condition(received bytes) is true."""
        with self.changed:
            check(self.changed.wait_for(lambda: self.ended or condition(self.data), PATIENCE)
                  and condition(self.data), f"the reader {what}: {bytes(self.data[-500:])!r}")

    def wait_lines(self, count):
        self.wait(lambda _: self.line_count >= count, f"has not {count} lines")
        return self.lines()

    def wait_end(self):
        self.thread.join(PATIENCE)
        check(not self.thread.is_alive(), "the connection is not closed")
        check(not self.data or self.data.endswith(b"\n"), "the last line is not whole")

    def lines(self):
        with self.changed:
            return bytes(self.data).split(b"\n")[:-1]

    def events(self):
        return [events.parse(line) for line in self.lines()]


@dataclasses.dataclass
class Sum:
    requests: int = 0
    lost: collections.Counter = dataclasses.field(default_factory=collections.Counter)  # by `where`
    types: collections.Counter = dataclasses.field(default_factory=collections.Counter)

    @property
    def all(self):
        return self.requests + sum(self.lost.values())


def add_up(lines):
    """Adds up the events. Each line must be complete JSON; the checks are minimal because there are many lines."""
    result = Sum()
    for line in lines:
        event = json.loads(line)
        result.types[event["type"]] += 1
        result.requests += event["type"] == "request"
        if event["type"] == "lost":
            result.lost[event["where"]] += event["count"]
    return result
