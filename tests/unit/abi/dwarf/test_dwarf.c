/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "debug_signature.h"
#include "debug_types.h"
#include "unit_builder.h"

/* An image with DWARF, opened. */
struct fixture {
	struct elf_builder elf;
	struct unit_builder dwarf;
	struct image *image;
	struct debug_types *types;
};

enum label {
	INT = 1,
	STRING,
	NODE,
	NODE_POINTER,
	ALIAS,
	LOOP,
	LOOP2,
	INTS,
	MAP,
	CHAIN,
	IFACE,
	ANY,
	ABSTRACT,
	ABSTRACT_A,
	ABSTRACT_R,
	ORPHAN,
	FEW,
	NONE,
	BARE
};

#define LOW 0x401000u

static void types_write(struct unit_builder *dwarf)
{
	unit_base(dwarf, INT, "int", 8, 2);
	unit_struct(dwarf, STRING, "string", 16, 24, NO_LABEL);
	unit_end(dwarf);
	unit_pointer(dwarf, NODE_POINTER, "*main.Node", ALIAS);
	/* Members out of order, and a cycle through the pointer and the typedef. */
	unit_typedef(dwarf, ALIAS, "main.Node", NODE);
	unit_struct(dwarf, NODE, "main.Node", 48, 25, NO_LABEL);
	unit_member_expression(dwarf, "next", 24, NODE_POINTER);
	unit_member(dwarf, "name", 0, STRING, false);
	unit_member(dwarf, "int", 16, INT, true);
	unit_end(dwarf);
	unit_typedef(dwarf, LOOP, "main.Loop", LOOP2);
	unit_typedef(dwarf, LOOP2, "main.Loop2", LOOP);
	unit_struct(dwarf, INTS, "[]int", 24, 23, INT);
	unit_end(dwarf);
	unit_kind(dwarf, MAP, "map[string][]int", 21, NODE_POINTER, STRING, INTS);
	unit_kind(dwarf, CHAIN, "chan int", 18, NODE_POINTER, NO_LABEL, INT);
	unit_struct(dwarf, IFACE, "runtime.iface", 16, 25, NO_LABEL);
	unit_member(dwarf, "tab", 0, NODE_POINTER, false);
	unit_member(dwarf, "data", 8, BARE, false);
	unit_end(dwarf);
	unit_kind(dwarf, ANY, "io.Reader", 20, IFACE, NO_LABEL, NO_LABEL);
	unit_array(dwarf, FEW, "[3]int", 24, INT, 3, true);
	unit_array(dwarf, NONE, "[0]int", 0, INT, 0, false);
	unit_pointer(dwarf, BARE, "unsafe.Pointer", NO_LABEL);
}

static void functions_write(struct unit_builder *dwarf)
{
	unit_function(dwarf, NO_LABEL, "main.(*Node).Get", LOW);
	unit_parameter(dwarf, NO_LABEL, "n", NODE_POINTER, false, 0);
	unit_parameter(dwarf, NO_LABEL, "key", STRING, false, -1);
	unit_parameter(dwarf, NO_LABEL, "~r0", INT, true, -1);
	unit_parameter(dwarf, NO_LABEL, "depth", INT, false, 2);
	unit_end(dwarf);
	unit_function(dwarf, ABSTRACT, "main.small", 0);
	unit_parameter(dwarf, ABSTRACT_A, "a", INTS, false, -1);
	unit_parameter(dwarf, ABSTRACT_R, "r", INT, true, -1);
	unit_end(dwarf);
	unit_instance(dwarf, ABSTRACT, LOW + 0x20);
	unit_parameter_instance(dwarf, ABSTRACT_A);
	unit_parameter_instance(dwarf, ABSTRACT_R);
	unit_end(dwarf);
	unit_function(dwarf, NO_LABEL, "main.Map[go.shape.int]", LOW + 0x40);
	unit_parameter(dwarf, NO_LABEL, "x", INT, false, 3);
	unit_end(dwarf);
	unit_function(dwarf, NO_LABEL, "main.(*List[go.shape.int]).Add", LOW + 0x60);
	unit_parameter(dwarf, NO_LABEL, "l", NODE_POINTER, false, 0);
	unit_parameter(dwarf, NO_LABEL, "x", INT, false, 2);
	unit_end(dwarf);
	unit_function(dwarf, NO_LABEL, "main.broken", LOW + 0x80);
	unit_parameter_instance(dwarf, ORPHAN);
	unit_end(dwarf);
	unit_instance(dwarf, ORPHAN, LOW + 0xa0);
	unit_parameter_instance(dwarf, ORPHAN);
	unit_end(dwarf);
	/* It refers to itself. */
	dwarf->labels[ORPHAN] = (uint32_t)dwarf->size;
	unit_parameter_instance(dwarf, ORPHAN);
}

