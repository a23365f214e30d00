# SPDX-License-Identifier: MIT
"""What the tool itself holds, as /proc has it, and what it says of itself."""

import dataclasses
import os
import pathlib
import re
import signal
import time

from harness import wait_until


@dataclasses.dataclass
class Holdings:
    resident: int  # kB; mapped files, the ring buffer among them, are part of it
    anonymous: int  # kB
    descriptors: int
    threads: int

    def __str__(self):
        return (f"RSS {self.resident / 1024:.1f} MB, of it anonymous {self.anonymous / 1024:.1f} MB; "
                f"{self.descriptors} descriptors, {self.threads} threads")


def holdings(pid):
    status = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return Holdings(int(status["VmRSS"].split()[0]), int(status["RssAnon"].split()[0]),
                    len(os.listdir(f"/proc/{pid}/fd")), int(status["Threads"]))


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def waited_for_core(pid):
    """Seconds in which it could have run, had others not."""
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9


def deploy(tracer, service, variant):
    """A new file, and until the tool has looked into it: what is executed before goes untraced for that time."""
    before = counters(tracer)["inspections"]
    begin = time.monotonic()
    service.deploy(variant)
    wait_until(lambda: counters(tracer)["inspections"] > before, "the new file is inspected")
    return time.monotonic() - begin


def counters(tracer):
    """What SIGUSR1 has it say."""
    before = len(tracer.stderr.all())
    tracer.process.send_signal(signal.SIGUSR1)
    line = tracer.stderr.wait(lambda lines: [line for line in lines[before:] if b": targets " in line], "says nothing")[-1]
    return {name: int(value) for name, value in re.findall(r"([a-z ]+?) (\d+)(?:, |$)", line.decode().split(": ", 1)[1])}
