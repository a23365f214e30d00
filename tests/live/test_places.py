#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Servers in namespaces, in a chroot and on other file systems, and servers whose file has changed since they
started."""

import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import time

import events
import exchanges
from client import Connection, get
from harness import Failure, Scope, check, check_equal, main, releases, wait_until
from namespaces import AHEAD, BEHIND, CAN_MOUNT, HAS_OVERLAY, MOUNTS, PIDS, USERS, possible
from servers import NEW_MUX, Server, build, release_number
from test_errors import check_refusal
from tracer import Tracer, run

NAMED = "server"


class PlacedServer(Server):
    """A server that is started by a command, which prepares its environment and then executes it or becomes its
    parent."""

    def __init__(self, scope, release, command, exe, is_parent=False):
        self.release = release
        self.convention = "stack" if release_number(release) < (1, 17) else "register"
        self.exe = pathlib.Path(exe)  # as the kernel shows the path to the tool
        self.process = subprocess.Popen([*command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env={**os.environ, **NEW_MUX})
        self.pid = self.process.pid
        scope.callback(self.kill)
        try:
            self.addresses = self._read_addresses()
        except Failure:
            self.process.stdin.close()
            raise Failure(f"{command!r}: {self.process.stderr.read().decode()}") from None
        if is_parent:
            self.pid = child_of(self.pid)

    def kill(self):
        super().kill()
        self.process.stderr.close()

    @property
    def comm(self):
        return NAMED


def named_server(scope, release):
    binary = Server.copy(scope, build("server", release), NAMED)
    return PlacedServer(scope, release, [binary], binary)


def child_of(pid):
    (child,) = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)


def shell(script, *arguments):
    return ["sh", "-ec", script, "sh", *map(str, arguments)]


def check_traced(scope, server, *target, wrapper=()):
    """Checks the attach event and 23 requests of a server, with every key."""
    begin = time.time()
    tracer = Tracer(scope, *(target or ("--pid", server.pid)), "--json", "--count", len(exchanges.ALL),
                    wrapper=wrapper).wait_attached()
    when = events.time_between(begin, time.time())
    sent = exchanges.perform(server.addresses["http"])
    tracer.wait_end()
    tracer.check_quiet()
    attach, *requests = tracer.events()
    events.compare(attach, events.target_event("attach", server, when))
    exchanges.check_events(server, requests, sent)


# --- namespaces ---

ON_TMPFS = 'mount -t tmpfs tmpfs "$1"; cp "$2" "$1/server"; exec "$1/server"'


def test_mount_namespace(scope, release):
    """a binary on a tmpfs that is mounted only in the server's mount namespace: traced"""
    folder = scope.folder / "mounted"
    folder.mkdir()
    server = PlacedServer(scope, release, [*MOUNTS, *shell(ON_TMPFS, folder, build("server", release))],
                          folder / NAMED)
    check(not server.exe.exists(), "the binary is to be seen from here")
    check_traced(scope, server)


def test_pid_namespace(scope, release):
    """a server that is PID 1 of a PID namespace: traced, and events have its PID in the outer namespace"""
    binary = Server.copy(scope, build("server", release), NAMED)
    server = PlacedServer(scope, release, [*PIDS, binary], binary, is_parent=True)
    check_traced(scope, server)


def test_user_namespace(scope, release):
    """a server in a user namespace: traced"""
    binary = Server.copy(scope, build("server", release), NAMED)
    check_traced(scope, PlacedServer(scope, release, [*USERS, binary], binary))


def test_container(scope, release):
    """a server in a container with namespaces and an overlay as root: traced by PID, and by a path through
    /proc/PID/root"""
    folder = scope.folder / "container"
    folder.mkdir()
    command = [*USERS, "--mount", "--propagation", "private", *PIDS[1:],
               *shell(IN_OVERLAY + 'exec chroot "$1/merged" /server', folder, build("server", release))]
    server = PlacedServer(scope, release, command, folder / "merged" / NAMED, is_parent=True)
    check_traced(scope, server)
    check_traced(scope, server, pathlib.Path(f"/proc/{server.pid}/root") / "server")


