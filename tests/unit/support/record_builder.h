/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_RECORD_BUILDER_H
#define GOHTTPSNOOP_TESTS_RECORD_BUILDER_H

#include <stddef.h>
#include <stdint.h>

#include <linux/types.h>

#include "bytes.h"
#include "contract.h"

/*
 * Builds records like those of the kernel side. Set the head, add cells, finish; before finishing, a test may
 * damage every part. The finished bytes are a separate allocation, so that ASan detects a read beyond them.
 */
struct record_builder {
	struct record_hit head;
	uint64_t cells[PLAN_MAX_CELLS + 1];
	size_t cell_count;
	uint8_t payload[PAYLOAD_MAX_SIZE];
	size_t payload_size;
	uint8_t *bytes;
};

void record_init(struct record_builder *record, uint32_t target, uint32_t plan, uint64_t time);
void record_release(struct record_builder *record);

/* Add the next cell. The bytes of a string are appended to the payload; `length` is the length in Go. */
void record_word(struct record_builder *record, uint64_t word);
void record_string(struct record_builder *record, const char *data, size_t size, uint32_t length);
void record_unreadable(struct record_builder *record);

/* Returns the cell of a string at any offset of the payload. */
uint64_t record_string_cell(uint64_t offset, uint64_t size, uint32_t length);

/* Writes the record. Fills in head.size and head.cell_count if they are 0. */
struct bytes record_finish(struct record_builder *record);

#endif
