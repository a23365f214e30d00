/* SPDX-License-Identifier: MIT */
#include "learned_types.h"

bool learned_types_add(struct learned_types *types, struct learned_type type)
{
	for (size_t i = 0; i < types->count; i++) {
		if (types->items[i].interface == type.interface &&
		    types->items[i].hash == type.hash)
			return false;
	}
	if (types->count == LEARNED_TYPES_MAX)
		return false;
	types->items[types->count++] = type;
	return true;
}

const struct learned_types *learned_probes_find(const struct learned_probes *probes, uint64_t entry,
						enum plan_role role)
{
	for (size_t i = 0; probes && i < probes->count; i++) {
		if (probes->items[i].entry == entry && probes->items[i].role == role)
			return &probes->items[i].types;
	}
	return NULL;
}
