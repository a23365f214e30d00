#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Standard output and --output: slow and disconnected readers, rotated files and full disks."""

import contextlib
import fcntl
import json
import os
import pathlib
import signal
import stat
import threading
import time

from client import get
from harness import PATIENCE, check, check_equal, main, releases, wait_until
from load import flood
from memory import changed_bytes
from readers import add_up
from namespaces import CAN_MOUNT, possible
from servers import Server
from tracer import Tracer, run

REQUESTS = 60_013
FEW = 4_001  # fits into the tool's buffer, but not into a pipe
GIVEN_UP = 5  # seconds that the tool waits for its readers at the end
NEWEST = releases()[-1]


class Pipe:
    """Standard output whose reader reads only on request."""

    def __init__(self, scope):
        reading, self.writing = os.pipe()
        self.file = os.fdopen(reading, "rb")
        scope.callback(self.file.close)
        self.data = b""
        self.thread = threading.Thread(target=self._read, daemon=True)

    def start(self, scope, *arguments):
        """Starts the tool with the pipe as its output."""
        tracer = Tracer(scope, *arguments, stdout=self.writing)
        flags = fcntl.fcntl(self.writing, fcntl.F_GETFL)
        tracer.wait_attached()
        check_equal(fcntl.fcntl(self.writing, fcntl.F_GETFL), flags, "flags of a descriptor that others share")
        os.close(self.writing)
        return tracer

    def _read(self):
        self.data = self.file.read()

    def read(self):
        """Reads to the end, in the background."""
        self.thread.start()

    def lines(self):
        self.thread.join()
        check(self.data.endswith(b"\n"), "the last line is not whole")
        return self.data.split(b"\n")[:-1]


# --- standard output ------------------------------------------------------------------


def test_slow_reader(scope):
    """a reader that does not read during a flood: the ring is still read, and lost lines are counted and reported"""
    server = Server(scope, NEWEST)
    pipe = Pipe(scope)
    tracer = pipe.start(scope, "--pid", server.pid, "--json", "--reader-buffer", 1 << 20)
    flood(scope, server, REQUESTS)
    pipe.read()
    tracer.interrupt()
    result = add_up(pipe.lines())
    print(f"{result.requests} requests, lost {dict(result.lost)}", flush=True)
    check(result.lost["reader"] > 0, "nothing was lost")
    check_equal(result.all, REQUESTS, "requests and lost")
    check(any(b" lines lost: the reader of the output " in line for line in tracer.stderr.all()), "stderr does not say it")


def test_patient_reader(scope, arguments):
    """a reader that begins to read only after SIGINT: receives every line that fit into the buffer"""
    server = Server(scope, NEWEST)
    pipe = Pipe(scope)
    tracer = pipe.start(scope, "--pid", server.pid, *arguments.split())
    flood(scope, server, FEW)
    threading.Timer(1, pipe.read).start()
    tracer.interrupt()
    time.sleep(0.1)
    lines = pipe.lines()
    check_equal(sum(b"/ping" in line for line in lines), FEW, "requests")
    check(not any(b" lost: the reader" in line for line in tracer.stderr.all()), "stderr tells of losses")


def test_who_never_reads(scope):
    """a reader that never reads: the tool ends after some seconds, at once on a second SIGINT, and reports the loss"""
    server = Server(scope, NEWEST)
    for hurry in (False, True):
        pipe = Pipe(scope)
        tracer = pipe.start(scope, "--pid", server.pid, "--json")
        flood(scope, server, FEW)
        begin = time.monotonic()
        tracer.process.send_signal(signal.SIGINT)
        if hurry:
            # The tool waits for the reader only after it has removed its probes.
            wait_until(lambda: changed_bytes(server) == 0, "the breakpoints are gone")
            time.sleep(0.5)
            tracer.process.send_signal(signal.SIGINT)
        tracer.wait_end()
        seconds = time.monotonic() - begin
        # The clock of the tool's loop may lag by one step.
        least, most = (0, GIVEN_UP) if hurry else (GIVEN_UP - 0.5, PATIENCE / 2)
        check(least <= seconds < most, f"the end took {seconds:.1f} s")
        check(any(b" lines lost: the reader of the output " in line for line in tracer.stderr.all()), "stderr does not say it")


