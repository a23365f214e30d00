/* SPDX-License-Identifier: MIT */
/* Reads single descriptors from bytes that contain handmade descriptors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "descriptor.h"
#include "descriptor_name.h"

#define ADDRESS 0x600000u

enum { ARRAY = 17, CHAN, FUNC, INTERFACE, MAP, POINTER, SLICE, STRING, STRUCT };
enum { UNCOMMON = 1, NAMED = 4 };
enum { RECEIVE = 1, SEND, BOTH };
enum { NAMES = 0x800, SIZE = 0x1000, MAP_SIZE = 112 };

struct memory {
	uint8_t bytes[SIZE];
	size_t names; /* where the next name goes */
	struct descriptor_table table;
};

static void memory_begin(struct memory *memory)
{
	memset(memory, 0, sizeof(*memory));
	memory->names = NAMES;
	memory->table.bytes = (struct bytes){ memory->bytes, SIZE };
	memory->table.address = ADDRESS;
	memory->table.form.map_size = MAP_SIZE;
}

static void put(struct memory *memory, uint64_t at, uint64_t word, size_t size)
{
	assert_true(at + size <= SIZE);
	memcpy(memory->bytes + at, &word, size);
}

static uint32_t put_name(struct memory *memory, const char *name)
{
	size_t at = memory->names, size = strlen(name);

	memory->bytes[at + 1] = (uint8_t)size;
	memcpy(memory->bytes + at + 2, name, size);
	memory->names += 2 + size;
	return (uint32_t)at;
}

static void put_head(struct memory *memory, uint64_t at, uint8_t kind, const char *name,
		     uint8_t flags)
{
	put(memory, at, 8, 8);
	put(memory, at + 20, flags, 1);
	put(memory, at + 23, kind, 1);
	put(memory, at + 40, put_name(memory, name), 4);
}

static void put_part(struct memory *memory, uint64_t at, uint64_t offset)
{
	put(memory, at, ADDRESS + offset, 8);
}

static struct descriptor read_at(const struct memory *memory, uint64_t at)
{
	struct descriptor found = { 0 };

	assert_true(descriptor_read(&memory->table, at, &found));
	return found;
}

static void assert_bytes(struct bytes bytes, const char *text)
{
	assert_int_equal(bytes.size, strlen(text));
	assert_memory_equal(bytes.data, text, bytes.size);
}

/*
 * An interface at 0, with three methods at 0x100 and their types at 0x200. The linker dropped the third
 * method.
 */
static void reads_methods_of_interfaces(void **state)
{
	struct memory memory;
	struct descriptor found;
	struct descriptor_parts parts;
	struct bytes name;
	uint64_t type = 0;

	memory_begin(&memory);
	put_head(&memory, 0, INTERFACE, "main.I", NAMED);
	put_part(&memory, 56, 0x100);
	put(&memory, 64, 3, 8);
	put(&memory, 0x100, put_name(&memory, "Close"), 4);
	put(&memory, 0x104, 0x200, 4);
	put(&memory, 0x108, put_name(&memory, "Read"), 4);
	put(&memory, 0x10c, SIZE - 1, 4);
	put(&memory, 0x110, put_name(&memory, "Write"), 4);
	found = read_at(&memory, 0);
	assert_true(descriptor_parts_read(&memory.table, &found, &parts));
	assert_int_equal(parts.count, 3);
	assert_true(descriptor_interface_method_read(&memory.table, &parts, 0, &name, &type));
	assert_bytes(name, "Close");
	assert_int_equal(type, 0x200);
	assert_true(descriptor_interface_method_read(&memory.table, &parts, 1, &name, &type));
	assert_bytes(name, "Read");
	assert_int_equal(type, SIZE - 1);
	assert_false(descriptor_interface_method_read(&memory.table, &parts, 2, &name, &type));
	assert_false(descriptor_interface_method_read(&memory.table, &parts, 3, &name, &type));
	/* A name beyond the descriptors; a type that is dropped as later releases mark it. */
	put(&memory, 0x114, SIZE, 4);
	assert_false(descriptor_interface_method_read(&memory.table, &parts, 2, &name, &type));
	put(&memory, 0x114, UINT32_MAX, 4);
	assert_false(descriptor_interface_method_read(&memory.table, &parts, 2, &name, &type));
	/* Memory for a fourth method looks valid, but the interface has only three. */
	put(&memory, 0x118, put_name(&memory, "More"), 4);
	put(&memory, 0x11c, 0x200, 4);
	assert_false(descriptor_interface_method_read(&memory.table, &parts, 3, &name, &type));
}

