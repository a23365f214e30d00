/* SPDX-License-Identifier: MIT */
#include "obstacle.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "privilege.h"

/* Texts in which "%s" is replaced by what obstacle_fail() knows about the case. */
static const struct {
	const char *name, *why, *advice;
} obstacles[OBSTACLE_COUNT] = {
	[OBSTACLE_NONE] = {
		.name = "none",
		.why = "",
		.advice = "",
	},
	[OBSTACLE_NO_PROC] = {
		.name = "no_proc",
		.why = "/proc is not mounted or not accessible",
		.advice = "mount it: mount -t proc proc /proc",
	},
	[OBSTACLE_FOREIGN_PROC] = {
		.name = "foreign_proc",
		.why = "/proc belongs to another PID namespace than this process",
		.advice = "mount /proc of this namespace: mount -t proc proc /proc, or unshare --mount-proc",
	},
	[OBSTACLE_NO_SYSFS] = {
		.name = "no_sysfs",
		.why = "/sys is not mounted",
		.advice = "mount it: mount -t sysfs sysfs /sys",
	},
	[OBSTACLE_USER_NAMESPACE] = {
		.name = "user_namespace",
		.why = "not permitted: the capabilities belong to a user namespace",
		.advice = "the kernel accepts only those of the initial user namespace: run outside of the rootless container, or without PrivateUsers=",
	},
	[OBSTACLE_CAPABILITIES] = {
		.name = "capabilities",
		.why = "not permitted: missing %s",
		.advice = "run as root, or grant the capabilities",
	},
	[OBSTACLE_ADMIN] = {
		.name = "sys_admin",
		.why = "not permitted: missing CAP_SYS_ADMIN, which this kernel requires for perf_event uprobes",
		.advice = "run as root, or grant the capability",
	},
	[OBSTACLE_SECCOMP_BPF] = {
		.name = "seccomp",
		.why = "not permitted: a seccomp filter blocks the system call bpf",
		.advice = "allow bpf and perf_event_open in the filter of the container or of the service (SystemCallFilter=)",
	},
	[OBSTACLE_SECCOMP_PERF] = {
		.name = "seccomp",
		.why = "not permitted: a seccomp filter blocks the system call perf_event_open",
		.advice = "allow it in the filter of the container or of the service (SystemCallFilter=)",
	},
	[OBSTACLE_SECURITY_MODULE] = {
		.name = "security_module",
		.why = "not permitted, though no capability is missing (security modules: %s)",
		.advice = "a security module denies it: find the denial in the kernel log or the audit log",
	},
	[OBSTACLE_NO_BPF] = {
		.name = "no_bpf",
		.why = "this kernel has no eBPF",
		.advice = "use a kernel built with CONFIG_BPF_SYSCALL",
	},
	[OBSTACLE_NO_PROGRAMS] = {
		.name = "no_probe_programs",
		.why = "this kernel has no eBPF programs for probes",
		.advice = "use a kernel built with CONFIG_BPF_EVENTS and CONFIG_UPROBE_EVENTS",
	},
	[OBSTACLE_NO_UPROBES] = {
		.name = "no_uprobes",
		.why = "this kernel has no uprobes",
		.advice = "use a kernel built with CONFIG_PERF_EVENTS and CONFIG_UPROBE_EVENTS",
	},
	[OBSTACLE_NO_TYPES] = {
		.name = "no_btf",
		.why = "the kernel has no type information (BTF): /sys/kernel/btf/vmlinux cannot be read",
		.advice = "use a kernel built with CONFIG_DEBUG_INFO_BTF",
	},
	[OBSTACLE_LOCKDOWN] = {
		.name = "lockdown",
		.why = "the lockdown of the kernel forbids eBPF programs to read memory",
		.advice = "boot without lockdown=confidentiality; tracing works with lockdown=integrity",
	},
	[OBSTACLE_NO_JIT] = {
		.name = "no_jit",
		.why = "the kernel's JIT compiler is off, and its eBPF interpreter does not support these programs",
		.advice = "enable the JIT compiler: sysctl net.core.bpf_jit_enable=1",
	},
	[OBSTACLE_NO_COOKIES] = {
		.name = "no_attach_cookies",
		.why = "this kernel has no attach cookies for uprobes",
		.advice = "use Linux 5.15 or later",
	},
	[OBSTACLE_NO_EXCHANGE] = {
		.name = "no_compare_exchange",
		.why = "the eBPF of this kernel has no atomic compare-and-exchange",
		.advice = "use Linux 5.15 or later",
	},
	[OBSTACLE_NO_LOOPS] = {
		.name = "no_loops",
		.why = "this kernel has no bpf_loop(), which functions, headers and --capture need",
		.advice = "use Linux 5.17 or later for these; plain requests do not need it",
	},
	[OBSTACLE_NO_MULTI_LINKS] = {
		.name = "no_uprobe_multi",
		.why = "this kernel has no uprobe_multi links: Linux 6.6 or later is needed",
		.advice = "omit --attach: perf_event and perf_event_atomic do not need them",
	},
	[OBSTACLE_NO_SLEEPABLE] = {
		.name = "no_sleepable_uprobes",
		.why = "this kernel has no sleepable uprobes: Linux 6.0 or later is needed",
		.advice = "omit --attach: perf_event_atomic does not need them",
	},
	[OBSTACLE_LOCKED_MEMORY] = {
		.name = "locked_memory",
		.why = "only %s bytes of memory may be locked",
		.advice = "raise the limit: ulimit -l unlimited, LimitMEMLOCK=infinity, or grant CAP_SYS_RESOURCE",
	},
	[OBSTACLE_MEMORY] = {
		.name = "memory",
		.why = "the kernel is out of memory",
		.advice = "lower --ring-size and --max-string",
	},
	[OBSTACLE_OPEN_FILES] = {
		.name = "open_files",
		.why = "too many files are open",
		.advice = "raise the limit: ulimit -Hn, or LimitNOFILE=",
	},
	[OBSTACLE_VERIFIER] = {
		.name = "verifier",
		.why = "the kernel's verifier rejects them: %s",
		.advice = "this is a bug of gohttpsnoop on this kernel: report it with the output of -v",
	},
	[OBSTACLE_OTHER] = {
		.name = "other",
		.why = "%s",
		.advice = "",
	},
};

