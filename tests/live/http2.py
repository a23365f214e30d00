# SPDX-License-Identifier: MIT
"""A minimal HTTP/2 client that can open, cancel and wait for single streams."""

import dataclasses
import socket
import struct

from client import trusting_context
from harness import PATIENCE

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
ACK = END_STREAM = 1
END_HEADERS = 4
HEADER_TABLE_SIZE, ENABLE_PUSH, INITIAL_WINDOW_SIZE = 1, 2, 4
CANCEL = 8
LARGEST_WINDOW = 2**31 - 1

# HPACK, RFC 7541: the ways in which a server without a dynamic table can encode a status.
INDEXED_STATUS = {8: 200, 9: 204, 10: 206, 11: 304, 12: 400, 13: 404, 14: 500}
HUFFMAN_DIGITS = {**{f"{digit:05b}": str(digit) for digit in range(3)},
                  **{f"{22 + digit:06b}": str(digit) for digit in range(3, 10)}}


@dataclasses.dataclass
class Stream:
    interim: list = dataclasses.field(default_factory=list)  # statuses of 1xx responses
    status: int = None
    body: bytes = b""
    ended: bool = False
    reset: int = None  # the error code, if the server reset the stream


class Http2Connection:
    """A connection to 127.0.0.1. With TLS it uses ALPN, without TLS it uses prior knowledge."""

    def __init__(self, address, tls=False):
        self.address = address
        self.socket = socket.create_connection(address, timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = self.socket.getsockname()[1]
        if tls:
            context = trusting_context()
            context.set_alpn_protocols(["h2"])
            self.socket = context.wrap_socket(self.socket)
            if self.socket.selected_alpn_protocol() != "h2":
                raise ConnectionError("the server does not speak HTTP/2")
        self.stream = self.socket.makefile("rb")
        self.streams = {}
        settings = ((HEADER_TABLE_SIZE, 0), (ENABLE_PUSH, 0), (INITIAL_WINDOW_SIZE, LARGEST_WINDOW))
        self.socket.sendall(PREFACE)
        self._send(SETTINGS, 0, 0, b"".join(struct.pack(">HI", *setting) for setting in settings))
        self._send(WINDOW_UPDATE, 0, 0, struct.pack(">I", LARGEST_WINDOW - 65535))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def remote(self):
        """The address of the client's end, as the server sees it."""
        return f"127.0.0.1:{self.port}"

    @property
    def host(self):
        return f"{self.address[0]}:{self.address[1]}"

    def close(self):
        self.stream.close()
        self.socket.close()

    # --- sending ---

    def _send(self, kind, flags, number, payload):
        self.socket.sendall(struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, number) + payload)

    def open(self, method, path, headers=(), ended=True):
        """Sends the headers of a request; returns the number of its stream. Unless `ended`, the body follows."""
        number = 2 * len(self.streams) + 1
        scheme = "https" if hasattr(self.socket, "cipher") else "http"
        fields = ((":method", method), (":scheme", scheme), (":authority", self.host), (":path", path), *headers)
        block = b"".join(b"\0" + _text(name) + _text(value) for name, value in fields)
        self.streams[number] = Stream()
        self._send(HEADERS, END_HEADERS | (END_STREAM if ended else 0), number, block)
        return number

    def send_body(self, number, body):
        self._send(DATA, END_STREAM, number, body)

    def give_up(self, number):
        """Resets a stream but keeps the connection. Returns when the server has received the reset."""
        self._send(RST_STREAM, 0, number, struct.pack(">I", CANCEL))
        self._send(PING, 0, 0, b"given up")
        self._wait(lambda kind, flags, _: kind == PING and flags & ACK)

    # --- receiving ---

    def wait_begun(self, number):
        """Waits until the stream has received headers, also those of a 1xx response."""
        stream = self.streams[number]
        self._wait(lambda *_: stream.interim or stream.status or stream.ended)
        return stream

    def wait_body(self, number, size):
        stream = self.streams[number]
        self._wait(lambda *_: len(stream.body) >= size or stream.ended)
        return stream

    def wait(self, number):
        """Waits until the stream ends, or until the server resets it."""
        stream = self.streams[number]
        if not stream.ended:
            self._wait(lambda *_: stream.ended)
        return stream

    def request(self, method, path, headers=(), body=None):
        number = self.open(method, path, headers, ended=body is None)
        if body is not None:
            self.send_body(number, body)
        return self.wait(number)

    def _wait(self, condition):
        while not condition(*self._receive()):
            pass

    def _receive(self):
        head = self.stream.read(9)
        if len(head) < 9:
            raise ConnectionError("the connection ended")
        size = int.from_bytes(head[:3], "big")
        kind, flags, number = struct.unpack(">BBI", head[3:])
        payload = self.stream.read(size)
        if kind == SETTINGS and not flags & ACK:
            self._send(SETTINGS, ACK, 0, b"")
        elif kind == PING and not flags & ACK:
            self._send(PING, ACK, 0, payload)
        elif kind == GOAWAY and payload[4:8] != b"\0\0\0\0":
            raise ConnectionError(f"the server goes away: {payload!r}")
        elif number in self.streams:
            self._receive_of(self.streams[number], kind, flags, payload)
        return kind, flags, number

    @staticmethod
    def _receive_of(stream, kind, flags, payload):
        if kind == HEADERS and stream.status is None:  # later headers are trailers
            status = _status(payload)
            if status < 200:
                stream.interim.append(status)
            else:
                stream.status = status
        elif kind == DATA:
            stream.body += payload
        elif kind == RST_STREAM:
            stream.ended, stream.reset = True, int.from_bytes(payload, "big")
        if kind in (HEADERS, DATA) and flags & END_STREAM:
            stream.ended = True


def _text(text):
    data = text.encode()
    assert len(data) < 127
    return bytes((len(data),)) + data


def _skip_size_updates(block):
    while block[0] & 0xE0 == 0x20:
        at = 1
        if block[0] & 0x1F == 0x1F:
            while block[at] & 0x80:
                at += 1
            at += 1
        block = block[at:]
    return block


def _status(block):
    """The status is the first header of the block."""
    block = _skip_size_updates(block)
    if block[0] & 0x80:
        return INDEXED_STATUS[block[0] & 0x7F]
    if block[0] & 0x0F not in INDEXED_STATUS:  # the names of these entries are all :status
        raise ConnectionError(f"no status in {block!r}")
    size = block[1] & 0x7F
    value = block[2:2 + size]
    return int(_huffman(value) if block[1] & 0x80 else value)


def _huffman(data):
    text, code = "", ""
    for bit in f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}":
        code += bit
        if code in HUFFMAN_DIGITS:
            text, code = text + HUFFMAN_DIGITS[code], ""
    return text
