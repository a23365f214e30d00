/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kernel_config.h"
#include "kernel_facts.h"
#include "privilege.h"

static void reads_lockdown(void **state)
{
	assert_int_equal(lockdown_parse("[none] integrity confidentiality\n"), LOCKDOWN_NONE);
	assert_int_equal(lockdown_parse("none [integrity] confidentiality\n"), LOCKDOWN_INTEGRITY);
	assert_int_equal(lockdown_parse("none integrity [confidentiality]\n"),
			 LOCKDOWN_CONFIDENTIALITY);
	assert_int_equal(lockdown_parse("none integrity [secrecy]\n"), LOCKDOWN_UNKNOWN);
	assert_int_equal(lockdown_parse("none integrity [integrity"), LOCKDOWN_UNKNOWN);
	assert_int_equal(lockdown_parse(""), LOCKDOWN_UNKNOWN);
}

static void reads_filter(void **state)
{
	assert_false(kernel_facts_parse_filter("Name:\tx\nSeccomp:\t0\nSeccomp_filters:\t0\n"));
	assert_true(kernel_facts_parse_filter("Name:\tx\nSeccomp:\t2\nSeccomp_filters:\t1\n"));
	/* A process may choose any name. */
	assert_false(kernel_facts_parse_filter("Name:\tSeccomp: 2\nSeccomp:\t0\n"));
	assert_false(kernel_facts_parse_filter(""));
}

static void finds_preemption(void **state)
{
	static const char dynamic[] = "#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-3 (2026-10-02)";
	static const struct {
		struct preemption_sources sources;
		enum preemption preemption;
	} rows[] = {
		{ { "none voluntary (full)\n", dynamic, "quiet" }, PREEMPTION_FULL },
		{ { "none voluntary full (lazy) \n", dynamic, "preempt=full" }, PREEMPTION_LAZY },
		{ { "(none) voluntary full\n", dynamic, "" }, PREEMPTION_NONE },
		{ { "none (voluntary) full\n", dynamic, "" }, PREEMPTION_VOLUNTARY },
		/* Without debugfs the command line decides, then how the kernel was built. */
		{ { "", dynamic, "root=/dev/sda1 preempt=full quiet\n" }, PREEMPTION_FULL },
		{ { "", dynamic, "preempt=full preempt=none\n" }, PREEMPTION_NONE },
		{ { "", dynamic, "preempt=full preempt=whatever\n" }, PREEMPTION_FULL },
		{ { "", dynamic, "nopreempt=full\n", .voluntary = ANSWER_YES },
		  PREEMPTION_VOLUNTARY },
		{ { "", dynamic, "", .none = ANSWER_YES }, PREEMPTION_NONE },
		{ { "", dynamic, "", .lazy = ANSWER_YES }, PREEMPTION_LAZY },
		{ { "", dynamic, "" }, PREEMPTION_UNKNOWN },
		/* The command line does not change the preemption of these kernels. */
		{ { "", "#1 SMP PREEMPT_RT x", "preempt=none" }, PREEMPTION_RT },
		{ { "none voluntary (full)", "#1 SMP PREEMPT_RT x", "" }, PREEMPTION_RT },
		{ { "", "#1 SMP PREEMPT x", "preempt=none" }, PREEMPTION_FULL_OR_LAZY },
		{ { "", "#1 SMP PREEMPT x", "", .full = ANSWER_YES }, PREEMPTION_FULL },
		{ { "", "#1 SMP x", "preempt=full" }, PREEMPTION_NONE_OR_VOLUNTARY },
		{ { "", "#1 SMP x", "", .voluntary = ANSWER_YES }, PREEMPTION_VOLUNTARY },
		/* MYPREEMPT_DYNAMIC is the name of a builder. */
		{ { "", "#1 SMP MYPREEMPT_DYNAMIC x", "" }, PREEMPTION_NONE_OR_VOLUNTARY },
		{ { "", "", "" }, PREEMPTION_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum preemption found = preemption_find(&rows[i].sources);

		if (found != rows[i].preemption)
			fail_msg("row %zu: %s", i, preemption_name(found));
	}
}

static void reads_configuration(void **state)
{
	struct kernel_config_question questions[] = { { "CONFIG_PREEMPT", ANSWER_UNKNOWN },
						      { "CONFIG_PREEMPT_LAZY", ANSWER_UNKNOWN },
						      { "CONFIG_BPF", ANSWER_UNKNOWN } };

	kernel_config_read_line("# CONFIG_PREEMPT is not set\n", questions, 3);
	kernel_config_read_line("CONFIG_PREEMPT_LAZY=y\n", questions, 3);
	kernel_config_read_line("CONFIG_BPF_SYSCALL=y\n", questions, 3);
	kernel_config_read_line("CONFIG_BPF=", questions, 0);
	kernel_config_read_line("", questions, 3);
	assert_int_equal(questions[0].answer, ANSWER_UNKNOWN);
	assert_int_equal(questions[1].answer, ANSWER_YES);
	assert_int_equal(questions[2].answer, ANSWER_UNKNOWN);
	kernel_config_read_line("CONFIG_BPF=m\n", questions, 3);
	assert_int_equal(questions[2].answer, ANSWER_YES);
}

/* On this machine, whatever it is. */
static void reads_this_machine(void **state)
{
	struct kernel_facts facts;

	kernel_facts_read(&facts);
	assert_true(facts.release[0] && facts.version[0] && facts.machine[0]);
	assert_true(facts.has_proc && facts.has_own_proc);
	assert_true(facts.capabilities == privilege_held());
}

static void lists_missing_capabilities(void **state)
{
	char list[96], small[8];

	privilege_list_missing(0, PRIVILEGE_TRACE, list, sizeof(list));
	assert_string_equal(list, "CAP_BPF, CAP_PERFMON");
	privilege_list_missing(0, PRIVILEGE_TRACE, small, sizeof(small));
	assert_string_equal(small, "CAP_BPF");
	privilege_list_missing(UINT64_MAX, PRIVILEGE_PERF_EVENTS, list, sizeof(list));
	assert_string_equal(list, "");
	assert_false(privilege_has(0, PRIVILEGE_PERF_EVENTS));
	assert_true(privilege_has(1ull << 21, PRIVILEGE_PERF_EVENTS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_lockdown),     cmocka_unit_test(reads_filter),
		cmocka_unit_test(finds_preemption),   cmocka_unit_test(reads_configuration),
		cmocka_unit_test(reads_this_machine), cmocka_unit_test(lists_missing_capabilities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
