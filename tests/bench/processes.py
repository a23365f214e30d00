# SPDX-License-Identifier: MIT
"""Processes that a benchmark starts and that end with its scope, and their figures in /proc."""

import os
import pathlib
import signal
import subprocess
import time

PATIENCE = 60.0
QUIET = 0.1
TICKS = os.sysconf("SC_CLK_TCK")


class BenchError(Exception):
    """Raised if a figure could not be measured; the message says why."""


class Process:
    """A command, on one CPU if `cpu` is given. Its stdout goes to a file, in which wait_output() looks for text."""

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
        """Waits until stdout contains `mark` `count` times; returns the contents of stdout."""
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
        """Waits until the output has not grown for a while."""
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
        """Sends SIGINT; returns after how many seconds the process ended. Its output is kept until forget()."""
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
        """Ends the process and deletes its output, which may be large."""
        self.kill()
        self.stdout_path.unlink(missing_ok=True)

    # --- figures from the kernel ---

    def status(self, key):
        """A number from /proc/PID/status."""
        return status_number(f"/proc/{self.pid}/status", key)

    def context_switches(self):
        """Voluntary context switches of all threads."""
        return sum(status_number(path / "status", "voluntary_ctxt_switches")
                   for path in pathlib.Path(f"/proc/{self.pid}/task").iterdir())

    def cpu_seconds(self):
        """CPU time of all threads. Threads that have ended are missing, but no measured process ends threads."""
        return sum(int(pathlib.Path(f"/proc/{self.pid}/task/{thread}/schedstat").read_text().split()[0])
                   for thread in os.listdir(f"/proc/{self.pid}/task")) / 1e9


def status_number(path, key):
    for line in pathlib.Path(path).read_text().splitlines():
        name, value = line.split(":", 1)
        if name == key:
            return int(value.split()[0])
    raise BenchError(f"{path} has no {key}")


def machine_busy_seconds():
    """CPU time that processes have used, or that the hypervisor took, since the machine started."""
    user, nice, system, _idle, _wait, irq, softirq, steal = map(
        int, pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICKS
