/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_KERNEL_VERDICT_H
#define GOHTTPSNOOP_CORE_KERNEL_VERDICT_H

#include <stdbool.h>

#include "error.h"
#include "kernel_trial.h"

/* What gohttpsnoop does that not every kernel, and not every user, lets it do. */
enum tool_feature {
	TOOL_REQUESTS,
	TOOL_FUNCTIONS,
	TOOL_LATENCY,
	TOOL_CAPTURES,	    /* --capture, and headers */
	TOOL_ABSENT_PAGES,  /* values on pages that are not in memory */
	TOOL_NEW_PROCESSES, /* that start later */
	TOOL_PORT,	    /* --port */
	TOOL_OTHER_USERS,   /* processes of theirs */
	TOOL_UNREADABLE,    /* executables that this user may not read */
	TOOL_LEASES,	    /* probes that wait in files of other users */
	TOOL_FEATURE_COUNT,
};

/* Whether one of them works, and otherwise why not. */
struct feature_verdict {
	bool works;
	enum obstacle obstacle;
	struct error why; /* with what to do about it */
};

struct kernel_verdict {
	struct feature_verdict features[TOOL_FEATURE_COUNT];
};

void kernel_verdict_find(const struct kernel_facts *facts, const struct kernel_trial *trial,
			 struct kernel_verdict *ret_verdict);

/* Everything, some of it, or not even requests. */
enum verdict { VERDICT_EVERYTHING, VERDICT_PARTLY, VERDICT_NOTHING };
enum verdict kernel_verdict_sum(const struct kernel_verdict *verdict);

/* The words for them in reports: "new_processes", "partly". */
const char *tool_feature_name(enum tool_feature feature);
const char *verdict_name(enum verdict verdict);

#endif
