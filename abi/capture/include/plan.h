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
	CELL_INT, /* `size` bytes; sign-extended to the cell */
	CELL_UINT,
	CELL_POINTER,
	CELL_STRING,
	CELL_FLOAT, /* `size` bytes */
};

struct cell {
	enum cell_kind kind;
	uint8_t size; /* size of the value in the traced process */
};

#define PLAN_REGISTERS (-1) /* as a source: the thread's registers */
#define PLAN_NO_GATE (-1)

/* The maximum number of machine words of a value in registers that is captured as a whole: a slice. */
#define PLAN_PLACE_WORDS 3

/* The place of a value: at `displacement` from the begin of a source, or in registers. */
struct plan_place {
	int16_t source; /* number of the source, or PLAN_REGISTERS */
	int16_t gate;	/* a condition on which the value exists, or PLAN_NO_GATE */
	uint8_t words[PLAN_PLACE_WORDS]; /* PLAN_REGISTERS: the indices into pt_regs */
	uint8_t word_count;
	int32_t displacement;
};

/*
 * What a plan reads or tests before it can take values from it. A plan does this in the order of the sources.
 */
enum plan_source_kind {
	PLAN_SOURCE_MEMORY, /* the memory to which the pointer at `place` points */
	/*
	 * Two words: the addresses of the key and of the element of a map's entry. The pointer at `place`
	 * points to the map's header.
	 */
	PLAN_SOURCE_ENTRY,
	/*
	 * Reads nothing. The source exists only if the comparison of the value at `place` with `constant` is
	 * true.
	 */
	PLAN_SOURCE_CONDITION,
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

enum { PLAN_MAX_KEEPS = 8 };

struct plan_range {
	int32_t low, high; /* needed bytes, relative to the pointer; high is exclusive */
	int16_t source;
};

/*
 * Compiles captures to a plan. Each accepted capture becomes the next cell; the sources that lead to it are
 * added before. plan_compile() then merges reads from the same pointer into blocks. A builder contains only
 * plain values and is not released. Its arrays only grow, so the counts are enough to restore an earlier
 * state.
 */
struct plan_builder {
	int16_t keeps[PLAN_MAX_KEEPS]; /* conditions, by their numbers as sources */
	struct plan_source sources[PLAN_MAX_BLOCKS];
	struct plan_search searches[PLAN_MAX_SEARCHES];
	struct plan_range ranges[2 * PLAN_MAX_CELLS];
	struct plan_capture captures[PLAN_MAX_CELLS];
	uint8_t search_count, keep_count;
	uint16_t source_count, capture_count, range_count;
};

/* An earlier state of a builder, for plan_rewind(). */
struct plan_mark {
	uint8_t search_count, keep_count;
	uint16_t source_count, capture_count, range_count;
};

struct plan_mark plan_mark(const struct plan_builder *builder);
void plan_rewind(struct plan_builder *builder, struct plan_mark mark);

/*
 * Add a source: the memory behind a pointer, a condition, an entry of a map. Return the number of the source;
 * an equal source that exists already is reused. The number of a condition can be used as a gate. -E2BIG if
 * the plan is full.
 */
int plan_follow(struct plan_builder *builder, struct plan_place pointer, struct error *err);
int plan_require(struct plan_builder *builder, struct plan_place place,
		 enum plan_operation_code comparison, uint8_t size, uint32_t constant,
		 struct error *err);
int plan_find_entry(struct plan_builder *builder, struct plan_place map,
		    const struct plan_search *search, uint32_t pass_over, struct error *err);

/*
 * Has hits for which this condition, a number from plan_require(), is not true left out. -E2BIG if there are
 * PLAN_MAX_KEEPS already.
 */
int plan_keep_if(struct plan_builder *builder, int condition, struct error *err);

/* Offsets in the source of plan_find_entry(): pointers to the entry's key and to its element. */
enum { PLAN_ENTRY_KEY = 0, PLAN_ENTRY_ELEMENT = 8 };

bool plan_places_equal(const struct plan_place *a, const struct plan_place *b);

/*
 * Adds the value at `place` as the next cell, and returns the cell's number. `lookahead`: how many bytes
 * after a string may be read together with it, because the strings captured next are likely to be there.
 * -E2BIG if the plan is full; the builder is then unchanged.
 */
int plan_add(struct plan_builder *builder, struct plan_place place, struct cell cell,
	     uint32_t lookahead, struct error *err);

/* Compiles the added captures. -E2BIG if they exceed the bounds of a plan. */
int plan_compile(const struct plan_builder *builder, const struct site *site, enum plan_role role,
		 uint32_t max_string, struct plan *ret_plan, struct error *err);

/*
 * Returns whether the eBPF program for short plans can execute the plan. That program is faster to load and
 * to run.
 */
bool plan_is_short(const struct plan *plan);

#endif
