#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""--otlp: spans and metrics for a receiver, also while it fails, is slow or is away."""

import collections
import subprocess
import time

from client import Connection, get
from harness import Skip, check, check_equal, main, releases, require_command, wait_until
from listeners import Listener
from load import Flood, flood
from otlp_receiver import Receiver, attributes
from servers import Server
from test_links import WAYS, ask_all, number_of
from tracer import Tracer, run

NEWEST = releases()[-1]
REQUESTS = 20_011
FEW = 97
SERVER, CLIENT = 2, 3
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
LARGE = 128 << 20  # bytes; more than all spans of a test


class Service:
    """A server, and a tool that sends its events to a receiver."""

    def __init__(self, scope, url, *arguments, program=None, environment=()):
        self.server = Server(scope, NEWEST, **({"program": program} if program else {}))
        wrapper = ("env", *environment) if environment else ()
        self.tracer = Tracer(scope, "--pid", self.server.pid, "--otlp", url, *arguments, wrapper=wrapper)
        self.tracer.wait_attached()

    def ping(self, query=""):
        get(self.server.addresses["http"], f"/ping{query}")


def check_sum(receiver, requests, *lossy):
    """Requests made are spans received and spans lost, and each has been measured."""
    lost = receiver.lost()
    print(f"{requests} requests, {len(receiver.spans)} spans, {receiver.twice} twice, lost {dict(lost)}", flush=True)
    check_equal(len(receiver.spans) + sum(lost.values()), requests, "spans and lost")
    check_equal(receiver.measured(), requests - lost["kernel"], "requests in histograms")
    check_equal([where for where, count in lost.items() if count], list(lossy), "where events were lost")


def test_spans(scope):
    """a request: its span, its attributes and its resource; nothing on stdout"""
    receiver = Receiver(scope)
    service = Service(scope, receiver.url + "/", "--node=web1", "--label", "env=test", "--trace")
    address = service.server.addresses["http"]
    connection = Connection(address)
    connection.request("GET", b"/ping?n=1", headers=(f"traceparent: 00-{TRACE}-{PARENT}-01",))
    connection.get("/fail?token=geheim")
    connection.close()
    begin = time.time_ns()
    wait_until(lambda: len(receiver.spans) == 2, "the spans have come")
    service.tracer.interrupt()
    check_equal(service.tracer.stdout.text(), b"", "stdout")
    service.tracer.check_quiet()
    first, second = sorted(receiver.spans.values(), key=lambda span: span["startTimeUnixNano"])
    values, resource = attributes(first), receiver.resources[first["spanId"]]
    check_equal((first["kind"], first["traceId"], first["parentSpanId"], first["flags"]), (SERVER, TRACE, PARENT, 0x301), "span")
    check_equal([values[name] for name in ("http.request.method", "url.path", "url.query", "http.response.status_code",
                                           "network.protocol.version", "url.scheme", "gohttpsnoop.outcome")],
                ["GET", "/ping", "n=1", 200, "1.1", "http", "ok"], "attributes")
    check_equal((values["server.address"], values["server.port"]), address, "address")
    check_equal([resource[name] for name in ("service.name", "host.name", "env", "process.pid", "service.instance.id",
                                             "process.runtime.name")],
                [resource["process.executable.name"], "web1", "test", service.server.pid, f"web1:{service.server.pid}", "go"],
                "resource")
    check(0 < begin - int(first["startTimeUnixNano"]) < 60e9, "the span has another time")
    check(0 < int(first["endTimeUnixNano"]) - int(first["startTimeUnixNano"]) < 60e9, "the span took another time")
    check("status" not in first and second["status"] == {"code": 2}, "the status of a span")
    check("parentSpanId" not in second and second["traceId"] != TRACE, "the second span is in the trace of the first")
    check_equal((attributes(second)["error.type"], attributes(second)["url.query"]), ("500", "token=<redacted>"), "second")
    check_sum(receiver, 2)


