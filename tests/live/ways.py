# SPDX-License-Identifier: MIT
"""Each way in which a request to tests/go/ends can end, what the client must see, and the expected event."""

import dataclasses
import time

import client
import events
from events import ABSENT, Perhaps
from exchanges import route_of
from harness import Failure, check_equal
from http2 import Http2Connection
from servers import release_number

LARGE = 1 << 20
GONE_LIMIT_NS = 5_000_000_000  # for requests that last until the server notices that the client has disconnected


@dataclasses.dataclass(frozen=True)
class Way:
    name: str
    path: str
    status: int  # the status that the client sees
    response_bytes: int = ABSENT
    outcome: str = "ok"
    method: str = "GET"
    body: bytes = None
    declared: bool = True  # whether the body's length is declared
    expect: str = None
    interim: tuple = ()
    over: tuple = (1, 2)  # HTTP versions for which the way exists
    since: tuple = (1, 15)
    told: int = None  # the event's status, if it differs from the client's
    routed: bool = True  # whether the mux handled the request, and the probes at its end read the route
    abandoned: bool = False  # the client disconnects as soon as the handler has begun

    @property
    def event_status(self):
        if self.outcome != "ok":
            return None
        return self.status if self.told is None else self.told

    @property
    def request_bytes(self):
        return len(self.body or b"") if self.declared else ABSENT


def panics(name, path, status=None):
    return Way(name, path, status, outcome="panic", routed=False)


def hijacks(name, path, status):
    return Way(name, path, status, outcome="hijacked", routed=False, over=(1,))


ALL = (
    Way("body", "/ok", 200, 3),
    Way("implicit 200", "/implicit", 200, 0),
    Way("WriteHeader only", "/header-only", 201, 0),
    Way("superfluous WriteHeader", "/superfluous", 202, 6),
    Way("204", "/no-content", 204, 0),
    Way("304", "/not-modified", 304, 0),
    Way("HEAD", "/ok", 200, 3, method="HEAD"),
    Way("request body, Content-Length", "/body", 200, 3, method="POST", body=b"hello world"),
    Way("request body, chunked", "/body", 200, 3, method="POST", body=b"in two chunks", declared=False),
    Way("100 Continue", "/body", 200, 3, method="POST", body=b"hello world", expect="100-continue", interim=(100,)),
    Way("103 Early Hints", "/early", 200, 6, interim=(103,), since=(1, 19)),
    Way("Expect: nonsense", "/ok", 417, 0, expect="nonsense", over=(1,), routed=False),
    Way("Expect: nonsense", "/ok", 200, 3, expect="nonsense", over=(2,)),
    Way("chunked", "/chunked", 200, 24),
    Way("large", "/large", 200, LARGE),
    Way("sendfile", "/file", 200, LARGE),
    Way("TimeoutHandler, too late", "/timeout", 503, 9),
    Way("TimeoutHandler, in time", "/in-time", 200, 5),
    Way("recovered panic", "/recovered", 202, 10),
    Way("no Hijacker", "/hijack", 501, 16, over=(2,)),
    Way("client gone", "/gone", 200, 6, abandoned=True),
    Way("client gone, nothing written", "/body", None, 0, method="POST", body=b"not all of it",
        expect="100-continue", interim=(100,), told=200, abandoned=True),
    panics("panic", "/panic"),
    panics("http.ErrAbortHandler", "/abort"),
    panics("panic after the headers", "/panic-late", 200),
    panics("panic in TimeoutHandler", "/timeout-panic"),
    panics("runtime.Goexit", "/goexit"),
    hijacks("hijack", "/hijack", 200),
    hijacks("hijack, kept open", "/hijack-keep", 101),
    hijacks("hijack, then panic", "/hijack-panic", 101),
)


@dataclasses.dataclass(frozen=True)
class Transport:
    name: str
    address: str  # which address of the server
    version: int
    since: tuple = (1, 15)

    @property
    def tls(self):
        return self.address == "https"

    @property
    def protocol(self):
        return {1: "HTTP/1.1", 2: "HTTP/2.0"}[self.version]

    def connect(self, server):
        address = server.addresses[self.address]
        return client.Connection(address, self.tls) if self.version == 1 else Http2Connection(address, self.tls)


HTTP1 = Transport("http1", "http", 1)
HTTPS1 = Transport("https1", "https", 1)
HTTP2 = Transport("http2", "https", 2)
H2C = Transport("h2c", "http", 2, since=(1, 24))  # served by net/http itself, without golang.org/x/net
TRANSPORTS = (HTTP1, HTTPS1, HTTP2, H2C)


