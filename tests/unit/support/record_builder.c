/* SPDX-License-Identifier: MIT */
#include "record_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "record_builder: %s\n", what);
	abort();
}

void record_init(struct record_builder *record, uint32_t target, uint32_t plan, uint64_t time)
{
	memset(record, 0, sizeof(*record));
	record->head = (struct record_hit){
		.kind = RECORD_HIT,
		.cookie = (uint64_t)target << COOKIE_PLAN_BITS | plan,
		.time = time,
	};
}

void record_release(struct record_builder *record)
{
	free(record->bytes);
	record->bytes = NULL;
}

void record_word(struct record_builder *record, uint64_t word)
{
	check(record->cell_count <= PLAN_MAX_CELLS, "too many cells");
	record->cells[record->cell_count++] = word;
}

void record_string(struct record_builder *record, const char *data, size_t size, uint32_t length)
{
	check(record->payload_size + size <= PAYLOAD_MAX_SIZE, "too much payload");
	record_word(record, record_string_cell(record->payload_size, size, length));
	memcpy(record->payload + record->payload_size, data, size);
	record->payload_size += size;
}

void record_unreadable(struct record_builder *record)
{
	check(record->cell_count < PLAN_MAX_CELLS, "too many cells");
	record->head.unreadable[record->cell_count / 64] |= 1ull << record->cell_count % 64;
	record_word(record, 0);
}

uint64_t record_string_cell(uint64_t offset, uint64_t size, uint32_t length)
{
	return offset << CELL_STRING_OFFSET_SHIFT | size << CELL_STRING_SIZE_SHIFT | length;
}

struct bytes record_finish(struct record_builder *record)
{
	size_t cells = record->cell_count * sizeof(record->cells[0]);
	size_t size = sizeof(record->head) + cells + record->payload_size;

	if (!record->head.size)
		record->head.size = (uint32_t)size;
	if (!record->head.cell_count)
		record->head.cell_count = (uint16_t)record->cell_count;
	free(record->bytes);
	record->bytes = malloc(size);
	check(record->bytes != NULL, "out of memory");
	memcpy(record->bytes, &record->head, sizeof(record->head));
	memcpy(record->bytes + sizeof(record->head), record->cells, cells);
	memcpy(record->bytes + sizeof(record->head) + cells, record->payload, record->payload_size);
	return (struct bytes){ record->bytes, size };
}