def test_links(scope, *options):
    """a gateway: what it asks for a request is in the trace of that one, and its child if that is certain"""
    receiver = Receiver(scope)
    service = Service(scope, receiver.url, "--side", "both", *options, "--reader-buffer", LARGE, program="gateway")
    ask_all(service.server, FEW)
    made = FEW * (1 + 2 * len(WAYS))
    wait_until(lambda: len(receiver.spans) == made, "all spans have come")
    service.tracer.interrupt()
    served = {number_of({"path": attributes(span)["url.path"]}): span for span in receiver.of_kind(SERVER)
              if attributes(span)["url.path"].startswith("/page/")}
    ways = collections.Counter()
    for span in receiver.of_kind(CLIENT):
        path = attributes(span)["url.path"]
        way, request = path.split("/")[1], served[number_of({"path": path})]
        ways[way] += 1
        if WAYS[way]:
            check_equal((span.get("parentSpanId"), span["traceId"]), (request["spanId"], request["traceId"]), f"parent of {path}")
            check("links" not in span, f"{path} has a link, too")
        else:
            check("parentSpanId" not in span and span["traceId"] != request["traceId"], f"{path} has a parent")
        if way == "started" and "links" in span:
            check_equal(span["links"], [{"traceId": request["traceId"], "spanId": request["spanId"]}], f"links of {path}")
    check_equal(dict(ways), {way: FEW for way in WAYS}, "requests that the gateway made")
    check_equal(len({span["traceId"] for span in served.values()}), FEW, "traces")
    check_equal(len(receiver.spans) + sum(receiver.lost().values()), made, "spans and lost")


def test_trace_of_request(scope):
    """a request with a header traceparent: what is asked for it is in its trace"""
    receiver = Receiver(scope)
    service = Service(scope, receiver.url, "--side", "both", "--trace", program="gateway")
    connection = Connection(service.server.addresses["http"])
    connection.request("GET", b"/page/7", headers=(f"traceparent: 00-{TRACE}-{PARENT}-00",))
    connection.close()
    wait_until(lambda: len(receiver.spans) == 1 + 2 * len(WAYS), "all spans have come")
    service.tracer.interrupt()
    request, = (span for span in receiver.of_kind(SERVER) if attributes(span)["url.path"] == "/page/7")
    check_equal((request["traceId"], request["parentSpanId"], request["flags"]), (TRACE, PARENT, 0x300), "the request")
    linked = [span for span in receiver.of_kind(CLIENT) if "parentSpanId" in span]
    check_equal(len(linked), len([way for way in WAYS.values() if way]), "children")
    check_equal({(span["traceId"], span["parentSpanId"]) for span in linked}, {(TRACE, request["spanId"])}, "their places")
    check(PARENT not in receiver.spans, "the span of the caller is among those received")
    # The gateway sends the same span with all requests: one of those that are linked is it, and the parent of all behind.
    sent = TRACE[:16]
    check(receiver.spans[sent] in linked, "no request has the span that the gateway sends")
    behind = [span for span in receiver.of_kind(SERVER) if span is not request]
    check_equal({span["parentSpanId"] for span in behind}, {sent}, "parents behind the gateway")


def test_filter(scope):
    """with conditions: the requests that are shown, with what was asked for them"""
    receiver = Receiver(scope)
    service = Service(scope, receiver.url, "--side", "both", "--path", "/page/*1", "--json", program="gateway")
    ask_all(service.server, FEW)
    service.tracer.wait_types(10, "request")
    service.tracer.interrupt()
    found = collections.Counter(event["type"] for event in service.tracer.events())
    check_equal((len(receiver.of_kind(SERVER)), len(receiver.of_kind(CLIENT))), (found["request"], found["client"]), "spans")
    check(found["client"] >= 20, "no requests of the gateway are shown")
    ids = {event["id"] for event in service.tracer.events() if event["type"] == "request"}
    check_equal({span["spanId"] for span in receiver.of_kind(SERVER)}, ids, "ids of requests")


def test_filter_of_metrics(scope):
    """with conditions, but without spans: the same lines, and nothing for /v1/traces"""
    receiver = Receiver(scope)
    service = Service(scope, receiver.url, "--otlp-only", "metrics", "--side", "both", "--path", "/page/*1", "--json",
                      program="gateway")
    ask_all(service.server, FEW)
    service.tracer.wait_types(10, "request")
    service.tracer.interrupt()
    found = service.tracer.events()
    wanted = sum(event["client_count"] for event in found if event["type"] == "request")
    check_equal(len([event for event in found if event["type"] == "client"]), wanted, "requests of the gateway")
    check(wanted >= 20, "no requests of the gateway are shown")
    check_equal({path for path, _ in receiver.requests}, {"/v1/metrics"}, "paths")


