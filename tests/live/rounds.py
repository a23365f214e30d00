# SPDX-License-Identifier: MIT
"""tests/go/rounds and similar programs, which make a round of calls on request."""

import os
import subprocess

from harness import PATIENCE
from lines import Lines
from servers import Server, build
from tracer import Tracer


class Rounds:
    """A running tests/go/PROGRAM, or a running copy of `binary`."""

    def __init__(self, scope, release, variant="plain", program="rounds", binary=None):
        self.exe = Server.copy(scope, binary or build(program, release, variant), program)
        self.process = subprocess.Popen([self.exe], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, env=os.environ)
        scope.callback(self.kill)
        self.pid = self.process.pid
        self.lines = Lines(self.process.stdout, f"{program} {release}")
        self.lines.wait(lambda lines: b"ready" in lines, "is not ready")

    def make(self, count=1):
        before = len(self.lines.all())
        self.process.stdin.write(b"\n" * count)
        self.process.stdin.flush()
        self.lines.wait(lambda lines: len(lines) >= before + count, "has not made its calls")

    def address(self):
        """The address of the user value that was passed in the last round."""
        return self.lines.all()[-1].split()[1].decode()

    def end(self):
        self.process.stdin.close()
        self.process.wait(PATIENCE)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()


def trace_rounds(scope, program, *words, count=1):
    """Makes `count` rounds while the functions are traced; returns the call events and the tool."""
    tracer = Tracer(scope, "--pid", program.pid, "--json", *words).wait_attached()
    program.make(count)
    program.end()
    tracer.wait_end()
    return [event for event in tracer.events() if event["type"] == "call"], tracer
