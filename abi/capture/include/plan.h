/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_PLAN_H
#define GOHTTPSNOOP_ABI_PLAN_H

#include <linux/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "contract.h"
#include "error.h"
#include "site.h"

/* How the 8 bytes of a cell are interpreted. */
enum cell_kind {
	CELL_BOOL,
	CELL_INT, /* `size` bytes, sign-extended */
	CELL_UINT,
	CELL_POINTER,
	CELL_STRING,
	CELL_FLOAT, /* `size` bytes */
};

struct cell {
	enum cell_kind kind;
	uint8_t size; /* of the value in the traced process */
};

#define PLAN_REGISTERS (-1) /* a source: the thread's registers */
#define PLAN_NO_GATE (-1)

/* The maximum number of machine words of a value in registers that is captured as a whole: a slice. */
#define PLAN_PLACE_WORDS 3

/* The place of a value: `displacement` bytes from the begin of a source, or in registers. */
struct plan_place {
	int16_t source; /* or PLAN_REGISTERS */
	int16_t gate;	/* a condition for the existence of the value, or PLAN_NO_GATE */
	uint8_t words[PLAN_PLACE_WORDS]; /* PLAN_REGISTERS: the indices into pt_regs */
	uint8_t word_count;
	int32_t displacement;
};

/* What a plan reads so that values can be taken from it, in the order of reading. */
enum plan_source_kind {
	PLAN_SOURCE_MEMORY, /* the memory to which the pointer at `place` points */
	PLAN_SOURCE_ENTRY, /* two words, the addresses of the key and the element of a map's entry; the pointer at `place` points to the map's header */
	PLAN_SOURCE_CONDITION, /* nothing, but only if the comparison of the value at `place` with `constant` is true */
};

struct plan_source {
	enum plan_source_kind kind;
	struct plan_place place;
	uint8_t search;			     /* ENTRY: number of the search */
	uint32_t pass_over;		     /* ENTRY: number of matching entries to skip */
	enum plan_operation_code comparison; /* CONDITION: PLAN_ABOVE or PLAN_EQUAL */
	uint8_t size;			     /* CONDITION: number of compared bytes */
	uint32_t constant;
};

struct plan_capture {
	struct cell cell;
	struct plan_place place;
	uint32_t lookahead;
};

struct plan_range {
	int32_t low, high; /* of the needed bytes, relative to the pointer; high is exclusive */
	int16_t source;
};

/*
 * Compiles captures to a plan. Each accepted capture becomes the next cell; the sources on the way to it are added
 * before. plan_compile() then merges reads from the same pointer into blocks. Plain values: nothing to release. All
 * arrays only grow, so a state is restored by its counts.
 */
struct plan_builder {
	struct plan_source sources[PLAN_MAX_BLOCKS];
	struct plan_search searches[PLAN_MAX_SEARCHES];
	struct plan_range ranges[2 * PLAN_MAX_CELLS];
	struct plan_capture captures[PLAN_MAX_CELLS];
	uint8_t search_count;
	uint16_t source_count, capture_count, range_count;
};

/* A state of a builder that it can return to. */
struct plan_mark {
	uint8_t search_count;
	uint16_t source_count, capture_count, range_count;
};

struct plan_mark plan_mark(const struct plan_builder *builder);
void plan_rewind(struct plan_builder *builder, struct plan_mark mark);

/*
 * Each returns the number of the source (for a condition: for use as a gate), which may be an equal existing one, or
 * -E2BIG if the plan is full.
 */
int plan_follow(struct plan_builder *builder, struct plan_place pointer, struct error *err);
int plan_require(struct plan_builder *builder, struct plan_place place,
		 enum plan_operation_code comparison, uint8_t size, uint32_t constant,
		 struct error *err);
int plan_find_entry(struct plan_builder *builder, struct plan_place map,
		    const struct plan_search *search, uint32_t pass_over, struct error *err);

/* The words of the source of plan_find_entry(): pointers to the entry's key and its element. */
enum { PLAN_ENTRY_KEY = 0, PLAN_ENTRY_ELEMENT = 8 };

bool plan_places_equal(const struct plan_place *a, const struct plan_place *b);

/*
 * Adds the value at `place` as the next cell, and returns the cell's number. `lookahead`: how many bytes after a
 * string may be read with it, because the strings that are captured next are likely to follow there. -E2BIG if the
 * plan is full; the builder is then unchanged.
 */
int plan_add(struct plan_builder *builder, struct plan_place place, struct cell cell,
	     uint32_t lookahead, struct error *err);

/* Compiles the added captures. -E2BIG if they exceed the bounds of a plan. */
int plan_compile(const struct plan_builder *builder, const struct site *site, enum plan_role role,
		 uint32_t max_string, struct plan *ret_plan, struct error *err);

/* Returns whether the eBPF program for short plans can execute it, which is faster to load and to run. */
bool plan_is_short(const struct plan *plan);

#endif
