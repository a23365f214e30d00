# SPDX-License-Identifier: MIT
"""Namespaces that servers and the tool are put into, and whether they can be had here."""

import shutil
import subprocess

MOUNTS = ("unshare", "--mount", "--propagation", "private")
PIDS = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
AHEAD = ("unshare", "--time", "--monotonic", "1000", "--boottime", "2000")
BEHIND = ("unshare", "--time", "--monotonic", "-5")
USERS = ("unshare", "--user", "--map-root-user")

# Commands that succeed where tests that need it can run. In a chroot, for example, nothing can be mounted privately.
CAN_MOUNT = (*MOUNTS, "mount", "-t", "tmpfs", "tmpfs", "/mnt")
HAS_OVERLAY = ("sh", "-c", "modprobe overlay 2>/dev/null; grep -qw overlay /proc/filesystems")


def can(*command):
    return shutil.which(command[0]) and subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                                                       check=False).returncode == 0


def possible(tests, command, what):
    if can(*command):
        return tests
    print(f"skipped: {', '.join(test.__name__ for test in tests)}: no {what} here")
    return ()
