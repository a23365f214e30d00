# SPDX-License-Identifier: MIT
"""Collects the lines that a process writes, and waits for lines."""

import threading
import time

from harness import PATIENCE, Failure


class Lines:
    """Reads `stream` in a thread until its end, and splits it at newlines."""

    def __init__(self, stream, name):
        self.name = name
        self.changed = threading.Condition()
        self.lines = []
        self.rest = b""  # the text after the last newline
        self.ended = False
        self.thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self.thread.start()

    def _read(self, stream):
        while True:
            chunk = stream.read1(65536)
            with self.changed:
                *lines, self.rest = (self.rest + chunk).split(b"\n")
                self.lines += lines
                self.ended = not chunk
                self.changed.notify_all()
            if not chunk:
                stream.close()
                return

    def all(self):
        with self.changed:
            return list(self.lines)

    def text(self):
        with self.changed:
            return b"\n".join([*self.lines, self.rest])

    def wait(self, condition, what, limit=PATIENCE):
        """Waits until condition(lines) is true and returns its result; fails if the stream ends or the time limit
        passes."""
        deadline = time.monotonic() + limit
        with self.changed:
            while True:
                result = condition(self.lines)
                if result:
                    return result
                if self.ended or not self.changed.wait(deadline - time.monotonic()):
                    how = "it ended" if self.ended else f"waited {limit:.0f} s"
                    raise Failure(f"{self.name}: {how}, but {what}; it holds {self.lines[-5:]!r}")

    def wait_end(self, limit=PATIENCE):
        self.thread.join(limit)
        if self.thread.is_alive():
            raise Failure(f"{self.name}: still open after {limit:.0f} s")
