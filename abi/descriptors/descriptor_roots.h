/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DESCRIPTOR_ROOTS_H
#define GOHTTPSNOOP_ABI_DESCRIPTOR_ROOTS_H

#include "descriptor.h"
#include "image.h"
#include "moduledata.h"

/* Offsets of descriptors from which all others are found. All-zero is the empty list. */
struct descriptor_roots {
	uint64_t *offsets;
	size_t count;
};

/* Adds the types of all itabs, and those that the linker lists. */
int descriptor_roots_add_links(struct descriptor_roots *roots, const struct image *image,
			       const struct module_parts *parts, struct error *err);

/*
 * Adds all types of Go 1.27, in which descriptors follow each other (runtime/type.go, moduleTypelinks). The form of the
 * table must be settled.
 */
int descriptor_roots_add_sequence(struct descriptor_roots *roots,
				  const struct descriptor_table *table,
				  const struct module_parts *parts, struct error *err);

void descriptor_roots_finish(struct descriptor_roots *roots);

#endif
