/* SPDX-License-Identifier: MIT */
#include "debug_info.h"

#include <errno.h>
#include <stdlib.h>

#include "debug_object.h"

/* Debian and Ubuntu install the header in the folder libdwarf/, whatever their libdwarf.pc says. */
#if __has_include(<libdwarf/libdwarf.h>)
#include <libdwarf/libdwarf.h>
#else
#include <libdwarf.h>
#endif

/* Attributes and forms of the DWARF standard, sections 7.5.4 and 7.5.6. Attributes of Go are from golang/go
 * src/cmd/internal/dwarf/dwarf.go. */
enum {
	AT_NAME = 0x03,
	AT_BYTE_SIZE = 0x0b,
	AT_LOW_PC = 0x11,
	AT_UPPER_BOUND = 0x2f,
	AT_ABSTRACT_ORIGIN = 0x31,
	AT_COUNT = 0x37,
	AT_MEMBER_LOCATION = 0x38,
	AT_TYPE = 0x49,
	AT_VARIABLE_PARAMETER = 0x4b,
	AT_GO_KIND = 0x2900,
	AT_GO_KEY = 0x2901,
	AT_GO_ELEMENT = 0x2902,
	AT_GO_EMBEDDED = 0x2903,
	AT_GO_RUNTIME_TYPE = 0x2904,
	AT_GO_DICTIONARY_INDEX = 0x2906,

	FORM_BLOCK2 = 0x03,
	FORM_BLOCK4 = 0x04,
	FORM_BLOCK = 0x09,
	FORM_BLOCK1 = 0x0a,
	FORM_EXPRLOC = 0x18,
	FORM_IMPLICIT_CONST = 0x21,

	OP_PLUS_UCONST = 0x23,
};

/*
 * The budget is counted in bytes of DWARF that are walked over. Reading an entry costs as much as walking
 * over 64 bytes. The cost of finding an entry by its offset grows with the square of the number of units,
 * because libdwarf searches a list of all units, which soon exceeds the caches.
 */
#define ENTRY_COST 64
#define ATTRIBUTE_COST 16
#define ELEMENT_COST 4 /* of a list, which many units and parameters may share */
#define UNITS_SQUARED_A_BYTE 2048
#define MAX_COST (UINT64_C(1) << 30)

/* libdwarf keeps a table of abbreviations for every unit, even if units share one table in the file. */
#define MAX_UNITS 32768u
#define MAX_ABBREVIATIONS (UINT64_C(1) << 20)
#define MAX_ATTRIBUTES 256 /* of an entry; compilers write a dozen */
#define MAX_ALL_ABBREVIATIONS (UINT64_C(32) << 20)

struct debug_info {
	struct debug_sections sections;
	struct debug_object *object;
	Dwarf_Debug dwarf; /* of the object */
	uint64_t cost;
	uint64_t end; /* end of the last visited unit: entries beyond it are not read */
	uint64_t near; /* start of the unit being visited: libdwarf finds its entries without a search */
	size_t unit_count;
	uint64_t abbreviations_at, abbreviations_size; /* of the unit visited last */
	uint64_t all_abbreviations;		       /* bytes, of all units */
	Dwarf_Error error; /* the last one; freed before the next and at the end */
};

struct Dwarf_Debug_s *debug_info_handle(struct debug_info *info)
{
	return info->dwarf;
}

struct debug_sections *debug_info_sections(struct debug_info *info)
{
	return &info->sections;
}

static int charge(struct debug_info *info, uint64_t cost, struct error *err)
{
	if (info->cost > MAX_COST || cost > MAX_COST - info->cost) {
		info->cost = MAX_COST;
		return error_fail(err, -E2BIG, "more DWARF to read than any real binary has");
	}
	info->cost += cost;
	return 0;
}

int debug_info_charge(struct debug_info *info, uint64_t offset, struct error *err)
{
	if (offset >= info->end)
		return error_fail(err, -EBADMSG, "damaged DWARF: a reference to no entry");
	if (offset >= info->near)
		return charge(info, ENTRY_COST, err);
	return charge(info,
		      ENTRY_COST +
			      (uint64_t)info->unit_count * info->unit_count / UNITS_SQUARED_A_BYTE,
		      err);
}

int debug_info_charge_elements(struct debug_info *info, uint64_t count, struct error *err)
{
	return charge(info, count * ELEMENT_COST, err);
}

/* Returns where libdwarf stores its next error, and releases the previous error. */
static Dwarf_Error *error_slot(struct debug_info *info)
{
	if (info->error)
		dwarf_dealloc_error(info->dwarf, info->error);
	info->error = NULL;
	return &info->error;
}

