#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the kernel or its surroundings refuse: each reason has its own message, and its own advice."""

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
    """With a status of 1 and one line, which has all of these words."""
    status, _, stderr = run("--pid", "1", *arguments, **options)
    text = stderr.decode()
    check_equal((status, text.count("\n")), (1, 1), f"status and lines; it says {text!r}")
    for words in expected:
        check(words in text, f"{words!r} is not said: {text!r}")
    check("no capability is missing" not in text, text)


# --- where it runs ---


def test_seccomp(scope, call, code):
    """a filter that refuses bpf(2) or perf_event_open(2), though every capability is there"""
    arguments = () if call == "bpf" else ("--attach", "perf_event")
    check_refused(f"a seccomp filter blocks the system call {call}", "SystemCallFilter=", arguments=arguments,
                  wrapper=(REFUSE, call, code))


def test_user_namespace(scope):
    """root of a user namespace, whose capabilities are all there and do not count"""
    check_refused("the capabilities belong to a user namespace", "rootless", wrapper=namespaces.USERS)


def in_mounts(*words):
    """Words that run a command after this one, in mounts of its own."""
    return (*namespaces.MOUNTS, "sh", "-c", f'{" ".join(words)} && exec "$@"', "sh")


def test_no_types(scope):
    """/sys/kernel/btf/vmlinux cannot be read"""
    check_refused("the kernel has no type information", "CONFIG_DEBUG_INFO_BTF",
                  wrapper=in_mounts("mount", "--bind", "/dev/null", "/sys/kernel/btf/vmlinux"))


def test_no_sysfs(scope):
    """/sys is not mounted"""
    check_refused("/sys is not mounted", "mount -t sysfs", wrapper=in_mounts("umount", "--lazy", "/sys"))


def test_no_proc(scope):
    """/proc is not mounted"""
    check_refused("/proc is not mounted", "mount -t proc", wrapper=in_mounts("umount", "--lazy", "/proc"))


def test_no_files(scope, limit):
    """too few files may be open: that is not taken for a kernel that cannot"""
    check_refused("too many files are open", arguments=("--duration", "0.1s"), wrapper=("prlimit", f"--nofile={limit}:{limit}"))


def test_foreign_proc(scope):
    """/proc is that of another PID namespace"""
    check_refused("/proc belongs to another PID namespace", "--mount-proc",
                  wrapper=("unshare", "--pid", "--fork", "--kill-child"))


# --- rights ---


def check_traced(scope, service, *arguments):
    """Of the user's own process, as that user."""
    tracer = Tracer(scope, "--pid", service.pid, "--json", *arguments, wrapper=rights.as_user(),
                    path=rights.capable_tool(scope, *LEAST, "cap_sys_admin")).wait_attached()
    get(("127.0.0.1", service.port), "/ping")
    tracer.wait_types(1, "request")
    tracer.interrupt()


def test_perf_events(scope):
    """probes by perf events with CAP_BPF and CAP_PERFMON alone: traced, or CAP_SYS_ADMIN is named and then suffices"""
    service = Service(scope, releases()[-1], wrapper=("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"))
    service.start()
    for way in ("perf_event", "perf_event_atomic"):
        options = {"wrapper": rights.as_user(), "path": rights.capable_tool(scope, *LEAST)}
        status, _, stderr = run("--pid", str(service.pid), "--attach", way, "--duration", "0.1s", **options)
        if status != 0:
            check(b"missing CAP_SYS_ADMIN, which this kernel requires" in stderr, stderr.decode())
        check_traced(scope, service, "--attach", way)


def without_proc(test):
    """As a list of tests, which is empty for a tool that says more than its own there."""
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
