# SPDX-License-Identifier: MIT
"""The kernels to boot, and what to try on each of them."""

import dataclasses

ASKED = (
    '-H x-number -H x-text --response-header x-answer --capture number=req.Header["X-Number"][0]'
    " --capture query=req.URL.RawQuery --capture status=w.status"
)
PID = "--json --pid {pid}"


@dataclasses.dataclass(frozen=True)
class Step:
    """One line of a guest's plan: a verb of tests/go/kernels, its options, and arguments for the tracer."""

    name: str
    title: str  # of the step's column in docs/compatibility.md
    options: str
    words: str
    verb: str = "run"

    def line(self, count, minutes=0):
        options = f"-name {self.name} {self.options}"
        if self.verb == "run" and " -n " not in options:
            options += f" -n {count}"
        if self.verb == "run" and minutes:
            options += f" -minutes {minutes}"
        return f"{self.verb} {options} -- {self.words}"


def refused(name, title, why, words, options=""):
    """`why` is a pattern without spaces: it uses `.` for a space."""
    return Step(name, title, f"{options} -match {why}", words, "refuse")


REQUESTS = Step("requests", "requests, headers, captures", "", f"{PID} {ASKED}")
CALLS = Step("functions", "functions, `--latency`", "-kind call", "--json --latency {binary} main.Work main.Grow")
ATOMIC = Step("atomic", "`perf_event_atomic`", "", f"{PID} --attach perf_event_atomic {ASKED}")
PERF = Step("perf", "`perf_event`", "-n 200", f"{PID} --attach perf_event {ASKED}")
MULTI = Step("multi", "`uprobe_multi`", "-n 200", f"{PID} --attach uprobe_multi {ASKED}")
NO_MULTI = refused("multi", MULTI.title, "Linux.6.6", f"{PID} --attach uprobe_multi")
ALL = Step("all", "`--all`, socket", "-n 200 -later", "--all --socket {socket}")
PORT = Step("port", "`--port`", "-n 200 -later", "--json --port {port}")
HTTPS = Step("https", "HTTPS", "-n 200 -kind https", f"{PID} {ASKED}")
HTTP2 = Step("http2", "HTTP/2", "-n 200 -kind h2", f"{PID} {ASKED}")
COMMON = (REQUESTS, CALLS, ATOMIC, PERF, ALL, PORT, HTTPS, HTTP2)

# The memory that a probe reads is swapped out. An eBPF program that may not sleep cannot read it, so that values are
# null.
PAGED_REQUESTS = Step("paged-requests", "requests, paged out", "-page-out", f"{PID} {ASKED}")
PAGED_CALLS = Step("paged-functions", "functions, paged out", "-kind call -page-out", CALLS.words)
PAGED_ATOMIC = Step("paged-atomic", "`perf_event_atomic`, paged out", "-page-out -nulls", ATOMIC.words)
PAGED = (PAGED_REQUESTS, PAGED_CALLS, PAGED_ATOMIC)

TWO = Step("two", "two tracers", "-tracers 2", REQUESTS.words)
RING = Step("ring", "a ring of 4 KiB", "-lossy", f"{REQUESTS.words} --ring-size 4096")


def check(status, *expected):
    """Checks the status and the report of `gohttpsnoop check`."""
    return Step("check", "`check`", f"-status {status}", " ".join(expected), "check")


def check_everything(multi=True, preempt=""):
    ways = [f"attach.{way}.works=true" for way in ("perf_event", "perf_event_atomic")]
    ways.append(f"attach.uprobe_multi.works={'true' if multi else 'false'}")
    return check(0, "verdict=everything", "btf=true", *ways, *([f"preemption={preempt}"] if preempt else []))


@dataclasses.dataclass(frozen=True)
class Entry:
    """A kernel, how it is started, and what is tried on it."""

    name: str
    suite: str
    series: str = ""  # empty: the newest
    architecture: str = "amd64"
    flavour: str = "cloud"
    preempt: str = ""  # empty: the kernel's default
    parameters: str = ""
    settings: tuple = ()  # words of tests/kernel/init, executed before the steps
    steps: tuple = ()
    is_default: bool = False


def ordinary(name, suite, series="", preempt="", multi=True, more=(), **fields):
    """A kernel on which everything works."""
    steps = (check_everything(multi, preempt), *COMMON, MULTI if multi else NO_MULTI, *more)
    return Entry(name, suite, series, preempt=preempt, settings=("swap_on_disk",), steps=steps, **fields)


def special(name, steps, suite="trixie-backports", series="", preempt="full", **fields):
    return Entry(name, suite, series, preempt=preempt, steps=steps, **fields)


ENOUGH = (REQUESTS, CALLS)
# The numbers of CAP_PERFMON and CAP_BPF.
AS_USER = "-user 1000 -rights 38,39"

