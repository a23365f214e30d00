/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "descriptors.h"
#include "elf_builder.h"
#include "method_types.h"

#define TYPES 0x600000u
#define SIZE 0x1000u
#define LINKS (TYPES + SIZE)
#define ROOM 0xa0u    /* for each descriptor */
#define NAMES 0x800u  /* behind the descriptors */
#define UNCOMMON 0x1u /* flags of a descriptor */
#define EXTRA_STAR 0x2u
#define NAMED 0x4u

enum { ARRAY = 17, FUNC = 19, INTERFACE, MAP, POINTER, SLICE, STRING, STRUCT };

/* The descriptors of this program; each has ROOM bytes. */
enum { TEXT, FILE_TYPE, FILES, INDEX, OPEN, READER, EMPTY, POINTER_TO_FILE, PAIR, FIELDS, COUNT };

/*
 * package os; type File struct { name string; all []File; Index; Open func(string) File }
 * type Index map[string]File; and others, as a release would write them.
 */
struct program {
	struct elf_builder elf;
	struct image *image;
	struct descriptors *descriptors;
	struct go_version version;
	struct module_parts parts;
	uint64_t data; /* in the file */
	uint32_t names;
};

static uint64_t room(unsigned descriptor)
{
	return (uint64_t)descriptor * ROOM;
}

static void put(struct program *program, uint64_t offset, uint64_t word)
{
	elf_put64(&program->elf, program->data + offset, word);
}

static void put_bytes(struct program *program, uint64_t offset, const void *bytes, size_t size)
{
	memcpy(program->elf.data + program->data + offset, bytes, size);
}

static void put32(struct program *program, uint64_t offset, uint32_t word)
{
	put_bytes(program, offset, &word, sizeof(word));
}

static uint32_t put_name(struct program *program, const char *name, uint8_t flags)
{
	uint32_t at = program->names;
	size_t size = strlen(name), head = 2;
	uint8_t bytes[3] = { flags, (uint8_t)size };

	if (program->version.number < GO_VERSION(17, 0)) {
		bytes[1] = 0;
		bytes[2] = (uint8_t)size;
		head = 3;
	}
	put_bytes(program, at, bytes, head);
	put_bytes(program, at + head, name, size);
	program->names += (uint32_t)(head + size);
	return at;
}

static uint64_t descriptor_put(struct program *program, unsigned number, uint8_t kind,
			       const char *name, uint64_t size, uint8_t flags)
{
	uint64_t at = room(number);
	uint8_t bytes[4] = { flags, 8, 8, kind };

	put(program, at, size);
	put32(program, at + 16, 0x1000 + number);
	put_bytes(program, at + 20, bytes, sizeof(bytes));
	put32(program, at + 40, put_name(program, name, 1));
	return at;
}

static void field_put(struct program *program, unsigned number, const char *name, unsigned type,
		      uint64_t offset, bool embedded)
{
	bool in_offset = program->version.number < GO_VERSION(19, 0);
	uint64_t at = room(FIELDS) + number * 24u;

	put(program, at, TYPES + put_name(program, name, embedded && !in_offset ? 9 : 1));
	put(program, at + 8, TYPES + room(type));
	put(program, at + 16, in_offset ? offset << 1 | embedded : offset);
}

static uint16_t map_size(const struct program *program)
{
	uint32_t number = program->version.number;

	return number >= GO_VERSION(27, 0) ? 136 :
	       number >= GO_VERSION(24, 0) ? 112 :
	       number >= GO_VERSION(14, 0) ? 88 :
					     80;
}

static struct image *image_of(struct program *program)
{
	struct image *image = NULL;

	elf_finish(&program->elf, ET_EXEC, EM_X86_64);
	assert_int_equal(image_open(elf_save(&program->elf), &image, NULL), 0);
	return image;
}

