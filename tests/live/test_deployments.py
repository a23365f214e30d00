#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Files are replaced, overwritten, renamed and deleted, and services are restarted: no request is missing or wrong."""

import contextlib
import os
import pathlib
import subprocess
import time

from account import counters, deploy
from client import get
from fleet import Clients, Service, check_exact, wait_told
from harness import Skip, be_alone, check, check_equal, main, releases, wait_until
from namespaces import CAN_MOUNT, MOUNTS, can
from servers import build
from test_discovery import look_out, own, wait_traced

ROLLING = 20
HELD_UP = 15  # seconds; the kernel breaks a lease after 45
VARIANTS = ("stripped", "pie", "plain")


def finish(tracer, clients, services):
    answers = wait_told(tracer.stdout.all, clients, services)
    tracer.interrupt()
    check_exact(tracer.stdout.all(), answers)
    return answers


def check_each_answered(answers, pids):
    for pid in pids:
        check(answers.paths[pid], f"process {pid} answered nothing")


# --- changes of the file ---


def deploy_and_restart(scope, release, put):
    service = Service(scope, release)
    tracer = look_out(scope, "--binary", service.exe)
    clients = Clients(scope, service.start())
    service.ask()
    for variant in VARIANTS:
        put(tracer, service, variant)
        service.ask()
    answers = finish(tracer, [clients], [service])
    check_equal(len(service.pids), 1 + len(VARIANTS), "processes")
    check_each_answered(answers, service.pids)
    attached = [event["pid"] for event in tracer.events() if event["type"] == "attach"]
    check_equal(attached, service.pids, "who was traced")


def test_replaced(scope, release):
    """a new file with another build replaces the old one under load, then the service is restarted: no request is
    missing"""
    def put(tracer, service, variant):
        deploy(tracer, service, variant)
        service.restart()

    deploy_and_restart(scope, release, put)


def overwrite(service, variant):
    """Writes other content into the same inode and restores its times, so that the change is hard to notice."""
    before = service.exe.stat()
    with service.exe.open("r+b") as file:
        file.write(build("service", service.release, variant).read_bytes())
        file.truncate()
    os.utime(service.exe, ns=(before.st_atime_ns, before.st_mtime_ns))
    check_equal(service.exe.stat().st_ino, before.st_ino, "the inode")


def test_overwritten(scope, release):
    """a stopped service's file is overwritten in place under load, and the service started: no request is missing"""
    def put(tracer, service, variant):
        before = counters(tracer)["inspections"]
        service.stop()
        overwrite(service, variant)
        wait_until(lambda: counters(tracer)["inspections"] > before, "what was overwritten is inspected")
        service.start()

    deploy_and_restart(scope, release, put)


def test_overwritten_at_once(scope, release):
    """overwriting and restarting without a pause: the new content is soon traced, and the writer is never delayed"""
    service = Service(scope, release)
    tracer = look_out(scope, "--binary", service.exe)
    for variant in (*VARIANTS, *VARIANTS):
        service.start()
        wait_traced(tracer, service.pid)
        get(("127.0.0.1", service.port), f"/{service.pid}")
        service.stop()
        begin = time.monotonic()
        overwrite(service, variant)
        check(time.monotonic() - begin < HELD_UP, "who writes is held up")
    service.start()
    wait_traced(tracer, service.pid)
    get(("127.0.0.1", service.port), f"/{service.pid}")
    tracer.wait_types(len(service.pids), "request")
    tracer.interrupt()
    for event in tracer.events():
        check(event["type"] != "request" or event["path"] == f"/{event['pid']}", f"what is {event}?")


def test_same_size(scope, release):
    """a file is overwritten with the same size and modification time: each process is traced correctly"""
    service = Service(scope, release, variant="pie")
    size = service.exe.stat().st_size
    other = build("service", release, "stripped").read_bytes()
    check(len(other) <= size, "the other is larger")
    tracer = look_out(scope, "--all")
    for content in (None, other.ljust(size, b"\0")):
        if content:
            before = service.exe.stat()
            with service.exe.open("r+b") as file:
                file.write(content)
            os.utime(service.exe, ns=(before.st_atime_ns, before.st_mtime_ns))
            check_equal(service.exe.stat().st_size, size, "the size")
        service.start()
        wait_traced(tracer, service.pid)
        get(("127.0.0.1", service.port), f"/{service.pid}")
        service.stop()
    tracer.interrupt()
    paths = [event["path"] for event in own(tracer, service.pids) if event["type"] == "request"]
    check_equal(paths, [f"/{pid}" for pid in service.pids], "paths")


def start_busy(scope, release):
    """A service that the tool traces because of --all, and its clients."""
    service = Service(scope, release)
    tracer = look_out(scope, "--all")
    service.start()
    wait_traced(tracer, service.pid)
    clients = Clients(scope, service)
    service.ask()
    return service, tracer, clients


