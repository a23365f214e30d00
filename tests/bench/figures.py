# SPDX-License-Identifier: MIT
"""Medians of rounds, and tables of them."""

import statistics


class Figure:
    """What was measured once a round: shown as the median and, in brackets, the least and the most."""

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
    """Of two rows measured in the same rounds: what happened to the machine in one happened to both."""
    return Figure(a / b for a, b in zip(numerators, denominators, strict=True))


def rotated(items, number):
    """Each round begins with another row, so that none is always measured first."""
    number %= len(items)
    return items[number:] + items[:number]


def table(head, rows):
    """The first column is text, the others are right-aligned."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join("  ".join(
        cell.ljust(width) if column == 0 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(line, widths))).rstrip() for line in lines)
