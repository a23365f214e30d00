/* SPDX-License-Identifier: MIT */
/* Probes on one function of a binary made by hand, whose parameter DWARF describes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "elf_builder.h"
#include "expression.h"
#include "probe_compiler.h"
#include "unit_builder.h"

#define CODE 0x400000u
#define TABLE 0x500000u

enum label { INT = 1, BYTE, STRING, BYTES, NODE, POINTER };

/* cmp rsp, [r14+16]; jbe to the call of runtime.morestack; push, mov, pop; ret; the call, and back. */
static const uint8_t code[] = {
	0x49, 0x3b, 0x66, 0x10, 0x76, 0x06, 0x55, 0x48, 0x89, 0xe5,
	0x5d, 0xc3, 0xe8, 0xef, 0xff, 0xff, 0xff, 0xeb, 0xed,
};

struct fixture {
	struct elf_builder elf;
	struct unit_builder dwarf;
	struct binary *binary;
};

/* func f(r *T); type T struct { a int; s string; b []byte; n *T } */
static void put_types(struct unit_builder *dwarf)
{
	unit_init(dwarf, CODE, CODE + 64);
	unit_base(dwarf, INT, "int", 8, 2);
	unit_base(dwarf, BYTE, "uint8", 1, 8);
	unit_struct(dwarf, STRING, "string", 16, 24, NO_LABEL);
	unit_end(dwarf);
	unit_struct(dwarf, BYTES, "[]uint8", 24, 23, BYTE);
	unit_end(dwarf);
	unit_struct(dwarf, NODE, "main.T", 56, 25, NO_LABEL);
	unit_member(dwarf, "a", 0, INT, false);
	unit_member(dwarf, "s", 8, STRING, false);
	unit_member(dwarf, "b", 24, BYTES, false);
	unit_member(dwarf, "n", 48, POINTER, false);
	unit_end(dwarf);
	unit_pointer(dwarf, POINTER, "*main.T", NODE);
	unit_function(dwarf, NO_LABEL, "main.f", CODE);
	unit_parameter(dwarf, NO_LABEL, "r", POINTER, false, 0);
	unit_end(dwarf);
}

static void put_functions(struct elf_builder *elf)
{
	enum { NAMES = 80, FUNCTAB = 128, FUNCS = 192, SIZE = 512 };
	uint64_t at = elf_append(elf, NULL, SIZE);

	elf_segment(elf, PT_LOAD, PF_R, TABLE, at, SIZE, SIZE);
	elf_put64(elf, at, 0x08010000fffffff1);
	elf_put64(elf, at + 8, 1);
	elf_put64(elf, at + 24, CODE);
	elf_put64(elf, at + 32, NAMES);
	elf_put64(elf, at + 64, FUNCTAB);
	memcpy(elf->data + at + NAMES, "main.f", 7);
	elf_put32(elf, at + FUNCTAB + 4, FUNCS - FUNCTAB);
	elf_put32(elf, at + FUNCTAB + 8, 64);
	elf_section(elf, ".gopclntab", SHT_PROGBITS, TABLE, at, SIZE);
}

static int setup(void **state)
{
	static struct fixture fixture;
	struct error err = { 0 };
	uint64_t at;

	memset(&fixture, 0, sizeof(fixture));
	elf_init(&fixture.elf);
	at = elf_append(&fixture.elf, NULL, 64);
	memcpy(fixture.elf.data + at, code, sizeof(code));
	elf_segment(&fixture.elf, PT_LOAD, PF_R | PF_X, CODE, at, 64, 64);
	put_functions(&fixture.elf);
	put_types(&fixture.dwarf);
	unit_finish(&fixture.dwarf, &fixture.elf);
	elf_finish(&fixture.elf, ET_EXEC, EM_X86_64);
	if (binary_open(elf_save(&fixture.elf), NULL, &fixture.binary, &err) < 0)
		fail_msg("%s", err.what);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	binary_close(fixture->binary);
	elf_release(&fixture->elf);
	return 0;
}

