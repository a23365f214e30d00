# SPDX-License-Identifier: MIT
"""Go programs to trace. Each is built once per toolchain and flags; tests run their own copies."""

import contextlib
import dataclasses
import functools
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess

import events
from harness import PATIENCE, ROOT, Failure, Skip, releases
from lines import Lines


@dataclasses.dataclass(frozen=True)
class Variant:
    """How a program is built: flags of `go build` and environment variables."""

    flags: tuple = ()
    environment: tuple = ()


WITH_CGO = ("CGO_ENABLED=1",)

# The variants that ordinary tests go through; tests/matrix covers the others.
VARIANTS = {
    "plain": Variant(),
    "stripped": Variant(("-ldflags=-s -w",)),
    "pie": Variant(("-buildmode=pie",)),
}
ALL_VARIANTS = {
    **VARIANTS,
    "pie-stripped": Variant(("-buildmode=pie", "-ldflags=-s -w")),
    "cgo": Variant((), WITH_CGO),
    "external": Variant(("-ldflags=-linkmode=external",), WITH_CGO),
    "external-pie-stripped": Variant(("-buildmode=pie", "-ldflags=-linkmode=external -s -w"), WITH_CGO),
    "uncompressed": Variant(("-ldflags=-compressdwarf=false",)),
    "trimpath": Variant(("-trimpath",)),
    "v5": Variant(("-tags=v5",)),
    # Builds that the tool cannot attach to.
    "386": Variant((), ("GOARCH=386",)),
    "ppc64le": Variant((), ("GOARCH=ppc64le",)),
    "arm64": Variant((), ("GOARCH=arm64",)),
    "arm64-stripped": Variant(("-ldflags=-s -w",), ("GOARCH=arm64",)),
    "c-shared": Variant(("-buildmode=c-shared",), WITH_CGO),
    "plugin": Variant(("-buildmode=plugin",), WITH_CGO),
}


def cache_folder():
    default = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "gohttpsnoop"
    return pathlib.Path(os.environ.get("GOHTTPSNOOP_CACHE") or default)


def release_number(release):
    return tuple(int(part) for part in release.split("."))


