# SPDX-License-Identifier: MIT
"""The parts of a guest: the tool with its libraries, the Go program, busybox and a kernel."""

import functools
import os
import pathlib
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Unavailable(Exception):
    """Raised if the machine lacks something; the message says what."""


def require_commands(*commands):
    for command in commands:
        if not shutil.which(command):
            raise Unavailable(f"{command} is not installed")


def run(command, what, **options):
    """Runs a command; returns its output."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, **options)
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip() or "no reason given").splitlines()
        raise Unavailable(f"{what}: {said[-1]}")
    return done.stdout


# --- downloads ------------------------------------------------------------------------


@functools.cache
def fetch(*words):
    """Returns a folder that tests/kernel/fetch keeps. If an older download is used instead, it says so on standard
    error."""
    fetched = subprocess.run([ROOT / "tests/kernel/fetch", *words], stdout=subprocess.PIPE, text=True, check=False)
    if fetched.returncode != 0:
        raise Unavailable(f"{' '.join(words)} cannot be fetched")
    return pathlib.Path(fetched.stdout.strip())


def kernel(entry):
    """Returns the path of the kernel, and its release."""
    folder = fetch("kernel", entry.suite, entry.architecture, entry.flavour, *filter(None, [entry.series]))
    return folder / "vmlinuz", (folder / "release").read_text().strip()


def busybox(architecture):
    return fetch("busybox", architecture) / "busybox"


# --- builds ----------------------------------------------------------------------------


def build_program(folder, release, architecture):
    """Builds the Go program that is traced and that checks the events."""
    environment = run([ROOT / "tests/toolchain", "--env", release], f"no Go {release}")
    program = folder / f"kernels-{architecture}"
    script = f"{environment}\nGOARCH={architecture} exec go build -o {program} *.go"
    subprocess.run(["bash", "-c", script], cwd=ROOT / "tests/go/kernels", check=True)
    return program


def native_tool(path):
    """Returns the tool, and its libraries by their paths in the guest."""
    tool = pathlib.Path(path or os.environ.get("GOHTTPSNOOP") or ROOT / "build/gohttpsnoop").resolve()
    if not os.access(tool, os.X_OK):
        raise Unavailable(f"{tool} is not there: build it, or name another with --tool")
    listed = run(["ldd", tool], f"ldd {tool}")
    return tool, {library: pathlib.Path(library) for library in re.findall(r"(/\S+) \(0x", listed)}


@functools.cache
def arm64_tool(path):
    """Returns the same for arm64; cross-builds the tool unless `path` names it."""
    require_commands("aarch64-linux-gnu-gcc", "readelf")
    constants = run([ROOT / "cross/sysroot"], "no arm64 packages").strip()
    tool = pathlib.Path(path).resolve() if path else cross_build(ROOT / "build-kernels-arm64", constants)
    return tool, foreign_libraries(tool, pathlib.Path(constants).parent)


def cross_build(folder, constants):
    if not (folder / "build.ninja").exists():
        cross_files = ["--cross-file", ROOT / "cross/aarch64.ini", "--cross-file", constants]
        run(["meson", "setup", folder, *cross_files], f"{folder.name} cannot be set up", cwd=ROOT)
    run(["meson", "compile", "-C", folder, "gohttpsnoop"], f"{folder.name} cannot be built")
    return folder / "gohttpsnoop"


def foreign_libraries(tool, sysroot):
    """The libraries that the tool needs, directly or indirectly. ldd is no alternative: it would have to execute the
    tool."""
    found, wanted = {}, [tool]
    while wanted:
        headers = run(["readelf", "--dynamic", "--program-headers", wanted.pop()], "readelf")
        names = re.findall(r"\(NEEDED\).*\[(.*)\]", headers)
        places = [f"/usr/lib/aarch64-linux-gnu/{name}" for name in names]
        places += re.findall(r"program interpreter: (.*)\]", headers)
        for place in places:
            if place not in found:
                found[place] = (sysroot / place.lstrip("/")).resolve()
                wanted.append(found[place])
    return found
