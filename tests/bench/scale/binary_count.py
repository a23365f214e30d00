# SPDX-License-Identifier: MIT
"""Memory and the time to attach and to end, by the number of binaries, of which each is inspected."""

import shutil

from programs import HelloServer, build
from scale import attaching

COUNTS = (1, 3, 10, 30)


def start_copy(scope, release, number):
    copy = shutil.copy(build("hello", release), scope.folder / f"hello-{number}")
    return HelloServer(scope, release, copy)


def section(scope, options, say):
    """Attaching, ending and memory, by binaries: copies of the small server (7 MB), a process each, without requests"""
    servers, results, tool = [], {}, attaching.Attaching(scope, options, say)
    for count in COUNTS:
        servers += [start_copy(scope, options.releases[-1], number) for number in range(len(servers), count)]
        arguments = [word for server in servers for word in ("--binary", server.binary)]
        results[count] = tool.measure(f"binaries: {count}", arguments, count)
    for server in servers:
        server.process.forget()
    return attaching.report("binaries", "Attaching and ending, by binaries", results, tool.watch)
