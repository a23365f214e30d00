/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DESCRIPTOR_SETTLE_H
#define GOHTTPSNOOP_ABI_DESCRIPTOR_SETTLE_H

#include "descriptor.h"

/*
 * Determines the table's form from the descriptors at these offsets. For programs whose version does not
 * determine the form; see descriptor_form_is_certain().
 */
void descriptor_settle(struct descriptor_table *table, const uint64_t *offsets, size_t count);

#endif