static void types_put(struct program *program)
{
	uint64_t at;

	descriptor_put(program, TEXT, STRING, "*string", 16, EXTRA_STAR | NAMED);
	at = descriptor_put(program, FILE_TYPE, STRUCT, "*os.File", 56,
			    EXTRA_STAR | NAMED | UNCOMMON);
	put(program, at + 56, TYPES + room(FIELDS));
	put(program, at + 64, 4);
	put32(program, at + 44, (uint32_t)room(POINTER_TO_FILE));
	put32(program, at + 80, put_name(program, "example.com/my.os", 1));
	at = descriptor_put(program, FILES, SLICE, "[]os.File", 24, 0);
	put(program, at + 48, TYPES + room(FILE_TYPE));
	at = descriptor_put(program, INDEX, MAP, "os.Index", 8, NAMED | UNCOMMON);
	put(program, at + 48, TYPES + room(TEXT));
	put(program, at + 56, TYPES + room(FILE_TYPE));
	put32(program, at + map_size(program), put_name(program, "os", 1));
	at = descriptor_put(program, OPEN, FUNC, "func(...string) (os.File, string)", 8, 0);
	put32(program, at + 48, 1 | 0x8002u << 16);
	put(program, at + 56, TYPES + room(PAIR));
	put(program, at + 64, TYPES + room(FILE_TYPE));
	put(program, at + 72, TYPES + room(TEXT));
	at = descriptor_put(program, PAIR, SLICE, "[]string", 24, 0);
	put(program, at + 48, TYPES + room(TEXT));
	at = descriptor_put(program, READER, INTERFACE, "interface { Read() }", 16, 0);
	put(program, at + 56, TYPES + room(FIELDS));
	put(program, at + 64, 1);
	descriptor_put(program, EMPTY, INTERFACE, "interface {}", 16, 0);
	at = descriptor_put(program, POINTER_TO_FILE, POINTER, "*os.File", 8, 0);
	put(program, at + 48, TYPES + room(FILE_TYPE));
	field_put(program, 0, "name", TEXT, 0, false);
	field_put(program, 1, "all", FILES, 16, false);
	field_put(program, 2, "Index", INDEX, 40, true);
	field_put(program, 3, "Open", OPEN, 48, false);
}

static void program_begin(struct program *program, unsigned minor)
{
	memset(program, 0, sizeof(*program));
	program->version.number = GO_VERSION(minor, 0);
	program->names = NAMES;
	elf_init(&program->elf);
	program->data = elf_append(&program->elf, NULL, SIZE + 16);
	elf_segment(&program->elf, PT_LOAD, PF_R | PF_W, TYPES, program->data, SIZE + 16,
		    SIZE + 16);
	types_put(program);
	put32(program, SIZE, (uint32_t)room(FILE_TYPE));
	program->parts = (struct module_parts){
		.types = TYPES,
		.etypes = TYPES + SIZE,
		.typelinks = LINKS,
		.typelink_count = 1,
	};
}

static void program_finish(struct program *program)
{
	program->image = image_of(program);
	assert_int_equal(descriptors_open(program->image, &program->parts, &program->version,
					  &program->descriptors, NULL),
			 0);
}

static void program_open(struct program *program, unsigned minor, bool is_known)
{
	program_begin(program, minor);
	if (!is_known)
		program->version.number = GO_VERSION(99, 0);
	program_finish(program);
}

static void program_close(struct program *program)
{
	descriptors_close(program->descriptors);
	image_close(program->image);
	elf_release(&program->elf);
}

static const struct type *type_at(struct program *program, unsigned number)
{
	const struct type *type = NULL;

	assert_int_equal(descriptors_at(program->descriptors, room(number), &type, NULL), 0);
	assert_int_equal(descriptors_complete(program->descriptors, type, NULL), 0);
	return type;
}

static void assert_field(const struct field *field, const char *name, const char *type,
			 uint64_t offset, bool embedded)
{
	assert_string_equal(field->name, name);
	assert_string_equal(field->type->name, type);
	assert_int_equal(field->offset, offset);
	assert_int_equal(field->embedded, embedded);
}

