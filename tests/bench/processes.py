# SPDX-License-Identifier: MIT
"""Processes that a benchmark starts: ended with its scope, and what /proc says of them."""

import os
import pathlib
import signal
import subprocess
import time

PATIENCE = 60.0
QUIET = 0.1
TICKS = os.sysconf("SC_CLK_TCK")


class BenchError(Exception):
    """A figure could not be measured; says why."""


class Process:
    """A command, on one CPU if asked. Its stdout goes to a file, where it can be waited for."""

    def __init__(self, scope, command, cpu=None, environment=None, name=None):
        self.name = name or pathlib.Path(command[0]).name
        if cpu is not None:
            command = ["taskset", "-c", str(cpu), *command]
        self.stdout_path = scope.folder / f"{self.name}.{time.monotonic_ns()}"
        self.stderr_path = self.stdout_path.with_suffix(".stderr")
        with open(self.stdout_path, "wb") as stdout, open(self.stderr_path, "wb") as stderr:
            self.process = subprocess.Popen(
                list(map(str, command)), stdin=subprocess.PIPE, stdout=stdout, stderr=stderr,
                env={**os.environ, **(environment or {})})
        self.pid = self.process.pid
        scope.callback(self.kill)

    # --- waiting ---

    def wait_output(self, mark, count=1):
        """Until stdout holds `mark` so many times; returns what it holds."""
        return self.wait_until(lambda: (text := self.stdout_path.read_bytes()).count(mark) >= count and text,
                               f"{mark!r} in its output")

    def wait_until(self, condition, what):
        deadline = time.monotonic() + PATIENCE
        while not (result := condition()):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise BenchError(f"{self.name}: waited in vain for {what}: {self.stderr()}")
            time.sleep(0.002)
        return result

    def wait_quiet(self):
        """Until it has written what it had to: its output has not grown for a while."""
        size = -1
        while size != (size := self.stdout_path.stat().st_size):
            time.sleep(QUIET)

    def stderr(self):
        return self.stderr_path.read_text(errors="replace").strip()

    def say(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    # --- ending ---

    def interrupt(self):
        """SIGINT, and how many seconds the end took. Its output is kept until forgotten."""
        begin = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise BenchError(f"{self.name} does not end on SIGINT") from None
        return time.monotonic() - begin

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()

    def forget(self):
        """Its output, which may be large."""
        self.kill()
        self.stdout_path.unlink(missing_ok=True)

    # --- what the kernel says of it ---

    def status(self, key):
        """A number of /proc/PID/status."""
        return status_number(f"/proc/{self.pid}/status", key)

    def context_switches(self):
        """Of all its threads, voluntary ones."""
        return sum(status_number(path / "status", "voluntary_ctxt_switches")
                   for path in pathlib.Path(f"/proc/{self.pid}/task").iterdir())

    def cpu_seconds(self):
        """Of all its threads; none of what is measured here ends a thread."""
        return sum(int(pathlib.Path(f"/proc/{self.pid}/task/{thread}/schedstat").read_text().split()[0])
                   for thread in os.listdir(f"/proc/{self.pid}/task")) / 1e9


def status_number(path, key):
    for line in pathlib.Path(path).read_text().splitlines():
        name, value = line.split(":", 1)
        if name == key:
            return int(value.split()[0])
    raise BenchError(f"{path} has no {key}")


def machine_busy_seconds():
    """CPU time that any process used, or that the hypervisor took, since the machine started."""
    user, nice, system, _idle, _wait, irq, softirq, steal = map(
        int, pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICKS
