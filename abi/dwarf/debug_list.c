/* SPDX-License-Identifier: MIT */
#include "debug_list.h"

#include <errno.h>

#define MAX_ELEMENTS 65536u

/* The kinds of elements in DWARF 5 lists. */
enum kind {
	KIND_END,
	KIND_BASE_INDEX,
	KIND_INDEX_INDEX,
	KIND_INDEX_LENGTH,
	KIND_OFFSETS,
	KIND_BASE,
	KIND_ADDRESSES,
	KIND_ADDRESS_LENGTH,
	KIND_DEFAULT,
	KIND_COUNT,
};

/* DW_RLE_*, section 7.25. */
static const uint8_t range_kinds[] = {
	KIND_END,     KIND_BASE_INDEX, KIND_INDEX_INDEX, KIND_INDEX_LENGTH,
	KIND_OFFSETS, KIND_BASE,       KIND_ADDRESSES,	 KIND_ADDRESS_LENGTH,
};

/* DW_LLE_*, section 7.7.3. */
static const uint8_t location_kinds[] = {
	KIND_END,     KIND_BASE_INDEX, KIND_INDEX_INDEX, KIND_INDEX_LENGTH,   KIND_OFFSETS,
	KIND_DEFAULT, KIND_BASE,       KIND_ADDRESSES,	 KIND_ADDRESS_LENGTH,
};

/* Numbers of the DWARF standard, section 7.7.1. */
enum {
	OP_REG0 = 0x50,
	OP_REG31 = 0x6f,
	OP_REGX = 0x90,
	OP_FBREG = 0x91,
	OP_PIECE = 0x93,
	OP_CALL_FRAME_CFA = 0x9c,
};

static bool next_u64(struct debug_list *list, uint64_t *ret)
{
	if (!bytes_u64(list->section, list->at, ret))
		return false;
	list->at += 8;
	return true;
}

static bool next_uvarint(struct debug_list *list, uint64_t *ret)
{
	return bytes_uvarint(list->section, &list->at, ret);
}

/* Reads an index, and returns the address at that index in the unit's table of addresses. */
static bool next_indexed(struct debug_list *list, uint64_t *ret)
{
	uint64_t index;

	return next_uvarint(list, &index) && index < UINT64_MAX / 8 &&
	       bytes_u64(list->addresses, index * 8, ret);
}

static bool expression_take(struct debug_list *list, uint64_t size, struct debug_span *span)
{
	span->expression = bytes_slice(list->section, list->at, size);
	list->at += size;
	return span->expression.size == size;
}

/* Reads an element of DWARF 2 to 4: two addresses. Returns 1 for a span, 2 for a new base, 0 at the end. */
static int element_4(struct debug_list *list, struct debug_span *span)
{
	uint16_t size;

	if (!next_u64(list, &span->low) || !next_u64(list, &span->high))
		return -EBADMSG;
	if (span->low == UINT64_MAX) {
		list->base = span->high;
		return 2;
	}
	if (span->low == 0 && span->high == 0)
		return 0;
	if (list->form == DEBUG_LOCATIONS_4) {
		if (!bytes_u16(list->section, list->at, &size))
			return -EBADMSG;
		list->at += 2;
		if (!expression_take(list, size, span))
			return -EBADMSG;
	}
	span->low += list->base;
	span->high += list->base;
	return 1;
}

static enum kind next_kind(struct debug_list *list)
{
	uint8_t code = 0;

	if (!bytes_u8(list->section, list->at, &code))
		return KIND_COUNT;
	list->at++;
	if (list->form == DEBUG_RANGES_5)
		return code < sizeof(range_kinds) ? range_kinds[code] : KIND_COUNT;
	return code < sizeof(location_kinds) ? location_kinds[code] : KIND_COUNT;
}

