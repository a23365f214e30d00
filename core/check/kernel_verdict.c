/* SPDX-License-Identifier: MIT */
#include "kernel_verdict.h"

#include <errno.h>

#include "privilege.h"

static const char *const feature_names[] = {
	[TOOL_REQUESTS] = "requests",
	[TOOL_FUNCTIONS] = "functions",
	[TOOL_LATENCY] = "latency",
	[TOOL_CAPTURES] = "captures",
	[TOOL_ABSENT_PAGES] = "absent_pages",
	[TOOL_NEW_PROCESSES] = "new_processes",
	[TOOL_PORT] = "port",
	[TOOL_OTHER_USERS] = "other_users",
	[TOOL_UNREADABLE] = "unreadable",
	[TOOL_LEASES] = "leases",
};

static const char *const verdict_names[] = {
	[VERDICT_EVERYTHING] = "everything",
	[VERDICT_PARTLY] = "partly",
	[VERDICT_NOTHING] = "nothing",
};

const char *tool_feature_name(enum tool_feature feature)
{
	return feature_names[feature];
}

const char *verdict_name(enum verdict verdict)
{
	return verdict_names[verdict];
}

static struct feature_verdict judge_outcome(const struct kernel_outcome *outcome)
{
	return (struct feature_verdict){
		.works = outcome->failure.obstacle == OBSTACLE_NONE,
		.obstacle = outcome->failure.obstacle,
		.why = outcome->why,
	};
}

static struct feature_verdict judge_rights(const struct kernel_facts *facts,
					   enum privilege privilege, const char *what)
{
	struct feature_verdict verdict = { .works = privilege_has(facts->capabilities, privilege) };

	if (verdict.works)
		return verdict;
	verdict.obstacle = OBSTACLE_CAPABILITIES;
	privilege_refuse(facts->capabilities, privilege, what, &verdict.why);
	return verdict;
}

/* The outcome by a way that can fault pages in. */
static const struct kernel_outcome *find_sleepable(const struct kernel_outcome *outcomes)
{
	const int multi = 0,
		  sleepable = KERNEL_ATTACHMENT_SINGLE_SLEEPABLE - KERNEL_ATTACHMENT_MULTI;

	return outcomes[multi].failure.obstacle == OBSTACLE_NONE ? &outcomes[multi] :
								   &outcomes[sleepable];
}

void kernel_verdict_find(const struct kernel_facts *facts, const struct kernel_trial *trial,
			 struct kernel_verdict *ret_verdict)
{
	struct feature_verdict *features = ret_verdict->features;
	const struct kernel_outcome *with_long = kernel_trial_best(trial->long_plans);

	features[TOOL_REQUESTS] = judge_outcome(kernel_trial_best(trial->short_plans));
	features[TOOL_FUNCTIONS] = judge_outcome(with_long);
	features[TOOL_LATENCY] = judge_outcome(with_long);
	features[TOOL_CAPTURES] = judge_outcome(with_long);
	features[TOOL_ABSENT_PAGES] = judge_outcome(find_sleepable(trial->short_plans));
	features[TOOL_NEW_PROCESSES] = judge_outcome(&trial->execs);
	features[TOOL_PORT] = judge_outcome(&trial->listens);
	features[TOOL_OTHER_USERS] =
		judge_rights(facts, PRIVILEGE_LOOK, "processes of other users are skipped");
	features[TOOL_UNREADABLE] = judge_rights(
		facts, PRIVILEGE_READ,
		"executables without read permission are skipped, and --port does not find processes of other users that listen already");
	features[TOOL_LEASES] = judge_rights(
		facts, PRIVILEGE_LEASE,
		"no probes stay in files of other users: the first requests after a restart may be missed");
}

enum verdict kernel_verdict_sum(const struct kernel_verdict *verdict)
{
	if (!verdict->features[TOOL_REQUESTS].works)
		return VERDICT_NOTHING;
	for (int i = 0; i < TOOL_FEATURE_COUNT; i++) {
		if (!verdict->features[i].works)
			return VERDICT_PARTLY;
	}
	return VERDICT_EVERYTHING;
}
