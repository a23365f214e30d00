# SPDX-License-Identifier: MIT
"""Namespaces that tests put servers and the tool into, and whether this machine supports them."""

import shutil
import subprocess

MOUNTS = ("unshare", "--mount", "--propagation", "private")
PIDS = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
AHEAD = ("unshare", "--time", "--monotonic", "1000", "--boottime", "2000")
BEHIND = ("unshare", "--time", "--monotonic", "-5")
USERS = ("unshare", "--user", "--map-root-user")

# Commands that succeed only on machines that can run the tests that need them. In a chroot, for example, private mounts
# are not possible.
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