static bool bounds_read(struct debug_list *list, enum kind kind, struct debug_span *span)
{
	bool ok;

	switch (kind) {
	case KIND_INDEX_INDEX:
		return next_indexed(list, &span->low) && next_indexed(list, &span->high);
	case KIND_INDEX_LENGTH:
		ok = next_indexed(list, &span->low) && next_uvarint(list, &span->high);
		span->high += span->low;
		return ok;
	case KIND_OFFSETS:
		ok = next_uvarint(list, &span->low) && next_uvarint(list, &span->high);
		span->low += list->base;
		span->high += list->base;
		return ok;
	case KIND_ADDRESSES:
		return next_u64(list, &span->low) && next_u64(list, &span->high);
	case KIND_ADDRESS_LENGTH:
		ok = next_u64(list, &span->low) && next_uvarint(list, &span->high);
		span->high += span->low;
		return ok;
	case KIND_DEFAULT: /* for addresses without another location: leaves the span empty */
		return true;
	default:
		return false;
	}
}

/* Reads an element of DWARF 5. Returns 1 for a span, 2 for a new base, 0 at the end. */
static int element_5(struct debug_list *list, struct debug_span *span)
{
	enum kind kind = next_kind(list);
	uint64_t size;

	if (kind == KIND_END)
		return 0;
	if (kind == KIND_BASE)
		return next_u64(list, &list->base) ? 2 : -EBADMSG;
	if (kind == KIND_BASE_INDEX)
		return next_indexed(list, &list->base) ? 2 : -EBADMSG;
	if (!bounds_read(list, kind, span))
		return -EBADMSG;
	if (list->form == DEBUG_LOCATIONS_5 &&
	    (!next_uvarint(list, &size) || !expression_take(list, size, span)))
		return -EBADMSG;
	return 1;
}

int debug_list_next(struct debug_list *list, struct debug_span *ret_span)
{
	for (;;) {
		struct debug_span span = { 0 };
		int r;

		if (list->count++ == MAX_ELEMENTS)
			return -E2BIG;
		r = list->form == DEBUG_RANGES_4 || list->form == DEBUG_LOCATIONS_4 ?
			    element_4(list, &span) :
			    element_5(list, &span);
		if (r == 2)
			continue;
		if (r == 1)
			*ret_span = span;
		return r;
	}
}

static bool next_svarint(struct bytes bytes, uint64_t *at, int64_t *ret)
{
	uint64_t value = 0;
	unsigned int shift = 0;
	uint8_t byte = 0x80;

	for (; byte & 0x80; shift += 7) {
		if (shift > 63 || !bytes_u8(bytes, (*at)++, &byte))
			return false;
		value |= (uint64_t)(byte & 0x7f) << shift;
	}
	if (byte & 0x40 && shift < 64)
		value |= UINT64_MAX << shift;
	*ret = (int64_t)value;
	return true;
}

/* Reads the place that an operation denotes. False if it denotes no register and no place on the stack. */
static bool place_read(struct bytes expression, uint64_t *at, uint8_t operation,
		       struct debug_piece *piece)
{
	uint64_t number = 0;

	*piece = (struct debug_piece){ .place = DEBUG_IN_REGISTER };
	if (operation >= OP_REG0 && operation <= OP_REG31) {
		piece->reg = operation - OP_REG0;
		return true;
	}
	if (operation == OP_REGX) {
		if (!bytes_uvarint(expression, at, &number) || number > UINT16_MAX)
			return false;
		piece->reg = (uint16_t)number;
		return true;
	}
	piece->place = DEBUG_ON_STACK;
	if (operation == OP_FBREG)
		return next_svarint(expression, at, &piece->offset);
	return operation == OP_CALL_FRAME_CFA;
}

int debug_location_read(struct bytes expression, struct debug_piece *ret_pieces, size_t *ret_count)
{
	bool placed = false; /* the piece at `count` has its place, but no size yet */
	uint64_t at = 0;
	uint8_t operation;
	size_t count = 0;

	while (bytes_u8(expression, at, &operation)) {
		if (count == DEBUG_MAX_PIECES)
			return -E2BIG;
		at++;
		if (operation == OP_PIECE) {
			if (!placed)
				ret_pieces[count] = (struct debug_piece){ .place = DEBUG_NOWHERE };
			if (!bytes_uvarint(expression, &at, &ret_pieces[count].size))
				return -EBADMSG;
			count++;
			placed = false;
			continue;
		}
		if (placed || !place_read(expression, &at, operation, &ret_pieces[count]))
			return -EBADMSG;
		placed = true;
	}
	*ret_count = count + placed;
	return 0;
}
