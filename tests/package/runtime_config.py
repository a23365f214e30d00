# SPDX-License-Identifier: MIT
"""Configurations of OCI runtimes: what a container engine makes of a pod's container, and of a service."""

import json
import pathlib

from harness import Skip, check, check_equal

# Of Podman; its default profile knows which capability allows which system call.
PROFILE = pathlib.Path("/usr/share/containers/seccomp.json")
# Since containerd 1.7 and Docker 23 they need these, and no longer CAP_SYS_ADMIN.
TRACING_CALLS = {"bpf": "CAP_BPF", "perf_event_open": "CAP_PERFMON"}

MOUNTS = [
    ("proc", "proc", "/proc", "nosuid noexec nodev"),
    ("tmpfs", "tmpfs", "/dev", "nosuid strictatime mode=755 size=65536k"),
    ("sysfs", "sysfs", "/sys", "nosuid noexec nodev ro"),
]
# As containerd has them.
MASKED = ["/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
          "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi"]
READ_ONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]


def require_profile():
    if not PROFILE.exists():
        raise Skip(f"{PROFILE} is missing: apt-get install golang-github-containers-common")


def seccomp(capabilities, allows_tracing):
    """The profile for a container with these capabilities; `allows_tracing` as current engines, else as Debian 12's."""
    profile = json.loads(PROFILE.read_text())
    rules = []
    for rule in profile["syscalls"]:
        needed, excluded = rule.get("includes") or {}, rule.get("excludes") or {}
        if not set(needed.get("caps", ())) <= set(capabilities) or set(excluded.get("caps", ())) & set(capabilities):
            continue
        if needed.get("arches") and "amd64" not in needed["arches"]:
            continue
        rules.append({key: rule[key] for key in ("action", "errnoRet", "args") if rule.get(key)} | {"names": rule["names"]})
    if allows_tracing:
        allowed = [call for call, capability in TRACING_CALLS.items() if capability in capabilities]
        for rule in rules:
            rule["names"] = [name for name in rule["names"] if name not in allowed]
        rules.append({"names": allowed, "action": "SCMP_ACT_ALLOW"})
    return {"defaultAction": profile["defaultAction"], "defaultErrnoRet": profile.get("defaultErrnoRet", 1),
            "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [rule for rule in rules if rule["names"]]}


def configuration(words, user, capabilities, namespaces):
    return {
        "ociVersion": "1.0.2",
        "process": {
            "args": words, "cwd": "/", "env": ["PATH=/usr/bin"], "user": {"uid": user, "gid": user}, "noNewPrivileges": True,
            "capabilities": {kind: capabilities for kind in ("bounding", "effective", "permitted")},
        },
        "root": {"readonly": True},
        "mounts": [{"type": kind, "source": source, "destination": place, "options": options.split()}
                   for kind, source, place, options in MOUNTS],
        "linux": {
            "namespaces": [{"type": name} for name in namespaces],
            "maskedPaths": MASKED, "readonlyPaths": READ_ONLY,
        },
    }


def service(words):
    """A service as most are: of another user, without capabilities, and alone in its namespaces."""
    config = configuration(words, 1000, [], ["pid", "network", "ipc", "uts", "mount"])
    config["process"]["noNewPrivileges"] = False
    return config


def pod_container(pod, container, words, allows_tracing):
    """What an engine makes of the manifest."""
    context = container["securityContext"]
    check_equal(context["capabilities"]["drop"], ["ALL"], "dropped capabilities")
    check_equal(context["seccompProfile"], {"type": "RuntimeDefault"}, "seccomp profile")
    check(context["runAsUser"] == context["runAsGroup"] and not context["allowPrivilegeEscalation"], "user and privileges")
    check(not context.get("privileged") and "volumes" not in pod, "the container has more rights than those looked at here")
    capabilities = [f"CAP_{name}" for name in context["capabilities"]["add"]]
    namespaces = ["network", "ipc", "uts", "mount"]
    for name, kind in (("hostPID", "pid"), ("hostNetwork", "network"), ("hostIPC", "ipc")):
        if pod.get(name) and kind in namespaces:
            namespaces.remove(kind)
        elif not pod.get(name) and kind not in namespaces:
            namespaces.append(kind)
    config = configuration(words, context["runAsUser"], capabilities, namespaces)
    config["root"]["readonly"] = context["readOnlyRootFilesystem"]
    config["linux"]["seccomp"] = seccomp(capabilities, allows_tracing)
    return config
