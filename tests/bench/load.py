# SPDX-License-Identifier: MIT
"""Load by wrk on the client's CPU, and single requests."""

import re
import subprocess
import urllib.request
from typing import NamedTuple

from processes import BenchError
from programs import BENCH, CLIENT_CPU

USUAL = ("-c8",)  # connections, for wrk
SCRIPTS = BENCH / "wrk"

# Ignores proxies that the environment names: they cannot reach 127.0.0.1 of this machine.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))

UNITS = {"us": 1.0, "ms": 1e3, "s": 1e6}


class Load(NamedTuple):
    requests: int
    per_second: float
    p50: float  # microseconds
    p99: float
    server_cpu: float  # seconds
    tracer_cpu: float


def microseconds(text):
    number, unit = re.fullmatch(r"([0-9.]+)([a-z]+)", text).groups()
    return float(number) * UNITS[unit]


def get(url):
    """Sends one request; returns its status."""
    with OPENER.open(url, timeout=5) as answer:
        answer.read()
        return answer.status


def run_wrk(url, seconds, options=USUAL):
    command = ["taskset", "-c", str(CLIENT_CPU), "wrk", "-t1", *options, f"-d{seconds}s", "--latency", url]
    text = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30, check=True).stdout
    if "Socket errors" in text or "Non-2xx" in text:
        raise BenchError(f"wrk: {text}")
    return text


def run_steady(url, seconds):
    """A load that leaves the machine time: 40 connections, each of which pauses after each response."""
    return run_wrk(url, seconds, ("-c40", "-s", str(SCRIPTS / "steady.lua")))


def measure(server, tracer, seconds, options=USUAL):
    """Runs wrk once against a server; `tracer`, if not None, is attached to it."""
    processes = [server.process, *([tracer] if tracer else [])]
    before = [process.cpu_seconds() for process in processes]
    text = run_wrk(server.url, seconds, options)
    ours = [process.cpu_seconds() - begin for process, begin in zip(processes, before, strict=True)]
    latency = dict(re.findall(r"(50|99)%\s+(\S+)", text))
    return Load(
        requests=int(re.search(r"(\d+) requests in", text)[1]),
        per_second=float(re.search(r"Requests/sec:\s+([0-9.]+)", text)[1]),
        p50=microseconds(latency["50"]),
        p99=microseconds(latency["99"]),
        server_cpu=ours[0],
        tracer_cpu=ours[1] if tracer else 0.0,
    )
