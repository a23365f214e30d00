/* SPDX-License-Identifier: MIT */
/* Reads addresses from DWARF: the ranges of a unit, and the location of a parameter at function entry. */
#include <errno.h>

#include "debug_info.h"
#include "debug_sections.h"

#if __has_include(<libdwarf/libdwarf.h>)
#include <libdwarf/libdwarf.h>
#else
#include <libdwarf.h>
#endif

/* Numbers of the DWARF standard, sections 7.5.4 to 7.5.6. */
enum {
	AT_LOCATION = 0x02,
	AT_LOW_PC = 0x11,
	AT_RANGES = 0x55,
	AT_ADDR_BASE = 0x73,
	AT_RNGLISTS_BASE = 0x74,
	AT_LOCLISTS_BASE = 0x8c,

	FORM_BLOCK2 = 0x03,
	FORM_BLOCK4 = 0x04,
	FORM_BLOCK = 0x09,
	FORM_BLOCK1 = 0x0a,
	FORM_SEC_OFFSET = 0x17,
	FORM_EXPRLOC = 0x18,
	FORM_LOCLISTX = 0x22,
	FORM_RNGLISTX = 0x23,
	FORM_DATA4 = 0x06,
	FORM_DATA8 = 0x07,
};

/* An entry and one of its attributes. libdwarf allocates all three objects; attempt_finish() releases them. */
struct attempt {
	struct debug_info *info;
	Dwarf_Debug dwarf;
	Dwarf_Die die;
	Dwarf_Attribute attribute;
	Dwarf_Error error;
};

static Dwarf_Error *attempt_error(struct attempt *attempt)
{
	if (attempt->error)
		dwarf_dealloc_error(attempt->dwarf, attempt->error);
	attempt->error = NULL;
	return &attempt->error;
}

static void attempt_finish(struct attempt *attempt)
{
	if (attempt->attribute)
		dwarf_dealloc_attribute(attempt->attribute);
	if (attempt->die)
		dwarf_dealloc_die(attempt->die);
	attempt_error(attempt);
}

/* Returns 1 if the entry has the attribute, 0 if not, or an error. Call attempt_finish() in any case. */
static int attempt_start(struct attempt *attempt, struct debug_info *info, uint64_t offset,
			 Dwarf_Half code, struct error *err)
{
	int r;

	*attempt = (struct attempt){ .info = info, .dwarf = debug_info_handle(info) };
	r = debug_info_charge(info, offset, err);
	if (r < 0)
		return r;
	r = dwarf_offdie_b(attempt->dwarf, offset, 1, &attempt->die, attempt_error(attempt));
	if (r == DW_DLV_OK)
		r = dwarf_attr(attempt->die, code, &attempt->attribute, attempt_error(attempt));
	if (r == DW_DLV_NO_ENTRY)
		return 0;
	return r == DW_DLV_OK ? 1 : error_fail(err, -EBADMSG, "damaged DWARF: an entry");
}

/* Returns a numeric attribute of the unit that contains the entry; `otherwise` if the unit has none. */
static uint64_t unit_number(struct attempt *attempt, Dwarf_Half code, uint64_t otherwise)
{
	Dwarf_Off unit = 0, offset = 0;
	struct attempt of_unit;
	Dwarf_Addr address = 0;
	uint64_t number = otherwise;

	if (dwarf_CU_dieoffset_given_die(attempt->die, &unit, attempt_error(attempt)) != DW_DLV_OK)
		return otherwise;
	if (attempt_start(&of_unit, attempt->info, unit, code, NULL) > 0) {
		if (code == AT_LOW_PC) {
			if (dwarf_formaddr(of_unit.attribute, &address, attempt_error(&of_unit)) ==
			    DW_DLV_OK)
				number = address;
		} else if (dwarf_global_formref(of_unit.attribute, &offset,
						attempt_error(&of_unit)) == DW_DLV_OK) {
			number = offset;
		}
	}
	attempt_finish(&of_unit);
	return number;
}

