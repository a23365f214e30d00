/* SPDX-License-Identifier: MIT */
#include "outcome_name.h"

const char *outcome_name(enum outcome outcome)
{
	static const char *const names[] = {
		[OUTCOME_OK] = "ok",
		[OUTCOME_PANIC] = "panic",
		[OUTCOME_HIJACKED] = "hijacked",
		[OUTCOME_EXITED] = "exited",
		[OUTCOME_UNKNOWN] = "unknown",
		[OUTCOME_OPEN] = "open",
		[OUTCOME_CANCELED] = "canceled",
		[OUTCOME_ERROR] = "error",
	};

	return names[outcome];
}