static const struct capture_spec spec = { .max_string = 256 };

static int compile(void **state, const struct probe_request *request, struct probe *ret_probe,
		   struct error *err)
{
	struct fixture *fixture = *state;

	return probe_compile(fixture->binary, request, &spec, ret_probe, err);
}

static void compiles_captures(void **state)
{
	static const struct capture captures[] = {
		{ .expression = "r.a", .field = 7, .required = true },
		{ .expression = "r.n.s", .field = 8 },
		{ .expression = "r.b", .field = 9 },
	};
	const struct probe_request request = { .function = "main.f",
					       .captures = captures,
					       .capture_count = 3 };
	static struct probe probe;
	struct error err = { 0 };

	assert_int_equal(compile(state, &request, &probe, &err), 0);
	assert_int_equal(probe.entry, CODE);
	assert_int_equal(probe.capture_count, 3);
	assert_int_equal(probe.plan.cell_count, 3);
	assert_int_equal(probe.source, TYPE_SOURCE_DWARF);
	assert_int_equal(probe.unknown, 0);
	assert_int_equal(probe.cells[0].field, 7);
	assert_int_equal(probe.cells[0].cell.kind, CELL_INT);
	assert_int_equal(probe.cells[1].field, 8);
	assert_int_equal(probe.cells[1].cell.kind, CELL_STRING);
	assert_int_equal(probe.cells[2].field, 9);
	assert_int_equal(probe.cells[2].cell.kind, CELL_STRING);
	assert_string_equal(probe.captures[0].type, "int");
	assert_string_equal(probe.captures[1].type, "string");
	assert_string_equal(probe.captures[2].type, "[]uint8");
	assert_string_equal(probe.captures[0].way, "rax +0");
	assert_string_equal(probe.captures[1].way, "rax +48 +8");
	probe_finish(&probe);
}

/* A field that is not required is left out, and a missing field differs from an unknown one. */
static void leaves_out_what_is_not_there(void **state)
{
	static const struct capture captures[] = {
		{ .expression = "r.missing", .field = 1 },
		{ .expression = "r.missing", .field = 2, .elsewhere = true },
		{ .expression = "r.a", .field = 3 },
	};
	const struct probe_request request = { .function = "main.f",
					       .captures = captures,
					       .capture_count = 3 };
	static struct probe probe;
	struct error err = { 0 };

	assert_int_equal(compile(state, &request, &probe, &err), 0);
	assert_int_equal(probe.capture_count, 3);
	assert_int_equal(probe.plan.cell_count, 1);
	assert_int_equal(probe.cells[0].field, 3);
	assert_int_equal(probe.unknown, 1u << 2);
	assert_int_equal(probe.captures[0].result, -ENOENT);
	assert_non_null(strstr(probe.captures[0].why, "missing"));
	assert_int_equal(probe.captures[2].result, 0);
	assert_string_equal(probe.captures[2].why, "");
	probe_finish(&probe);
}

static void a_required_capture_has_to_be_there(void **state)
{
	static const struct capture capture = { .expression = "r.missing",
						.field = 1,
						.required = true };
	const struct probe_request request = { .function = "main.f",
					       .captures = &capture,
					       .capture_count = 1 };
	static struct probe probe;
	struct error err = { 0 };

	assert_int_equal(compile(state, &request, &probe, &err), -ENOENT);
	assert_non_null(strstr(err.what, "missing"));
	assert_int_equal(probe.capture_count, 0);
}