CONTAINER = secrets.token_hex(32)  # random, so that a cgroup left over from a killed run does no harm


def cgroup_roots():
    """Folders in which cgroups can be created: those of version 2 first, then the hierarchies of version 1."""
    mounts = [line.split() for line in pathlib.Path("/proc/self/mounts").read_text().splitlines()]
    return [pathlib.Path(mount[1]) for kind in ("cgroup2", "cgroup") for mount in mounts if mount[2] == kind]


def make_cgroup(scope, name):
    """Returns None if no cgroup can be created."""
    for root in cgroup_roots():
        folder = root / name
        try:
            folder.mkdir()
        except OSError:
            continue
        # The cgroup can be removed only some time after its last process was killed.
        scope.callback(lambda: wait_until(lambda: gone(folder), f"{folder} can be removed"))
        return folder
    return None


def gone(cgroup):
    try:
        cgroup.rmdir()
    except OSError:
        return False
    return True


CGROUP_NAMES = (f"docker-{CONTAINER}.scope", CONTAINER)


def test_container_id(scope, release):
    """servers in cgroups with names as container engines choose them: every event has the container's ID"""
    for name in CGROUP_NAMES:
        cgroup = make_cgroup(scope, name)
        server = named_server(scope, release)
        (cgroup / "cgroup.procs").write_text(str(server.pid))
        server.container = CONTAINER
        check_traced(scope, server)
        server.kill()


def can_make_cgroups():
    with Scope() as scope:
        return make_cgroup(scope, "gohttpsnoop-test") is not None


class InnerServer(PlacedServer):
    """A server in the PID namespace of another process; `pid` and threads() are numbers of that namespace."""

    def __init__(self, scope, release, inside, binary):
        super().__init__(scope, release, [*inside, binary], binary, is_parent=True)
        self.outer, self.pid = self.pid, inner_number(f"/proc/{self.pid}")

    def threads(self):
        return {inner_number(f"/proc/{self.outer}/task/{name}") for name in os.listdir(f"/proc/{self.outer}/task")}


def inner_number(folder):
    for line in pathlib.Path(folder, "status").read_text().splitlines():
        if line.startswith("NSpid:"):
            return int(line.split()[-1])
    raise Failure(f"{folder} tells no NSpid")


def test_tool_in_pid_namespace(scope, release):
    """tool and server in one PID namespace: events have the PIDs and thread IDs of the namespace"""
    first = subprocess.Popen([*PIDS, "sleep", "1000"], stdin=subprocess.DEVNULL)
    scope.callback(first.wait)
    scope.callback(first.kill)
    wait_until(lambda: pathlib.Path(f"/proc/{first.pid}/task/{first.pid}/children").read_text(), "sleep runs")
    child = child_of(first.pid)
    wait_until(lambda: pathlib.Path(f"/proc/{child}/comm").read_text() == "sleep\n", "/proc is mounted")
    inside = ("nsenter", f"--target={child}", "--pid", "--mount")
    server = InnerServer(scope, release, inside, Server.copy(scope, build("server", release), NAMED))
    check(server.pid != server.outer, "the PIDs are the same inside and outside")
    check_traced(scope, server, wrapper=inside)


DEEP = 20  # the kernel allows 32 levels, some of which may be in use

NESTED = """
level=$1
shift
[ "$level" -eq 0 ] && exec "$@"
exec unshare --pid --fork --kill-child --mount-proc sh -c "$NESTED" sh $((level - 1)) "$@"
"""


def test_tool_deep_in_pid_namespaces(scope, release):
    """tool and server in deeply nested PID namespaces, deeper than those of container engines: traced"""
    binary = Server.copy(scope, build("server", release), NAMED)
    nested = ["env", f"NESTED={NESTED}", "sh", "-c", NESTED, "sh"]
    for level in (8, DEEP):
        first = subprocess.Popen([*nested, str(level), "sleep", "1000"], stdin=subprocess.DEVNULL)
        scope.callback(first.wait)
        scope.callback(first.kill)
        deepest = wait_for_descendant(first.pid, "sleep")
        inside = ("nsenter", f"--target={deepest}", "--pid", "--mount")
        check_traced(scope, InnerServer(scope, release, inside, binary), wrapper=inside)


