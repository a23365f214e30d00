# SPDX-License-Identifier: MIT
"""A guest: an initramfs with the tool and a program to trace, a kernel, QEMU, and the output on the console."""

import dataclasses
import json
import os
import pathlib
import queue
import re
import shutil
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
MEMORY = 1024  # MiB
SWAP = 512  # MiB, on a disk that a cloud kernel can use without a module

# Seconds; even under load on a busy machine a guest prints something at least this often.
LONGEST_SILENCE = 240
BOOT_SECONDS = 120

# Messages of a kernel that is no longer reliable, even if it still runs. Messages about workqueues and CPUs that wait
# long are not among them: an emulated machine may have to wait for its host.
INSANE = re.compile(
    r"\b(Oops|Kernel panic|general protection fault|BUG: (?!workqueue lockup|soft lockup)|WARNING: .*(bpf|uprobe)"
    r"|scheduling while atomic|Unable to handle|segfault at)"
)


@dataclasses.dataclass(frozen=True)
class Machine:
    """How to start QEMU for an architecture, and the kernel's name of the console."""

    qemu: str
    arguments: tuple
    console: str


# cmpxchg16b is switched off, because the TCG of QEMU 7.2 sometimes executes it wrongly. With some kernels, Debian 12's
# 6.12 among them, this breaks the lists of free memory at every boot. Kernels do without the instruction if it is
# missing.
MACHINES = {
    "amd64": Machine("qemu-system-x86_64", ("-cpu", "max,-cx16"), "ttyS0"),
    "arm64": Machine("qemu-system-aarch64", ("-machine", "virt", "-cpu", "max,pauth-impdef=on"), "ttyAMA0"),
}


@dataclasses.dataclass
class Report:
    """The results of one boot, and the output on the console."""

    greeting: str = ""
    results: list = dataclasses.field(default_factory=list)
    faults: list = dataclasses.field(default_factory=list)
    notes: list = dataclasses.field(default_factory=list)
    console: list = dataclasses.field(default_factory=list)
    ended: bool = False
    seconds: float = 0.0

    def is_emulators_fault(self):
        """Whether a bug of QEMU's TCG with one thread per CPU caused the fault: a CPU may still execute old code of
        the kernel after another CPU has changed it and has waited for this CPU. It then hits a breakpoint that no
        longer exists. The kernel's dump shows the byte before the trap's address, which is no longer a breakpoint."""
        code = "".join(re.findall(r"Code: .*? (\w\w) <\w\w>", "\n".join(self.console))[:1])
        return any("Oops: int3" in fault for fault in self.faults) and code not in ("", "cc")


# --- the initramfs -------------------------------------------------------------


def make_initramfs(folder, archive, files, plan):
    """`files` maps paths in the guest to source files; `folder` is where the tree is laid out."""
    for place, source in files.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, folder / place)
        (folder / place).chmod(0o755)
    shutil.copy(ROOT / "tests/kernel/init", folder / "init")
    (folder / "plan").write_text("".join(f"{line}\n" for line in plan))
    names = subprocess.run(["find", "."], cwd=folder, capture_output=True, check=True).stdout
    with open(archive, "wb") as file:
        command = ["cpio", "--quiet", "--create", "--format=newc", "--owner=0:0"]
        subprocess.run(command, cwd=folder, input=names, stdout=file, check=True)


# --- a boot ----------------------------------------------------------------------


def qemu_command(architecture, accelerator, kernel, initramfs, swap, parameters):
    machine = MACHINES[architecture]
    how = {"tcg": ("-accel", "tcg,thread=multi"), "kvm": ("-accel", "kvm")}[accelerator]
    words = f"console={machine.console} panic=-1 oops=panic quiet {parameters}"
    return [
        "setpriv", "--pdeathsig", "KILL",  # no guest outlives the process that watches it
        machine.qemu, *how, *machine.arguments, "-smp", "2", "-m", str(MEMORY), "-kernel", kernel, "-initrd", initramfs,
        "-append", words, "-nographic", "-no-reboot", "-nic", "none",
        "-drive", f"file={swap},if=none,format=raw,id=swap", "-device", "nvme,serial=swap,drive=swap",
    ]  # fmt: skip


def read_console(stream, lines):
    for line in stream:
        lines.put(line.decode(errors="replace").rstrip())
    lines.put(None)


def take_line(report, line):
    """Sorts one line of the console into the report."""
    report.console.append(line)
    if found := re.search(r"result: (\{.*\})$", line):
        try:
            report.results.append(json.loads(found.group(1)))
        except json.JSONDecodeError as reason:
            report.faults.append(f"a result that cannot be read ({reason}): {line[:200]}")
    elif found := re.search(r"guest: (.*)$", line):
        if found.group(1) == "end":
            report.ended = True
        else:
            report.greeting = found.group(1)
    elif found := re.search(r"note: (.*)$", line):
        report.notes.append(found.group(1))
    elif INSANE.search(line):
        report.faults.append(f"the kernel says: {line}")


def watch(report, lines, deadline):
    """Reads lines until the guest is off, or adds a fault if it hangs."""
    while True:
        patience = min(LONGEST_SILENCE if report.greeting else BOOT_SECONDS, deadline - time.monotonic())
        try:
            line = lines.get(timeout=max(patience, 0))
        except queue.Empty:
            report.faults.append(f"the guest hangs: nothing was heard from it for {patience:.0f} s")
            return
        if line is None:
            return
        take_line(report, line)


def boot(command, most_seconds):
    """Runs a guest to its end and returns its report."""
    report, lines, begin = Report(), queue.Queue(), time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as qemu:
        reader = threading.Thread(target=read_console, args=(qemu.stdout, lines), daemon=True)
        reader.start()
        try:
            watch(report, lines, begin + most_seconds)
        finally:
            qemu.kill()
    report.seconds = time.monotonic() - begin
    if not report.ended and not report.faults:
        report.faults.append("the guest ended early" if report.greeting else "the guest did not start")
    return report


# --- KVM, if it works -------------------------------------------------------------


def boots_under_kvm(kernel, initramfs, swap):
    """Boots a guest with nothing to do. Without support for nested virtual machines it hangs, even if /dev/kvm
    exists."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    return boot(qemu_command("amd64", "kvm", kernel, initramfs, swap, ""), 20).ended


def cache_folder():
    default = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "gohttpsnoop"
    return pathlib.Path(os.environ.get("GOHTTPSNOOP_CACHE") or default)


def choose_accelerator(try_kvm):
    """Tries KVM once per boot of this machine, and remembers the result."""
    kept = cache_folder() / "kernels/accelerator"
    this_boot = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    try:
        boot_id, chosen = kept.read_text().split()
        if boot_id == this_boot:
            return chosen
    except (OSError, ValueError):
        pass
    chosen = "kvm" if try_kvm() else "tcg"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(f"{this_boot} {chosen}\n")
    return chosen
