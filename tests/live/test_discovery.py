#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Processes are found by file, name, port or --all when they start; no request is missing, from the first on."""

import collections
import contextlib
import datetime
import pathlib
import shutil
import signal
import subprocess
import time

from account import waited_for_core
from client import get
from fleet import Clients, Service, check_exact, wait_told
from harness import be_alone, check, check_equal, is_sanitized, main, releases, require_command, wait_until
from servers import build
from tracer import Tracer

STARTS = 13
# Seconds from when a process listens until the tool attaches to it. The limit applies to the faster quarter, because CI
# machines stall now and then. Time in which other processes kept the tool from running is not counted.
SOON = 0.5 if is_sanitized() else 0.1
SLOW_CALL = 0.004


def seconds_of(event):
    return datetime.datetime.fromisoformat(event["time"][:26] + "+00:00").timestamp()


def look_out(scope, *arguments):
    return Tracer(scope, *arguments, "--json", "-v").wait_looking_out()


def own(tracer, pids):
    """The events of these processes: --all may trace processes of others, too."""
    return [event for event in tracer.events() if event.get("pid") in pids]  # lost events have no PID


def wait_traced(tracer, pid, count=1):
    """Waits until `count` attach events of the process were written; returns the last of them."""
    mark = f'"pid":{pid},'.encode()
    tracer.stdout.wait(lambda lines: sum(b'"attach"' in line and mark in line for line in lines) >= count,
                       f"process {pid} is not traced")
    return [event for event in own(tracer, [pid]) if event["type"] == "attach"][-1]


# --- processes that start while the tool runs ---


def settle(tracer, service):
    """Waits until the tool knows the file: the first process of an unknown file is traced only some time after its
    start."""
    service.start()
    wait_traced(tracer, service.pid)
    service.stop()


