# SPDX-License-Identifier: MIT
"""Hosts of a small fleet: network namespaces, joined to the collector's by veth pairs, with PID namespaces of their own."""

import ctypes
import json
import os
import pathlib
import shutil
import signal
import subprocess
import threading

from harness import check, tool
from lines import Lines
from servers import NEW_MUX, build

RELEASE = "1.24"  # sets Request.Pattern
SHOP_PORT = 8080
CLONE_NEWNET = 0x40000000


def command(*words):
    done = subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    check(done.returncode == 0, f"{' '.join(map(str, words))}: {done.stderr.strip()}")
    return done.stdout


class Network:
    """A network namespace."""

    def __init__(self, scope, name):
        self.name = f"gohttpsnoop-{os.getpid()}-{name}"
        command("ip", "netns", "add", self.name)
        scope.callback(command, "ip", "netns", "delete", self.name)
        command("ip", "-n", self.name, "link", "set", "lo", "up")

    def words(self, *words):
        """A command that runs the words in this namespace."""
        return ["nsenter", f"--net=/run/netns/{self.name}", *map(str, words)]

    def run(self, *words):
        return subprocess.run(self.words(*words), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    def call(self, function):
        """Calls a function in a thread that is in this namespace, as the threads and sockets are that it makes."""
        results = []

        def enter():
            with open(f"/run/netns/{self.name}", "rb") as namespace:
                check(ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) == 0, "setns() fails")
            results.append(function())

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        check(results, f"no result in the namespace {self.name}")
        return results[0]

    def join(self, other, number):
        """Joins both by a veth pair; returns the addresses of this one and of the other."""
        ends = (self, "uplink"), (other, f"host{number}")
        command("ip", "link", "add", "uplink", "netns", self.name, "type", "veth", "peer", "name", f"host{number}",
                "netns", other.name)
        addresses = f"10.203.{number}.2", f"10.203.{number}.1"
        for (network, link), address in zip(ends, addresses):
            command("ip", "-n", network.name, "address", "add", f"{address}/24", "dev", link)
            command("ip", "-n", network.name, "link", "set", link, "up")
        return addresses


class Host:
    """A host with two services, shop and gate, and the tool."""

    def __init__(self, scope, name, number, collector):
        self.scope, self.name = scope, name
        self.network = Network(scope, name)
        self.address, self.collector = self.network.join(collector, number)
        self.folder = scope.folder / name
        self.folder.mkdir()
        self.holder = subprocess.Popen(
            self.network.words("unshare", "--pid", "--fork", "--kill-child", "--mount-proc",
                               "sh", "-c", "echo ready; exec sleep infinity"),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        scope.callback(self.end)
        Lines(self.holder.stdout, name).wait(lambda lines: lines, "has no namespace")
        self.first = pathlib.Path(f"/proc/{self.holder.pid}/task/{self.holder.pid}/children").read_text().split()[0]
        self.shop = self.serve("shop", "-listen", f"0.0.0.0:{SHOP_PORT}")
        self.gate = self.serve("gateway")
        self.gate_address = json.loads(self.gate[1].wait(lambda lines: lines and lines[0], "does not listen"))["http"]
        self.tool = None

    def inside(self, *words):
        """A command that runs the words in the PID namespace, too."""
        return ["nsenter", "--target", self.first, "--net", "--pid", "--mount", *map(str, words)]

    def serve(self, program, *words):
        binary = shutil.copy(build(program, RELEASE), self.folder / program)
        process = subprocess.Popen(self.inside(binary, *words), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, env={**os.environ, **NEW_MUX})
        lines = Lines(process.stdout, f"{program} of {self.name}")
        lines.wait(lambda found: found, "does not listen")
        return process, lines

    def trace(self, listener):
        self.start_tool("--connect", listener)
        self.said.wait(lambda lines: any(b": connected" in line for line in lines), "is not connected")

    def start_tool(self, *words):
        """Starts the tool with words for where its events go, and waits until it traces both services."""
        self.tool = subprocess.Popen(
            self.inside(tool(), "--all", "--side", "both", "--trace", f"--node={self.name}", "--label", "env=test",
                        "--ring-size", 64 << 20, *words),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.said = Lines(self.tool.stderr, f"the tool of {self.name}")
        self.said.wait(lambda lines: sum(b": traced: " in line for line in lines) >= 2, "does not trace two services")

    def connections(self):
        return sum(b": connected" in line for line in self.said.all())

    def end_tool(self):
        """Ends the tool in order."""
        return self.end_program(self.tool, self.said, signal.SIGINT)

    @staticmethod
    def end_program(process, said, number):
        """Ends what `inside` runs; returns its exit status."""
        child = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        os.kill(int(child[0]), number)
        process.wait(30)
        said.wait_end()
        return process.returncode

    def end(self):
        """Ends everything on the host: with its first process its PID namespace ends."""
        self.holder.kill()
        self.holder.wait()
