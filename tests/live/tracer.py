# SPDX-License-Identifier: MIT
"""The tool under test as a process, with waiting for its output."""

import signal
import subprocess

import events
from harness import PATIENCE, Failure, check, check_equal, tool
from lines import Lines


RING = 64 << 20  # bytes; loses nothing of a test, even if the tool waits long for a CPU


class Tracer:
    """A running tool. `wrapper` are words that are put before its command, `ring` is the size of its ring in bytes, None
    for the tool's own default. `subcommand` stands before the arguments."""

    def __init__(self, scope, *arguments, wrapper=(), stdout=subprocess.PIPE, path=None, ring=RING, subcommand=()):
        self.json = "--json" in arguments
        sized = () if ring is None else ("--ring-size", ring)
        self.process = subprocess.Popen([*wrapper, path or tool(), *map(str, (*subcommand, *sized, *arguments))],
                                        stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE)
        scope.callback(self.kill)
        self.stdout = Lines(self.process.stdout, "the tool's stdout") if stdout == subprocess.PIPE else None
        self.stderr = Lines(self.process.stderr, "the tool's stderr")

    # --- waiting ---

    def wait_attached(self, count=1):
        """Waits until the tool has reported `count` targets as attached: as events if stdout is JSON and read here,
        else on stderr."""
        in_events = self.json and self.stdout
        stream, mark = (self.stdout, b'{"type":"attach",') if in_events else (self.stderr, b": traced: ")
        try:
            stream.wait(lambda lines: sum(mark in line for line in lines) >= count,
                        f"has not named {count} targets as traced")
        except Failure as failure:
            self.kill()
            self.stderr.wait_end()
            raise Failure(f"{failure}; stderr: {self.stderr.text()!r}") from None
        return self

    def wait_looking_out(self):
        """Waits until the tool notices new processes; needs -v."""
        self.stderr.wait(lambda lines: any(b"watching for new" in line for line in lines), "does not look out")
        return self

    def wait_lines(self, count):
        """Waits until stdout has `count` lines."""
        self.stdout.wait(lambda lines: len(lines) >= count, f"has not {count} lines")

    def wait_said(self, text, count=1):
        """Waits until so many lines on stderr have this text."""
        self.stderr.wait(lambda lines: sum(text in line for line in lines) >= count, f"does not say {text!r} {count} times")

    def wait_types(self, count, *types):
        """Waits until there are `count` events of these types; returns all of them."""
        marks = tuple(f'{{"type":"{name}",'.encode() for name in types)
        self.stdout.wait(lambda lines: sum(line.startswith(marks) for line in lines) >= count,
                         f"has not {count} lines of type {'/'.join(types)}")
        return [event for event in self.events() if event["type"] in types]

    def wait_end(self, status=0, limit=PATIENCE):
        """Waits until the tool ends by itself, and checks its exit status."""
        try:
            self.process.wait(limit)
        except subprocess.TimeoutExpired:
            raise Failure(f"the tool did not end within {limit:.0f} s") from None
        for stream in filter(None, (self.stdout, self.stderr)):
            stream.wait_end()
        check_equal(self.process.returncode, status, f"exit status (stderr: {self.stderr.text()!r})")

    # --- ending ---

    def interrupt(self, number=signal.SIGINT, status=0):
        self.process.send_signal(number)
        self.wait_end(status)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    # --- its output ---

    def events(self):
        return [events.parse(line) for line in self.stdout.all()]

    def check_whole_lines(self):
        """Checks after the end of the tool that the last line is complete."""
        check_equal(self.stdout.rest, b"", "the end of stdout")

    def check_quiet(self):
        """Checks that stderr contains only messages about traced and ended targets, and the final summary."""
        for line in self.stderr.all():
            check(b": traced: " in line or line.endswith((b": ended", b" targets", b" target")),
                  f"stderr holds {line!r}")


def run(*arguments, wrapper=(), path=None, limit=PATIENCE):
    """Runs the tool to its end; returns (status, stdout, stderr)."""
    try:
        done = subprocess.run([*wrapper, path or tool(), *arguments], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        raise Failure(f"{arguments!r} did not end within {limit:.0f} s") from None
    return done.returncode, done.stdout, done.stderr
