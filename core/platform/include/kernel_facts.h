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

/*
 * What /proc and /sys say about the running kernel and the permissions of this process. Nothing is
 * tested by trying it.
 */
struct kernel_facts {
	char release[65], version[65], machine[65]; /* as returned by uname(2) */
	enum preemption preemption;
	enum lockdown lockdown;
	char security_modules[128]; /* "lockdown,capability,apparmor"; empty: not known */
	bool has_proc;		    /* /proc is mounted */
	bool has_own_proc;	    /* /proc belongs to the PID namespace of this process */
	bool has_sysfs;
	bool is_filtered;	/* the process has a seccomp filter */
	bool in_user_namespace; /* not the initial namespace: its capabilities are not valid for eBPF */
	bool in_pid_namespace; /* not the initial namespace: only its own processes are visible */
	uint64_t capabilities; /* the effective capabilities, and those that they include */
	uint64_t lockable_memory; /* bytes; UINT64_MAX: no limit */
};

void kernel_facts_read(struct kernel_facts *ret_facts);

/* "none", "confidentiality", "unknown" */
const char *lockdown_name(enum lockdown lockdown);

/* The bracketed word of a text such as "[none] integrity confidentiality". */
enum lockdown lockdown_parse(const char *text);

/* Whether the text of /proc/self/status shows a seccomp filter. */
bool kernel_facts_parse_filter(const char *status);

#endif
