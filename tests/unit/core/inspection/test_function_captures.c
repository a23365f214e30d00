/* SPDX-License-Identifier: MIT */
/* Combines several requests for one function. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "function_captures.h"

static const struct type integer = { .kind = TYPE_INT, .name = "int", .size = 8 };
static const struct type pointer = { .kind = TYPE_POINTER, .name = "*net/http.Request", .size = 8 };

static const struct parameter parameters[] = {
	{ "a", &integer, { 0 } }, { "b", &integer, { 0 } },   { "_", &integer, { 0 } },
	{ "", &integer, { 0 } },  { "~r0", &integer, { 0 } }, { ".dict", &integer, { 0 } },
};
static const struct parameter results[] = { { "", &integer, { 0 } }, { "err", &integer, { 0 } } };
static const struct parameter handler[] = { { "w", &integer, { 0 } }, { "r", &pointer, { 0 } } };
static const struct type octets = { .kind = TYPE_SLICE, .name = "[]uint8", .size = 24 };
static const struct parameter buffers[] = { { "f", &integer, { 0 } }, { "p", &octets, { 0 } } };
static const struct parameter shadow[] = { { "ret", &integer, { 0 } } };

static const struct signature plain = { parameters, 6, results, 2, 0 };
static const struct signature of_handler = { handler, 2, results, 1, 0 };
static const struct signature reader = { buffers, 2, results, 2, 0 };
static const struct signature writer = { buffers, 2, results + 1, 0, 0 };
static const struct signature shadowed = { shadow, 1, results, 1, 0 };

static int unite_of(const char *function, const struct signature *signature, bool latency,
		    const char *const *texts, struct function_captures *captures, struct error *err)
{
	int r = 0;

	function_captures_init(captures, function, signature, latency);
	for (; r == 0 && *texts; texts++) {
		struct function_request request;

		assert_int_equal(function_request_parse(*texts, &request, NULL), 0);
		r = function_captures_add(captures, &request, err);
		function_request_finish(&request);
	}
	return r;
}

static int unite(const struct signature *signature, bool latency, const char *const *texts,
		 struct function_captures *captures, struct error *err)
{
	return unite_of("main.f", signature, latency, texts, captures, err);
}

/* Writes "x=a@0 b@2": the captures of a probe with their positions; before a bar those that `ret` shows. */
static void describe(const struct function_captures *captures, enum captures_part part, char *text)
{
	struct probe_values values;

	assert_int_equal(function_captures_values(captures, part, &values, NULL), 0);
	*text = '\0';
	for (size_t i = 0; i < values.count; i++) {
		const struct value_request *value = &values.items[i];

		if (i < values.returned_count)
			sprintf(text + strlen(text), "%s ", value->expression->text);
		else
			sprintf(text + strlen(text), "%s@%u ", value->expression->text,
				value->position);
	}
	if (*text)
		text[strlen(text) - 1] = '\0';
	probe_values_finish(&values);
	probe_values_finish(&values);
}

struct row {
	const char *requests[4];
	bool latency;
	const char *parameters, *results;
};