def test_renamed(scope, release):
    """--all and a file that is renamed and restarted under its new name: no request is missing, and each name is
    right"""
    service, tracer, clients = start_busy(scope, release)
    for name in ("renamed", "again"):
        service.exe = service.exe.rename(service.exe.with_name(name))
        service.restart()
        service.ask()
        # The tool looks up the name of the file when it attaches: wait for this before the next rename.
        tracer.stdout.wait(lambda lines: any(b'"attach"' in line and f'"pid":{service.pid},'.encode() in line
                                             for line in lines), "it is not attached to")
    answers = finish(tracer, [clients], [service])
    check_each_answered(answers, service.pids)
    named = [pathlib.Path(event["exe"]).name for event in own(tracer, service.pids) if event["type"] == "attach"]
    check_equal(named, ["service", "renamed", "again"], "names")


def holds_open(pid, path):
    for name in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):  # the descriptor was closed in the meantime
            if os.readlink(f"/proc/{pid}/fd/{name}").startswith(str(path)):
                return True
    return False


def test_deleted(scope, release):
    """a file that is deleted while it runs: its requests are reported, and after its end the tool closes the file"""
    service, tracer, clients = start_busy(scope, release)
    service.exe.unlink()
    for _ in range(10):
        service.ask()
    answers = wait_told(tracer.stdout.all, [clients], [service])
    service.stop()
    tracer.stdout.wait(lambda lines: any(b'"detach"' in line and f'"pid":{service.pid},'.encode() in line
                                         for line in lines), "its end is not reported")
    wait_until(lambda: not holds_open(tracer.process.pid, service.exe), "the deleted file is closed")
    tracer.interrupt()
    check_exact(tracer.stdout.all(), answers)


# --- many processes, and files that are easily confused ---


def test_rolling(scope, release):
    """a rolling restart of 20 processes to a new version of their file, under load: no request is missing"""
    first = Service(scope, release)
    services = [first, *(first.twin() for _ in range(ROLLING - 1))]
    for service in services:
        service.start()
    tracer = look_out(scope, "--binary", first.exe)
    clients = [Clients(scope, service, count=1, pause="5ms") for service in services]
    deploy(tracer, first, "stripped")
    for service in services:
        service.ask()
        service.restart()
        service.ask()
    answers = finish(tracer, clients, services)
    pids = [pid for service in services for pid in service.pids]
    check_equal(len(pids), 2 * ROLLING, "processes")
    check_each_answered(answers, pids)
    attached = [event["pid"] for event in tracer.events() if event["type"] == "attach"]
    # A process of the old file is traced only because it ran before the file was replaced.
    check_equal(sorted(attached), sorted(pids), "who was traced")
    print(f"{answers.count} requests", flush=True)


ON_TWO_TMPFS = """
for one in "$1/a" "$1/b"; do mkdir "$one"; mount -t tmpfs tmpfs "$one"; done
cp "$2" "$1/a/service"; cp "$3" "$1/b/service"
exec sleep 1000
"""


def test_equal_inodes(scope, release):
    """different files with the same inode number on two file systems: each is traced correctly"""
    if not can(*CAN_MOUNT):
        raise Skip("no mount namespaces here")
    plain, stripped = build("service", release), build("service", release, "stripped")
    holder = subprocess.Popen([*MOUNTS, "sh", "-ec", ON_TWO_TMPFS, "sh", scope.folder, plain, stripped],
                              stdin=subprocess.DEVNULL)
    scope.callback(holder.wait)
    scope.callback(holder.kill)
    inside = pathlib.Path(f"/proc/{holder.pid}/root{scope.folder}")
    wait_until(lambda: pathlib.Path(f"/proc/{holder.pid}/comm").read_text() == "sleep\n", "the file systems are made")
    files = [inside / name / "service" for name in ("a", "b")]
    (a, b) = (file.stat() for file in files)
    check(a.st_ino == b.st_ino and a.st_dev != b.st_dev, f"they are not alike: {a}, {b}")
    tracer = look_out(scope, "--all")
    pids = []
    for file in (*files, *files):
        service = Service(scope, release).start(exe=file)
        wait_traced(tracer, service.pid)
        get(("127.0.0.1", service.port), f"/{service.pid}")
        pids.append(service.pid)
        service.stop()
    tracer.interrupt()
    requests = [(event["pid"], event["path"]) for event in own(tracer, pids) if event["type"] == "request"]
    check_equal(requests, [(pid, f"/{pid}") for pid in pids], "requests")


if __name__ == "__main__":
    be_alone()
    main([(test, release) for release in releases()
          for test in (test_replaced, test_overwritten, test_overwritten_at_once, test_same_size, test_renamed,
                       test_deleted, test_rolling, test_equal_inodes)])
