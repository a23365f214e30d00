#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Refusals by the kernel or its environment: each reason has its own message and its own advice."""

import pathlib

import namespaces
import rights
from client import get
from fleet import Service
from harness import check, check_equal, is_sanitized, main, releases
from rights import LEAST, USER
from tracer import Tracer, run

REFUSE = str(pathlib.Path(__file__).with_name("refuse_call.py"))


def check_refused(*expected, arguments=(), **options):
    """Checks for status 1 and one line that contains all the expected words."""
    status, _, stderr = run("--pid", "1", *arguments, **options)
    text = stderr.decode()
    check_equal((status, text.count("\n")), (1, 1), f"status and lines; it says {text!r}")
    for words in expected:
        check(words in text, f"{words!r} is not said: {text!r}")
    check("no capability is missing" not in text, text)


# --- the environment ---


def test_seccomp(scope, call, code):
    """a seccomp filter that refuses bpf(2) or perf_event_open(2), despite all capabilities: the message names the
    call"""
    arguments = () if call == "bpf" else ("--attach", "perf_event")
    check_refused(f"a seccomp filter blocks the system call {call}", "SystemCallFilter=", arguments=arguments,
                  wrapper=(REFUSE, call, code))


def test_user_namespace(scope):
    """root of a user namespace, whose capabilities have no effect: the message says so"""
    check_refused("the capabilities belong to a user namespace", "rootless", wrapper=namespaces.USERS)


def in_mounts(*words):
    """Command words that run another command after this one in a private mount namespace."""
    return (*namespaces.MOUNTS, "sh", "-c", f'{" ".join(words)} && exec "$@"', "sh")


def test_no_types(scope):
    """/sys/kernel/btf/vmlinux cannot be read: the message says so"""
    check_refused("the kernel has no type information", "CONFIG_DEBUG_INFO_BTF",
                  wrapper=in_mounts("mount", "--bind", "/dev/null", "/sys/kernel/btf/vmlinux"))


def test_no_sysfs(scope):
    """/sys is not mounted: the message says so"""
    check_refused("/sys is not mounted", "mount -t sysfs", wrapper=in_mounts("umount", "--lazy", "/sys"))


def test_no_proc(scope):
    """/proc is not mounted: the message says so"""
    check_refused("/proc is not mounted", "mount -t proc", wrapper=in_mounts("umount", "--lazy", "/proc"))


def test_no_files(scope, limit):
    """a low limit of open files: named as the reason, not mistaken for a missing kernel feature"""
    check_refused("too many files are open", arguments=("--duration", "0.1s"), wrapper=("prlimit", f"--nofile={limit}:{limit}"))


def test_foreign_proc(scope):
    """/proc of another PID namespace: the message says so"""
    check_refused("/proc belongs to another PID namespace", "--mount-proc",
                  wrapper=("unshare", "--pid", "--fork", "--kill-child"))


# --- rights ---


def check_traced(scope, service, *arguments):
    """Traces a process of an ordinary user, as that user."""
    tracer = Tracer(scope, "--pid", service.pid, "--json", *arguments, wrapper=rights.as_user(),
                    path=rights.capable_tool(scope, *LEAST, "cap_sys_admin")).wait_attached()
    get(("127.0.0.1", service.port), "/ping")
    tracer.wait_types(1, "request")
    tracer.interrupt()


def test_perf_events(scope):
    """perf events with only CAP_BPF and CAP_PERFMON: requests are traced, or the message asks for CAP_SYS_ADMIN,
    which suffices"""
    service = Service(scope, releases()[-1], wrapper=("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"))
    service.start()
    for way in ("perf_event", "perf_event_atomic"):
        options = {"wrapper": rights.as_user(), "path": rights.capable_tool(scope, *LEAST)}
        status, _, stderr = run("--pid", str(service.pid), "--attach", way, "--duration", "0.1s", **options)
        if status != 0:
            check(b"missing CAP_SYS_ADMIN, which this kernel requires" in stderr, stderr.decode())
        check_traced(scope, service, "--attach", way)


def without_proc(test):
    """A list with the test, or an empty list if the tool has a sanitizer, which would print messages of its own."""
    if is_sanitized():
        print(f"skipped: {test.__name__}: sanitizers need /proc")
        return ()
    return (test,)


def choose():
    yield from ((test_seccomp, call, code) for call in ("bpf", "perf_event_open") for code in ("EPERM", "ENOSYS"))
    yield from namespaces.possible((test_user_namespace,), (*namespaces.USERS, "true"), "user namespace")
    yield from namespaces.possible((test_no_types, test_no_sysfs), namespaces.CAN_MOUNT, "private mount")
    yield from namespaces.possible(without_proc(test_no_proc), namespaces.CAN_MOUNT, "private mount")
    yield from namespaces.possible((test_foreign_proc,), (*namespaces.PIDS, "true"), "PID namespace")
    yield from ((test_no_files, limit) for limit in (12, 16))
    yield test_perf_events


if __name__ == "__main__":
    main(list(choose()))
