/* SPDX-License-Identifier: MIT */
#include "kernel_report.h"

#include <string.h>

#include "privilege.h"

static void report_answer(struct report *report, const char *key, enum answer answer)
{
	if (answer == ANSWER_UNKNOWN)
		report_null(report, key);
	else
		report_bool(report, key, answer == ANSWER_YES);
}

static void report_capabilities(struct report *report, uint64_t capabilities)
{
	const char *name;
	bool held;

	report_open_object(report, "capabilities");
	for (size_t i = 0; (name = privilege_name(i, capabilities, &held)) != NULL; i++)
		report_bool(report, name, held);
	report_close_object(report);
}

static const char *namespace_of(bool is_other)
{
	return is_other ? "other" : "initial";
}

void kernel_report_facts(struct report *report, const struct kernel_facts *facts,
			 const struct kernel_features *features)
{
	report_string(report, "kernel", facts->release);
	report_string(report, "build", facts->version);
	report_string(report, "architecture", facts->machine);
	report_string(report, "preemption", preemption_name(facts->preemption));
	report_answer(report, "btf", features->types);
	report_answer(report, "jit", features->jit);
	report_string(report, "lockdown", lockdown_name(facts->lockdown));
	if (facts->security_modules[0])
		report_string(report, "lsm", facts->security_modules);
	else
		report_null(report, "lsm");
	report_bool(report, "seccomp", facts->is_filtered);
	report_string(report, "user_ns", namespace_of(facts->in_user_namespace));
	report_string(report, "pid_ns", namespace_of(facts->in_pid_namespace));
	report_capabilities(report, facts->capabilities);
}

static void report_reason(struct report *report, enum obstacle obstacle, const struct error *why)
{
	report_string(report, "reason", obstacle_name(obstacle));
	report_string(report, "why", why->what);
}

static void report_verifier(struct report *report, const char *lines)
{
	if (!*lines)
		return;
	report_open_list(report, "verifier");
	while (*lines) {
		size_t size = strcspn(lines, "\n");

		report_bytes(report, NULL, lines, size);
		lines += size + (lines[size] == '\n');
	}
	report_close_list(report);
}

static void report_way(struct report *report, enum kernel_attachment attachment,
		       const struct kernel_features *features,
		       const struct kernel_outcome *short_plans,
		       const struct kernel_outcome *long_plans)
{
	bool works = short_plans->failure.obstacle == OBSTACLE_NONE;
	const struct kernel_outcome *failed = works ? long_plans : short_plans;

	report_open_object(report, kernel_attachment_word(attachment));
	report_bool(report, "works", works);
	report_bool(report, "functions", long_plans->failure.obstacle == OBSTACLE_NONE);
	if (attachment != KERNEL_ATTACHMENT_MULTI)
		report_answer(report, "sys_admin", features->perf_needs_admin);
	if (failed->failure.obstacle != OBSTACLE_NONE) {
		report_reason(report, failed->failure.obstacle, &failed->why);
		report_verifier(report, failed->failure.verifier);
	}
	report_close_object(report);
}

void kernel_report_ways(struct report *report, const struct kernel_features *features,
			const struct kernel_trial *trial)
{
	report_open_object(report, "attach");
	for (int i = 0; i < KERNEL_WAYS; i++)
		report_way(report, (enum kernel_attachment)(KERNEL_ATTACHMENT_MULTI + i), features,
			   &trial->short_plans[i], &trial->long_plans[i]);
	report_close_object(report);
}

static bool is_same_problem(const struct feature_verdict *a, const struct feature_verdict *b)
{
	return !a->works && !b->works && strcmp(a->why.what, b->why.what) == 0;
}

static bool is_first_of_problem(const struct kernel_verdict *verdict, int feature)
{
	for (int i = 0; i < feature; i++) {
		if (is_same_problem(&verdict->features[i], &verdict->features[feature]))
			return false;
	}
	return !verdict->features[feature].works;
}

/* Reports one problem with all features that it affects. */
static void report_problem(struct report *report, const struct kernel_verdict *verdict, int first)
{
	const struct feature_verdict *problem = &verdict->features[first];

	report_open_object(report, NULL);
	report_reason(report, problem->obstacle, &problem->why);
	/* This hint is about --attach; newer kernels were already named. */
	if (problem->why.hint[0] && !obstacle_is_of_way(problem->obstacle))
		report_string(report, "advice", problem->why.hint);
	report_open_list(report, "concerns");
	for (int i = first; i < TOOL_FEATURE_COUNT; i++) {
		if (is_same_problem(problem, &verdict->features[i]))
			report_string(report, NULL, tool_feature_name((enum tool_feature)i));
	}
	report_close_list(report);
	report_close_object(report);
}

void kernel_report_verdict(struct report *report, const struct kernel_verdict *verdict)
{
	report_open_object(report, "features");
	for (int i = 0; i < TOOL_FEATURE_COUNT; i++)
		report_bool(report, tool_feature_name((enum tool_feature)i),
			    verdict->features[i].works);
	report_close_object(report);
	report_open_list(report, "problems");
	for (int i = 0; i < TOOL_FEATURE_COUNT; i++) {
		if (is_first_of_problem(verdict, i))
			report_problem(report, verdict, i);
	}
	report_close_list(report);
	report_string(report, "verdict", verdict_name(kernel_verdict_sum(verdict)));
}