@functools.cache
def run_fetch(script, *words):
    """Returns the exit status, and the output or the reason of the failure. Cached, because retries without a
    network are slow."""
    done = subprocess.run([ROOT / "tests" / script, *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return done.returncode, (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    return 0, done.stdout.strip()


def fetch_path(what, script, *words):
    """The path that a script of tests/ prints. The script downloads the files on first use and keeps them."""
    status, said = run_fetch(script, *words)
    if status != 0:
        raise Skip(f"{what} cannot be had: {said}")
    return pathlib.Path(said)


def toolchain(release):
    """The GOROOT of a release."""
    return fetch_path(f"Go {release}", "toolchain", release)


def can_be_had(release, suite=None, *packages):
    """Whether the toolchain of a release and packages of a suite of Debian are available; prints the reason if not."""
    try:
        toolchain(release)
        for package in packages:
            library(suite, package)
    except Skip as reason:
        print(f"left out: {reason}")
        return False
    return True


def cells_with(cells, *packages):
    """Those cells, pairs of a suite and a release, for which the toolchain and the packages are available."""
    return [(suite, release) for suite, release in cells if can_be_had(release, suite, *packages)]


def releases_of(wanted):
    """The releases that the environment names, else all `wanted` releases whose toolchain is available."""
    if "GOHTTPSNOOP_TEST_GO" in os.environ:
        return releases()
    # If none is available, return all, so that the tests skip themselves: an empty list of tests would be a failure.
    return [release for release in wanted if can_be_had(release)] or list(wanted)


def library(suite, package):
    """The GOPATH with the sources of a Debian package."""
    return fetch_path(f"{package} of {suite}", "library", suite, package)


def versioned_library(suite, package, module, version):
    """A GOPATH in which a module is where programs import it: Debian's folder of it lacks the major version."""
    sources = library(suite, package)
    gopath = cache_folder() / "live" / "gopath" / suite / package
    link = gopath / "src" / module / version
    link.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        link.symlink_to(sources / "src" / module)
    return f"{gopath}:{sources}"


def compile_program(source, release, flags, output, gopath="", environment=()):
    """`source` is a file or a folder. Of a folder the build constraints choose the files."""
    folder, package = (source, ".") if source.is_dir() else (None, source)
    script = ('environment=$("$1" --env "$2") && eval "$environment" && export GOPATH=${3:-$GOPATH} && shift 3 && '
              'exec env "$@"')
    part = output.with_name(f"{output.name}.{os.getpid()}")
    done = subprocess.run(
        ["bash", "-c", script, "build", ROOT / "tests/toolchain", release, gopath, *environment,
         "go", "build", *flags, "-o", part, package],
        cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"Go {release} does not build {source}: {done.stderr.strip()}")
    part.replace(output)  # Atomic, because tests run in parallel.


def build(program, release, variant="plain", gopath=""):
    """Builds tests/go/PROGRAM with a release, and with libraries from GOPATH; returns the file in the cache."""
    how = ALL_VARIANTS[variant]
    goroot = toolchain(release)
    files = sorted((ROOT / "tests/go" / program).glob("*.go"))
    source = files[0] if len(files) == 1 else files[0].parent
    identity = hashlib.sha256(
        b"\0".join([*(file.read_bytes() for file in files), (goroot / "VERSION").read_bytes(), os.fsencode(gopath),
                *(word.encode() for word in how.flags + how.environment)]))
    output = cache_folder() / "live" / f"{program}-{release}-{variant}-{identity.hexdigest()[:16]}"
    if not output.exists():
        output.parent.mkdir(parents=True, exist_ok=True)
        compile_program(source, release, how.flags, output, gopath, how.environment)
    return output


# Newer releases treat a program that is built outside a module as a Go 1.20 program, whose ServeMux sets no pattern.
NEW_MUX = {"GODEBUG": "httpmuxgo121=0"}


class Server:
    """A running Go program. Its binary is a copy, so that no process of another test runs the same file."""

    def __init__(self, scope, release, variant="plain", program="server", name=None, binary=None, environment=None):
        self.release = release
        self.convention = "stack" if release_number(release) < (1, 17) else "register"
        self.exe = binary or self.copy(scope, build(program, release, variant), name or program)
        # The server ends when its standard input is closed: it never outlives the test, however the test ends.
        self.process = subprocess.Popen([self.exe], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, env={**os.environ, **NEW_MUX, **(environment or {})})
        self.pid = self.process.pid
        scope.callback(self.kill)
        self.addresses = self._read_addresses()

    @staticmethod
    def copy(scope, binary, name):
        folder = scope.folder / str(len(list(scope.folder.iterdir())))
        folder.mkdir()
        return pathlib.Path(shutil.copy(binary, folder / name))

    def _read_addresses(self):
        self.stdout = Lines(self.process.stdout, f"{self.exe.name} {self.release}")
        first = self.stdout.wait(lambda found: found and found[0], "did not print its addresses")
        return {name: (host, int(port)) for name, (host, port) in
                ((name, address.rsplit(":", 1)) for name, address in json.loads(first).items())}

    @property
    def comm(self):
        return events.shown(os.fsencode(self.exe.name)[:15])

    @property
    def goes_on(self):
        return self.process.poll() is None

    def threads(self):
        return {int(name) for name in os.listdir(f"/proc/{self.pid}/task")}

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.exe.name} {self.release} did not end on signal {number}") from None

    def kill(self):
        """Ends the server in any state. SIGTERM is used only by tests that are about it."""
        if self.goes_on:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()


class Shop(Server):
    """The demo service, which prints its address for people."""

    def __init__(self, scope, release, variant="plain"):
        super().__init__(scope, release, variant, program="shop")

    def _read_addresses(self):
        line = Lines(self.process.stdout, "shop").wait(lambda found: found and found[0], "does not listen").decode()
        host, port = line.rpartition("/")[2].rsplit(":", 1)
        return {"http": (host, int(port))}
