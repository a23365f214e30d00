/* SPDX-License-Identifier: MIT */
/* What DWARF says about addresses: the ranges of a unit, and where a parameter lies at entry. */
#include "debug_info.h"

#include <errno.h>

#if __has_include(<libdwarf/libdwarf.h>)
#include <libdwarf/libdwarf.h>
#else
#include <libdwarf.h>
#endif

#if GOHTTPSNOOP_LIBDWARF_2021
#define dwarf_dealloc_ranges dwarf_ranges_dealloc
#define dwarf_dealloc_loc_head_c dwarf_loc_head_c_dealloc
#endif

/* Numbers of the DWARF standard, sections 7.5.4 to 7.7.3 and 7.25. */
enum {
	AT_LOCATION = 0x02,
	AT_RANGES = 0x55,

	OP_REG0 = 0x50,
	OP_REG31 = 0x6f,
	OP_REGX = 0x90,
	OP_FBREG = 0x91,
	OP_PIECE = 0x93,
	OP_CALL_FRAME_CFA = 0x9c,

	RANGE_OFFSET_PAIR = 0x04,
	RANGE_START_END = 0x06,
	RANGE_START_LENGTH = 0x07,
	RANGE_STARTX_ENDX = 0x02,
	RANGE_STARTX_LENGTH = 0x03,
};

/* One attempt to read something; its error is libdwarf's to allocate and ours to release. */
struct attempt {
	Dwarf_Debug dwarf;
	Dwarf_Die die;
	Dwarf_Attribute attribute;
	Dwarf_Error error;
};

static void attempt_finish(struct attempt *attempt)
{
	if (attempt->attribute)
		dwarf_dealloc_attribute(attempt->attribute);
	if (attempt->die)
		dwarf_dealloc_die(attempt->die);
	if (attempt->error)
		dwarf_dealloc_error(attempt->dwarf, attempt->error);
}

/* 1 when the entry has the attribute, 0 when not, or an error. */
static int attempt_start(struct attempt *attempt, struct debug_info *info, uint64_t offset,
			 Dwarf_Half code, struct error *err)
{
	int r;

	*attempt = (struct attempt){ .dwarf = debug_info_handle(info) };
	r = dwarf_offdie_b(attempt->dwarf, offset, 1, &attempt->die, &attempt->error);
	if (r == DW_DLV_OK)
		r = dwarf_attr(attempt->die, code, &attempt->attribute, &attempt->error);
	if (r == DW_DLV_NO_ENTRY)
		return 0;
	return r == DW_DLV_OK ? 1 : error_fail(err, -EBADMSG, "damaged DWARF: an entry");
}

/* DWARF 5: .debug_rnglists. */
static int rnglist_visit(struct attempt *attempt, Dwarf_Half form, debug_visit_range *visit,
			 void *context, struct error *err)
{
	Dwarf_Rnglists_Head head = NULL;
	Dwarf_Unsigned value = 0, count = 0, start = 0;
	Dwarf_Off offset = 0;
	int r, result = 0;

	/* An index (DW_FORM_rnglistx) reads as a number, a DW_FORM_sec_offset as a reference. */
	r = dwarf_global_formref(attempt->attribute, &offset, &attempt->error);
	value = offset;
	if (r != DW_DLV_OK)
		r = dwarf_formudata(attempt->attribute, &value, &attempt->error);
	if (r == DW_DLV_OK)
		r = dwarf_rnglists_get_rle_head(attempt->attribute, form, value, &head, &count,
						&start, &attempt->error);
	if (r != DW_DLV_OK)
		return error_fail(err, -EBADMSG, "damaged DWARF: the ranges of a unit");
	for (Dwarf_Unsigned i = 0; result == 0 && i < count; i++) {
		Dwarf_Unsigned raw1, raw2, low = 0, high = 0;
		Dwarf_Bool unavailable = 0;
		unsigned int length, kind = 0;

		if (dwarf_get_rnglists_entry_fields_a(head, i, &length, &kind, &raw1, &raw2,
						      &unavailable, &low, &high,
						      &attempt->error) != DW_DLV_OK)
			break;
		if (!unavailable && (kind == RANGE_OFFSET_PAIR || kind == RANGE_START_END ||
				     kind == RANGE_START_LENGTH || kind == RANGE_STARTX_ENDX ||
				     kind == RANGE_STARTX_LENGTH))
			result = visit(context, low, high);
	}
	dwarf_dealloc_rnglists_head(head);
	return result;
}

