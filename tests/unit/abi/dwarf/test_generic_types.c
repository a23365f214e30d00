/* SPDX-License-Identifier: MIT */
/* Types in code that the instances of generic functions share. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "debug_signature.h"
#include "debug_types.h"
#include "unit_builder.h"

#define LOW 0x401000u

enum label {
	BYTE = 1,
	STRING,
	BYTE_POINTER,
	BYTE_POINTER_POINTER,
	NODE,
	NODE_TYPEDEF,
	NODE_POINTER,
	SHAPE,
	NUMBERED,
	ENTRY,
	OTHER_POINTER,
	OTHER_SHAPE,
	POINTERS,
	POINTERS_SHAPE,
	POINTER_SHAPE,
	LIST,
	LIST_TYPEDEF,
	WHOLE,
	WHOLE_SHAPE,
	MAP,
	MAP_SHAPE,
	ARRAY,
	CACHE,
	CACHE_TYPEDEF,
	CACHE_POINTER,
	NUMBER,
};

static void types_write(struct unit_builder *dwarf)
{
	unit_base(dwarf, BYTE, "uint8", 1, 8);
	unit_struct(dwarf, STRING, "string", 16, 24, NO_LABEL);
	unit_end(dwarf);
	unit_pointer(dwarf, BYTE_POINTER, "*uint8", BYTE);
	unit_pointer(dwarf, BYTE_POINTER_POINTER, "**uint8", BYTE_POINTER);
	unit_struct(dwarf, NODE, "main.Node", 8, 25, NO_LABEL);
	unit_member(dwarf, "first", 0, BYTE_POINTER, false);
	unit_end(dwarf);
	unit_typedef(dwarf, NODE_TYPEDEF, "main.Node", NODE);
	unit_pointer(dwarf, NODE_POINTER, "*main.Node", NODE_TYPEDEF);
	/* As Go has it since 1.20. */
	unit_typedef(dwarf, SHAPE, "go.shape.*uint8", BYTE_POINTER);
	unit_dictionary_typedef(dwarf, ENTRY, ".param0", SHAPE, 3);
	unit_typedef(dwarf, OTHER_SHAPE, "go.shape.*main.Node", NODE_POINTER);
	unit_struct(dwarf, CACHE, "main.Cache[go.shape.*uint8]", 32, 25, NO_LABEL);
	unit_member(dwarf, "last", 0, SHAPE, false);
	unit_member(dwarf, "name", 8, STRING, false);
	unit_member(dwarf, "raw", 24, BYTE_POINTER, false);
	unit_end(dwarf);
	unit_typedef(dwarf, CACHE_TYPEDEF, "main.Cache[go.shape.*uint8]", CACHE);
	unit_pointer(dwarf, CACHE_POINTER, "*main.Cache[go.shape.*uint8]", CACHE_TYPEDEF);
	/* As Go 1.18 and 1.19 have it. */
	unit_typedef(dwarf, NUMBERED, "go.shape.*uint8_0", BYTE_POINTER);
	unit_struct(dwarf, POINTERS, "[]*uint8", 24, 23, BYTE_POINTER);
	unit_end(dwarf);
	unit_typedef(dwarf, POINTERS_SHAPE, "go.shape.[]*uint8_0", POINTERS);
	unit_typedef(dwarf, POINTER_SHAPE, "go.shape.**uint8_1", BYTE_POINTER_POINTER);
	unit_struct(dwarf, LIST, "main.List[*uint8]", 8, 25, NO_LABEL);
	unit_member(dwarf, "value", 0, BYTE_POINTER, false);
	unit_end(dwarf);
	unit_typedef(dwarf, LIST_TYPEDEF, "main.List[*uint8]", LIST);
	unit_array(dwarf, ARRAY, "[2]*uint8", 16, BYTE_POINTER, 2, false);
	unit_kind(dwarf, MAP, "map[*uint8]*uint8", 21, NODE_POINTER, BYTE_POINTER, BYTE_POINTER);
	unit_typedef(dwarf, MAP_SHAPE, "go.shape.map[*uint8]*uint8_0", MAP);
	unit_struct(dwarf, WHOLE, "struct { L main.List[*uint8] }", 32, 25, NO_LABEL);
	unit_member(dwarf, "list", 0, LIST_TYPEDEF, false);
	unit_member(dwarf, "node", 8, NODE_TYPEDEF, false);
	unit_member(dwarf, "pair", 16, ARRAY, false);
	unit_end(dwarf);
	unit_typedef(dwarf, WHOLE_SHAPE, "go.shape.struct { L main.List[*uint8] }_0", WHOLE);
	unit_typedef(dwarf, NUMBER, "go.shape.uint8", BYTE);
}

static const uint8_t parameters[] = {
	ENTRY,	     NUMBERED,	OTHER_SHAPE,  CACHE_POINTER, POINTERS_SHAPE, POINTER_SHAPE,
	WHOLE_SHAPE, MAP_SHAPE, BYTE_POINTER, POINTERS,	     NUMBER,	     LIST_TYPEDEF,
};

static struct elf_builder elf;
static struct image *image;
static struct debug_types *types;
static const struct signature *signature;

