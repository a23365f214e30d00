/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_KERNEL_FACTS_H
#define GOHTTPSNOOP_CORE_KERNEL_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "preemption.h"

enum lockdown {
	LOCKDOWN_UNKNOWN,
	LOCKDOWN_NONE,
	LOCKDOWN_INTEGRITY,
	LOCKDOWN_CONFIDENTIALITY,
};

/* What /proc and /sys show of the running kernel, and of what this process may do; nothing is tried. */
struct kernel_facts {
	char release[65], version[65], machine[65]; /* as uname(2) has them */
	enum preemption preemption;
	enum lockdown lockdown;
	char security_modules[128]; /* "lockdown,capability,apparmor"; empty: not known */
	bool has_proc;		    /* /proc is mounted, */
	bool has_own_proc;	    /* and is that of this process's PID namespace */
	bool has_sysfs;
	bool is_filtered;	  /* by seccomp */
	bool in_user_namespace;	  /* not in the initial one: capabilities do not count for eBPF */
	bool in_pid_namespace;	  /* not in the initial one: only processes in it are seen */
	uint64_t capabilities;	  /* effective ones, and those that they stand in for */
	uint64_t lockable_memory; /* bytes; UINT64_MAX: no limit */
};

void kernel_facts_read(struct kernel_facts *ret_facts);

/* "none", "confidentiality", "unknown" */
const char *lockdown_name(enum lockdown lockdown);

/* "[none] integrity confidentiality": the one in brackets. */
enum lockdown lockdown_parse(const char *text);

/* Whether a text such as /proc/self/status says that system calls are filtered. */
bool kernel_facts_parse_filter(const char *status);

#endif
