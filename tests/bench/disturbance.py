# SPDX-License-Identifier: MIT
"""How much of the machine unrelated processes used while something was measured."""

import os
import pathlib
import resource
import time

from processes import BenchError, machine_busy_seconds

LIMIT = 0.05
ATTEMPTS = 5


def parents():
    """Maps each process to its parent."""
    found = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            found[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended
            pass
    return found


def descendants():
    """The processes that this one has started, and those that they have started."""
    found, parent_of = {os.getpid()}, parents()
    while more := {pid for pid, parent in parent_of.items() if parent in found} - found:
        found |= more
    return found - {os.getpid()}


def thread_seconds(pid):
    try:
        return sum(int(path.read_text().split()[0]) for path in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9
    except OSError:  # it has ended
        return 0.0


def own_seconds():
    """CPU time of this process and of all that it started, whether they have ended or not."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages) + sum(map(thread_seconds, descendants()))


def observe(measure):
    """Calls measure(); returns its result, and the share of all CPUs that others used meanwhile."""
    begin, busy, own = time.monotonic(), machine_busy_seconds(), own_seconds()
    result = measure()
    others = (machine_busy_seconds() - busy) - (own_seconds() - own)
    return result, max(0.0, others) / ((time.monotonic() - begin) * os.cpu_count())


class Watch:
    """Measures again if the machine was disturbed, and remembers how much it was disturbed at most."""

    def __init__(self, say):
        self._say = say
        self._shares = []

    def measure(self, measure):
        """Returns the result of a call of measure() during which others used little of the machine."""
        for _ in range(ATTEMPTS):
            result, share = observe(measure)
            if share <= LIMIT:
                self._shares.append(share)
                return result
            self._say(f"others used {share:.0%} of the machine: measured again")
        raise BenchError(f"others used more than {LIMIT:.0%} of the machine in each of {ATTEMPTS} attempts")

    def show(self):
        return f"CPU time of the machine that others used meanwhile: at most {max(self._shares):.1%} ({LIMIT:.0%} is the limit)"