/* A struct with an uncommon part; its two methods begin 0x40 bytes after that part. */
static void reads_methods_of_types(void **state)
{
	struct memory memory;
	struct descriptor found;
	struct bytes name;
	uint64_t type = 0;

	memory_begin(&memory);
	put_head(&memory, 0x80, STRUCT, "main.T", NAMED | UNCOMMON);
	put(&memory, 0x80 + 80 + 4, 2, 2);
	put(&memory, 0x80 + 80 + 8, 0x40, 4);
	put(&memory, 0x110, put_name(&memory, "Len"), 4);
	put(&memory, 0x114, 0x200, 4);
	put(&memory, 0x120, put_name(&memory, "Less"), 4);
	put(&memory, 0x124, 0x300, 4);
	put(&memory, 0x130, put_name(&memory, "More"), 4);
	put(&memory, 0x134, 0x300, 4);
	found = read_at(&memory, 0x80);
	assert_int_equal(found.uncommon, 0x80 + 80);
	assert_int_equal(descriptor_method_count(&memory.table, &found), 2);
	assert_true(descriptor_method_read(&memory.table, &found, 0, &name, &type));
	assert_bytes(name, "Len");
	assert_int_equal(type, 0x200);
	assert_true(descriptor_method_read(&memory.table, &found, 1, &name, &type));
	assert_bytes(name, "Less");
	assert_int_equal(type, 0x300);
	assert_false(descriptor_method_read(&memory.table, &found, 2, &name, &type));
	/* The method's type was dropped, or its name is out of range. */
	put(&memory, 0x124, 0, 4);
	assert_false(descriptor_method_read(&memory.table, &found, 1, &name, &type));
	put(&memory, 0x124, 0x300, 4);
	put(&memory, 0x120, SIZE, 4);
	assert_false(descriptor_method_read(&memory.table, &found, 1, &name, &type));
	put(&memory, 0x80 + 20, NAMED, 1);
	found = read_at(&memory, 0x80);
	assert_int_equal(found.uncommon, 0);
	assert_int_equal(descriptor_method_count(&memory.table, &found), 0);
	assert_false(descriptor_method_read(&memory.table, &found, 0, &name, &type));
}

/*
 * The size of a descriptor by kind, and of what follows it: the uncommon part, fields, parameters, methods.
 */
