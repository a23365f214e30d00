# SPDX-License-Identifier: MIT
"""HTTP clients: one that sends exactly the bytes it is given, and curl for HTTP/2."""

import contextlib
import socket
import ssl
import subprocess
import threading

from harness import PATIENCE, Failure, check


class Response:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body


def trusting_context():
    """A context that accepts every certificate. It does not load the machine's certificates, because that is slow."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Connection:
    """A connection to 127.0.0.1. With TLS it speaks HTTP/1.1 over TLS."""

    def __init__(self, address, tls=False):
        self.socket = socket.create_connection(address, timeout=PATIENCE)
        self.port = self.socket.getsockname()[1]
        self.address = address
        if tls:
            self.socket = trusting_context().wrap_socket(self.socket)
        self.stream = self.socket.makefile("rb")

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
        """The value to send as Host."""
        return f"{self.address[0]}:{self.address[1]}"

    def close(self):
        self.stream.close()
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def request(self, method, target, body=b"", headers=(), version="1.1"):
        """`target` is bytes and is sent unchanged. Returns the response."""
        self.send(request_bytes(method, target, self.host, body, headers, version))
        return self.read_response(method)

    def get(self, target):
        return self.request("GET", target.encode())

    def read_head(self):
        status_line = self.stream.readline()
        if not status_line.startswith(b"HTTP/1."):
            raise ConnectionError(f"no status line: {status_line!r}")
        headers = {}
        while (line := self.stream.readline().strip()):
            name, _, value = line.partition(b":")
            headers[name.decode().lower()] = value.strip().decode()
        return int(status_line.split()[1]), headers

    def read_response(self, method="GET"):
        status, headers = self.read_head()
        if method == "HEAD" or status in (204, 304):
            return Response(status, headers, b"")
        return Response(status, headers, self.read_body(headers))

    def read_body(self, headers):
        if headers.get("transfer-encoding") == "chunked":
            return b"".join(iter(self.read_chunk, b""))
        if "content-length" not in headers:
            return self.stream.read()
        size = int(headers["content-length"])
        body = self.stream.read(size)
        if len(body) != size:
            raise ConnectionError(f"{len(body)} bytes of a body of {size}")
        return body

    def read_chunk(self):
        size = int(self.stream.readline() or b"0", 16)
        chunk = self.stream.read(size)
        self.stream.readline()
        return chunk


def request_bytes(method, target, host, body=b"", headers=(), version="1.1", declared=True):
    """An empty `host` sends no Host header; `declared` says whether to send the body's length as Content-Length."""
    lines = [f"{method} ".encode() + target + f" HTTP/{version}".encode()]
    if host:
        lines.append(f"Host: {host}".encode())
    if body and declared:
        lines.append(f"Content-Length: {len(body)}".encode())
    lines += [header.encode() for header in headers]
    return b"\r\n".join([*lines, b"", body])


def chunked(body):
    """The body in two chunks, for a request with Transfer-Encoding: chunked."""
    half = len(body) // 2
    parts = [part for part in (body[:half], body[half:]) if part]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def get(address, target):
    """Sends one request on its own connection."""
    with contextlib.closing(Connection(address)) as connection:
        return connection.get(target)


CURL_REPORT = "%{stderr}%{http_code} %{http_version} %{size_download} %{local_port}\n"


class Transfer:
    """What curl reports about one transfer: a line in the format of CURL_REPORT."""

    def __init__(self, line):
        status, version, body_size, port = line.split()
        self.status = int(status)
        self.protocol = {"1.0": "HTTP/1.0", "1.1": "HTTP/1.1", "2": "HTTP/2.0"}[version]
        self.body_size = int(body_size)
        self.remote = f"127.0.0.1:{port}"


def share_out(count, clients, ask):
    """Calls ask(numbers) on so many threads at once, each with its part of range(count)."""
    threads = [threading.Thread(target=ask, args=(range(first, count, clients),)) for first in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def curl(*arguments):
    """Runs curl for one or more URLs, over one connection if possible; returns a Transfer for each."""
    done = subprocess.run(
        ["curl", "--no-progress-meter", "--insecure", "--noproxy", "*", "--max-time", str(int(PATIENCE)),
         "--write-out", CURL_REPORT, *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    check(done.returncode == 0, f"curl {arguments!r}: {done.stderr.strip()}")
    try:
        return [Transfer(line) for line in done.stderr.splitlines()]
    except (ValueError, KeyError):
        raise Failure(f"curl's report is not understood: {done.stderr!r}") from None