/* Loads the section of the list and, for DWARF 5, the table of addresses, from the unit's base on. */
static int sections_load(struct attempt *attempt, bool is_5, bool locations,
			 struct debug_list *list, struct error *err)
{
	struct debug_sections *sections = debug_info_sections(attempt->info);
	enum debug_section which = locations ? DEBUG_SECTION_LOC : DEBUG_SECTION_RANGES;
	int r;

	if (is_5)
		which = locations ? DEBUG_SECTION_LOCLISTS : DEBUG_SECTION_RNGLISTS;
	r = debug_section_load(sections, which, &list->section, err);
	if (r < 0 || !is_5)
		return r;
	r = debug_section_load(sections, DEBUG_SECTION_ADDR, &list->addresses, err);
	if (r == 0)
		list->addresses = bytes_slice(list->addresses,
					      unit_number(attempt, AT_ADDR_BASE, 8), UINT64_MAX);
	return r;
}

/* Reads where the list begins: an offset, or an index into the table of offsets at the unit's base. */
static int list_start(struct attempt *attempt, Dwarf_Half form, struct debug_list *list,
		      struct error *err)
{
	bool indexed = form == FORM_RNGLISTX || form == FORM_LOCLISTX;
	Dwarf_Unsigned value = 0;
	Dwarf_Off offset = 0;
	uint32_t narrow;
	uint64_t base;

	if (!indexed) {
		if (dwarf_global_formref(attempt->attribute, &offset, attempt_error(attempt)) !=
		    DW_DLV_OK)
			return error_fail(err, -EBADMSG, "damaged DWARF: the offset of a list");
		list->at = offset;
		return 0;
	}
	base = unit_number(attempt, form == FORM_RNGLISTX ? AT_RNGLISTS_BASE : AT_LOCLISTS_BASE,
			   12);
	if (dwarf_formudata(attempt->attribute, &value, attempt_error(attempt)) != DW_DLV_OK ||
	    value > UINT32_MAX || base > UINT64_MAX / 2 ||
	    !bytes_u32(list->section, base + 4 * value, &narrow))
		return error_fail(err, -EBADMSG, "damaged DWARF: the index of a list");
	list->at = base + narrow;
	return 0;
}

/* Opens the list that the attribute refers to. */
static int list_open(struct attempt *attempt, Dwarf_Half form, bool locations,
		     struct debug_list *ret_list, struct error *err)
{
	struct debug_list list = { 0 };
	Dwarf_Half version = 0, offset_size = 0;
	bool is_5;
	int r;

	dwarf_get_version_of_die(attempt->die, &version, &offset_size);
	is_5 = version >= 5;
	if (is_5)
		list.form = locations ? DEBUG_LOCATIONS_5 : DEBUG_RANGES_5;
	else
		list.form = locations ? DEBUG_LOCATIONS_4 : DEBUG_RANGES_4;
	r = sections_load(attempt, is_5, locations, &list, err);
	if (r == 0)
		r = list_start(attempt, form, &list, err);
	if (r < 0)
		return r;
	list.base = unit_number(attempt, AT_LOW_PC, 0);
	*ret_list = list;
	return 0;
}

/* Returns 1 and the next span, 0 at the end, or an error. Charges the elements up to there to the budget. */
static int span_next(struct attempt *attempt, struct debug_list *list, struct debug_span *ret_span,
		     struct error *err)
{
	unsigned int before = list->count;
	int r = debug_list_next(list, ret_span);
	int paid = debug_info_charge_elements(attempt->info, list->count - before, err);

	if (paid < 0)
		return paid;
	return r < 0 ? error_fail(err, r, "damaged DWARF: a list of ranges or locations") : r;
}

static int ranges_visit(struct attempt *attempt, debug_visit_range *visit, void *context,
			struct error *err)
{
	struct debug_list list;
	struct debug_span span;
	Dwarf_Half form = 0;
	int r, result = 0;

	dwarf_whatform(attempt->attribute, &form, attempt_error(attempt));
	r = list_open(attempt, form, false, &list, err);
	if (r < 0)
		return r;
	while (result == 0 && (r = span_next(attempt, &list, &span, err)) > 0)
		result = visit(context, span.low, span.high);
	return r < 0 ? r : result;
}