def test_gone_while_waiting(scope):
    """a reader that disconnects while lines wait for it: the tool ends with status 0 and without another request"""
    server = Server(scope, NEWEST)
    pipe = Pipe(scope)
    tracer = pipe.start(scope, "--pid", server.pid, "--json")
    flood(scope, server, FEW)
    pipe.file.close()
    tracer.wait_end()
    tracer.check_quiet()


# --- files ----------------------------------------------------------------------------


def start(scope, server, path, *arguments, wrapper=()):
    tracer = Tracer(scope, "--pid", server.pid, "--output", path, *arguments, wrapper=wrapper)
    return tracer.wait_attached()


def file_lines(path):
    data = path.read_bytes()
    check(data.endswith(b"\n"), "the last line is not whole")
    return data.split(b"\n")[:-1]


def test_file(scope):
    """--output: appends to the file, created with the rights that umask permits; nothing on stdout"""
    server = Server(scope, NEWEST)
    path = scope.folder / "events"
    for _ in range(2):
        tracer = start(scope, server, path, wrapper=("sh", "-c", 'umask 027; exec "$@"', "sh"))
        get(server.addresses["http"], "/ping")
        tracer.interrupt()
        check_equal(tracer.stdout.text(), b"", "stdout")
        check_equal(stat.S_IMODE(path.stat().st_mode), 0o640, "mode")
    check_equal([kind for line in file_lines(path) for kind in add_up([line]).types], ["attach", "request"] * 2, "lines")


def test_file_and_stdout(scope):
    """--output and --json: the same lines in both"""
    server = Server(scope, NEWEST)
    path = scope.folder / "events"
    tracer = start(scope, server, path, "--json")
    get(server.addresses["http"], "/ping")
    tracer.interrupt()
    check_equal(file_lines(path), tracer.stdout.all(), "lines")
    check_equal(len(file_lines(path)), 2, "lines")
    tracer = Tracer(scope, "--pid", server.pid, "--output", "-", "--count", 1)
    tracer.stdout.wait(lambda lines: lines, "has no line")
    get(server.addresses["http"], "/ping")
    tracer.wait_end()
    check_equal([event["type"] for event in tracer.events()], ["attach", "request"], "lines with --output -")


def test_rotation(scope):
    """renaming the file and SIGHUP under load: the tool goes on in a new file, and no line is cut, lost or
    duplicated"""
    server = Server(scope, NEWEST)
    path = scope.folder / "events"
    tracer = start(scope, server, path)
    rotated = []
    thread = threading.Thread(target=flood, args=(scope, server, REQUESTS))
    thread.start()
    while thread.is_alive():
        rotated.append(path.rename(scope.folder / f"events.{len(rotated)}"))
        tracer.process.send_signal(signal.SIGHUP)
        wait_until(path.exists, "the file is made anew")
        time.sleep(0.05)
    thread.join()
    tracer.interrupt()
    lines = [line for file in (*rotated, path) if file.stat().st_size for line in file_lines(file)]
    print(f"{len(rotated)} rotations", flush=True)
    check(len(rotated) > 1, "too few rotations")
    check_equal((add_up(lines).requests, add_up(lines).all), (REQUESTS, REQUESTS), "requests, and with lost")


def files_of(path):
    """The file and the renamed ones, the oldest first."""
    return [*sorted(path.parent.glob(path.name + ".*"), key=lambda file: -int(file.suffix[1:])), path]