def test_busy(scope):
    """a receiver that answers 503 for a while, under load: nothing is lost, and it is told once"""
    receiver = Receiver(scope)
    service = Service(scope, receiver.url, "--reader-buffer", LARGE)
    load = Flood(scope, service.server, REQUESTS)
    receiver.answer = (503, {"Retry-After": "1"}, b'{"message":"too busy"}')
    service.tracer.wait_said(b"status 503: too busy")
    load.wait()
    time.sleep(1.2)
    receiver.answer = (200, {}, b"{}")
    wait_until(lambda: len(receiver.spans) == REQUESTS, "all spans have come")
    service.tracer.interrupt()
    check_sum(receiver, REQUESTS)
    told = [line for line in service.tracer.stderr.all() if b"status 503" in line and b"traces" in line]
    check_equal(len(told), 1, f"messages in {told}")
    service.tracer.wait_said(b"accepted again")


def test_killed(scope):
    """a receiver that is killed for seconds, under load: nothing is lost that the buffer holds"""
    receiver = Receiver(scope)
    service = Service(scope, receiver.url, "--reader-buffer", LARGE)
    flood(scope, service.server, FEW)
    wait_until(lambda: receiver.spans, "spans have come")
    load = Flood(scope, service.server, REQUESTS - FEW)
    receiver.end()
    service.tracer.wait_said(b"/v1/traces: cannot be sent to")
    load.wait()
    time.sleep(1)
    receiver.start()
    wait_until(lambda: len(receiver.spans) == REQUESTS, "all spans have come")
    service.tracer.interrupt()
    check_sum(receiver, REQUESTS)


def test_small_buffer(scope):
    """a buffer that is too small while the receiver is away: what is lost is counted, once"""
    receiver = Receiver(scope)
    service = Service(scope, receiver.url, "--reader-buffer", 65536)
    receiver.end()
    flood(scope, service.server, REQUESTS)
    receiver.start()
    wait_until(lambda: receiver.spans, "spans have come")
    flood(scope, service.server, 7)
    service.tracer.interrupt()
    check_sum(receiver, REQUESTS + 7, "otlp")
    service.tracer.wait_said(f": {receiver.lost()['otlp']} spans lost: ".encode())


def test_refused(scope):
    """a receiver that refuses: no further tries, the loss is counted, and the message says what to do"""
    receiver = Receiver(scope)
    receiver.answer = (401, {}, b'{"message":"no token"}')
    service = Service(scope, receiver.url)
    for _ in range(7):
        service.ping()
    service.tracer.wait_said(b"status 401: no token (give the header for authentication in OTEL_EXPORTER_OTLP_HEADERS)")
    receiver.answer = (200, {}, b"{}")
    for _ in range(5):
        service.ping()
    wait_until(lambda: len(receiver.spans) == 5, "later spans have come")
    service.tracer.interrupt()
    check_sum(receiver, 12, "otlp")


def test_partly(scope):
    """a receiver that rejects some spans: these count as lost"""
    receiver = Receiver(scope)
    receiver.answer = (200, {}, b'{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}}')
    service = Service(scope, receiver.url)
    for _ in range(5):
        service.ping()
    service.tracer.wait_said(b"rejected 3 of the items: too old")
    service.tracer.interrupt()
    check_equal(receiver.lost(), {"otlp": 3}, "lost")


def test_never_there(scope):
    """nobody listens: a last try, then exit status 1 and the number of lost spans, and no long wait"""
    receiver = Receiver(scope)
    receiver.end()
    service = Service(scope, receiver.url)
    for _ in range(7):
        service.ping()
    service.tracer.wait_said(b"cannot be sent to")
    begin = time.monotonic()
    service.tracer.interrupt(status=1)
    check(time.monotonic() - begin < 5, "the tool waits long for nobody")
    service.tracer.wait_said(b": 7 spans lost: cannot be sent to: ")