static void takes_32_captures(void **state)
{
	struct capture captures[PROBE_MAX_CAPTURES + 1];
	static struct probe probe;

	for (size_t count = PROBE_MAX_CAPTURES; count <= PROBE_MAX_CAPTURES + 1; count++) {
		struct probe_request request = { .function = "main.f",
						 .captures = captures,
						 .capture_count = count };
		struct error err = { 0 };
		int r;

		for (size_t i = 0; i < count; i++)
			captures[i] = (struct capture){ .expression = "r.a", .field = (uint8_t)i };
		memset(&probe, 0, sizeof(probe));
		r = compile(state, &request, &probe, &err);
		if (count == PROBE_MAX_CAPTURES) {
			assert_int_equal(r, 0);
			assert_int_equal(probe.capture_count, 32);
			assert_int_equal(probe.plan.cell_count, 32);
			assert_int_equal(probe.cells[31].field, 31);
			probe_finish(&probe);
		} else {
			assert_int_equal(r, -E2BIG);
			assert_string_equal(err.what, "more than 32 captures at one probe");
		}
	}
}

/* Counts the parts of the arguments' struct that have a value. */
static size_t count_values(const struct probe *probe)
{
	size_t count = 0;

	for (size_t i = 1; i < probe->arguments.node_count; i++)
		count += probe->arguments.nodes[i].kind != SHAPE_NULL;
	return count;
}

/* Values that do not fit are an error, unless the last values may be left out. */
static void leaves_out_what_does_not_fit(void **state)
{
	enum { FEW = 3, MANY = 300 };
	static struct value_request values[MANY];
	static struct probe probe;
	struct expression expression;
	struct probe_request request = {
		.function = "main.f",
		.wants_arguments = true,
		.arguments = values,
	};
	struct error err = { 0 };

	assert_int_equal(expression_parse("r.a", &expression, NULL), 0);
	for (size_t i = 0; i < MANY; i++)
		values[i] = (struct value_request){ .expression = &expression };
	request.argument_count = FEW;
	assert_int_equal(compile(state, &request, &probe, &err), 0);
	assert_true(probe.has_arguments);
	assert_int_equal(count_values(&probe), FEW);
	probe_finish(&probe);
	request.argument_count = MANY;
	assert_int_equal(compile(state, &request, &probe, &err), -E2BIG);
	request.drops_excess = true;
	assert_int_equal(compile(state, &request, &probe, &err), 0);
	assert_int_equal(count_values(&probe), PLAN_MAX_CELLS);
	probe_finish(&probe);
	request.argument_count = PLAN_MAX_CELLS + 1;
	assert_int_equal(compile(state, &request, &probe, &err), 0);
	assert_int_equal(count_values(&probe), PLAN_MAX_CELLS);
	probe_finish(&probe);
	request.argument_count = PLAN_MAX_CELLS;
	request.drops_excess = false;
	assert_int_equal(compile(state, &request, &probe, &err), 0);
	assert_int_equal(count_values(&probe), PLAN_MAX_CELLS);
	probe_finish(&probe);
}

/* A request does not fit the binary without its function, its companion or the call that hides it. */
static void requests_have_to_fit_the_binary(void **state)
{
	static const struct expected_call absent = { "main.f", "main.g" };
	static const struct probe_request rows[] = {
		{ .function = "main.g" },
		{ .function = "main.f", .companion = "main.g" },
		{ .function = "main.f", .inlined = &absent },
		{ .function = "main.f", .call = "main.g" },
		{ .function = "main.f", .after_call = "main.g" },
	};
	static struct probe probe;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = { 0 };

		assert_int_equal(compile(state, &rows[i], &probe, &err), -ENOENT);
		assert_non_null(strstr(err.what, "main.g"));
	}
	assert_int_equal(compile(state,
				 &(struct probe_request){ .function = "main.f",
							  .companion = "main.f",
							  .needs_no_types = true },
				 &probe, NULL),
			 0);
	probe_finish(&probe);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(compiles_captures, setup, teardown),
		cmocka_unit_test_setup_teardown(leaves_out_what_is_not_there, setup, teardown),
		cmocka_unit_test_setup_teardown(a_required_capture_has_to_be_there, setup,
						teardown),
		cmocka_unit_test_setup_teardown(takes_32_captures, setup, teardown),
		cmocka_unit_test_setup_teardown(leaves_out_what_does_not_fit, setup, teardown),
		cmocka_unit_test_setup_teardown(requests_have_to_fit_the_binary, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
