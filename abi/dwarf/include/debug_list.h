/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DEBUG_LIST_H
#define GOHTTPSNOOP_ABI_DEBUG_LIST_H

#include "bytes.h"

/*
 * The lists that DWARF entries refer to: ranges of addresses, and locations that hold in such ranges.
 * Pure: bytes in, spans out, nothing outside of them is read. Both have a form up to DWARF 4
 * (.debug_ranges, .debug_loc) and one of DWARF 5 (.debug_rnglists, .debug_loclists; sections 7.25 and
 * 7.7.3), which differ between ranges and locations in the numbers of their kinds.
 */
enum debug_list_form {
	DEBUG_RANGES_4,
	DEBUG_LOCATIONS_4,
	DEBUG_RANGES_5,
	DEBUG_LOCATIONS_5,
};

struct debug_list {
	enum debug_list_form form;
	struct bytes section;
	struct bytes addresses; /* of the unit: .debug_addr from its base on */
	uint64_t at;		/* the next element */
	uint64_t base;		/* what offsets count from: the first address of the unit */
	unsigned int count;	/* elements so far */
};

/* `low` to `high`, the latter not included; of a location also the expression, a view. */
struct debug_span {
	uint64_t low, high;
	struct bytes expression;
};

/* 1 and the next span; 0 at the end; -EBADMSG when damaged, -E2BIG after 65,536 elements. */
int debug_list_next(struct debug_list *list, struct debug_span *ret_span);

#define DEBUG_MAX_PIECES 40

/* Where one part of a value lies, by DWARF's account. */
struct debug_piece {
	enum { DEBUG_IN_REGISTER, DEBUG_ON_STACK, DEBUG_NOWHERE } place;
	uint16_t reg;	/* number in DWARF's scheme for the machine */
	int64_t offset; /* on the stack, from the canonical frame address */
	uint64_t size;	/* 0: the whole value */
};

/*
 * The pieces of a location; at most DEBUG_MAX_PIECES, else -E2BIG. -EBADMSG when it has other operations
 * than those that name registers and places on the stack.
 */
int debug_location_read(struct bytes expression, struct debug_piece *ret_pieces, size_t *ret_count);

#endif
