/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Executes a plan: its operations copy cells and strings from registers and memory. */
#ifndef GOHTTPSNOOP_BPF_INTERPRETER_BPF_H
#define GOHTTPSNOOP_BPF_INTERPRETER_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

#include "contract.h"
#include "frame.bpf.h"
#include "scratch.bpf.h"
#include "search.bpf.h"
#include "user_memory.bpf.h"

static __always_inline __u64 work_word(const struct scratch *scratch, __u16 offset)
{
	return *(const __u64 *)(scratch->work + (offset & (PLAN_WORK_SIZE - 1)));
}

static __always_inline __u64 read_scalar(const struct scratch *scratch,
					 const struct plan_operation *operation)
{
	__u32 shift = 64 - 8 * (operation->size & 15);

	return work_word(scratch, operation->source) << shift >> shift;
}

static __always_inline bool is_equal(const struct scratch *scratch,
				     const struct plan_operation *operation)
{
	return read_scalar(scratch, operation) == (__u32)operation->displacement;
}

/* A short plan has at most as many blocks and cells as a word has bits, so the word needs no index. */
static __always_inline void set_bit(__u64 *words, __u8 bit, bool is_long)
{
	words[is_long ? bit / 64 : 0] |= 1ull << (bit & 63);
}

static __always_inline void define_block(struct scratch *scratch,
					 const struct plan_operation *operation, bool is_long)
{
	set_bit(scratch->progress.readable, operation->block, is_long);
}

static __always_inline bool is_there(const struct scratch *scratch, __u8 block, bool is_long)
{
	return scratch->progress.readable[is_long ? block / 64 : 0] & (1ull << (block & 63));
}

static __always_inline void read_block(struct scratch *scratch,
				       const struct plan_operation *operation, bool is_long)
{
	__u64 base = work_word(scratch, operation->source);
	__u64 target = operation->target & (PLAN_WORK_SIZE - 1);
	__u64 size = operation->size;

	if (base < LOWEST_POINTER)
		return;
	LIMIT(size, PLAN_MAX_BLOCK_SIZE);
	if (read_user(scratch->work + target, size, base + operation->displacement))
		define_block(scratch, operation, is_long);
}

static __always_inline void put_cell(struct scratch *scratch, bool readable, __u64 value,
				     bool is_long)
{
	struct record_hit *hit = (struct record_hit *)scratch->record;
	__u32 cell = scratch->progress.cell & (PLAN_MAX_CELLS - 1);
	__u64 *cells = (__u64 *)(scratch->record + sizeof(*hit));

	cells[cell] = value;
	if (!readable)
		set_bit(hit->unreadable, cell, is_long);
	scratch->progress.cell++;
}

/* Reads the bytes of a string, and up to `lookahead` bytes after them, to the end of the record. */
static __always_inline bool read_window(struct scratch *scratch, __u64 address, __u64 size,
					__u64 lookahead)
{
	__u64 used = scratch->progress.used;
	__u64 ahead = size + lookahead;

	LIMIT(used, RECORD_END);
	LIMIT(size, STRING_MAX_SIZE);
	LIMIT(ahead, STRING_MAX_SIZE);
	if (bpf_probe_read_user(scratch->record + used, ahead, (const void *)address) == 0)
		size = ahead;
	else if (!read_user(scratch->record + used, size, address))
		return false;
	scratch->progress.window_address = address;
	scratch->progress.window_size = size;
	scratch->progress.window_offset = scratch->progress.used;
	return true;
}

/* Returns the cell of a string of which `size` bytes are in the window. */
static __always_inline __u64 string_cell(struct scratch *scratch, __u64 address, __u64 size,
					 __u64 length)
{
	__u64 skip = address - scratch->progress.window_address;
	__u64 offset = scratch->progress.window_offset + skip;

	if (scratch->progress.used < offset + size)
		scratch->progress.used = offset + size;
	offset -= scratch->progress.payload_at;
	return offset << CELL_STRING_OFFSET_SHIFT | size << CELL_STRING_SIZE_SHIFT | length;
}

/*
 * Adds up to `limit` bytes of a string, unless the record already contains them. Returns the string's cell. Compiled
 * plans call it, too, so the compiler must keep its arguments.
 */
static __noinline __attribute__((used)) __u64 add_string(struct scratch *scratch, __u64 address,
							 __u64 length, __u64 limit, __u64 lookahead)
{
	__u64 size = length < limit ? length : limit;
	__u64 skip = address - scratch->progress.window_address;
	__u64 used = scratch->progress.used;
	__u64 room = used < RECORD_END ? RECORD_END - used : 0;

	if (length == 0)
		return 0;
	if (length >> CELL_STRING_SIZE_SHIFT || address < LOWEST_POINTER)
		return STRING_UNREADABLE;
	if (size > room)
		size = room;
	if ((skip > STRING_MAX_SIZE || skip + size > scratch->progress.window_size) &&
	    !read_window(scratch, address, size, lookahead))
		return STRING_UNREADABLE;
	return string_cell(scratch, address, size, length);
}

