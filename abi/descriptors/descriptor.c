/* SPDX-License-Identifier: MIT */
#include "descriptor.h"

/*
 * Offsets in a descriptor:
 *
 *	all		0 size  16 hash (u32)  20 flags (u8)  23 kind (u8)  40 string (i32)  44 pointer type (i32)
 *	array		48 element  64 length
 *	chan		48 element  56 direction
 *	func		48 parameters (u16)  50 results (u16, top bit: variadic)  after the uncommon part: types
 *	interface	48 package  56 methods, a slice of {name (i32), type (i32)}
 *	map		48 key  56 element  64 bucket or group
 *	pointer, slice	48 element
 *	struct		48 package  56 fields, a slice of {name, type, offset}
 *	uncommon	0 package (i32)  4 number of methods (u16)  8 offset of the methods from here (u32)
 *	method		0 name  4 type  8 code for calls through interfaces  12 code for other calls (all i32)
 *
 * The uncommon part follows the part that depends on the kind.
 */
enum {
	HEAD_SIZE = 48,
	AT_SIZE = 0,
	AT_HASH = 16,
	AT_FLAGS = 20,
	AT_KIND = 23,
	AT_STRING = 40,
	AT_POINTER_TO = 44,
	AT_FIRST = 48,
	AT_SECOND = 56,
	AT_THIRD = 64,
	AT_RESULTS = 50,
	FIELD_SIZE = 24,
	INTERFACE_METHOD_SIZE = 8,
	METHOD_SIZE = 16,
	METHOD_AT_CODE = 12,
	UNCOMMON_SIZE = 16,
	UNCOMMON_AT_METHODS = 4,
	UNCOMMON_AT_LIST = 8,
};

enum { FLAG_UNCOMMON = 1, FLAG_EXTRA_STAR = 2, FLAG_NAMED = 4, FLAG_DIRECT = 0x20 };
enum { KIND_MASK = 0x1f, KIND_DIRECT = 0x20, KIND_LAST = DESCRIPTOR_UNSAFE_POINTER };
enum { NAME_EMBEDDED = 8, MAX_NAME = 4096 };
enum { MAX_LIST = 65536 }; /* fields, methods or parameters of one type */

/* Reads a name: flags, length and bytes. Empty names are legal, for example an empty package path. */
static bool name_read(const struct descriptor_table *table, uint64_t offset, uint8_t *ret_flags,
		      struct bytes *ret_name)
{
	uint64_t at = offset + 1, length = 0;
	uint8_t high = 0, low = 0;

	if (!bytes_u8(table->bytes, offset, ret_flags))
		return false;
	if (table->form.short_lengths) {
		if (!bytes_u8(table->bytes, at, &high) || !bytes_u8(table->bytes, at + 1, &low))
			return false;
		length = (uint64_t)high << 8 | low;
		at += 2;
	} else if (!bytes_uvarint(table->bytes, &at, &length)) {
		return false;
	}
	*ret_name = bytes_slice(table->bytes, at, length);
	return length <= MAX_NAME && ret_name->size == length;
}

static bool name_at(const struct descriptor_table *table, uint64_t at, struct bytes *ret_name)
{
	uint32_t offset = 0;
	uint8_t flags;

	return bytes_u32(table->bytes, at, &offset) && name_read(table, offset, &flags, ret_name);
}

/* Reads a pointer to a descriptor or a name as an offset. Returns false if it points outside of the table. */
static bool reference_read(const struct descriptor_table *table, uint64_t at, uint64_t *ret_offset)
{
	uint64_t address = 0;

	if (!bytes_u64(table->bytes, at, &address) || address < table->address ||
	    address - table->address >= table->bytes.size)
		return false;
	*ret_offset = address - table->address;
	return true;
}

/* Returns the size of a descriptor of this kind without its uncommon part. */
static uint64_t kind_size(const struct descriptor_table *table, uint8_t kind)
{
	switch (kind) {
	case DESCRIPTOR_ARRAY:
		return 72;
	case DESCRIPTOR_CHAN:
		return 64;
	case DESCRIPTOR_INTERFACE:
	case DESCRIPTOR_STRUCT:
		return 80;
	case DESCRIPTOR_MAP:
		return table->form.map_size;
	case DESCRIPTOR_FUNC:
	case DESCRIPTOR_POINTER:
	case DESCRIPTOR_SLICE:
		return 56;
	default:
		return HEAD_SIZE;
	}
}

bool descriptor_shows_lengths(const struct descriptor_table *table, uint64_t offset,
			      bool *ret_short_lengths)
{
	uint32_t string = 0;
	uint8_t high = 0, flags = 0;

	/*
	 * The first byte of a length is 0 only in the two-byte form: no string of a type is empty, and the
	 * strings of the few types that are examined first are shorter than 256 bytes.
	 */
	if (!bytes_u32(table->bytes, offset + AT_STRING, &string) ||
	    !bytes_u8(table->bytes, string, &flags) ||
	    !bytes_u8(table->bytes, (uint64_t)string + 1, &high))
		return false;
	*ret_short_lengths = high == 0;
	return true;
}

