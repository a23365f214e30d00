/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PREEMPTION_H
#define GOHTTPSNOOP_CORE_PREEMPTION_H

#include "answer.h"

/* The preemption model of the kernel. */
enum preemption {
	PREEMPTION_UNKNOWN,
	PREEMPTION_NONE,
	PREEMPTION_VOLUNTARY,
	PREEMPTION_NONE_OR_VOLUNTARY,
	PREEMPTION_FULL,
	PREEMPTION_LAZY,
	PREEMPTION_FULL_OR_LAZY,
	PREEMPTION_RT,
};

/*
 * Sources of the preemption model, the most reliable first. Strings are empty if the source is
 * missing.
 */
struct preemption_sources {
	const char *debugfs;	  /* sched/preempt: "none voluntary (full)" */
	const char *version;	  /* uname -v: "#1 SMP PREEMPT_DYNAMIC Debian …" */
	const char *command_line; /* /proc/cmdline, where "preempt=full" may stand */
	/* How the kernel was built: CONFIG_PREEMPT_NONE, _VOLUNTARY, CONFIG_PREEMPT, _LAZY. */
	enum answer none, voluntary, full, lazy;
};

enum preemption preemption_find(const struct preemption_sources *sources);

/* "full", "none or voluntary", "unknown" */
const char *preemption_name(enum preemption preemption);

#endif
