/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DESCRIPTOR_SETTLE_H
#define GOHTTPSNOOP_ABI_DESCRIPTOR_SETTLE_H

#include "descriptor.h"

/*
 * Corrects the table's form by what the descriptors at these offsets look like in each form that they may have: for
 * programs whose version is not known, or is newer than what this was written for.
 */
void descriptor_settle(struct descriptor_table *table, const uint64_t *offsets, size_t count);

#endif
