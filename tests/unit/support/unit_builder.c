/* SPDX-License-Identifier: MIT */
#include "unit_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum code {
	CODE_UNIT = 1,
	CODE_UNIT_BOUNDLESS,
	CODE_BASE,
	CODE_BASE_DESCRIBED,
	CODE_POINTER,
	CODE_TYPEDEF,
	CODE_KIND,
	CODE_STRUCT,
	CODE_MEMBER,
	CODE_MEMBER_EXPRESSION,
	CODE_ARRAY,
	CODE_RANGE_COUNT,
	CODE_RANGE_BOUND,
	CODE_FUNCTION,
	CODE_FUNCTION_ABSTRACT,
	CODE_INSTANCE,
	CODE_PARAMETER,
	CODE_PARAMETER_PLACED,
	CODE_PARAMETER_INSTANCE,
	CODE_DICTIONARY_TYPEDEF,
};

#define NAME 0x03, 0x08
#define TYPE 0x49, 0x10
#define SIZE 0x0b, 0x0b
#define LOW 0x11, 0x01
#define HIGH 0x12, 0x07
#define ORIGIN 0x31, 0x10
#define RESULT 0x4b, 0x0c
#define GO_KIND 0x80, 0x52, 0x0b
#define GO_KEY 0x81, 0x52, 0x10
#define GO_ELEMENT 0x82, 0x52, 0x10
#define GO_RUNTIME_TYPE 0x84, 0x52, 0x01
#define GO_EMBEDDED 0x83, 0x52, 0x0c
#define GO_DICTIONARY_INDEX 0x86, 0x52, 0x0f
#define END 0, 0

/* clang-format off: an abbreviation a line */
static const uint8_t abbreviations[] = {
	CODE_UNIT,
	0x11,
	1,
	NAME,
	LOW,
	HIGH,
	END,
	CODE_UNIT_BOUNDLESS,
	0x11,
	1,
	NAME,
	END,
	CODE_BASE,
	0x24,
	0,
	NAME,
	SIZE,
	GO_KIND,
	END,
	CODE_BASE_DESCRIBED,
	0x24,
	0,
	NAME,
	SIZE,
	GO_KIND,
	GO_RUNTIME_TYPE,
	END,
	CODE_POINTER,
	0x0f,
	0,
	NAME,
	TYPE,
	GO_KIND,
	END,
	CODE_TYPEDEF,
	0x16,
	0,
	NAME,
	TYPE,
	END,
	CODE_KIND,
	0x16,
	0,
	NAME,
	GO_KIND,
	TYPE,
	GO_KEY,
	GO_ELEMENT,
	END,
	CODE_STRUCT,
	0x13,
	1,
	NAME,
	SIZE,
	GO_KIND,
	GO_ELEMENT,
	END,
	CODE_MEMBER,
	0x0d,
	0,
	NAME,
	0x38,
	0x0f,
	TYPE,
	GO_EMBEDDED,
	END,
	CODE_MEMBER_EXPRESSION,
	0x0d,
	0,
	NAME,
	0x38,
	0x18,
	TYPE,
	END,
	CODE_ARRAY,
	0x01,
	1,
	NAME,
	SIZE,
	GO_KIND,
	TYPE,
	END,
	CODE_RANGE_COUNT,
	0x21,
	0,
	0x37,
	0x0b,
	END,
	CODE_RANGE_BOUND,
	0x21,
	0,
	0x2f,
	0x0b,
	END,
	CODE_FUNCTION,
	0x2e,
	1,
	NAME,
	LOW,
	HIGH,
	END,
	CODE_FUNCTION_ABSTRACT,
	0x2e,
	1,
	NAME,
	END,
	CODE_INSTANCE,
	0x2e,
	1,
	ORIGIN,
	LOW,
	HIGH,
	END,
	CODE_PARAMETER,
	0x05,
	0,
	NAME,
	RESULT,
	TYPE,
	END,
	CODE_PARAMETER_PLACED,
	0x05,
	0,
	NAME,
	RESULT,
	TYPE,
	0x02,
	0x18,
	END,
	CODE_PARAMETER_INSTANCE,
	0x05,
	0,
	ORIGIN,
	END,
	CODE_DICTIONARY_TYPEDEF,
	0x16,
	0,
	NAME,
	TYPE,
	GO_DICTIONARY_INDEX,
	END,
	0,
};
/* clang-format on */

