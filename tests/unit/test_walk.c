/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <linux/types.h>

#include "access.h"
#include "contract.h"
#include "elf_builder.h"

/* pt_regs indices on amd64 */
enum { R14 = 1, RBX = 5, RSI = 13, R8 = 9, RAX = 10, RCX = 11, RDI = 14, RSP = 19 };

/* ---- types made by hand: complete, so that nothing is asked of any binary ---- */

#define COMPLETE .complete = true
static const struct type int_type = {TYPE_INT, "int", 8, COMPLETE};
static const struct type bool_type = {TYPE_BOOL, "bool", 1, COMPLETE};
static const struct type float_type = {TYPE_FLOAT, "float64", 8, COMPLETE};
static const struct type string_type = {TYPE_STRING, "string", 16, COMPLETE};
static const struct type slice_type = {TYPE_SLICE, "[]int", 24, COMPLETE, .element = &int_type};
static const struct type error_type = {TYPE_INTERFACE, "error", 16, COMPLETE};
static const struct type raw_type = {TYPE_POINTER, "unsafe.Pointer", 8, COMPLETE};
static const struct type array_type = {TYPE_ARRAY, "[2]int", 16, COMPLETE, .element = &int_type,
				       .length = 2};
static const struct type unknown_type = {TYPE_UNKNOWN, "main.Mystery", 0, COMPLETE};

static const struct field item_fields[] = {
	{"ID", &int_type, 0},
	{"Name", &string_type, 8},
	{"Price", &float_type, 24},
	{"Sold", &bool_type, 32},
};
static const struct type item_type = {TYPE_STRUCT, "main.Item", 40, COMPLETE, .fields = item_fields,
				      .field_count = 4};
static const struct type item_pointer = {TYPE_POINTER, "*main.Item", 8, COMPLETE,
					 .element = &item_type};
static const struct type item_pointer_pointer = {TYPE_POINTER, "**main.Item", 8, COMPLETE,
						 .element = &item_pointer};

static const struct field order_fields[] = {
	{"Item", &item_type, 0, true},
	{"Next", &item_pointer, 40},
	{"Far", &int_type, 32767},
	{"Farther", &int_type, 32768},
	{"Err", &error_type, 64},
	{"Raw", &raw_type, 80},
	{"Twice", &item_pointer_pointer, 88},
};
static const struct type order_type = {TYPE_STRUCT, "main.Order", 40000, COMPLETE,
				       .fields = order_fields, .field_count = 7};
static const struct type order_pointer = {TYPE_POINTER, "*main.Order", 8, COMPLETE,
					  .element = &order_type};

/* type Loop *Loop */
static struct type loop_type = {TYPE_POINTER, "main.Loop", 8, COMPLETE};

static const struct convention *convention(int minor)
{
	struct go_version version = {.number = GO_VERSION(minor, 0)};

	return convention_of(MACHINE_AMD64, &version);
}

static const struct site site_of_r14 = {.goroutine_register = R14};

/* Resolves an expression over parameters of these types, called a, b, c … */
struct question {
	int minor;
	const struct type *types[6];
	const char *expression;
};

static int resolve(struct question question, struct access *ret_access, struct error *err)
{
	static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
	struct parameter parameters[6];
	struct signature signature = {.parameters = parameters};
	struct scope scope = {convention(question.minor), NULL, &signature, &site_of_r14};
	struct expression expression;

	while (signature.parameter_count < 6 && question.types[signature.parameter_count]) {
		parameters[signature.parameter_count] = (struct parameter){
			.name = names[signature.parameter_count],
			.type = question.types[signature.parameter_count],
		};
		signature.parameter_count++;
	}
	assert_int_equal(expression_parse(question.expression, &expression, NULL), 0);
	return access_resolve(&scope, &expression, ret_access, err);
}

static struct access resolved(struct question question)
{
	struct access access;
	struct error err = {0};

	if (resolve(question, &access, &err) < 0)
		fail_msg("%s: %s", question.expression, err.what);
	return access;
}

static void assert_registers(struct access access, const struct type *type, size_t count, int first,
			     int second)
{
	assert_ptr_equal(access.type, type);
	assert_int_equal(access.hop_count, 0);
	assert_int_equal(access.word_count, count);
	assert_int_equal(access.words[0], first);
	if (count == 2)
		assert_int_equal(access.words[1], second);
}

