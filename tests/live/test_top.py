#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""top: driven by keys in a terminal of two sizes, through a resize; and without a terminal."""

import os
import re
import shlex
import signal
import time

from client import Connection
from harness import check, check_equal, main, releases, tool
from screen import Screen
from servers import Server
from test_links import WAYS, ask_all
from tracer import Tracer, run

NEWEST = releases()[-1]
COUNT = 100
KEYS = "s: sorted by {}  /: {}  enter: {}  p: pause  q: quit"
TOTALS = re.compile(r"\d\d:\d\d:\d\d  [0-9.]+/s, [0-9.]+% failed, (\d+) requests, (\d+) lost")


def run_in_terminal(scope, columns, lines, *command):
    """What the command printed at its end stays to be seen, and then the flags of the terminal."""
    return Screen(scope, columns, lines, f"{shlex.join(map(str, command))}; echo ended with $?; grep flags /proc/$$/fdinfo/0; sleep 60")


def start(scope, columns, lines):
    gateway = Server(scope, NEWEST, program="gateway")
    screen = run_in_terminal(scope, columns, lines, tool(), "top", "--pid", gateway.pid, "--side", "both")
    screen.wait(lambda found: found[:1] and TOTALS.match(found[0]), "top draws")
    time.sleep(1)
    ask_all(gateway, COUNT)
    everything = COUNT * (1 + 2 * len(WAYS))
    screen.wait(lambda found: (match := TOTALS.match(found[0])) and int(match[1]) == everything, f"top counts {everything}")
    return gateway, screen


def test_rows(scope, columns, lines):
    """a row for each route and side, in each order, filtered; the selected row's requests with what they made"""
    gateway, screen = start(scope, columns, lines)
    found = screen.lines()
    check_equal(found[1], KEYS.format("rate", "no filter", "requests")[:columns], "keys")
    check(found[2].split()[:6] == ["SERVICE", "METHOD", "ROUTE", "RATE", "FAILED", "P50"], f"heading: {found[2]!r}")
    routes = sorted(line.split()[1:3] for line in found[3:] if line)
    check_equal(routes, sorted([["GET", "/page/*"], *(["GET", f"/{way}/*"] for way in WAYS), *(["→GET", f"/{way}/*"] for way in WAYS)]),
                "rows")
    check(all(len(line) <= columns for line in found), "a line is longer than the screen")
    for order in ("failed", "p50", "p99", "max", "total", "name", "rate"):
        screen.press("s")
        screen.wait(lambda found: found[1].startswith(f"s: sorted by {order} "), f"the order is {order}")
    screen.press("/", "p", "a", "g")
    screen.wait(lambda found: found[1].startswith("filter: pag_"), "the filter is typed")
    screen.press("e", "Enter")
    found = screen.wait(lambda found: "/: page" in found[1], "the filter is there")
    check_equal([line.split()[2] for line in found[3:] if line], ["/page/*"], "routes that match")
    screen.press("Enter")
    found = screen.wait(lambda found: found[3].split() == ["TIME", "STATUS", "OUTCOME", "DURATION", "PATH"], "requests are shown")
    check_equal(found[2].split(), ["gateway", "GET", "/page/*"], "whose requests they are")
    paths = [line.split(maxsplit=4)[4] for line in found[4:] if line]
    check(paths[0].startswith("/page/") and paths[1].startswith("→ /"), f"paths: {paths}")
    check_equal({path.rsplit("/", 1)[1] for path in paths[:3]}, {paths[0].rsplit("/", 1)[1]}, "numbers of a request and what it made")
    screen.press("Escape", "q")
    found = screen.wait(lambda found: "ended with 0" in found and any(line.startswith("flags:") for line in found), "top ends")
    flags, = (int(line.split()[1], 8) for line in found if line.startswith("flags:"))
    check(not flags & os.O_NONBLOCK, "the terminal is non-blocking for other programs, too")
    check(any(f"pid {gateway.pid}" in line for line in found), f"messages are shown at the end: {found}")


