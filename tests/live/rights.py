# SPDX-License-Identifier: MIT
"""Runs the tool as an ordinary user: a copy of the tool with file capabilities, and no other rights."""

import os
import shutil
import subprocess

from harness import Skip, require_command, tool

USER = 65534  # nobody
OTHER_USER = 65533
LEAST = ("cap_bpf", "cap_perfmon")
ALL = (*LEAST, "cap_sys_ptrace", "cap_dac_read_search", "cap_lease")


def as_user(user=USER):
    """Command words that run another command as an ordinary user, whose only capabilities are those of the command's
    file."""
    require_command("setpriv")
    # LeakSanitizer uses ptrace, which is not permitted for a program with file capabilities.
    return ("env", "ASAN_OPTIONS=detect_leaks=0:exitcode=99", "setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--inh-caps=-all", "--bounding-set=+all")


def capable_tool(scope, *capabilities):
    """Copies the tool and gives the copy these file capabilities."""
    require_command("setcap")
    copy = scope.folder / f"tool-{len(os.listdir(scope.folder))}"
    shutil.copy(tool(), copy)
    if capabilities:
        done = subprocess.run(["setcap", f"{','.join(capabilities)}=ep", copy], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Skip(f"no file capabilities here: {done.stderr.strip()}")
    return copy
