/* SPDX-License-Identifier: MIT */
#include "debug_info.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Debian and Ubuntu keep the header in a folder of its own, whatever their libdwarf.pc says. */
#if __has_include(<libdwarf/libdwarf.h>)
#include <libdwarf/libdwarf.h>
#else
#include <libdwarf.h>
#endif

/* Attributes and forms of the DWARF standard, sections 7.5.4 and 7.5.6; Go's own from golang/go
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

	FORM_BLOCK2 = 0x03,
	FORM_BLOCK4 = 0x04,
	FORM_BLOCK = 0x09,
	FORM_BLOCK1 = 0x0a,
	FORM_EXPRLOC = 0x18,

	OP_PLUS_UCONST = 0x23,
};

struct debug_info {
	int file;
	Dwarf_Debug dwarf;
	Dwarf_Error error; /* the last one; freed before the next and at the end */
};

/* libdwarf's API as of 20210528 (Debian 12, Ubuntu 22.04) and as of 0.x and 2.x; meson asks the
 * compiler which one it is. The rest of what differs is at the top of debug_address.c. */
#if GOHTTPSNOOP_LIBDWARF_2021
static int libdwarf_start(int file, Dwarf_Debug *ret_dwarf, Dwarf_Error *ret_error)
{
	return dwarf_init_b(file, DW_DLC_READ, DW_GROUPNUMBER_ANY, NULL, NULL, ret_dwarf,
			    ret_error);
}

static void libdwarf_stop(Dwarf_Debug dwarf)
{
	Dwarf_Error error = NULL;

	dwarf_finish(dwarf, &error);
}
#else
static int libdwarf_start(int file, Dwarf_Debug *ret_dwarf, Dwarf_Error *ret_error)
{
	return dwarf_init_b(file, DW_GROUPNUMBER_ANY, NULL, NULL, ret_dwarf, ret_error);
}

static void libdwarf_stop(Dwarf_Debug dwarf)
{
	dwarf_finish(dwarf);
}
#endif

struct Dwarf_Debug_s *debug_info_handle(struct debug_info *info)
{
	return info->dwarf;
}

/* Where libdwarf puts its next error; the one before is released. */
static Dwarf_Error *error_slot(struct debug_info *info)
{
	if (info->error)
		dwarf_dealloc_error(info->dwarf, info->error);
	info->error = NULL;
	return &info->error;
}

/* Turns what a libdwarf call returned into an error of ours. */
static int damaged(struct debug_info *info, int result, const char *what, struct error *err)
{
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

int debug_info_open(const struct image *image, struct debug_info **ret_info, struct error *err)
{
	struct debug_info *info;
	int r;

	if (!debug_info_present(image))
		return error_fail(err, -ENODATA, "the binary has no DWARF");
	info = calloc(1, sizeof(*info));
	if (!info)
		return error_fail(err, -ENOMEM, "out of memory");
	/* libdwarf reads sections when they are first needed, by seeking: nothing else does that
	 * on this open file. One opened by path anew might be another, or not permitted any more. */
	info->file = dup(image_file(image));
	if (info->file < 0) {
		r = error_fail(err, -errno, "cannot duplicate the open binary: %s",
			       strerror(errno));
		goto fail;
	}
	r = libdwarf_start(info->file, &info->dwarf, error_slot(info));
	if (r != DW_DLV_OK) {
		r = damaged(info, r, "cannot be opened", err);
		goto fail;
	}
	*ret_info = info;
	return 0;

fail:
	debug_info_close(info);
	return r;
}

void debug_info_close(struct debug_info *info)
{
	if (!info)
		return;
	error_slot(info);
	if (info->dwarf)
		libdwarf_stop(info->dwarf);
	if (info->file >= 0)
		close(info->file);
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

/* A constant, or an expression of the one operation DW_OP_plus_uconst. */
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
	int r = dwarf_offdie_b(info->dwarf, offset, 1, &die, error_slot(info));

	if (r != DW_DLV_OK)
		return damaged(info, r, "a reference to no entry", err);
	r = entry_read(info, die, ret_entry, err);
	dwarf_dealloc_die(die);
	return r;
}

int debug_info_children(struct debug_info *info, uint64_t offset, debug_visit *visit, void *context,
			struct error *err)
{
	Dwarf_Die die = NULL, next = NULL;
	int r, result = dwarf_offdie_b(info->dwarf, offset, 1, &die, error_slot(info));

	if (result != DW_DLV_OK)
		return damaged(info, result, "a reference to no entry", err);
	result = dwarf_child(die, &next, error_slot(info));
	for (r = 0; result == DW_DLV_OK;) {
		struct debug_entry entry;

		dwarf_dealloc_die(die);
		die = next;
		next = NULL;
		r = entry_read(info, die, &entry, err);
		if (r == 0)
			r = visit(context, &entry);
		if (r != 0)
			break;
		result = dwarf_siblingof_b(info->dwarf, die, 1, &next, error_slot(info));
	}
	dwarf_dealloc_die(die);
	return r == 0 && result == DW_DLV_ERROR ? damaged(info, result, "a list of entries", err) :
						  r;
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
	if (r == DW_DLV_OK)
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

	/* libdwarf's place in the list of units is part of its state: run to the end in any case,
	 * so that the next walk starts at the beginning. */
	while ((r = unit_next(info, &entry, err)) > 0) {
		if (result == 0)
			result = visit(context, &entry);
	}
	return result != 0 ? result : r;
}
