/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_WARNING_LISTENER_H
#define GOHTTPSNOOP_CORE_WARNING_LISTENER_H

#include "notice.h"

/* Receives warnings about a binary. */
struct warning_listener {
	const struct notifier *notifier;
	const char *name; /* of the binary, for messages */
};

/* Passes one warning on, with the name of the binary as its subject. */
void warning_tell(const struct warning_listener *listener, struct error *why);

#endif