ENTRIES = (
    ordinary("6.1", "bookworm", multi=False, is_default=True),
    ordinary("6.12-full", "trixie", preempt="full", is_default=True),
    ordinary("newest-full", "trixie-backports", preempt="full", more=(PAGED_REQUESTS, PAGED_CALLS), is_default=True),
    ordinary("newest-lazy", "trixie-backports", preempt="lazy", is_default=True),
    ordinary("arm64", "trixie", architecture="arm64", is_default=True),
    ordinary("arm64-6.1", "bookworm", architecture="arm64", multi=False),
    ordinary("arm64-newest", "trixie-backports", architecture="arm64", more=(PAGED_REQUESTS, PAGED_CALLS)),
    # This kernel needs modules for its disks, so that the test cannot page out.
    ordinary("arm64-16k", "trixie", architecture="arm64", flavour="arm64-16k", more=(RING,)),
    # All other available series.
    ordinary("6.1-full", "bookworm", preempt="full", multi=False, more=(*PAGED, TWO, RING)),
    ordinary("6.12-none", "trixie", preempt="none"),
    ordinary("6.12-voluntary", "trixie", preempt="voluntary", more=PAGED),
    ordinary("6.12-bookworm", "bookworm-backports", preempt="full"),
    ordinary("6.16-full", "trixie-backports", "6.16", preempt="full"),
    ordinary("6.16-lazy", "trixie-backports", "6.16", preempt="lazy"),
    ordinary("6.17-full", "trixie-backports", "6.17", preempt="full"),
    ordinary("6.18-none", "trixie-backports", "6.18", preempt="none", more=PAGED),
    ordinary("6.18-voluntary", "trixie-backports", "6.18", preempt="voluntary"),
    ordinary("6.18-full", "trixie-backports", "6.18", preempt="full", more=(*PAGED, TWO, RING)),
    ordinary("6.18-lazy", "trixie-backports", "6.18", preempt="lazy"),
    ordinary("6.19-full", "trixie-backports", "6.19", preempt="full"),
    ordinary("6.19-lazy", "trixie-backports", "6.19", preempt="lazy"),
    ordinary("7.0-full", "trixie-backports", "7.0", preempt="full"),
    ordinary("7.1-full", "trixie-backports", "7.1", preempt="full"),
    ordinary("7.2-full", "trixie-backports", "7.2", preempt="full"),
    ordinary("sid", "sid"),
    # Kernels and users with obstacles.
    special("pressure", (*PAGED, TWO, RING), settings=("swap_on_disk",)),
    special("hotplug", (*ENOUGH, ATOMIC), settings=("plug_cpu",)),
    special("lockdown-integrity", ENOUGH, parameters="lockdown=integrity"),
    special(
        "lockdown-confidentiality",
        (refused("requests", REQUESTS.title, "lockdown", PID), check(1, "verdict=nothing", "lockdown=confidentiality")),
        parameters="lockdown=confidentiality",
    ),
    special("no-btf", (refused("requests", REQUESTS.title, "BTF", PID), check(1, "verdict=nothing", "btf=false")), settings=("hide_btf",)),
    special(
        "no-jit",
        (
            Step("requests", REQUESTS.title, "", PID),
            refused("functions", CALLS.title, "JIT", CALLS.words, "-kind call"),
            check(3, "verdict=partly", "jit=false", "features.requests=true", "features.functions=false"),
        ),
        settings=("no_jit",),
    ),
    special(
        "capabilities",
        (
            Step("requests", REQUESTS.title, AS_USER, REQUESTS.words),
            Step("functions", CALLS.title, f"-kind call {AS_USER}", CALLS.words),
            refused("perf", PERF.title, "CAP_SYS_ADMIN", PERF.words, AS_USER),
            Step(
                "check",
                "`check`",
                f"-status 3 {AS_USER}",
                "verdict=partly features.requests=true features.functions=true features.other_users=false features.leases=false "
                "attach.uprobe_multi.works=true attach.perf_event.works=false attach.perf_event.reason=sys_admin",
                "check",
            ),
        ),
    ),
    special(
        "seccomp",
        (
            refused("requests", REQUESTS.title, "seccomp", PID, "-wrapper confined"),
            Step("check", "`check`", "-status 1 -wrapper confined", "verdict=nothing seccomp=true", "check"),
        ),
    ),
)

# For --hits and --minutes, with each step's share of the hits: requests are slow if the whole heap is paged out. The
# judging program shares two CPUs with eight busy threads and falls behind. The large reader buffer keeps its lines, so
# that only the ring can lose events.
LONG = {
    dataclasses.replace(step, words=f"{step.words} --reader-buffer {256 << 20}"): share
    for step, share in ((PAGED_REQUESTS, 0.02), (PAGED_CALLS, 0.98))
}


def find(name):
    for entry in ENTRIES:
        if entry.name == name:
            return entry
    return None