static int fixture_open(struct fixture *fixture, uint64_t low, uint64_t high)
{
	int r;

	unit_init(&fixture->dwarf, low, high);
	types_write(&fixture->dwarf);
	functions_write(&fixture->dwarf);
	elf_init(&fixture->elf);
	elf_segment(&fixture->elf, PT_LOAD, PF_R | PF_X, 0x400000, 0, 64, 64);
	unit_finish(&fixture->dwarf, &fixture->elf);
	elf_finish(&fixture->elf, ET_EXEC, EM_X86_64);
	r = image_open(elf_save(&fixture->elf), &fixture->image, NULL);
	return r < 0 ? r : debug_types_open(fixture->image, &fixture->types, NULL);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	*state = fixture;
	return fixture_open(fixture, LOW, LOW + 0x1000);
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	debug_types_close(fixture->types);
	image_close(fixture->image);
	elf_release(&fixture->elf);
	free(fixture);
	return 0;
}

static const struct type *named(struct fixture *fixture, const char *name)
{
	const struct type *type = NULL;

	assert_int_equal(debug_types_named(fixture->types, name, &type, NULL), 0);
	assert_int_equal(debug_types_complete(fixture->types, type, NULL), 0);
	assert_true(type->complete);
	return type;
}

static void test_struct(void **state)
{
	const struct type *node = named(*state, "main.Node"), *pointer;

	assert_int_equal(node->kind, TYPE_STRUCT);
	assert_int_equal(node->size, 48);
	assert_int_equal(node->field_count, 3);
	assert_string_equal(node->fields[0].name, "name");
	assert_int_equal(node->fields[0].type->kind, TYPE_STRING);
	assert_int_equal(node->fields[1].offset, 16);
	assert_true(node->fields[1].embedded);
	assert_false(node->fields[2].embedded);
	assert_int_equal(node->fields[2].offset, 24);
	pointer = node->fields[2].type;
	assert_false(pointer->complete);
	assert_int_equal(pointer->size, 8);
	assert_int_equal(debug_types_complete(((struct fixture *)*state)->types, pointer, NULL), 0);
	assert_ptr_equal(pointer->element, node);
}

static void test_kinds(void **state)
{
	const struct type *map = named(*state, "map[string][]int");
	const struct type *chan = named(*state, "chan int");
	const struct type *interface = named(*state, "io.Reader");
	const struct type *ints = named(*state, "[]int"), *few = named(*state, "[3]int");
	const struct type *none = named(*state, "[0]int"), *bare = named(*state, "unsafe.Pointer");

	assert_int_equal(map->kind, TYPE_MAP);
	assert_int_equal(map->size, 8);
	assert_string_equal(map->key->name, "string");
	assert_ptr_equal(map->element, ints);
	assert_int_equal(chan->kind, TYPE_CHAN);
	assert_string_equal(chan->element->name, "int");
	assert_int_equal(interface->kind, TYPE_INTERFACE);
	assert_int_equal(interface->size, 16);
	assert_int_equal(interface->field_count, 2);
	assert_string_equal(interface->fields[1].name, "data");
	assert_int_equal(ints->kind, TYPE_SLICE);
	assert_int_equal(ints->size, 24);
	assert_string_equal(ints->element->name, "int");
	assert_int_equal(few->length, 3);
	assert_int_equal(none->length, 0);
	assert_int_equal(none->size, 0);
	assert_int_equal(bare->kind, TYPE_POINTER);
	assert_null(bare->element);
}

static const struct signature *signature_at(struct fixture *fixture, uint64_t address)
{
	const struct signature *signature = NULL;

	assert_int_equal(debug_signature_read(fixture->types, address, &signature, NULL), 0);
	return signature;
}

static void test_signature(void **state)
{
	const struct signature *signature = signature_at(*state, LOW);

	assert_int_equal(signature->parameter_count, 3);
	assert_string_equal(signature->parameters[0].name, "n");
	assert_string_equal(signature->parameters[0].type->name, "*main.Node");
	assert_int_equal(signature->parameters[0].hint.kind, ENTRY_REGISTER);
	assert_int_equal(signature->parameters[1].hint.kind, ENTRY_UNKNOWN);
	assert_string_equal(signature->parameters[2].name, "depth");
	assert_int_equal(signature->parameters[2].hint.reg, 2);
	assert_int_equal(signature->result_count, 1);
	assert_string_equal(signature->results[0].name, "~r0");
}

static void test_abstract_origin(void **state)
{
	const struct signature *signature = signature_at(*state, LOW + 0x20);

	assert_int_equal(signature->parameter_count, 1);
	assert_string_equal(signature->parameters[0].name, "a");
	assert_string_equal(signature->parameters[0].type->name, "[]int");
	assert_int_equal(signature->result_count, 1);
	assert_string_equal(signature->results[0].name, "r");
}

