# SPDX-License-Identifier: MIT
"""A NATS server with one stream, as far as publish-events uses it, which fails when a test wants it to."""

import json
import socket
import threading

MOST_BYTES = 4096  # max_payload


class NatsDouble:
    """Listens on a free port of the loopback interface."""

    def __init__(self, breaks_after=()):
        """A connection ends without an acknowledgement after so many messages; the next one after the next number."""
        self.breaks = list(breaks_after)
        self.stored = []  # subject, content
        self.ids = set()
        self.published = 0  # messages, also those that came again
        self.stream = None  # the configuration of the stream, once it is created
        self.failure = None  # the description of an error with which each message is answered
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"nats://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self.listener.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            try:
                with connection, connection.makefile("rwb") as stream:
                    self._converse(stream)
            except ConnectionError:
                pass  # publish-events closes it after an error

    def _converse(self, stream):
        left = self.breaks.pop(0) if self.breaks else None
        self._say(stream, b"INFO " + json.dumps({"max_payload": MOST_BYTES, "headers": True}).encode())
        while line := stream.readline():
            words = line.split()
            if words[0] == b"PING":
                self._say(stream, b"PONG")
            elif words[0] == b"PUB":
                answer = json.dumps(self._create_stream(json.loads(self._content(stream, words)))).encode()
                self._say(stream, b"MSG %s 1 %d\r\n%s" % (words[2], len(answer), answer))
            elif words[0] == b"HPUB":
                self._store(words[1].decode(), self._content(stream, words), int(words[3]))
                if left is not None and (left := left - 1) == 0:
                    return
                self._acknowledge(stream, words[2])

    def _create_stream(self, configuration):
        """Answers as JetStream does."""
        if self.stream not in (None, configuration):
            return {"error": {"code": 400, "err_code": 10058, "description": "stream name already in use with a different configuration"}}
        self.stream = configuration
        return {"config": configuration}

    @staticmethod
    def _content(stream, words):
        content = stream.read(int(words[-1]))
        stream.readline()
        return content

    def _store(self, subject, content, header_size):
        header, text = content[:header_size], content[header_size:]
        identity = header.split(b"Nats-Msg-Id: ")[1].split()[0]
        self.published += 1
        if not self.failure and identity not in self.ids:
            self.ids.add(identity)
            self.stored.append((subject, text.decode()))

    def _acknowledge(self, stream, reply):
        answer = {"stream": "EVENTS", "seq": len(self.stored)}
        if self.failure:
            answer = {"error": {"code": 503, "description": self.failure}}
        text = json.dumps(answer).encode()
        self._say(stream, b"MSG %s 1 %d\r\n%s" % (reply, len(text), text))

    @staticmethod
    def _say(stream, text):
        stream.write(text + b"\r\n")
        stream.flush()
