#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""--socket: any number of readers, none of which can harm another reader or the tool."""

import os
import resource
import signal
import socket
import stat
import sys
import threading
import time

import events
from account import counters, cpu_seconds, holdings
from client import get
from harness import PATIENCE, check, check_equal, is_sanitized, main, releases, wait_until
from load import Flood, flood
from readers import Reader, add_up, connect
from servers import Server
from tracer import Tracer, run

REQUESTS = 60_013
STEPS, STEP = 13, 4_001  # about 1.3 MB
CONNECTS = 10_000
LITTLE = 30  # number of small reads by the slow reader
NEWEST = releases()[-1]


class Service:
    """A server, and a tool that writes its events to a socket."""

    def __init__(self, scope, *arguments, wrapper=(), socket_name="socket", server=None):
        self.scope = scope
        self.server = server or Server(scope, NEWEST)
        self.path = scope.folder / socket_name
        self.tracer = Tracer(scope, "--pid", self.server.pid, "--socket", self.path, *arguments, wrapper=wrapper)
        self.tracer.wait_attached()

    @property
    def pid(self):
        return self.tracer.process.pid

    def reader(self, **how):
        return Reader(self.scope, self.path, **how)

    def ping(self):
        get(self.server.addresses["http"], "/ping")

    def descriptors(self):
        return holdings(self.pid).descriptors

    def memory(self):
        """The resident memory in bytes."""
        return holdings(self.pid).resident << 10


def flood_in_steps(scope, server, readers, steps, count):
    """Sends the requests in steps that fit into a reader's buffer, so that no reader loses lines, even on a busy
    machine."""
    for step in range(steps):
        flood(scope, server, count)
        for reader in readers:
            reader.wait_lines(1 + (step + 1) * count)


# --- what readers receive -------------------------------------------------------------


def test_hello(scope):
    """a new reader: receives hello with the targets, then the events from then on; stdout stays empty"""
    service = Service(scope)
    before = service.reader()
    service.ping()
    before.wait_lines(2)
    begin = time.time()
    reader = service.reader()
    reader.wait_lines(1)
    service.ping()
    reader.wait_lines(2)
    service.server.signal(signal.SIGTERM)
    service.tracer.wait_end()
    reader.wait_end()
    hello, request, detach = reader.events()
    when = events.time_between(begin, time.time())
    target = events.target_event("attach", service.server, when)
    (told,) = hello.pop("targets")
    events.compare(told, {key: target[key] for key in ("pid", "comm", "exe", "go", "abi")})
    version = run("--version")[1].decode().split()[1]
    events.compare(hello, {"type": "hello", "time": when, "version": version, "schema": 2})
    check_equal((request["type"], request["path"], detach["type"]), ("request", "/ping", "detach"), "what follows")
    check_equal(service.tracer.stdout.text(), b"", "stdout")


def test_three_readers(scope):
    """three readers: two receive all lines, and a third one that does not read is told how many it lost"""
    service = Service(scope)
    two = [service.reader() for _ in range(2)]
    third = service.reader(held=True)
    flood_in_steps(scope, service.server, two, STEPS, STEP)
    third.let_go()
    third.wait(lambda data: b'"where":"reader"' in data, "is not told")
    service.tracer.interrupt()
    for reader in (*two, third):
        reader.wait_end()
    check_equal(two[0].lines()[1:], two[1].lines()[1:], "lines of the two")
    whole, part = add_up(two[0].lines()), add_up(third.lines())
    print(f"third reader: {part.requests} requests, lost {dict(part.lost)}", flush=True)
    check_equal((whole.requests, whole.all), (STEPS * STEP, STEPS * STEP), "requests, and with what was lost, of the two")
    check(part.lost["reader"] > 0, "the third lost nothing")
    check_equal(part.all, STEPS * STEP, "requests and lost of the third")
    check(set(third.lines()) - set(two[0].lines()) <= {line for line in third.lines()
                                                      if line.startswith((b'{"type":"hello"', b'{"type":"lost"'))},
          "the third has lines that the others have not")


def test_small_buffer(scope):
    """--reader-buffer 65536 and a reader that reads rarely: received and lost requests add up"""
    service = Service(scope, "--reader-buffer", 65536)
    connection = connect(service.path)
    scope.callback(connection.close)
    storm = Flood(scope, service.server, REQUESTS)
    data, lost = bytearray(), 0

    def has_lost_more():
        return counters(service.tracer)["lost by readers"] > lost

    for _ in range(LITTLE):
        wait_until(lambda: storm.process.poll() is not None or has_lost_more(), "the reader loses lines")
        if storm.process.poll() is not None:
            break
        lost = counters(service.tracer)["lost by readers"]
        data += connection.recv(30_000)
    storm.wait()
    threading.Timer(0.3, service.tracer.process.send_signal, (signal.SIGINT,)).start()
    while part := connection.recv(1 << 20):
        data += part
    service.tracer.wait_end()
    check(data.endswith(b"\n"), "the last line is not whole")
    result = add_up(bytes(data).split(b"\n")[:-1])
    print(f"{result.requests} requests, lost {dict(result.lost)} in {result.types['lost']} lines", flush=True)
    check(result.types["lost"] > 1, "lost lines")
    check_equal(result.all, REQUESTS, "requests and lost")