def test_rotation_by_size(scope):
    """--output-size under load: no line is cut, lost or duplicated, each file begins with hello, and none is larger"""
    server = Server(scope, NEWEST)
    path = scope.folder / "events"
    tracer = start(scope, server, path, "--output-size", "256K", "--output-files", 500)
    flood(scope, server, REQUESTS)
    tracer.interrupt()
    files = files_of(path)
    lines = [line for file in files for line in file_lines(file)]
    total = add_up(lines)
    print(f"{len(files)} files", flush=True)
    check(len(files) > 50, "too few files")
    check_equal([file.stat().st_size for file in files if file.stat().st_size > 256 << 10], [], "sizes above the limit")
    check_equal((total.requests, total.all), (REQUESTS, REQUESTS), "requests, and with lost")
    check_equal(len(set(lines)), len(lines), "different lines")
    hellos = [json.loads(file_lines(file)[0]) for file in files]
    check_equal({event["type"] for event in hellos}, {"hello"}, "first lines")
    check_equal({event["targets"][0]["pid"] for event in hellos[1:]}, {server.pid}, "targets")
    check_equal(total.types["hello"], len(files), "hello lines")


def test_kept_files(scope):
    """--output-files: only so many old files are kept, and an existing large file is renamed before it grows"""
    server = Server(scope, NEWEST)
    path = scope.folder / "events"
    path.write_bytes(b"x" * 300_000 + b"\n")
    tracer = start(scope, server, path, "--output-size", "256K", "--output-files", 2)
    get(server.addresses["http"], "/ping")
    wait_until(lambda: b"request" in path.read_bytes(), "the request is there")
    check_equal(files_of(path)[0].stat().st_size, 300_001, "size of the old file")
    flood(scope, server, FEW)
    tracer.interrupt()
    check_equal([file.name for file in files_of(path)], ["events.2", "events.1", "events"], "files")