/* Fills `err` after a libdwarf call that returned `result`. Returns -EBADMSG, or -ENOMEM without memory. */
static int damaged(struct debug_info *info, int result, const char *what, struct error *err)
{
	if (info->sections.lacked_memory)
		return error_fail(err, -ENOMEM, "no memory for DWARF");
	if (result == DW_DLV_ERROR && info->error)
		return error_fail(err, -EBADMSG, "damaged DWARF: %s: %s", what,
				  dwarf_errmsg(info->error));
	return error_fail(err, -EBADMSG, "damaged DWARF: %s", what);
}

bool debug_info_present(const struct image *image)
{
	struct section section;

	return (image_section(image, ".debug_info", &section) ||
		image_section(image, ".zdebug_info", &section)) &&
	       section.size > 0;
}

uint64_t debug_info_size(const struct image *image)
{
	struct debug_sections sections = { 0 };
	uint64_t size = 0;

	if (debug_sections_init(&sections, image, NULL) == 0)
		size = debug_section_size(&sections, DEBUG_SECTION_INFO);
	debug_sections_finish(&sections);
	return size;
}

int debug_info_open(const struct image *image, struct debug_info **ret_info, struct error *err)
{
	struct debug_info *info;
	int r;

	if (!debug_info_present(image))
		return error_fail(err, -ENODATA, "the binary has no DWARF");
	info = calloc(1, sizeof(*info));
	if (!info)
		return error_fail(err, -ENOMEM, "out of memory");
	r = debug_sections_init(&info->sections, image, err);
	if (r == 0)
		r = debug_object_open(&info->sections, &info->object, err);
	if (r < 0) {
		debug_info_close(info);
		return r;
	}
	info->dwarf = debug_object_dwarf(info->object);
	*ret_info = info;
	return 0;
}

void debug_info_close(struct debug_info *info)
{
	if (!info)
		return;
	error_slot(info);
	debug_object_close(info->object);
	debug_sections_finish(&info->sections);
	free(info);
}

static uint64_t number_of(struct debug_info *info, Dwarf_Attribute attribute)
{
	Dwarf_Unsigned number = 0;
	Dwarf_Signed negative = 0;

	if (dwarf_formudata(attribute, &number, error_slot(info)) == DW_DLV_OK)
		return number;
	if (dwarf_formsdata(attribute, &negative, error_slot(info)) == DW_DLV_OK && negative >= 0)
		return (uint64_t)negative;
	return 0;
}

static uint64_t reference_of(struct debug_info *info, Dwarf_Attribute attribute)
{
	Dwarf_Off offset = 0;

	return dwarf_global_formref(attribute, &offset, error_slot(info)) == DW_DLV_OK ? offset : 0;
}

static bool flag_of(struct debug_info *info, Dwarf_Attribute attribute)
{
	Dwarf_Bool flag = 0;

	return dwarf_formflag(attribute, &flag, error_slot(info)) == DW_DLV_OK && flag;
}

/* Reads a member's location: a constant, or an expression with the only operation DW_OP_plus_uconst. */
static uint64_t member_offset(struct debug_info *info, Dwarf_Attribute attribute)
{
	struct bytes expression;
	Dwarf_Half form = 0;
	Dwarf_Unsigned length = 0;
	Dwarf_Ptr block = NULL;
	Dwarf_Block *old = NULL;
	uint64_t offset = 1, number = 0;
	uint8_t operation = 0;

	dwarf_whatform(attribute, &form, error_slot(info));
	if (form == FORM_EXPRLOC) {
		if (dwarf_formexprloc(attribute, &length, &block, error_slot(info)) != DW_DLV_OK)
			return 0;
	} else if (form == FORM_BLOCK || form == FORM_BLOCK1 || form == FORM_BLOCK2 ||
		   form == FORM_BLOCK4) {
		if (dwarf_formblock(attribute, &old, error_slot(info)) != DW_DLV_OK)
			return 0;
		block = old->bl_data;
		length = old->bl_len;
	} else {
		return number_of(info, attribute);
	}
	expression = (struct bytes){ block, length };
	if (bytes_u8(expression, 0, &operation) && operation == OP_PLUS_UCONST)
		bytes_uvarint(expression, &offset, &number);
	if (old)
		dwarf_dealloc(info->dwarf, old, DW_DLA_BLOCK);
	return number;
}

static void attribute_read(struct debug_info *info, Dwarf_Attribute attribute,
			   struct debug_entry *entry)
{
	Dwarf_Half code = 0;
	Dwarf_Addr address = 0;
	char *name = NULL;

