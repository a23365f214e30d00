/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_SPILL_SITE_H
#define GOHTTPSNOOP_ABI_SPILL_SITE_H

#include "disassembler.h"
#include "site.h"

enum { SPILL_SITE_MAX_FLOATS = 16 };

/*
 * A later site for a function that takes floats in registers, which no probe can read: functions that
 * call others first put them on the stack, or into registers that can be read. Up to here a function only
 * does that: the other arguments are still where they were, memory is as it was, and each call passes
 * here once. SP is no longer what it was at entry.
 */
struct spill_site {
	struct site site;
	struct held floats[SPILL_SITE_MAX_FLOATS]; /* by float register; STACK: from SP at the site */
};

/*
 * The first place after `begin`, the function's ordinary site, where as many floats as can be are at
 * hand. -ENOENT when there is none, -E2BIG when the function is larger than 256 KiB.
 */
int spill_site_find(const struct image *image, const struct function *function,
		    const struct site *begin, const struct argument_use *use,
		    struct spill_site *ret_spill, struct error *err);

#endif
