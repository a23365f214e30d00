/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_GO_HEAP_H
#define GOHTTPSNOOP_TESTS_GO_HEAP_H

#include "fake_memory.h"
#include "go_types.h"
#include "go_value.h"

/* Lays Go values out in a fake memory, as programs of a Go version have them. */
struct go_heap {
	struct fake_memory *memory;
	struct types *types;
	const struct go_version *version;
	uint64_t labels[GO_MAX_LABELS];
};

/* Writes a value at an address, and what the value points to at new addresses. */
void go_heap_write(struct go_heap *heap, const struct go_value *value, uint64_t address);

/* Places a value; returns its address. */
uint64_t go_heap_place(struct go_heap *heap, const struct go_value *value);

#endif
