/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_OBSTACLE_H
#define GOHTTPSNOOP_CORE_OBSTACLE_H

#include <stdbool.h>

#include "error.h"
#include "kernel_attachment.h"
#include "kernel_facts.h"
#include "kernel_features.h"

/* Why the kernel does not do what it was asked for; each has its own text and its own advice. */
enum obstacle {
	OBSTACLE_NONE,
	/* Where this process runs. */
	OBSTACLE_NO_PROC,
	OBSTACLE_FOREIGN_PROC,
	OBSTACLE_NO_SYSFS,
	OBSTACLE_USER_NAMESPACE,
	OBSTACLE_CAPABILITIES,
	OBSTACLE_ADMIN,
	OBSTACLE_SECCOMP_BPF,
	OBSTACLE_SECCOMP_PERF,
	OBSTACLE_SECURITY_MODULE,
	/* How the kernel was built or started. */
	OBSTACLE_NO_BPF,
	OBSTACLE_NO_PROGRAMS,
	OBSTACLE_NO_UPROBES,
	OBSTACLE_NO_TYPES,
	OBSTACLE_LOCKDOWN,
	OBSTACLE_NO_JIT,
	/* Older than the feature. */
	OBSTACLE_NO_COOKIES,
	OBSTACLE_NO_EXCHANGE,
	OBSTACLE_NO_LOOPS,
	OBSTACLE_NO_MULTI_LINKS,
	OBSTACLE_NO_SLEEPABLE,
	/* Limits. */
	OBSTACLE_LOCKED_MEMORY,
	OBSTACLE_MEMORY,
	OBSTACLE_OPEN_FILES,
	/* Faults. */
	OBSTACLE_VERIFIER,
	OBSTACLE_OTHER,
	OBSTACLE_COUNT,
};

/* What was tried of the kernel. */
enum kernel_stage { KERNEL_LOOK, KERNEL_LOAD, KERNEL_ATTACH, KERNEL_WATCH };

struct kernel_attempt {
	enum kernel_stage stage;
	enum kernel_attachment attachment; /* not BEST */
	bool long_plans;
	int code;	     /* the negative errno of the failure */
	const char *verdict; /* the verifier's last word; empty when it did not speak */
};

/* Whether this process can trace where it runs: without its own /proc it sees no process. */
enum obstacle obstacle_of_place(const struct kernel_facts *facts);

/* What keeps probes from being attached in this way, as far as it can be known before it is tried. */
enum obstacle obstacle_of_way(const struct kernel_facts *facts,
			      const struct kernel_features *features,
			      enum kernel_attachment attachment);

/* Whether this only means that the kernel has not got this way to attach. */
bool obstacle_is_of_way(enum obstacle obstacle);

/* Why an attempt failed. */
enum obstacle obstacle_of_failure(const struct kernel_facts *facts,
				  const struct kernel_features *features,
				  const struct kernel_attempt *attempt);

/* The word for it in the output of `gohttpsnoop check`: "no_btf". */
const char *obstacle_name(enum obstacle obstacle);

/* Fills `err`: what cannot be done, why, and what to do about it. Returns the attempt's code. */
int obstacle_fail(enum obstacle obstacle, const struct kernel_facts *facts,
		  const struct kernel_features *features, const struct kernel_attempt *attempt,
		  struct error *err);

#endif
