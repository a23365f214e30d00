/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

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

enum { NO_TRACING = 77 };

/* A child that its parent traces, as a debugger does. QEMU's user emulation knows no ptrace. */
static void a_debugger_is_told_by_name(void **state)
{
	struct process process = { .exe = "/srv/shop" };
	struct error warning;
	char usual[16], expected[64];
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			_exit(NO_TRACING);
		raise(SIGSTOP);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_TRACING)
		skip();
	assert_true(WIFSTOPPED(status));
	assert_int_equal(prctl(PR_GET_NAME, usual), 0);
	assert_int_equal(prctl(PR_SET_NAME, "dlv of a tester"), 0);
	process.pid = (uint32_t)child;
	assert_true(debugger_warn(&process, &warning));
	assert_int_equal(prctl(PR_SET_NAME, usual), 0);
	snprintf(expected, sizeof(expected),
		 "a debugger, pid %d (dlv of a tester), is attached: ", (int)getpid());
	assert_memory_equal(warning.what, expected, strlen(expected));
	snprintf(expected, sizeof(expected), "pid %d (/srv/shop)", (int)child);
	assert_string_equal(warning.subject, expected);
	assert_int_equal(warning.code, 0);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_false(debugger_warn(&process, &warning));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_line),
		cmocka_unit_test(is_silent_where_there_is_none),
		cmocka_unit_test(a_debugger_is_told_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
