#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Go code in shared libraries: a C program that loads a c-shared library, and a Go program that loads a plugin."""

import json
import shutil
import socket
import subprocess

from client import get
from harness import check, check_equal, main, require_command
from servers import Server, build, release_number, releases_of
from test_errors import check_refusal
from tracer import Tracer, run

RELEASES = ("1.15", "1.19", "1.24", "1.27")
REGISTERS = (1, 17)
REQUESTS = 7

# The program runs until its standard input is closed.
HOST = """
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void)
{
	void *library = dlopen(getenv("GOHTTPSNOOP_LIBRARY"), RTLD_NOW);
	char byte;

	if (!library) {
		fprintf(stderr, "%s\\n", dlerror());
		return 1;
	}
	((void (*)(void))dlsym(library, "Serve"))();
	while (read(0, &byte, 1) == 1)
		;
	return 0;
}
"""


def compile_host(scope):
    require_command("cc")
    source, program = scope.folder / "host.c", scope.folder / "cprogram"
    if not program.exists():
        source.write_text(HOST)
        subprocess.run(["cc", "-o", program, source, "-ldl"], check=True)
    return program


def copy(scope, release, variant):
    return Server.copy(scope, build("loaded", release, variant), f"{variant}.so")


def start_c(scope, release):
    """Starts a C program with a Go library; returns the server and the path of the library."""
    library = copy(scope, release, "c-shared")
    host = Server.copy(scope, compile_host(scope), "cprogram")
    return Server(scope, release, binary=host, environment={"GOHTTPSNOOP_LIBRARY": str(library)}), library


def start_go(scope, release):
    """Starts a Go program with a plugin; returns the server and the path of the plugin."""
    library = copy(scope, release, "plugin")
    host = Server.copy(scope, build("host", release, "cgo"), "host")
    return Server(scope, release, binary=host, environment={"GOHTTPSNOOP_LIBRARY": str(library)}), library


HOSTS = (start_c, start_go)


def check_requests(tracer, server):
    for number in range(REQUESTS):
        get(server.addresses["http"], f"/ping?n={number}")
    tracer.wait_end()
    requests = [event for event in tracer.events() if event["type"] == "request"]
    check_equal([(event["pid"], event["method"], event["path"], event["query"], event["status"], event["outcome"])
                 for event in requests],
                [(server.pid, "GET", "/ping", f"n={number}", 200, "ok") for number in range(REQUESTS)], "requests")
    check_equal({event["exe"] for event in requests}, {str(server.exe)}, "executables")


def test_requests(scope, release, start):
    """--pid: requests are reported, and a message names the library that contains the code"""
    server, library = start(scope, release)
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--count", REQUESTS).wait_attached()
    check_requests(tracer, server)
    check(f"in {library}".encode() in tracer.stderr.text(), f"stderr: {tracer.stderr.text()!r}")


def test_panic(scope, release, start):
    """a handler in a library that panics: outcome panic"""
    server, _ = start(scope, release)
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--count", 1).wait_attached()
    try:
        get(server.addresses["http"], "/panic")
    except OSError:
        pass  # there is no response
    tracer.wait_end()
    check_equal([(event["path"], event["outcome"]) for event in tracer.events()[1:]], [("/panic", "panic")], "events")


def test_function(scope, release, start):
    """calls of a function in a library: the argument, and the result if the goroutine is in a register"""
    server, _ = start(scope, release)
    ends = release_number(release) >= REGISTERS
    latency = ("--latency",) if ends else ()
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--count", 2, *latency, "*.greet").wait_attached()
    for _ in range(2):
        get(server.addresses["http"], "/ping")
    tracer.wait_end()
    check_equal([(event["args"], event.get("ret"), event.get("outcome")) for event in tracer.events()[1:]],
                [({"who": {"path": "/ping", "count": count}}, f"/ping {count}\n" if ends else None,
                  "ok" if ends else None) for count in (1, 2)], "events")
    if not ends:
        code, _, stderr = run("--pid", str(server.pid), "--latency", "*.greet")
        check(code == 1 and b"the goroutine is not known" in stderr, f"stderr: {stderr!r}")


