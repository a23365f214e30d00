/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_REFUSALS_H
#define GOHTTPSNOOP_CORE_REFUSALS_H

#include "probe_set.h"

/*
 * The reasons why functions that a user named are not traced: each once, with the functions to which it applies.
 * Plain values; the array is owned.
 */
struct refusals {
	struct error *reasons;
	size_t count;
};

/* The only failure is -ENOMEM. */
int refusals_create(const struct probe_set *probe_set, struct refusals *ret_refusals,
		    struct error *err);
void refusals_finish(struct refusals *refusals);

/* The failure if there is no reason, since all functions are those of presets and none is in the program. */
int refusals_fail_none(struct error *err);

#endif