static void assert_united(const struct signature *signature, const struct row *row)
{
	struct function_captures captures;
	char text[512];

	assert_int_equal(unite(signature, row->latency, row->requests, &captures, NULL), 0);
	describe(&captures, CAPTURES_AT_CALL, text);
	assert_string_equal(text, row->parameters);
	describe(&captures, CAPTURES_AT_RETURN, text);
	assert_string_equal(text, row->results);
	assert_int_equal(captures.awaits_return, row->latency || row->results[0]);
	function_captures_finish(&captures);
	function_captures_finish(&captures);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void unites_requests(void **state)
{
	static const struct row rows[] = {
		{ { "f" }, false, "a@0 b@1", "" },
		{ { "f()" }, false, "", "" },
		{ { "f", "f" }, false, "a@0 b@1", "" },
		{ { "f()", "f" }, false, "a@0 b@1", "" },
		{ { "f", "f()" }, false, "a@0 b@1", "" },
		/* The captures are in the order in which they are first named. */
		{ { "f(b)", "f(a)" }, false, "b@0 a@1", "" },
		{ { "f(b)", "f" }, false, "b@0 a@1", "" },
		{ { "f", "f(x=b)" }, false, "a@0 b@1 x=b@2", "" },
		{ { "f(x=b)", "f", "f(x=b, a)" }, false, "x=b@0 a@1 b@2", "" },
		{ { "f(a)", "f(a, b)" }, false, "a@0 b@1", "" },
		{ { "f(a)", "f(a=a)" }, false, "a@0", "" },
		/*
		 * Results are read by another probe, but their positions are counted together with the other
		 * captures.
		 */
		{ { "f(ret0, a)", "f(err=ret1)" }, false, "a@1", "ret0@0 err=ret1@2" },
		{ { "f(out=ret0)", "f(ret0)" }, false, "", "out=ret0@0 ret0@1" },
		{ { "f(ret0)", "f" }, false, "a@1 b@2", "ret0@0" },
		/* Without a list all results are shown, beside those that are named. */
		{ { "f" }, true, "a@0 b@1", "ret0 ret1" },
		{ { "f()" }, true, "", "" },
		{ { "f()", "f(a)" }, true, "a@0", "" },
		{ { "f(a, ret1)", "f" }, true, "a@0 b@2", "ret0 ret1 ret1@1" },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		assert_united(&plain, &rows[i]);
}

/* For a function with a request, no list means the request's keys, which are not among the arguments. */
static void leaves_requests_to_their_keys(void **state)
{
	static const struct row rows[] = {
		{ { "f" }, false, "", "" },
		{ { "f" }, true, "", "ret0" },
		{ { "f", "f(r.Form)" }, false, "r.Form@0", "" },
		{ { "f(w)", "f" }, true, "w@0", "ret0" },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		assert_united(&of_handler, &rows[i]);
	assert_string_equal(function_call_parameters(&of_handler).request, "r");
	assert_null(function_call_parameters(&of_handler).context);
	assert_null(function_call_parameters(&plain).request);
}

/* If a function returns with its first instruction, one probe reads everything, in one order. */
static void reads_all_at_once(void **state)
{
	static const char *const requests[] = { "f(ret0, a)", "f", "f(err=ret1)", NULL };
	struct function_captures captures;
	char text[512];

	assert_int_equal(unite(&plain, true, requests, &captures, NULL), 0);
	describe(&captures, CAPTURES_AT_ONCE, text);
	assert_string_equal(text, "ret0 ret1 ret0@0 a@1 b@2 err=ret1@3");
	function_captures_finish(&captures);
}

static void prefers_parameters_to_results(void **state)
{
	assert_united(&shadowed,
		      &(struct row){ { "f(ret)", "f(ret0)" }, false, "ret@0", "ret0@1" });
}

static void refuses_contradictions(void **state)
{
	static const char *const rows[][4] = {
		{ "f(x=a)", "f(x=b)" },
		{ "f(x=a)", "f", "f(x=b)" },
		{ "f(a=b)", "f" },
		{ "f", "f(b=a)" },
		{ "f(x=ret0)", "f(x=a)" },
		{ "f(x=len(a))", "f(x=cap(a))" },
		{ "f(x=a[1])", "f(x=a[-1])" },
		{ "f(x=a[\"k\"])", "f(x=a[\"l\"])" },
		{ "f(x=a.b)", "f(x=a.b.c)" },
		{ "f(x=a.(int))", "f(x=a.int)" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct function_captures captures;
		struct error err = { 0 };

		assert_int_equal(unite(&plain, false, rows[i], &captures, &err), -EINVAL);
		assert_non_null(strstr(err.what, "have the same name"));
		assert_int_not_equal(err.quote[0], '\0');
		function_captures_finish(&captures);
	}
}

/* Types are needed only for captures of parameters and results. */
static void knows_what_needs_types(void **state)
{
	static const struct {
		const char *requests[4];
		bool needs;
	} rows[] = {
		{ { "f" }, true },
		{ { "f()" }, false },
		{ { "f(a)" }, true },
		{ { "f(ret)" }, true },
		{ { "f(@g.goid)" }, false },
		{ { "f(id=@g.goid, len(a))" }, true },
		{ { "f()", "f(@g.goid)", "f()" }, false },
		{ { "f()", "f" }, true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct function_captures captures;

		assert_int_equal(unite(&plain, true, rows[i].requests, &captures, NULL), 0);
		assert_int_equal(captures.needs_no_types, !rows[i].needs);
		function_captures_finish(&captures);
	}
}

static bool shows_buffer_by_type(const char *function, const struct signature *signature,
				 const char *const *texts)
{
	struct function_captures captures;
	struct probe_values values;
	bool shows_type = false;

	assert_int_equal(unite_of(function, signature, false, texts, &captures, NULL), 0);
	assert_int_equal(function_captures_values(&captures, false, &values, NULL), 0);
	for (size_t i = 0; i < values.count; i++) {
		assert_true(!values.items[i].shows_type ||
			    strcmp(values.items[i].expression->text, "p") == 0);
		shows_type |= values.items[i].shows_type;
	}
	probe_values_finish(&values);
	function_captures_finish(&captures);
	return shows_type;
}

/*
 * A buffer that the function will fill contains old bytes. It is shown by its type, unless a request names
 * it.
 */
static void shows_no_unfilled_buffers(void **state)
{
	static const char *const all[] = { "f", NULL }, *const named[] = { "f(p)", NULL },
				 *const both[] = { "f", "f(p)", NULL };

	assert_true(shows_buffer_by_type("net.(*conn).Read", &reader, all));
	assert_true(shows_buffer_by_type("io.ReadFull", &reader, all));
	assert_true(shows_buffer_by_type("syscall.recvfrom", &reader, all));
	assert_false(shows_buffer_by_type("net.(*conn).Read", &reader, named));
	assert_false(shows_buffer_by_type("net.(*conn).Read", &reader, both));
	assert_false(shows_buffer_by_type("net.(*conn).Write", &reader, all));
	assert_false(shows_buffer_by_type("main.readConfig", &writer, all));
}

static void bounds_their_number(void **state)
{
	struct function_captures captures;
	struct error err = { 0 };
	int r = 0;

	function_captures_init(&captures, "main.f", &plain, false);
	for (int i = 0; r == 0 && i <= FUNCTION_MAX_CAPTURES; i++) {
		struct function_request request;
		char text[32];

		sprintf(text, "f(x%d=a)", i);
		assert_int_equal(function_request_parse(text, &request, NULL), 0);
		r = function_captures_add(&captures, &request, &err);
		function_request_finish(&request);
	}
	assert_int_equal(r, -E2BIG);
	assert_int_equal(captures.count, FUNCTION_MAX_CAPTURES);
	function_captures_finish(&captures);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unites_requests),
		cmocka_unit_test(leaves_requests_to_their_keys),
		cmocka_unit_test(reads_all_at_once),
		cmocka_unit_test(prefers_parameters_to_results),
		cmocka_unit_test(refuses_contradictions),
		cmocka_unit_test(knows_what_needs_types),
		cmocka_unit_test(shows_no_unfilled_buffers),
		cmocka_unit_test(bounds_their_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
