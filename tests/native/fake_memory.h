/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_FAKE_MEMORY_H
#define GOHTTPSNOOP_TESTS_FAKE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The memory of a simulated process: ranges of bytes, with nothing mapped between them. A read has to lie in
 * one range.
 */
struct fake_memory {
	struct fake_range *ranges;
	size_t count, capacity;
	uint64_t next; /* the address of the next range of fake_memory_place() */
};

void fake_memory_init(struct fake_memory *memory);
void fake_memory_finish(struct fake_memory *memory);

/* Maps zeroed bytes. They stay where they are in this process until fake_memory_finish(). */
uint8_t *fake_memory_map(struct fake_memory *memory, uint64_t address, uint64_t size);

/* The same at a given free address, which is a multiple of 16 with unmapped memory on both sides. */
uint64_t fake_memory_place(struct fake_memory *memory, uint64_t size);

/* Returns the bytes at an address, or NULL unless all of them are mapped. */
uint8_t *fake_memory_at(const struct fake_memory *memory, uint64_t address, uint64_t size);

/* Copies bytes out. If some are not mapped, returns false and zeroes `target` as the kernel does. */
bool fake_memory_read(const struct fake_memory *memory, void *target, uint64_t size,
		      uint64_t address);

/* Writes a little-endian integer of 1, 2, 4 or 8 bytes, which have to be mapped. */
void fake_memory_put(struct fake_memory *memory, uint64_t address, uint64_t value, uint64_t size);

#endif