def transports_of(release):
    return [transport for transport in TRANSPORTS if release_number(release) >= transport.since]


def ways_of(release, transport):
    return [way for way in ALL if transport.version in way.over and release_number(release) >= way.since]


# --- performing a way -----------------------------------------------------------------


@dataclasses.dataclass
class Sent:
    way: Way
    transport: Transport
    host: str
    remote: str
    begin: float


def perform(way, transport, server):
    """Performs the way on its own connection, and checks what the client sees."""
    with transport.connect(server) as connection:
        sent = Sent(way, transport, connection.host, connection.remote, time.time())
        seen = (perform_http1 if transport.version == 1 else perform_http2)(way, connection)
    check_equal(seen, (way.interim, way.status), f"what the client saw of {way.name!r} over {transport.name}")
    return sent


def read_head(connection):
    """Returns None as the status if the connection ends instead."""
    try:
        return connection.read_head()
    except (ConnectionError, OSError):
        return None, {}


def perform_http1(way, connection):
    headers, body = ["Connection: close"], way.body or b""
    if not way.declared:
        headers.append("Transfer-Encoding: chunked")
        body = client.chunked(body)
    if way.expect:
        headers.append(f"Expect: {way.expect}")
    data = client.request_bytes(way.method, way.path.encode(), connection.host, body, headers, declared=way.declared)
    waits = way.expect == "100-continue"
    connection.send(data[:len(data) - len(body)] if waits else data)
    status, answer = read_head(connection)
    interim = []
    while status in (100, 103):
        interim.append(status)
        if way.abandoned:
            return tuple(interim), None
        if waits:
            connection.send(body)
        status, answer = read_head(connection)
    if way.abandoned:
        return tuple(interim), status
    if status == 101:
        converse_raw(way, connection)
    elif status and way.method != "HEAD" and status not in (204, 304):
        connection.read_body(answer)
    return tuple(interim), status


def converse_raw(way, connection):
    if way.path == "/hijack-keep":
        for _ in range(3):
            connection.send(b"a line\n")
            check_equal(connection.stream.readline(), b"a line\n", "what the connection that was taken over echoes")


def perform_http2(way, connection):
    headers = [("expect", way.expect)] if way.expect else []
    if way.body and way.declared:
        headers.append(("content-length", str(len(way.body))))
    number = connection.open(way.method, way.path, headers, ended=way.body is None)
    if way.expect == "100-continue" or way.abandoned:
        connection.wait_begun(number)
    stream = connection.streams[number]
    if way.abandoned:
        connection.give_up(number)
        return tuple(stream.interim), stream.status
    if way.body:
        connection.send_body(number, way.body)
    connection.wait(number)
    return tuple(stream.interim), stream.status


# --- the expected event ---------------------------------------------------------------


def has_route(server, transport):
    """In Go 1.27 and later no http.Request can be reached at the end of an HTTP/2 request."""
    return transport.version == 1 or release_number(server.release) < (1, 27)


def expected_event(server, sent, seen_by, routed, library):
    """`seen_by` is the time at which the event had been read."""
    way = sent.way
    route = Perhaps(way.path)  # by the probe on demand
    if way.routed:
        route = route_of(server, way.path) if routed else Perhaps(None, way.path)
    longest = GONE_LIMIT_NS if way.abandoned else int((seen_by - sent.begin + events.CLOCK_SLACK) * 1e9)
    return events.request_event(
        server, events.time_between(sent.begin, seen_by), method=way.method, path=way.path, route=route,
        host=sent.host, protocol=sent.transport.protocol, scheme="https" if sent.transport.tls else "http",
        remote=sent.remote, status=way.event_status, duration_ns=events.integer_between(1, longest),
        request_bytes=way.request_bytes, response_bytes=way.response_bytes, outcome=way.outcome, library=library,
        tid=events.one_of(server.threads()))


def compare(event, server, sent, seen_by, routed=None, library="net/http"):
    """`routed` says whether this server's end probes read the route; if not, it is null."""
    if routed is None:
        routed = has_route(server, sent.transport)
    try:
        events.compare(event, expected_event(server, sent, seen_by, routed, library))
    except Failure as reason:
        raise Failure(f"{sent.way.name} over {sent.transport.name}, Go {server.release}: {reason}") from None


def perform_all(release, server, tracer):
    """Each way over each transport, one after the other; compares each event. Returns how many requests were made."""
    made = 0
    for transport in transports_of(release):
        for way in ways_of(release, transport):
            sent = perform(way, transport, server)
            made += 1
            *_, event = tracer.wait_types(made, "request")
            compare(event, server, sent, time.time())
    return made
