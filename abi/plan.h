/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_PLAN_H
#define GOHTTPSNOOP_ABI_PLAN_H

#include <linux/types.h>

#include "access.h"
#include "contract.h"

/* How the 8 bytes of a cell are to be understood. */
enum cell_kind {
	CELL_BOOL,
	CELL_INT, /* `size` bytes, to be sign-extended */
	CELL_UINT,
	CELL_POINTER,
	CELL_STRING,
};

struct cell {
	enum cell_kind kind;
	uint8_t size;
};

/*
 * Compiles captures to a plan. Captures are added one by one; each that is accepted becomes the next
 * cell. plan_compile() then merges the reads that start from one pointer into blocks. Plain values:
 * nothing to release.
 */
struct plan_range {
	int32_t low, high; /* of the bytes needed, from the pointer; high exclusive */
	uint8_t pointer;
};

/* A pointer to read from: a register, or a word in the memory another pointer leads to. */
struct plan_pointer {
	int8_t parent; /* index of that other pointer, or -1 */
	uint8_t word;  /* pt_regs index, when there is no parent */
	int32_t displacement; /* of the word, from the parent */
};

struct plan_capture {
	struct cell cell;
	int8_t pointer; /* that the value is read from, or -1: it is in registers */
	uint8_t words[2];
	int32_t displacement;
	uint32_t lookahead;
};

struct plan_builder {
	struct plan_pointer pointers[PLAN_MAX_BLOCKS];
	struct plan_range ranges[2 * PLAN_MAX_CELLS];
	struct plan_capture captures[PLAN_MAX_CELLS];
	uint8_t pointer_count, range_count, capture_count;
};

/*
 * Adds the value that `access` leads to as the next cell. `lookahead`: how many bytes after a string
 * may be read on trial because the strings captured next are likely to follow there. -ENOTSUP when
 * values of that type cannot be captured, -E2BIG when the plan is full; the builder is then unchanged.
 */
int plan_add(struct plan_builder *builder, const struct access *access, uint32_t lookahead,
	     struct cell *ret_cell, struct error *err);

/* Compiles what was added. -E2BIG when it exceeds the bounds of a plan. */
int plan_compile(const struct plan_builder *builder, const struct site *site, enum plan_role role,
		 uint32_t max_string, struct plan *ret_plan, struct error *err);

#endif