/* Visits the single range of a unit without DW_AT_ranges, from DW_AT_low_pc to DW_AT_high_pc. */
static int extent_visit(struct attempt *attempt, debug_visit_range *visit, void *context)
{
	enum Dwarf_Form_Class class = DW_FORM_CLASS_UNKNOWN;
	Dwarf_Addr low = 0, high = 0;
	Dwarf_Half form = 0;

	if (!attempt->die)
		return 0;
	if (dwarf_lowpc(attempt->die, &low, attempt_error(attempt)) != DW_DLV_OK)
		return 0;
	if (dwarf_highpc_b(attempt->die, &high, &form, &class, attempt_error(attempt)) != DW_DLV_OK)
		return 0;
	return visit(context, low, class == DW_FORM_CLASS_CONSTANT ? low + high : high);
}

int debug_info_ranges(struct debug_info *info, uint64_t unit, debug_visit_range *visit,
		      void *context, struct error *err)
{
	struct attempt attempt;
	int r = attempt_start(&attempt, info, unit, AT_RANGES, err);

	if (r > 0)
		r = ranges_visit(&attempt, visit, context, err);
	else if (r == 0)
		r = extent_visit(&attempt, visit, context);
	attempt_finish(&attempt);
	return r;
}

/* Reads the location expression in the attribute, which is valid for the whole function. */
static int expression_read(struct attempt *attempt, Dwarf_Half form, struct debug_piece *pieces,
			   size_t *ret_count)
{
	Dwarf_Unsigned length = 0;
	Dwarf_Ptr data = NULL;
	Dwarf_Block *block = NULL;
	int r;

	if (form == FORM_EXPRLOC) {
		r = dwarf_formexprloc(attempt->attribute, &length, &data, attempt_error(attempt));
	} else {
		r = dwarf_formblock(attempt->attribute, &block, attempt_error(attempt));
		if (r == DW_DLV_OK) {
			data = block->bl_data;
			length = block->bl_len;
		}
	}
	if (r != DW_DLV_OK)
		return -EBADMSG;
	r = length ? debug_location_read((struct bytes){ data, length }, pieces, ret_count) :
		     -ENOENT;
	if (block)
		dwarf_dealloc(attempt->dwarf, block, DW_DLA_BLOCK);
	return r;
}

/* Reads the location in the list whose range begins at `address`. -ENOENT if there is none. */
static int location_find(struct attempt *attempt, Dwarf_Half form, uint64_t address,
			 struct debug_piece *pieces, size_t *ret_count)
{
	struct debug_list list;
	struct debug_span span;
	int r = list_open(attempt, form, true, &list, NULL);

	if (r < 0)
		return r;
	while ((r = span_next(attempt, &list, &span, NULL)) > 0) {
		if (span.expression.size && span.low == address && span.high > address)
			return debug_location_read(span.expression, pieces, ret_count);
	}
	return r < 0 ? r : -ENOENT;
}

int debug_info_location(struct debug_info *info, uint64_t offset, uint64_t address,
			struct debug_piece *ret_pieces, size_t *ret_count, struct error *err)
{
	struct attempt attempt;
	Dwarf_Half form = 0;
	int r = attempt_start(&attempt, info, offset, AT_LOCATION, err);

	if (r == 0) {
		r = -ENOENT;
	} else if (r > 0) {
		dwarf_whatform(attempt.attribute, &form, attempt_error(&attempt));
		switch (form) {
		case FORM_EXPRLOC:
		case FORM_BLOCK:
		case FORM_BLOCK1:
		case FORM_BLOCK2:
		case FORM_BLOCK4:
			r = expression_read(&attempt, form, ret_pieces, ret_count);
			break;
		case FORM_SEC_OFFSET:
		case FORM_LOCLISTX:
		case FORM_DATA4: /* an offset in DWARF 2 and 3 */
		case FORM_DATA8:
			r = location_find(&attempt, form, address, ret_pieces, ret_count);
			break;
		default:
			r = -EBADMSG;
		}
	}
	attempt_finish(&attempt);
	if (r < 0)
		return error_fail(err, r, "no location at entry for the parameter at 0x%llx",
				  (unsigned long long)offset);
	return 0;
}
