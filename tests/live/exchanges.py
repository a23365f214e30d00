# SPDX-License-Identifier: MIT
"""23 requests with different methods, paths, queries and statuses, and the event expected for each."""

import dataclasses
import time

import events
from client import Connection, chunked, request_bytes
from events import ABSENT
from harness import check, check_equal
from servers import release_number

@dataclasses.dataclass(frozen=True)
class Exchange:
    """One request to send, and the parts of its event that are known beforehand."""

    method: str
    target: bytes
    status: int
    path: str
    query: str = ""
    pattern: str = ""  # pattern of the ServeMux: it is the route from Go 1.23 on
    response_bytes: int = None  # None: as many as the client received
    body: bytes = b""
    declared: bool = True  # whether Content-Length declares the body's length
    headers: tuple = ()
    version: str = "1.1"
    host: str = None  # None: the address of the server
    least_duration_ns: int = 1
    kept: bool = False  # sent on the one connection that all such exchanges share

    @property
    def request_bytes(self):
        return len(self.body) if self.declared else ABSENT


ALL = (
    Exchange("GET", b"/ping", 200, "/ping", pattern="/ping", response_bytes=5, kept=True),
    Exchange("GET", b"/echo/one?q=1&r=two", 200, "/echo/one", "q=1&r=two", "/echo/", kept=True),
    Exchange("POST", b"/created", 201, "/created", pattern="/created", response_bytes=7, body=b"hello world", kept=True),
    Exchange("PUT", b"/echo/item/7", 200, "/echo/item/7", pattern="/echo/", body=b"x" * 300, kept=True),
    Exchange("DELETE", b"/silent", 200, "/silent", pattern="/silent", response_bytes=0, kept=True),
    Exchange("GET", b"/fail?why", 500, "/fail", "why", "/fail", response_bytes=13, kept=True),
    Exchange("GET", b"/nothing/here", 404, "/nothing/here", response_bytes=19, kept=True),
    # Bytes that a handler writes in response to HEAD are counted, although net/http does not send them.
    Exchange("HEAD", b"/ping", 200, "/ping", pattern="/ping", response_bytes=5, kept=True),
    Exchange("PATCH", b"/echo/patch?x=%20", 200, "/echo/patch", "x=%20", "/echo/", body=chunked(b"in two chunks"),
             declared=False, headers=("Transfer-Encoding: chunked",), kept=True),
    Exchange("POST", b"/checkout", 201, "/checkout", pattern="/checkout", response_bytes=8, kept=True),
    Exchange("OPTIONS", b"/silent", 200, "/silent", pattern="/silent", response_bytes=0),
    Exchange("OPTIONS", b"*", 200, "*", response_bytes=0),
    Exchange("BREW", b"/echo/pot", 200, "/echo/pot", pattern="/echo/"),
    Exchange("GET", "/echo/caf%C3%A9?q=%C3%A9".encode(), 200, "/echo/café", "q=%C3%A9", "/echo/"),
    Exchange("GET", b"/echo/a%2Fb%20c", 200, "/echo/a/b c", pattern="/echo/"),
    Exchange("GET", b"/echo/?", 200, "/echo/", pattern="/echo/"),
    Exchange("GET", b"http://elsewhere.example:81/echo/absolute", 200, "/echo/absolute", pattern="/echo/",
             host="elsewhere.example:81"),
    Exchange("GET", b"/echo/host", 200, "/echo/host", pattern="/echo/", host="shop.local:8080"),
    Exchange("GET", b"/ping", 200, "/ping", pattern="/ping", response_bytes=5, version="1.0", host=""),
    Exchange("GET", b"/slow", 200, "/slow", pattern="/slow", response_bytes=5, least_duration_ns=20_000_000),
    Exchange("GET", b"/sized?bytes=100000", 200, "/sized", "bytes=100000", "/sized", response_bytes=100000),
    Exchange("POST", b"/silent", 200, "/silent", pattern="/silent", response_bytes=0,
             headers=("Content-Length: 0",)),
    Exchange("GET", b"/silent", 200, "/silent", pattern="/silent", response_bytes=0, headers=("Connection: close",)),
)

assert len(ALL) == 23


@dataclasses.dataclass
class Sent:
    """An exchange that took place, with what the client observed."""

    exchange: Exchange
    connection: Connection
    begin: float
    end: float
    body_size: int


def perform_one(exchange, connection):
    host = connection.host if exchange.host is None else exchange.host
    begin = time.time()
    connection.send(request_bytes(exchange.method, exchange.target, host, exchange.body, exchange.headers,
                                  exchange.version, exchange.declared))
    response = connection.read_response(exchange.method)
    end = time.time()
    check_equal(response.status, exchange.status, f"the status of {exchange.method} {exchange.target!r}")
    return Sent(exchange, connection, begin, end, len(response.body))


def perform(address, tls=False, exchanges=ALL):
    """Performs all exchanges, one after the other."""
    sent = []
    with Connection(address, tls) as kept:
        for exchange in exchanges:
            if exchange.kept:
                sent.append(perform_one(exchange, kept))
                continue
            with Connection(address, tls) as own:
                sent.append(perform_one(exchange, own))
    return sent


def route_of(server, pattern, protocol="HTTP/1.1"):
    """The expected route. Request.Pattern exists since Go 1.23. From Go 1.27 on the http.Request cannot be reached
    at the end of an HTTP/2 request, so that the route is null until the probe on demand is attached. In Go 1.22
    only that probe reads it."""
    release = release_number(server.release)
    if protocol == "HTTP/2.0" and release >= (1, 27):
        return events.Perhaps(None, pattern)
    if release < (1, 22) or not pattern:
        return ABSENT
    return events.Perhaps(pattern) if release < (1, 23) else pattern


def expected_event(server, sent, scheme="http"):
    exchange = sent.exchange
    return events.request_event(
        server, events.time_between(sent.begin, sent.end),
        method=exchange.method, path=exchange.path, query=exchange.query,
        route=route_of(server, exchange.pattern),
        host=sent.connection.host if exchange.host is None else exchange.host,
        protocol=f"HTTP/{exchange.version}", scheme=scheme, remote=sent.connection.remote,
        status=exchange.status,
        duration_ns=events.integer_between(exchange.least_duration_ns,
                                           int((sent.end - sent.begin + events.CLOCK_SLACK) * 1e9)),
        request_bytes=exchange.request_bytes,
        response_bytes=sent.body_size if exchange.response_bytes is None else exchange.response_bytes,
        tid=events.one_of(server.threads()))


def check_events(server, requests, sent, scheme="http"):
    """Compares the events of one server, in the order of its requests: one client sent them one at a time."""
    own = [event for event in requests if event["pid"] == server.pid]
    check_equal(len(own), len(sent), f"requests of pid {server.pid} (Go {server.release})")
    for event, one in zip(own, sent):
        events.compare(event, expected_event(server, one, scheme))
    check_goroutines(own)


def check_goroutines(requests):
    """Each HTTP/1 connection must have its own goroutine: net/http uses one for each connection, and the server
    starts no others that could reuse an id."""
    by_remote = {}
    for event in requests:
        by_remote.setdefault(event["remote"], set()).add(event["goid"])
    check(all(len(ids) == 1 for ids in by_remote.values()), f"goid changes within a connection: {by_remote}")
    check_equal(len({next(iter(ids)) for ids in by_remote.values()}), len(by_remote), "goroutines of connections")