def test_rotation_that_fails(scope):
    """a file that cannot be renamed: this is told, it grows, and no line is lost"""
    server = Server(scope, NEWEST)
    path = scope.folder / "events"
    (scope.folder / "events.1" / "full").mkdir(parents=True)
    tracer = start(scope, server, path, "--output-size", "256K", "--output-files", 1)
    flood(scope, server, FEW)
    tracer.interrupt()
    lines = file_lines(path)
    check_equal(add_up(lines).all, FEW, "requests")
    told = [line for line in tracer.stderr.all() if b"cannot be rotated, so it grows: Is a directory" in line]
    check(1 <= len(told) <= path.stat().st_size // (256 << 10) + 1, f"{len(told)} messages")


def test_rotation_of_other_files(scope):
    """--output-size with what is no regular file: refused"""
    for path in ("/dev/full", "/dev/null"):
        status, _, stderr = run("--all", "--output", path, "--output-size", "1M")
        check_equal(status, 1, f"status with {path}")
        check(b"not a regular file" in stderr and path.encode() in stderr, f"{stderr!r}")


def test_lost_directory(scope):
    """SIGHUP when the file cannot be opened again: reported, and the tool keeps the old file"""
    server = Server(scope, NEWEST)
    folder = scope.folder / "logs"
    folder.mkdir()
    tracer = start(scope, server, folder / "events")
    folder.rename(scope.folder / "gone")
    tracer.process.send_signal(signal.SIGHUP)
    tracer.stderr.wait(lambda lines: any(b"cannot be reopened" in line for line in lines), "does not say it")
    get(server.addresses["http"], "/ping")
    tracer.interrupt()
    check_equal(len(file_lines(scope.folder / "gone/events")), 2, "lines")


class SmallDisk:
    """A small file system for the tool, in a private mount namespace."""

    def __init__(self, scope, size):
        self.folder = scope.folder / "disk"
        self.folder.mkdir()
        mount = f'mount -t tmpfs -o size={size},mode=755 none {self.folder} && touch {self.folder}/events && exec "$@"'
        self.wrapper = ("unshare", "--mount", "sh", "-c", mount, "sh")

    def seen(self, tracer):
        """The path of the folder through the tool's mount namespace."""
        return pathlib.Path(f"/proc/{tracer.process.pid}/root{self.folder}")


def test_full_disk(scope):
    """a full disk: reported on stderr, lines wait and then are lost; with space again the loss is in the file; no
    line is cut"""
    server = Server(scope, NEWEST)
    disk = SmallDisk(scope, "24m")
    tracer = start(scope, server, disk.folder / "events", "--reader-buffer", 1 << 20, wrapper=disk.wrapper)
    folder = disk.seen(tracer)
    ballast = os.open(folder / "ballast", os.O_WRONLY | os.O_CREAT)
    with contextlib.suppress(OSError):
        os.posix_fallocate(ballast, 0, 23 << 20)
    flood(scope, server, REQUESTS // 2)
    tracer.stderr.wait(lambda lines: any(b"No space left on device" in line for line in lines), "does not say it")
    os.ftruncate(ballast, 0)
    os.close(ballast)
    tracer.stderr.wait(lambda lines: any(b"can be written again" in line for line in lines), "does not say it")
    flood(scope, server, REQUESTS // 2)

    def whole_lines():
        return (folder / "events").read_bytes().split(b"\n")[:-1]

    wait_until(lambda: add_up(whole_lines()).all >= REQUESTS // 2 * 2, "everything is reported")
    result = add_up(file_lines(folder / "events"))
    tracer.interrupt()
    print(f"{result.requests} requests, lost {dict(result.lost)}", flush=True)
    check(result.lost["file"] > 0, "nothing was lost")
    check_equal(result.all, REQUESTS // 2 * 2, "requests and lost")


def test_full_to_the_end(scope):
    """a disk that stays full: status 1, and the number of lost lines"""
    server = Server(scope, NEWEST)
    tracer = Tracer(scope, "--pid", server.pid, "--output", "/dev/full").wait_attached()
    for _ in range(3):
        get(server.addresses["http"], "/ping")
    tracer.stderr.wait(lambda lines: any(b"/dev/full: cannot be written" in line for line in lines), "does not say it")
    time.sleep(0.1)
    tracer.interrupt(status=1)
    check(tracer.stderr.all()[-1].startswith(b"gohttpsnoop: /dev/full: 3 lines lost: "), f"{tracer.stderr.all()[-1]!r}")


def test_what_cannot_be_opened(scope):
    """a file that cannot be opened: reported, status 1"""
    server = Server(scope, NEWEST)
    os.mkfifo(scope.folder / "fifo")
    for path, reason in ((scope.folder, "Is a directory"), (scope.folder / "absent/events", "No such file"),
                         (scope.folder / "fifo", "No such device")):
        status, stdout, stderr = run("--pid", str(server.pid), "--output", str(path))
        check_equal((status, stdout), (1, b""), "status and stdout")
        check(stderr.startswith(f"gohttpsnoop: {path}: ".encode()) and reason.encode() in stderr, f"{stderr!r}")


def test_fifo(scope):
    """--output to a FIFO with a reader: lines are written, and the tool ends when the reader disconnects"""
    server = Server(scope, NEWEST)
    path = scope.folder / "fifo"
    os.mkfifo(path)
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as reader:
        tracer = start(scope, server, path)
        get(server.addresses["http"], "/ping")
        data = b""

        def has_two_lines():
            nonlocal data
            data += reader.read() or b""
            return data.count(b"\n") == 2

        wait_until(has_two_lines, "there are two lines")
    get(server.addresses["http"], "/ping")
    tracer.wait_end()


if __name__ == "__main__":
    main([test_slow_reader, (test_patient_reader, "--json"), (test_patient_reader, ""), test_who_never_reads,
          test_gone_while_waiting, test_file, test_file_and_stdout, test_rotation, test_rotation_by_size, test_kept_files, test_rotation_that_fails,
          test_rotation_of_other_files, test_lost_directory,
          *possible((test_full_disk,), CAN_MOUNT, "mount namespaces"),
          test_full_to_the_end, test_what_cannot_be_opened, test_fifo])
