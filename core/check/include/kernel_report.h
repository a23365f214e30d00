/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_KERNEL_REPORT_H
#define GOHTTPSNOOP_CORE_KERNEL_REPORT_H

#include "kernel_verdict.h"
#include "report.h"

/* What is known of the running kernel and of this process's rights. */
void kernel_report_facts(struct report *report, const struct kernel_facts *facts,
			 const struct kernel_features *features);

/* Which ways to attach there are. */
void kernel_report_ways(struct report *report, const struct kernel_features *features,
			const struct kernel_trial *trial);

/* What works, and what to do about the rest. */
void kernel_report_verdict(struct report *report, const struct kernel_verdict *verdict);

#endif
