/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_FILTER_OPTION_H
#define GOHTTPSNOOP_CMD_FILTER_OPTION_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "probe.h"
#include "text_buffer.h"
#include "where.h"

/* Options that may be given several times, of which one value must match. */
enum condition_kind {
	CONDITION_METHOD,
	CONDITION_PATH,
	CONDITION_ROUTE,
	CONDITION_HOST,
	CONDITION_STATUS,
	CONDITION_KINDS
};

/* The conditions of the options that say which requests are shown. A zeroed struct has none. */
struct conditions {
	struct text_buffer any[CONDITION_KINDS]; /* until they are closed */
	size_t value_counts[CONDITION_KINDS];
	bool has_duration, has_failed; /* --min-duration, --failed */
	struct where **items;	       /* all of them must hold */
	size_t count;
	/* When they are closed: the numbers that arguments of calls must be for the conditions to hold; views into them. */
	struct wanted_number wanted[PLAN_MAX_KEEPS];
	size_t wanted_count;
};

/*
 * Add what an option stands for, as a condition on keys of events (docs/events.md, "Conditions"). -EINVAL, with the
 * reason, if the value is not valid. Methods and statuses may be several, separated by commas.
 */
int conditions_add_where(struct conditions *conditions, const char *text, struct error *err);
int conditions_add_glob(struct conditions *conditions, enum condition_kind kind, const char *glob,
			struct error *err);
int conditions_add_methods(struct conditions *conditions, const char *methods, struct error *err);
int conditions_add_statuses(struct conditions *conditions, const char *statuses, struct error *err);
int conditions_add_duration(struct conditions *conditions, uint64_t milliseconds,
			    struct error *err);
int conditions_add_failed(struct conditions *conditions, struct error *err);

/* To be called after the last option, and before the items are used. */
int conditions_close(struct conditions *conditions, struct error *err);
void conditions_finish(struct conditions *conditions);

/* "1/100": one of so many. */
int option_sample(const char *text, uint64_t *ret_sample, struct error *err);

#endif