bool descriptor_read(const struct descriptor_table *table, uint64_t offset,
		     struct descriptor *ret_descriptor)
{
	struct descriptor found = { .offset = offset };
	uint8_t flags = 0, kind = 0;

	if (offset % 8 || !bytes_u64(table->bytes, offset + AT_SIZE, &found.size) ||
	    !bytes_u32(table->bytes, offset + AT_HASH, &found.hash) ||
	    !bytes_u8(table->bytes, offset + AT_FLAGS, &flags) ||
	    !bytes_u8(table->bytes, offset + AT_KIND, &kind) ||
	    !bytes_u32(table->bytes, offset + AT_POINTER_TO, &found.pointer_to) ||
	    !name_at(table, offset + AT_STRING, &found.string))
		return false;
	found.kind = kind & KIND_MASK;
	found.is_named = flags & FLAG_NAMED;
	found.is_direct = (kind & KIND_DIRECT) || (flags & FLAG_DIRECT);
	if (found.kind == 0 || found.kind > KIND_LAST)
		return false;
	if ((flags & FLAG_EXTRA_STAR) && found.string.size && found.string.data[0] == '*')
		found.string = bytes_slice(found.string, 1, found.string.size - 1);
	if (found.string.size == 0)
		return false;
	if (flags & FLAG_UNCOMMON)
		found.uncommon = offset + kind_size(table, found.kind);
	*ret_descriptor = found;
	return true;
}

struct bytes descriptor_package(const struct descriptor_table *table,
				const struct descriptor *descriptor)
{
	struct bytes package;

	if (!descriptor->is_named || !descriptor->uncommon ||
	    !name_at(table, descriptor->uncommon, &package))
		return (struct bytes){ 0 };
	return package;
}

static bool list_held(const struct descriptor_table *table, uint64_t offset, uint64_t count,
		      uint64_t size)
{
	return count <= MAX_LIST && offset <= table->bytes.size &&
	       count * size <= table->bytes.size - offset;
}

/* Reads a slice: pointer and length. The pointer of an empty slice is ignored, because it may be invalid. */
static bool slice_read(const struct descriptor_table *table, uint64_t at, uint64_t size,
		       struct descriptor_parts *parts)
{
	if (!bytes_u64(table->bytes, at + 8, &parts->count))
		return false;
	return parts->count == 0 || (reference_read(table, at, &parts->list) &&
				     list_held(table, parts->list, parts->count, size));
}

static bool function_read(const struct descriptor_table *table, const struct descriptor *descriptor,
			  struct descriptor_parts *parts)
{
	uint16_t parameters = 0, results = 0;

	if (!bytes_u16(table->bytes, descriptor->offset + AT_FIRST, &parameters) ||
	    !bytes_u16(table->bytes, descriptor->offset + AT_RESULTS, &results))
		return false;
	parts->is_variadic = results & 0x8000;
	parts->result_count = results & 0x7fff;
	parts->count = (uint64_t)parameters + parts->result_count;
	parts->list = descriptor->uncommon ? descriptor->uncommon + UNCOMMON_SIZE :
					     descriptor->offset + kind_size(table, DESCRIPTOR_FUNC);
	return list_held(table, parts->list, parts->count, 8);
}

static bool part_read(const struct descriptor_table *table, uint64_t at, int64_t *ret_part)
{
	uint64_t offset;

	if (!reference_read(table, at, &offset))
		return false;
	*ret_part = (int64_t)offset;
	return true;
}

bool descriptor_parts_read(const struct descriptor_table *table,
			   const struct descriptor *descriptor, struct descriptor_parts *ret_parts)
{
	uint64_t at = descriptor->offset;

	*ret_parts =
		(struct descriptor_parts){ .element = DESCRIPTOR_NONE, .key = DESCRIPTOR_NONE };
	switch (descriptor->kind) {
	case DESCRIPTOR_POINTER:
	case DESCRIPTOR_SLICE:
		return part_read(table, at + AT_FIRST, &ret_parts->element);
	case DESCRIPTOR_ARRAY:
		return part_read(table, at + AT_FIRST, &ret_parts->element) &&
		       bytes_u64(table->bytes, at + AT_THIRD, &ret_parts->length);
	case DESCRIPTOR_CHAN:
		return part_read(table, at + AT_FIRST, &ret_parts->element) &&
		       bytes_u64(table->bytes, at + AT_SECOND, &ret_parts->length);
	case DESCRIPTOR_MAP:
		return part_read(table, at + AT_FIRST, &ret_parts->key) &&
		       part_read(table, at + AT_SECOND, &ret_parts->element);
	case DESCRIPTOR_STRUCT:
		return slice_read(table, at + AT_SECOND, FIELD_SIZE, ret_parts);
	case DESCRIPTOR_INTERFACE:
		return slice_read(table, at + AT_SECOND, INTERFACE_METHOD_SIZE, ret_parts);
	case DESCRIPTOR_FUNC:
		return function_read(table, descriptor, ret_parts);
	default:
		return true;
	}
}

