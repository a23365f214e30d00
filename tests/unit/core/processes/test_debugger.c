/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "debugger.h"

static void reads_the_line(void **state)
{
	static const struct {
		const char *line;
		uint32_t pid;
	} rows[] = {
		{ "TracerPid:\t4242\n", 4242 }, { "TracerPid:\t0\n", 0 },
		{ "TracerPid:\n", 0 },		{ "Pid:\t4242\n", 0 },
		{ "Name:\tTracerPid: 7\n", 0 }, { "", 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(debugger_parse_line(rows[i].line), rows[i].pid);
}

static void is_silent_where_there_is_none(void **state)
{
	const struct process process = { .pid = UINT32_MAX };
	struct error warning;

	assert_false(debugger_warn(&process, &warning));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_line),
		cmocka_unit_test(is_silent_where_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
