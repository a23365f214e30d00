#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Services of five Go releases under load, restarted and redeployed, and three readers. GOHTTPSNOOP_FULL=1: runs for
minutes."""

import json
import os
import time

import rights
from account import counters, deploy
from fleet import Clients, Service, check_exact, finish_all, wait_all_told
from harness import be_alone, check, check_equal, main, wait_until
from readers import Reader, add_up
from tracer import Tracer

FULL = os.environ.get("GOHTTPSNOOP_FULL") == "1"
RELEASES = ("1.15", "1.19", "1.22", "1.24", "1.27")
TWINS = ("1.19", "1.27")  # releases with two processes of one binary
ROUNDS = 20 if FULL else 2
VARIANTS = ("stripped", "plain", "pie")
PAUSE = "4ms"  # of each client between requests; shorter ones leave a busy machine no time to read
BUFFER = 4 << 20  # holds some seconds of lines, which a reader that waits for a CPU may fall behind


def start_services(scope):
    services = []
    for release in RELEASES:
        service = Service(scope, release, name=f"service-{release}")
        services.append(service.start())
        if release in TWINS:
            services.append(service.twin().start())
    return services


def change(tracer, services, turn):
    """Restarts each service, one after the other; every other turn deploys a new file first."""
    for service in services:
        service.ask()
        if turn % 2 == 0:
            deploy(tracer, service, VARIANTS[turn // 2 % len(VARIANTS)])
        service.restart()
        service.ask()


def lost_anywhere(lines):
    return [json.loads(line) for line in lines if line.startswith(b'{"type":"lost"')]


def check_fleet(scope, **how):
    services = start_services(scope)
    path = scope.folder / "open" / "socket"
    path.parent.mkdir()
    path.parent.chmod(0o777)
    tracer = Tracer(scope, "--all", "--socket", path, "--reader-buffer", BUFFER, **how)
    tracer.wait_attached(len(services))
    readers = [Reader(scope, path) for _ in range(2)]
    stopped = Reader(scope, path, held=True)
    for reader in readers:
        reader.wait_lines(1)
    before = counters(tracer)["inspections"]
    clients = [Clients(scope, service, pause=PAUSE) for service in services]
    wait_until(lambda: counters(tracer)["inspections"] > before, "the clients, Go programs, too, are inspected")
    begin = time.monotonic()
    for turn in range(ROUNDS):
        change(tracer, services, turn)
    wait_until(lambda: len(readers[0].data) > 1.5 * BUFFER, "the stopped reader must have lost lines")
    seconds = time.monotonic() - begin
    answers = finish_all(clients, services)
    for reader in readers:
        wait_all_told(reader.lines, answers)
    stopped.let_go()
    stopped.wait(lambda data: b'"where":"reader"' in data, "is not told what it lost")
    tracer.interrupt()
    for reader in (*readers, stopped):
        reader.wait_end()
    check_readers(readers, stopped, answers, [pid for service in services for pid in service.pids])
    print(f"{len(services)} services, {sum(len(service.pids) for service in services)} processes, {answers.count} requests "
          f"answered in {seconds:.0f} s; the stopped reader has {add_up(stopped.lines()).requests} of them", flush=True)


def check_readers(readers, stopped, answers, pids):
    for pid in pids:
        check(answers.paths[pid], f"process {pid} answered nothing")
    told = 0
    for reader in readers:
        check_equal(lost_anywhere(reader.lines()), [], "lost lines of a reader that reads")
        told = check_exact(reader.lines(), answers)
    part = add_up(stopped.lines())
    check(part.lost["reader"] > 0, "the stopped reader lost nothing")
    check_equal(part.all, told, "requests and lost of the stopped reader")


def test_root(scope):
    """tool run by root: readers receive every request, and a stopped reader is told how many it lost"""
    check_fleet(scope)


def test_ordinary_user(scope):
    """tool run by an ordinary user with file capabilities, services of root: same results"""
    check_fleet(scope, path=rights.capable_tool(scope, *rights.ALL), wrapper=rights.as_user())


if __name__ == "__main__":
    be_alone()
    main([test_root, test_ordinary_user])
