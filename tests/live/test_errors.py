#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Errors are reported once, on stderr, with subject and reason; the exit status is 1, or 2 for wrong usage."""

import os
import pathlib
import shutil
import subprocess

import events
from client import get
from harness import Skip, check, check_equal, main, releases, require_command, tool
from load import Load
from servers import Server, build
from tracer import Tracer, run

NOBODY = 65534


def check_refusal(arguments, status, subject, *reasons, wrapper=(), path=None):
    """Checks for one line `gohttpsnoop: SUBJECT: ...` that contains each of the reasons, and an empty stdout."""
    code, stdout, stderr = run(*map(str, arguments), wrapper=wrapper, path=path)
    text = events.decode_text(stderr, "stderr")
    what = f"{' '.join(map(str, arguments))!r} says {text!r}"
    check_equal(code, status, f"exit status; {what}")
    check_equal(stdout, b"", f"stdout; {what}")
    check(text.endswith("\n") and text.count("\n") == 1, f"not one line; {what}")
    check(text.startswith(f"gohttpsnoop: {subject}"), f"it should begin with {subject!r}; {what}")
    for reason in reasons:
        check(reason in text, f"it should hold {reason!r}; {what}")
    return text


def start_shell(scope):
    require_command("bash")
    shell = subprocess.Popen(["bash", "-c", "read"], stdin=subprocess.PIPE)
    scope.callback(shell.wait)
    scope.callback(shell.kill)
    scope.callback(shell.stdin.close)
    exe = pathlib.Path(f"/proc/{shell.pid}/exe")
    return shell.pid, str(exe.resolve())


# --- processes ---


def test_no_such_pid(scope):
    """a PID without a process: refused with the reason"""
    unused = int(pathlib.Path("/proc/sys/kernel/pid_max").read_text())  # PIDs are less than this
    check_refusal(["--pid", unused], 1, f"pid {unused}: ", "no such process")


def test_thread(scope, release):
    """the ID of a thread: its process is traced, and a message says so"""
    server = Server(scope, release)
    get(server.addresses["http"], "/ping")
    thread = max(server.threads())
    check(thread != server.pid, "the server has one thread")
    tracer = Tracer(scope, "--pid", f"{thread},{server.pid}", "--json", "--count", 1).wait_attached()
    get(server.addresses["http"], "/ping")
    tracer.wait_end()
    check_equal([(event["type"], event["pid"]) for event in tracer.events()],
                [("attach", server.pid), ("request", server.pid)], "events")
    said = f"{thread} is a thread of process {server.pid}".encode()
    check(said in tracer.stderr.text(), f"stderr: {tracer.stderr.text()!r}")


def test_shell(scope):
    """the PID of a shell: refused as no Go program"""
    pid, exe = start_shell(scope)
    check_refusal(["--pid", pid], 1, f"pid {pid} ({exe}): ", "not a Go program")


def test_no_server(scope, release):
    """a Go program without net/http, by PID and by file: refused with the reason"""
    idle = Server(scope, release, program="idle")
    check_refusal(["--pid", idle.pid], 1, f"pid {idle.pid} ({idle.exe}): ", "net/http")
    check_refusal([idle.exe], 1, "", str(idle.exe), "net/http")


def test_one_of_two(scope):
    """two PIDs, one of which cannot be traced: a message names it, and the other is traced"""
    pid, exe = start_shell(scope)
    server = Server(scope, releases()[-1])
    tracer = Tracer(scope, "--pid", f"{pid},{server.pid}", "--json", "--count", 1).wait_attached()
    get(server.addresses["http"], "/ping")
    tracer.wait_end(status=0)
    check_equal([(event["type"], event["pid"]) for event in tracer.events()],
                [("attach", server.pid), ("request", server.pid)], "events")
    refusal, attach = (events.decode_text(line, "stderr") for line in tracer.stderr.all())
    check(refusal.startswith(f"gohttpsnoop: pid {pid} ({exe}): ") and "not a Go program" in refusal, refusal)
    check(attach.startswith(f"gohttpsnoop: pid {server.pid} ({server.exe}): traced: "), attach)


def test_none_of_two(scope):
    """two PIDs that cannot be traced: one message each, status 1"""
    pid, exe = start_shell(scope)
    idle = Server(scope, releases()[-1], program="idle")
    status, stdout, stderr = run("--pid", str(pid), "--pid", str(idle.pid), "--json")
    check_equal((status, stdout), (1, b""), "status and stdout")
    first, second = stderr.decode().splitlines()
    check(first.startswith(f"gohttpsnoop: pid {pid} ({exe}): "), first)
    check(second.startswith(f"gohttpsnoop: pid {idle.pid} ({idle.exe}): "), second)


# --- functions ---


