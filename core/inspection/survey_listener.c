/* SPDX-License-Identifier: MIT */
#include "survey_listener.h"

void survey_tell(const struct survey_listener *listener, struct error *why)
{
	error_subject(why, "%s", listener->name);
	listener->tell(listener->user, why);
}
