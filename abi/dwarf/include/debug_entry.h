/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DEBUG_ENTRY_H
#define GOHTTPSNOOP_ABI_DEBUG_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

/* The tags in use; numbers of the DWARF standard, section 7.5. */
enum debug_tag {
	DEBUG_TAG_ARRAY = 0x01,
	DEBUG_TAG_PARAMETER = 0x05,
	DEBUG_TAG_MEMBER = 0x0d,
	DEBUG_TAG_POINTER = 0x0f,
	DEBUG_TAG_UNIT = 0x11,
	DEBUG_TAG_STRUCT = 0x13,
	DEBUG_TAG_FUNCTION_TYPE = 0x15,
	DEBUG_TAG_TYPEDEF = 0x16,
	DEBUG_TAG_RANGE = 0x21,
	DEBUG_TAG_BASE = 0x24,
	DEBUG_TAG_FUNCTION = 0x2e,
};

/* References are offsets of other entries; 0, which is never an entry, if absent. */
struct debug_entry {
	uint64_t offset;
	uint16_t tag;
	const char *name; /* NULL when absent */
	uint64_t type, origin;
	uint64_t go_key, go_element;
	uint8_t go_kind; /* a reflect.Kind, 0 when absent */
	/* Offset of the type descriptor from moduledata.types; 0 if there is none. The attribute has the form
	 * of an address, but the linker writes this offset. */
	uint64_t runtime_type;
	uint64_t dictionary_word; /* of a type that depends on type arguments: see struct parameter; 0: absent */
	bool has_low, has_size, has_count;
	uint64_t low;	 /* first address */
	uint64_t size;	 /* in bytes */
	uint64_t count;	 /* elements of a range */
	uint64_t member; /* offset of a member in its struct */
	bool is_result;	 /* the parameter is a result */
	bool embedded;
};

struct debug_object;
struct Dwarf_Die_s;

/*
 * Reads libdwarf's entry, and counts its attributes. Returns libdwarf's result, DW_DLV_OK or DW_DLV_ERROR. Strings live as
 * long as the object. Only for debug_info.c.
 */
int debug_entry_read(struct debug_object *object, struct Dwarf_Die_s *die,
		     struct debug_entry *ret_entry, uint64_t *ret_attributes);

#endif
