/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "alignment.h"
#include "declared_signature.h"
#include "declared_types.h"
#include "layout.h"
#include "types.h"

/* A program of a release that is in the table, without DWARF and descriptors. */
struct fixture {
	struct types types;
	struct declaration declaration;
	const struct signature *signature;
};

static void fixture_open(struct fixture *fixture)
{
	*fixture = (struct fixture){ .types.verified = true };
	assert_int_equal(layout_create(GO_VERSION(22, 0), GO_VERSION(22, 0), false,
				       &fixture->types.layout, NULL),
			 0);
}

static int fixture_declare(struct fixture *fixture, const char *text, struct error *err)
{
	if (declaration_parse(text, &fixture->declaration, err) < 0)
		fail_msg("%s: %s", text, err->what);
	return declared_signature(&fixture->types, &fixture->declaration, NULL, &fixture->signature,
				  err);
}

static void fixture_close(struct fixture *fixture)
{
	declaration_finish(&fixture->declaration);
	layout_destroy(fixture->types.layout);
	arena_finish(&fixture->types.declared);
}

static void assert_type(const char *text, enum type_kind kind, uint64_t size, uint64_t alignment)
{
	struct fixture fixture;
	struct error err = { 0 };
	uint64_t found = 0;
	char declaration[512];
	const struct type *type;

	fixture_open(&fixture);
	snprintf(declaration, sizeof(declaration), "func main.f(x %s)", text);
	if (fixture_declare(&fixture, declaration, &err) < 0)
		fail_msg("%s: %s", text, err.what);
	type = fixture.signature->parameters[0].type;
	assert_string_equal(fixture.signature->parameters[0].name, "x");
	assert_int_equal(type->kind, kind);
	if (type->size != size)
		fail_msg("%s: size %llu", text, (unsigned long long)type->size);
	assert_int_equal(alignment_of(&fixture.types, type, &found, NULL), 0);
	if (found != alignment)
		fail_msg("%s: alignment %llu", text, (unsigned long long)found);
	fixture_close(&fixture);
}

static void makes_types_by_the_rules_of_go(void **state)
{
	assert_type("bool", TYPE_BOOL, 1, 1);
	assert_type("int", TYPE_INT, 8, 8);
	assert_type("rune", TYPE_INT, 4, 4);
	assert_type("byte", TYPE_UINT, 1, 1);
	assert_type("float32", TYPE_FLOAT, 4, 4);
	assert_type("complex64", TYPE_COMPLEX, 8, 4);
	assert_type("string", TYPE_STRING, 16, 8);
	assert_type("error", TYPE_INTERFACE, 16, 8);
	assert_type("any", TYPE_INTERFACE, 16, 8);
	assert_type("interface{ M() }", TYPE_INTERFACE, 16, 8);
	assert_type("unsafe.Pointer", TYPE_POINTER, 8, 8);
	assert_type("*runtime.g", TYPE_POINTER, 8, 8);
	assert_type("context.Context", TYPE_INTERFACE, 16, 8);
	assert_type("[]int", TYPE_SLICE, 24, 8);
	assert_type("[3]int16", TYPE_ARRAY, 6, 2);
	assert_type("[0]int", TYPE_ARRAY, 0, 8);
	assert_type("map[string]int", TYPE_MAP, 8, 8);
	assert_type("<-chan int", TYPE_CHAN, 8, 8);
	assert_type("func(main.item)", TYPE_FUNC, 8, 8);
	assert_type("struct{}", TYPE_STRUCT, 0, 1);
	assert_type("struct{ a byte; b int32; c bool }", TYPE_STRUCT, 12, 4);
	assert_type("struct{ a, b byte }", TYPE_STRUCT, 2, 1);
	assert_type("struct{ a int; b struct{} }", TYPE_STRUCT, 16, 8);
	assert_type("struct{ b struct{}; a int16 }", TYPE_STRUCT, 2, 2);
	assert_type("struct{ a [2]struct{ b int16; c byte }; d error }", TYPE_STRUCT, 24, 8);
}

