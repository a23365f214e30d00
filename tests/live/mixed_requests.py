# SPDX-License-Identifier: MIT
"""Requests to tests/go/server of all kinds, by HTTP/1, by HTTPS without HTTP/2 and by HTTP/2, with what each event has to be."""

import exchanges
import test_https

PLAIN = exchanges.ALL[::3]
SECURE = exchanges.ALL[1::3][:7]
HTTP2 = test_https.HTTP2
COUNT = 23
assert len(PLAIN) + len(SECURE) + len(HTTP2) == COUNT


def send(server):
    """Returns what each event has to be, in the order of the requests."""
    secure = server.addresses["https"]
    host = "{}:{}".format(*secure)
    sent = [(one, "http") for one in exchanges.perform(server.addresses["http"], exchanges=PLAIN)]
    sent += [(one, "https") for one in exchanges.perform(secure, tls=True, exchanges=SECURE)]
    expected = [exchanges.expected_event(server, one, scheme) for one, scheme in sent]
    for words, members in HTTP2:
        transfer, when = test_https.curl_one(f"https://{host}", words)
        expected.append(test_https.http2_event(server, transfer, when, host, **members))
    return expected
