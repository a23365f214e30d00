#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""--connect: lines for programs that listen, also while these end and start again."""

import json
import signal
import time

from client import get
from harness import PATIENCE, check, check_equal, main, releases, wait_until
from listeners import Listener
from load import Flood, flood
from servers import Server
from tracer import Tracer, run

REQUESTS = 40_005
RESTARTS = 5
NEWEST = releases()[-1]
LARGE = 64 << 20  # bytes; more than all lines of a test


class Service:
    """A server, and a tool that sends its events to listeners."""

    def __init__(self, scope, addresses, *arguments):
        self.server = Server(scope, NEWEST)
        words = [word for address in addresses for word in ("--connect", address)]
        self.tracer = Tracer(scope, "--pid", self.server.pid, *words, *arguments)
        self.tracer.wait_attached()

    def ping(self, query=""):
        get(self.server.addresses["http"], f"/ping{query}")


def test_hello(scope, way):
    """a listener: gets hello, then what was queued before, then the events; stdout stays empty"""
    listener = Listener(scope, way)
    service = Service(scope, [listener.address])
    listener.wait_connections(1)
    service.ping()
    wait_until(lambda: len(listener.lines()) >= 3, "three lines have come")
    service.tracer.interrupt()
    listener.wait_ended()
    check_equal([json.loads(line)["type"] for line in listener.lines()], ["hello", "attach", "request"], "types")
    check_equal(service.tracer.stdout.text(), b"", "stdout")
    service.tracer.wait_said(b": connected")


