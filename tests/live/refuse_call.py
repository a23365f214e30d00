#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
refuse_call.py CALL ERRNO COMMAND...: runs the command with a seccomp filter that makes one system call fail with
this error, as the filters of container engines do.
"""

import ctypes
import errno
import os
import platform
import struct
import sys

NUMBERS = {
    "x86_64": {"bpf": 321, "perf_event_open": 298},
    "aarch64": {"bpf": 280, "perf_event_open": 241},
}

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
RETURN_ERRNO, RETURN_ALLOW = 0x00050000, 0x7fff0000
LOAD_WORD, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06


class Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


def refuse(number, code):
    """Installs the filter. Needs CAP_SYS_ADMIN, because it does not set no_new_privs: file capabilities must stay
    effective."""
    program = [(LOAD_WORD, 0, 0, 0), (JUMP_EQUAL, 0, 1, number), (RETURN, 0, 0, RETURN_ERRNO | code),
               (RETURN, 0, 0, RETURN_ALLOW)]
    instructions = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *one) for one in program))
    wanted = Filter(len(program), ctypes.addressof(instructions))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(wanted), 0, 0) != 0:
        sys.exit(f"no filter can be set: {os.strerror(ctypes.get_errno())}")


def main(call, code, *command):
    refuse(NUMBERS[platform.machine()][call], getattr(errno, code))
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