static void test_dictionaries(void **state)
{
	const struct signature *function = signature_at(*state, LOW + 0x40);
	const struct signature *method = signature_at(*state, LOW + 0x60);

	assert_int_equal(function->parameter_count, 2);
	assert_string_equal(function->parameters[0].name, ".dict");
	assert_string_equal(function->parameters[1].name, "x");
	assert_int_equal(method->parameter_count, 3);
	assert_string_equal(method->parameters[0].name, "l");
	assert_string_equal(method->parameters[1].name, ".dict");
}

static void test_absent(void **state)
{
	struct fixture *fixture = *state;
	const struct signature *signature;
	const struct type *type;
	struct error err = { 0 };

	assert_int_equal(debug_signature_read(fixture->types, LOW + 1, &signature, &err), -ENODATA);
	assert_int_equal(debug_signature_read(fixture->types, 0, &signature, &err), -ENODATA);
	assert_int_equal(debug_signature_read(fixture->types, UINT64_MAX, &signature, &err),
			 -ENODATA);
	assert_int_equal(debug_types_named(fixture->types, "main.Nothing", &type, &err), -ENODATA);
	assert_int_not_equal(err.code, 0);
}

static void test_cycles_end(void **state)
{
	struct fixture *fixture = *state;
	const struct signature *signature;
	const struct type *type;
	struct error err = { 0 };

	assert_int_equal(debug_types_named(fixture->types, "main.Loop", &type, &err), -EBADMSG);
	assert_int_equal(debug_signature_read(fixture->types, LOW + 0x80, &signature, &err),
			 -EBADMSG);
	assert_int_equal(debug_signature_read(fixture->types, LOW + 0xa0, &signature, &err),
			 -EBADMSG);
}

static void test_unit_without_ranges(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_int_equal(fixture_open(fixture, 0, 0), 0);
	assert_int_equal(signature_at(fixture, LOW)->parameter_count, 3);
	teardown((void **)&fixture);
}

static void test_no_dwarf(void **state)
{
	struct elf_builder elf;
	struct debug_types *types = NULL;
	struct image *image = NULL;

	elf_init(&elf);
	elf_segment(&elf, PT_LOAD, PF_R | PF_X, 0x400000, 0, 64, 64);
	elf_finish(&elf, ET_EXEC, EM_X86_64);
	assert_int_equal(image_open(elf_save(&elf), &image, NULL), 0);
	assert_false(debug_info_present(image));
	assert_int_equal(debug_types_open(image, &types, NULL), -ENODATA);
	image_close(image);
	elf_release(&elf);
	debug_types_close(NULL);
}

/* Reads everything from DWARF. The results do not matter; each call has to return. */
static void exercise(struct image *image)
{
	static const char *const names[] = { "main.Node", "main.Loop", "io.Reader", "[3]int",
					     "int" };
	struct debug_types *types = NULL;
	const struct signature *signature;
	const struct type *type;

	if (debug_types_open(image, &types, NULL) < 0)
		return;
	for (uint64_t offset = 0; offset < 0xc0; offset += 0x20)
		debug_signature_read(types, LOW + offset, &signature, NULL);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (debug_types_named(types, names[i], &type, NULL) == 0)
			debug_types_complete(types, type, NULL);
	}
	debug_types_close(types);
}

/* Every byte of the DWARF damaged in three ways. */
static void test_damage(void **state)
{
	static const uint8_t masks[] = { 0xff, 0x01, 0x80 };
	struct fixture *fixture = *state;
	size_t start = 0, end = fixture->elf.size;

	for (size_t i = 1; i < fixture->elf.section_count; i++) {
		if (fixture->elf.sections[i].sh_size == fixture->dwarf.size)
			start = fixture->elf.sections[i].sh_offset;
	}
	if (end > start + fixture->dwarf.size + 256)
		end = start + fixture->dwarf.size + 256;
	for (size_t i = start; i < end; i++) {
		for (size_t j = 0; j < sizeof(masks); j++) {
			struct image *image = NULL;

			fixture->elf.data[i] ^= masks[j];
			if (image_open(elf_save(&fixture->elf), &image, NULL) == 0)
				exercise(image);
			image_close(image);
			unlink(fixture->elf.path);
			fixture->elf.data[i] ^= masks[j];
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_struct, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kinds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_signature, setup, teardown),
		cmocka_unit_test_setup_teardown(test_abstract_origin, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dictionaries, setup, teardown),
		cmocka_unit_test_setup_teardown(test_absent, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cycles_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damage, setup, teardown),
		cmocka_unit_test(test_unit_without_ranges),
		cmocka_unit_test(test_no_dwarf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
