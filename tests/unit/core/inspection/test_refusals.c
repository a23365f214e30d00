/* SPDX-License-Identifier: MIT */
/* Reports why functions are not traced, each reason once. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "refusals.h"

static struct probe_candidate probes[16];
static struct probe_set probe_set = { .probes = probes };

static int start(void **state)
{
	memset(probes, 0, sizeof(probes));
	probe_set.count = 0;
	return 0;
}

static struct probe_candidate *add(const char *function, int result, const char *what,
				   const char *hint)
{
	struct probe_candidate *probe = &probes[probe_set.count++];

	probe->function = function;
	probe->result = result;
	if (result < 0)
		error_fail(&probe->why, result, "%s", what);
	if (hint)
		error_hint(&probe->why, "%s", hint);
	return probe;
}

/* Checks the reasons as they are printed, one per line. */
static void assert_reasons(const char *wanted)
{
	struct refusals refusals;
	char text[4096] = "";

	assert_int_equal(refusals_create(&probe_set, &refusals, NULL), 0);
	for (size_t i = 0; i < refusals.count; i++) {
		assert_true(refusals.reasons[i].code < 0);
		error_format(&refusals.reasons[i], text + strlen(text),
			     sizeof(text) - strlen(text));
		strcat(text, "\n");
	}
	assert_string_equal(text, wanted);
	refusals_finish(&refusals);
	refusals_finish(&refusals);
}

static void says_nothing_of_what_is_traced(void **state)
{
	add("main.f", 0, NULL, NULL);
	assert_reasons("");
}

static void says_each_reason_once(void **state)
{
	add("main.f", -ENODATA, "the parameters of function main.f are not known: no types",
	    "get some");
	add("main.g", -ENOTSUP, "function main.g begins with a loop", NULL);
	add("main.x", 0, NULL, NULL);
	add("main.h", -ENODATA, "the parameters of function main.h are not known: no types",
	    "get some");
	add("main.f", -ENODATA, "the parameters of function main.f are not known: no types",
	    "get some");
	add("main.i", -ENODATA, "the parameters of function main.i are not known: no types",
	    "get some");
	assert_reasons(
		"the parameters of function main.f are not known: no types; likewise main.h and"
		" main.i (get some)\n"
		"function main.g begins with a loop\n");
}

static void tells_reasons_apart(void **state)
{
	add("main.f", -ENODATA, "main.f is one", "do this");
	add("main.g", -ENODATA, "main.g is one", "do that");
	add("main.h", -ENODATA, "main.h is none", "do this");
	add("main.i", -ENOENT, "main.i is one", "do this");
	assert_reasons(
		"main.f is one (do this)\nmain.g is one (do that)\nmain.h is none (do this)\n"
		"main.i is one (do this)\n");
}

/* An expression fits none of a pattern's functions, because each has other parameters. */
static void joins_misfits_of_one_expression(void **state)
{
	error_quote(
		&add("main.f", -ENOENT, "no parameter \"x\": the parameters are a, b", NULL)->why,
		"x", 0);
	error_quote(&add("main.g", -ENOENT, "no parameter \"x\": the parameters are c", NULL)->why,
		    "x", 0);
	error_quote(&add("main.h", -ENOENT, "no parameter \"y\": the parameters are c", NULL)->why,
		    "y", 0);
	assert_reasons("main.f: no parameter \"x\": the parameters are a, b; likewise main.g\n"
		       "main.h: no parameter \"y\": the parameters are c\n");
}

/* That a pattern matches too many functions is reported only if some of them are traced. */
static void says_that_there_are_too_many(void **state)
{
	add("main.*", -E2BIG, "main.* matches 70 functions: the first 64 are traced", NULL)
		->is_excess = true;
	add("main.f", -ENODATA, "main.f is one", NULL);
	assert_reasons("main.f is one\n");
	add("main.g", 0, NULL, NULL);
	assert_reasons("main.* matches 70 functions: the first 64 are traced\nmain.f is one\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(says_nothing_of_what_is_traced, start),
		cmocka_unit_test_setup(says_each_reason_once, start),
		cmocka_unit_test_setup(tells_reasons_apart, start),
		cmocka_unit_test_setup(joins_misfits_of_one_expression, start),
		cmocka_unit_test_setup(says_that_there_are_too_many, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