/* DWARF 4: .debug_ranges, relative to the unit's low_pc or the last base address. */
static int ranges_visit(struct attempt *attempt, debug_visit_range *visit, void *context,
			struct error *err)
{
	Dwarf_Ranges *ranges = NULL;
	Dwarf_Signed count = 0;
	Dwarf_Unsigned bytes = 0;
	Dwarf_Off offset = 0, real = 0;
	Dwarf_Addr base = 0;
	int r, result = 0;

	dwarf_lowpc(attempt->die, &base, &attempt->error);
	r = dwarf_global_formref(attempt->attribute, &offset, &attempt->error);
	if (r == DW_DLV_OK)
		r = dwarf_get_ranges_b(attempt->dwarf, offset, attempt->die, &real, &ranges, &count,
				       &bytes, &attempt->error);
	if (r != DW_DLV_OK)
		return error_fail(err, -EBADMSG, "damaged DWARF: the ranges of a unit");
	for (Dwarf_Signed i = 0; result == 0 && i < count; i++) {
		if (ranges[i].dwr_type == DW_RANGES_ADDRESS_SELECTION)
			base = ranges[i].dwr_addr2;
		else if (ranges[i].dwr_type == DW_RANGES_ENTRY)
			result = visit(context, base + ranges[i].dwr_addr1,
				       base + ranges[i].dwr_addr2);
	}
	dwarf_dealloc_ranges(attempt->dwarf, ranges, count);
	return result;
}

/* A unit of one piece: DW_AT_low_pc and DW_AT_high_pc. */
static int extent_visit(struct attempt *attempt, debug_visit_range *visit, void *context)
{
	enum Dwarf_Form_Class class = DW_FORM_CLASS_UNKNOWN;
	Dwarf_Addr low = 0, high = 0;
	Dwarf_Half form = 0;

	if (dwarf_lowpc(attempt->die, &low, &attempt->error) != DW_DLV_OK)
		return 0;
	if (dwarf_highpc_b(attempt->die, &high, &form, &class, &attempt->error) != DW_DLV_OK)
		return 0;
	return visit(context, low, class == DW_FORM_CLASS_CONSTANT ? low + high : high);
}

int debug_info_ranges(struct debug_info *info, uint64_t unit, debug_visit_range *visit,
		      void *context, struct error *err)
{
	struct attempt attempt;
	Dwarf_Half version = 0, offset_size = 0, form = 0;
	int r = attempt_start(&attempt, info, unit, AT_RANGES, err);

	if (r > 0) {
		dwarf_get_version_of_die(attempt.die, &version, &offset_size);
		dwarf_whatform(attempt.attribute, &form, &attempt.error);
		r = version >= 5 ? rnglist_visit(&attempt, form, visit, context, err) :
				   ranges_visit(&attempt, visit, context, err);
	} else if (r == 0) {
		r = extent_visit(&attempt, visit, context);
	}
	attempt_finish(&attempt);
	return r;
}

