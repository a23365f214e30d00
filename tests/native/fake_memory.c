/* SPDX-License-Identifier: MIT */
#include "fake_memory.h"

#include <stdlib.h>
#include <string.h>

/* The begin of Go's heap on amd64. No two ranges share a page. */
enum { PAGE = 4096 };
static const uint64_t HEAP = UINT64_C(0xc000000000);

struct fake_range {
	uint64_t address, size;
	uint8_t *bytes; /* a separate allocation, so that ASan detects a read beyond its end */
};

void fake_memory_init(struct fake_memory *memory)
{
	*memory = (struct fake_memory){ .next = HEAP };
}

void fake_memory_finish(struct fake_memory *memory)
{
	for (size_t i = 0; i < memory->count; i++)
		free(memory->ranges[i].bytes);
	free(memory->ranges);
	*memory = (struct fake_memory){ 0 };
}

static struct fake_range *add_range(struct fake_memory *memory)
{
	if (memory->count == memory->capacity) {
		memory->capacity = memory->capacity ? 2 * memory->capacity : 64;
		memory->ranges =
			realloc(memory->ranges, memory->capacity * sizeof(*memory->ranges));
		if (!memory->ranges)
			abort();
	}
	return &memory->ranges[memory->count++];
}

uint8_t *fake_memory_map(struct fake_memory *memory, uint64_t address, uint64_t size)
{
	struct fake_range *range = add_range(memory);

	*range = (struct fake_range){ address, size, calloc(1, size ? size : 1) };
	if (!range->bytes)
		abort();
	return range->bytes;
}

uint64_t fake_memory_place(struct fake_memory *memory, uint64_t size)
{
	uint64_t address = memory->next + PAGE - 16;

	fake_memory_map(memory, address, size);
	memory->next += (size + 2 * PAGE - 1) / PAGE * PAGE + PAGE;
	return address;
}

uint8_t *fake_memory_at(const struct fake_memory *memory, uint64_t address, uint64_t size)
{
	for (size_t i = 0; i < memory->count; i++) {
		const struct fake_range *range = &memory->ranges[i];
		uint64_t skip = address - range->address;

		if (address >= range->address && skip <= range->size && size <= range->size - skip)
			return range->bytes + skip;
	}
	return NULL;
}

bool fake_memory_read(const struct fake_memory *memory, void *target, uint64_t size,
		      uint64_t address)
{
	const uint8_t *bytes = fake_memory_at(memory, address, size);

	if (bytes)
		memcpy(target, bytes, size);
	else
		memset(target, 0, size);
	return bytes != NULL;
}

void fake_memory_put(struct fake_memory *memory, uint64_t address, uint64_t value, uint64_t size)
{
	uint8_t *bytes = fake_memory_at(memory, address, size);

	if (!bytes)
		abort();
	memcpy(bytes, &value, size);
}