def test_function_missing(scope, release, start):
    """a function that does not exist: refused with the reason"""
    server, library = start(scope, release)
    code, stdout, stderr = run("--pid", str(server.pid), "main.nowhere")
    check_equal((code, stdout), (1, b""), f"status and stdout; {stderr!r}")
    check(b"no function main.nowhere" in stderr, f"stderr: {stderr!r}")
    check(start is start_go or str(library).encode() in stderr, f"stderr: {stderr!r}")


def test_found(scope, release, start):
    """--name and --port: a process that has already loaded the library is traced"""
    server, _ = start(scope, release)
    for rule in (("--name", server.exe.name), ("--port", server.addresses["http"][1])):
        tracer = Tracer(scope, *rule, "--json", "--count", REQUESTS).wait_attached()
        check_requests(tracer, server)


def free_port():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return unused.getsockname()[1]


def test_listening(scope, release):
    """--port: a process that loads the library and listens after tracing has begun is traced"""
    library = copy(scope, release, "c-shared")
    host = Server.copy(scope, compile_host(scope), "cprogram")
    port = free_port()
    tracer = Tracer(scope, "--port", port, "--json", "-v", "--count", REQUESTS).wait_looking_out()
    server = Server(scope, release, binary=host, environment={"GOHTTPSNOOP_LIBRARY": str(library),
                                                              "GOHTTPSNOOP_PORT": str(port)})
    tracer.wait_attached()
    check_requests(tracer, server)


def test_binary(scope, release):
    """the library as BINARY: refused, because it does not tell the process; the message says how to trace it"""
    library = copy(scope, release, "c-shared")
    check_refusal([library], 1, f"{library}: ", "shared library", "--pid PID")


def test_replaced(scope, release):
    """a library that was replaced after it was loaded: the message says so"""
    server, library = start_c(scope, release)
    shutil.copy(library, library.with_name("new"))
    library.with_name("new").replace(library)
    code, stdout, stderr = run("--pid", str(server.pid), "--duration", "1")
    check_equal((code, stdout), (1, b""), f"status and stdout; {stderr!r}")
    check(b"restart the process" in stderr and str(library).encode() in stderr, f"stderr: {stderr!r}")


def test_beside_a_server(scope, release):
    """a plugin in a program with its own server: the program is traced, and a message says that the plugin is not"""
    library = copy(scope, release, "plugin")
    host = Server.copy(scope, build("plugged", release, "cgo"), "plugged")
    server = Server(scope, release, binary=host, environment={"GOHTTPSNOOP_LIBRARY": str(library)})
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--count", REQUESTS).wait_attached()
    check_requests(tracer, server)
    said = [line for line in tracer.stderr.all() if b"not traced" in line and str(library).encode() in line]
    check_equal(len(said), 1, f"lines: {tracer.stderr.text()!r}")


def test_inspect(scope, release, start):
    """inspect of a library, and of a process that has loaded it: shows the probes"""
    server, library = start(scope, release)
    # Of a Go program inspect always examines the program itself, not the libraries it has loaded.
    for subject in (library, server.pid) if start is start_c else (library,):
        code, stdout, stderr = run("inspect", "--json", str(subject), "*.greet")
        check_equal(code, 0, f"status of {subject}; {stderr!r}")
        check_equal(len(json.loads(stdout)["functions"]), 1, "functions")
    status, stdout, _ = run("inspect", "--json", str(library))
    probes = {probe["role"] for probe in json.loads(stdout)["probes"] if "address" in probe}
    check(status == 0 and {"start", "end"} <= probes, f"roles: {probes}")


if __name__ == "__main__":
    main([*((test, release, start) for release in releases_of(RELEASES) for start in HOSTS
            for test in (test_requests, test_panic, test_function, test_function_missing, test_found, test_inspect)),
          *((test, release) for release in releases_of(RELEASES) for test in (test_listening, test_binary, test_replaced, test_beside_a_server))])
