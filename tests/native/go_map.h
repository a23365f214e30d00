/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_GO_MAP_H
#define GOHTTPSNOOP_TESTS_GO_MAP_H

#include "go_heap.h"

/* Places a map with its entries in the order of the value; returns the address of the map's header. */
uint64_t go_map_place(struct go_heap *heap, const struct go_value *map);

#endif
