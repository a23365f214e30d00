/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_PLAN_CHECK_H
#define GOHTTPSNOOP_TESTS_PLAN_CHECK_H

#include "plan.h"

/*
 * Checks the rules of plans: executing a plan accesses only its own work area, and every cell is written.
 * Returns NULL, or the broken rule. `builder`: the builder that compiled the plan.
 */
const char *plan_fault(const struct plan *plan, const struct plan_builder *builder);

#endif
