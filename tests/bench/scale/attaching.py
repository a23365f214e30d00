# SPDX-License-Identifier: MIT
"""Tables and plots of the time and the memory that attaching and ending take, by the number of something."""

import figures
from disturbance import Watch
from figures import Figure, Report
from processes import BenchError
from scale.footprint import measure_tool
from scale.plot import Plot

MOST_ROUNDS = 3


class ToolError(Exception):
    """Raised if the tool does not attach."""


HEAD = ("start to attached, ms", "of it CPU, ms", "SIGINT to end, ms", "peak RSS (VmHWM), MB", "RssAnon, MB")
KEYS = ("attach", "cpu", "exit", "peak", "anonymous")


class Attaching:
    """Measures how long the tool takes to attach and to end."""

    def __init__(self, scope, options, say):
        self._scope = scope
        self._rounds = min(options.rounds, MOST_ROUNDS)
        self._say = say
        self.watch = Watch(say)

    def measure(self, subject, arguments, targets):
        """The results of the rounds, or the reason why there are none, such as a limit of the tool."""
        try:
            return self.watch.measure(lambda: self._measure_rounds(subject, arguments, targets))
        except ToolError as reason:
            return str(reason).strip().splitlines()[-1].rpartition("): ")[2]

    def _measure_rounds(self, subject, arguments, targets):
        results = []
        for number in range(self._rounds):
            try:
                results.append(measure_tool(self._scope, arguments, targets))
            except BenchError as reason:
                raise ToolError(reason) from None
            self._say(f"{subject}: round {number + 1}: " + ", ".join(f"{key} {results[-1][key]:.1f}" for key in KEYS))
        return results


def median(results, key):
    return Figure(result[key] for result in results).median


def show_row(row, results):
    if isinstance(results, str):
        return [row, "not possible", *[""] * (len(KEYS) - 1)]
    return [row, *(Figure(result[key] for result in results).show(1) for key in KEYS)]


def show_table(first_head, rows, watch):
    table = figures.table([first_head, *HEAD], [show_row(row, results) for row, results in rows])
    reasons = [f"{row} {first_head}: {results}" for row, results in rows if isinstance(results, str)]
    return "\n".join([table, "", *reasons, watch.show()])


def time_plot(name, title, x, results):
    """`results` maps numbers to the results of rounds."""
    measured = {count: found for count, found in results.items() if not isinstance(found, str)}
    return Plot(name, title, x, "time, ms", {
        "start to attached": [(count, median(found, "attach")) for count, found in measured.items()],
        "SIGINT to end": [(count, median(found, "exit")) for count, found in measured.items()]})


def report(what, title, results, watch):
    text = show_table(what, [(f"{count:,}", found) for count, found in results.items()], watch)
    return Report(text, (time_plot(what, title, f"number of {what}", results),))
