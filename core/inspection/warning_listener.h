/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_WARNING_LISTENER_H
#define GOHTTPSNOOP_CORE_WARNING_LISTENER_H

#include "error.h"

/* Receives warnings. An error with code 0 is information, not a failure. */
struct warning_listener {
	void (*tell)(void *user, const struct error *why);
	void *user;
	const char *name; /* of the binary, for messages */
};

/* Passes one warning on, with the name of the binary as its subject. */
void warning_tell(const struct warning_listener *listener, struct error *why);

#endif
