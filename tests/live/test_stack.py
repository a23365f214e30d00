#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Loaded eBPF programs use the kernel stack of the thread, not a stack that all hits on a CPU share."""

import os
import pathlib
import re
import subprocess

from client import get
from harness import ROOT, Skip, attach_ways, check, main, releases
from servers import Server
from tracer import Tracer

# How a program with a stack for each CPU begins on x86-64: movabs $stack,%r9; add %gs:this_cpu_off,%r9 (linux
# arch/x86/net/bpf_jit_comp.c, emit_priv_frame_ptr).
SHARED_STACK = re.compile(rb"\x49\xb9.{8}\x65\x4c\x03\x0c\x25", re.DOTALL)
TRACED = {
    "requests": (),
    "headers": ("--header", "accept", "--response-header", "content-type"),
}


def loaded_programs(pid):
    """IDs of the programs that the process has descriptors of."""
    texts = [path.read_text() for path in pathlib.Path(f"/proc/{pid}/fdinfo").iterdir()]
    return {match[1] for text in texts if (match := re.search(r"^prog_id:\t(\d+)$", text, re.MULTILINE))}


def machine_code(number):
    """The name and the machine code of a program."""
    helper = os.environ.get("GOHTTPSNOOP_MACHINE_CODE", ROOT / "build/tests/live/machine_code")
    done = subprocess.run([helper, number], capture_output=True, check=True)
    if not done.stdout:
        raise Skip("the kernel shows no machine code of eBPF programs")
    return done.stderr.decode(), done.stdout


def test_stack(scope, release, captured, attach):
    """loaded eBPF programs: no function uses a stack that all hits on a CPU share"""
    if os.uname().machine != "x86_64":
        raise Skip(f"how a program for {os.uname().machine} takes such a stack is not known here")
    server = Server(scope, release)
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--attach", attach, *TRACED[captured]).wait_attached()
    get(server.addresses["http"], "/ping")
    tracer.wait_types(1, "request")
    programs = dict(machine_code(number) for number in loaded_programs(tracer.process.pid))
    check(any(name.startswith("hit_") for name in programs), f"the tool holds the programs {list(programs)}")
    for name, code in programs.items():
        check(not SHARED_STACK.search(code), f"{name} has a stack for each CPU")
    tracer.interrupt()


if __name__ == "__main__":
    main([(test_stack, releases()[-1], captured, attach)
          for captured in TRACED for attach in attach_ways()])
