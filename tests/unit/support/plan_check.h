/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_PLAN_CHECK_H
#define GOHTTPSNOOP_TESTS_PLAN_CHECK_H

#include "plan.h"

/*
 * What every plan has to keep to, so that carrying it out touches nothing but its own work area and
 * gives each of its cells: NULL, or the rule that is broken. `builder`: what the plan was compiled from.
 */
const char *plan_fault(const struct plan *plan, const struct plan_builder *builder);

#endif