static void put(struct unit_builder *dwarf, const void *data, size_t size)
{
	if (dwarf->size + size > sizeof(dwarf->info))
		abort();
	memcpy(dwarf->info + dwarf->size, data, size);
	dwarf->size += size;
}

static void put8(struct unit_builder *dwarf, uint8_t byte)
{
	put(dwarf, &byte, 1);
}

static void put_name(struct unit_builder *dwarf, const char *name)
{
	put(dwarf, name, strlen(name) + 1);
}

static void put_reference(struct unit_builder *dwarf, uint8_t label)
{
	static const uint8_t zeros[4];

	if (dwarf->reference_count == 256)
		abort();
	dwarf->references[dwarf->reference_count].at = (uint32_t)dwarf->size;
	dwarf->references[dwarf->reference_count++].label = label;
	put(dwarf, zeros, 4);
}

static void entry(struct unit_builder *dwarf, uint8_t label, enum code code)
{
	if (label)
		dwarf->labels[label] = (uint32_t)dwarf->size;
	put8(dwarf, (uint8_t)code);
}

static void put_range(struct unit_builder *dwarf, uint64_t low, uint64_t length)
{
	put(dwarf, &low, 8);
	put(dwarf, &length, 8);
}

void unit_init(struct unit_builder *dwarf, uint64_t low, uint64_t high)
{
	static const uint8_t header[] = { 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 8 };

	memset(dwarf, 0, sizeof(*dwarf));
	put(dwarf, header, sizeof(header));
	entry(dwarf, NO_LABEL, low == high ? CODE_UNIT_BOUNDLESS : CODE_UNIT);
	put_name(dwarf, "runtime");
	if (low != high)
		put_range(dwarf, low, high - low);
}

void unit_end(struct unit_builder *dwarf)
{
	put8(dwarf, 0);
}

void unit_base(struct unit_builder *dwarf, uint8_t label, const char *name, uint8_t size,
	       uint8_t kind)
{
	entry(dwarf, label, CODE_BASE);
	put_name(dwarf, name);
	put8(dwarf, size);
	put8(dwarf, kind);
}

void unit_base_described(struct unit_builder *dwarf, const char *name, uint8_t size, uint8_t kind,
			 uint64_t runtime_type)
{
	entry(dwarf, NO_LABEL, CODE_BASE_DESCRIBED);
	put_name(dwarf, name);
	put8(dwarf, size);
	put8(dwarf, kind);
	put(dwarf, &runtime_type, 8);
}

void unit_pointer(struct unit_builder *dwarf, uint8_t label, const char *name, uint8_t to)
{
	entry(dwarf, label, CODE_POINTER);
	put_name(dwarf, name);
	put_reference(dwarf, to);
	put8(dwarf, 22);
}

void unit_typedef(struct unit_builder *dwarf, uint8_t label, const char *name, uint8_t to)
{
	entry(dwarf, label, CODE_TYPEDEF);
	put_name(dwarf, name);
	put_reference(dwarf, to);
}

void unit_dictionary_typedef(struct unit_builder *dwarf, uint8_t label, const char *name,
			     uint8_t to, uint8_t index)
{
	entry(dwarf, label, CODE_DICTIONARY_TYPEDEF);
	put_name(dwarf, name);
	put_reference(dwarf, to);
	put8(dwarf, index);
}

void unit_kind(struct unit_builder *dwarf, uint8_t label, const char *name, uint8_t kind,
	       uint8_t to, uint8_t key, uint8_t element)
{
	entry(dwarf, label, CODE_KIND);
	put_name(dwarf, name);
	put8(dwarf, kind);
	put_reference(dwarf, to);
	put_reference(dwarf, key);
	put_reference(dwarf, element);
}

