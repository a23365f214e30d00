/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "contract.h"
#include "convention.h"

#define COMPLETE .complete = true
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct type boolean = { .kind = TYPE_BOOL, .name = "bool", .size = 1, COMPLETE };
static const struct type byte = { .kind = TYPE_UINT, .name = "uint8", .size = 1, COMPLETE };
static const struct type int16 = { .kind = TYPE_INT, .name = "int16", .size = 2, COMPLETE };
static const struct type int32 = { .kind = TYPE_INT, .name = "int32", .size = 4, COMPLETE };
static const struct type integer = { .kind = TYPE_INT, .name = "int", .size = 8, COMPLETE };
static const struct type float32 = { .kind = TYPE_FLOAT, .name = "float32", .size = 4, COMPLETE };
static const struct type float64 = { .kind = TYPE_FLOAT, .name = "float64", .size = 8, COMPLETE };
static const struct type complex64 = { .kind = TYPE_COMPLEX,
				       .name = "complex64",
				       .size = 8,
				       COMPLETE };
static const struct type string = { .kind = TYPE_STRING, .name = "string", .size = 16, COMPLETE };
static const struct type pointer = { .kind = TYPE_POINTER, .name = "*T", .size = 8, COMPLETE };
static const struct type interface = { .kind = TYPE_INTERFACE, .name = "any", .size = 16, COMPLETE };
static const struct type slice = { .kind = TYPE_SLICE, .name = "[]int", .size = 24, COMPLETE };
static const struct type empty = { .kind = TYPE_STRUCT, .name = "struct {}", COMPLETE };
static const struct type unknown = { .kind = TYPE_UNKNOWN, .name = "a.Unknown" };

static const struct type no_words = { .kind = TYPE_ARRAY,
				      .name = "[0]int",
				      .element = &integer,
				      COMPLETE };
static const struct type one_string = { .kind = TYPE_ARRAY,
					.name = "[1]string",
					.size = 16,
					.element = &string,
					.length = 1,
					COMPLETE };
static const struct type two_shorts = { .kind = TYPE_ARRAY,
					.name = "[2]int16",
					.size = 4,
					.element = &int16,
					.length = 2,
					COMPLETE };

static const struct field pair_fields[] = { { .name = "a", .type = &byte },
					    { .name = "f", .type = &float32, .offset = 4 },
					    { .name = "s", .type = &string, .offset = 8 } };
static const struct type pair = { .kind = TYPE_STRUCT,
				  .name = "pair",
				  .size = 24,
				  .fields = pair_fields,
				  .field_count = 3,
				  COMPLETE };
static const struct field holed_fields[] = { { .name = "s", .type = &string, .offset = 16 } };
static const struct type holed = { .kind = TYPE_STRUCT,
				   .name = "holed",
				   .size = 32,
				   .fields = holed_fields,
				   .field_count = 1,
				   COMPLETE };
static const struct type truncated = { .kind = TYPE_STRUCT,
				       .name = "truncated",
				       .size = 64,
				       .fields = pair_fields,
				       .field_count = 3,
				       COMPLETE };
static const struct field tail_fields[] = { { .name = "x", .type = &int32 },
					    { .name = "e", .type = &empty, .offset = 4 } };
static const struct type tail = { .kind = TYPE_STRUCT,
				  .name = "tail",
				  .size = 8,
				  .fields = tail_fields,
				  .field_count = 2,
				  COMPLETE };

/* Replaces the sources of types: they describe no incomplete type. */
int types_complete(struct types *types, const struct type *type, struct error *err)
{
	assert_null(types);
	return type->complete ? 0 : error_fail(err, -ENODATA, "no source describes %s", type->name);
}

static struct location locate(enum machine machine, uint32_t release,
			      const struct type *const *types, size_t count)
{
	struct go_version version = { .number = release };
	struct parameter parameters[32] = { 0 };
	struct signature signature = { .parameters = parameters, .parameter_count = count };
	struct location location;
	struct error err = { 0 };

	for (size_t i = 0; i < count; i++)
		parameters[i] = (struct parameter){ .name = "p", .type = types[i] };
	assert_int_equal(convention_locate(convention_of(machine, &version), NULL, &signature,
					   count - 1, &location, &err),
			 0);
	return location;
}

/* Returns the location of the last of these parameters. */
#define LOCATE(machine, release, ...)                                         \
	locate(machine, release, (const struct type *const[]){ __VA_ARGS__ }, \
	       COUNT(((const struct type *const[]){ __VA_ARGS__ })))