def test_half_closed(scope):
    """a reader that sends data and half-closes its connection: still receives events"""
    service = Service(scope)
    reader = service.reader()
    reader.connection.sendall(b"GET / HTTP/1.1\r\n\r\n" * 100)
    reader.connection.shutdown(socket.SHUT_WR)
    reader.wait_lines(1)
    service.ping()
    reader.wait_lines(2)
    service.tracer.interrupt()
    reader.wait_end()  # an orderly end of the connection, not a reset


# --- readers that could do harm -------------------------------------------------------


def connect_and_vanish(path, turn):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(str(path))
    if turn % 4 == 1:
        connection.send(b"x" * 1000)
    elif turn % 4 == 2:
        connection.shutdown(socket.SHUT_WR)
    elif turn % 4 == 3:
        connection.recv(100)
    connection.close()


def test_vanishing(scope):
    """10,000 readers that connect and disconnect in different ways: the tool keeps no descriptors or memory of them"""
    service = Service(scope)
    steady = service.reader()
    steady.wait_lines(1)
    descriptors, memory = service.descriptors(), service.memory()
    begin = time.monotonic()
    for turn in range(CONNECTS):
        connect_and_vanish(service.path, turn)
    seconds = time.monotonic() - begin
    wait_until(lambda: service.descriptors() == descriptors, "descriptors are as before")
    grown = service.memory() - memory
    print(f"{CONNECTS} in {seconds:.1f} s, {grown} bytes more", flush=True)
    check(seconds < PATIENCE, f"it took {seconds:.1f} s")
    check(grown < (32 if is_sanitized() else 4) << 20, f"memory grew by {grown} bytes")
    service.ping()
    steady.wait_lines(2)
    service.tracer.interrupt()


def test_never_reading(scope):
    """five readers that never read: memory is limited, and a sixth reader receives everything"""
    service = Service(scope)
    reader = service.reader()
    for _ in range(5):
        service.reader(held=True)
    reader.wait_lines(1)
    memory = service.memory()
    flood_in_steps(scope, service.server, [reader], STEPS, STEP)
    grown = service.memory() - memory
    print(f"{grown} bytes more", flush=True)
    # One copy of the lines for all five readers, and memory that the allocator and the joiner keep.
    check(grown < (48 if is_sanitized() else 9) << 20, f"memory grew by {grown} bytes")
    check_equal(add_up(reader.lines()).requests, STEPS * STEP, "requests")
    begin = time.monotonic()
    service.tracer.interrupt()
    check(time.monotonic() - begin < PATIENCE / 2, "it waits too long for who does not read")


def test_flooding(scope):
    """a reader that sends data without end: has to wait, is still served, and costs no CPU time"""
    service = Service(scope)
    connection = connect(service.path)
    scope.callback(connection.close)
    connection.setblocking(False)
    sent = 0
    try:
        while sent < 1 << 26:
            sent += connection.send(bytes(65536))
    except BlockingIOError:
        pass
    check(sent < 1 << 24, f"{sent} bytes were taken")
    before = cpu_seconds(service.pid)
    time.sleep(0.5)
    check(cpu_seconds(service.pid) - before < 0.2, "the tool is busy with it")
    connection.settimeout(PATIENCE)
    check(connection.recv(100).startswith(b'{"type":"hello"'), "no hello")
    service.tracer.interrupt()


def test_no_descriptors(scope):
    """no descriptors left: connected readers are served, others wait without CPU use until descriptors are free"""
    service = Service(scope)
    first = service.reader()
    first.wait_lines(1)
    most = service.descriptors() + 4
    resource.prlimit(service.pid, resource.RLIMIT_NOFILE, (most, most))
    others = [connect(service.path) for _ in range(20)]
    before = cpu_seconds(service.pid)
    time.sleep(1)
    check(cpu_seconds(service.pid) - before < 0.3, "the tool is busy with who waits")
    service.ping()
    first.wait_lines(2)
    for other in others[:-1]:
        other.close()
    last = others[-1]
    scope.callback(last.close)
    check(last.recv(100).startswith(b'{"type":"hello"'), "the last has no hello")
    service.tracer.interrupt()


# --- the file -------------------------------------------------------------------------


