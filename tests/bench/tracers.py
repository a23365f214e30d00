# SPDX-License-Identifier: MIT
"""Tracers that are attached to a program while it is measured. Each is a Process whose probes are attached."""

import platform
import re
import signal

from load import get
from processes import BenchError, Process
from programs import ROOT, TRACER_CPU, daemon

from servers import release_number  # noqa: E402 (the live tests' folder is known by now)

BUILD = ROOT / "build-bench"
TOOL = BUILD / "gohttpsnoop"


class Gohttpsnoop(Process):
    """`arguments` say what to trace. The constructor waits until `targets` targets are attached."""

    def __init__(self, scope, *arguments, targets=1, cpu=TRACER_CPU):
        super().__init__(scope, [TOOL, "--json", "-v", *arguments], cpu=cpu)
        self.wait_output(b'{"type":"attach"', targets)

    def sites(self):
        """The file offsets of the attached probes, by function."""
        return {name: int(offset, 16) for name, offset in
                re.findall(r"probe (\S+) at file offset 0x([0-9a-f]+)", self.stderr())}

    def requests(self):
        return count_lines(self.stdout_path, b'{"type":"request"')

    def seen(self):
        """The number of requests and calls in the output."""
        return self.requests() + count_lines(self.stdout_path, b'{"type":"call"')

    def lost(self):
        """The number of lost events, according to the final summary."""
        found = re.search(r"(\d+) events, (\d+) lost", self.stderr())
        if not found:
            raise BenchError(f"gohttpsnoop ended without a summary: {self.stderr()}")
        return int(found[2])


class Unread(Gohttpsnoop):
    """Stopped while requests are made: its ring has room for all records, and is read afterwards."""

    RING = 512 << 20

    def __init__(self, scope, *arguments, ring=RING):
        super().__init__(scope, "--ring-size", ring, *arguments)
        self.reading = 0.0  # seconds of CPU for all records, after wait_quiet()
        self.process.send_signal(signal.SIGSTOP)

    def wait_quiet(self):
        before = self.cpu_seconds()
        self.process.send_signal(signal.SIGCONT)
        super().wait_quiet()
        self.reading = self.cpu_seconds() - before


class Top(Process):
    """`gohttpsnoop top` without a terminal: a frame each second."""

    FRAME = re.compile(r"^\S+  \S+/s, \S+ failed, (\d+) requests, (\d+) lost$", re.MULTILINE)

    def __init__(self, scope, *arguments):
        super().__init__(scope, [TOOL, "top", *arguments], cpu=TRACER_CPU)
        self.wait_until(lambda: ": traced: " in self.stderr(), "a target")

    def frames(self):
        """The numbers of requests and of lost ones, of each frame."""
        return self.FRAME.findall(self.stdout_path.read_text())

    def wait_quiet(self):
        """Waits for a frame that was begun after the requests."""
        count = len(self.frames())
        self.wait_until(lambda: len(self.frames()) >= count + 2, "two frames")

    def seen(self):
        return int(self.frames()[-1][0])


class EmptyProbe(Process):
    def __init__(self, scope, pid, offsets, reads=0):
        super().__init__(scope, [BUILD / "tests/bench/empty_probe", "--reads", reads, pid, *offsets], cpu=TRACER_CPU)
        self.wait_output(b"attached")

    def seen(self):
        return None


class StraightProbe(Process):
    """A program for this library, release and architecture only, which throws its records away."""

    COMMAND = BUILD / "tests/bench/straight_probe"

    def __init__(self, scope, server, begin, end, options=()):
        super().__init__(scope, [self.COMMAND, *options, server.pid, begin, end], cpu=TRACER_CPU)
        self.wait_output(b"attached")

    @classmethod
    def fits(cls, server):
        """Whether its offsets are right for this server."""
        return platform.machine() == "x86_64" and (1, 19) <= release_number(server.release) <= (1, 24)

    def seen(self):
        """The number of requests: there are two records for each."""
        records, _lost = map(int, re.findall(r"\d+", self.stdout_path.read_text()))
        return records // 2


# The third word of the handler's parameters, its *http.Request, at the function's first instruction.
ON_STACK, IN_REGISTER = "sarg2", 'reg("cx")'

# Offsets of Method, URL and URL.Path: the same in every Go release so far.
SEED_SCRIPT = """uprobe:{binary}:"main.hello" {{
  $request = {request};
  $url = *(uint64 *)($request + 16);
  printf("%s %s\\n", str(*(uint64 *)$request, *(uint64 *)($request + 8)),
         str(*(uint64 *)($url + 56), *(uint64 *)($url + 64)));
}}"""


class Bpftrace(Process):
    """The experiment with bpftrace in 2020: prints method and path of each call of one handler."""

    def __init__(self, scope, server, cpu=TRACER_CPU):
        request = IN_REGISTER if server.uses_registers else ON_STACK
        script = SEED_SCRIPT.format(binary=server.binary, request=request)
        super().__init__(scope, ["bpftrace", "-p", server.pid, "-e", script], cpu=cpu)
        self.wait_until(lambda: self._has_answered(server), "a line of output")

    def _has_answered(self, server):
        get(server.url)
        return b"GET /" in self.stdout_path.read_bytes()

    def seen(self):
        return count_lines(self.stdout_path, b"GET /items/7\n")


class Delve(Process):
    """`dlv trace --ebpf`: prints each call and return of one handler, by uprobes on its entry and its `ret` instructions."""

    SUITE = "sid"  # the eBPF programs of Debian's older versions are refused by Linux 6.18

    def __init__(self, scope, server):
        super().__init__(scope, [daemon("delve", self.SUITE), "trace", "--ebpf", "--check-go-version=false", "-p", server.pid,
                                 "-e", server.binary, "main.hello"], cpu=TRACER_CPU)
        self.wait_until(lambda: self._has_answered(server), "a line of output")

    @classmethod
    def fits(cls, server):
        """It reads parameters from registers only."""
        return server.uses_registers

    def _has_answered(self, server):
        get(server.url)
        return self.seen() > 0

    def seen(self):
        """Its lines are on standard error."""
        return count_lines(self.stderr_path, b"main.hello(")


def count_lines(path, mark):
    """Counts `mark`, which is a line or its beginning, in a file."""
    count, rest = 0, b""
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            chunk = rest + chunk
            count += chunk.count(mark)
            rest = chunk[-(len(mark) - 1):]
    return count
