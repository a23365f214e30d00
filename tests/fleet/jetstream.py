# SPDX-License-Identifier: MIT
"""NATS JetStream as a process of the test, with the files of docs/fleet, and publish-events on each host."""

import json
import os
import re
import signal
import subprocess
import sys

from engines import DOCUMENTS, Engine
from harness import check, check_equal, wait_until
from lines import Lines

PORT = 4222
STREAM = json.loads((DOCUMENTS / "nats-stream.json").read_text())["name"]

# Prints a request's answer, or with a number so many of the messages that are sent to the subject "in" afterwards, each on
# a line of its own. It acknowledges messages from time to time: a server ends the connection of a reader that it is too far
# ahead of. Independent of publish-events, which is under test.
READER = r"""
import socket, sys
request, content, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
stream = socket.create_connection(("127.0.0.1", %d), 30).makefile("rwb")
stream.readline()
stream.write(b'CONNECT {"verbose":false}\r\nSUB in.answer 1\r\nSUB in 2\r\n')
stream.write(b"PUB %%s in.answer %%d\r\n%%s\r\n" %% (request.encode(), len(content), content.encode()))
stream.flush()
seen = -1
while seen < count:
    words = stream.readline().split()
    if not words or words[0] == b"-ERR":
        sys.exit(f"the server says {words}")
    if words[0] == b"MSG":
        text = stream.read(int(words[-1]))
        stream.readline()
        if seen >= 0 or count == 0:
            sys.stdout.buffer.write(text + b"\n")
        if seen >= 0 and seen %% 500 == 0:
            stream.write(b"PUB %%s 0\r\n\r\n" %% words[3])
            stream.flush()
        elif b'"error"' in text:
            sys.exit(text.decode())
        seen += 1
""" % PORT


class JetStream(Engine):
    name = "NATS"
    is_exact = True

    def __init__(self, scope, collector):
        folder = scope.folder / "nats"
        folder.mkdir()
        text = (DOCUMENTS / "nats-server.conf").read_text()
        check("/var/lib/nats" in text and f"port: {PORT}" in text, "docs/fleet/nats-server.conf has another path or port")
        text = re.sub(r"^host: .*", "host: 0.0.0.0", text, flags=re.MULTILINE) + self.login(folder)
        (folder / "nats-server.conf").write_text(text.replace("/var/lib/nats", str(folder / "store")))
        super().__init__(scope, collector, folder, ("nats-server", "-c", folder / "nats-server.conf"))
        # By the host's name: the host, its bridge's process with what it said, and what all its bridges said.
        self.hosts, self.bridges, self.said = {}, {}, {}

    def login(self, folder):
        """More lines of the configuration."""
        return ""

    def start(self):
        super().start()
        wait_until(lambda: self.is_listening(PORT), "NATS listens")

    def version(self):
        return self.collector.run("nats-server", "--version").stdout.split()[-1]

    def listener(self, host):
        """Starts publish-events on the host, and returns where it listens."""
        self.hosts[host.name] = host
        path = host.folder / "events.sock"
        process = subprocess.Popen(
            host.inside(sys.executable, DOCUMENTS / "publish-events", "--listen", path, "--stream",
                        DOCUMENTS / "nats-stream.json", f"nats://{host.collector}"),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        said = Lines(process.stderr, f"publish-events of {host.name}")
        self.bridges[host.name] = process, said
        self.said.setdefault(host.name, []).append(said)
        wait_until(path.exists, "publish-events listens")
        return f"unix:{path}"

    def start_bridges(self):
        for host in self.hosts.values():
            self.listener(host)

    def end_bridges(self):
        for name, bridge in self.bridges.items():
            check_equal(self.hosts[name].end_program(*bridge, signal.SIGTERM), 0, f"exit status of publish-events of {name}")

    def connections(self, host):
        """How often the tool was connected, or lines were stored again after a failure."""
        lines = [line for said in self.said[host.name] for line in said.all()]
        return host.connections() + sum(b"stored again" in line for line in lines)

    def ask(self, request, content, count=0):
        done = subprocess.run(self.collector.words(sys.executable, "-c", READER, request, content, count),
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
        check_equal(done.returncode, 0, f"status of the reader ({done.stderr.decode()})")
        return done.stdout

    def state(self):
        return json.loads(self.ask(f"$JS.API.STREAM.INFO.{STREAM}", ""))["state"]

    def size(self):
        return self.state()["messages"]

    def data(self):
        consumer = {"stream_name": STREAM, "config": {"deliver_subject": "in", "ack_policy": "all", "deliver_policy": "all",
                                                      "max_ack_pending": 2000, "ack_wait": 300 * 10**9,
                                                      "inactive_threshold": 10**9}}
        return self.ask(f"$JS.API.CONSUMER.CREATE.{STREAM}", json.dumps(consumer), self.size())

    def publish(self, address, environment, lines, *words):
        """Pipes lines into publish-events on the collector; returns its exit status and what it said."""
        done = subprocess.run(self.collector.words("timeout", "-s", "TERM", "2", sys.executable, DOCUMENTS / "publish-events",
                                                   *words, address), input=lines, env={**os.environ, **environment},
                              capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, done.stderr

    def check_subjects(self):
        """They tell hosts and types apart."""
        subjects = json.loads(self.ask(f"$JS.API.STREAM.INFO.{STREAM}", '{"subjects_filter":">"}'))["state"]["subjects"]
        for name in self.hosts:
            check(subjects.get(f"gohttpsnoop.{name}.request"), f"no requests of {name}: {subjects}")
        return subjects


class GuardedJetStream(JetStream):
    """With TLS and a user."""

    CREDENTIALS = {"NATS_USER": "ada", "NATS_PASSWORD": "secret"}

    def login(self, folder):
        self.certificate = folder / "certificate"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-keyout", folder / "key", "-out", self.certificate, "-subj", "/CN=collector",
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        return (f'tls {{ cert_file: "{self.certificate}", key_file: "{folder}/key" }}\n'
                "authorization { user: ada, password: secret }\n")
