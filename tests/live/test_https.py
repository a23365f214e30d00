#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Requests over TLS, with HTTP/1.1 and with HTTP/2."""

import time

import events
import exchanges
from client import curl
from harness import check, check_equal, main, releases, require_command
from servers import VARIANTS, Server
from tracer import Tracer

# Arguments of curl, and members of the expected event.
HTTP2 = (
    (["{}/ping"], dict(method="GET", path="/ping", pattern="/ping", status=200)),
    (["{}/echo/two?q=%41"], dict(method="GET", path="/echo/two", query="q=%41", pattern="/echo/", status=200)),
    (["{}/created", "--data", "123456789"], dict(method="POST", path="/created", pattern="/created", status=201,
                                                 request_bytes=9)),
    (["{}/silent", "--request", "DELETE"], dict(method="DELETE", path="/silent", pattern="/silent", status=200)),
    (["{}/nothing"], dict(method="GET", path="/nothing", pattern="", status=404)),
    (["{}/fail"], dict(method="GET", path="/fail", pattern="/fail", status=500)),
    (["{}/sized?bytes=70000"], dict(method="GET", path="/sized", query="bytes=70000", pattern="/sized", status=200)),
    # A body that is read from a pipe has no declared length.
    (["{}/echo/stream", "--upload-file", "."], dict(method="PUT", path="/echo/stream", pattern="/echo/", status=200,
                                                    request_bytes=events.ABSENT)),
)


def curl_one(url, words):
    begin = time.time()
    (transfer,) = curl("--http2", *(word.format(url) for word in words))
    return transfer, events.time_between(begin, time.time())


def http2_event(server, transfer, when, host, pattern, status, request_bytes=0, **request):
    check_equal((transfer.protocol, transfer.status), ("HTTP/2.0", status), "what curl saw")
    return events.request_event(
        server, when, protocol="HTTP/2.0", scheme="https", host=host, remote=transfer.remote, status=status,
        route=exchanges.route_of(server, pattern, "HTTP/2.0"), request_bytes=request_bytes,
        response_bytes=transfer.body_size, tid=events.one_of(server.threads()), **request)


def test_http2(scope, release, variant):
    """HTTP/2 over TLS, requests of each kind: every key is correct"""
    require_command("curl")
    server = Server(scope, release, variant)
    host = "{}:{}".format(*server.addresses["https"])
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--count", len(HTTP2)).wait_attached()
    transfers = [curl_one(f"https://{host}", words) for words, _ in HTTP2]
    tracer.wait_end()
    requests = tracer.wait_types(len(HTTP2), "request")
    for event, (transfer, when), (_, members) in zip(requests, transfers, HTTP2):
        events.compare(event, http2_event(server, transfer, when, host, **members))


def test_streams(scope, release):
    """HTTP/2 with parallel streams on one connection: one event for each stream"""
    require_command("curl")
    server = Server(scope, release)
    url = "https://{}:{}".format(*server.addresses["https"])
    paths = [f"/echo/{number}" for number in range(23)]
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--count", len(paths)).wait_attached()
    transfers = curl("--http2", "--parallel", "--parallel-max", "10", *(url + path for path in paths))
    tracer.wait_end()
    requests = tracer.wait_types(len(paths), "request")
    check_equal(sorted(event["path"] for event in requests), sorted(paths), "paths")
    check_equal({event["protocol"] for event in requests}, {"HTTP/2.0"}, "protocols")
    check_equal({event["remote"] for event in requests}, {transfer.remote for transfer in transfers}, "remotes")
    check_equal(len({event["goid"] for event in requests}), len(paths), "goroutines: one a stream")
    check(all(event["outcome"] == "ok" and event["status"] == 200 for event in requests), f"outcomes: {requests}")


def test_https(scope, release, variant):
    """HTTPS without HTTP/2: 23 requests are reported, with correct values in every key"""
    server = Server(scope, release, variant)
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--count", len(exchanges.ALL)).wait_attached()
    sent = exchanges.perform(server.addresses["https"], tls=True)
    tracer.wait_end()
    exchanges.check_events(server, tracer.wait_types(len(exchanges.ALL), "request"), sent, scheme="https")


if __name__ == "__main__":
    main([(test, release, variant) for release in releases() for variant in VARIANTS if variant != "pie"
          for test in (test_https, test_http2)] + [(test_streams, release) for release in releases()])
