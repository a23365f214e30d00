# SPDX-License-Identifier: MIT
"""The tool as an ordinary user runs it: a copy with file capabilities, and no others."""

import os
import shutil
import subprocess

from harness import Skip, require_command, tool

USER = 65534  # nobody
OTHER_USER = 65533
LEAST = ("cap_bpf", "cap_perfmon")
ALL = (*LEAST, "cap_sys_ptrace", "cap_dac_read_search", "cap_lease")


def as_user(user=USER):
    """Words that run a command as an ordinary user, without any capability but those of its file."""
    require_command("setpriv")
    # A sanitizer looks for leaks as a debugger would, which a program with rights of its own does not permit.
    return ("env", "ASAN_OPTIONS=detect_leaks=0:exitcode=99", "setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--inh-caps=-all", "--bounding-set=+all")


def capable_tool(scope, *capabilities):
    """A copy of the tool whose file has these capabilities."""
    require_command("setcap")
    copy = scope.folder / f"tool-{len(os.listdir(scope.folder))}"
    shutil.copy(tool(), copy)
    if capabilities:
        done = subprocess.run(["setcap", f"{','.join(capabilities)}=ep", copy], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Skip(f"no file capabilities here: {done.stderr.strip()}")
    return copy