static const char *const stages[] = {
	[KERNEL_LOOK] = "processes cannot be seen",
	[KERNEL_LOAD] = "eBPF programs cannot be loaded",
	[KERNEL_ATTACH] = "probes cannot be attached",
	[KERNEL_WATCH] = "new processes cannot be detected",
};

const char *obstacle_name(enum obstacle obstacle)
{
	return obstacles[obstacle].name;
}

static bool is_denied(int code)
{
	return code == EPERM || code == EACCES;
}

static bool is_by_perf_event(enum kernel_attachment attachment)
{
	return attachment == KERNEL_ATTACHMENT_SINGLE ||
	       attachment == KERNEL_ATTACHMENT_SINGLE_SLEEPABLE;
}

/* Returns the first obstacle that a missing right can cause. */
static enum obstacle obstacle_of_rights(const struct kernel_facts *facts)
{
	if (facts->in_user_namespace)
		return OBSTACLE_USER_NAMESPACE;
	if (!privilege_has(facts->capabilities, PRIVILEGE_TRACE))
		return OBSTACLE_CAPABILITIES;
	return OBSTACLE_NONE;
}

/* Returns why a system call was refused that needs no further rights: a filter refused it, or the kernel lacks it. */
static enum obstacle obstacle_of_call(const struct kernel_facts *facts, int code,
				      enum obstacle filtered, enum obstacle missing)
{
	if (code == ENOSYS)
		return facts->is_filtered ? filtered : missing;
	if (!is_denied(code))
		return OBSTACLE_NONE;
	return facts->is_filtered ? filtered : OBSTACLE_SECURITY_MODULE;
}

static enum obstacle obstacle_of_perf_event(const struct kernel_facts *facts,
					    const struct kernel_features *features)
{
	enum obstacle call =
		obstacle_of_call(facts, features->perf_call == EACCES ? 0 : features->perf_call,
				 OBSTACLE_SECCOMP_PERF, OBSTACLE_NO_UPROBES);

	if (call != OBSTACLE_NONE)
		return call;
	if (!facts->has_sysfs)
		return OBSTACLE_NO_SYSFS;
	if (features->perf_events == ANSWER_NO)
		return OBSTACLE_NO_UPROBES;
	if (!is_denied(features->perf_open))
		return OBSTACLE_NONE;
	return privilege_has(facts->capabilities, PRIVILEGE_PERF_EVENTS) ?
		       OBSTACLE_SECURITY_MODULE :
		       OBSTACLE_ADMIN;
}