def wait_for_descendant(pid, comm):
    """The descendant with this name; each process on the way has only one child."""
    found = []

    def look():
        found[:] = [pid]
        while (children := pathlib.Path(f"/proc/{found[0]}/task/{found[0]}/children").read_text().split()):
            found[:] = children
        return pathlib.Path(f"/proc/{found[0]}/comm").read_text() == f"{comm}\n"

    wait_until(look, f"{comm} runs")
    return int(found[0])


def test_tool_in_time_namespace(scope, release):
    """the tool in a time namespace whose monotonic clock is ahead or behind: everything is reported, with correct
    times"""
    server = named_server(scope, release)
    port = server.addresses["http"][1]
    for target in (("--pid", server.pid), (server.exe,), ("--port", port)):
        check_traced(scope, server, *target, wrapper=AHEAD)
    check_traced(scope, server, wrapper=BEHIND)
    check_calls_traced(scope, server, AHEAD)


def check_calls_traced(scope, server, wrapper):
    tracer = Tracer(scope, "--pid", server.pid, "main.ping", "--latency", "--json", "--count", 2, wrapper=wrapper)
    tracer.wait_attached()
    begin = time.time()
    for _ in range(2):
        get(server.addresses["http"], "/ping")
    tracer.wait_end()
    when = events.time_between(begin, time.time())
    for event in tracer.wait_types(2, "call"):
        check(events.agrees(event["time"], when), f"time is {event['time']}, not {when}")
        check_equal(event["outcome"], "ok", "outcome")


def test_server_in_time_namespace(scope, release):
    """a server in another time namespace than the tool: traced, with correct times"""
    binary = Server.copy(scope, build("server", release), NAMED)
    check_traced(scope, PlacedServer(scope, release, [*AHEAD, binary], binary))


def test_tool_without_its_own_proc(scope, release):
    """the tool in a PID namespace with the /proc of another one, where PIDs mean other processes: refused"""
    server = named_server(scope, release)
    for target in (("--pid", server.pid), (server.exe,), ("--name", NAMED)):
        status, out, err = run(*map(str, target), "--json", wrapper=("unshare", "--pid", "--fork", "--kill-child"))
        check_equal((status, out), (1, b""), "status and output")
        check(b"/proc belongs to another PID namespace" in err, f"stderr holds {err!r}")


# --- file systems and paths ---

IN_OVERLAY = """
mount -t tmpfs tmpfs "$1"
cd "$1"
mkdir lower upper work merged
cp "$2" lower/server
mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay merged
"""


def test_overlay(scope, release, layer):
    """a binary on overlayfs: traced"""
    folder = scope.folder / "overlay"
    folder.mkdir()
    touch = "touch merged/server\n" if layer == "upper" else ""
    command = [*MOUNTS, *shell(f'{IN_OVERLAY}{touch}exec "$1/merged/server"', folder, build("server", release))]
    check_traced(scope, PlacedServer(scope, release, command, folder / "merged" / NAMED))


TWO_OVERLAYS = """
mount -t tmpfs tmpfs "$1"
cd "$1"
mkdir lower upper0 upper1 work0 work1 merged0 merged1
cp "$2" lower/server
for i in 0 1; do mount -t overlay -o lowerdir=lower,upperdir=upper$i,workdir=work$i overlay merged$i; done
exec 3<&0
"$1/merged1/server" <&3 >/dev/null &
exec "$1/merged0/server"
"""