void unit_struct(struct unit_builder *dwarf, uint8_t label, const char *name, uint8_t size,
		 uint8_t kind, uint8_t element)
{
	entry(dwarf, label, CODE_STRUCT);
	put_name(dwarf, name);
	put8(dwarf, size);
	put8(dwarf, kind);
	put_reference(dwarf, element);
}

void unit_member(struct unit_builder *dwarf, const char *name, uint8_t offset, uint8_t type,
		 bool embedded)
{
	entry(dwarf, NO_LABEL, CODE_MEMBER);
	put_name(dwarf, name);
	put8(dwarf, offset);
	put_reference(dwarf, type);
	put8(dwarf, embedded);
}

void unit_member_expression(struct unit_builder *dwarf, const char *name, uint8_t offset,
			    uint8_t type)
{
	entry(dwarf, NO_LABEL, CODE_MEMBER_EXPRESSION);
	put_name(dwarf, name);
	put8(dwarf, 2);
	put8(dwarf, 0x23); /* DW_OP_plus_uconst */
	put8(dwarf, offset);
	put_reference(dwarf, type);
}

void unit_array(struct unit_builder *dwarf, uint8_t label, const char *name, uint8_t size,
		uint8_t of, uint8_t count, bool bound)
{
	entry(dwarf, label, CODE_ARRAY);
	put_name(dwarf, name);
	put8(dwarf, size);
	put8(dwarf, 17);
	put_reference(dwarf, of);
	entry(dwarf, NO_LABEL, bound ? CODE_RANGE_BOUND : CODE_RANGE_COUNT);
	put8(dwarf, (uint8_t)(bound ? count - 1 : count));
	unit_end(dwarf);
}

void unit_function(struct unit_builder *dwarf, uint8_t label, const char *name, uint64_t low)
{
	entry(dwarf, label, low ? CODE_FUNCTION : CODE_FUNCTION_ABSTRACT);
	put_name(dwarf, name);
	if (low)
		put_range(dwarf, low, 16);
}

void unit_instance(struct unit_builder *dwarf, uint8_t origin, uint64_t low)
{
	entry(dwarf, NO_LABEL, CODE_INSTANCE);
	put_reference(dwarf, origin);
	put_range(dwarf, low, 16);
}

void unit_parameter(struct unit_builder *dwarf, uint8_t label, const char *name, uint8_t type,
		    bool is_result, int reg)
{
	entry(dwarf, label, reg < 0 ? CODE_PARAMETER : CODE_PARAMETER_PLACED);
	put_name(dwarf, name);
	put8(dwarf, is_result);
	put_reference(dwarf, type);
	if (reg >= 0) {
		put8(dwarf, 1);
		put8(dwarf, (uint8_t)(0x50 + reg)); /* DW_OP_regN */
	}
}

void unit_parameter_instance(struct unit_builder *dwarf, uint8_t origin)
{
	entry(dwarf, NO_LABEL, CODE_PARAMETER_INSTANCE);
	put_reference(dwarf, origin);
}

void unit_finish(struct unit_builder *dwarf, struct elf_builder *elf)
{
	uint32_t length;

	unit_end(dwarf);
	for (size_t i = 0; i < dwarf->reference_count; i++)
		memcpy(dwarf->info + dwarf->references[i].at,
		       &dwarf->labels[dwarf->references[i].label], 4);
	length = (uint32_t)(dwarf->size - 4);
	memcpy(dwarf->info, &length, 4);
	elf_section(elf, ".debug_info", SHT_PROGBITS, 0, elf_append(elf, dwarf->info, dwarf->size),
		    dwarf->size);
	elf_section(elf, ".debug_abbrev", SHT_PROGBITS, 0,
		    elf_append(elf, abbreviations, sizeof(abbreviations)), sizeof(abbreviations));
}
