/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ASSEMBLY_CALLBACKS_H
#define GOHTTPSNOOP_CORE_ASSEMBLY_CALLBACKS_H

#include "event.h"

/* The callbacks of the code that makes events from records. */
struct assembly_callbacks {
	void (*emit)(void *user, const struct event *event);
	/* Returns the total number of lost end records; NULL if none can be lost. */
	uint64_t (*lost_ends)(void *user);
	void *user;
};

/* Called for each event; returns false to stop. */
typedef bool assembly_show(void *user, const struct event *event);

#endif
