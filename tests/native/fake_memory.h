/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_FAKE_MEMORY_H
#define GOHTTPSNOOP_TESTS_FAKE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The memory of a process that does not exist: ranges of bytes, with nothing mapped between them. A read has
 * to lie in one range.
 */
struct fake_memory {
	struct fake_range *ranges;
	size_t count, capacity;
	uint64_t next; /* where fake_memory_place() puts the next range */
};

void fake_memory_init(struct fake_memory *memory);
void fake_memory_finish(struct fake_memory *memory);

/* Maps zeroed bytes. They stay where they are in this process until fake_memory_finish(). */
uint8_t *fake_memory_map(struct fake_memory *memory, uint64_t address, uint64_t size);

/* The same at an address that is free, a multiple of 16 with unmapped memory on both sides. */
uint64_t fake_memory_place(struct fake_memory *memory, uint64_t size);

/* The bytes at an address, all of which have to be mapped; else NULL. */
uint8_t *fake_memory_at(const struct fake_memory *memory, uint64_t address, uint64_t size);

/* Copies bytes out; false, with `target` zeroed as the kernel does it, when some are not mapped. */
bool fake_memory_read(const struct fake_memory *memory, void *target, uint64_t size,
		      uint64_t address);

/* Writes a little-endian integer of 1, 2, 4 or 8 bytes, which have to be mapped. */
void fake_memory_put(struct fake_memory *memory, uint64_t address, uint64_t value, uint64_t size);

#endif