def test_no_function(scope, release):
    """a FUNCTION that does not exist: the message suggests similar names"""
    server = Server(scope, release)
    for name, near in (("main.pong", "main.ping"), ("main.Ping", "main.ping"), ("ping", "main.ping"),
                       ("main.checkout", "main.(*shop).checkout"), ("main.(*shop).chekout", "main.(*shop).checkout")):
        check_refusal([server.exe, name], 1, "", name, near, str(server.exe))


def test_function_stripped(scope, release):
    """a FUNCTION of a binary without DWARF: the message says that its parameters are unknown"""
    server = Server(scope, release, "stripped")
    check_refusal([server.exe, "main.ping"], 1, "", "main.ping", "DWARF", str(server.exe))


# --- files ---


def make_binaries(folder):
    """Creates files that cannot be traced."""
    server = build("server", releases()[-1]).read_bytes()
    contents = {"empty": b"", "script": b"#!/bin/sh\nexit 0\n", "half": server[:len(server) // 2], "head": server[:40],
                "zeros": bytes(100000)}
    for name, data in contents.items():
        (folder / name).write_bytes(data)
        (folder / name).chmod(0o755)
    (folder / "folder").mkdir()


def test_files(scope):
    """a BINARY that is a directory, empty, a script, truncated or missing: refused with the reason"""
    make_binaries(scope.folder)
    for name, reason in (("folder", "directory"), ("empty", "empty"), ("script", "not an ELF file"),
                         ("zeros", "not an ELF file"), ("head", "truncated"), ("half", "truncated"),
                         ("absent", "No such file or directory"), ("absent\x1b[2J\n", "No such file or directory")):
        path = scope.folder / name
        shown = str(path).replace("\x1b", "\\x1b").replace("\n", "\\x0a")
        check_refusal([path], 1, f"{shown}: ", reason)
        check_refusal(["--binary", path, "--json"], 1, f"{shown}: ", reason)


def test_not_go(scope):
    """a BINARY that is no Go program: refused with the reason"""
    shell = shutil.copy(shutil.which("sh"), scope.folder / "shell")  # a copy, which no process runs
    check_refusal([shell], 1, f"{shell}: ", "not a Go program")


# --- rights ---


def as_nobody(*capabilities):
    """Command words that run another command as an unprivileged user with only these capabilities."""
    names = ",".join(f"+{name}" for name in ("-all", *capabilities)).replace("+-", "-")
    return ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", f"--inh-caps={names}",
            f"--ambient-caps={names}", "--no-new-privs")


def test_not_root(scope):
    """without root: the message names exactly the missing capabilities"""
    require_command("setpriv")
    server = Server(scope, releases()[-1])
    copy = shutil.copy(tool(), scope.folder / "tool")
    for held in ((), ("bpf",), ("bpf", "perfmon")):
        missing = [name for name in ("bpf", "perfmon", "sys_ptrace") if name not in held]
        text = check_refusal(["--pid", server.pid], 1, "", *(f"CAP_{name.upper()}" for name in missing),
                             wrapper=as_nobody(*held), path=copy)
        check(not any(f"CAP_{name.upper()}" in text for name in held), f"it has {held}: {text}")


# --- usage ---

USAGE = (
    ([], "no target given"),
    (["--json"], "no target given"),
    (["--frobnicate"], "--frobnicate"),
    (["--frobnicate=1"], "--frobnicate"),
    (["-Z"], "-Z"),
    (["-jZ"], "-Z"),
    (["--pid"], "--pid"),
    (["-p"], "-p"),
    (["--json", "--count"], "--count"),
    (["--json=yes", "--pid", "1"], "--json"),
    (["--pid", "abc"], "abc"),
    (["--pid", ""], "--pid"),
    (["--pid", "0"], "0"),
    (["--pid", "-1"], "-1"),
    (["--pid", "1,"], "1,"),
    (["--pid", "12x"], "12x"),
    (["--pid", "99999999999999999999"], "99999999999999999999"),
    (["--count", "0", "--pid", "1"], "--count 0"),
    (["--count", "-3", "--pid", "1"], "--count -3"),
    (["--count", "many", "--pid", "1"], "--count many"),
    (["--duration", "soon", "--pid", "1"], "--duration soon"),
    (["--duration", "10x", "--pid", "1"], "--duration 10x"),
    (["--duration", "-1s", "--pid", "1"], "--duration -1s"),
    (["--max-string", "0", "--pid", "1"], "--max-string 0"),
    (["--max-string", "8193", "--pid", "1"], "--max-string 8193"),
    (["--bogus\x1b[2J"], "--bogus\\x1b[2J"),
    ([""], "BINARY ''"),
    (["--binary", ""], "--binary ''"),
    (["--name="], "--name ''"),
    (["--all", "--output", ""], "--output ''"),
    (["--all", "--socket", ""], "--socket ''"),
    (["--all", "--types", ""], "--types ''"),
    (["--all", "--socket", "/tmp/s", "--output", "/tmp/s"], "--output has it"),
    (["--all", "--socket", "/tmp/s", "--connect", "unix:/tmp/s"], "--connect has it"),
    (["top", "events.ndjson", "--all"], "leave out the FUNCTION events.ndjson"),
    (["top", "--all", "--json"], "leave out --list, --summary, --json and --fields"),
    (["inspect", ""], "inspect ''"),
    (["report", "a", "b"], "report needs one file of events"),
)


