/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_TYPE_LEARNER_H
#define GOHTTPSNOOP_CORE_TYPE_LEARNER_H

#include "binary_cache.h"
#include "bytes.h"
#include "error.h"
#include "target_set.h"

/* Has plans learn the dynamic types of interfaces that records contain. */
struct type_learner;
struct uv_loop_s;

/* All of this must outlive the learner. */
struct type_learner_options {
	struct uv_loop_s *loop;
	struct binary_cache *cache;
	const struct target_set *targets;
};

int type_learner_create(const struct type_learner_options *options,
			struct type_learner **ret_learner, struct error *err);

/* Frees it once the loop has closed its handle. Accepts NULL. */
void type_learner_destroy(struct type_learner *learner);

/* Takes the types from a record of a target. Cheap; from the loop, soon, types that are new are learned. */
void type_learner_note(struct type_learner *learner, struct bytes record);

#endif
