#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""gohttpsnoop check: what it reports as possible works, the rest is refused, and its exit status agrees."""

import json
import os
import pathlib

import namespaces
import rights
from client import get
from fleet import Service
from harness import check, check_equal, main, releases, wait_until
from rights import ALL, LEAST, OTHER_USER, USER
from test_obstacles import REFUSE, in_mounts, without_proc
from tracer import Tracer, run

STATUSES = {"everything": 0, "nothing": 1, "partly": 3}


def report(**options):
    """Runs check. Its verdict and exit status must agree, with a problem for each feature that does not work."""
    status, stdout, stderr = run("check", "--json", **options)
    check_equal(stderr, b"", "stderr")
    found = json.loads(stdout)
    check_equal(status, STATUSES[found["verdict"]], f"status of the verdict {found['verdict']}")
    failing = {name for name, works in found["features"].items() if not works}
    concerned = {name for problem in found["problems"] for name in problem["concerns"]}
    check_equal(concerned, failing, "features with a problem")
    check_equal(found["verdict"] == "everything", not failing, "whether everything works")
    check_equal(found["verdict"] == "nothing", "requests" in failing, "whether nothing works")
    return found


def reasons(found):
    return {problem["reason"] for problem in found["problems"]}


# --- the report compared with what works ---


def owned_service(scope, owner):
    service = Service(scope, releases()[-1], wrapper=("setpriv", f"--reuid={owner}", f"--regid={owner}", "--clear-groups"))
    os.chown(service.exe, owner, owner)
    return service.start()


def traces(scope, service, *arguments, event="request", **options):
    """Whether a request is reported as an event. If the tool cannot trace, it must end by itself."""
    tracer = Tracer(scope, "--pid", service.pid, "--json", *arguments, **options)
    wait_until(lambda: tracer.stdout.all() or tracer.stdout.ended, "the tool traces or ends")
    if not tracer.stdout.all():
        tracer.wait_end(1)
        return False
    get(("127.0.0.1", service.port), "/ping")
    tracer.wait_types(1, event)
    tracer.interrupt()
    return True


def check_agrees(scope, found, own, other, **options):
    for way, claims in found["attach"].items():
        check_equal(traces(scope, own, "--attach", way, **options), claims["works"], f"whether {way} traces requests")
    features = found["features"]
    check_equal(traces(scope, own, **options), features["requests"], "whether requests are traced")
    check_equal(traces(scope, own, "main.answer", event="call", **options), features["functions"],
                "whether functions are traced")
    check_equal(traces(scope, own, "--header", "accept", **options), features["captures"], "whether headers are traced")
    check_equal(traces(scope, other, **options), features["requests"] and features["other_users"],
                "whether processes of other users are traced")


def test_root(scope):
    """as root: the report about each attach method and each feature is true"""
    found = report()
    services = owned_service(scope, 0), owned_service(scope, OTHER_USER)
    check_agrees(scope, found, *services)
    print(json.dumps({key: found[key] for key in ("kernel", "preemption", "attach", "verdict")}), flush=True)


def test_user(scope, *held):
    """as a user with these capabilities: the report about each attach method and each feature is true"""
    options = {"path": rights.capable_tool(scope, *held), "wrapper": rights.as_user()}
    found = report(**options)
    for name, is_held in found["capabilities"].items():
        check_equal(is_held, name.lower() in held, f"whether {name} is held")
    check_equal(reasons(found) - {"capabilities", "sys_admin"}, set(), "reasons")
    check_agrees(scope, found, owned_service(scope, USER), owned_service(scope, OTHER_USER), **options)


# --- obstacles ---


def check_reason(reason, **options):
    found = report(**options)
    check(reason in reasons(found), f"{reason} is not among {found['problems']}")
    check(all(problem["advice"] for problem in found["problems"]), f"no advice: {found['problems']}")
    return found


def test_filtered(scope):
    """seccomp filters: nothing works without bpf(2); without perf_event_open(2) requests work only with uprobe_multi"""
    found = check_reason("seccomp", wrapper=(REFUSE, "bpf", "EPERM"))
    check_equal((found["seccomp"], found["verdict"]), (True, "nothing"), "filtered, and the verdict")
    found = report(wrapper=(REFUSE, "perf_event_open", "EPERM"))
    check_equal(found["attach"]["perf_event"].get("reason"), "seccomp", "the reason of perf_event")
    check_equal(found["features"]["requests"], found["attach"]["uprobe_multi"]["works"], "requests")


def test_user_namespace(scope):
    """as root of a user namespace: the report names the namespace as the reason, and nothing works"""
    found = check_reason("user_namespace", wrapper=namespaces.USERS)
    check_equal((found["user_ns"], found["verdict"]), ("other", "nothing"), "user namespace and verdict")


def test_hidden(scope, reason, *command):
    """a file system that is not mounted or hidden: the report names it as the reason, and nothing works"""
    check_equal(check_reason(reason, wrapper=in_mounts(*command))["verdict"], "nothing", "verdict")


def test_debugfs(scope):
    """preemption: equals what debugfs says if it is mounted, else a compatible answer"""
    done = report(wrapper=in_mounts("mount", "-t", "debugfs", "debugfs", "/sys/kernel/debug"))
    check(done["preemption"] in ("none", "voluntary", "full", "lazy", "real time"), done["preemption"])
    otherwise = report()["preemption"]
    check(otherwise == "unknown" or done["preemption"] in otherwise, f"{otherwise} is not {done['preemption']}")


def test_usage(scope):
    """arguments are refused, help is shown, and a full disk is reported"""
    check_equal(run("check", "server")[0], 2, "status of an argument")
    check_equal(run("check", "--pid", "1")[0], 2, "status of an option of something else")
    status, stdout, _ = run("check", "--help")
    check_equal((status, b"gohttpsnoop check" in stdout), (0, True), "status of --help, and whether it is there")
    status, _, stderr = run(path="/bin/sh", wrapper=("sh", "-c", f"exec {rights.tool()} check >/dev/full"))
    check_equal((status, b"cannot be written" in stderr), (1, True), f"status and message of a full disk: {stderr!r}")


def choose():
    yield test_root
    yield from ((test_user, *held) for held in ((), LEAST, (*LEAST, "cap_sys_ptrace"), ALL, (*ALL, "cap_sys_admin")))
    yield test_filtered
    yield from namespaces.possible((test_user_namespace,), (*namespaces.USERS, "true"), "user namespace")
    for test in namespaces.possible((test_hidden,), namespaces.CAN_MOUNT, "private mount"):
        yield (test, "no_btf", "mount", "--bind", "/dev/null", "/sys/kernel/btf/vmlinux")
        yield (test, "no_sysfs", "umount", "--lazy", "/sys")
        yield from ((one, "no_proc", "umount", "--lazy", "/proc") for one in without_proc(test))
    if pathlib.Path("/sys/kernel/debug").is_dir():
        yield from namespaces.possible((test_debugfs,), (*namespaces.MOUNTS, "mount", "-t", "debugfs", "debugfs",
                                                         "/sys/kernel/debug"), "debugfs")
    yield test_usage


if __name__ == "__main__":
    main(list(choose()))