static void assert_hops(struct access access, const struct type *type, int word, size_t count,
			const int32_t *hops)
{
	assert_ptr_equal(access.type, type);
	assert_int_equal(access.word_count, 1);
	assert_int_equal(access.words[0], word);
	assert_int_equal(access.hop_count, count);
	assert_memory_equal(access.hops, hops, count * sizeof(hops[0]));
}

#define ASSERT_HOPS(access, type, word, ...)                                              \
	assert_hops(access, type, word, sizeof((int32_t[]){__VA_ARGS__}) / sizeof(int32_t), \
		    (int32_t[]){__VA_ARGS__})

static void reaches_registers(void **state)
{
	assert_registers(resolved((struct question){25, {&int_type}, "a"}), &int_type, 1, RAX, 0);
	assert_registers(resolved((struct question){25, {&int_type, &string_type}, "b"}), &string_type, 2,
			 RBX, RCX);
	assert_registers(resolved((struct question){25, {&string_type, &error_type}, "b.data"}),
			 resolved((struct question){25, {&error_type}, "a.data"}).type, 1, RDI, 0);
	/* Parts of a struct that is passed by value; the float between them takes no integer register. */
	assert_registers(resolved((struct question){25, {&item_type}, "a.ID"}), &int_type, 1, RAX, 0);
	assert_registers(resolved((struct question){25, {&item_type}, "a.Name"}), &string_type, 2, RBX,
			 RCX);
	assert_registers(resolved((struct question){25, {&item_type}, "a.Sold"}), &bool_type, 1, RDI, 0);
	assert_registers(resolved((struct question){25, {&float_type, &int_type}, "b"}), &int_type, 1,
			 RAX, 0);
}

static void follows_pointers(void **state)
{
	const struct type *const types[] = {&int_type, &order_pointer};

	ASSERT_HOPS(resolved((struct question){25, {types[0], types[1]}, "b.Item.Name"}), &string_type,
		    RBX, 8);
	ASSERT_HOPS(resolved((struct question){25, {types[0], types[1]}, "b.Next"}), &item_pointer, RBX,
		    40);
	ASSERT_HOPS(resolved((struct question){25, {types[0], types[1]}, "b.Next.Price"}), &float_type,
		    RBX, 40, 24);
	ASSERT_HOPS(resolved((struct question){25, {types[0], types[1]}, "b.Twice.Sold"}), &bool_type,
		    RBX, 88, 0, 32);
	ASSERT_HOPS(resolved((struct question){25, {types[0], types[1]}, "b.Far"}), &int_type, RBX,
		    32767);
	ASSERT_HOPS(resolved((struct question){25, {&item_pointer_pointer}, "a.ID"}), &int_type, RAX, 0,
		    0);
	assert_int_equal(resolved((struct question){25, {&order_pointer}, "a.Err.tab"}).hops[0], 64);
	assert_int_equal(resolved((struct question){25, {&order_pointer}, "a.Err.data"}).hops[0], 72);
}

static void reaches_the_stack(void **state)
{
	/* ABI0: all of it, above the return address. */
	ASSERT_HOPS(resolved((struct question){15, {&int_type, &string_type}, "a"}), &int_type, RSP, 8);
	ASSERT_HOPS(resolved((struct question){15, {&int_type, &string_type}, "b"}), &string_type, RSP,
		    16);
	ASSERT_HOPS(resolved((struct question){15, {&bool_type, &item_type}, "b.Sold"}), &bool_type, RSP,
		    48);
	ASSERT_HOPS(resolved((struct question){15, {&int_type, &order_pointer}, "b.Next.Name"}),
		    &string_type, RSP, 16, 40, 8);
	ASSERT_HOPS(resolved((struct question){15, {&float_type}, "a"}), &float_type, RSP, 8);
	ASSERT_HOPS(resolved((struct question){15, {&error_type}, "a.data"}),
		    resolved((struct question){15, {&error_type}, "a.data"}).type, RSP, 16);
	/* ABIInternal: an array of two never goes into registers, what follows it does. */
	ASSERT_HOPS(resolved((struct question){25, {&int_type, &array_type, &int_type}, "b"}),
		    &array_type, RSP, 8);
	assert_registers(resolved((struct question){25, {&int_type, &array_type, &int_type}, "c"}),
			 &int_type, 1, RBX, 0);
}