static void goes_to_the_next_descriptor(void **state)
{
	static const struct {
		uint8_t kind, flags;
		uint16_t count, methods;
		uint64_t next;
	} rows[] = {
		{ STRING, NAMED, 0, 0, 48 },
		{ STRING, NAMED | UNCOMMON, 0, 0, 64 },
		{ STRING, NAMED | UNCOMMON, 0, 3, 64 + 48 },
		{ POINTER, 0, 0, 0, 56 },
		{ SLICE, NAMED | UNCOMMON, 0, 1, 56 + 16 + 16 },
		{ ARRAY, 0, 0, 0, 72 },
		{ CHAN, 0, 0, 0, 64 },
		{ MAP, 0, 0, 0, MAP_SIZE },
		{ STRUCT, 0, 0, 0, 80 },
		{ STRUCT, 0, 2, 0, 80 + 48 },
		{ STRUCT, NAMED | UNCOMMON, 2, 1, 80 + 16 + 48 + 16 },
		{ INTERFACE, 0, 3, 0, 80 + 24 },
		{ FUNC, 0, 3, 0, 56 + 24 },
		{ FUNC, NAMED | UNCOMMON, 1, 0, 56 + 16 + 8 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct memory memory;
		struct descriptor found;
		uint64_t next = 0;

		memory_begin(&memory);
		put_head(&memory, 0x80, rows[i].kind, "x", rows[i].flags);
		put_part(&memory, 0x80 + 48, 0);
		put_part(&memory, 0x80 + 56, 0x400);
		put(&memory, 0x80 + 64, rows[i].count, 8);
		if (rows[i].kind == FUNC)
			put(&memory, 0x80 + 48, rows[i].count, 8);
		found = read_at(&memory, 0x80);
		if (found.uncommon)
			put(&memory, found.uncommon + 4, rows[i].methods, 2);
		assert_true(descriptor_next(&memory.table, 0x80, &next));
		assert_int_equal(next, 0x80 + rows[i].next);
	}
}

static void there_is_no_next_behind_damage(void **state)
{
	struct memory memory;
	uint64_t next = 0;

	memory_begin(&memory);
	assert_false(descriptor_next(&memory.table, 0, &next));
	put_head(&memory, 0, SLICE, "x", 0);
	put(&memory, 48, ADDRESS - 1, 8);
	assert_false(descriptor_next(&memory.table, 0, &next));
	put(&memory, 48, ADDRESS + SIZE, 8);
	assert_false(descriptor_next(&memory.table, 0, &next));
	put(&memory, 48, ADDRESS + SIZE - 1, 8);
	assert_true(descriptor_next(&memory.table, 0, &next));
}

/* A list of fields that ends at the end of the descriptors, or one field beyond it. */
static void lists_have_to_fit(void **state)
{
	struct memory memory;
	struct descriptor found;
	struct descriptor_parts parts;
	struct descriptor_field field;

	memory_begin(&memory);
	put_head(&memory, 0, STRUCT, "x", 0);
	put_part(&memory, 56, SIZE - 48);
	put(&memory, 64, 2, 8);
	put_part(&memory, SIZE - 24, put_name(&memory, "last"));
	put_part(&memory, SIZE - 16, 0x10);
	put(&memory, SIZE - 8, 24, 8);
	found = read_at(&memory, 0);
	assert_true(descriptor_parts_read(&memory.table, &found, &parts));
	assert_true(descriptor_field_read(&memory.table, &parts, 1, &field));
	assert_bytes(field.name, "last");
	assert_int_equal(field.type, 0x10);
	assert_int_equal(field.offset, 24);
	assert_false(descriptor_field_read(&memory.table, &parts, 2, &field));
	put(&memory, 64, 3, 8);
	assert_false(descriptor_parts_read(&memory.table, &found, &parts));
	/* The size of this list overflows. */
	put(&memory, 64, UINT64_C(1) << 61, 8);
	assert_false(descriptor_parts_read(&memory.table, &found, &parts));
	/* An empty list may have any address. */
	put(&memory, 64, 0, 8);
	put(&memory, 56, 0, 8);
	assert_true(descriptor_parts_read(&memory.table, &found, &parts));
}

static void refuses_what_is_no_descriptor(void **state)
{
	struct memory memory;
	struct descriptor found;

	memory_begin(&memory);
	put_head(&memory, 0x40, STRING, "x", 0);
	assert_true(descriptor_read(&memory.table, 0x40, &found));
	assert_false(descriptor_read(&memory.table, 0x44, &found));
	put(&memory, 0x40 + 23, 26, 1);
	assert_true(descriptor_read(&memory.table, 0x40, &found));
	put(&memory, 0x40 + 23, 27, 1);
	assert_false(descriptor_read(&memory.table, 0x40, &found));
	put(&memory, 0x40 + 23, 0x20, 1);
	assert_false(descriptor_read(&memory.table, 0x40, &found));
	put(&memory, 0x40 + 23, 0x21, 1);
	assert_true(descriptor_read(&memory.table, 0x40, &found));
	assert_int_equal(found.kind, 1);
	assert_true(found.is_direct);
	/* The last bytes of the descriptor are missing. */
	memory.table.bytes.size = 0x40 + 47;
	assert_false(descriptor_read(&memory.table, 0x40, &found));
}

/* The longest name has 4096 bytes. A name whose last byte is missing is invalid. */
static void names_have_bounds(void **state)
{
	struct memory memory;
	uint8_t bytes[0x2000] = { 0 };
	struct descriptor found;

	memory_begin(&memory);
	put_head(&memory, 0, STRING, "x", 0);
	memcpy(bytes, memory.bytes, 0x100);
	memset(bytes + 0x103, 'n', 4097);
	bytes[40] = 0;
	bytes[41] = 1; /* at 0x100 */
	bytes[0x101] = 0x80;
	bytes[0x102] = 0x20; /* 4096 */
	memory.table.bytes = (struct bytes){ bytes, 0x103 + 4096 };
	assert_true(descriptor_read(&memory.table, 0, &found));
	assert_int_equal(found.string.size, 4096);
	memory.table.bytes.size--;
	assert_false(descriptor_read(&memory.table, 0, &found));
	memory.table.bytes.size += 2;
	bytes[0x101] = 0x81;
	assert_false(descriptor_read(&memory.table, 0, &found));
}

static void assert_name(const struct memory *memory, uint64_t at, const char *wanted)
{
	struct descriptor found = read_at(memory, at);
	char name[DESCRIPTOR_MAX_NAME];

	descriptor_name(&memory->table, &found, name);
	assert_string_equal(name, wanted);
}

static void put_chan(struct memory *memory, uint64_t at, uint64_t element, uint64_t direction)
{
	put_head(memory, at, CHAN, "?", 0);
	put_part(memory, at + 48, element);
	put(memory, at + 56, direction, 8);
}

/* The descriptor at 0 is int; those from 0x100 on are channels of it. */
static void names_channels(void **state)
{
	struct memory memory;

	memory_begin(&memory);
	put_head(&memory, 0, 2, "int", NAMED);
	put_chan(&memory, 0x100, 0, RECEIVE);
	put_chan(&memory, 0x180, 0, SEND);
	put_chan(&memory, 0x200, 0, BOTH);
	assert_name(&memory, 0x100, "<-chan int");
	assert_name(&memory, 0x180, "chan<- int");
	assert_name(&memory, 0x200, "chan int");
	put_chan(&memory, 0x280, 0x100, BOTH);
	put_chan(&memory, 0x300, 0x180, BOTH);
	put_chan(&memory, 0x380, 0x100, SEND);
	put_chan(&memory, 0x400, 0x100, RECEIVE);
	put_chan(&memory, 0x480, 0x200, BOTH);
	assert_name(&memory, 0x280, "chan (<-chan int)");
	assert_name(&memory, 0x300, "chan chan<- int");
	assert_name(&memory, 0x380, "chan<- <-chan int");
	assert_name(&memory, 0x400, "<-chan <-chan int");
	assert_name(&memory, 0x480, "chan chan int");
	/* A named channel type needs no parentheses. */
	put(&memory, 0x100 + 20, NAMED, 1);
	assert_name(&memory, 0x280, "chan ?");
	/* A pointer whose descriptor resembles that of a channel. */
	put_head(&memory, 0x500, POINTER, "?", 0);
	put_part(&memory, 0x500 + 48, 0);
	put(&memory, 0x500 + 56, RECEIVE, 8);
	put_chan(&memory, 0x580, 0x500, BOTH);
	assert_name(&memory, 0x580, "chan *int");
}

static void names_what_has_an_element(void **state)
{
	struct memory memory;

	memory_begin(&memory);
	put_head(&memory, 0, 2, "int", NAMED);
	put_head(&memory, 0x80, STRING, "string", NAMED);
	put_head(&memory, 0x100, POINTER, "?", 0);
	put_part(&memory, 0x100 + 48, 0);
	put_head(&memory, 0x180, SLICE, "?", 0);
	put_part(&memory, 0x180 + 48, 0x100);
	put_head(&memory, 0x200, ARRAY, "?", 0);
	put_part(&memory, 0x200 + 48, 0x180);
	put(&memory, 0x200 + 64, 12, 8);
	put_head(&memory, 0x280, MAP, "?", 0);
	put_part(&memory, 0x280 + 48, 0x80);
	put_part(&memory, 0x280 + 56, 0x200);
	assert_name(&memory, 0x100, "*int");
	assert_name(&memory, 0x180, "[]*int");
	assert_name(&memory, 0x200, "[12][]*int");
	assert_name(&memory, 0x280, "map[string][12][]*int");
	put_head(&memory, 0x300, STRUCT, "struct { a int }", 0);
	assert_name(&memory, 0x300, "struct { a int }");
}

static void put_function(struct memory *memory, uint16_t parameters, uint16_t results,
			 bool is_variadic)
{
	put_head(memory, 0x300, FUNC, "?", 0);
	put(memory, 0x300 + 48, parameters, 2);
	put(memory, 0x300 + 50, results | (is_variadic ? 0x8000u : 0), 2);
	for (uint16_t i = 0; i < parameters + results; i++)
		put_part(memory, 0x300 + 56 + 8u * i, i + 1 == parameters ? 0x100 : 0);
}

/* The last parameter is a []int. */
static void names_functions(void **state)
{
	static const struct {
		uint16_t parameters, results;
		bool is_variadic;
		const char *name;
	} rows[] = {
		{ 0, 0, false, "func()" },
		{ 1, 0, false, "func([]int)" },
		{ 1, 0, true, "func(...int)" },
		{ 2, 1, false, "func(int, []int) int" },
		{ 2, 2, true, "func(int, ...int) (int, int)" },
		{ 0, 3, false, "func() (int, int, int)" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct memory memory;

		memory_begin(&memory);
		put_head(&memory, 0, 2, "int", NAMED);
		put_head(&memory, 0x100, SLICE, "?", 0);
		put_part(&memory, 0x100 + 48, 0);
		put_function(&memory, rows[i].parameters, rows[i].results, rows[i].is_variadic);
		assert_name(&memory, 0x300, rows[i].name);
	}
}

/* Types in code that instances of a generic function share keep their names. */
static void names_packages(void **state)
{
	static const struct {
		const char *package, *string, *name;
	} rows[] = {
		{ "ex.com/my.lib", "lib.T", "ex.com/my%2elib.T" },
		{ "go.shape", "go.shape.int", "go.shape.int" },
		{ "go.shapes", "shapes.T", "go%2eshapes.T" },
		{ "so.shape", "shape.T", "so%2eshape.T" },
		{ "", "error", "error" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct memory memory;

		memory_begin(&memory);
		put_head(&memory, 0, STRING, rows[i].string, NAMED | UNCOMMON);
		put(&memory, 48, put_name(&memory, rows[i].package), 4);
		assert_name(&memory, 0, rows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_methods_of_interfaces),
		cmocka_unit_test(reads_methods_of_types),
		cmocka_unit_test(goes_to_the_next_descriptor),
		cmocka_unit_test(there_is_no_next_behind_damage),
		cmocka_unit_test(lists_have_to_fit),
		cmocka_unit_test(refuses_what_is_no_descriptor),
		cmocka_unit_test(names_have_bounds),
		cmocka_unit_test(names_channels),
		cmocka_unit_test(names_what_has_an_element),
		cmocka_unit_test(names_functions),
		cmocka_unit_test(names_packages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
