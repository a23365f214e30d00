/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_LEARNED_TYPES_H
#define GOHTTPSNOOP_ABI_LEARNED_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/types.h>

#include "contract.h"

enum { LEARNED_TYPES_MAX = 32 };

/* A dynamic type that was seen in interfaces of one type. */
struct learned_type {
	uint32_t interface; /* shape_node.interface of these interfaces */
	uint32_t hash;	    /* hash of the dynamic type */
};

/* The dynamic types that were seen in the records of one probe, whether or not its plan decodes them. */
struct learned_types {
	struct learned_type items[LEARNED_TYPES_MAX];
	size_t count;
};

/* Adds a type. Returns false if it is in the list already, or the list is full. */
bool learned_types_add(struct learned_types *types, struct learned_type type);

/* The types learned at one probe. The function and the role identify the probe. */
struct learned_probe {
	uint64_t entry; /* address of the function */
	enum plan_role role;
	struct learned_types types;
};

struct learned_probes {
	const struct learned_probe *items;
	size_t count;
};

/* Returns the types learned at a probe; NULL if there are none. `probes` may be NULL. */
const struct learned_types *learned_probes_find(const struct learned_probes *probes, uint64_t entry,
						enum plan_role role);

#endif
