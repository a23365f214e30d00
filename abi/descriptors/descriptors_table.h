/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DESCRIPTORS_TABLE_H
#define GOHTTPSNOOP_ABI_DESCRIPTORS_TABLE_H

#include "descriptor.h"

struct descriptors;

/* Returns the table from which all types are read; owned by `descriptors`. */
const struct descriptor_table *descriptors_table(const struct descriptors *descriptors);

#endif
