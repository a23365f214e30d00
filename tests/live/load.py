# SPDX-License-Identifier: MIT
"""Clients that keep a server busy, and count what it answered."""

import threading

from client import Connection
from harness import PATIENCE, check, wait_until


class Client:
    """One keep-alive connection, one request after the other, until stopped or until the server goes."""

    def __init__(self, address, target):
        self.connection = Connection(address)
        self.target = target
        self.sent = 0
        self.answered = 0
        self.stopping = False
        self.broken = None  # why it ended, unless it was stopped
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
        """Until each client has had so many more answers than now."""
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
