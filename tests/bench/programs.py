# SPDX-License-Identifier: MIT
"""The Go programs that are measured, and the places of probes in them."""

import hashlib
import json
import os
import pathlib
import re
import struct
import subprocess
import sys

from processes import BenchError, Process

BENCH = pathlib.Path(__file__).resolve().parent
ROOT = BENCH.parents[1]
sys.path.append(str(ROOT / "tests/live"))

from servers import cache_folder, compile_program, library, release_number, toolchain  # noqa: E402 (it lives beside the live tests)

SERVER_CPU, CLIENT_CPU = 0, 1
# Shares the client's CPU where there are two.
TRACER_CPU = min(2, os.cpu_count() - 1)

# The driver that a program needs, of the Debian suite of each release of Go.
SQLITE = "golang-github-mattn-go-sqlite3-dev"
SUITES = {"1.19": "bookworm", "1.24": "trixie"}

SERVE_HTTP = "net/http.serverHandler.ServeHTTP"
FINISH_REQUEST = "net/http.(*response).finishRequest"


def build(program, release, gopath="", environment=()):
    """Builds tests/bench/go/PROGRAM.go with a Go release, and with libraries from GOPATH; returns the file in the cache."""
    source = BENCH / "go" / f"{program}.go"
    identity = hashlib.sha256(source.read_bytes() + (toolchain(release) / "VERSION").read_bytes())
    output = cache_folder() / "bench" / f"{program}-{release}-{identity.hexdigest()[:16]}"
    if not output.exists():
        output.parent.mkdir(parents=True, exist_ok=True)
        compile_program(source, release, (), output, gopath, environment)
    return output


def daemon(package, suite):
    """The path of a Go program as Debian ships it."""
    done = subprocess.run([ROOT / "tests/daemon", package, suite], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"{package} cannot be had: {done.stderr.strip()}")
    return pathlib.Path(done.stdout.strip())


class Program:
    """A running program, on its own CPU."""

    def __init__(self, scope, program, release, binary=None):
        self.release = release
        self.uses_registers = release_number(release) >= (1, 17)  # whether arguments are passed in registers
        self.binary = binary or build(program, release)
        self.process = Process(scope, [self.binary], cpu=SERVER_CPU, environment={"GOMAXPROCS": "1"}, name=program)
        self.pid = self.process.pid


class HelloServer(Program):
    """`binary`, if given, is a copy of the program: another file for the tracer."""

    def __init__(self, scope, release, binary=None):
        super().__init__(scope, "hello", release, binary)
        address = json.loads(self.process.wait_output(b"\n"))["http"]
        self.url = f"http://{address}/items/7?page=2&sort=name"


class OrderServer(Program):
    """A server that takes about a millisecond a request; it needs cgo and Debian's driver for SQLite."""

    def __init__(self, scope, release):
        if release not in SUITES:
            raise BenchError(f"the driver for SQLite is had for Go {', '.join(SUITES)}, not {release}")
        gopath = library(SUITES[release], SQLITE)
        super().__init__(scope, "orders", release, build("orders", release, str(gopath), ("CGO_ENABLED=1",)))
        address = json.loads(self.process.wait_output(b"\n"))["http"]
        self.url = f"http://{address}/orders"


class Spinner(Program):
    def __init__(self, scope, release):
        super().__init__(scope, "spin", release)
        self.results = 0

    def spin(self, windows):
        """Makes calls in a loop; returns nanoseconds per call: {"best", "median", "calls"}."""
        self.process.say(str(windows))
        self.results += 1
        return json.loads(self.process.wait_output(b"\n", self.results).splitlines()[-1])


# --- places of probes -----------------------------------------------------------------

def file_offset(binary, address):
    """The file offset of an address in an ELF file that is not position-independent."""
    data = binary.read_bytes()
    start, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    for i in range(count):
        kind, _flags, offset, virtual, _physical, length = struct.unpack_from("<IIQQQQ", data, start + i * size)
        if kind == 1 and virtual <= address < virtual + length:
            return address - virtual + offset
    raise BenchError(f"{binary}: no segment holds address {address:#x}")


def instructions(binary, release, function):
    """The instructions of a function: pairs of the file offset and the words of `go tool objdump`, from the mnemonic on."""
    command = [toolchain(release) / "bin/go", "tool", "objdump", "-s", f"^{re.escape(function)}$", binary]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    code = [line.split()[1:] for line in listing.splitlines()[1:] if line.strip()]
    if not code:
        raise BenchError(f"{binary} has no function {function}")
    return [(file_offset(binary, int(words[0], 16)), words[2:]) for words in code]


def entry_and_returns(binary, release, function):
    """The file offsets of a function's first instruction and of its `ret` instructions."""
    code = instructions(binary, release, function)
    return [code[0][0], *(offset for offset, words in code if words[0] == "RET")]