def test_layer(scope, release):
    """a file in a lower layer of two overlays: selects the processes of both; the file in one overlay: only those of
    this one"""
    folder = scope.folder / "layers"
    folder.mkdir()
    server = PlacedServer(scope, release, [*MOUNTS, *shell(TWO_OVERLAYS, folder, build("server", release))],
                          folder / "merged0" / NAMED)
    second = child_of(server.pid)
    scope.callback(os.kill, second, signal.SIGKILL)
    inside = ("nsenter", f"--target={server.pid}", "--mount")
    for path, wanted in (("lower", {server.pid, second}), ("merged0", {server.pid}), ("merged1", {second})):
        tracer = Tracer(scope, folder / path / NAMED, "--json", wrapper=inside).wait_attached(len(wanted))
        time.sleep(0.3)  # time for other processes, which must not be traced
        tracer.interrupt()
        check_equal({event["pid"] for event in tracer.events()}, wanted, f"processes that run {path}/{NAMED}")


def test_copied_up(scope, release):
    """a binary on overlayfs that was modified while its server runs the lower file: refused with advice"""
    folder = scope.folder / "copied"
    folder.mkdir()
    command = [*MOUNTS, *shell(f'{IN_OVERLAY}exec "$1/merged/server"', folder, build("server", release))]
    server = PlacedServer(scope, release, command, folder / "merged" / NAMED)
    subprocess.run(["nsenter", f"--target={server.pid}", "--mount", "touch", server.exe], check=True)
    check_refusal(["--pid", server.pid], 1, f"pid {server.pid} ({server.exe}): ", "overlayfs", "restart the process")
    check(answers(server.addresses["http"]), "it no longer answers")


def test_chroot(scope, release):
    """a server in a chroot: traced"""
    binary = Server.copy(scope, build("server", release), NAMED)
    check_traced(scope, PlacedServer(scope, release, ["chroot", binary.parent, f"/{NAMED}"], binary))


ODD_NAMES = (" a\nb", "(deleted)", "1")


def test_odd_paths(scope, release):
    """spaces, newlines, numbers and options in names of folders and files: traced by PID and by path"""
    for name in ODD_NAMES:
        folder = scope.folder / f"in {name}"
        folder.mkdir()
        server = Server(scope, release, binary=pathlib.Path(shutil.copy(build("server", release), folder / name)))
        check_traced(scope, server)
        check_traced(scope, server, "--binary", server.exe)


# --- files that changed after the server started ---


def check_file_gone(scope, server):
    path = server.exe
    server.exe = pathlib.Path(f"{path} (deleted)")
    check_traced(scope, server)
    return path


def test_deleted(scope, release):
    """a file that was deleted after its server started: traced by PID, refused by path"""
    server = named_server(scope, release)
    server.exe.unlink()
    path = check_file_gone(scope, server)
    check_refusal([path], 1, f"{path}: ", "No such file or directory")


def test_replaced(scope, release):
    """a file that was replaced after its server started: by PID the old server is traced, by path those that run the
    new file"""
    old = named_server(scope, release)
    shutil.copy(build("server", release), f"{old.exe}.new")
    os.replace(f"{old.exe}.new", old.exe)
    path = check_file_gone(scope, old)
    tracer = Tracer(scope, path, "--json", "--count", 1)
    tracer.stderr.wait(lambda lines: any(b"waiting" in line for line in lines), "does not wait")
    new = PlacedServer(scope, release, [path], path)
    tracer.wait_attached()
    for server in (old, new):
        get(server.addresses["http"], "/ping")
    tracer.wait_end()
    check_equal([(event["type"], event["pid"]) for event in tracer.events()],
                [("attach", new.pid), ("request", new.pid)], "events")


def test_replaced_between(scope, release):
    """servers started before and after their file was replaced by one of another release: each is traced as what it
    runs"""
    old = named_server(scope, release)
    newer = releases()[-1]
    path = old.exe
    shutil.copy(build("server", newer, "stripped"), f"{path}.new")
    os.replace(f"{path}.new", path)
    new = PlacedServer(scope, newer, [path], path)
    old.exe = pathlib.Path(f"{path} (deleted)")
    tracer = Tracer(scope, "--pid", f"{old.pid},{new.pid}", "--json", "--count", 2 * len(exchanges.ALL))
    tracer.wait_attached(2)
    sent = [exchanges.perform(server.addresses["http"]) for server in (old, new)]
    tracer.wait_end()
    requests = tracer.wait_types(2 * len(exchanges.ALL), "request")
    for server, own in zip((old, new), sent):
        exchanges.check_events(server, requests, own)


