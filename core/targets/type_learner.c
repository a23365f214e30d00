/* SPDX-License-Identifier: MIT */
#include "type_learner.h"

#include <errno.h>
#include <stdlib.h>
#include <uv.h>

#include "decode.h"
#include "known_binary.h"
#include "target.h"

/* While a binary is read again no records are: so much longer than that took they are, at least. */
enum { REST_FACTOR = 10 };

struct type_learner {
	struct type_learner_options options;
	uv_timer_t timer;
	uint64_t rested; /* when types may be learned again, in milliseconds */
};

static void type_learner_schedule(struct type_learner *learner);

static void type_learner_on_due(uv_timer_t *timer)
{
	struct type_learner *learner = timer->data;
	uint64_t begin = uv_now(learner->options.loop), end;

	binary_cache_learn_types(learner->options.cache, begin);
	uv_update_time(learner->options.loop);
	end = uv_now(learner->options.loop);
	learner->rested = end + REST_FACTOR * (end - begin);
	type_learner_schedule(learner);
}

static void type_learner_schedule(struct type_learner *learner)
{
	uint64_t due = binary_cache_types_due(learner->options.cache);
	uint64_t now = uv_now(learner->options.loop);

	if (due == UINT64_MAX)
		return;
	due = due > learner->rested ? due : learner->rested;
	uv_timer_start(&learner->timer, type_learner_on_due, due > now ? due - now : 0, 0);
}

int type_learner_create(const struct type_learner_options *options,
			struct type_learner **ret_learner, struct error *err)
{
	struct type_learner *learner = calloc(1, sizeof(*learner));

	if (!learner)
		return error_fail(err, -ENOMEM, "out of memory");
	learner->options = *options;
	uv_timer_init(options->loop, &learner->timer);
	learner->timer.data = learner;
	*ret_learner = learner;
	return 0;
}

static void type_learner_on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void type_learner_destroy(struct type_learner *learner)
{
	if (learner)
		uv_close((uv_handle_t *)&learner->timer, type_learner_on_closed);
}

void type_learner_note(struct type_learner *learner, struct bytes record)
{
	const struct target *target;
	struct hit_head head;

	if (decode_head(record, &head) < 0)
		return;
	target = target_set_find(learner->options.targets, head.target);
	if (!target)
		return;
	if (inspection_note_types(target_binary(target)->inspection, head.plan, record))
		type_learner_schedule(learner);
}
