#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Go servers from Debian packages, which are stripped: each of 23 requests is reported once and correctly. With
GOHTTPSNOOP_FULL=1 the tests use the packages of all suites, otherwise a few packages of one suite.
"""

import dataclasses
import http.server
import json
import os
import pathlib
import shutil
import socket
import subprocess
import threading
import types

import test_quic
from client import Connection
from fleet import free_port
from harness import PATIENCE, ROOT, Failure, Skip, check, check_equal, is_sanitized, main, tool, wait_until
from http2 import Http2Connection
from lines import Lines
from servers import build, cells_with, library
from tracer import Tracer

COUNT = 23
SUITES = ("bullseye", "bookworm", "trixie", "sid")
FULL = os.environ.get("GOHTTPSNOOP_FULL") == "1"


def fetch(package, suite):
    done = subprocess.run([ROOT / "tests/daemon", package, suite], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Skip(f"{package} of {suite} cannot be had: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    return pathlib.Path(done.stdout.strip())


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), PATIENCE).close()
        return True
    except ConnectionRefusedError:
        return False


class Daemon:
    def __init__(self, scope, binary, words, ports):
        self.exe = pathlib.Path(shutil.copy(binary, scope.folder / "daemon"))
        home = {name: str(scope.folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
        self.process = subprocess.Popen([self.exe, *map(str, words)], stdin=subprocess.DEVNULL, cwd=scope.folder,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, **home})
        self.pid = self.process.pid
        scope.callback(self.process.wait)
        scope.callback(self.process.kill)
        self.output = Lines(self.process.stdout, binary.name)
        for port in ports:
            wait_until(lambda port=port: self.goes_on() and accepts(port), f"{binary.name} listens on {port}")

    def goes_on(self):
        if self.process.poll() is None:
            return True
        self.output.wait_end()
        raise Failure(f"the daemon ended: {self.output.text()[-2000:]!r}")


# --- requests ---


@dataclasses.dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: str = ""
    body: bytes = b""

    @property
    def target(self):
        return f"{self.path}?{self.query}" if self.query else self.path


@dataclasses.dataclass(frozen=True)
class Way:
    """A way to send requests to a port."""

    port: int
    version: int = 1
    tls: bool = False

    def connect(self):
        return (Connection if self.version == 1 else Http2Connection)(("127.0.0.1", self.port), self.tls)

    def perform(self, request):
        """Sends the request on its own connection; returns the expected members of the event."""
        with self.connect() as connection:
            if self.version == 1:
                answer = connection.request(request.method, request.target.encode(), request.body)
            else:
                answer = connection.request(request.method, request.target, body=request.body or None)
            members = {"method": request.method, "path": request.path, "query": request.query or None,
                       "host": connection.host, "protocol": "HTTP/2.0" if self.version == 2 else "HTTP/1.1",
                       "scheme": "https" if self.tls else "http", "remote": connection.remote,
                       "status": answer.status, "outcome": "ok"}
        if request.method != "HEAD":
            members["response_bytes"] = len(answer.body)
        return members


def spread(ways, requests):
    """COUNT pairs that combine all ways and requests in turn."""
    return [(ways[at % len(ways)], requests[at // len(ways) % len(requests)]) for at in range(COUNT)]


REQUEST, PREFACE = b'{"type":"request"', b'"method":"PRI"'


def without_prefaces(requests, most):
    """Removes the prefaces of h2c connections. golang.org/x/net takes such connections over, and net/http sees the
    preface as a hijacked request."""
    prefaces = [event for event in requests if event["method"] == "PRI"]
    check(len(prefaces) in (0, most), f"{len(prefaces)} prefaces of {most} connections")
    check(all((event["path"], event["outcome"], event["status"]) == ("*", "hijacked", None) for event in prefaces),
          f"prefaces: {prefaces}")
    return [event for event in requests if event["method"] != "PRI"]


def compare(event, members, may_be_unknown):
    for key, value in members.items():
        known = event.get(key)
        if known is None and key in event and key in may_be_unknown:
            continue
        check_equal(known, value, f"{key} of {json.dumps(event)}")


def check_traced(scope, daemon, exchanges, may_be_unknown=()):
    """`may_be_unknown` are the keys that may be null if the layout of the daemon's HTTP/2 structures is unknown."""
    tracer = Tracer(scope, "--pid", daemon.pid, "--json").wait_attached()
    expected = [way.perform(request) for way, request in exchanges]
    tracer.stdout.wait(lambda lines: sum(REQUEST in line and PREFACE not in line for line in lines) >= COUNT,
                       f"has not reported {COUNT} requests")
    tracer.interrupt()
    attach, *requests = tracer.events()
    requests = without_prefaces(requests, sum(way.version == 2 and not way.tls for way, _ in exchanges))
    check_equal(len(requests), COUNT, f"requests of {attach['go']}: {requests}")
    for event, members in zip(requests, expected):
        compare(event, members, may_be_unknown if members["protocol"] == "HTTP/2.0" else ())
    unknown = sum(event["status"] is None for event in requests)
    print(f"{attach['go']}: {COUNT} requests, status unknown of {unknown}")