bool descriptor_map_group(const struct descriptor_table *table, const struct descriptor *descriptor,
			  uint64_t *ret_type)
{
	return descriptor->kind == DESCRIPTOR_MAP &&
	       reference_read(table, descriptor->offset + AT_THIRD, ret_type);
}

bool descriptor_field_read(const struct descriptor_table *table,
			   const struct descriptor_parts *parts, uint64_t index,
			   struct descriptor_field *ret_field)
{
	uint64_t at = parts->list + index * FIELD_SIZE, name = 0;
	struct descriptor_field field;
	uint8_t flags = 0;

	if (index >= parts->count || !reference_read(table, at, &name) ||
	    !name_read(table, name, &flags, &field.name) ||
	    !reference_read(table, at + 8, &field.type) ||
	    !bytes_u64(table->bytes, at + 16, &field.offset))
		return false;
	field.is_embedded = flags & NAME_EMBEDDED;
	if (table->form.embedded_in_offset) {
		field.is_embedded = field.offset & 1;
		field.offset >>= 1;
	}
	*ret_field = field;
	return true;
}

bool descriptor_parameter_read(const struct descriptor_table *table,
			       const struct descriptor_parts *parts, uint64_t index,
			       uint64_t *ret_type)
{
	return index < parts->count && reference_read(table, parts->list + index * 8, ret_type);
}

/* Reads the offset of a type, an i32. Returns false if it is 0 or -1: then the linker dropped the type. */
static bool type_offset_read(const struct descriptor_table *table, uint64_t at, uint64_t *ret_type)
{
	uint32_t offset = 0;

	if (!bytes_u32(table->bytes, at, &offset) || offset == 0 || offset >= table->bytes.size)
		return false;
	*ret_type = offset;
	return true;
}

bool descriptor_interface_method_read(const struct descriptor_table *table,
				      const struct descriptor_parts *parts, uint64_t index,
				      struct bytes *ret_name, uint64_t *ret_type)
{
	uint64_t at = parts->list + index * INTERFACE_METHOD_SIZE;

	return index < parts->count && name_at(table, at, ret_name) &&
	       type_offset_read(table, at + 4, ret_type);
}

uint16_t descriptor_method_count(const struct descriptor_table *table,
				 const struct descriptor *descriptor)
{
	uint16_t count = 0;

	if (descriptor->uncommon)
		bytes_u16(table->bytes, descriptor->uncommon + UNCOMMON_AT_METHODS, &count);
	return count;
}

/*
 * Finds method `index`: its name, its function type, the code for calls through interfaces, and the code for
 * other calls.
 */
static bool method_at(const struct descriptor_table *table, const struct descriptor *descriptor,
		      uint16_t index, uint64_t *ret_at)
{
	uint32_t list = 0;

	if (index >= descriptor_method_count(table, descriptor) ||
	    !bytes_u32(table->bytes, descriptor->uncommon + UNCOMMON_AT_LIST, &list))
		return false;
	*ret_at = descriptor->uncommon + list + (uint64_t)index * METHOD_SIZE;
	return true;
}

bool descriptor_method_read(const struct descriptor_table *table,
			    const struct descriptor *descriptor, uint16_t index,
			    struct bytes *ret_name, uint64_t *ret_type)
{
	uint64_t at = 0;

	return method_at(table, descriptor, index, &at) && name_at(table, at, ret_name) &&
	       type_offset_read(table, at + 4, ret_type);
}

bool descriptor_method_code(const struct descriptor_table *table,
			    const struct descriptor *descriptor, uint16_t index,
			    uint64_t *ret_offset)
{
	uint32_t offset = 0;
	uint64_t at = 0;

	if (!method_at(table, descriptor, index, &at) ||
	    !bytes_u32(table->bytes, at + METHOD_AT_CODE, &offset) || offset == UINT32_MAX)
		return false;
	*ret_offset = offset;
	return true;
}

bool descriptor_next(const struct descriptor_table *table, uint64_t offset, uint64_t *ret_offset)
{
	struct descriptor_parts parts;
	struct descriptor found;
	uint64_t size;

	if (!descriptor_read(table, offset, &found) ||
	    !descriptor_parts_read(table, &found, &parts))
		return false;
	size = kind_size(table, found.kind) + (found.uncommon ? UNCOMMON_SIZE : 0);
	if (found.kind == DESCRIPTOR_STRUCT)
		size += parts.count * FIELD_SIZE;
	else if (found.kind == DESCRIPTOR_INTERFACE)
		size += parts.count * INTERFACE_METHOD_SIZE;
	else if (found.kind == DESCRIPTOR_FUNC)
		size += parts.count * 8;
	size += (uint64_t)descriptor_method_count(table, &found) * METHOD_SIZE;
	*ret_offset = offset + (size + 7) / 8 * 8;
	return true;
}