#define REGISTER(...) LOCATE(MACHINE_AMD64, GO_VERSION(22, 0), __VA_ARGS__)
#define STACK(...) LOCATE(MACHINE_AMD64, GO_VERSION(16, 0), __VA_ARGS__)
#define ARM(...) LOCATE(MACHINE_ARM64, GO_VERSION(22, 0), __VA_ARGS__)

static void assert_integers(struct location location, size_t count, const uint8_t *indices)
{
	assert_int_equal(location.piece_count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(location.pieces[i].place, PLACE_INTEGER);
		assert_int_equal(location.pieces[i].index, indices[i]);
	}
}

static void assert_stack(struct location location, uint32_t offset, uint32_t size)
{
	assert_int_equal(location.piece_count, 1);
	assert_int_equal(location.pieces[0].place, PLACE_STACK);
	assert_int_equal(location.pieces[0].stack_offset, offset);
	assert_int_equal(location.pieces[0].size, size);
}

#define INTEGERS(...)                                                \
	COUNT(((const uint8_t[]){ __VA_ARGS__ })), (const uint8_t[]) \
	{                                                            \
		__VA_ARGS__                                          \
	}
#define NINE \
	&integer, &integer, &integer, &integer, &integer, &integer, &integer, &integer, &integer

static void test_which_convention(void **state)
{
	static const struct {
		enum machine machine;
		uint32_t release;
		bool off;
		const char *name;
	} rows[] = {
		{ MACHINE_AMD64, GO_VERSION(16, 15), false, "stack" },
		{ MACHINE_AMD64, GO_VERSION(17, 0), false, "register" },
		{ MACHINE_AMD64, GO_VERSION(17, 0), true, "stack" },
		{ MACHINE_ARM64, GO_VERSION(17, 13), false, "stack" },
		{ MACHINE_ARM64, GO_VERSION(18, 0), false, "register" },
		{ MACHINE_AMD64, GO_VERSION(99, 0), false, "register" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct go_version version = { .number = rows[i].release,
					      .no_register_abi = rows[i].off };
		const struct convention *convention = convention_of(rows[i].machine, &version);

		assert_string_equal(convention->name, rows[i].name);
		assert_int_equal(convention->machine, rows[i].machine);
	}
}

/* GO-FACTS: serverHandler.ServeHTTP(sh, rw, req). */
static void test_serve_http(void **state)
{
	static const struct field field = { .name = "srv", .type = &pointer };
	static const struct type handler = { .kind = TYPE_STRUCT,
					     .name = "serverHandler",
					     .size = 8,
					     .fields = &field,
					     .field_count = 1,
					     COMPLETE };

	assert_integers(REGISTER(&handler), INTEGERS(10));
	assert_integers(REGISTER(&handler, &interface), INTEGERS(5, 11));
	assert_integers(REGISTER(&handler, &interface, &pointer), INTEGERS(14));
	assert_integers(ARM(&handler, &interface, &pointer), INTEGERS(3));
	assert_stack(STACK(&handler), 8, 8);
	assert_stack(STACK(&handler, &interface), 16, 16);
	assert_stack(STACK(&handler, &interface, &pointer), 32, 8);
	assert_stack(LOCATE(MACHINE_ARM64, GO_VERSION(15, 0), &handler, &interface, &pointer), 32,
		     8);
}

static void test_nine_integers_and_past(void **state)
{
	assert_integers(REGISTER(NINE), INTEGERS(6));
	assert_stack(REGISTER(NINE, &integer), 8, 8);
	assert_stack(REGISTER(NINE, &integer, &byte), 16, 1);
	assert_stack(REGISTER(NINE, &integer, &byte, &int16), 18, 2);
	assert_stack(REGISTER(NINE, &integer, &byte, &string), 24, 16);
	assert_integers(ARM(NINE, &integer), INTEGERS(9));
}

static void test_floats_have_registers_of_their_own(void **state)
{
	struct location location = REGISTER(&integer, &float32, &float64, &complex64);

	assert_int_equal(location.piece_count, 2);
	assert_int_equal(location.pieces[0].place, PLACE_FLOAT);
	assert_int_equal(location.pieces[0].index, 2);
	assert_int_equal(location.pieces[1].index, 3);
	assert_int_equal(location.pieces[1].value_offset, 4);
	assert_integers(REGISTER(&float32, &float64, &integer), INTEGERS(10));
	assert_stack(REGISTER(&float64, &float64, &float64, &float64, &float64, &float64, &float64,
			      &float64, &float64, &float64, &float64, &float64, &float64, &float64,
			      &float64, &float64),
		     8, 8);
}

static void test_strings_slices_interfaces(void **state)
{
	assert_integers(REGISTER(&string, &slice), INTEGERS(11, 14, 13));
	assert_integers(REGISTER(&string, &slice, &interface, &boolean), INTEGERS(7));
	assert_stack(REGISTER(&slice, &slice, &string, &string), 8, 16);
}

static void test_struct_by_value(void **state)
{
	struct location location = REGISTER(&integer, &pair);

	assert_int_equal(location.piece_count, 4);
	assert_int_equal(location.pieces[0].index, 5);
	assert_int_equal(location.pieces[0].size, 1);
	assert_int_equal(location.pieces[1].place, PLACE_FLOAT);
	assert_int_equal(location.pieces[1].value_offset, 4);
	assert_int_equal(location.pieces[2].index, 11);
	assert_int_equal(location.pieces[2].value_offset, 8);
	assert_int_equal(location.pieces[3].index, 14);
	assert_int_equal(location.pieces[3].value_offset, 16);
	assert_stack(STACK(&byte, &pair), 16, 24);
}

/* A value that does not fit takes no register at all; smaller values after it may still use registers. */
static void test_failure_resets(void **state)
{
	assert_stack(REGISTER(&integer, &integer, &integer, &integer, &integer, &integer, &integer,
			      &pair, &pair),
		     32, 24);
	assert_integers(REGISTER(&integer, &integer, &integer, &integer, &integer, &integer,
				 &integer, &pair, &pair, &string),
			INTEGERS(7, 6));
	/* The register of the float in the failed pair is free again. */
	assert_int_equal(REGISTER(NINE, &pair, &float64).pieces[0].index, 0);
}

static void test_arrays(void **state)
{
	assert_integers(REGISTER(&integer, &one_string), INTEGERS(5, 11));
	assert_stack(REGISTER(&integer, &two_shorts), 8, 4);
	assert_integers(REGISTER(&two_shorts, &integer), INTEGERS(10));
}

static void test_zero_size(void **state)
{
	assert_int_equal(REGISTER(&integer, &empty).piece_count, 0);
	assert_int_equal(REGISTER(&no_words).piece_count, 0);
	assert_integers(REGISTER(&empty, &integer), INTEGERS(10));
	/* A value of size zero takes no room on the stack, but its alignment counts. */
	assert_stack(STACK(&byte, &no_words, &byte), 16, 1);
	assert_stack(STACK(&byte, &empty, &byte), 9, 1);
	assert_integers(REGISTER(&tail), INTEGERS(10));
	assert_stack(STACK(&byte, &tail), 12, 8);
}

static int locate_last(const struct type *type, struct entry_hint hint, struct error *err)
{
	struct go_version version = { .number = GO_VERSION(20, 0) };
	struct parameter parameter = { .name = "p", .type = type, .hint = hint };
	struct signature signature = { .parameters = &parameter, .parameter_count = 1 };
	struct location location;

	return convention_locate(convention_of(MACHINE_AMD64, &version), NULL, &signature, 0,
				 &location, err);
}

static void test_incomplete_types_are_refused(void **state)
{
	const struct entry_hint none = { .kind = ENTRY_UNKNOWN };
	struct error err = { 0 };

	assert_int_equal(locate_last(&unknown, none, &err), -ENODATA);
	assert_non_null(strstr(err.what, "a.Unknown"));
	assert_int_equal(locate_last(&holed, none, NULL), -ENODATA);
	assert_int_equal(locate_last(&truncated, none, NULL), -ENODATA);
}

static void test_deep_types_are_refused(void **state)
{
	static struct type types[100];
	struct entry_hint none = { .kind = ENTRY_UNKNOWN };

	for (size_t i = 0; i < COUNT(types); i++)
		types[i] = (struct type){ .kind = TYPE_ARRAY,
					  .name = "[1]…",
					  .size = 8,
					  .length = 1,
					  .element = i ? &types[i - 1] : &integer,
					  COMPLETE };
	assert_int_equal(locate_last(&types[10], none, NULL), 0);
	assert_int_equal(locate_last(&types[99], none, NULL), -E2BIG);
	/* A type that contains itself. */
	types[0].element = &types[0];
	assert_int_equal(locate_last(&types[0], none, NULL), -E2BIG);
}

/* The number of visited types is bounded for all parameters together, not for each. */
static void test_large_signatures_are_refused(void **state)
{
	enum { WIDTH = 32, LEVELS = 3, COUNT = 6 }; /* 33,825 types each */
	static struct field fields[LEVELS][WIDTH];
	static struct type levels[LEVELS];
	const struct type *inner = &empty;
	struct go_version version = { .number = GO_VERSION(22, 0) };
	const struct convention *convention = convention_of(MACHINE_AMD64, &version);
	struct parameter parameters[COUNT];
	struct signature signature = { .parameters = parameters, .parameter_count = COUNT };
	struct location location;
	struct argument_use use;
	struct error err = { 0 };

	for (size_t i = 0; i < LEVELS; i++) {
		for (size_t j = 0; j < WIDTH; j++)
			fields[i][j] = (struct field){ .name = "e", .type = inner };
		levels[i] = (struct type){ .kind = TYPE_STRUCT,
					   .name = "wide",
					   .fields = fields[i],
					   .field_count = WIDTH,
					   COMPLETE };
		inner = &levels[i];
	}
	for (size_t i = 0; i < COUNT; i++)
		parameters[i] = (struct parameter){ .name = "p", .type = inner };
	assert_int_equal(
		convention_locate(convention, NULL, &signature, COUNT - 2, &location, &err), 0);
	assert_int_equal(convention_locate(convention, NULL, &signature, COUNT - 1, &location,
					   &err),
			 -E2BIG);
	assert_int_equal(convention_use(convention, NULL, &signature, &use, &err), -E2BIG);
	signature.parameter_count--;
	assert_int_equal(convention_use(convention, NULL, &signature, &use, &err), 0);
}

static void test_hint_contradicts(void **state)
{
	assert_int_equal(locate_last(&string, (struct entry_hint){ ENTRY_REGISTER, 0, 0 }, NULL),
			 0);
	assert_int_equal(locate_last(&string, (struct entry_hint){ ENTRY_REGISTER, 3, 0 }, NULL),
			 -ENODATA);
	assert_int_equal(locate_last(&string, (struct entry_hint){ ENTRY_STACK, 0, 0 }, NULL),
			 -ENODATA);
	assert_int_equal(locate_last(&float64, (struct entry_hint){ ENTRY_REGISTER, 17, 0 }, NULL),
			 0);
	assert_int_equal(locate_last(&two_shorts, (struct entry_hint){ ENTRY_STACK, 0, 0 }, NULL),
			 0);
	assert_int_equal(locate_last(&two_shorts, (struct entry_hint){ ENTRY_STACK, 0, 8 }, NULL),
			 -ENODATA);
}

static void test_no_such_parameter(void **state)
{
	struct go_version version = { .number = GO_VERSION(20, 0) };
	struct signature signature = { 0 };
	struct location location;

	assert_int_equal(convention_locate(convention_of(MACHINE_AMD64, &version), NULL, &signature,
					   0, &location, NULL),
			 -EINVAL);
}

/*
 * Locates the result of a function with parameters of these types. `size`: the stack size that the function
 * table gives.
 */
static int locate_result(const struct type *const *types, size_t count, const struct type *result,
			 int32_t size)
{
	const struct go_version version = { .number = GO_VERSION(22, 0) };
	struct parameter parameters[8] = { 0 };
	const struct parameter results[] = { { .name = "r", .type = result } };
	struct signature signature = { .parameters = parameters,
				       .parameter_count = count,
				       .results = results,
				       .result_count = 1,
				       .stack_size = size };
	struct location location;
	struct error err = { 0 };
	int r;

	for (size_t i = 0; i < count; i++)
		parameters[i] = (struct parameter){ .name = "p", .type = types[i] };
	r = convention_locate_result(convention_of(MACHINE_AMD64, &version), NULL, &signature, 0,
				     &location, &err);
	if (r < 0)
		assert_non_null(strstr(err.what, "does not list all parameters"));
	return r;
}

#define LOCATE_RESULT(size, result, ...)                           \
	locate_result((const struct type *const[]){ __VA_ARGS__ }, \
		      COUNT(((const struct type *const[]){ __VA_ARGS__ })), &(result), size)

/* The stack size includes the stack arguments and the spill space of the registers. 0: it is unknown. */
static void results_are_certain_when_nothing_is_missing(void **state)
{
	assert_int_equal(LOCATE_RESULT(16, integer, &integer, &two_shorts), 0);
	assert_int_equal(LOCATE_RESULT(8, integer, &integer, &two_shorts), -ENODATA);
	assert_int_equal(LOCATE_RESULT(24, integer, &integer, &two_shorts), -ENODATA);
	assert_int_equal(LOCATE_RESULT(0, integer, &integer, &two_shorts), 0);
	assert_int_equal(LOCATE_RESULT(8, integer, &byte, &int32), 0);
	assert_int_equal(LOCATE_RESULT(16, integer, &byte, &integer), 0);
	assert_int_equal(LOCATE_RESULT(16, integer, &byte, &int32, &byte), 0);
	assert_int_equal(LOCATE_RESULT(8, integer, &byte, &no_words, &byte), 0);
	assert_int_equal(LOCATE_RESULT(8, integer, &two_shorts), 0);
	assert_int_equal(LOCATE_RESULT(16, two_shorts, &integer), 0);
	assert_int_equal(LOCATE_RESULT(16, two_shorts, &two_shorts), 0);
	assert_int_equal(LOCATE_RESULT(8, two_shorts, &two_shorts), -ENODATA);
}

static void sums_up_what_parameters_occupy(void **state)
{
	const struct go_version version = { .number = GO_VERSION(22, 0) };
	const struct parameter parameters[] = {
		{ .name = "a", .type = &integer },    { .name = "b", .type = &float64 },
		{ .name = "c", .type = &two_shorts }, { .name = "d", .type = &string },
		{ .name = "e", .type = &float32 },    { .name = "f", .type = &two_shorts }
	};
	struct signature signature = { .parameters = parameters, .parameter_count = 3 };
	const struct convention *convention = convention_of(MACHINE_AMD64, &version);
	struct argument_use use;

	assert_int_equal(convention_use(convention, NULL, &signature, &use, NULL), 0);
	assert_int_equal(use.integers, 1u << convention->integer_registers[0]);
	assert_int_equal(use.floats, 1);
	assert_int_equal(use.stack_end, 8 + 4);
	signature.parameter_count = 6;
	assert_int_equal(convention_use(convention, NULL, &signature, &use, NULL), 0);
	assert_int_equal(use.integers, 1u << convention->integer_registers[0] |
					       1u << convention->integer_registers[1] |
					       1u << convention->integer_registers[2]);
	assert_int_equal(use.floats, 3);
	assert_int_equal(use.stack_end, 8 + 8);
	signature.parameter_count = 0;
	assert_int_equal(convention_use(convention, NULL, &signature, &use, NULL), 0);
	assert_int_equal(use.integers | use.floats | use.stack_end, 0);
}

static void names_registers(void **state)
{
	static const struct {
		enum machine machine;
		uint8_t word;
		const char *name;
	} rows[] = {
		{ MACHINE_AMD64, 0, "r15" },
		{ MACHINE_AMD64, 10, "rax" },
		{ MACHINE_AMD64, 20, "ss" },
		{ MACHINE_AMD64, 21, "?" },
		{ MACHINE_ARM64, 0, "x0" },
		{ MACHINE_ARM64, 28, "x28" },
		{ MACHINE_ARM64, 33, "pstate" },
		{ MACHINE_ARM64, 35, "?" },
		{ MACHINE_ARM64, PLAN_THREAD_POINTER, "thread pointer" },
	};
	const struct go_version version = { .number = GO_VERSION(22, 0) };

	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(convention_register_name(
					    convention_of(rows[i].machine, &version), rows[i].word),
				    rows[i].name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results_are_certain_when_nothing_is_missing),
		cmocka_unit_test(sums_up_what_parameters_occupy),
		cmocka_unit_test(names_registers),
		cmocka_unit_test(test_which_convention),
		cmocka_unit_test(test_serve_http),
		cmocka_unit_test(test_nine_integers_and_past),
		cmocka_unit_test(test_floats_have_registers_of_their_own),
		cmocka_unit_test(test_strings_slices_interfaces),
		cmocka_unit_test(test_struct_by_value),
		cmocka_unit_test(test_failure_resets),
		cmocka_unit_test(test_arrays),
		cmocka_unit_test(test_zero_size),
		cmocka_unit_test(test_incomplete_types_are_refused),
		cmocka_unit_test(test_deep_types_are_refused),
		cmocka_unit_test(test_large_signatures_are_refused),
		cmocka_unit_test(test_hint_contradicts),
		cmocka_unit_test(test_no_such_parameter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