def check_starts(scope, service, *arguments, known=False):
    """Restarts a service under load many times: each time it is attached to soon, and no request is missing."""
    tracer = look_out(scope, *arguments)
    if not known:
        settle(tracer, service)
    clients = Clients(scope, service)
    listening = {}
    for _ in range(STARTS):
        waited = waited_for_core(tracer.process.pid)
        service.start()
        listening[service.pid] = time.time()
        service.ask()
        time.sleep(0.02)
        listening[service.pid] += waited_for_core(tracer.process.pid) - waited
        service.stop()
    answers = wait_told(tracer.stdout.all, [clients], [service])
    tracer.interrupt()
    check(answers.count > 2 * STARTS, f"the clients got only {answers.count - STARTS} answers")
    check_exact(tracer.stdout.all(), answers)
    attached = {event["pid"]: seconds_of(event) for event in own(tracer, listening) if event["type"] == "attach"}
    took = sorted(attached[pid] - begin for pid, begin in listening.items())
    print(f"{answers.count} requests; from listening to the attach line {1e3 * took[len(took) // 2]:.1f} ms, "
          f"at most {1e3 * took[-1]:.1f}", flush=True)
    check(took[len(took) // 4] < SOON, f"it took {took}")


def test_binary(scope, release):
    """--binary and a file that is started later, many times: no request is missing, from the first process on"""
    service = Service(scope, release)
    check_starts(scope, service, "--binary", service.exe, known=True)


def test_name(scope, release):
    """--name GLOB: once the file is known, no request is missing"""
    check_starts(scope, Service(scope, release, name="shop-front"), "--name", "shop-fr*")


def test_port(scope, release):
    """--port: once the file is known, no request is missing from the moment the process listens"""
    service = Service(scope, release)
    check_starts(scope, service, "--port", service.port)


def test_all(scope, release):
    """--all: once the file is known, no request is missing"""
    check_starts(scope, Service(scope, release), "--all")


def test_first_contact(scope, release):
    """--all and an unknown file: its first process is soon attached to, and then traced"""
    tracer = look_out(scope, "--all")
    took, pids = [], set()
    for _ in range(5):
        service = Service(scope, release)
        waited = waited_for_core(tracer.process.pid)
        pids.add(service.start().pid)
        begin = time.time()
        attached = seconds_of(wait_traced(tracer, service.pid))
        took.append(attached - begin - (waited_for_core(tracer.process.pid) - waited))
        get(("127.0.0.1", service.port), "/ping")
        service.stop()
    tracer.interrupt()
    took.sort()
    print(f"from listening to the attach line {', '.join(f'{1e3 * one:.1f}' for one in took)} ms", flush=True)
    check_equal(sum(event["type"] == "request" for event in own(tracer, pids)), 5, "requests")
    check(took[1] < SOON, f"it took {took}")


def test_late_look(scope, release):
    """--port: the tool inspects a process only when the process already listens and is busy; no request is missing"""
    service = Service(scope, release)
    tracer = look_out(scope, "--port", service.port, "--name", "nobody-has-this-name")
    settle(tracer, service)
    clients = Clients(scope, service, count=8, pause="100us")
    for _ in range(STARTS):
        tracer.process.send_signal(signal.SIGSTOP)
        service.start()
        time.sleep(0.02)
        tracer.process.send_signal(signal.SIGCONT)
        mark = f"pid {service.pid} ".encode()
        tracer.stderr.wait(lambda lines: any(mark in line for line in lines), f"process {service.pid} is not traced")
        time.sleep(0.02)
        service.stop()
    answers = wait_told(tracer.stdout.all, [clients])
    tracer.interrupt()
    check_exact(tracer.stdout.all(), answers)


def test_listens_later(scope, release):
    """--port: a process that already runs and begins to listen on the port is traced"""
    service = Service(scope, release, wrapper=("sh", "-c", 'read line; exec "$@"', "sh"))
    service.start(listening=False)
    tracer = look_out(scope, "--port", service.port)
    service.process.stdin.write(b"go\n")
    service.process.stdin.flush()
    tracer.wait_attached()
    get(("127.0.0.1", service.port), "/ping")
    (request,) = tracer.wait_types(1, "request")
    check_equal(request["pid"], service.pid, "who is traced")
    tracer.interrupt()


def test_other_port(scope, release):
    """--port: another process of the same file on another port is not traced"""
    wanted = Service(scope, release).start()
    other = wanted.twin().start()
    tracer = Tracer(scope, "--port", wanted.port, "--json").wait_attached()
    later = wanted.twin().start()
    for service in (other, later, wanted):
        get(("127.0.0.1", service.port), "/ping")
    tracer.wait_types(1, "request")
    tracer.interrupt()
    check_equal([(event["type"], event["pid"]) for event in tracer.events()],
                [("attach", wanted.pid), ("request", wanted.pid)], "lines")


def test_mixed(scope, release):
    """--pid, --binary, --name and --port that match the same processes: each process and each request is reported
    once"""
    services = [Service(scope, release, name=name).start() for name in ("one", "two", "three-of", "four")]
    by_pid, by_binary, by_name, by_port = services
    tracer = Tracer(scope, "--pid", f"{by_pid.pid},{by_binary.pid}", "--binary", by_binary.exe, "--name", "three-*",
                    "--binary", by_pid.exe, "--port", by_port.port, "--port", by_name.port, "--json").wait_attached(4)
    clients = [Clients(scope, service) for service in services]
    time.sleep(0.1)
    for service in services:
        service.restart()
    time.sleep(0.1)
    answers = wait_told(tracer.stdout.all, clients)
    tracer.interrupt()
    check_exact(tracer.stdout.all(), answers)
    attached = [event["pid"] for event in tracer.events() if event["type"] == "attach"]
    check_equal(sorted(attached), sorted(pid for service in services for pid in service.pids), "who was traced")


# --- what processes can do ---


def is_answered(port):
    try:
        return get(("127.0.0.1", port), "/ping").status == 200
    except OSError:
        return False


def test_exec(scope, release):
    """--all: a traced process executes a shell, which executes another file: one detach event and one more attach
    event"""
    service = Service(scope, release)
    become = scope.folder / "become"
    shutil.copy(build("exec", release), become)
    tracer = look_out(scope, "--all")
    process = subprocess.Popen([become, "/bin/sh", "-c", f"exec {service.exe} 127.0.0.1:{service.port}"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    scope.callback(Service.kill, process)
    host, port = process.stdout.readline().decode().split('"')[3].rsplit(":", 1)
    wait_traced(tracer, process.pid)
    try:
        get((host, int(port)), "/become")
    except ConnectionError:
        pass
    wait_traced(tracer, process.pid, 2)
    wait_until(lambda: is_answered(service.port), "it listens")
    tracer.interrupt()
    found = [(event["type"], event["exe"]) for event in own(tracer, [process.pid]) if event["type"] != "request"]
    check_equal(found, [("attach", str(become)), ("detach", str(become)), ("attach", str(service.exe))], "lines")


def test_wrapped(scope, release):
    """--binary: a service started through a shell and another program under load: no request is missing"""
    service = Service(scope, release, wrapper=("sh", "-c", 'exec env -- "$@"', "sh"))
    check_starts(scope, service, "--binary", service.exe, known=True)


def live_shortly(scope, service, tracer, lives, pause):
    """Starts and kills a service after each of these numbers of seconds; returns the answers, which the tool must
    report."""
    clients = Clients(scope, service, count=4, pause=pause)
    last_words = {}
    for number, seconds in enumerate(lives):
        service.start()
        time.sleep(seconds)
        last_words[service.pid] = f"/last/{number}"
        get(("127.0.0.1", service.port), last_words[service.pid])
        service.stop(signal.SIGKILL)
    answers = wait_told(tracer.stdout.all, [clients])
    for pid, path in last_words.items():
        answers.paths[pid].add(path)
    return answers


def check_lives(tracer, answers):
    tracer.interrupt()
    check_exact(tracer.stdout.all(), answers)
    lives = collections.Counter((event["type"], event["pid"]) for event in tracer.events() if event["type"] != "request")
    for pid in answers.paths:
        check_equal((lives["attach", pid], lives["detach", pid]), (1, 1), "its begin and its end")
    print(f"{answers.count} requests of {len(answers.paths)} processes", flush=True)


def test_short_lives(scope, release):
    """--binary: processes that are killed after one answer, before the tool has inspected them: no request is
    missing"""
    service = Service(scope, release)
    tracer = look_out(scope, "--binary", service.exe)
    check_lives(tracer, live_shortly(scope, service, tracer, [0] * STARTS, "0"))


@contextlib.contextmanager
def slowed_down(tracer):
    """Delays each call of bpf(2) by the tool."""
    require_command("strace")
    slow = subprocess.Popen(["strace", "-qq", "-f", "-o", "/dev/null", "-e", "trace=bpf",
                             "-e", f"inject=bpf:delay_exit={SLOW_CALL * 1e6:.0f}", "-p", str(tracer.process.pid)])
    try:
        status = pathlib.Path(f"/proc/{tracer.process.pid}/status")
        wait_until(lambda: "TracerPid:\t0\n" not in status.read_text(), "the tool is slowed down")
        yield
    finally:
        slow.terminate()
        slow.wait()


def test_killed_while_looked_at(scope, release):
    """--binary: processes that end while they are inspected or attached to, which is slowed down: no request is
    missing"""
    service = Service(scope, release)
    tracer = look_out(scope, "--binary", service.exe)
    with slowed_down(tracer):
        answers = live_shortly(scope, service, tracer, [n % 20 * SLOW_CALL / 2 for n in range(60)], "1ms")
    check_lives(tracer, answers)


def test_siblings(scope, release):
    """--pid: another process of the same file, with the same code mapped, is not traced"""
    service = Service(scope, release)
    before = service.twin().start()
    tracer = Tracer(scope, "--pid", service.start().pid, "--json").wait_attached()
    after = service.twin().start()
    for one in (before, after, service):
        get(("127.0.0.1", one.port), "/ping")
    tracer.wait_types(1, "request")
    tracer.interrupt()
    check_equal([(event["type"], event["pid"]) for event in tracer.events()],
                [("attach", service.pid), ("request", service.pid)], "lines")


class Successor:
    """A command that is started as the process with a given PID; it ends when its stdin is closed."""

    def __init__(self, scope, *command):
        self.starter = subprocess.Popen([pathlib.Path(__file__).with_name("spawn_as.py"), *command],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        scope.callback(self.end)

    def start_as(self, pid):
        self.starter.stdin.write(b"%d" % pid)
        self.starter.stdin.flush()
        check(self.starter.stdout.readline(), f"process {pid} does not listen")

    def end(self):
        self.starter.stdin.close()
        self.starter.wait()
        self.starter.stdout.close()


@contextlib.contextmanager
def stopped(tracer):
    """Stops the tool meanwhile."""
    tracer.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        tracer.process.send_signal(signal.SIGCONT)


def reuse_pid(scope, release, while_it_runs):
    """A process that takes over the PID of one that ended, with another file: each target has its own requests."""
    first, second = Service(scope, release, name="first"), Service(scope, releases()[-1], name="second")
    successor = Successor(scope, second.exe, f"127.0.0.1:{second.port}")
    tracer = look_out(scope, "--binary", first.exe, "--binary", second.exe)
    with while_it_runs(tracer):
        pid = first.start().pid
        get(("127.0.0.1", first.port), "/first")
        first.stop(signal.SIGKILL)
        successor.start_as(pid)
        get(("127.0.0.1", second.port), "/second")
    tracer.wait_types(2, "request")
    tracer.interrupt()
    lines = collections.defaultdict(list)
    for event in tracer.events():
        lines[pathlib.Path(event["exe"]).name].append((event["type"], event.get("path")))
    check_equal(lines["first"], [("attach", None), ("request", "/first"), ("detach", None)], "lines of the first")
    check_equal(lines["second"][:2], [("attach", None), ("request", "/second")], "lines of the second")


def test_reused_pid(scope, release):
    """--binary and a PID that is reused while the tool runs: each process has its own events"""
    reuse_pid(scope, release, lambda tracer: contextlib.nullcontext())


def test_reused_pid_unseen(scope, release):
    """--binary and a PID that is reused before the tool has inspected either process: each process has its own
    events"""
    reuse_pid(scope, release, stopped)

if __name__ == "__main__":
    be_alone()
    main([(test, release) for release in releases()
          for test in (test_binary, test_name, test_port, test_all, test_first_contact, test_late_look,
                       test_listens_later, test_other_port, test_mixed, test_wrapped, test_short_lives,
                       test_killed_while_looked_at, test_exec, test_siblings, test_reused_pid,
                       test_reused_pid_unseen)])
