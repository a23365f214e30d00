/* SPDX-License-Identifier: MIT */
#include "site.h"

const char *site_kind_name(enum site_kind kind)
{
	static const char *const names[] = {
		[SITE_STACK_CHECK] = "stack check", [SITE_ENTRY] = "entry",
		[SITE_AFTER_SPILL] = "after spill", [SITE_CALL] = "call",
		[SITE_RETURN] = "return",	    [SITE_AFTER_CALL] = "after a call",
	};

	return names[kind];
}