def test_usage(scope):
    """an unknown option, or an option without its value or with a wrong one: status 2"""
    for arguments, subject in USAGE:
        check_refusal(arguments, 2, "", subject)


def test_recordings(scope):
    """a recording that is empty or a directory: refused, and the message names it"""
    empty = scope.folder / "empty"
    empty.touch()
    for words in (["summary"], ["report"], ["top"]):
        check_refusal([*words, empty], 1, f"{empty}: ", "no requests were read")
    for words in (["summary"], ["report"], ["top"]):
        check_refusal([*words, scope.folder], 1, f"{scope.folder}: ", "irectory")
    check_refusal(["summary", empty, empty], 1, f"{empty} and 1 more: ", "no requests were read")
    check_refusal(["summary"], 1, "standard input: ", "no requests were read")


def test_types_file(scope):
    """a file of --types that cannot be read: refused at the start, also where no types are needed from it"""
    absent = scope.folder / "absent"
    for words in (["--all"], ["--list"], ["top", "--all"], ["inspect", "1"]):
        check_refusal([*words, "--types", absent], 1, f"--types {absent}: ", "No such file or directory")
    check_refusal(["--all", "--types", scope.folder], 1, f"--types {scope.folder}: ", "Is a directory")


def test_kernel_thread(scope):
    """a kernel thread, which has no executable: the message says so"""
    threads = [path.name for path in pathlib.Path("/proc").glob("[0-9]*") if is_kernel_thread(path)]
    if not threads:
        raise Skip("no kernel thread is visible here")
    for words in (["--pid"], ["inspect"]):
        check_refusal([*words, threads[0]], 1, f"pid {threads[0]}: ", "kernel thread")


def is_kernel_thread(path):
    try:
        return not os.readlink(path / "exe")
    except FileNotFoundError:
        return (path / "stat").exists()
    except OSError:
        return False


def test_closed_files(scope):
    """standard files that are closed: the output fails as it does on a full disk, and nothing else is written to"""
    require_command("sh")
    closed = "standard output cannot be written: Bad file descriptor"
    for words in ("--version", "--help", "check", "inspect --help", "summary --help", "top --help"):
        for files in (">&-", "<&- >&-"):
            status, _, stderr = run(wrapper=("sh", "-c", f'exec "$0" {words} {files}'))
            check_equal((status, stderr.decode()), (1, f"gohttpsnoop: {closed}\n"), f"{words} {files}")
        status, _, _ = run(wrapper=("sh", "-c", f'exec "$0" {words} <&- >&- 2>&-'))
        check_equal(status, 1, f"status of {words} without files")
    for words in ("--version", "--help"):
        status, stdout, _ = run(wrapper=("sh", "-c", f'exec "$0" {words} <&- 2>&-'))
        check((status, bool(stdout)) == (0, True), f"{words} without standard input and error: {status}, {stdout!r}")


def test_closed_output(scope):
    """tracing with a closed or full standard output: ends with status 1, and a message"""
    require_command("sh")
    server = Server(scope, releases()[-1])
    Load(scope, server, clients=1)
    for command in ("", "--json", "top"):
        for file in (">&-", ">/dev/full"):
            words = f"{command} --pid {server.pid}" + ("" if command == "top" else " --count 1")
            status, _, stderr = run(wrapper=("sh", "-c", f'exec "$0" {words} {file} <&-'))
            check_equal(status, 1, f"status of {words} {file}, which says {stderr!r}")
            check(b"cannot be written: " in stderr, f"{words} {file} says {stderr!r}")


def test_help(scope):
    """--help and --version: printed on stdout, status 0"""
    for arguments, beginning in ((["--help"], b"Usage: gohttpsnoop "), (["-h"], b"Usage: gohttpsnoop "),
                                 (["--version"], b"gohttpsnoop "), (["-V"], b"gohttpsnoop ")):
        status, stdout, stderr = run(*arguments)
        check_equal((status, stderr), (0, b""), f"status and stderr of {arguments}")
        check(stdout.startswith(beginning) and stdout.endswith(b"\n"), f"stdout of {arguments}: {stdout!r}")


if __name__ == "__main__":
    main([test_no_such_pid, test_shell, test_one_of_two, test_none_of_two, test_files, test_not_go, test_not_root,
          test_usage, test_recordings, test_types_file, test_kernel_thread, test_closed_files, test_closed_output, test_help,
          *((test, release) for release in releases()
            for test in (test_thread, test_no_server, test_no_function, test_function_stripped))])