def test_restarts(scope, way):
    """a listener that is ended and started again under load: received and lost requests add up"""
    listener = Listener(scope, way)
    service = Service(scope, [listener.address], "--reader-buffer", LARGE)
    listener.wait_connections(1)
    for count in range(1, RESTARTS + 1):
        load = Flood(scope, service.server, REQUESTS // RESTARTS)
        time.sleep(0.1)
        listener.end()
        time.sleep(0.1)
        listener.start()
        load.wait()
        listener.wait_connections(count + 1)
    service.tracer.interrupt()
    listener.wait_ended()
    total = listener.sum()
    print(f"{way}: {len(listener.connections)} connections, {total.requests} requests, lost {dict(total.lost)}", flush=True)
    check_equal((total.requests, total.all), (REQUESTS, REQUESTS), "requests, and with what was lost")
    check_equal(len(set(listener.lines())), len(listener.lines()), "different lines")


def test_small_buffer(scope, way):
    """a buffer that is too small while the listener is away: the lost requests are counted, once"""
    listener = Listener(scope, way)
    service = Service(scope, [listener.address], "--reader-buffer", 65536)
    listener.wait_connections(1)
    listener.end()
    flood(scope, service.server, REQUESTS)
    listener.start()
    listener.wait_connections(2)
    wait_until(lambda: b'"where":"listener"' in listener.connections[-1].data, "the loss is told")
    flood(scope, service.server, 101)
    service.tracer.interrupt()
    listener.wait_ended()
    total = listener.sum()
    print(f"{way}: {total.requests} requests, lost {dict(total.lost)}", flush=True)
    check(total.lost["listener"] > 0, "nothing was lost")
    check_equal(total.all, REQUESTS + 101, "requests and lost")


def test_two(scope):
    """two listeners, one of which reads nothing: the other one gets all lines"""
    first, second = Listener(scope, "tcp"), Listener(scope, "unix", "second", held=True)
    service = Service(scope, [first.address, second.address], "--reader-buffer", 1 << 20)
    first.wait_connections(1)
    second.wait_connections(1)
    flood(scope, service.server, REQUESTS)
    wait_until(lambda: first.sum().requests >= REQUESTS, "the first has all requests")
    begin = time.monotonic()
    service.tracer.interrupt()
    spent = time.monotonic() - begin
    check(4 < spent < 15, f"the tool gave the second one {spent:.1f} s")
    first.wait_ended()
    check_equal(first.sum().all, REQUESTS, "requests of the first")
    service.tracer.wait_said(b"events lost: ")


def test_late(scope, way):
    """a listener that comes later gets everything; the failure is told once, and what is queued at the end is sent"""
    listener = Listener(scope, way)
    listener.stop_listening()
    service = Service(scope, [listener.address])
    service.ping("?n=1")
    service.tracer.wait_said(b"cannot be connected: ")
    time.sleep(1)
    listener.start()
    service.ping("?n=2")
    service.tracer.wait_said(b": connected")
    service.tracer.interrupt()
    listener.wait_ended()
    check_equal((len(listener.connections), listener.sum().all), (1, 2), "connections and requests")
    told = [line for line in service.tracer.stderr.all() if b"cannot be connected" in line]
    check_equal(len(told), 1, f"messages in {told!r}")


def test_end_without_connection(scope):
    """nobody listens at the end: a last try, then exit status 1 and the number of lost events"""
    listener = Listener(scope, "tcp")
    service = Service(scope, [listener.address])
    listener.wait_connections(1)
    listener.end()
    service.tracer.wait_said(b"the listener closed the connection")
    for _ in range(7):
        service.ping()
    service.tracer.interrupt(status=1)
    service.tracer.wait_said(b": 7 events lost: cannot be connected: Connection refused")


def test_several_failures(scope):
    """several outputs that fail: each is told, with its own reason; the exit status is 1"""
    service = Service(scope, [f"unix:{scope.folder}/nobody", "tcp:127.0.0.1:1"], "--output", "/dev/full")
    service.ping()
    service.tracer.wait_said(b"/dev/full: cannot be written")
    service.tracer.interrupt(status=1)
    service.tracer.wait_said(b"nobody: 1 event lost: cannot be connected: No such file or directory")
    service.tracer.wait_said(b"tcp:127.0.0.1:1: 1 event lost: cannot be connected: Connection refused")
    service.tracer.wait_said(b"/dev/full: 1 lines lost: the file cannot be written: No space left on device")


def test_origin_and_names(scope):
    """--node, --label and --format otel: in each line that a listener gets, with filters and lines that wait for a request, too"""
    listener = Listener(scope, "unix")
    service = Service(scope, [listener.address], "--node=web1", "--label", "env=prod", "--format", "otel",
                      "--where", "labels.env == 'prod' and query != 'no'")
    service.ping("?yes")
    service.ping("?no")
    service.tracer.interrupt()
    listener.wait_ended()
    lines = [json.loads(line) for line in listener.lines()]
    check_equal([line["event_name"] for line in lines],
                ["gohttpsnoop.hello", "gohttpsnoop.attach", "gohttpsnoop.request"], "events")
    check_equal({(line["host.name"], line["env"]) for line in lines}, {("web1", "prod")}, "origins")
    check_equal(lines[2]["url.query"], "yes", "query of the request that is shown")


def test_last_try(scope):
    """a listener that is there again at the end gets what was queued, though no try was due"""
    listener = Listener(scope, "unix")
    listener.stop_listening()
    service = Service(scope, [listener.address])
    service.tracer.wait_said(b"cannot be connected: No such file")
    service.ping()
    time.sleep(4)  # the pauses between tries are seconds now
    listener.start()
    service.tracer.interrupt()
    listener.wait_ended()
    check_equal(listener.sum().all, 1, "requests")


def test_abrupt(scope, way):
    """a listener that vanishes without reading: the next connection begins with hello and with a whole line"""
    listener = Listener(scope, way, held=True)
    service = Service(scope, [listener.address], "--reader-buffer", LARGE)
    listener.wait_connections(1)
    flood(scope, service.server, REQUESTS)
    listener.held = False
    listener.connections[0].socket.close()
    listener.wait_connections(2)
    service.ping("?last")
    wait_until(lambda: b"last" in listener.connections[1].data[-4096:], "the last request has come")
    service.tracer.interrupt()
    check(listener.connections[1].ended.wait(PATIENCE), "the connection does not end")
    lines = listener.connections[1].lines()
    types = [json.loads(line)["type"] for line in lines]
    check_equal((types[0], types.count("hello")), ("hello", 1), "hello")
    check(types.count("request") > 1, "nothing of what was queued has come")
    print(f"{way}: {REQUESTS + 1 - types.count('request')} requests vanished with the listener", flush=True)


def test_stopped_tool(scope):
    """SIGTERM while nobody reads: the tool ends after its five seconds, or at once after a second signal"""
    listener = Listener(scope, "unix", held=True)
    service = Service(scope, [listener.address])
    listener.wait_connections(1)
    flood(scope, service.server, REQUESTS)
    service.tracer.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    begin = time.monotonic()
    service.tracer.interrupt(signal.SIGTERM)
    check(time.monotonic() - begin < 3, "the second signal does not end the tool")


def test_wrong_arguments(scope):
    """wrong addresses: exit status 2, and a message that says what is expected"""
    for address, expected in (("", "unix:PATH or tcp:HOST:PORT is expected"),
                              ("localhost:9000", "unix:PATH or tcp:HOST:PORT is expected"),
                              ("unix:", "a path is expected behind unix:"),
                              ("unix:/" + "x" * 107, "at most 107 bytes"),
                              ("tcp:", "a host and a port are expected"),
                              ("tcp:localhost", "a host and a port are expected"),
                              ("tcp::9000", "a host and a port are expected"),
                              ("tcp:[::1]", "a host and a port are expected"),
                              ("tcp:[::1:9000", "a host and a port are expected"),
                              ("tcp:::1:9000", "a host and a port are expected"),
                              ("tcp:fe80::1:9000", "needs brackets"),
                              ("tcp:localhost:", "a port from 1 to 65535"),
                              ("tcp:localhost:0", "a port from 1 to 65535"),
                              ("tcp:localhost:65536", "a port from 1 to 65535"),
                              ("tcp:localhost:http", "a port from 1 to 65535")):
        status, stdout, stderr = run("--all", "--connect", address)
        check_equal((status, stdout), (2, b""), f"status and stdout of {address!r}")
        check(expected.encode() in stderr and b"--connect" in stderr, f"{address!r}: {stderr!r}")


if __name__ == "__main__":
    main([*((test, way) for test in (test_hello, test_restarts) for way in ("unix", "tcp", "tcp6")),
          *((test, way) for test in (test_small_buffer, test_late, test_abrupt) for way in ("unix", "tcp")),
          test_two, test_end_without_connection, test_several_failures, test_origin_and_names, test_last_try, test_stopped_tool, test_wrong_arguments])