# --- daemons ---

HOOKS = [{"id": "done", "execute-command": "/bin/true", "response-message": "done"}]


def test_webhook(scope, suite):
    """webhook: 23 requests are reported correctly"""
    port = free_port()
    (scope.folder / "hooks.json").write_text(json.dumps(HOOKS))
    daemon = Daemon(scope, fetch("webhook", suite), ["-ip", "127.0.0.1", "-port", port, "-hooks", "hooks.json"], [port])
    requests = (Request("GET", "/hooks/done"), Request("POST", "/hooks/done", "a=1&b", b'{"a": 1}'),
                Request("GET", "/hooks/none"), Request("HEAD", "/hooks/done"), Request("GET", "/absent"))
    check_traced(scope, daemon, spread([Way(port)], requests))


READY = Request("GET", "/-/ready")


def start_prometheus(scope, suite):
    """Starts prometheus; returns it and the way to reach it."""
    port = free_port()
    (scope.folder / "prometheus.yml").write_text("global: {}\n")
    daemon = Daemon(scope, fetch("prometheus", suite),
                    ["--config.file=prometheus.yml", "--storage.tsdb.path=data", f"--web.listen-address=127.0.0.1:{port}"],
                    [port])
    wait_until(lambda: Way(port).perform(READY)["status"] == 200, "it is ready")
    return daemon, Way(port)


def test_prometheus(scope, suite):
    """prometheus: 23 requests are reported correctly"""
    daemon, way = start_prometheus(scope, suite)
    requests = (READY, Request("GET", "/metrics"), Request("GET", "/api/v1/query", "query=up"), Request("GET", "/"),
                Request("GET", "/api/v1/query", "query=%7B"), Request("GET", "/-/absent"), Request("HEAD", "/-/healthy"))
    check_traced(scope, daemon, spread([way], requests))


def test_pushgateway(scope, suite):
    """prometheus-pushgateway: 23 requests are reported correctly"""
    port = free_port()
    daemon = Daemon(scope, fetch("prometheus-pushgateway", suite), [f"--web.listen-address=127.0.0.1:{port}"], [port])
    requests = (Request("POST", "/metrics/job/x", body=b"metric 1\n"), Request("GET", "/metrics"),
                Request("PUT", "/metrics/job/x/at/y", body=b"not a metric"), Request("GET", "/-/ready"),
                Request("DELETE", "/metrics/job/x"), Request("GET", "/absent"))
    check_traced(scope, daemon, spread([Way(port)], requests))


