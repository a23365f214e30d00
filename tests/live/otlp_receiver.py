# SPDX-License-Identifier: MIT
"""A receiver of OTLP over HTTP (--otlp) that keeps what it gets, fails as it is told, and is ended and started again."""

import collections
import contextlib
import http.server
import json
import socket
import ssl
import threading

from harness import check


class Post(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        receiver = self.server.receiver
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, headers, answer = receiver.take(self.path, dict(self.headers.items()), body)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    allow_reuse_address = True
    daemon_threads = True

    def shutdown_request(self, request):
        self.receiver.open.discard(request)
        super().shutdown_request(request)

    def get_request(self):
        request, address = super().get_request()
        self.receiver.open.add(request)
        return request, address

    def handle_error(self, request, client_address):
        """Connections are cut by end()."""


class Receiver:
    """Listens on a port of loopback. `answer` is the status, headers and text of each answer; what was not accepted by
    a status of 200 is not kept."""

    def __init__(self, scope, certificate=None, port=0):
        self.port, self.certificate = port, certificate
        self.answer = (200, {}, b"{}")
        self.lock = threading.Lock()
        self.open = set()
        self.spans = {}  # by id
        self.resources = {}  # of spans, by id
        self.twice = 0
        self.metrics = []  # bodies
        self.requests = collections.Counter()  # by path and status
        self.headers = []
        self.server = None
        scope.callback(self.end)
        self.start()

    @property
    def url(self):
        return f"http{'s' if self.certificate else ''}://127.0.0.1:{self.port}"

    def start(self):
        self.server = Server(("127.0.0.1", self.port), Post)
        self.server.receiver = self
        self.port = self.server.server_address[1]
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def end(self):
        """Nobody can connect any more, and open connections are cut, whatever they bring."""
        if not self.server:
            return
        self.server.shutdown()
        self.server.server_close()
        for connection in list(self.open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.open.clear()
        self.server = None

    def take(self, path, headers, body):
        with self.lock:
            self.headers.append(headers)
            status, more, text = self.answer
            self.requests[path, status] += 1
            if status == 200:
                tree = json.loads(body)
                {"/v1/traces": self.keep_spans, "/v1/metrics": self.metrics.append}[path](tree)
            return status, {"Content-Type": "application/json", **more}, text

    def keep_spans(self, tree):
        for part in tree["resourceSpans"]:
            resource = attributes(part["resource"])
            for scope in part["scopeSpans"]:
                for span in scope["spans"]:
                    self.twice += span["spanId"] in self.spans
                    self.spans[span["spanId"]] = span
                    self.resources[span["spanId"]] = resource

    def of_kind(self, kind):
        return [span for span in self.spans.values() if span["kind"] == kind]

    # --- the last metrics ---

    def points(self, name):
        """The points of a metric in the last body, each with the attributes of its resource."""
        check(self.metrics, "no metrics have come")
        found = []
        for part in self.metrics[-1]["resourceMetrics"]:
            for scope in part["scopeMetrics"]:
                for metric in scope["metrics"]:
                    if metric["name"] == name:
                        kind = metric.get("histogram") or metric["sum"]
                        found += [(attributes(part["resource"]), attributes(point), point) for point in kind["dataPoints"]]
        return found

    def measured(self):
        return sum(int(point["count"]) for _, _, point in self.points("http.server.request.duration"))

    def lost(self):
        return collections.Counter({values["gohttpsnoop.where"]: int(point["asInt"])
                                    for _, values, point in self.points("gohttpsnoop.lost")})


def value_of(value):
    (kind, content), = value.items()
    if kind == "intValue":
        check(isinstance(content, str), f"an integer is not a string: {value}")
        return int(content)
    if kind == "arrayValue":
        return [value_of(item) for item in content["values"]]
    check(kind in ("stringValue", "boolValue"), f"a value is {value}")
    return content


def attributes(item):
    names = [attribute["key"] for attribute in item["attributes"]]
    check(len(names) == len(set(names)), f"an attribute stands twice in {names}")
    return {attribute["key"]: value_of(attribute["value"]) for attribute in item["attributes"]}
