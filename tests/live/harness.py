# SPDX-License-Identifier: MIT
"""Runs live tests: skips, failures, waiting, and a scope that cleans up after each test."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

# Seconds that a test waits for anything before it fails. The limit is high because CI machines are slow; emulated machines
# are slower still.
PATIENCE = float(os.environ.get("GOHTTPSNOOP_PATIENCE", "30"))

ROOT = pathlib.Path(os.environ.get("GOHTTPSNOOP_ROOT", pathlib.Path(__file__).resolve().parents[2]))

SKIPPED = 77


class Skip(Exception):
    """Raised if the machine lacks something that the test needs; the message says what."""


class Failure(AssertionError):
    """Raised if the tool did something wrong; the message says what happened and what was expected."""


class Scope(contextlib.ExitStack):
    """Ends everything that a test started, and deletes the test's folder."""

    def __init__(self):
        super().__init__()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gohttpsnoop-live-"))
        self.folder.chmod(0o755)  # some tests run the tool as another user
        self.callback(shutil.rmtree, self.folder, ignore_errors=True)


def check(condition, message):
    if not condition:
        raise Failure(message)


def check_equal(actual, expected, subject):
    check(actual == expected, f"{subject}: expected {expected!r}, got {actual!r}")


def wait_until(condition, what, limit=PATIENCE):
    """Polls a condition that cannot be waited for as an event."""
    deadline = time.monotonic() + limit
    while not condition():
        check(time.monotonic() < deadline, f"waited {limit:.0f} s in vain until {what}")
        time.sleep(0.005)


def tool():
    path = os.environ.get("GOHTTPSNOOP")
    if not path:
        sys.exit("GOHTTPSNOOP is to name the tool to test: GOHTTPSNOOP=build/gohttpsnoop tests/live/...")
    return str(pathlib.Path(path).resolve())


def is_sanitized():
    """Whether the tool is built with AddressSanitizer, which reserves terabytes of addresses and delays the release
    of freed memory."""
    return b"__asan_init" in pathlib.Path(tool()).read_bytes()


def releases():
    """Go releases to trace. By default there is one that passes arguments on the stack and one that passes them in
    registers."""
    return os.environ.get("GOHTTPSNOOP_TEST_GO", "1.15 1.19").split()


def require_command(name):
    if not shutil.which(name):
        raise Skip(f"{name} is not installed")


def require_uprobes():
    if os.geteuid() != 0:
        raise Skip("attaching probes takes root")
    if not os.path.exists("/sys/kernel/btf/vmlinux"):
        raise Skip("the kernel describes no types: no /sys/kernel/btf/vmlinux")
    if not os.path.exists("/sys/bus/event_source/devices/uprobe"):
        raise Skip("the kernel has no uprobes, or /sys is not mounted")
    if not effective_capabilities() >> 21 & 1:
        raise Skip("root lacks CAP_SYS_ADMIN here: an unprivileged container")


def attach_ways():
    """The ways to attach that this kernel has; without rights, all of them, for tests that are skipped then."""
    done = subprocess.run([tool(), "check", "--json"], capture_output=True, check=False)
    ways = json.loads(done.stdout)["attach"]
    missing = [name for name, way in ways.items() if not way["works"]]
    if len(missing) == len(ways):
        return list(ways)
    for name in missing:
        print(f"left out: --attach {name}, which this kernel lacks")
    return [name for name in ways if name not in missing]


def be_alone():
    """Restarts the script in its own PID namespace, so that --all does not trace processes of others."""
    if os.environ.get("GOHTTPSNOOP_ALONE"):
        return
    inside = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode != 0:
        print("no PID namespaces here: among others' processes", flush=True)
        return
    sys.stdout.flush()
    os.execvpe(inside[0], [*inside, sys.executable, *sys.argv], {**os.environ, "GOHTTPSNOOP_ALONE": "1"})


def effective_capabilities():
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapEff:"):
            return int(line.split()[1], 16)
    return 0


def run_one(test, arguments):
    subject = " ".join([test.__name__, *map(str, arguments)])
    begin = time.monotonic()
    with Scope() as scope:
        test(scope, *arguments)
    print(f"ok: {subject}: {test.__doc__} ({time.monotonic() - begin:.1f} s)", flush=True)


def run_all(tests):
    """Returns the reasons of the failed tests and of the skipped ones. Each test is a function or a tuple (function,
    argument...)."""
    failed, skipped = [], []
    for test in tests:
        function, *arguments = test if isinstance(test, tuple) else (test,)
        words = " ".join([function.__name__, *map(str, arguments)])
        try:
            run_one(function, arguments)
        except Skip as reason:
            print(f"skipped: {words}: {reason}", flush=True)
            skipped.append(str(reason))
        except Exception as reason:
            if not isinstance(reason, Failure):
                traceback.print_exc(file=sys.stdout)
            print(f"not ok: {words}: {reason}", flush=True)
            failed.append(f"{words}: {reason}")
    return failed, skipped


def skipped_status(reasons, count):
    """The exit status of `count` tests of which none failed and these were skipped. Meson and CI may show only the last line
    of a test that did not pass: it has the reasons."""
    if not reasons:
        return 0
    print(f"skipped: {len(reasons)} of {count}: {'; '.join(sorted(set(reasons)))}")
    return SKIPPED


def main(tests, attaches=True, before=None):
    """Runs all tests, or those named on the command line; exits with the status that meson expects. If the tests
    attach no probes (`attaches` is false), they run without the rights for it. `before` is called first, and may skip
    all."""
    wanted = sys.argv[1:]
    chosen = [t for t in tests if not wanted or (t[0] if isinstance(t, tuple) else t).__name__ in wanted]
    try:
        tool()
        if attaches:
            require_uprobes()
        if before:
            before()
        failed, skipped = run_all(chosen)
    except Skip as reason:
        failed, skipped = [], [str(reason)]
    # As in skipped_status(), the summary is the last line.
    if failed or not chosen:
        print(f"{len(failed)} of {len(chosen)} failed; first: {' '.join(failed[0].split()) if failed else ''}")
        sys.exit(1)
    sys.exit(skipped_status(skipped, len(chosen)))