def test_resize(scope):
    """the screen follows its size, and the selected row stays on it"""
    _, screen = start(scope, 200, 60)
    whole = screen.lines()
    screen.tmux("resize-window", "-x", 80, "-y", 6)
    small = screen.wait(lambda found: TOTALS.match(found[0]) and found[5].startswith("gateway"), "six lines are drawn")
    check_equal([line.split()[:3] for line in small[2:6]], [line.split()[:3] for line in whole[2:6]], "the first rows")
    screen.press(*["Down"] * 6)
    check_equal(screen.wait(lambda found: found[3] != small[3], "rows move")[5].split()[1:3], whole[9].split()[1:3],
                "the row that is selected")
    screen.tmux("resize-window", "-x", 200, "-y", 60)
    screen.wait(lambda found: len([line for line in found if line]) == len([line for line in whole if line]), "all is drawn again")


def test_frames(scope):
    """without a terminal: plain frames, until it is interrupted"""
    gateway = Server(scope, NEWEST, program="gateway")
    tracer = Tracer(scope, "--pid", gateway.pid, "--interval", "200ms", subcommand=("top",))
    tracer.stderr.wait(lambda lines: any(b": traced: " in line for line in lines), "does not trace")
    ask_all(gateway, COUNT)
    tracer.stdout.wait(lambda lines: sum(b"/page/*" in line for line in lines) >= 2, "has not drawn two frames")
    tracer.interrupt(signal.SIGINT)
    text = tracer.stdout.text().decode()
    check("\x1b" not in text and len(TOTALS.findall(text)) >= 2, f"frames: {text[:500]}")


def test_rates(scope):
    """rates are of the true time, also when frames are rare, and what is lost is counted"""
    server = Server(scope, NEWEST)
    tracer = Tracer(scope, "--pid", server.pid, "--interval", "3s", subcommand=("top",))
    tracer.stderr.wait(lambda lines: any(b": traced: " in line for line in lines), "does not trace")
    begin, made = time.monotonic(), 0
    with Connection(server.addresses["http"]) as connection:
        while time.monotonic() < begin + 6.5:
            connection.get("/ping")
            made += 1
            time.sleep(0.02)
    tracer.interrupt()
    rates = [float(rate) for rate in re.findall(r"  ([0-9.]+)/s, ", tracer.stdout.text().decode())]
    true_rate = made / 6.5
    check(len(rates) >= 2 and all(0.6 * true_rate < rate < 1.4 * true_rate for rate in rates[:2]), f"{rates}, not {true_rate:.0f}")


def test_losses(scope):
    """a file says what is missing in it"""
    path = scope.folder / "recorded"
    path.write_text('{"type":"request","time":"2026-11-22T09:41:00.000000007Z","comm":"shop","method":"GET","path":"/"}\n'
                    '{"type":"lost","time":"2026-11-22T09:41:01.000000007Z","count":34,"where":"rate"}\n')
    for words, stdin in ((("top", str(path)), ()), (("top", "-"), ("sh", "-c", f'exec "$@" <{path}', "sh"))):
        status, stdout, stderr = run(*words, wrapper=stdin)
        check_equal((status, stderr), (0, b""), "status and stderr")
        check_equal(TOTALS.match(stdout.decode().splitlines()[0]).groups(), ("1", "34"), "requests and losses")
    path.write_text("{}\n")
    status, _, stderr = run("top", str(path))
    check_equal((status, b"no requests were read" in stderr), (1, True), "status and message of a file without requests")


def test_recorded(scope):
    """a file of events: its last seconds, without a terminal as one frame"""
    gateway = Server(scope, NEWEST, program="gateway")
    tracer = Tracer(scope, "--pid", gateway.pid, "--json", "--side", "both").wait_attached()
    ask_all(gateway, COUNT)
    tracer.wait_types(COUNT * (1 + 2 * len(WAYS)), "request", "client")
    tracer.interrupt()
    path = scope.folder / "recorded"
    path.write_bytes(b"".join(line + b"\n" for line in tracer.stdout.all()))
    status, stdout, stderr = run("top", str(path))
    check_equal((status, stderr), (0, b""), "status and stderr")
    found = stdout.decode().splitlines()
    check_equal(int(TOTALS.match(found[0])[1]), COUNT * (1 + 2 * len(WAYS)), "requests")
    check_equal(len([line for line in found[3:] if line]), 1 + 2 * len(WAYS), "rows")


if __name__ == "__main__":
    main([(test_rows, 80, 24), (test_rows, 200, 60), test_resize, test_frames, test_rates, test_losses, test_recorded])