def mode_of(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


def test_rights(scope):
    """mode of the socket: 0600 whatever the umask, or as --socket-mode and --socket-group say; removed at the end"""
    server = Server(scope, NEWEST)
    for mask in ("000", "077"):
        for arguments, mode, group in (((), 0o600, os.getgid()), (("--socket-mode", "0666"), 0o666, os.getgid()),
                                       (("--socket-mode", "660", "--socket-group", "65534"), 0o660, 65534),
                                       (("--socket-group", "nogroup"), 0o600, 65534)):
            service = Service(scope, *arguments, wrapper=("sh", "-c", f'umask {mask}; exec "$@"', "sh"), server=server)
            status = os.lstat(service.path)
            check_equal((stat.S_ISSOCK(status.st_mode), mode_of(service.path), status.st_gid), (True, mode, group),
                        f"socket, mode and group with {arguments} and umask {mask}")
            service.tracer.interrupt()
            check(not service.path.exists(), "the socket is still there")


def test_never_wider(scope):
    """the socket file: has the requested mode from its first moment"""
    server = Server(scope, NEWEST)
    path = scope.folder / "socket"
    seen, stop = set(), threading.Event()

    def watch():
        while not stop.is_set():
            try:
                seen.add(mode_of(path))
            except FileNotFoundError:
                pass

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        for _ in range(5):
            service = Service(scope, wrapper=("sh", "-c", 'umask 0; exec "$@"', "sh"), server=server)
            service.tracer.interrupt()
    finally:
        stop.set()
        watcher.join()
    check_equal(seen, {0o600}, "modes that were seen")


def test_stale(scope):
    """the socket of a killed tool: replaced"""
    service = Service(scope)
    service.tracer.kill()
    check(stat.S_ISSOCK(os.lstat(service.path).st_mode), "no socket was left")
    again = Service(scope, server=service.server)
    again.reader().wait_lines(1)
    again.tracer.interrupt()


def refusal(server, path, *arguments):
    status, stdout, stderr = run("--pid", str(server.pid), "--socket", str(path), *arguments)
    text = events.decode_text(stderr, "stderr")
    check_equal((status, stdout, text.count("\n")), (1, b"", 1), f"status, stdout and lines; it says {text!r}")
    return text


def test_live(scope):
    """a socket that another process listens on: refused, and its owner is not disturbed"""
    service = Service(scope)
    reader = service.reader()
    text = refusal(service.server, service.path)
    check(text.startswith(f"gohttpsnoop: {service.path}: ") and "listens" in text, text)
    service.ping()
    reader.wait_lines(2)
    other = scope.folder / "datagrams"
    datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    scope.callback(datagrams.close)
    datagrams.bind(str(other))
    check("listens" in refusal(service.server, other), "datagrams")
    check(other.exists() and service.path.exists(), "a socket of somebody else is gone")
    service.tracer.interrupt()


def test_other_files(scope):
    """another kind of file, or an impossible path: refused, and the file is unchanged"""
    server = Server(scope, NEWEST)
    (scope.folder / "file").write_text("precious")
    (scope.folder / "folder").mkdir()
    (scope.folder / "link").symlink_to(scope.folder / "nowhere")
    os.mkfifo(scope.folder / "fifo")
    for name in ("file", "folder", "link", "fifo"):
        path = scope.folder / name
        before = os.lstat(path)
        check("is not a socket" in refusal(server, path), name)
        check_equal(os.lstat(path).st_ino, before.st_ino, name)
    check_equal((scope.folder / "file").read_text(), "precious", "the file")
    check("No such file or directory" in refusal(server, scope.folder / "absent" / "socket"), "no such directory")
    check("at most 107" in refusal(server, scope.folder / ("x" * 107)), "a path too long")
    check("no group" in refusal(server, scope.folder / "socket", "--socket-group", "no-such-group"), "no such group")
    check("systemd" in refusal(server, "systemd:"), "no systemd")


def test_somebody_elses(scope):
    """a file that replaced the tool's socket: not removed at the end"""
    service = Service(scope)
    service.path.unlink()
    service.path.write_text("mine")
    service.tracer.interrupt()
    check_equal(service.path.read_text(), "mine", "the file")


# Does what systemd does: passes the socket as descriptor 3, with environment variables that describe it.
ACTIVATE = """
import os, socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="events")
os.execv(sys.argv[2], sys.argv[2:])
"""


def test_activation(scope):
    """a socket passed by systemd, named systemd: or by its path: used, and never removed"""
    server = Server(scope, NEWEST)
    for turn, name in enumerate(("systemd:", None)):
        path = scope.folder / f"passed{turn}"
        tracer = Tracer(scope, "--pid", server.pid, "--socket", name or path,
                        wrapper=(sys.executable, "-c", ACTIVATE, path)).wait_attached()
        reader = Reader(scope, path)
        reader.wait_lines(1)
        get(server.addresses["http"], "/ping")
        reader.wait_lines(2)
        tracer.interrupt()
        check(stat.S_ISSOCK(os.lstat(path).st_mode), "the socket was removed")


if __name__ == "__main__":
    main([test_hello, test_three_readers, test_small_buffer, test_half_closed, test_vanishing, test_never_reading,
          test_flooding, test_no_descriptors, test_rights, test_never_wider, test_stale, test_live, test_other_files,
          test_somebody_elses, test_activation])