/* One operation of a location; 1 when it is understood. */
static int operation_read(struct debug_piece *pieces, size_t *count, bool *fresh, Dwarf_Small code,
			  Dwarf_Unsigned operand)
{
	struct debug_piece *piece = &pieces[*count];

	if (code == OP_PIECE) {
		if (!*fresh)
			*piece = (struct debug_piece){ .place = DEBUG_NOWHERE };
		piece->size = operand;
		(*count)++;
		*fresh = false;
		return 1;
	}
	if (*fresh)
		return 0;
	*fresh = true;
	if (code >= OP_REG0 && code <= OP_REG31)
		*piece = (struct debug_piece){ .place = DEBUG_IN_REGISTER, .reg = code - OP_REG0 };
	else if (code == OP_REGX)
		*piece = (struct debug_piece){ .place = DEBUG_IN_REGISTER,
					       .reg = (uint16_t)operand };
	else if (code == OP_FBREG)
		*piece =
			(struct debug_piece){ .place = DEBUG_ON_STACK, .offset = (int64_t)operand };
	else if (code == OP_CALL_FRAME_CFA)
		*piece = (struct debug_piece){ .place = DEBUG_ON_STACK };
	else
		return 0;
	return 1;
}

static int location_read(Dwarf_Locdesc_c location, Dwarf_Unsigned operations,
			 struct debug_piece *pieces, size_t *ret_count, Dwarf_Error *error)
{
	bool fresh = false;
	size_t count = 0;

	for (Dwarf_Unsigned i = 0; i < operations; i++) {
		Dwarf_Unsigned operand1 = 0, operand2, operand3, branch;
		Dwarf_Small code = 0;

		if (count == DEBUG_MAX_PIECES)
			return -E2BIG;
		if (dwarf_get_location_op_value_c(location, i, &code, &operand1, &operand2,
						  &operand3, &branch, error) != DW_DLV_OK)
			return -EBADMSG;
		if (!operation_read(pieces, &count, &fresh, code, operand1))
			return -EBADMSG;
	}
	*ret_count = count + fresh;
	return 0;
}

/* The entry of the list that covers `address`, or the only entry; 1 when found. */
static int location_find(struct attempt *attempt, Dwarf_Loc_Head_c head, Dwarf_Unsigned count,
			 uint64_t address, struct debug_piece *pieces, size_t *ret_count)
{
	for (Dwarf_Unsigned i = 0; i < count; i++) {
		Dwarf_Unsigned raw_low, raw_high, operations = 0, expression, start;
		Dwarf_Locdesc_c location = NULL;
		Dwarf_Addr low = 0, high = 0;
		Dwarf_Small kind = 0, source = 0;
		Dwarf_Bool unavailable = 0;

		if (dwarf_get_locdesc_entry_d(head, i, &kind, &raw_low, &raw_high, &unavailable,
					      &low, &high, &operations, &location, &source,
					      &expression, &start, &attempt->error) != DW_DLV_OK)
			return -EBADMSG;
		/* Source 0 is an expression without a list: it holds for the whole function. */
		if (operations > 0 && (source == 0 || (low == address && high > low)))
			return location_read(location, operations, pieces, ret_count,
					     &attempt->error);
	}
	return -ENOENT;
}

int debug_info_location(struct debug_info *info, uint64_t offset, uint64_t address,
			struct debug_piece *ret_pieces, size_t *ret_count, struct error *err)
{
	Dwarf_Loc_Head_c head = NULL;
	Dwarf_Unsigned count = 0;
	struct attempt attempt;
	int r = attempt_start(&attempt, info, offset, AT_LOCATION, err);

	if (r == 0) {
		r = -ENOENT;
	} else if (r > 0) {
		if (dwarf_get_loclist_c(attempt.attribute, &head, &count, &attempt.error) ==
		    DW_DLV_OK)
			r = location_find(&attempt, head, count, address, ret_pieces, ret_count);
		else
			r = -ENOENT; /* an empty location: optimised away */
	}
	if (head)
		dwarf_dealloc_loc_head_c(head);
	attempt_finish(&attempt);
	if (r < 0)
		return error_fail(err, r, "no location at entry for the parameter at 0x%llx",
				  (unsigned long long)offset);
	return 0;
}