/* Not inlined: short plans would take the verifier twice as long. */
static __noinline void put_string(struct scratch *scratch, const struct plan_operation *operation)
{
	__u64 cell = add_string(scratch, work_word(scratch, operation->source),
				work_word(scratch, operation->target), operation->size,
				operation->displacement);

	if (cell == STRING_UNREADABLE)
		put_cell(scratch, false, 0, true);
	else
		put_cell(scratch, true, cell, true);
}

static __always_inline bool is_of_target(const struct scratch *scratch)
{
	const struct record_hit *hit = (const struct record_hit *)scratch->record;

	return (hit->cookie >> COOKIE_PLAN_BITS) & TRACED_TARGET_MASK;
}

/* Executes operations that only long plans have. Returns false for other operations. */
static __always_inline bool carry_out_condition(struct scratch *scratch, const struct plan *plan,
						const struct plan_operation *operation,
						bool readable)
{
	__u64 *found = (__u64 *)(scratch->work + (operation->target & (PLAN_WORK_SIZE - 1)));
	__u32 search = operation->size & (PLAN_MAX_SEARCHES - 1);

	switch (operation->code) {
	case PLAN_ABOVE:
		if (readable && read_scalar(scratch, operation) > (__u32)operation->displacement)
			define_block(scratch, operation, true);
		return true;
	case PLAN_SEARCH:
		if (!readable ||
		    !find_entry(&scratch->search, &plan->searches[search],
				work_word(scratch, operation->source), operation->displacement))
			return true;
		found[0] = scratch->search.key;
		found[1] = scratch->search.element;
		define_block(scratch, operation, true);
		return true;
	case PLAN_KEEP:
		if (!readable && is_of_target(scratch))
			scratch->progress.dropped = 1;
		return true;
	}
	return false;
}

static __always_inline void carry_out(struct scratch *scratch, const struct plan *plan,
				      const struct plan_operation *operation, bool is_long)
{
	bool readable = is_there(scratch, operation->base, is_long);

	if (is_long) {
		readable = readable && is_there(scratch, operation->gate, true);
		if (carry_out_condition(scratch, plan, operation, readable))
			return;
	}
	if (operation->code == PLAN_READ) {
		if (readable)
			read_block(scratch, operation, is_long);
	} else if (operation->code == PLAN_EQUAL) {
		if (readable && is_equal(scratch, operation))
			define_block(scratch, operation, is_long);
	} else if (!readable) {
		put_cell(scratch, false, 0, is_long);
	} else if (operation->code == PLAN_SCALAR) {
		put_cell(scratch, true, read_scalar(scratch, operation), is_long);
	} else if (operation->code == PLAN_STRING) {
		put_string(scratch, operation);
	}
}

struct plan_context {
	struct scratch *scratch;
	const struct plan *plan;
};

/* One iteration of bpf_loop(): returns 1 to end it. */
static long carry_out_turn(__u32 turn, struct plan_context *context)
{
	const struct plan *plan = context->plan;

	if (turn >= plan->operation_count || turn >= PLAN_MAX_OPERATIONS)
		return 1;
	carry_out(context->scratch, plan, &plan->operations[turn], true);
	return context->scratch->progress.dropped != 0;
}

/*
 * The verifier checks each iteration of a loop in the program itself. Short plans are short enough for this, and need
 * no call for each iteration. It checks the function that bpf_loop() calls only once.
 */
static __always_inline void carry_out_all(struct scratch *scratch, const struct plan *plan,
					  bool is_long)
{
	struct plan_context context = { scratch, plan };

	if (is_long) {
		bpf_loop(PLAN_MAX_OPERATIONS, carry_out_turn, &context, 0);
		return;
	}
	for (__u32 i = 0; i < PLAN_SHORT_OPERATIONS && i < plan->operation_count; i++)
		carry_out(scratch, plan, &plan->operations[i], false);
}

static __always_inline void begin_record(struct scratch *scratch, const struct plan *plan)
{
	struct record_hit *hit = (struct record_hit *)scratch->record;

	scratch->progress.payload_at = sizeof(*hit) + 8 * plan->cell_count;
	scratch->progress.used = scratch->progress.payload_at;
	scratch->progress.window_address = 0;
	scratch->progress.window_size = 0;
	hit->cell_count = plan->cell_count;
	for (int i = 0; i < PLAN_MAX_CELLS / 64; i++)
		hit->unreadable[i] = 0;
}

/* Fills the record except its head. */
static __always_inline void interpret(struct scratch *scratch, const struct plan *plan,
				      bool is_long)
{
	begin_record(scratch, plan);
	scratch->progress.cell = 0;
	scratch->progress.dropped = 0;
	for (int i = 0; i < (PLAN_MAX_BLOCKS + 1) / 64; i++)
		scratch->progress.readable[i] = 0;
	scratch->progress.readable[0] = 1; /* the registers */
	carry_out_all(scratch, plan, is_long);
}

#endif
