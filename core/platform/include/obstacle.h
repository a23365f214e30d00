/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_OBSTACLE_H
#define GOHTTPSNOOP_CORE_OBSTACLE_H

#include <stdbool.h>

#include "error.h"
#include "kernel_attachment.h"
#include "kernel_facts.h"
#include "kernel_features.h"

/* Reasons why the kernel refuses an operation. Each has its own text and its own advice. */
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

/* An operation that failed. */
enum kernel_stage { KERNEL_LOOK, KERNEL_LOAD, KERNEL_ATTACH, KERNEL_WATCH };

struct kernel_attempt {
	enum kernel_stage stage;
	enum kernel_attachment attachment; /* not BEST */
	bool long_plans;
	int code;	     /* the negative errno of the failure */
	const char *verdict; /* the last line of the verifier's log; empty if there is no log */
};

/*
 * Whether this process can trace at all: it needs /proc of its own PID namespace to find processes.
 */
enum obstacle obstacle_of_place(const struct kernel_facts *facts);

/* Why probes cannot be attached with this method, as far as that is known without trying it. */
enum obstacle obstacle_of_way(const struct kernel_facts *facts,
			      const struct kernel_features *features,
			      enum kernel_attachment attachment);

/* Whether the obstacle only means that the kernel does not support this method of attaching. */
bool obstacle_is_of_way(enum obstacle obstacle);

/* The reason of a failed attempt. */
enum obstacle obstacle_of_failure(const struct kernel_facts *facts,
				  const struct kernel_features *features,
				  const struct kernel_attempt *attempt);

/* The reason's name in the output of `gohttpsnoop check`: "no_btf". */
const char *obstacle_name(enum obstacle obstacle);

/* Fills `err` with the failed operation, the reason and advice. Returns the attempt's code. */
int obstacle_fail(enum obstacle obstacle, const struct kernel_facts *facts,
		  const struct kernel_features *features, const struct kernel_attempt *attempt,
		  struct error *err);

#endif
