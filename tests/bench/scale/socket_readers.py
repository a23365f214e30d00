#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Connects to a socket COUNT times, reads until all connections end, and prints the requests that each received."""

import json
import selectors
import socket
import sys

REQUEST = b'{"type":"request"'


class Reader:
    def __init__(self, path):
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.connect(path)
        self.requests = 0
        self._rest = b""

    def read(self):
        """Returns whether the connection goes on."""
        part = self.connection.recv(1 << 20)
        text = self._rest + part
        self.requests += text.count(REQUEST)
        self._rest = text[-(len(REQUEST) - 1):]
        return bool(part)


def main(path, count):
    readers = [Reader(path) for _ in range(count)]
    print("connected", flush=True)
    selector = selectors.DefaultSelector()
    for reader in readers:
        selector.register(reader.connection, selectors.EVENT_READ, reader)
    while selector.get_map():
        for key, _ in selector.select():
            if not key.data.read():
                selector.unregister(key.data.connection)
    print(json.dumps([reader.requests for reader in readers]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
