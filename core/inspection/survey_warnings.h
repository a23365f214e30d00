/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SURVEY_WARNINGS_H
#define GOHTTPSNOOP_CORE_SURVEY_WARNINGS_H

#include "survey.h"

/* Whom to tell; of code 0 where nothing is wrong, but something should be known. */
struct survey_listener {
	void (*tell)(void *user, const struct error *why);
	void *user;
	const char *name; /* of the binary, for messages */
};

/* Tells what will be missing, and why, of what can be traced: once for each binary. */
void survey_warn(const struct survey *survey, const struct survey_listener *listener);

/* Tells one thing; adds the subject. */
void survey_tell(const struct survey_listener *listener, struct error *why);

#endif
