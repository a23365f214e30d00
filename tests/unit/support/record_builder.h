/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_RECORD_BUILDER_H
#define GOHTTPSNOOP_TESTS_RECORD_BUILDER_H

#include <stddef.h>
#include <stdint.h>

#include <linux/types.h>

#include "bytes.h"
#include "contract.h"

/*
 * Records as the kernel side makes them, for tests: set the head, add cells, finish. Until then a test
 * may damage any of it. The finished bytes lie alone in memory, so that ASan sees a read beyond them.
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

/* The next cell. A string's bytes are appended to the payload; `length` is what Go said. */
void record_word(struct record_builder *record, uint64_t word);
void record_string(struct record_builder *record, const char *data, size_t size, uint32_t length);
void record_unreadable(struct record_builder *record);

/* A string's cell, of any payload bytes whatever. */
uint64_t record_string_cell(uint64_t offset, uint64_t size, uint32_t length);

/* Lays the record out; head.size and head.cell_count are filled in where they are 0. */
struct bytes record_finish(struct record_builder *record);

#endif