static void assert_refused(struct question question, int code, const char *why)
{
	struct access access, before;
	struct error err = {0};

	memset(&access, 0x5a, sizeof(access));
	before = access;
	assert_int_equal(resolve(question, &access, &err), code);
	assert_memory_equal(&access, &before, sizeof(access));
	assert_int_equal(err.code, code);
	if (!strstr(err.what, why))
		fail_msg("%s", err.what);
	assert_int_equal(resolve(question, &access, NULL), code);
}

static void refuses_what_it_cannot_reach(void **state)
{
	assert_refused((struct question){25, {&int_type, &string_type}, "x"}, -ENOENT, "a, b");
	assert_refused((struct question){25, {0}, "x"}, -ENOENT, "none");
	assert_refused((struct question){25, {&item_type}, "a.Colour"}, -ENOENT,
		       "ID, Name, Price, Sold");
	assert_refused((struct question){25, {&item_type}, "a.Colour"}, -ENOENT, "at 3:");
	assert_refused((struct question){25, {&int_type}, "a.ID"}, -ENOENT, "no fields");
	assert_refused((struct question){25, {&string_type}, "a.len"}, -ENOENT, "no fields");
	assert_refused((struct question){25, {&error_type}, "a.Error"}, -ENOENT, "tab, data");
	assert_refused((struct question){25, {&float_type}, "a"}, -ENOTSUP, "floating-point");
	assert_refused((struct question){25, {&item_type}, "a.Price"}, -ENOTSUP, "floating-point");
	assert_refused((struct question){25, {&item_type}, "a"}, -ENOTSUP, "");
	assert_refused((struct question){25, {&slice_type}, "a"}, -ENOTSUP, "[]int");
	assert_refused((struct question){25, {&raw_type}, "a.x"}, -ENOTSUP, "unsafe.Pointer");
	assert_refused((struct question){25, {&order_pointer}, "a.Raw.x"}, -ENOTSUP, "cannot be followed");
	assert_refused((struct question){25, {&order_pointer}, "a.Farther"}, -E2BIG, "32768");
	assert_refused((struct question){25, {&unknown_type, &int_type}, "b"}, -ENODATA, "main.Mystery");
	/* The goroutine may be named like a parameter, but is no field. */
	assert_refused((struct question){25, {&int_type}, "a.g"}, -ENOENT, "no fields");
}

static void bounds_the_pointers(void **state)
{
	loop_type.element = &loop_type;
	assert_refused((struct question){25, {&loop_type}, "a.x"}, -E2BIG, "pointers");
	assert_refused((struct question){15, {&loop_type}, "a.x"}, -E2BIG, "pointers");
}

/* A chain of as many pointers as may be followed, and of one more. */
static void follows_long_chains(void **state)
{
	static struct type chain[ACCESS_MAX_HOPS + 2];
	static const int32_t zeros[ACCESS_MAX_HOPS];
	const struct type *longest = &chain[ACCESS_MAX_HOPS];

	chain[0] = item_type;
	for (size_t i = 1; i < sizeof(chain) / sizeof(chain[0]); i++)
		chain[i] = (struct type){TYPE_POINTER, "*…", 8, COMPLETE, .element = &chain[i - 1]};
	assert_hops(resolved((struct question){25, {longest}, "a.ID"}), &int_type, RAX, ACCESS_MAX_HOPS,
		    zeros);
	assert_refused((struct question){25, {longest + 1}, "a.ID"}, -E2BIG, "pointers");
}

/* A value of a size that DWARF made up must not lead out of what it is a part of. */
static void keeps_within_32_bits(void **state)
{
	static const struct type huge = {TYPE_ARRAY, "[2147483600]bool", 2147483600, COMPLETE,
					 .element = &bool_type, .length = 2147483600};
	static const struct type larger = {TYPE_ARRAY, "[4294967296]bool", 4294967296, COMPLETE,
					   .element = &bool_type, .length = 4294967296};

	ASSERT_HOPS(resolved((struct question){15, {&huge, &bool_type}, "b"}), &bool_type, RSP,
		    2147483608);
	assert_refused((struct question){15, {&larger, &bool_type}, "b"}, -E2BIG, "too large");
}

/* ---- the built-in table, as of a binary without DWARF ---- */

struct binary_types {
	struct elf_builder elf;
	struct image *image;
	struct types *types;
	struct go_version version;
};

