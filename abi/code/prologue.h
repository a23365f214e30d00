/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_PROLOGUE_H
#define GOHTTPSNOOP_ABI_PROLOGUE_H

#include "code_search.h"

/*
 * Reads the prologue of a function, with which `code` begins: where the site finds g, and at most `capacity` conditional
 * jumps that may end a stack check. Stops at the first instruction that is not part of the prologue. Returns the number of
 * jumps.
 */
size_t prologue_read(const struct code_search *search, struct bytes code, struct site *site,
		     struct instruction *jumps, size_t capacity);

#endif
