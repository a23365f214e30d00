/* SPDX-License-Identifier: MIT */
#include "array.h"

#include <stdint.h>
#include <stdlib.h>

enum { FIRST_COUNT = 8 };

/* The capacity is doubled when it is used up: at 8 items, and then at each power of two. */
void *array_grow(void *items, size_t count, size_t item_size)
{
	size_t size;

	if (count > 0 && (count < FIRST_COUNT || (count & (count - 1)) != 0))
		return items;
	if (count > SIZE_MAX / 2 ||
	    __builtin_mul_overflow(count ? 2 * count : FIRST_COUNT, item_size, &size))
		return NULL;
	return realloc(items, size);
}

void *array_reserve(void *bytes, size_t size, size_t least, size_t *capacity)
{
	size_t room = *capacity ? *capacity : least;
	void *larger;

	while (room < size) {
		if (room > SIZE_MAX / 2)
			return NULL;
		room *= 2;
	}
	if (room == *capacity)
		return bytes;
	larger = realloc(bytes, room);
	if (larger)
		*capacity = room;
	return larger;
}

size_t array_lower_bound(const void *items, size_t count, size_t item_size, const void *key,
			 int (*compare)(const void *item, const void *key))
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare((const char *)items + middle * item_size, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
