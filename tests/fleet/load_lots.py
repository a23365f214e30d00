# SPDX-License-Identifier: MIT
"""Load on a host in lots of equal size, each with its number in the query, at a steady rate."""

import subprocess
import threading
import time

from harness import check_equal
from hosts import RELEASE, SHOP_PORT
from servers import build

LOT = 101  # requests
PAUSE = 0.1  # seconds from one lot to the next


class Lots:
    """Sends lots to the shop of a host, in the host's network namespace, until it is stopped."""

    def __init__(self, scope, host, first):
        self.host = host
        self.program = build("load", RELEASE)
        self.times = {}  # number of a lot: when it began and ended
        self.next = first
        self.stopping = False
        self.failure = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        scope.callback(self.stop)
        self.thread.start()

    def _run(self):
        try:
            due = time.time()
            while not self.stopping:
                begin = time.time()
                self._send(self.next)
                self.times[self.next] = begin, time.time()
                self.next += 1
                due = max(due + PAUSE, begin)
                time.sleep(max(0, due - time.time()))
        except Exception as reason:
            self.failure = reason

    def _send(self, lot):
        url = f"http://127.0.0.1:{SHOP_PORT}/ping?lot={lot}"
        done = subprocess.run(self.host.network.words(self.program, "-n", LOT, "-c", 4, "-pipeline", 4, url),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        check_equal(done.returncode, 0, f"status of the load generator ({done.stderr})")

    def stop(self):
        self.stopping = True
        self.thread.join(60)

    def sent(self):
        self.stop()
        if self.failure:
            raise self.failure
        return len(self.times) * LOT
