/* SPDX-License-Identifier: MIT */
#include "debug_entry.h"

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

	OP_PLUS_UCONST = 0x23,
};

static uint64_t number_of(struct debug_object *object, Dwarf_Attribute attribute)
{
	Dwarf_Unsigned number = 0;
	Dwarf_Signed negative = 0;

	if (dwarf_formudata(attribute, &number, debug_object_error(object)) == DW_DLV_OK)
		return number;
	if (dwarf_formsdata(attribute, &negative, debug_object_error(object)) == DW_DLV_OK &&
	    negative >= 0)
		return (uint64_t)negative;
	return 0;
}

static uint64_t reference_of(struct debug_object *object, Dwarf_Attribute attribute)
{
	Dwarf_Off offset = 0;

	return dwarf_global_formref(attribute, &offset, debug_object_error(object)) == DW_DLV_OK ?
		       offset :
		       0;
}

static bool flag_of(struct debug_object *object, Dwarf_Attribute attribute)
{
	Dwarf_Bool flag = 0;

	return dwarf_formflag(attribute, &flag, debug_object_error(object)) == DW_DLV_OK && flag;
}

/* Reads a member's location: a constant, or an expression with the only operation DW_OP_plus_uconst. */
static uint64_t member_offset(struct debug_object *object, Dwarf_Attribute attribute)
{
	struct bytes expression;
	Dwarf_Half form = 0;
	Dwarf_Unsigned length = 0;
	Dwarf_Ptr block = NULL;
	Dwarf_Block *old = NULL;
	uint64_t offset = 1, number = 0;
	uint8_t operation = 0;

	dwarf_whatform(attribute, &form, debug_object_error(object));
	if (form == FORM_EXPRLOC) {
		if (dwarf_formexprloc(attribute, &length, &block, debug_object_error(object)) !=
		    DW_DLV_OK)
			return 0;
	} else if (form == FORM_BLOCK || form == FORM_BLOCK1 || form == FORM_BLOCK2 ||
		   form == FORM_BLOCK4) {
		if (dwarf_formblock(attribute, &old, debug_object_error(object)) != DW_DLV_OK)
			return 0;
		block = old->bl_data;
		length = old->bl_len;
	} else {
		return number_of(object, attribute);
	}
	expression = (struct bytes){ block, length };
	if (bytes_u8(expression, 0, &operation) && operation == OP_PLUS_UCONST)
		bytes_uvarint(expression, &offset, &number);
	if (old)
		dwarf_dealloc(debug_object_dwarf(object), old, DW_DLA_BLOCK);
	return number;
}

static void attribute_read(struct debug_object *object, Dwarf_Attribute attribute,
			   struct debug_entry *entry)
{
	Dwarf_Half code = 0;
	Dwarf_Addr address = 0;
	char *name = NULL;

	if (dwarf_whatattr(attribute, &code, debug_object_error(object)) != DW_DLV_OK)
		return;
	switch (code) {
	case AT_NAME:
		if (dwarf_formstring(attribute, &name, debug_object_error(object)) == DW_DLV_OK)
			entry->name = name;
		break;
	case AT_LOW_PC:
		entry->has_low = dwarf_formaddr(attribute, &address, debug_object_error(object)) ==
				 DW_DLV_OK;
		entry->low = address;
		break;
	case AT_BYTE_SIZE:
		entry->size = number_of(object, attribute);
		entry->has_size = true;
		break;
	case AT_UPPER_BOUND:
		entry->count = number_of(object, attribute) + 1;
		entry->has_count = true;
		break;
	case AT_COUNT:
		entry->count = number_of(object, attribute);
		entry->has_count = true;
		break;
	case AT_TYPE:
		entry->type = reference_of(object, attribute);
		break;
	case AT_ABSTRACT_ORIGIN:
		entry->origin = reference_of(object, attribute);
		break;
	case AT_MEMBER_LOCATION:
		entry->member = member_offset(object, attribute);
		break;
	case AT_VARIABLE_PARAMETER:
		entry->is_result = flag_of(object, attribute);
		break;
	case AT_GO_KIND:
		entry->go_kind = (uint8_t)number_of(object, attribute);
		break;
	case AT_GO_KEY:
		entry->go_key = reference_of(object, attribute);
		break;
	case AT_GO_ELEMENT:
		entry->go_element = reference_of(object, attribute);
		break;
	case AT_GO_RUNTIME_TYPE:
		if (dwarf_formaddr(attribute, &address, debug_object_error(object)) == DW_DLV_OK)
			entry->runtime_type = address;
		break;
	case AT_GO_DICTIONARY_INDEX:
		entry->dictionary_word = number_of(object, attribute) + 1;
		break;
	case AT_GO_EMBEDDED:
		entry->embedded = flag_of(object, attribute);
		break;
	default:
		break;
	}
}

int debug_entry_read(struct debug_object *object, struct Dwarf_Die_s *die,
		     struct debug_entry *ret_entry, uint64_t *ret_attributes)
{
	struct debug_entry entry = { 0 };
	Dwarf_Attribute *attributes = NULL;
	Dwarf_Signed count = 0;
	Dwarf_Off offset = 0;
	Dwarf_Half tag = 0;
	int r;

	r = dwarf_tag(die, &tag, debug_object_error(object));
	if (r == DW_DLV_OK)
		r = dwarf_dieoffset(die, &offset, debug_object_error(object));
	if (r == DW_DLV_OK)
		r = dwarf_attrlist(die, &attributes, &count, debug_object_error(object));
	if (r == DW_DLV_ERROR)
		return r;
	entry.tag = tag;
	entry.offset = offset;
	for (Dwarf_Signed i = 0; r == DW_DLV_OK && i < count; i++) {
		attribute_read(object, attributes[i], &entry);
		dwarf_dealloc_attribute(attributes[i]);
	}
	if (attributes)
		dwarf_dealloc(debug_object_dwarf(object), attributes, DW_DLA_LIST);
	*ret_entry = entry;
	*ret_attributes = (uint64_t)count;
	return DW_DLV_OK;
}
