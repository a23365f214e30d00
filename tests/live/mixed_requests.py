# SPDX-License-Identifier: MIT
"""Requests of all kinds to tests/go/server, over HTTP/1, HTTPS without HTTP/2 and HTTP/2, and the expected event of
each."""

import exchanges
import test_https

PLAIN = exchanges.ALL[::3]
SECURE = exchanges.ALL[1::3][:7]
HTTP2 = test_https.HTTP2
COUNT = 23
assert len(PLAIN) + len(SECURE) + len(HTTP2) == COUNT


def send(server):
    """Sends the requests; returns the expected events in the order of the requests."""
    secure = server.addresses["https"]
    host = "{}:{}".format(*secure)
    sent = [(one, "http") for one in exchanges.perform(server.addresses["http"], exchanges=PLAIN)]
    sent += [(one, "https") for one in exchanges.perform(secure, tls=True, exchanges=SECURE)]
    expected = [exchanges.expected_event(server, one, scheme) for one, scheme in sent]
    for words, members in HTTP2:
        transfer, when = test_https.curl_one(f"https://{host}", words)
        expected.append(test_https.http2_event(server, transfer, when, host, **members))
    return expected
