/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DEBUG_SIGNATURE_H
#define GOHTTPSNOOP_ABI_DEBUG_SIGNATURE_H

#include "debug_types.h"

/*
 * Returns the signature of the function that starts at `address`; `types` owns it. -ENODATA if DWARF does not
 * describe the function.
 */
int debug_signature_read(struct debug_types *types, uint64_t address,
			 const struct signature **ret_signature, struct error *err);

#endif