static int open_types(void **state)
{
	static struct unit_builder dwarf;

	unit_init(&dwarf, LOW, LOW + 0x1000);
	types_write(&dwarf);
	unit_function(&dwarf, NO_LABEL, "main.F[go.shape.*uint8]", LOW);
	for (size_t i = 0; i < sizeof(parameters); i++)
		unit_parameter(&dwarf, NO_LABEL, "p", parameters[i], false, -1);
	unit_end(&dwarf);
	elf_init(&elf);
	elf_segment(&elf, PT_LOAD, PF_R | PF_X, 0x400000, 0, 64, 64);
	unit_finish(&dwarf, &elf);
	elf_finish(&elf, ET_EXEC, EM_X86_64);
	assert_int_equal(image_open(elf_save(&elf), &image, NULL), 0);
	assert_int_equal(debug_types_open(image, &types, NULL), 0);
	assert_int_equal(debug_signature_read(types, LOW, &signature, NULL), 0);
	/* The dictionary is the first parameter. */
	assert_int_equal(signature->parameter_count, sizeof(parameters) + 1);
	return 0;
}

static int close_types(void **state)
{
	debug_types_close(types);
	image_close(image);
	elf_release(&elf);
	return 0;
}

static const struct type *complete(const struct type *type)
{
	assert_int_equal(debug_types_complete(types, type, NULL), 0);
	return type;
}

static const struct type *type_of(enum label label)
{
	for (size_t i = 0; i < sizeof(parameters); i++)
		if (parameters[i] == label)
			return complete(signature->parameters[i + 1].type);
	fail();
	return NULL;
}

/* It is unknown what such a pointer points to; in particular, it is not a byte. */
static void assert_any_pointer(const struct type *type)
{
	assert_int_equal(type->kind, TYPE_POINTER);
	assert_true(type->is_any_pointer);
	assert_null(complete(type)->element);
}

static void assert_byte_pointer(const struct type *type)
{
	assert_int_equal(type->kind, TYPE_POINTER);
	assert_false(type->is_any_pointer);
	assert_string_equal(complete(type)->element->name, "uint8");
}

static void shapes_of_pointers_lead_nowhere(void **state)
{
	assert_any_pointer(type_of(ENTRY));
	assert_any_pointer(type_of(NUMBERED));
	assert_string_equal(type_of(ENTRY)->name, "go.shape.*uint8");
	assert_byte_pointer(type_of(BYTE_POINTER));
	/* The constraint of a type parameter may determine the element. */
	assert_false(type_of(OTHER_SHAPE)->is_any_pointer);
	assert_string_equal(type_of(OTHER_SHAPE)->element->name, "main.Node");
	assert_int_equal(type_of(NUMBER)->kind, TYPE_UINT);
}

static void fields_of_generic_types_have_shapes(void **state)
{
	const struct type *cache = complete(type_of(CACHE_POINTER)->element);

	assert_string_equal(type_of(CACHE_POINTER)->name, "*main.Cache[go.shape.*uint8]");
	assert_int_equal(cache->field_count, 3);
	assert_any_pointer(cache->fields[0].type);
	assert_int_equal(cache->fields[1].type->kind, TYPE_STRING);
	assert_byte_pointer(cache->fields[2].type);
}

/* Within a shape, DWARF describes such a pointer only as *uint8. */
static void parts_of_shapes_lead_nowhere(void **state)
{
	const struct type *whole = type_of(WHOLE_SHAPE), *map = type_of(MAP_SHAPE);

	assert_any_pointer(type_of(POINTERS_SHAPE)->element);
	assert_false(type_of(POINTER_SHAPE)->is_any_pointer);
	assert_any_pointer(type_of(POINTER_SHAPE)->element);
	assert_any_pointer(map->key);
	assert_any_pointer(map->element);
	assert_any_pointer(complete(whole->fields[0].type)->fields[0].type);
	assert_any_pointer(complete(whole->fields[2].type)->element);
	/* A named type without type arguments is the same in all instances. */
	assert_byte_pointer(complete(whole->fields[1].type)->fields[0].type);
}

/* The same descriptions outside of shapes. */
static void other_types_are_as_described(void **state)
{
	assert_byte_pointer(type_of(POINTERS)->element);
	assert_byte_pointer(type_of(LIST_TYPEDEF)->fields[0].type);
}

/* The number of the dictionary's word, from 1 on, with the parameter's actual type. */
static void types_have_words_in_the_dictionary(void **state)
{
	assert_string_equal(signature->shared, "main.F[go.shape.*uint8]");
	assert_string_equal(signature->parameters[0].name, ".dict");
	assert_int_equal(signature->parameters[0].dictionary_word, 0);
	assert_int_equal(signature->parameters[1].dictionary_word, 4);
	for (size_t i = 2; i < signature->parameter_count; i++)
		assert_int_equal(signature->parameters[i].dictionary_word, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shapes_of_pointers_lead_nowhere),
		cmocka_unit_test(fields_of_generic_types_have_shapes),
		cmocka_unit_test(parts_of_shapes_lead_nowhere),
		cmocka_unit_test(other_types_are_as_described),
		cmocka_unit_test(types_have_words_in_the_dictionary),
	};

	return cmocka_run_group_tests(tests, open_types, close_types);
}