	if (dwarf_whatattr(attribute, &code, error_slot(info)) != DW_DLV_OK)
		return;
	switch (code) {
	case AT_NAME:
		if (dwarf_formstring(attribute, &name, error_slot(info)) == DW_DLV_OK)
			entry->name = name;
		break;
	case AT_LOW_PC:
		entry->has_low = dwarf_formaddr(attribute, &address, error_slot(info)) == DW_DLV_OK;
		entry->low = address;
		break;
	case AT_BYTE_SIZE:
		entry->size = number_of(info, attribute);
		entry->has_size = true;
		break;
	case AT_UPPER_BOUND:
		entry->count = number_of(info, attribute) + 1;
		entry->has_count = true;
		break;
	case AT_COUNT:
		entry->count = number_of(info, attribute);
		entry->has_count = true;
		break;
	case AT_TYPE:
		entry->type = reference_of(info, attribute);
		break;
	case AT_ABSTRACT_ORIGIN:
		entry->origin = reference_of(info, attribute);
		break;
	case AT_MEMBER_LOCATION:
		entry->member = member_offset(info, attribute);
		break;
	case AT_VARIABLE_PARAMETER:
		entry->is_result = flag_of(info, attribute);
		break;
	case AT_GO_KIND:
		entry->go_kind = (uint8_t)number_of(info, attribute);
		break;
	case AT_GO_KEY:
		entry->go_key = reference_of(info, attribute);
		break;
	case AT_GO_ELEMENT:
		entry->go_element = reference_of(info, attribute);
		break;
	case AT_GO_RUNTIME_TYPE:
		if (dwarf_formaddr(attribute, &address, error_slot(info)) == DW_DLV_OK)
			entry->runtime_type = address;
		break;
	case AT_GO_DICTIONARY_INDEX:
		entry->dictionary_word = number_of(info, attribute) + 1;
		break;
	case AT_GO_EMBEDDED:
		entry->embedded = flag_of(info, attribute);
		break;
	default:
		break;
	}
}

static int entry_read(struct debug_info *info, Dwarf_Die die, struct debug_entry *ret_entry,
		      struct error *err)
{
	struct debug_entry entry = { 0 };
	Dwarf_Attribute *attributes = NULL;
	Dwarf_Signed count = 0;
	Dwarf_Off offset = 0;
	Dwarf_Half tag = 0;
	int r;

	r = dwarf_tag(die, &tag, error_slot(info));
	if (r == DW_DLV_OK)
		r = dwarf_dieoffset(die, &offset, error_slot(info));
	if (r == DW_DLV_OK)
		r = dwarf_attrlist(die, &attributes, &count, error_slot(info));
	if (r == DW_DLV_ERROR)
		return damaged(info, r, "an entry", err);
	info->cost += (uint64_t)count * ATTRIBUTE_COST;
	entry.tag = tag;
	entry.offset = offset;
	for (Dwarf_Signed i = 0; r == DW_DLV_OK && i < count; i++) {
		attribute_read(info, attributes[i], &entry);
		dwarf_dealloc_attribute(attributes[i]);
	}
	if (attributes)
		dwarf_dealloc(info->dwarf, attributes, DW_DLA_LIST);
	*ret_entry = entry;
	return 0;
}

int debug_info_entry(struct debug_info *info, uint64_t offset, struct debug_entry *ret_entry,
		     struct error *err)
{
	Dwarf_Die die = NULL;
	int r = debug_info_charge(info, offset, err);

	if (r < 0)
		return r;
	r = dwarf_offdie_b(info->dwarf, offset, 1, &die, error_slot(info));
	if (r != DW_DLV_OK)
		return damaged(info, r, "a reference to no entry", err);
	r = entry_read(info, die, ret_entry, err);
	dwarf_dealloc_die(die);
	return r;
}

/*
 * Finds the next sibling of an entry: 1, 0 at the end, or an error. libdwarf walks over everything below the
 * entry, which is charged to the budget. A sibling before the entry is an error: the walk would never end.
 */
static int sibling_next(struct debug_info *info, Dwarf_Die die, uint64_t offset, Dwarf_Die *ret_die,
			struct error *err)
{
	Dwarf_Off at = 0;
	int r = dwarf_siblingof_b(info->dwarf, die, 1, ret_die, error_slot(info));

	if (r == DW_DLV_NO_ENTRY)
		return 0;
	if (r != DW_DLV_OK)
		return damaged(info, r, "a list of entries", err);
	r = dwarf_dieoffset(*ret_die, &at, error_slot(info)) == DW_DLV_OK && at > offset ? 0 : -1;
	if (r == 0)
		r = charge(info, at - offset, err);
	else
		r = error_fail(err, -EBADMSG, "damaged DWARF: a list of entries goes back");
	if (r < 0) {
		dwarf_dealloc_die(*ret_die);
		*ret_die = NULL;
		return r;
	}
	return 1;
}

int debug_info_children(struct debug_info *info, uint64_t offset, debug_visit *visit, void *context,
			struct error *err)
{
	Dwarf_Die die = NULL, next = NULL;
	int more, r = debug_info_charge(info, offset, err);

