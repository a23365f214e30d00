/* SPDX-License-Identifier: MIT */
#include "request_event.h"

#include <string.h>

struct event request_event_of(const char *path)
{
	static const struct process_identity process = { .pid = 7,
							 .comm = "shop",
							 .exe = "/srv/shop",
							 .go_version = "go1.25.1",
							 .convention = "register" };
	uint32_t size = (uint32_t)strlen(path);

	return (struct event){
		.type = EVENT_REQUEST,
		.process = &process,
		.path = { .presence = PRESENT, .data = path, .size = size, .length = size },
	};
}