CADDYFILE = """
{{
    admin off
    auto_https disable_redirects
    skip_install_trust
    servers {{
        protocols h1 h2 h2c
    }}
}}
(site) {{
    respond /hello "hello"
    respond /made 201
    respond /error "no" 503
    reverse_proxy /up/* 127.0.0.1:{upstream}
}}
http://127.0.0.1:{plain} {{
    bind 127.0.0.1
    import site
}}
https://127.0.0.1:{secure} {{
    bind 127.0.0.1
    tls internal
    import site
}}
"""


class Upstream(http.server.BaseHTTPRequestHandler):
    """The server behind caddy. It is no Go program, so that it causes no events."""

    def do_GET(self):
        self.send_response(418)
        self.send_header("Content-Length", "8")
        self.end_headers()
        self.wfile.write(b"upstream")

    def log_message(self, *_):
        pass


def start_upstream(scope):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    scope.callback(server.server_close)
    scope.callback(server.shutdown)
    return server.server_port


def start_caddy(scope, suite):
    """Starts caddy; returns it and the ways to reach it."""
    plain, secure, upstream = free_port(), free_port(), start_upstream(scope)
    (scope.folder / "Caddyfile").write_text(CADDYFILE.format(plain=plain, secure=secure, upstream=upstream))
    daemon = Daemon(scope, fetch("caddy", suite), ["run", "--config", "Caddyfile", "--adapter", "caddyfile"],
                    [plain, secure])
    ways = [Way(plain), Way(secure, 1, True), Way(secure, 2, True), Way(plain, 2)]
    wait_until(lambda: can_connect(ways[1]), "it has its certificate")
    return daemon, ways


def can_connect(way):
    try:
        way.connect().close()
        return True
    except OSError:
        return False


def test_caddy(scope, suite):
    """caddy over HTTP/1 and HTTP/2, with and without TLS, and as a reverse proxy: 23 requests are reported correctly"""
    daemon, ways = start_caddy(scope, suite)
    requests = (Request("GET", "/hello", "a=b"), Request("POST", "/made", body=b"x"), Request("GET", "/up/stream"),
                Request("GET", "/error"), Request("GET", "/else"), Request("HEAD", "/hello"))
    # Debian's binaries do not contain the version of the x/net module, which determines the layout of its types.
    check_traced(scope, daemon, spread(ways, requests), may_be_unknown=("status", "response_bytes"))


CADDYFILE_OF_HTTP3 = """
{{
    admin off
    auto_https disable_redirects
    skip_install_trust
}}
https://127.0.0.1:{secure} {{
    bind 127.0.0.1
    tls internal
    respond /hello "hello"
    respond /made 201
    respond /error "no" 503
}}
"""
# Method, target, body, and what the event shows: path, query, status.
HTTP3_REQUESTS = (("GET", "/hello?a=b", 0, ("/hello", "a=b", 200)), ("POST", "/made", 100, ("/made", None, 201)),
                  ("GET", "/error", 0, ("/error", None, 503)), ("HEAD", "/hello", 0, ("/hello", None, 200)))
CLIENT_CELL = ("trixie", "1.24")  # of the program that makes requests over HTTP/3


def test_caddy_http3(scope, suite):
    """caddy over HTTP/3: 23 requests are reported correctly"""
    if not cells_with([CLIENT_CELL], test_quic.PACKAGE):
        raise Skip("the client for HTTP/3 cannot be built")
    secure = free_port()
    (scope.folder / "Caddyfile").write_text(CADDYFILE_OF_HTTP3.format(secure=secure))
    daemon = Daemon(scope, fetch("caddy", suite), ["run", "--config", "Caddyfile", "--adapter", "caddyfile"], [secure])
    wait_until(lambda: can_connect(Way(secure, 1, True)), "it has its certificate")
    tracer = Tracer(scope, "--pid", daemon.pid, "--json").wait_attached()
    client = test_quic.Client(scope, types.SimpleNamespace(
        exe=build("h3", CLIENT_CELL[1], gopath=library(CLIENT_CELL[0], test_quic.PACKAGE)), addresses={"h3": ("127.0.0.1", secure)}))
    sent = [HTTP3_REQUESTS[number % len(HTTP3_REQUESTS)] for number in range(COUNT)]
    for method, target, body, (_, _, status) in sent:
        check_equal(client.send(method, target, body)[0], status, f"status of {method} {target}")
    events = tracer.wait_types(COUNT, "request")
    tracer.interrupt()
    check_equal([(event["method"], event["path"], event.get("query"), event["status"], event["protocol"], event["library"])
                 for event in events], [(method, *shown, "HTTP/3.0", "quic-go") for method, _, _, shown in sent], "requests")


