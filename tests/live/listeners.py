# SPDX-License-Identifier: MIT
"""Listeners that the tool connects to (--connect), which are ended and started again."""

import contextlib
import json
import os
import socket
import threading

from harness import PATIENCE, check, check_equal, wait_until
from readers import add_up


class Connection:
    """What one connection of the tool brought."""

    def __init__(self, accepted, held):
        self.socket = accepted
        self.data = bytearray()
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._read, daemon=True)
        if not held:
            self.thread.start()

    def _read(self):
        with contextlib.suppress(OSError):
            while part := self.socket.recv(1 << 16):
                self.data += part
        self.ended.set()
        self.socket.close()

    def end(self):
        """Ends it in order: sends an end of file, and reads to the tool's."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)
        check(self.ended.wait(PATIENCE), "the tool does not end the connection")

    def lines(self):
        """The whole lines. What is behind the last of them is sent again by the next connection."""
        return bytes(self.data).split(b"\n")[:-1]


class Listener:
    """Listens on a Unix socket, or on a port of loopback. A `held` one accepts connections and reads nothing."""

    def __init__(self, scope, way, name="listener", held=False):
        self.path = str(scope.folder / name)
        self.way = way
        self.host, self.port = {"tcp6": "::1"}.get(way, "127.0.0.1"), 0
        self.held = held
        self.connections = []
        self.socket = None
        scope.callback(self.close)
        self.start()

    @property
    def address(self):
        """As the tool wants it."""
        host = f"[{self.host}]" if self.way == "tcp6" else self.host
        return f"unix:{self.path}" if self.way == "unix" else f"tcp:{host}:{self.port}"

    def start(self):
        families = {"unix": socket.AF_UNIX, "tcp": socket.AF_INET, "tcp6": socket.AF_INET6}
        self.socket = socket.socket(families[self.way])
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.path if self.way == "unix" else (self.host, self.port))
        self.socket.listen()
        if self.way != "unix":
            self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self._accept, args=(self.socket,), daemon=True)
        self.thread.start()

    def _accept(self, listening):
        with contextlib.suppress(OSError):
            while True:
                accepted, _ = listening.accept()
                self.connections.append(Connection(accepted, self.held))

    def stop_listening(self):
        """Nobody can connect any more; open connections go on."""
        if self.way == "unix":
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path)
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(PATIENCE)

    def end(self):
        """Ends in order, so that no line is lost."""
        self.stop_listening()
        for connection in self.connections:
            if not connection.ended.is_set():
                connection.end()

    def close(self):
        self.stop_listening()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.socket.shutdown(socket.SHUT_RDWR)

    def wait_connections(self, count):
        wait_until(lambda: len(self.connections) >= count, f"{count} connections were made")

    def wait_ended(self):
        for connection in self.connections:
            check(connection.ended.wait(PATIENCE), "a connection does not end")

    def lines(self):
        return [line for connection in self.connections for line in connection.lines()]

    def sum(self):
        """What all connections brought. Each begins with hello."""
        for connection in self.connections:
            first = json.loads(connection.lines()[0])
            check_equal(first["type"], "hello", "the first line of a connection")
        result = add_up(self.lines())
        check_equal(result.types["hello"], len(self.connections), "hello lines")
        return result
