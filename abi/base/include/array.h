/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_ARRAY_H
#define GOHTTPSNOOP_ABI_ARRAY_H

#include <stddef.h>

/*
 * Makes room for item number `count` (from 0) in a heap array that grows by one item at a time. An array
 * begins as NULL. It may be grown only with this function, because its capacity is derived from `count`.
 * Returns the array, which may have moved. Returns NULL and leaves the array unchanged if there is no memory.
 */
void *array_grow(void *items, size_t count, size_t item_size);

/*
 * Makes room for `size` bytes in all in a heap buffer, which may grow by many bytes at once. `*capacity` is
 * the buffer's capacity: the caller sets it to 0 at first, and this function updates it. The first capacity
 * is at least `least` bytes. Returns the buffer, or NULL, as array_grow() does.
 */
void *array_reserve(void *bytes, size_t size, size_t least, size_t *capacity);

/*
 * Returns the index of the first of `count` sorted items that is not before the key: for which compare(item, key) is not
 * negative. Returns `count` if all are before it.
 */
size_t array_lower_bound(const void *items, size_t count, size_t item_size, const void *key,
			 int (*compare)(const void *item, const void *key));

#endif
