# SPDX-License-Identifier: MIT
"""Medians of rounds, and tables of them."""

import statistics
from typing import NamedTuple


class Report(NamedTuple):
    """What a section has found: text, and plots (scale/plot.py)."""

    text: str
    plots: tuple = ()


class Figure:
    """A value measured once per round; shown as the median, with the minimum and the maximum in parentheses."""

    def __init__(self, values):
        self.values = list(values)

    @property
    def median(self):
        return statistics.median(self.values)

    def show(self, digits=0, unit=""):
        def number(value):
            return f"{value:,.{digits}f}"

        low, high = number(min(self.values)), number(max(self.values))
        return f"{number(self.median)}{unit} ({low}–{high})"


def ratio(numerators, denominators):
    """The ratio of two rows, round by round: disturbances of the machine affect both rows of a round."""
    return Figure(a / b for a, b in zip(numerators, denominators, strict=True))


def rotated(items, number):
    """Rotates the rows, so that each round begins with another row and none is always measured first."""
    number %= len(items)
    return items[number:] + items[:number]


def table(head, rows):
    """A table whose first column is left-aligned and whose other columns are right-aligned."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join("  ".join(
        cell.ljust(width) if column == 0 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(line, widths))).rstrip() for line in lines)
