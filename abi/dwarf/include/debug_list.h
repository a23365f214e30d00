/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DEBUG_LIST_H
#define GOHTTPSNOOP_ABI_DEBUG_LIST_H

#include "bytes.h"

/*
 * The lists that DWARF entries refer to: address ranges, and locations that are valid in such
 * ranges. Pure functions, which read nothing outside of the given bytes. Both kinds of lists have a
 * form up to DWARF 4 (.debug_ranges, .debug_loc) and one of DWARF 5 (.debug_rnglists,
 * .debug_loclists; sections 7.25 and 7.7.3), in which the numbers of element kinds differ between
 * ranges and locations.
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
	struct bytes addresses; /* addresses of the unit: .debug_addr from its base on */
	uint64_t at;		/* the next element */
	uint64_t base;		/* base of offsets: at first DW_AT_low_pc of the unit */
	unsigned int count;	/* elements read so far */
};

/* The range [low, high). For a location also its expression, a view into the section. */
struct debug_span {
	uint64_t low, high;
	struct bytes expression;
};

/* Returns 1 and the next span, 0 at the end, -EBADMSG if damaged, -E2BIG after 65,536 elements. */
int debug_list_next(struct debug_list *list, struct debug_span *ret_span);

#define DEBUG_MAX_PIECES 40

/* The location of one part of a value according to DWARF. */
struct debug_piece {
	enum { DEBUG_IN_REGISTER, DEBUG_ON_STACK, DEBUG_NOWHERE } place;
	uint16_t reg;	/* number in DWARF's scheme for the machine */
	int64_t offset; /* on the stack, from the canonical frame address */
	uint64_t size;	/* 0: the whole value */
};

/*
 * Reads the pieces of a location into an array of DEBUG_MAX_PIECES. Returns -E2BIG if there are more pieces,
 * -EBADMSG for operations other than registers and places on the stack.
 */
int debug_location_read(struct bytes expression, struct debug_piece *ret_pieces, size_t *ret_count);

#endif
