/* SPDX-License-Identifier: MIT */
#include "warning_listener.h"

void warning_tell(const struct warning_listener *listener, struct error *why)
{
	error_subject(why, "%s", listener->name);
	notice_error(listener->notifier, NOTICE_ERROR, why);
}
