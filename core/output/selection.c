/* SPDX-License-Identifier: MIT */
#include "selection.h"

#include "clock.h"
#include "held_lines.h"

enum { MOST_HELD = 64 << 20 }; /* bytes of lines whose requests have not ended */

int selection_open(struct selection *selection, const struct filter_options *options)
{
	int r;

	if (!filter_is_wanted(options))
		return 0;
	r = filter_create(options, &selection->filter);
	return r < 0 ? r : held_lines_create(MOST_HELD, &selection->held);
}

void selection_close(struct selection *selection)
{
	filter_destroy(selection->filter);
	held_lines_destroy(selection->held);
	*selection = (struct selection){ 0 };
}

bool selection_is_all(const struct selection *selection)
{
	return !selection->filter;
}

/* Adds the event, and what was held for it, to those that are not shown. */
static void leave_out(struct selection *selection, const struct event *event, uint64_t *count)
{
	struct batch lines = { 0 };

	if (event->id)
		held_lines_take(selection->held, event->id, &lines);
	*count += 1 + lines.events;
	batch_finish(&lines);
}

enum filter_verdict selection_judge(struct selection *selection, const struct event *event,
				    struct bytes json)
{
	enum filter_verdict verdict =
		filter_judge(selection->filter, event, json, clock_monotonic());

	if (verdict == FILTER_OUT)
		leave_out(selection, event, &selection->filtered);
	else if (verdict == FILTER_OVER)
		leave_out(selection, event, &selection->over_rate);
	return verdict;
}

int selection_hold(struct selection *selection, const struct event *event, struct bytes line)
{
	int64_t given_up = held_lines_add(selection->held, event->within, line);

	if (given_up < 0)
		return (int)given_up;
	selection->given_up += (uint64_t)given_up;
	return 0;
}

uint64_t selection_take_held(struct selection *selection, uint64_t id, struct batch *ret_lines)
{
	return held_lines_take(selection->held, id, ret_lines);
}

uint64_t selection_count_filtered(const struct selection *selection)
{
	return selection->filtered + (selection->held ? held_lines_count(selection->held) : 0);
}
