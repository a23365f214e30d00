/* SPDX-License-Identifier: MIT */
#include "own_programs.h"

#include <bpf/bpf.h>
#include <stdbool.h>
#include <unistd.h>

#include <linux/types.h>

#include "plan_program.h"

void own_programs_start(struct own_programs *own, const struct bpf_program *original, int plans)
{
	own->original = original;
	own->plans = plans;
	for (int i = 0; i < PLANS_MAX; i++)
		own->descriptors[i] = -1;
}

void own_programs_stop(struct own_programs *own)
{
	for (int i = 0; i < PLANS_MAX; i++)
		own_programs_drop(own, i);
}

/* Whether hits of this role are so frequent that their time counts more than that of loading. */
static bool is_frequent(enum plan_role role)
{
	switch (role) {
	case PLAN_ROLE_PANIC:
	case PLAN_ROLE_HIJACK:
		return false;
	default:
		return true;
	}
}

static int load_program(const struct own_programs *own, __u32 number)
{
	struct plan plan;

	if (bpf_map_lookup_elem(own->plans, &number, &plan) < 0 || !is_frequent(plan.role))
		return -1;
	return plan_program_load(own->original, &plan);
}

int own_programs_get(struct own_programs *own, int number)
{
	if (own->original && own->descriptors[number] < 0)
		own->descriptors[number] = load_program(own, number);
	return own->descriptors[number] < 0 ? -1 : own->descriptors[number];
}

void own_programs_drop(struct own_programs *own, int number)
{
	if (own->descriptors[number] >= 0)
		close(own->descriptors[number]);
	own->descriptors[number] = -1;
}
