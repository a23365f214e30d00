/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_SPILL_SITE_H
#define GOHTTPSNOOP_ABI_SPILL_SITE_H

#include "disassembler.h"
#include "site.h"

enum { SPILL_SITE_MAX_FLOATS = 16 };

/*
 * A later site for a function with float parameters in registers, which no probe can read. Functions that
 * call others first store such parameters on the stack, or move them into integer registers. Until this site,
 * the function does nothing else: the other parameters are still at their locations, memory is unchanged, and
 * each call passes the site once. Only SP differs from its value at entry.
 */
struct spill_site {
	struct site site;
	struct held floats[SPILL_SITE_MAX_FLOATS]; /* by float register; STACK: from SP at the site */
};

/*
 * Finds the first instruction after `begin`, the function's ordinary site, at which the largest number of
 * float parameters can be read. -ENOENT if none can be read, -E2BIG if the function is larger than 256 KiB.
 */
int spill_site_find(const struct image *image, const struct function *function,
		    const struct site *begin, const struct argument_use *use,
		    struct spill_site *ret_spill, struct error *err);

#endif
