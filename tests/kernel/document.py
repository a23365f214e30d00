# SPDX-License-Identifier: MIT
"""Writes the section of docs/compatibility.md about kernels: one row per entry, with the day on which it ran."""

import datetime

import compatibility
import entries

SECTION = "kernels"

HEAD = """\
## Which kernels it runs on

Written by `tests/kernels --write`; not to be edited. It boots kernels of Debian's suites under QEMU, with two
CPUs, and traces a Go program of eight threads there. Each request and call carries its number in its values
(path, query, headers of both directions, body size, arguments, results), and every value of every event is
compared. A figure says how many events there were, all of them right, none twice, and none missing without
being reported as lost. "refused" means that the tool has to say that it cannot, and why; it did. A cell is empty where
something was not tried.

    tests/kernels --all --write

"""

FIRST = ("entry", "kernel", "machine", "preemption", "run on")


def columns(chosen):
    """Maps the names of all steps to their titles, in order of first occurrence."""
    return {step.name: step.title for entry in chosen for step in entry.steps}


def is_ordinary(entry):
    return not entry.parameters and entry.settings in ((), ("swap_on_disk",)) and len(entry.steps) > 5


def lost(result):
    return f", {result['lost']:,} lost" if result["lost"] else ""


def nulls(result):
    return f", {result['nulls']:,} values null" if result["nulls"] else ""


def cell(step, result):
    if not result["right"]:
        return "**wrong**"
    if step.verb == "check":
        return "right"
    if step.verb == "refuse":
        return "refused"
    return f"{result['events']:,}{lost(result)}{nulls(result)}"


def row(entry, release, results):
    """The cells of an entry that ran, by the titles of their columns."""
    today = datetime.date.today().isoformat()
    words = " ".join(filter(None, [entry.preempt or "default", entry.parameters, *entry.settings])).replace(" swap_on_disk", "")
    cells = dict(zip(FIRST, (entry.name, release, entry.architecture, words.replace("_", " "), today)))
    told = {result["step"]: result for result in results}
    cells.update({step.title: cell(step, told[step.name]) for step in entry.steps if step.name in told})
    return cells


def read_rows():
    """The rows of the existing document, by entry: entries that did not run now keep their rows."""
    rows, titles = {}, []
    for line in compatibility.read_section(SECTION).splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if not line.startswith("|") or cells[0].startswith("---"):
            continue
        if cells[0] == FIRST[0]:
            titles = cells
        else:
            rows[cells[0]] = dict(zip(titles, cells))
    return rows


def table(chosen, rows):
    titles = [*FIRST, *columns(chosen).values()]
    yield "| " + " | ".join(titles) + " |"
    yield "|---" * len(titles) + "|"
    for entry in chosen:
        yield "| " + " | ".join(rows[entry.name].get(title, "") for title in titles) + " |"


def write(ran):
    """`ran` is a list of (entry, release, results), one for each entry that ran."""
    rows = read_rows()
    rows.update({entry.name: row(entry, release, results) for entry, release, results in ran})
    known = [entry for entry in entries.ENTRIES if entry.name in rows]
    ordinary, special = [e for e in known if is_ordinary(e)], [e for e in known if not is_ordinary(e)]
    text = HEAD + "\n".join(table(ordinary, rows)) + "\n"
    if special:
        text += "\nKernels under pressure or with restrictions, and users with few capabilities:\n\n" + "\n".join(table(special, rows)) + "\n"
    compatibility.write_section(SECTION, text)