static void fills_in_the_parts(void **state)
{
	struct fixture fixture;
	struct error err = { 0 };
	const struct type *type;

	fixture_open(&fixture);
	assert_int_equal(
		fixture_declare(
			&fixture,
			"func main.f(m map[string]*struct{ a byte; b, c int32; error }, any, error) (n int, err error)",
			&err),
		0);
	assert_int_equal(fixture.signature->parameter_count, 3);
	assert_int_equal(fixture.signature->result_count, 2);
	assert_string_equal(fixture.signature->results[1].name, "err");
	assert_string_equal(fixture.signature->parameters[1].name, "");
	type = fixture.signature->parameters[0].type;
	assert_string_equal(type->name, "map[string]*struct { a uint8; b int32; c int32; error }");
	assert_int_equal(type->key->kind, TYPE_STRING);
	type = type->element->element;
	assert_int_equal(type->field_count, 4);
	assert_string_equal(type->fields[2].name, "c");
	assert_int_equal(type->fields[2].offset, 8);
	assert_int_equal(type->fields[3].offset, 16);
	assert_true(type->fields[3].embedded);
	assert_string_equal(fixture.signature->parameters[1].type->fields[0].name, "_type");
	assert_string_equal(fixture.signature->parameters[2].type->fields[0].name, "tab");
	fixture_close(&fixture);
}

static void refuses_types_that_are_not_described(void **state)
{
	static const struct {
		const char *text, *what, *quoted;
	} rows[] = {
		{ "func main.f(a int, o main.order) error",
		  "the signature of main.f cannot be used: the binary does not describe the type main.order",
		  "main.order) error" },
		{ "func (c *main.Cache) Put(key string)",
		  "the signature of main.(*Cache).Put cannot be used: the binary does not describe the type main.Cache",
		  "main.Cache) Put(key string)" },
		{ "func main.f() map[string][]struct{ o *gopkg.in/yaml.v3.Node }",
		  "the signature of main.f cannot be used: the binary does not describe the type gopkg.in/yaml%2ev3.Node",
		  "gopkg.in/yaml.v3.Node }" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture fixture;
		struct error err = { 0 };

		fixture_open(&fixture);
		assert_int_equal(fixture_declare(&fixture, rows[i].text, &err), -ENODATA);
		assert_string_equal(err.what, rows[i].what);
		assert_string_equal(err.quote + err.quote_at, rows[i].quoted);
		assert_string_equal(
			err.hint,
			"check its import path, or write it out as a literal: struct{…} with all its fields, interface{…} with its methods");
		fixture_close(&fixture);
	}
}

static void refuses_types_that_are_too_large(void **state)
{
	static const char *const texts[] = {
		"func main.f(a [9223372036854775807]int)",
		"func main.f(a [268435456]int)",
		"func main.f(a struct{ b, c [134217728]int })",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct fixture fixture;
		struct error err = { 0 };

		fixture_open(&fixture);
		assert_int_equal(fixture_declare(&fixture, texts[i], &err), -E2BIG);
		assert_string_equal(err.what, "the type is too large to be an argument");
		fixture_close(&fixture);
	}
}

/* If DWARF has a signature, its types are used; names that are missing there come from the declaration. */
static void adds_names_to_what_dwarf_has(void **state)
{
	static const struct type number = {
		.kind = TYPE_INT, .name = "int", .size = 8, .complete = true
	};
	static const struct parameter parameters[] = { { "a", &number }, { "~p1", &number } };
	static const struct signature said = { .parameters = parameters, .parameter_count = 2 };
	struct declaration declaration;
	const struct signature *signature;
	struct fixture fixture;

	fixture_open(&fixture);
	assert_int_equal(declaration_parse("func main.f(a, b int)", &declaration, NULL), 0);
	assert_int_equal(declared_signature(&fixture.types, &declaration, &said, &signature, NULL),
			 0);
	assert_ptr_equal(signature->parameters[1].type, &number);
	assert_string_equal(signature->parameters[1].name, "b");
	declaration_finish(&declaration);
	assert_int_equal(declaration_parse("func main.f(a, b uint)", &declaration, NULL), 0);
	assert_int_equal(declared_signature(&fixture.types, &declaration, &said, &signature, NULL),
			 -EINVAL);
	declaration_finish(&declaration);
	fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_types_by_the_rules_of_go),
		cmocka_unit_test(fills_in_the_parts),
		cmocka_unit_test(refuses_types_that_are_not_described),
		cmocka_unit_test(refuses_types_that_are_too_large),
		cmocka_unit_test(adds_names_to_what_dwarf_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