static void assert_types(struct program *program)
{
	const struct type *type = NULL;

	assert_int_equal(descriptors_named(program->descriptors, "example.com/my%2eos.File", &type,
					   NULL),
			 0);
	assert_ptr_equal(type, type_at(program, FILE_TYPE));
	assert_int_equal(type->kind, TYPE_STRUCT);
	assert_int_equal(type->size, 56);
	assert_int_equal(type->runtime_type, room(FILE_TYPE));
	assert_int_equal(type->field_count, 4);
	assert_field(&type->fields[0], "name", "string", 0, false);
	assert_field(&type->fields[1], "all", "[]example.com/my%2eos.File", 16, false);
	assert_field(&type->fields[2], "Index", "os.Index", 40, true);
	assert_field(&type->fields[3], "Open", "func(...string) (example.com/my%2eos.File, string)",
		     48, false);
	assert_ptr_equal(type_at(program, FILES)->element, type);
	assert_ptr_equal(type_at(program, INDEX)->key, type_at(program, TEXT));
	assert_ptr_equal(type_at(program, INDEX)->element, type);
}

static void test_each_form(void **state)
{
	static const unsigned minors[] = { 12, 14, 16, 17, 18, 19, 23, 24, 26, 27 };

	for (size_t i = 0; i < sizeof(minors) / sizeof(minors[0]); i++) {
		struct program program;

		program_open(&program, minors[i], true);
		assert_types(&program);
		program_close(&program);
	}
}

/* The version does not tell the form of the descriptors; the descriptors themselves do. */
static void test_form_of_unknown_release(void **state)
{
	static const unsigned minors[] = { 16, 18, 23, 24, 27 };

	for (size_t i = 0; i < sizeof(minors) / sizeof(minors[0]); i++) {
		struct program program;

		program_open(&program, minors[i], false);
		assert_types(&program);
		program_close(&program);
	}
}

static void test_interfaces(void **state)
{
	struct program program;

	program_open(&program, 22, true);
	assert_string_equal(type_at(&program, READER)->fields[0].name, "tab");
	assert_string_equal(type_at(&program, EMPTY)->fields[0].name, "_type");
	assert_string_equal(type_at(&program, EMPTY)->fields[1].name, "data");
	assert_int_equal(type_at(&program, EMPTY)->fields[1].offset, 8);
	program_close(&program);
}

static void test_pointers_by_name(void **state)
{
	const struct type *type = NULL, *again = NULL;
	struct program program;

	program_open(&program, 22, true);
	assert_int_equal(descriptors_named(program.descriptors, "*example.com/my%2eos.File", &type,
					   NULL),
			 0);
	assert_ptr_equal(type, type_at(&program, POINTER_TO_FILE));
	/* The program has no descriptor of this type. */
	assert_int_equal(descriptors_named(program.descriptors, "*os.Index", &type, NULL), 0);
	assert_string_equal(type->name, "*os.Index");
	assert_int_equal(type->kind, TYPE_POINTER);
	assert_ptr_equal(type->element, type_at(&program, INDEX));
	assert_int_equal(descriptors_named(program.descriptors, "*os.Index", &again, NULL), 0);
	assert_ptr_equal(again, type);
	program_close(&program);
}

/* A path in it does not make it the name of a type. */
static void test_literals_by_name(void **state)
{
	static const char *const names[] = { "interface { Read(os.File) }",
					     "struct { name os.Index }", "chan<- os.Index",
					     "map[string]os.Index" };
	const struct type *type = NULL;
	struct program program;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		program_begin(&program, 22);
		descriptor_put(&program, READER, INTERFACE, names[i], 16, 0);
		put32(&program, SIZE + 4, (uint32_t)room(READER));
		program.parts.typelink_count = 2;
		program_finish(&program);
		assert_int_equal(descriptors_named(program.descriptors, names[i], &type, NULL), 0);
		assert_ptr_equal(type, type_at(&program, READER));
		program_close(&program);
	}
}

