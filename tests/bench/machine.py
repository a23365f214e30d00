# SPDX-License-Identifier: MIT
"""What the benchmarks need on the machine, and a description of the machine."""

import os
import pathlib
import platform
import re
import shutil
import subprocess
import time

from processes import BenchError
from programs import CLIENT_CPU, ROOT, SERVER_CPU, TRACER_CPU, toolchain
from tracers import BUILD

# Commands and their Debian packages.
NEEDED = {
    "wrk": "wrk",
    "bpftrace": "bpftrace",
    "strace": "strace",
    "gnuplot": "gnuplot-nox",
    "taskset": "util-linux",
    "clang": "clang",
    "meson": "meson",
    "ninja": "ninja-build",
    "gcc": "gcc",
}
# Headers, for the server with SQLite, and their Debian packages.
HEADERS = {"/usr/include/sqlite3.h": "libsqlite3-dev"}


def missing_packages():
    commands = {package for command, package in NEEDED.items() if not shutil.which(command)}
    return sorted(commands | {package for header, package in HEADERS.items() if not os.path.exists(header)})


def check():
    packages = missing_packages()
    if packages:
        raise BenchError(f"missing: {' '.join(packages)}; tests/bench/run --install installs them by apt")
    if os.geteuid() != 0:
        raise BenchError("attaching probes takes root")
    if os.cpu_count() < 2:
        raise BenchError("two CPUs are needed: one for the server, one for its client and the tracer")


def install():
    packages = missing_packages()
    if packages:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", *packages], env=environment, check=True)


def build():
    """Builds the tool and the programs it is compared with, in a separate folder."""
    measured = [f"tests/bench/{name}" for name in ("empty_probe", "pipeline")]
    if platform.machine() == "x86_64":
        measured += ["tests/bench/straight_probe", "tests/bench/return_sites"]
    commands = [["ninja", "-C", BUILD, "gohttpsnoop", *measured]]
    if not (BUILD / "build.ninja").exists():
        commands.insert(0, ["meson", "setup", BUILD, ROOT, "-Dbenchmarks=true"])
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise BenchError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def set_priority(nice):
    """Sets the priority of this process and of all that it starts, and of its session if the kernel schedules by
    session."""
    os.setpriority(os.PRIO_PROCESS, 0, nice)
    group = pathlib.Path("/proc/self/autogroup")
    if nice and group.exists():
        group.write_text(str(nice))


# --- description of the machine -------------------------------------------------------

def first_line(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return ((done.stdout + done.stderr).strip().splitlines() or ["?"])[0]


def revision():
    head = first_line("git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD")
    changed = subprocess.run(
        ["git", "-C", ROOT, "status", "--porcelain", "--untracked-files=no", "--", "abi", "bpf", "cmd", "core"],
        capture_output=True, text=True, check=False).stdout
    return head + (" with changes not committed" if changed.strip() else "")


def describe(options):
    processor = re.search(r"^model name\s*:\s*(.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    go = ", ".join((toolchain(release) / "VERSION").read_text().split()[0] for release in options.releases)
    return "\n".join([
        f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, gohttpsnoop at {revision()}",
        f"Linux {platform.release()}, {os.cpu_count()} CPUs, {processor[1] if processor else platform.machine()}",
        f"{go}; {first_line('wrk', '-v').split(' Copyright')[0]}; {first_line('bpftrace', '--version')}",
        f"{options.rounds} rounds, {options.seconds} s of load each; figures are medians (least–most)",
        f"the server on CPU {SERVER_CPU}, wrk on CPU {CLIENT_CPU}, the tracer on CPU {TRACER_CPU}",
        f"priority (nice) {options.nice}; load average at the begin {os.getloadavg()[0]:.1f}",
    ])