def test_hanging(scope):
    """a receiver that accepts connections and never answers: the end waits some seconds, and counts all as lost"""
    listener = Listener(scope, "tcp", held=True)
    service = Service(scope, f"http://127.0.0.1:{listener.port}")
    for _ in range(7):
        service.ping()
    begin = time.monotonic()
    service.tracer.interrupt(status=1)
    spent = time.monotonic() - begin
    check(4 < spent < 15, f"the tool gave the receiver {spent:.1f} s")
    service.tracer.wait_said(b": 7 spans lost: they were not accepted in time")


def test_only(scope, signals):
    """--otlp-only: nothing but traces, or nothing but metrics, and nothing counts as lost"""
    receiver = Receiver(scope)
    service = Service(scope, receiver.url, "--otlp-only", signals)
    for _ in range(5):
        service.ping()
    service.tracer.interrupt()
    check_equal({path for path, _ in receiver.requests}, {f"/v1/{signals}"}, "paths")
    if signals == "metrics":
        check_equal((receiver.measured(), receiver.lost()["otlp"]), (5, 0), "requests in histograms, and lost spans")
    else:
        check_equal(len(receiver.spans), 5, "spans")
    service.tracer.check_quiet()


def test_authentication(scope):
    """headers of the environment are sent"""
    receiver = Receiver(scope)
    variable = "OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20geheim, x-tenant = shop"
    service = Service(scope, receiver.url, environment=[variable])
    service.ping()
    wait_until(lambda: receiver.spans, "the span has come")
    service.tracer.interrupt()
    headers = receiver.headers[0]
    check_equal([headers.get(name) for name in ("authorization", "x-tenant", "Content-Type")],
                ["Bearer geheim", "shop", "application/json"], "headers")
    check(headers["User-Agent"].startswith("gohttpsnoop/"), f"User-Agent in {headers}")


def test_tls(scope):
    """https: a certificate that is trusted, and one that is not"""
    require_command("openssl")
    key = scope.folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", scope.folder / "cert.pem"],
                   check=True, capture_output=True)
    key.write_bytes(key.read_bytes() + (scope.folder / "cert.pem").read_bytes())
    receiver = Receiver(scope, certificate=key)
    trusting = Service(scope, receiver.url, environment=[f"OTEL_EXPORTER_OTLP_CERTIFICATE={scope.folder}/cert.pem"])
    trusting.ping()
    wait_until(lambda: receiver.spans, "the span has come")
    trusting.tracer.interrupt()
    other = Service(scope, receiver.url)
    other.ping()
    other.tracer.wait_said(b"certificate")
    other.tracer.interrupt(status=1)
    check_equal(len(receiver.spans), 1, "spans")


def test_wrong(scope):
    """URLs and headers that are wrong are refused, with a reason, and without the secret"""
    for url, reason in (("localhost:4318", b"http://HOST:PORT or https://HOST:PORT is expected"),
                        ("http://user:geheim@h", b"a name and a password are not taken from the URL"),
                        ("http://:4318", b"there is no host"), ("http://h/?x", b"has a query")):
        status, _, stderr = run("--all", "--otlp", url)
        check_equal((status, reason in stderr), (2, True), f"{url}: {stderr}")
    status, _, stderr = run("--all", "--otlp", "http://h", wrapper=("env", "OTEL_EXPORTER_OTLP_HEADERS=x=1,geheim"))
    check_equal((status, b"header 2 is not name=value" in stderr, b"geheim" in stderr), (2, True, False), f"{stderr}")


def require_libcurl():
    _, _, stderr = run("--pid", "1", "--otlp", "http://127.0.0.1:1")
    if b"without libcurl" in stderr:
        raise Skip("the tool is built without libcurl")


if __name__ == "__main__":
    tests = (test_spans, test_links, (test_links, "--trace"), test_trace_of_request, test_filter, test_filter_of_metrics,
             test_busy, test_killed, test_small_buffer, test_refused, test_partly, test_never_there, test_hanging, (test_only, "traces"),
             (test_only, "metrics"), test_authentication, test_tls, test_wrong)
    main(tests, before=require_libcurl)
