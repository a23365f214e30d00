/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ASSEMBLY_CALLBACKS_H
#define GOHTTPSNOOP_CORE_ASSEMBLY_CALLBACKS_H

#include "event.h"

/* Whom those who make events of records tell, and ask. */
struct assembly_callbacks {
	void (*emit)(void *user, const struct event *event);
	/* Records of ends that did not get through so far, in all; NULL if that cannot be. */
	uint64_t (*lost_ends)(void *user);
	void *user;
};

/* Is shown events one after the other; false: no more. */
typedef bool assembly_show(void *user, const struct event *event);

#endif
