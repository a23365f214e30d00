/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "verifier_log.h"

#define FIGURES "processed 25 insns (limit 1000000) max_states_per_insn 0 total_states 0\n"

static void finds_verdict(void **state)
{
	static const struct {
		const char *log, *verdict;
	} rows[] = {
		{ "0: R1=ctx()\n; int f(void *c)\n0: (79) r1 = *(u64 *)(r1 +112)\nR1 is not a pointer\n" FIGURES,
		  "R1 is not a pointer" },
		{ "R1 is not a pointer\n" FIGURES "verification time 7 usec\nstack depth 8\n\n",
		  "R1 is not a pointer" },
		/* The log is cut, or has another form. */
		{ "R1 is not a pointer", "R1 is not a pointer" },
		{ "first\nlast\n", "last" },
		{ FIGURES,
		  "processed 25 insns (limit 1000000) max_states_per_insn 0 total_states 0" },
		{ "\n\n", "" },
		{ "", "" },
		{ "bad \x1b[31m\xff byte", "bad  [31m  byte" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char verdict[256];

		verifier_log_verdict(rows[i].log, verdict, sizeof(verdict));
		assert_string_equal(verdict, rows[i].verdict);
	}
}

static void bounds_verdict(void **state)
{
	char verdict[4];

	verifier_log_verdict("a long story\n" FIGURES, verdict, sizeof(verdict));
	assert_string_equal(verdict, "a l");
}

static void keeps_whole_lines(void **state)
{
	char log[4096] = "", tail[4096], small[16];
	size_t used = 0;

	for (int i = 0; i < 100; i++)
		used += (size_t)snprintf(log + used, sizeof(log) - used, "line %d\n", i);
	verifier_log_tail(log, tail, sizeof(tail));
	assert_memory_equal(tail, "line 80\nline 81\n", 16);
	assert_string_equal(tail + strlen(tail) - 7, "line 99");
	verifier_log_tail(log, small, sizeof(small));
	assert_string_equal(small, "line 98\nline 99");
	verifier_log_tail("one\ntwo\n", tail, sizeof(tail));
	assert_string_equal(tail, "one\ntwo");
	verifier_log_tail("a line that is too long", small, sizeof(small));
	assert_string_equal(small, "");
	verifier_log_tail("", small, sizeof(small));
	assert_string_equal(small, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_verdict),
		cmocka_unit_test(bounds_verdict),
		cmocka_unit_test(keeps_whole_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
