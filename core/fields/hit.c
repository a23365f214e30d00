/* SPDX-License-Identifier: MIT */
#include "hit.h"

static enum presence presence_of(const struct hit *hit, enum hit_field field)
{
	if (hit->known >> field & 1)
		return PRESENT;
	return hit->unreadable >> field & 1 ? UNREADABLE : ABSENT;
}

struct integer hit_integer(const struct hit *hit, enum hit_field field)
{
	struct integer integer = { .presence = presence_of(hit, field) };

	if (integer.presence == PRESENT)
		integer.value = hit->values[field].integer;
	return integer;
}

struct text hit_text(const struct hit *hit, enum hit_field field)
{
	const struct hit_value *value = &hit->values[field];
	enum presence presence = presence_of(hit, field);

	if (presence != PRESENT)
		return (struct text){ .presence = presence };
	return (struct text){ PRESENT, value->data, value->size, value->length };
}

static void set_presence(struct hit *hit, enum hit_field field, enum presence presence)
{
	hit->known &= ~(UINT64_C(1) << field);
	hit->unreadable &= ~(UINT64_C(1) << field);
	if (presence == PRESENT)
		hit->known |= UINT64_C(1) << field;
	else if (presence == UNREADABLE)
		hit->unreadable |= UINT64_C(1) << field;
}

void hit_set_integer(struct hit *hit, enum hit_field field, struct integer value)
{
	set_presence(hit, field, value.presence);
	hit->values[field] = (struct hit_value){ .integer = value.value };
}

void hit_set_text(struct hit *hit, enum hit_field field, struct text text)
{
	set_presence(hit, field, text.presence);
	hit->values[field] =
		(struct hit_value){ .data = text.data, .size = text.size, .length = text.length };
}
