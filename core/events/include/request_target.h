/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_REQUEST_TARGET_H
#define GOHTTPSNOOP_CORE_REQUEST_TARGET_H

#include "contract.h"
#include "presence.h"

/* What is made of a target; the texts of the path are views into it. */
struct request_target_room {
	char path[STRING_MAX_SIZE];
};

/*
 * The path of a request's target as net/url has it, percent-decoded, and the query as it was sent, a view into
 * the target. Where the target was cut before a `?`, whether there is a query is not known.
 */
void request_target_split(struct text target, struct request_target_room *room,
			  struct text *ret_path, struct text *ret_query);

#endif