static void test_absent(void **state)
{
	const struct type *type = NULL;
	struct program program;

	program_open(&program, 22, true);
	assert_int_equal(descriptors_named(program.descriptors, "os.File", &type, NULL), -ENODATA);
	assert_int_equal(descriptors_named(program.descriptors, "os.Missing", &type, NULL),
			 -ENODATA);
	assert_int_equal(descriptors_at(program.descriptors, 4, &type, NULL), -EBADMSG);
	assert_int_equal(descriptors_at(program.descriptors, SIZE, &type, NULL), -EBADMSG);
	assert_int_equal(descriptors_at(program.descriptors, room(COUNT) + 8, &type, NULL),
			 -EBADMSG);
	program_close(&program);
}

static int count_names(void *context, const char *name, uint32_t hash)
{
	size_t *count = context;

	++*count;
	if (hash == 0x1000 + FILE_TYPE)
		assert_string_equal(name, "example.com/my%2eos.File");
	return 0;
}

static int stop_at_once(void *context, const char *name, uint32_t hash)
{
	return -E2BIG;
}

static void test_types_by_hash(void **state)
{
	const struct type *type = NULL;
	struct program program;
	size_t count = 0;

	program_open(&program, 22, true);
	assert_int_equal(descriptors_list(program.descriptors, count_names, &count, NULL), 0);
	assert_int_equal(count, descriptors_count(program.descriptors));
	assert_true(count > 5);
	assert_int_equal(descriptors_list(program.descriptors, stop_at_once, NULL, NULL), -E2BIG);
	assert_int_equal(descriptors_hashed(program.descriptors, 0x1000 + FILE_TYPE, &type, NULL),
			 0);
	assert_ptr_equal(type, type_at(&program, FILE_TYPE));
	type = NULL;
	assert_int_equal(descriptors_hashed(program.descriptors, 0xbad, &type, NULL), -ENODATA);
	assert_null(type);
	program_close(&program);
}

static void test_types_of_one_hash(void **state)
{
	const struct type *type = NULL;
	struct program program;

	program_begin(&program, 22);
	put32(&program, room(INDEX) + 16, 0x1000 + FILE_TYPE);
	program_finish(&program);
	assert_int_equal(descriptors_hashed(program.descriptors, 0x1000 + FILE_TYPE, &type, NULL),
			 -ENODATA);
	assert_null(type);
	program_close(&program);
}

static void test_damaged(void **state)
{
	const struct type *type = NULL;
	struct error err = { 0 };
	struct program program;

	program_begin(&program, 22);
	put(&program, room(FILE_TYPE) + 64, UINT64_MAX);
	program_finish(&program);
	assert_int_equal(descriptors_at(program.descriptors, room(FILE_TYPE), &type, NULL), 0);
	assert_int_equal(descriptors_complete(program.descriptors, type, &err), -EBADMSG);
	assert_string_equal(err.what, "the type descriptor of example.com/my%2eos.File is damaged");
	assert_false(type->complete);
	program_close(&program);
}

/*
 * Writes a method: its name, its type without the receiver, and its code for calls through interfaces and for
 * other calls.
 */
static void method_put(struct program *program, unsigned number, const char *name, uint64_t type,
		       uint32_t code)
{
	uint64_t at = room(FILE_TYPE) + 96 + number * 16u;

	put32(program, at, put_name(program, name, 1));
	put32(program, at + 4, (uint32_t)type);
	put32(program, at + 8, code + 0x1000);
	put32(program, at + 12, code);
}

