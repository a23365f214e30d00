/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "debug_fixture.h"
#include "debug_signature.h"
#include "debug_types.h"

#define LOW 0x401000u

enum label { INT = 1 };

static const struct signature *signature_at(struct debug_fixture *fixture, uint64_t address)
{
	const struct signature *signature = NULL;

	assert_int_equal(debug_signature_read(fixture->types, address, &signature, NULL), 0);
	return signature;
}

/* Closures, and functions that no other instance shares, have no dictionary of their own. */
static void puts_dictionaries_where_they_go(void **state)
{
	enum { NONE = -1 };
	static const struct {
		const char *function;
		int dictionary;
	} rows[] = {
		{ "main.Map[go.shape.int]", 0 },
		{ "main.Map[go.shape.int_0]", 0 },
		{ "main.(*List[go.shape.int]).Add", 1 },
		{ "main.(*List[go.shape.int_0]).Add", 0 },
		{ "main.(*List[go.shape.int_12]).Add", 0 },
		{ "main.(*List[go.shape.int32]).Add", 1 },
		{ "main.List[go.shape.int].Len", 1 },
		{ "main.Map[go.shape.int].func1", NONE },
		{ "main.(*List[go.shape.int]).Add.func1", NONE },
		{ "main.(*List[go.shape.int]).f.x", NONE },
		{ "main.(*List[int]).Add", NONE },
		{ "main.Map[int]", NONE },
		{ "main.Map", NONE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct signature *signature;
		struct debug_fixture fixture;

		debug_fixture_begin(&fixture, LOW);
		unit_base(&fixture.dwarf, INT, "int", 8, 2);
		unit_function(&fixture.dwarf, NO_LABEL, rows[i].function, LOW);
		unit_parameter(&fixture.dwarf, NO_LABEL, "a", INT, false, 0);
		unit_parameter(&fixture.dwarf, NO_LABEL, "b", INT, false, 3);
		unit_end(&fixture.dwarf);
		debug_fixture_open(&fixture);
		signature = signature_at(&fixture, LOW);
		assert_int_equal(signature->parameter_count, rows[i].dictionary == NONE ? 2 : 3);
		for (int j = 0; j < (int)signature->parameter_count; j++)
			assert_int_equal(strcmp(signature->parameters[j].name, ".dict") == 0,
					 j == rows[i].dictionary);
		debug_fixture_close(&fixture);
	}
}

/* Go 1.27 lists it. */
static void adds_no_second_dictionary(void **state)
{
	const struct signature *signature;
	struct debug_fixture fixture;

	debug_fixture_begin(&fixture, LOW);
	unit_base(&fixture.dwarf, INT, "int", 8, 2);
	unit_function(&fixture.dwarf, NO_LABEL, "main.Map[go.shape.int]", LOW);
	unit_parameter(&fixture.dwarf, NO_LABEL, ".dict", INT, false, 0);
	unit_parameter(&fixture.dwarf, NO_LABEL, "a", INT, false, 3);
	unit_end(&fixture.dwarf);
	debug_fixture_open(&fixture);
	signature = signature_at(&fixture, LOW);
	assert_int_equal(signature->parameter_count, 2);
	assert_string_equal(signature->parameters[0].name, ".dict");
	assert_string_equal(signature->parameters[1].name, "a");
	debug_fixture_close(&fixture);
}

/* DWARF gives wrong locations for blank and generated parameters. */
static void believes_where_named_parameters_are(void **state)
{
	static const char *const names[] = { "a", "_", "~p1", ".dict", "_b" };
	static const int kinds[] = { ENTRY_REGISTER, ENTRY_UNKNOWN, ENTRY_UNKNOWN, ENTRY_UNKNOWN,
				     ENTRY_REGISTER };
	const struct signature *signature;
	struct debug_fixture fixture;

	debug_fixture_begin(&fixture, LOW);
	unit_base(&fixture.dwarf, INT, "int", 8, 2);
	unit_function(&fixture.dwarf, NO_LABEL, "main.f", LOW);
	for (int i = 0; i < 5; i++)
		unit_parameter(&fixture.dwarf, NO_LABEL, names[i], INT, false, i);
	unit_end(&fixture.dwarf);
	debug_fixture_open(&fixture);
	signature = signature_at(&fixture, LOW);
	assert_int_equal(signature->parameter_count, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_string_equal(signature->parameters[i].name, names[i]);
		assert_int_equal(signature->parameters[i].hint.kind, kinds[i]);
	}
	debug_fixture_close(&fixture);
}

/*
 * The compiler lists a named result twice if it declared it anew. Results without a name are always
 * different.
 */
static void counts_each_result_once(void **state)
{
	static const char *const listed[] = { "n", "err", "n", "_", "_", "", "", "err" };
	static const char *const wanted[] = { "n", "err", "_", "_", "", "" };
	const struct signature *signature;
	struct debug_fixture fixture;

	debug_fixture_begin(&fixture, LOW);
	unit_base(&fixture.dwarf, INT, "int", 8, 2);
	unit_function(&fixture.dwarf, NO_LABEL, "main.f", LOW);
	for (size_t i = 0; i < sizeof(listed) / sizeof(listed[0]); i++)
		unit_parameter(&fixture.dwarf, NO_LABEL, listed[i], INT, true, -1);
	unit_end(&fixture.dwarf);
	debug_fixture_open(&fixture);
	signature = signature_at(&fixture, LOW);
	assert_int_equal(signature->parameter_count, 0);
	assert_int_equal(signature->result_count, sizeof(wanted) / sizeof(wanted[0]));
	for (size_t i = 0; i < signature->result_count; i++)
		assert_string_equal(signature->results[i].name, wanted[i]);
	debug_fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_dictionaries_where_they_go),
		cmocka_unit_test(adds_no_second_dictionary),
		cmocka_unit_test(believes_where_named_parameters_are),
		cmocka_unit_test(counts_each_result_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
