/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_HIT_H
#define GOHTTPSNOOP_CORE_HIT_H

#include "hit_field.h"
#include "presence.h"

/* A decoded value: a string if it has `data`, otherwise an integer or the bits of a floating-point number. */
struct hit_value {
	int64_t integer;
	const char *data;
	uint32_t size;
	uint32_t length;
};

/* The values by field. Fields with a bit in neither mask were not captured. Views into the record. */
struct hit {
	uint64_t known;	     /* bit n: field n was read */
	uint64_t unreadable; /* bit n: field n could not be read */
	struct hit_value values[FIELD_COUNT];
};

struct integer hit_integer(const struct hit *hit, enum hit_field field);
struct text hit_text(const struct hit *hit, enum hit_field field);

void hit_set_integer(struct hit *hit, enum hit_field field, struct integer value);
void hit_set_text(struct hit *hit, enum hit_field field, struct text text);

#endif
