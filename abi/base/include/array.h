/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_ARRAY_H
#define GOHTTPSNOOP_ABI_ARRAY_H

#include <stddef.h>

/*
 * Arrays on the heap that grow by one item. They begin as NULL and grow by this alone: how much room there is
 * follows from the count. Returns the array with room for item number `count`, perhaps in another place; NULL,
 * and the array is as it was, when there is no memory.
 */
void *array_grow(void *items, size_t count, size_t item_size);

/*
 * The same for bytes that grow by many at once, with room for `size` bytes in all. `capacity` is 0 at first;
 * it is then that of the bytes, at least `least`.
 */
void *array_reserve(void *bytes, size_t size, size_t least, size_t *capacity);

#endif