bool obstacle_is_of_way(enum obstacle obstacle)
{
	return obstacle == OBSTACLE_NO_MULTI_LINKS || obstacle == OBSTACLE_NO_SLEEPABLE;
}

/* What all of our eBPF programs need, whatever they are attached to. */
static enum obstacle obstacle_of_programs(const struct kernel_facts *facts,
					  const struct kernel_features *features)
{
	enum obstacle call =
		obstacle_of_call(facts, features->bpf_call, OBSTACLE_SECCOMP_BPF, OBSTACLE_NO_BPF);

	if (features->bpf_call == ENOSYS)
		return call;
	if (features->programs != ANSWER_YES && obstacle_of_rights(facts) != OBSTACLE_NONE)
		return obstacle_of_rights(facts);
	if (call != OBSTACLE_NONE)
		return call;
	if (features->programs == ANSWER_NO)
		return OBSTACLE_NO_PROGRAMS;
	if (features->types == ANSWER_NO)
		return facts->has_sysfs ? OBSTACLE_NO_TYPES : OBSTACLE_NO_SYSFS;
	if (features->cookies == ANSWER_NO)
		return OBSTACLE_NO_COOKIES;
	if (features->exchange == ANSWER_NO)
		return OBSTACLE_NO_EXCHANGE;
	return features->read_kernel == ANSWER_NO ? OBSTACLE_LOCKDOWN : OBSTACLE_NONE;
}

static enum obstacle find_way(const struct kernel_facts *facts,
			      const struct kernel_features *features,
			      enum kernel_attachment attachment)
{
	if (attachment == KERNEL_ATTACHMENT_SINGLE_SLEEPABLE && features->sleepable == ANSWER_NO)
		return OBSTACLE_NO_SLEEPABLE;
	if (is_by_perf_event(attachment))
		return obstacle_of_perf_event(facts, features);
	if (features->multi_links == ANSWER_NO)
		return features->perf_events == ANSWER_NO ? OBSTACLE_NO_UPROBES :
							    OBSTACLE_NO_MULTI_LINKS;
	return OBSTACLE_NONE;
}

enum obstacle obstacle_of_way(const struct kernel_facts *facts,
			      const struct kernel_features *features,
			      enum kernel_attachment attachment)
{
	enum obstacle programs = obstacle_of_programs(facts, features), way;

	/* If programs are not permitted at all, the attachment methods do not matter. */
	if (obstacle_of_rights(facts) != OBSTACLE_NONE || features->programs != ANSWER_YES)
		return OBSTACLE_NONE;
	way = find_way(facts, features, attachment);
	/* A right that would not help is not recommended. */
	if (way == OBSTACLE_NONE || obstacle_is_of_way(way) || programs == OBSTACLE_NONE)
		return way;
	return programs;
}

/* The kernel's error for a program that it would have to compile. The latter has no name here. */
static bool is_for_compiler(int code)
{
	enum { ENOTSUPP = 524 }; /* linux/errno.h, the kernel's own */

	return code == -EINVAL || code == -ENOTSUPP;
}

/* What only some programs need. */
static enum obstacle obstacle_of_program(const struct kernel_features *features,
					 const struct kernel_attempt *attempt)
{
	if (attempt->long_plans && features->loops == ANSWER_NO)
		return OBSTACLE_NO_LOOPS;
	return features->jit == ANSWER_NO && is_for_compiler(attempt->code) ? OBSTACLE_NO_JIT :
									      OBSTACLE_NONE;
}

/* Returns what the error number alone means if the kernel has all features. */
static enum obstacle obstacle_of_code(const struct kernel_facts *facts,
				      const struct kernel_features *features,
				      const struct kernel_attempt *attempt)
{
	bool is_load = attempt->stage == KERNEL_LOAD;

	if (attempt->code == -ENOMEM)
		return OBSTACLE_MEMORY;
	if (attempt->code == -EMFILE || attempt->code == -ENFILE)
		return OBSTACLE_OPEN_FILES;
	if (is_load && attempt->verdict[0])
		return OBSTACLE_VERIFIER;
	if (attempt->code == -EPERM && is_load && features->memory_group == ANSWER_NO &&
	    facts->lockable_memory != UINT64_MAX)
		return OBSTACLE_LOCKED_MEMORY;
	return is_denied(-attempt->code) ? OBSTACLE_SECURITY_MODULE : OBSTACLE_OTHER;
}

