# SPDX-License-Identifier: MIT
"""Clients that keep a server busy and count its answers, and floods of a fixed number of requests."""

import json
import subprocess
import threading

from client import Connection
from harness import PATIENCE, Failure, check, check_equal, releases, wait_until
from servers import build, release_number


class Client:
    """Sends requests one after the other on one keep-alive connection, until it is stopped or the server ends."""

    def __init__(self, address, target):
        self.connection = Connection(address)
        self.target = target
        self.sent = 0
        self.answered = 0
        self.stopping = False
        self.broken = None  # the error that ended the client, if it was not stopped
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        try:
            while not self.stopping:
                self.sent += 1
                answer = self.connection.get(self.target)
                if answer.status != 200:
                    raise ConnectionError(f"status {answer.status}")
                self.answered += 1
        except (OSError, ValueError) as reason:
            self.broken = reason
        finally:
            self.connection.close()


class Load:
    def __init__(self, scope, server, clients=4, target="/ping"):
        self.clients = [Client(server.addresses["http"], target) for _ in range(clients)]
        scope.callback(self.stop)

    @property
    def sent(self):
        return sum(client.sent for client in self.clients)

    @property
    def answered(self):
        return sum(client.answered for client in self.clients)

    def wait_answered(self, more):
        """Waits until each client has received `more` further answers."""
        goals = [client.answered + more for client in self.clients]
        wait_until(lambda: any(client.broken for client in self.clients)
                   or all(client.answered >= goal for client, goal in zip(self.clients, goals)),
                   f"each client has {more} more answers")
        self.check_unbroken()

    def check_unbroken(self):
        broken = [client.broken for client in self.clients if client.broken]
        check(not broken, f"clients ended: {broken}")

    def stop(self):
        for client in self.clients:
            client.stopping = True
        self.wait_end()

    def wait_end(self):
        for client in self.clients:
            client.thread.join(PATIENCE)
            check(not client.thread.is_alive(), "a client got no answer")


class Flood:
    """Sends `count` requests as fast as possible, in the background."""

    def __init__(self, scope, server, count, connections=8, path="/ping"):
        program = build("load", max(releases(), key=release_number))
        host, port = server.addresses["http"]
        self.process = subprocess.Popen([program, "-n", str(count), "-c", str(connections), "-pipeline", "8",
                                         f"http://{host}:{port}{path}"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, text=True)
        scope.callback(self.process.kill)
        self.count = count

    def wait(self, limit=10 * PATIENCE):
        """Waits until all requests are answered; returns the report."""
        try:
            text, _ = self.process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.count} requests were not answered within {limit:.0f} s") from None
        check_equal(self.process.returncode, 0, "exit status of the load generator")
        report = json.loads(text)
        check_equal((report["sent"], report["answered"]), (self.count, self.count), "requests sent and answered")
        return report


def flood(scope, server, count):
    Flood(scope, server, count).wait()
