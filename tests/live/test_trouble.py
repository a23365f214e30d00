#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Troubles of real hosts: killed tools and targets, exhausted limits and closed terminals."""

import json
import os
import re
import resource
import signal
import time

from account import counters
from client import get
from fleet import Clients, Service, check_exact, finish_all, wait_told
from harness import be_alone, check, check_equal, main, releases, wait_until
from load import Load
from memory import changed_bytes
from readers import Reader
from servers import Server
from test_discovery import wait_traced
from tracer import Tracer

NEWEST = releases()[-1]
KILLS = 10
LIFES = 20
MANY = 24


def ping(service):
    return get(("127.0.0.1", service.port), "/ping")


# --- killed processes ---


def test_kill_tool(scope, release):
    """the tool killed under load and started again, ten times: no request fails, no probe stays, the last run is
    complete"""
    server = Server(scope, release)
    load = Load(scope, server, clients=2)
    path = scope.folder / "socket"
    for turn in range(KILLS):
        tracer = Tracer(scope, *(("--binary", server.exe) if turn % 2 else ("--pid", server.pid)), "--json",
                        "--socket", path).wait_attached()
        load.wait_answered(20)
        tracer.process.kill()
        tracer.process.wait()
        wait_until(lambda: changed_bytes(server) == 0, "the breakpoints are gone")
        load.wait_answered(5)
    load.stop()
    load.check_unbroken()
    tracer = Tracer(scope, "--binary", server.exe, "--json", "--socket", path).wait_attached()
    for number in range(23):
        get(server.addresses["http"], f"/ping?{number}")
    tracer.wait_types(23, "request")
    tracer.interrupt()
    check_equal([event.get("query") for event in tracer.events() if event["type"] == "request"],
                [str(number) for number in range(23)], "requests of the last run")


def test_kill_targets(scope, release):
    """targets killed in a loop under load: all answered requests are reported, and the tool keeps no descriptors"""
    service = Service(scope, release)
    tracer = Tracer(scope, "--binary", service.exe, "--json", "-v").wait_looking_out()
    clients = Clients(scope, service)
    for turn in range(LIFES):
        service.start()
        if turn == 2:
            before = len(os.listdir(f"/proc/{tracer.process.pid}/fd"))
        time.sleep(0.03)
        service.stop(signal.SIGKILL)
    service.start()
    time.sleep(0.03)
    answers = wait_told(tracer.stdout.all, [clients])
    wait_until(lambda: len(os.listdir(f"/proc/{tracer.process.pid}/fd")) <= before + 1, "descriptors are as before")
    tracer.interrupt()
    check_exact(tracer.stdout.all(), answers)
    outcomes = {event["outcome"] for event in tracer.events() if event["type"] == "request"}
    check(outcomes <= {"ok", "exited"}, f"outcomes {outcomes}")
    print(f"{answers.count} requests of {LIFES + 1} processes", flush=True)


# --- limits ---


def limit(number, value):
    """Command words that run another command under a limit that it cannot raise, because it lacks CAP_SYS_RESOURCE."""
    return ("prlimit", f"--{number}={value}:{value}", "setpriv", "--bounding-set=-sys_resource", "--inh-caps=-sys_resource")


def test_files_raised(scope):
    """a low soft limit of open files: raised to the hard limit"""
    service = Service(scope, NEWEST).start()
    tracer = Tracer(scope, "--pid", service.pid, "--json", wrapper=("prlimit", "--nofile=64:512")).wait_attached()
    check_equal(resource.prlimit(tracer.process.pid, resource.RLIMIT_NOFILE), (512, 512), "soft and hard limit")
    tracer.interrupt()


def test_no_files(scope):
    """a low hard limit of open files: one clear error, others are traced, and skipped processes are traced when
    possible"""
    first = Service(scope, NEWEST)
    services = [first, *(first.twin() for _ in range(MANY - 1))]
    for service in services:
        service.start()
    tracer = Tracer(scope, "--binary", first.exe, "--json", "-v", wrapper=limit("nofile", 32)).wait_looking_out()
    text = tracer.stderr.text().decode()
    said = [line for line in text.splitlines() if "Too many open files" in line]
    check_equal(len(said), 1, f"lines about it; it says {text!r}")
    check(re.match(r"gohttpsnoop: pid \d+.*: .*Too many open files", said[0]), said[0])
    # Diagnostics are written at once, but events only by the tool's event loop: wait for the attach events.
    count = text.count(": traced: ")
    check(0 < count < MANY, f"{count} are traced; it says {text!r}")
    traced = {event["pid"] for event in tracer.wait_types(count, "attach")}
    for service in services:
        ping(service)
    tracer.wait_types(len(traced), "request")
    passed_over = [service for service in services if service.pid not in traced]
    for service in services:
        if service.pid in traced:
            service.stop()
    wait_until(lambda: {service.pid for service in passed_over} & {event["pid"] for event in tracer.events()},
               "one that was passed over is traced")
    tracer.interrupt()
    print(f"{len(traced)} of {MANY} with 32 open files", flush=True)


