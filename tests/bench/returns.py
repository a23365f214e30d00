# SPDX-License-Identifier: MIT
"""What the end of a call costs on its `ret`, and how many functions could be probed on another instruction instead."""

import json
import platform
import subprocess

import figures
from disturbance import Watch
from figures import Figure
from hit import WINDOWS_PER_SECOND, measure_row
from processes import BenchError
from programs import Spinner, build, daemon, instructions
from tracers import BUILD, EmptyProbe, Gohttpsnoop

FUNCTION = "main.handle"
NOTHING, JUMP, CALL, RETURN, BEGIN, BOTH = ROWS = (
    "no probe", "empty program on the jump of the stack check", "empty program on a call", "empty program on the ret",
    "gohttpsnoop --json BINARY 'main.handle()'", "the same with --latency")


def offset_of(code, mnemonic):
    found = [offset for offset, words in code if words[0] == mnemonic]
    if len(found) != 1:
        raise BenchError(f"{FUNCTION} has {len(found)} instructions {mnemonic}, not 1")
    return found[0]


def starters(scope, spinner):
    ours = Gohttpsnoop(scope, spinner.binary, f"{FUNCTION}()")
    site = ours.sites()[FUNCTION]
    ours.forget()
    code = instructions(spinner.binary, spinner.release, FUNCTION)
    sites = {JUMP: site, CALL: call_of(code), RETURN: offset_of(code, "RET")}
    return {
        NOTHING: lambda: None,
        **{row: (lambda offset=offset: EmptyProbe(scope, spinner.pid, [offset])) for row, offset in sites.items()},
        BEGIN: lambda: Gohttpsnoop(scope, spinner.binary, f"{FUNCTION}()"),
        BOTH: lambda: Gohttpsnoop(scope, "--latency", spinner.binary, f"{FUNCTION}()"),
    }


def call_of(code):
    """The call of main.use, not that of runtime.morestack."""
    return offset_of([(offset, words) for offset, words in code if words[-1].startswith("main.")], "CALL")


def run_rounds(scope, release, options, watch, say):
    spinner = Spinner(scope, release)
    start, results = starters(scope, spinner), {row: [] for row in ROWS}
    for number in range(options.rounds):
        for row in figures.rotated(ROWS, number):
            result = watch.measure(lambda: measure_row(spinner, start[row], options.seconds * WINDOWS_PER_SECOND))
            results[row].append(result)
            say(f"returns: Go {release}, round {number + 1}/{options.rounds}: {row}: {result['best']:.0f} ns")
    spinner.process.forget()
    return results


def show_cost(release, results, watch):
    cost = {row: [hit["best"] - call["best"] for hit, call in zip(results[row], results[NOTHING], strict=True)]
            for row in ROWS}
    latency = [both - begin for both, begin in zip(cost[BOTH], cost[BEGIN], strict=True)]
    return "\n".join([
        f"Go {release}",
        figures.table(["", "ns/call, best window"], [[row, Figure(result["best"] for result in results[row]).show(
            1 if row == NOTHING else 0)] for row in ROWS]),
        "",
        f"ret / jump, empty programs: {figures.ratio(cost[RETURN], cost[JUMP]).show(1)}",
        f"ret / call, empty programs: {figures.ratio(cost[RETURN], cost[CALL]).show(1)}",
        f"gohttpsnoop, what --latency adds / what the begin of a call costs: {figures.ratio(latency, cost[BEGIN]).show(1)}",
        watch.show(),
    ])


def count_sites(binary):
    done = subprocess.run([BUILD / "tests/bench/return_sites", binary], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"returns cannot be counted: {done.stderr.strip()}")
    return json.loads(done.stdout)


def show_counts(options):
    binaries = {f"small server, Go {release}": build("hello", release) for release in options.releases}
    for package in ("prometheus", "caddy", "etcd-server"):
        binaries[f"{package} of Debian {options.suite}"] = daemon(package, options.suite)
    rows = []
    for name, binary in binaries.items():
        counts = count_sites(binary)
        rows.append([name, f"{counts['functions']:,}",
                     f"{counts['functions_with_results'] / counts['functions']:.1%}",
                     f"{counts['functions_in_time'] / counts['functions']:.1%}",
                     f"{counts['returns']:,}", f"{counts['returns_with_results'] / counts['returns']:.1%}"])
    return "functions with an emulated instruction for each of their returns (tests/bench/return_sites.c)\n" + figures.table(
        ["", "functions", "with results", "for the time alone", "returns", "with results"], rows)


def section(scope, options, say):
    """Returns: what a probe on a ret costs beside emulated instructions, and how many functions have one of these"""
    if platform.machine() != "x86_64":
        raise BenchError("only x86-64 single-steps returns")
    parts = []
    for release in options.releases:
        watch = Watch(say)
        parts.append(show_cost(release, run_rounds(scope, release, options, watch, say), watch))
    return "\n\n".join([*parts, show_counts(options)])