enum obstacle obstacle_of_place(const struct kernel_facts *facts)
{
	if (!facts->has_proc)
		return OBSTACLE_NO_PROC;
	return facts->has_own_proc ? OBSTACLE_NONE : OBSTACLE_FOREIGN_PROC;
}

enum obstacle obstacle_of_failure(const struct kernel_facts *facts,
				  const struct kernel_features *features,
				  const struct kernel_attempt *attempt)
{
	enum obstacle obstacle = OBSTACLE_NONE;

	if (attempt->stage == KERNEL_LOAD)
		obstacle = obstacle_of_programs(facts, features);
	if (obstacle == OBSTACLE_NONE && is_denied(-attempt->code) && !attempt->verdict[0])
		obstacle = obstacle_of_rights(facts);
	if (obstacle == OBSTACLE_NONE && attempt->stage != KERNEL_WATCH)
		obstacle = obstacle_of_way(facts, features, attempt->attachment);
	if (obstacle == OBSTACLE_NONE && attempt->stage == KERNEL_LOAD)
		obstacle = obstacle_of_program(features, attempt);
	return obstacle != OBSTACLE_NONE ? obstacle : obstacle_of_code(facts, features, attempt);
}

/* ---- messages ---- */

/* Writes the text for "%s". */
static void obstacle_write_text(enum obstacle obstacle, const struct kernel_facts *facts,
				const struct kernel_attempt *attempt, char *text, size_t size)
{
	switch (obstacle) {
	case OBSTACLE_CAPABILITIES:
		privilege_list_missing(facts->capabilities, PRIVILEGE_TRACE, text, size);
		break;
	case OBSTACLE_LOCKED_MEMORY:
		snprintf(text, size, "%llu", (unsigned long long)facts->lockable_memory);
		break;
	case OBSTACLE_SECURITY_MODULE:
		snprintf(text, size, "%s",
			 facts->security_modules[0] ? facts->security_modules : "unknown");
		break;
	case OBSTACLE_VERIFIER:
		snprintf(text, size, "%s", attempt->verdict);
		break;
	default:
		snprintf(text, size, "%s", strerror(-attempt->code));
	}
}

/* Adds the advice for missing rights, and the rights that processes of other users need. */
static void advise_rights(enum obstacle obstacle, const struct kernel_facts *facts,
			  const char *more, struct error *err)
{
	char others[96];

	privilege_list_missing(facts->capabilities, PRIVILEGE_LOOK, others, sizeof(others));
	error_hint(err, "%s%s%s%s", obstacles[obstacle].advice, more,
		   *others ? "; processes of other users also need " : "", others);
}

/* Adds further advice for these rights and this kernel. */
static void advise(enum obstacle obstacle, const struct kernel_facts *facts,
		   const struct kernel_features *features, const struct kernel_attempt *attempt,
		   struct error *err)
{
	if (obstacle == OBSTACLE_CAPABILITIES)
		advise_rights(obstacle, facts, "", err);
	else if (obstacle == OBSTACLE_ADMIN)
		advise_rights(obstacle, facts,
			      features->multi_links == ANSWER_YES ?
				      "; or omit --attach: uprobe_multi does not need it" :
				      "",
			      err);
	else if (obstacle == OBSTACLE_NO_JIT && attempt->long_plans)
		error_hint(err, "%s; plain requests do not need it", obstacles[obstacle].advice);
	else if (obstacles[obstacle].advice[0])
		error_hint(err, "%s", obstacles[obstacle].advice);
}

int obstacle_fail(enum obstacle obstacle, const struct kernel_facts *facts,
		  const struct kernel_features *features, const struct kernel_attempt *attempt,
		  struct error *err)
{
	const char *why = obstacles[obstacle].why;
	const char *hole = strstr(why, "%s");
	int before = hole ? (int)(hole - why) : (int)strlen(why);
	char text[512] = "";

	if (hole)
		obstacle_write_text(obstacle, facts, attempt, text, sizeof(text));
	error_fail(err, attempt->code, "%s: %.*s%s%s", stages[attempt->stage], before, why, text,
		   hole ? hole + strlen("%s") : "");
	advise(obstacle, facts, features, attempt, err);
	return attempt->code;
}
