/* SPDX-License-Identifier: MIT */
#include "filter.h"

#include <errno.h>
#include <stdlib.h>

static const int64_t SECOND = 1000000000;

/*
 * The requests that ended last. What is done for a request may end later than the request. An id is looked for in one place
 * only; what was overwritten is forgotten.
 */
enum { REMEMBERED = 1 << 14 };

struct decision {
	uint64_t id; /* 0: none */
	enum filter_verdict verdict;
};

struct filter {
	struct filter_options options;
	int64_t second_end; /* of the second that is counted for `max_rate` */
	uint64_t shown;	    /* in it */
	struct decision decisions[REMEMBERED];
};

bool filter_is_wanted(const struct filter_options *options)
{
	return options->condition_count || options->sample || options->max_rate;
}

int filter_create(const struct filter_options *options, struct filter **ret_filter)
{
	struct filter *filter = calloc(1, sizeof(*filter));

	if (!filter)
		return -ENOMEM;
	filter->options = *options;
	*ret_filter = filter;
	return 0;
}

void filter_destroy(struct filter *filter)
{
	free(filter);
}

static struct decision *decision_of(struct filter *filter, uint64_t id)
{
	return &filter->decisions[id % REMEMBERED];
}

/* Ids of requests are random numbers. What has none is sampled by its time. */
static bool is_sampled(const struct filter *filter, const struct event *event)
{
	uint64_t number = event->id ? event->id : (uint64_t)event->time / 1000 + event->tid;

	return !filter->options.sample || number % filter->options.sample == 0;
}

/* Without memory a condition holds: an event is rather shown than hidden. */
static bool conditions_hold(const struct filter *filter, struct bytes json)
{
	struct json_tree *tree;
	bool hold = true;

	if (!filter->options.condition_count || json_tree_read(json, &tree) < 0)
		return true;
	for (size_t i = 0; hold && i < filter->options.condition_count; i++)
		hold = where_holds(filter->options.conditions[i], tree);
	json_tree_destroy(tree);
	return hold;
}

static bool is_over_rate(struct filter *filter, int64_t now)
{
	if (!filter->options.max_rate)
		return false;
	if (now >= filter->second_end) {
		filter->second_end = now + SECOND;
		filter->shown = 0;
	}
	if (filter->shown == filter->options.max_rate)
		return true;
	filter->shown++;
	return false;
}

static enum filter_verdict judge_alone(struct filter *filter, const struct event *event,
				       struct bytes json, int64_t now)
{
	if (!is_sampled(filter, event) || !conditions_hold(filter, json))
		return FILTER_OUT;
	return is_over_rate(filter, now) ? FILTER_OVER : FILTER_SHOW;
}

static enum filter_verdict judge_request(struct filter *filter, const struct event *event,
					 struct bytes json, int64_t now)
{
	enum filter_verdict verdict = judge_alone(filter, event, json, now);

	if (event->id)
		*decision_of(filter, event->id) = (struct decision){ event->id, verdict };
	return verdict;
}

/* A guess (LINK_PARENT) decides nothing. */
static bool belongs_to_request(const struct event *event)
{
	return event->within_by == LINK_CONTEXT || event->within_by == LINK_GOROUTINE;
}

enum filter_verdict filter_judge(struct filter *filter, const struct event *event,
				 struct bytes json, int64_t now)
{
	const struct decision *decision;

	if (event->type == EVENT_REQUEST)
		return judge_request(filter, event, json, now);
	if (event->type != EVENT_CLIENT && event->type != EVENT_CALL)
		return FILTER_SHOW;
	if (!belongs_to_request(event))
		return judge_alone(filter, event, json, now);
	decision = decision_of(filter, event->within);
	return decision->id == event->within ? decision->verdict : FILTER_HOLD;
}
