# SPDX-License-Identifier: MIT
"""Sends the requests that standard input lists as lines of JSON: [address, method, path, headers, body]."""

import http.client
import json
import sys

for line in sys.stdin:
    address, method, path, headers, body = json.loads(line)
    connection = http.client.HTTPConnection(address, timeout=30)
    connection.request(method, path, body, headers)
    connection.getresponse().read()
    connection.close()
