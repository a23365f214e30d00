/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SURVEY_LISTENER_H
#define GOHTTPSNOOP_CORE_SURVEY_LISTENER_H

#include "error.h"

/* Whom to tell; of code 0 where nothing is wrong, but something should be known. */
struct survey_listener {
	void (*tell)(void *user, const struct error *why);
	void *user;
	const char *name; /* of the binary, for messages */
};

/* Tells one thing; adds the subject. */
void survey_tell(const struct survey_listener *listener, struct error *why);

#endif
