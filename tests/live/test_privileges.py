#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The tool as an ordinary user: which capabilities permit what, messages about missing ones, and which ones it
drops."""

import os
import pathlib
import shutil
import subprocess

import rights
from client import get
from fleet import Service
from harness import ROOT, Skip, be_alone, check, check_equal, main, releases
from rights import LEAST, OTHER_USER, USER
from tracer import Tracer, run

RELEASE = releases()[-1]
TARGETS = {
    "--pid": lambda service: ("--pid", service.pid),
    "--binary": lambda service: ("--binary", service.exe),
    "--name": lambda service: ("--name", service.exe.name),
    "--port": lambda service: ("--port", service.port),
    "--all": lambda service: ("--all",),
}
BITS = {"cap_dac_override": 1, "cap_dac_read_search": 2, "cap_sys_ptrace": 19, "cap_lease": 28, "cap_perfmon": 38,
        "cap_bpf": 39}


def owned_service(scope, owner, mode=0o755):
    service = Service(scope, RELEASE, wrapper=("setpriv", f"--reuid={owner}", f"--regid={owner}", "--clear-groups"))
    os.chown(service.exe, owner, owner)
    service.exe.chmod(mode)
    return service.start()


def start_tool(scope, capabilities, *arguments):
    return Tracer(scope, *arguments, "--json", "-v", path=rights.capable_tool(scope, *capabilities),
                  wrapper=rights.as_user())


def check_traced(scope, capabilities, service, *target):
    tracer = start_tool(scope, capabilities, *target).wait_attached()
    get(("127.0.0.1", service.port), "/ping")
    (request,) = tracer.wait_types(1, "request")
    check_equal((request["pid"], request["path"]), (service.pid, "/ping"), "pid and path")
    tracer.interrupt()
    return tracer.stderr.text().decode()


# --- capabilities that suffice ---


def test_own(scope, option):
    """processes of the same user: CAP_BPF and CAP_PERFMON suffice"""
    service = owned_service(scope, USER)
    text = check_traced(scope, LEAST, service, *TARGETS[option](service))
    check("CAP_LEASE" not in text, text)
    service.stop()


def test_others(scope, option):
    """processes of another user: need CAP_SYS_PTRACE, and --port CAP_DAC_READ_SEARCH; a missing CAP_LEASE is
    reported"""
    service = owned_service(scope, OTHER_USER)
    held = (*LEAST, "cap_sys_ptrace")
    if option == "--port":
        tracer = start_tool(scope, held, "--port", service.port).wait_looking_out()
        tracer.interrupt()
        check("that listen already are not found: not permitted: missing CAP_DAC_READ_SEARCH" in tracer.stderr.text().decode(),
              "what is missing is not said")
        held += ("cap_dac_read_search",)
    text = check_traced(scope, held, service, *TARGETS[option](service))
    check_equal("missing CAP_LEASE" in text, option != "--pid", f"whether CAP_LEASE is named; it says {text!r}")
    text = check_traced(scope, (*held, "cap_lease"), service, *TARGETS[option](service))
    check("missing" not in text, text)
    service.stop()


def test_unreadable(scope):
    """an executable that only its owner may read: needs CAP_DAC_READ_SEARCH"""
    service = owned_service(scope, OTHER_USER, 0o700)
    status, _, stderr = run("--pid", str(service.pid), path=rights.capable_tool(scope, *LEAST, "cap_sys_ptrace"),
                            wrapper=rights.as_user())
    check_equal(status, 1, "status")
    check(b"the file cannot be read" in stderr and b"missing CAP_DAC_READ_SEARCH" in stderr, stderr.decode())
    check_traced(scope, rights.ALL, service, "--pid", service.pid)


# --- messages ---


def test_missing(scope):
    """missing capabilities: each is named, with its purpose"""
    service = owned_service(scope, OTHER_USER)
    for held, names in (((), ("CAP_BPF", "CAP_PERFMON")), (("cap_bpf",), ("CAP_PERFMON",)),
                        (("cap_perfmon",), ("CAP_BPF",)), (LEAST, ("CAP_SYS_PTRACE",))):
        status, _, stderr = run("--pid", str(service.pid), path=rights.capable_tool(scope, *held),
                                wrapper=rights.as_user())
        text = stderr.decode()
        check_equal((status, text.count("\n")), (1, 1), f"status and lines; it says {text!r}")
        check(f"missing {', '.join(names)}" in text, text)
    tracer = start_tool(scope, LEAST, "--all").wait_looking_out()
    tracer.interrupt()
    text = tracer.stderr.text().decode()
    check("processes of other users are skipped: not permitted: missing CAP_SYS_PTRACE" in text, text)


def test_one_of_two(scope):
    """two processes, one of which may not be inspected: a message names it, and the other is traced"""
    service, other = owned_service(scope, OTHER_USER), owned_service(scope, USER)
    tracer = start_tool(scope, LEAST, "--pid", f"{service.pid},{other.pid}").wait_attached()
    get(("127.0.0.1", other.port), "/ping")
    tracer.wait_types(1, "request")
    tracer.interrupt()
    text = tracer.stderr.text().decode()
    check(f"pid {service.pid}: its executable cannot be accessed: not permitted: missing CAP_SYS_PTRACE" in text, text)


# --- dropped capabilities ---


def status_of(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def mask(*names):
    return sum(1 << BITS[name] for name in names)


def check_rights(tracer, *names):
    """Checks the capabilities of all threads, and that the process cannot gain others."""
    for thread in os.listdir(f"/proc/{tracer.process.pid}/task"):
        status = status_of(f"{tracer.process.pid}/task/{thread}")
        found = {key: int(status[key], 16) for key in ("CapEff", "CapPrm", "CapInh")}
        check_equal(found, {"CapEff": mask(*names), "CapPrm": mask(*names), "CapInh": 0}, "capabilities")
        check_equal(status["NoNewPrivs"], "1", "no_new_privs")


def test_given_up(scope):
    """capabilities while tracing: root keeps only those that tracing needs, a user only the needed ones that were
    granted"""
    service = owned_service(scope, OTHER_USER)
    tracer = Tracer(scope, "--pid", service.pid, "--json").wait_attached()
    check_rights(tracer, *rights.ALL)
    tracer.interrupt()
    tracer = Tracer(scope, "--pid", service.pid, "--json", "--output", scope.folder / "events").wait_attached()
    check_rights(tracer, *rights.ALL, "cap_dac_override")
    tracer.interrupt()
    tracer = start_tool(scope, (*LEAST, "cap_sys_ptrace", "cap_net_admin", "cap_sys_admin"), "--pid", service.pid)
    check_rights(tracer.wait_attached(), *LEAST, "cap_sys_ptrace")
    tracer.interrupt()


def test_unit(scope):
    """the systemd unit: systemd-analyze rates its exposure as low"""
    if not shutil.which("systemd-analyze"):
        raise Skip("systemd-analyze is not installed")
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=20",
                           ROOT / "docs/gohttpsnoop.service"], capture_output=True, text=True, check=False)
    if "unrecognized option" in done.stderr:
        raise Skip("this systemd-analyze cannot look at files")
    print(done.stdout.strip().splitlines()[-1].lstrip("→ "), flush=True)
    check_equal(done.returncode, 0, f"exposure; {done.stdout[-500:]}")


if __name__ == "__main__":
    be_alone()
    main([*((test, option) for option in TARGETS for test in (test_own, test_others)), test_unreadable, test_missing,
          test_one_of_two, test_given_up, test_unit])