def test_etcd(scope, suite):
    """etcd, whose gRPC and HTTP share a port: 23 calls of its own client are reported correctly"""
    port, peer = free_port(), free_port()
    url, control = f"http://127.0.0.1:{port}", fetch("etcd-client", suite)
    daemon = Daemon(scope, fetch("etcd-server", suite), [
        "--data-dir", scope.folder / "data", "--listen-client-urls", url, "--advertise-client-urls", url,
        "--listen-peer-urls", f"http://127.0.0.1:{peer}"], [port])

    def call(*words):
        return subprocess.run([control, "--endpoints", url, *words], env={**os.environ, "ETCDCTL_API": "3"}, check=False,
                              capture_output=True, text=True, timeout=PATIENCE)

    wait_until(lambda: call("get", "ready").returncode == 0, "it has a leader")
    tracer = Tracer(scope, "--pid", daemon.pid, "--json").wait_attached()
    for number in range(COUNT):
        done = call(*(("put", f"key{number}", "value"), ("get", f"key{number - 1}"), ("lease", "revoke", "77"))[number % 3])
        check_equal(done.returncode, 1 if number % 3 == 2 else 0, f"status of call {number}: {done.stderr}")
    events = tracer.wait_types(COUNT, "request")
    tracer.interrupt()
    expected = (("/etcdserverpb.KV/Put", 0, "OK"), ("/etcdserverpb.KV/Range", 0, "OK"),
                ("/etcdserverpb.Lease/LeaseRevoke", 5, "NOT_FOUND"))
    check_equal([(event["path"], event["grpc_status"], event["grpc_status_name"]) for event in events],
                [expected[number % 3] for number in range(COUNT)], "calls")
    check_equal({(event["method"], event["protocol"], event["library"], event["outcome"]) for event in events},
                {("POST", "gRPC", "grpc", "ok")}, "what all calls have in common")


def test_inspection(scope, suite):
    """inspecting prometheus, a binary of up to 100 MB: CPU time and memory stay below the limits"""
    if is_sanitized():
        raise Skip("a sanitizer costs more than what is measured")
    binary = fetch("prometheus", suite)
    for words in ((), ("net/http.(*conn).serve",)):
        with subprocess.Popen([tool(), "inspect", binary, *words], stdout=subprocess.DEVNULL) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        check_equal(process.returncode, 0, f"status of inspect {words}")
        check(usage.ru_utime + usage.ru_stime < 0.3, f"inspect {words} took {usage.ru_utime + usage.ru_stime:.3f} s")
        check(usage.ru_maxrss < 60 << 10, f"inspect {words} held {usage.ru_maxrss} KiB")


# bullseye has no caddy, and that of bookworm no HTTP/3 that is traced (quic-go 0.28).
MISSING = ((test_caddy, "bullseye"), (test_caddy_http3, "bullseye"), (test_caddy_http3, "bookworm"))


def choose():
    if not FULL:
        return [(test_webhook, "bookworm"), (test_caddy, "bookworm"), (test_pushgateway, "bookworm"),
                (test_inspection, "trixie"), (test_caddy_http3, "trixie"), (test_etcd, "bookworm")]
    return [(test, suite) for suite in SUITES
            for test in (test_webhook, test_caddy, test_prometheus, test_pushgateway, test_inspection, test_caddy_http3, test_etcd)
            if (test, suite) not in MISSING]


if __name__ == "__main__":
    main(choose())