/* func (File) Open(...string) (File, string), and methods of which the linker dropped a part. */
static void methods_begin(struct program *program, unsigned minor)
{
	program_begin(program, minor);
	put32(program, room(FILE_TYPE) + 84, 4);
	put32(program, room(FILE_TYPE) + 88, 16);
	method_put(program, 0, "Close", UINT32_MAX, UINT32_MAX);
	method_put(program, 1, "Open", room(INDEX), 0x20);
	method_put(program, 2, "Open", room(OPEN), 0x40);
	method_put(program, 3, "all", room(OPEN), UINT32_MAX);
}

static int method_find(struct program *program, const char *name, uint64_t code,
		       struct method_types *types, struct error *err)
{
	return method_types_find(program->descriptors, type_at(program, FILE_TYPE), name, code,
				 types, err);
}

static void test_methods(void **state)
{
	static const unsigned releases[] = { 12, 16, 18, 22, 27 };

	for (size_t i = 0; i < sizeof(releases) / sizeof(releases[0]); i++) {
		struct method_types types = { 0 };
		struct program program;
		struct error err = { 0 };

		methods_begin(&program, releases[i]);
		program_finish(&program);
		assert_int_equal(method_find(&program, "Open", 0x40, &types, NULL), 0);
		assert_int_equal(types.parameter_count, 1);
		assert_int_equal(types.result_count, 2);
		assert_ptr_equal(types.types[0], type_at(&program, PAIR));
		assert_ptr_equal(types.types[1], type_at(&program, FILE_TYPE));
		assert_ptr_equal(types.types[2], type_at(&program, TEXT));
		assert_int_equal(method_find(&program, "Open", 0x41, &types, &err), -ENODATA);
		assert_string_equal(
			err.what,
			"the type descriptor of example.com/my%2eos.File has no method Open");
		assert_int_equal(method_find(&program, "Ope", 0x40, &types, NULL), -ENODATA);
		assert_int_equal(method_find(&program, "Close", UINT32_MAX, &types, NULL),
				 -ENODATA);
		assert_int_equal(method_find(&program, "all", UINT32_MAX, &types, NULL), -ENODATA);
		/* a type that is not a function */
		assert_int_equal(method_find(&program, "Open", 0x20, &types, NULL), -EBADMSG);
		assert_int_equal(method_types_find(program.descriptors, type_at(&program, FILES),
						   "Open", 0x40, &types, NULL),
				 -ENODATA);
		program_close(&program);
	}
}

static void test_methods_that_are_damaged(void **state)
{
	struct method_types types;
	struct program program;

	methods_begin(&program, 22);
	put32(&program, room(OPEN) + 48, 0x2000 | 0x8002u << 16);
	program_finish(&program);
	assert_int_equal(method_find(&program, "Open", 0x40, &types, NULL), -EBADMSG);
	program_close(&program);
	methods_begin(&program, 22);
	put32(&program, room(OPEN) + 48, METHOD_MAX_TYPES | 0x8002u << 16);
	program_finish(&program);
	assert_int_equal(method_find(&program, "Open", 0x40, &types, NULL), -E2BIG);
	program_close(&program);
	methods_begin(&program, 22);
	put32(&program, room(FILE_TYPE) + 88, SIZE);
	program_finish(&program);
	assert_int_equal(method_find(&program, "Open", 0x40, &types, NULL), -ENODATA);
	program_close(&program);
}

static void test_too_many(void **state)
{
	struct descriptors *descriptors = NULL;
	struct program program;

	program_open(&program, 22, true);
	program.parts.etypes = program.parts.types + (UINT64_C(1) << 30);
	assert_int_equal(descriptors_open(program.image, &program.parts, &program.version,
					  &descriptors, NULL),
			 -E2BIG);
	program_close(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_form),
		cmocka_unit_test(test_form_of_unknown_release),
		cmocka_unit_test(test_interfaces),
		cmocka_unit_test(test_pointers_by_name),
		cmocka_unit_test(test_literals_by_name),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_methods_that_are_damaged),
		cmocka_unit_test(test_types_by_hash),
		cmocka_unit_test(test_types_of_one_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