# --- processes that execute another program ---


def answers(address):
    try:
        return get(address, "/ping").status == 200
    except ConnectionError:
        return False


def become(scope, release, *words):
    """Starts and traces a server with many threads, and makes it execute another program (its own file if no words
    are given)."""
    binary = Server.copy(scope, build("exec", release), NAMED)
    server = PlacedServer(scope, release, [binary, *(words or [binary])], binary)
    tracer = Tracer(scope, "--pid", server.pid, "--json").wait_attached()
    get(server.addresses["http"], "/ping")
    check(len(server.threads()) > 4, f"it has {len(server.threads())} threads")
    with Connection(server.addresses["http"]) as connection:
        connection.send(b"GET /become HTTP/1.1\r\nHost: a\r\n\r\n")
        check_equal(connection.stream.read(), b"", "what /become answers")
    return server, tracer


def check_lives(tracer, *expected):
    """Checks the events until the server executes another program, and then the `expected` ones."""
    lines = [(event["type"], event.get("path"), event.get("outcome")) for event in tracer.events()]
    check_equal(lines, [("attach", None, None), ("request", "/ping", "ok"), ("request", "/become", "exited"),
                        ("detach", None, None), *expected], "lines")


def test_exec(scope, release):
    """a server with many threads that executes another program: open requests get the outcome exited, then a detach
    event"""
    server, tracer = become(scope, release, shutil.which("sleep"), "1000")
    check_equal(os.readlink(f"/proc/{server.pid}/exe"), os.path.realpath(shutil.which("sleep")), "what it runs now")
    tracer.wait_end()
    check_lives(tracer)


def test_exec_itself(scope, release):
    """a server with many threads that executes its own file: a detach event, then it is attached to and traced again"""
    server, tracer = become(scope, release)
    tracer.wait_types(2, "attach")
    wait_until(lambda: answers(server.addresses["http"]), "it answers again")
    server.signal(signal.SIGKILL)
    tracer.wait_end()
    check_lives(tracer, ("attach", None, None), ("request", "/ping", "ok"), ("detach", None, None))


# --- what this machine supports ---


def with_overlay(tests, command, what):
    """Tests that need overlayfs in addition."""
    return possible(tests, command, what) if possible(tests, HAS_OVERLAY, "overlayfs") else ()


def choose():
    yield from possible((test_mount_namespace,), CAN_MOUNT, "mount namespaces")
    yield from possible((test_pid_namespace, test_tool_in_pid_namespace), [*PIDS, "true"], "PID namespaces")
    yield from possible((test_tool_deep_in_pid_namespaces,), [*PIDS, "true"], "PID namespaces")
    yield from possible((test_tool_in_time_namespace, test_server_in_time_namespace), [*AHEAD, "true"], "time namespaces")
    yield from possible((test_tool_without_its_own_proc,), ["unshare", "--pid", "--fork", "true"], "PID namespaces")
    yield from possible((test_user_namespace,), [*USERS, "true"], "user namespaces")
    yield from with_overlay((test_container,), [*USERS, *PIDS[1:], "true"], "user namespaces")
    yield from with_overlay((test_copied_up, test_layer), CAN_MOUNT, "mount namespaces")
    if can_make_cgroups():
        yield test_container_id
    else:
        print("skipped: test_container_id: no cgroup can be made here")
    yield from (test_chroot, test_odd_paths, test_deleted, test_replaced, test_replaced_between, test_exec, test_exec_itself)


if __name__ == "__main__":
    main([(test, release) for test in choose() for release in releases()]
         + [(test, release, layer) for test in with_overlay((test_overlay,), CAN_MOUNT, "mount namespaces")
            for release in releases() for layer in ("lower", "upper")])