static void binary_types_open(struct binary_types *binary, int minor, int patch)
{
	uint64_t offset;

	elf_init(&binary->elf);
	offset = elf_append(&binary->elf, NULL, 64);
	elf_segment(&binary->elf, PT_LOAD, PF_R | PF_X, 0x400000, offset, 64, 64);
	elf_finish(&binary->elf, ET_EXEC, EM_X86_64);
	binary->version = (struct go_version){.number = GO_VERSION(minor, patch)};
	assert_int_equal(image_open(elf_save(&binary->elf), &binary->image, NULL), 0);
	assert_int_equal(types_open(binary->image, &binary->version, &binary->types, NULL), 0);
}

static void binary_types_close(struct binary_types *binary)
{
	types_close(binary->types);
	image_close(binary->image);
	elf_release(&binary->elf);
}

static int resolve_in(const struct binary_types *binary, const char *function_name,
		      const struct site *site, const char *text, struct access *ret_access)
{
	struct function function = {function_name, 0x400000, 0x400040};
	struct scope scope = {
		.convention = convention_of(MACHINE_AMD64, &binary->version),
		.types = binary->types,
		.site = site,
	};
	struct expression expression;

	assert_int_equal(types_signature(binary->types, &function, &scope.signature, NULL, NULL), 0);
	assert_int_equal(expression_parse(text, &expression, NULL), 0);
	return access_resolve(&scope, &expression, ret_access, NULL);
}

static const char serve_http[] = "net/http.serverHandler.ServeHTTP";

static void reads_the_table_of_125(void **state)
{
	struct binary_types binary;
	struct access access;

	binary_types_open(&binary, 25, 1);
	assert_int_equal(resolve_in(&binary, serve_http, &site_of_r14, "req.URL.Path", &access), 0);
	assert_int_equal(access.type->kind, TYPE_STRING);
	ASSERT_HOPS(access, access.type, RDI, 16, 56);
	assert_int_equal(resolve_in(&binary, serve_http, &site_of_r14, "rw.data", &access), 0);
	assert_registers(access, access.type, 1, RCX, 0);
	assert_int_equal(resolve_in(&binary, serve_http, &site_of_r14, "g.goid", &access), 0);
	ASSERT_HOPS(access, access.type, R14, 152);
	assert_int_equal(resolve_in(&binary, "net/http.(*response).finishRequest", &site_of_r14,
				    "w.req.Pattern", &access), 0);
	ASSERT_HOPS(access, access.type, RAX, 8, 232);
	/* A type that only DWARF would describe. */
	assert_int_equal(resolve_in(&binary, serve_http, &site_of_r14, "req.TLS.Version", &access),
			 -ENODATA);
	binary_types_close(&binary);
}

static void reads_the_table_of_115(void **state)
{
	struct site no_goroutine = {.goroutine_register = CONVENTION_NO_REGISTER};
	struct site in_rcx = {.goroutine_register = RCX, .goroutine_offset = -8};
	struct site in_storage = {.goroutine_register = CONVENTION_NO_REGISTER, .goroutine_offset = -8};
	struct binary_types binary;
	struct access access;

	binary_types_open(&binary, 15, 15);
	assert_int_equal(resolve_in(&binary, serve_http, &no_goroutine, "req.URL.RawQuery", &access), 0);
	ASSERT_HOPS(access, access.type, RSP, 32, 16, 96);
	assert_int_equal(resolve_in(&binary, serve_http, &no_goroutine, "rw.data", &access), 0);
	ASSERT_HOPS(access, access.type, RSP, 24);
	assert_int_equal(resolve_in(&binary, serve_http, &no_goroutine, "g.goid", &access), -ENOTSUP);
	assert_int_equal(resolve_in(&binary, serve_http, &in_rcx, "g.goid", &access), 0);
	ASSERT_HOPS(access, access.type, RCX, 152);
	assert_int_equal(resolve_in(&binary, serve_http, &in_storage, "g.goid", &access), 0);
	ASSERT_HOPS(access, access.type, PLAN_THREAD_POINTER, -8, 152);
	assert_int_equal(resolve_in(&binary, serve_http, &in_rcx, "req.Pattern", &access), -ENOENT);
	binary_types_close(&binary);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reaches_registers),
		cmocka_unit_test(follows_pointers),
		cmocka_unit_test(reaches_the_stack),
		cmocka_unit_test(refuses_what_it_cannot_reach),
		cmocka_unit_test(bounds_the_pointers),
		cmocka_unit_test(follows_long_chains),
		cmocka_unit_test(keeps_within_32_bits),
		cmocka_unit_test(reads_the_table_of_125),
		cmocka_unit_test(reads_the_table_of_115),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
