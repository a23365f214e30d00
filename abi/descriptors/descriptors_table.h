/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DESCRIPTORS_TABLE_H
#define GOHTTPSNOOP_ABI_DESCRIPTORS_TABLE_H

#include "descriptor.h"

struct descriptors;

/* The bytes that all types of `descriptors` were read from; they live as long as it does. */
const struct descriptor_table *descriptors_table(const struct descriptors *descriptors);

#endif
