# SPDX-License-Identifier: MIT
"""Services that are restarted and redeployed under load, and a record of which process answered which request."""

import collections
import json
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import time

import events
from client import get
from harness import PATIENCE, Failure, check, check_equal, releases
from lines import Lines
from servers import build, release_number


PORTS = iter(random.sample(range(10240, 32000), 5000))


def free_port():
    """Returns each port only once, and none in the range of ephemeral client ports."""
    for port in PORTS:
        try:
            socket.create_server(("127.0.0.1", port)).close()
            return port
        except OSError:
            pass
    raise Failure("no port is free")


def place(binary, path):
    """Replaces the file at `path` atomically, as a deployment does: the new file has another inode."""
    part = path.with_name(f".{path.name}.new")
    shutil.copy(binary, part)
    part.replace(path)


class Service:
    """An address, and the processes that serve it one after the other."""

    def __init__(self, scope, release, name="service", variant="plain", folder=None, wrapper=()):
        self.scope, self.release, self.wrapper = scope, release, wrapper
        self.folder = pathlib.Path(folder or scope.folder / f"{len(list(scope.folder.iterdir()))}")
        self.folder.mkdir(exist_ok=True)
        self.exe = self.folder / name
        self.port = free_port()
        self.pids = []
        self.asked = Answers()
        self.process = None
        self.deploy(variant)

    def deploy(self, variant):
        place(build("service", self.release, variant), self.exe)

    def twin(self):
        """A service at another address that runs the same file."""
        twin = object.__new__(Service)
        twin.__dict__.update(self.__dict__, port=free_port(), pids=[], asked=Answers(), process=None)
        return twin

    def start(self, listening=True, exe=None):
        self.process = subprocess.Popen([*self.wrapper, exe or self.exe, f"127.0.0.1:{self.port}"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        lines = Lines(self.process.stdout, f"{self.exe.name} {self.release}")
        self.pids.append(self.process.pid)
        self.scope.callback(self.kill, self.process)
        if listening:
            lines.wait(lambda found: found, "does not listen")
        return self

    @property
    def pid(self):
        return self.pids[-1]

    def ask(self):
        """Sends one request from the test itself: on a busy machine the clients may not reach a process before it is
        stopped."""
        path = f"/asked/{self.port}/{len(self.asked.paths[self.pid])}"
        get(("127.0.0.1", self.port), path)
        self.asked.paths[self.pid].add(path)

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.exe.name} {self.release} did not end on signal {number}") from None

    def restart(self):
        self.stop()
        return self.start()

    @staticmethod
    def kill(process):
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdin.close()


class Clients:
    """Clients that keep one service busy through its restarts: they connect again as soon as it listens."""

    def __init__(self, scope, service, count=2, pause="1ms"):
        program = build("clients", max(releases(), key=release_number))
        self.process = subprocess.Popen([program, "-c", str(count), "-pause", pause, f"127.0.0.1:{service.port}"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        scope.callback(self.process.kill)

    def finish(self):
        """Stops the clients; returns what each process answered, as Answers."""
        text, _ = self.process.communicate(timeout=2 * PATIENCE)
        check_equal(self.process.returncode, 0, "exit status of the clients")
        return Answers(json.loads(line) for line in text.splitlines())


class Answers:
    """The paths that each process answered, by PID. Each path is requested only once."""

    def __init__(self, spans=()):
        self.paths = collections.defaultdict(set)
        for pid, client, first, last in spans:
            self.paths[pid].update(f"/{client}/{number}" for number in range(first, last + 1))

    def add(self, other):
        for pid, paths in other.paths.items():
            check(not self.paths[pid] & paths, f"two services answered as process {pid}")
            self.paths[pid] |= paths
        return self

    @property
    def count(self):
        return sum(map(len, self.paths.values()))


def requests_of(lines):
    """How often each path was reported, by PID."""
    told = collections.defaultdict(collections.Counter)
    for line in lines:
        if line.startswith(b'{"type":"request",'):
            event = events.parse(line)
            told[event["pid"]][event["path"]] += 1
    return told


def check_exact(lines, answers):
    """Checks that each answered request was reported exactly once. Returns the number of reported requests. A
    request without an answer, because the service was stopped, may have been handled; it may be reported once."""
    told = requests_of(lines)
    for pid, answered in answers.paths.items():
        missing = answered - set(told[pid])
        check(not missing, f"of {len(answered)} requests that process {pid} answered {len(missing)} are missing: "
              f"{sorted(missing)[:5]}")
        twice = [path for path, times in told[pid].items() if times > 1]
        check(not twice, f"process {pid}: reported more than once: {twice[:5]}")
    return sum(sum(told[pid].values()) for pid in answers.paths)


def finish_all(clients, services=()):
    """Stops the clients; returns what they and the tests themselves were answered, as Answers."""
    answers = Answers()
    for one in clients:
        answers.add(one.finish())
    for service in services:
        answers.add(service.asked)
    return answers


def is_told(lines, answers):
    told = requests_of(lines)
    return all(path in told[pid] for pid, paths in answers.paths.items() for path in paths)


def wait_told(read_lines, clients, services=(), limit=PATIENCE):
    """Stops the clients and waits until all answered requests are reported."""
    answers = finish_all(clients, services)
    wait_all_told(read_lines, answers, limit)
    return answers


def wait_all_told(read_lines, answers, limit=PATIENCE):
    """Waits until all answered requests are reported. Does not fail at the time limit: check_exact() then says which
    requests are missing."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        lines = read_lines()
        # Parsing all lines is slow: count them first.
        if events.count_requests(lines) >= answers.count and is_told(lines, answers):
            break
        time.sleep(0.02)
