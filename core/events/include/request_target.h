/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_REQUEST_TARGET_H
#define GOHTTPSNOOP_CORE_REQUEST_TARGET_H

#include "contract.h"
#include "presence.h"

/* The memory for the decoded path of a target. */
struct request_target_room {
	char path[STRING_MAX_SIZE];
};

/*
 * Splits the target of a request as net/url does. The path is percent-decoded, and a view into `room`. The
 * query is a view into the target, as it was sent; it is ABSENT if there is none, and UNREADABLE if the
 * target was truncated before a `?`. If the target is not PRESENT, both get its presence.
 */
void request_target_split(struct text target, struct request_target_room *room,
			  struct text *ret_path, struct text *ret_query);

#endif