def test_no_memlock(scope):
    """no locked memory allowed: the tool does not need it"""
    service = Service(scope, NEWEST).start()
    tracer = Tracer(scope, "--pid", service.pid, "--json", "--count", 1, wrapper=limit("memlock", 0)).wait_attached()
    ping(service)
    tracer.wait_end()


def test_overflow(scope):
    """a ring that is too small, and services that start meanwhile: all are traced, and requests = events + lost"""
    service = Service(scope, NEWEST)
    tracer = Tracer(scope, "--binary", service.exe, "--json", "-v", ring=4096).wait_looking_out()
    clients = [Clients(scope, service, count=8, pause="0")]
    for _ in range(5):
        service.start()
        wait_traced(tracer, service.pid)
        time.sleep(0.2)
        service.stop()
    answers = finish_all(clients)
    tracer.interrupt()
    told = [json.loads(line) for line in tracer.stdout.all()]
    requests = sum(event["type"] == "request" for event in told)
    lost = sum(event.get("count", 0) for event in told)
    print(f"{answers.count} answered, {requests} reported, {lost} lost", flush=True)
    check(lost > 0, "nothing was lost")
    check(requests > 0, "everything was lost, nothing is reported")
    # Requests in flight at the end of a service were handled, but not answered.
    check(answers.count <= requests + lost <= answers.count + 5 * 8, "requests = events + lost")
    check(answers.paths.keys() <= {event["pid"] for event in told if event["type"] == "attach"}, "who was traced")


# --- signals ---


def test_hangup(scope):
    """SIGHUP without a file to reopen, as when the terminal closes: the tool ends with the summary and removes the
    socket"""
    service = Service(scope, NEWEST).start()
    path = scope.folder / "socket"
    # The tests may run under nohup, too.
    tracer = Tracer(scope, "--pid", service.pid, "--socket", path, wrapper=("env", "--default-signal=HUP")).wait_attached()
    tracer.interrupt(signal.SIGHUP)
    check(tracer.stderr.text().rstrip().endswith(b"0 events, 0 lost, 1 target"), tracer.stderr.text().decode())
    check(not path.exists(), "the socket is still there")


def test_no_hangup(scope):
    """SIGHUP under nohup, or with a FIFO as output: the tool goes on"""
    service = Service(scope, NEWEST).start()
    fifo = scope.folder / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    scope.callback(os.close, reader)
    for arguments, wrapper in ((("--json",), ("sh", "-c", 'trap "" HUP; exec "$@"', "sh")), (("--json", "-o", fifo), ())):
        tracer = Tracer(scope, "--pid", service.pid, *arguments, wrapper=wrapper).wait_attached()
        tracer.process.send_signal(signal.SIGHUP)
        ping(service)
        tracer.wait_types(1, "request")
        tracer.interrupt()


def test_counters(scope):
    """SIGUSR1: prints targets, probes, events, lost and readers on stderr, also with --quiet"""
    service = Service(scope, NEWEST).start()
    path = scope.folder / "socket"
    tracer = Tracer(scope, "--binary", service.exe, "--socket", path, "--json", "--quiet").wait_attached()
    readers = [Reader(scope, path) for _ in range(3)]
    for reader in readers:
        reader.wait_lines(1)
    for _ in range(7):
        ping(service)
    tracer.wait_types(7, "request")
    told = counters(tracer)
    check(told.pop("probes") >= 2, "probes")
    check_equal(told, {"targets": 1, "files with probes": 1, "binaries known": 1, "inspections": 1, "open requests": 0,
                       "events": 7, "lost": 0, "readers": 3, "lost by readers": 0}, "counters")
    service.restart()
    tracer.wait_types(2, "attach")
    check_equal(counters(tracer)["inspections"], 1, "inspections after a restart")
    tracer.interrupt()


if __name__ == "__main__":
    be_alone()
    main([*((test, release) for release in releases() for test in (test_kill_tool, test_kill_targets)),
          test_files_raised, test_no_files, test_no_memlock, test_overflow, test_hangup, test_no_hangup, test_counters])
