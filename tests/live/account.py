# SPDX-License-Identifier: MIT
"""The resources of the tool's process, read from /proc, and the counters that the tool prints."""

import dataclasses
import os
import pathlib
import re
import signal
import time

from harness import wait_until


@dataclasses.dataclass
class Holdings:
    resident: int  # kB; includes mapped files, and with them the ring buffer
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
    """Seconds in which the process was ready to run but waited for a CPU."""
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9


def deploy(tracer, service, variant):
    """Deploys a new file and returns how many seconds pass until the tool has inspected it. Processes that execute
    the file before that are not traced until then."""
    before = counters(tracer)["inspections"]
    begin = time.monotonic()
    service.deploy(variant)
    wait_until(lambda: counters(tracer)["inspections"] > before, "the new file is inspected")
    return time.monotonic() - begin


def counters(tracer):
    """The counters that the tool prints on SIGUSR1."""
    before = len(tracer.stderr.all())
    tracer.process.send_signal(signal.SIGUSR1)
    line = tracer.stderr.wait(lambda lines: [line for line in lines[before:] if b": targets " in line], "says nothing")[-1]
    return {name: int(value) for name, value in re.findall(r"([a-z ]+?) (\d+)(?:, |$)", line.decode().split(": ", 1)[1])}