	if (r < 0)
		return r;
	r = dwarf_offdie_b(info->dwarf, offset, 1, &die, error_slot(info));
	if (r != DW_DLV_OK)
		return damaged(info, r, "a reference to no entry", err);
	r = dwarf_child(die, &next, error_slot(info));
	more = r == DW_DLV_OK;
	r = r == DW_DLV_ERROR ? damaged(info, r, "a list of entries", err) : 0;
	while (more) {
		struct debug_entry entry;

		dwarf_dealloc_die(die);
		die = next;
		next = NULL;
		r = charge(info, ENTRY_COST, err);
		if (r == 0)
			r = entry_read(info, die, &entry, err);
		if (r == 0)
			r = visit(context, &entry);
		if (r != 0)
			break;
		r = sibling_next(info, die, entry.offset, &next, err);
		more = r > 0;
		if (more)
			r = 0;
	}
	dwarf_dealloc_die(die);
	return r;
}

/* Returns the size of the table of abbreviations at `at`; 0 if it does not end within the limits. */
static uint64_t abbreviations_measure(struct bytes section, uint64_t at)
{
	struct bytes table = bytes_slice(section, at, MAX_ABBREVIATIONS);
	uint64_t next = 0, code, tag, name, form;
	unsigned int attributes;
	uint8_t children;

	/* An abbreviation is a code, a tag, a children flag, and pairs of name and form up to a pair of zeros. */
	while (bytes_uvarint(table, &next, &code)) {
		if (code == 0)
			return next;
		if (!bytes_uvarint(table, &next, &tag) || !bytes_u8(table, next++, &children))
			break;
		attributes = 0;
		do {
			if (!bytes_uvarint(table, &next, &name) ||
			    !bytes_uvarint(table, &next, &form) || attributes++ == MAX_ATTRIBUTES)
				return 0;
			/* The constant follows, a signed LEB128 number, which is skipped. */
			if (form == FORM_IMPLICIT_CONST) {
				while (bytes_u8(table, next, &children) && children & 0x80)
					next++;
				next++;
			}
		} while (name || form);
	}
	return 0;
}

/* Checks the limits before the unit's entry is read, because that makes libdwarf read the abbreviations. */
static int unit_charge(struct debug_info *info, uint64_t abbreviations_at, struct error *err)
{
	struct bytes section;
	int r;

	if (info->unit_count++ == MAX_UNITS)
		return error_fail(err, -E2BIG, "more than %u DWARF units", MAX_UNITS);
	if (!info->abbreviations_size || info->abbreviations_at != abbreviations_at) {
		r = debug_section_load(&info->sections, DEBUG_SECTION_ABBREV, &section, err);
		if (r < 0)
			return r;
		info->abbreviations_at = abbreviations_at;
		info->abbreviations_size = abbreviations_measure(section, abbreviations_at);
	}
	if (!info->abbreviations_size)
		return error_fail(err, -EBADMSG, "damaged DWARF: unterminated abbreviations");
	info->all_abbreviations += info->abbreviations_size;
	if (info->all_abbreviations > MAX_ALL_ABBREVIATIONS)
		return error_fail(err, -E2BIG, "too many DWARF abbreviations");
	return 0;
}

/* Reads the next unit's header and entry: 1, 0 at the end, or an error. */
static int unit_next(struct debug_info *info, struct debug_entry *ret_entry, struct error *err)
{
	Dwarf_Unsigned length, type_offset, next;
	Dwarf_Half version, address_size, length_size, extension_size, unit_type;
	Dwarf_Off abbreviations;
	Dwarf_Sig8 signature;
	Dwarf_Die die = NULL;
	int r;

	r = dwarf_next_cu_header_d(info->dwarf, 1, &length, &version, &abbreviations, &address_size,
				   &length_size, &extension_size, &signature, &type_offset, &next,
				   &unit_type, error_slot(info));
	if (r == DW_DLV_NO_ENTRY)
		return 0;
	if (r != DW_DLV_OK)
		return damaged(info, r, "a compilation unit", err);
	r = unit_charge(info, abbreviations, err);
	if (r < 0)
		return r;
	info->near = info->end;
	info->end = next;
	r = dwarf_siblingof_b(info->dwarf, NULL, 1, &die, error_slot(info));
	if (r != DW_DLV_OK)
		return damaged(info, r, "a compilation unit", err);
	r = entry_read(info, die, ret_entry, err);
	dwarf_dealloc_die(die);
	return r < 0 ? r : 1;
}

int debug_info_units(struct debug_info *info, debug_visit *visit, void *context, struct error *err)
{
	struct debug_entry entry;
	int r, result = 0;

	/* libdwarf's position in the list of units is part of its handle: continue to the end in any case, so
	 * that the next walk starts at the beginning. */
	while ((r = unit_next(info, &entry, err)) > 0) {
		if (result == 0)
			result = visit(context, &entry);
	}
	info->near = UINT64_MAX;
	return result != 0 ? result : r;
}
