/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "where.h"
#include "where_glob.h"

static const char EVENT[] =
	"{\"status\":503,\"path\":\"/items/7\",\"duration_ns\":1.5e7,\"ok\":true,\"no\":false,\"route\":null,"
	"\"args\":{\"order\":{\"ID\":7,\"lines\":[1,\"two\",{\"sku\":\"x\"}]},\"a b\":\"c\"},"
	"\"quoted\":\"say \\\"\\u00e9\\\"\"}";

static bool holds(const char *condition)
{
	struct error err = { 0 };
	struct json_tree *event;
	struct where *where;
	bool result;

	if (where_parse(condition, &where, &err) < 0)
		fail_msg("%s: %s", condition, err.what);
	assert_int_equal(
		json_tree_read((struct bytes){ (const uint8_t *)EVENT, strlen(EVENT) }, &event), 0);
	result = where_holds(where, event);
	json_tree_destroy(event);
	where_destroy(where);
	return result;
}

static void compares_values(void **state)
{
	static const char *const true_ones[] = {
		"status == 503",
		"503 == status",
		"status != 200",
		"status > 502",
		"status >= 503",
		"status < 5.04e2",
		"status<=503",
		"path == '/items/7'",
		"path == \"/items/7\"",
		"path != '/items'",
		"path > '/items/'",
		"path < '/items/8'",
		"path ~ '/items/*'",
		"path ~ '/?tems/[0-9]'",
		"'abc' ~ 'a*'",
		"ok == true",
		"no == false",
		"route == null",
		"missing == null",
		"duration_ns >= 15000000",
		"quoted == 'say \"é\"'",
		"quoted == \"say \\\"é\\\"\"",
		"-1 < 0",
		"path.x == null",
		"path[0] == null",
		"args['order'][0] == null",
		"quoted ~ '*'",
		"5.03E+2 == status",
		"503e-0 == status",
		"'a' < 'ab'",
		"'ab' > 'a'",
		"'a' <= 'a'",
		"'a' >= 'a'",
	};
	static const char *const false_ones[] = {
		"status == '503'",
		"status < '600'",
		"path < 7",
		"path ~ '/items'",
		"status ~ '5*'",
		"path ~ status",
		"ok > no",
		"route < 1",
		"missing >= null",
		"args == args",
		"args.order.lines == args.order.lines",
		"null == false",
		"status == 503.5",
		"'a' < 'a'",
		"'a' > 'a'",
		"status < 503",
		"status > 503",
		"'ab' < 'a'",
		"'a' > 'ab'",
		"true < true",
		"true <= true",
		"null >= null",
	};

	for (size_t i = 0; i < sizeof(true_ones) / sizeof(true_ones[0]); i++) {
		if (!holds(true_ones[i]))
			fail_msg("%s is false", true_ones[i]);
	}
	for (size_t i = 0; i < sizeof(false_ones) / sizeof(false_ones[0]); i++) {
		if (holds(false_ones[i]))
			fail_msg("%s is true", false_ones[i]);
	}
}

static bool holds_on(const char *condition, const char *json)
{
	struct json_tree *event;
	struct where *where;
	bool result;

	assert_int_equal(where_parse(condition, &where, NULL), 0);
	assert_int_equal(
		json_tree_read((struct bytes){ (const uint8_t *)json, strlen(json) }, &event), 0);
	result = where_holds(where, event);
	json_tree_destroy(event);
	where_destroy(where);
	return result;
}

static void compares_exactly(void **state)
{
	/* Neighbours beyond 2^53, and the largest. */
	assert_true(holds_on("a == 1541815603606036480", "{\"a\":1541815603606036480}"));
	assert_false(holds_on("a == 1541815603606036480", "{\"a\":1541815603606036481}"));
	assert_true(holds_on("a > 9223372036854775806", "{\"a\":9223372036854775807}"));
	assert_true(holds_on("a == 18446744073709551615", "{\"a\":18446744073709551615}"));
	assert_true(holds_on("a == 7", "{\"a\":7.0}"));
	/* Events contain integers that fit no double as strings. */
	assert_true(holds_on("a == 1234567890123456789", "{\"a\":\"1234567890123456789\"}"));
	assert_true(holds_on("-9007199254740993 == a", "{\"a\":\"-9007199254740993\"}"));
	assert_true(holds_on("a == 18446744073709551615", "{\"a\":\"18446744073709551615\"}"));
	assert_true(holds_on("a == 340282366920938463463374607431768211456",
			     "{\"a\":\"340282366920938463463374607431768211456\"}"));
	assert_false(holds_on("a == 1234567890123456788", "{\"a\":\"1234567890123456789\"}"));
	assert_true(holds_on("a != 1234567890123456788", "{\"a\":\"1234567890123456789\"}"));
	assert_false(holds_on("a != 1234567890123456789", "{\"a\":\"1234567890123456789\"}"));
	/* 2^53 itself is a number; so is what has a fraction or an exponent. */
	assert_false(holds_on("a == 9007199254740992", "{\"a\":\"9007199254740992\"}"));
	assert_false(holds_on("a == 1e18", "{\"a\":\"1e18\"}"));
	/* Strings have no order with numbers. */
	assert_false(holds_on("a >= 1234567890123456789", "{\"a\":\"1234567890123456789\"}"));
	/* What follows a NUL counts. */
	assert_false(holds_on("a == '/a'", "{\"a\":\"/a\\u0000b\"}"));
	assert_false(holds_on("a ~ '/a'", "{\"a\":\"/a\\u0000b\"}"));
	assert_true(holds_on("a > '/a'", "{\"a\":\"/a\\u0000b\"}"));
	/* Of two members with the same key, the last. */
	assert_true(holds_on("a == 2", "{\"a\":1,\"a\":2}"));
}

static void matches_characters(void **state)
{
	static const char EVENT_OF_CAFE[] = "{\"a\":\"/caf\u00e9\"}";

	assert_true(holds_on("a ~ '/caf?'", EVENT_OF_CAFE));
	assert_false(holds_on("a ~ \"/caf??\"", EVENT_OF_CAFE));
	assert_true(holds_on("a ~ '/caf[éè]'", EVENT_OF_CAFE));
	assert_false(holds_on("a ~ '/caf[!é]'", EVENT_OF_CAFE));
	assert_true(holds_on("a ~ '/*é' and a ~ '*'", EVENT_OF_CAFE));
	assert_true(holds_on("a ~ '?'", "{\"a\":\"\\ud83d\\ude00\"}"));
	assert_true(holds_on("a ~ '[α-ω]*'", "{\"a\":\"λx\"}"));
	assert_false(holds_on("a ~ '[α-ω]'", "{\"a\":\"z\"}"));
}

static void fill_at_random(char *text, size_t size, const char *bytes, unsigned *seed)
{
	size_t length = (size_t)rand_r(seed) % size;

	for (size_t i = 0; i < length; i++)
		text[i] = bytes[(size_t)rand_r(seed) % strlen(bytes)];
	text[length] = '\0';
}

/* Of ASCII, fnmatch() in the locale "C" says the same. */
static void matches_as_fnmatch(void **state)
{
	unsigned seed = 1;
	size_t matches = 0;

	for (size_t i = 0; i < 100000; i++) {
		char glob[9], string[7];

		fill_at_random(glob, sizeof(glob), "ab-]![*?\\^", &seed);
		fill_at_random(string, sizeof(string), "ab-]", &seed);
		if (where_glob_problem(glob))
			continue;
		if (where_glob_matches(glob, string, strlen(string)) !=
		    (fnmatch(glob, string, 0) == 0))
			fail_msg("\"%s\" and \"%s\"", glob, string);
		matches += where_glob_matches(glob, string, strlen(string));
	}
	assert_true(matches > 1000);
	assert_true(where_glob_matches("[[:alpha:]][[:digit:]_]", "a7", 2));
	assert_false(where_glob_matches("[[:alpha:]]", "7", 1));
	assert_false(where_glob_matches("[[:nonsense:]]", "n", 1));
}

static void finds_headers_in_any_case(void **state)
{
	static const char HEADERS[] =
		"{\"request_headers\":{\"X-User\":\"ada\",\"Etag\":\"x\"},\"args\":{\"a\":1}}";

	assert_true(holds_on("request_headers['x-user'] == 'ada'", HEADERS));
	assert_true(holds_on("request_headers['X-USER'] == 'ada'", HEADERS));
	assert_true(holds_on("request_headers.ETag == 'x'", HEADERS));
	/* Other keys are as they are. */
	assert_false(holds_on("args.A == 1", HEADERS));
	assert_false(holds_on("Request_Headers.Etag == 'x'", HEADERS));
}

static void finds_wrong_globs(void **state)
{
	static const char *const right[] = { "",	"a",	    "[a]",	"[]]",
					     "[!]a]",	"[[]",	    "\\[",	"[[:alpha:]]",
					     "[a\\]b]", "]",	    "[[.x.]y]", "a\\\\",
					     "[^]]*",	"/x/[0-9]*" };
	static const char *const wrong[] = { "[",   "a[",	  "[]",	   "[!]",   "/status/[0-9",
					     "a\\", "[[:alpha:]", "[a\\]", "[a][b", "[^]" };

	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		if (where_glob_problem(right[i]))
			fail_msg("%s: %s", right[i], where_glob_problem(right[i]));
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (!where_glob_problem(wrong[i]))
			fail_msg("%s is right", wrong[i]);
	}
}

static void explains_operators(void **state)
{
	static const char *const foreign[] = { "a && b", "a || b",     "!a",
					       "a = 5",	 "a =~ 'x'",   "a AND b",
					       "a Or b", "NOT a == 1", "a === 5" };
	static const char *const others[] = { "a 5", "a ==", "a == b android", "(a" };

	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		struct error err = { 0 };
		struct where *where;

		assert_int_equal(where_parse(foreign[i], &where, &err), -EINVAL);
		if (!strstr(err.hint, "and, or, not, ==, ~"))
			fail_msg("%s: no hint", foreign[i]);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct error err = { 0 };
		struct where *where;

		assert_int_equal(where_parse(others[i], &where, &err), -EINVAL);
		assert_string_equal(err.hint, "");
	}
}

static void reads_any_depth(void **state)
{
	enum { DEPTH = 1000000 };
	char *text = malloc(2 * DEPTH + 1);
	struct json_tree *tree;

	memset(text, '[', DEPTH);
	memset(text + DEPTH, ']', DEPTH);
	assert_int_equal(json_tree_read((struct bytes){ (uint8_t *)text, 2 * DEPTH }, &tree), 0);
	assert_int_equal(json_tree_find(tree, &(struct value_step){ .index = 0 }, 1).kind,
			 JSON_OTHER);
	json_tree_destroy(tree);
	assert_int_equal(json_tree_read((struct bytes){ (uint8_t *)text, DEPTH }, &tree), -EINVAL);
	free(text);
}

static void finds_what_is_inside(void **state)
{
	assert_true(holds("args.order.ID == 7"));
	assert_true(holds("args['order'].ID == 7"));
	assert_true(holds("args[\"a b\"] == 'c'"));
	assert_true(holds("args.order.lines[0] == 1"));
	assert_true(holds("args.order.lines[1] == 'two'"));
	assert_true(holds("args.order.lines[2].sku == 'x'"));
	assert_true(holds("args.order.lines[-1].sku == 'x'"));
	assert_true(holds("args.order.lines[3] == null"));
	assert_true(holds("args.order.lines[-4] == null"));
	assert_true(holds("args.order.lines[-9223372036854775808] == null"));
	assert_true(holds("args.order.lines.ID == null"));
	assert_true(holds("status.x[0].y == null"));
	assert_true(holds("args.missing.deeper == null"));
}

static void takes_a_value_for_truth(void **state)
{
	assert_true(holds("ok"));
	assert_true(holds("status"));
	assert_true(holds("path"));
	assert_true(holds("args"));
	assert_true(holds("0"));
	assert_true(holds("''"));
	assert_false(holds("no"));
	assert_false(holds("route"));
	assert_false(holds("missing"));
	assert_false(holds("null"));
}

static void joins_conditions(void **state)
{
	assert_true(holds("ok and status"));
	assert_false(holds("ok and no"));
	assert_true(holds("ok or no"));
	assert_false(holds("no or route"));
	assert_true(holds("not no"));
	assert_true(holds("not not ok"));
	/* `and` is stronger than `or`, `not` stronger than both. */
	assert_true(holds("ok or no and no"));
	assert_false(holds("(ok or no) and no"));
	assert_true(holds("not no and ok"));
	assert_false(holds("not (no or ok)"));
	assert_true(holds("no or no or ok"));
	assert_true(holds("((((status == 503))))"));
	/* A key may begin as a word of the language does. */
	assert_true(holds("order == null and nothing == null and android == null"));
}

static void refuses_what_is_no_condition(void **state)
{
	static const struct {
		const char *text, *what;
		size_t at;
	} cases[] = {
		{ "", "at the end", 0 },
		{ "status ==", "at the end", 9 },
		{ "status = 5", "a comparison", 7 },
		{ "status 5", "a comparison", 7 },
		{ "path ~ 'x", "no end", 7 },
		{ "(ok", ")", 3 },
		{ "ok)", "a comparison", 2 },
		{ "ok and", "at the end", 6 },
		{ "ok && no", "a comparison", 3 },
		{ "!ok", "expected here", 0 },
		{ "args[x]", "a key in quotes", 5 },
		{ "args[1.5]", "an integer", 5 },
		{ "args[1", "]", 6 },
		{ "args.", "a key", 5 },
		{ "args.7", "a key", 5 },
		{ "a == b == c", "a comparison", 7 },
		{ "7.", "a comparison", 1 },
		{ "path ~ '[a' and ok", "a bracket", 7 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = { 0 };
		struct where *where;

		assert_int_equal(where_parse(cases[i].text, &where, &err), -EINVAL);
		if (!strstr(err.what, cases[i].what) || err.quote_at != cases[i].at)
			fail_msg("%s: %s, at %zu", cases[i].text, err.what, err.quote_at);
		assert_string_equal(err.quote, cases[i].text);
	}
}

/* Returns `word`, `count` times, and then `end`. */
static char *repeat(const char *word, size_t count, const char *end)
{
	char *text = calloc(1, strlen(word) * count + strlen(end) + 1);

	for (size_t i = 0; i < count; i++)
		strcat(text, word);
	return strcat(text, end);
}

static void refuses_what_is_too_large(void **state)
{
	static const struct {
		const char *word;
		size_t count;
		const char *end;
	} cases[] = { { "(", 1000, "ok" }, { "not ", 1000, "ok" }, { "ok and ", 500, "ok" },
		      { "a.", 30, "b" },   { "a[0].", 30, "b" },   { "x", 5000, "" } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = repeat(cases[i].word, cases[i].count, cases[i].end);
		struct error err = { 0 };
		struct where *where;

		assert_int_equal(where_parse(text, &where, &err), -E2BIG);
		free(text);
	}
}

/* What is just small enough. */
static void takes_what_is_at_the_limits(void **state)
{
	char *deep = repeat("not ", 63, "ok"), *wide = repeat(" ", 4096 - 2, "ok");
	struct where *where;

	assert_int_equal(where_parse(deep, &where, NULL), 0);
	where_destroy(where);
	assert_int_equal(where_parse(wide, &where, NULL), 0);
	where_destroy(where);
	free(deep);
	free(wide);
	deep = repeat("not ", 64, "ok");
	wide = repeat(" ", 4096 - 1, "ok");
	assert_int_equal(where_parse(deep, &where, NULL), -E2BIG);
	assert_int_equal(where_parse(wide, &where, NULL), -E2BIG);
	free(deep);
	free(wide);
}

static void reads_elements(void **state)
{
	assert_true(holds_on("a[0] == 5", "{\"a\":[5,6]}"));
	assert_true(holds_on("a[1] == 6", "{\"a\":[5,6]}"));
	assert_true(holds_on("a[2] == null", "{\"a\":[5,6],\"b\":7}"));
	assert_true(holds_on("a[-1] == 6", "{\"a\":[5,6]}"));
	assert_true(holds_on("a[-2] == 5", "{\"a\":[5,6]}"));
	assert_true(holds_on("a[-3] == null", "{\"a\":[5,6]}"));
	assert_true(holds_on("a.b == null", "{\"a\":[5,6]}"));
	assert_true(holds_on("a[0] == null", "{\"a\":{\"b\":5}}"));
}

static void refuses_what_is_no_json(void **state)
{
	static const char *const texts[] = { "", "{", "{\"a\":}", "x", "[1,2" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct json_tree *tree;

		assert_int_equal(json_tree_read((struct bytes){ (const uint8_t *)texts[i],
								strlen(texts[i]) },
						&tree),
				 -EINVAL);
	}
}

/* Those of comparisons that all must hold. */
static void finds_numbers(void **state)
{
	static const struct {
		const char *condition;
		size_t count;
		int64_t numbers[2];
	} cases[] = {
		{ "args.order.ID == 7", 1, { 7 } },
		{ "7 == args.order.ID and path ~ '/x*' and args.n == -3", 2, { 7, -3 } },
		{ "args.a == 1 and (args.b == 2 and ok)", 2, { 1, 2 } },
		{ "args.a == 1 or args.b == 2", 0, { 0 } },
		{ "not args.a == 1", 0, { 0 } },
		{ "args.a == 1.5", 0, { 0 } },
		{ "args.a == 1e3", 0, { 0 } },
		{ "args.a == '1'", 0, { 0 } },
		{ "args.a == args.b", 0, { 0 } },
		{ "1 == 1", 0, { 0 } },
		{ "args.a >= 1", 0, { 0 } },
		{ "args.a == 9007199254740992", 1, { 9007199254740992 } },
		{ "args.a == 9007199254740993", 0, { 0 } },
		{ "args.a == 1 and args.b == 2 and args.c == 3", 2, { 1, 2 } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct where_number numbers[2];
		struct where *where;

		assert_int_equal(where_parse(cases[i].condition, &where, NULL), 0);
		assert_int_equal(where_numbers(where, numbers, 2), cases[i].count);
		for (size_t j = 0; j < cases[i].count; j++) {
			assert_int_equal(numbers[j].number, cases[i].numbers[j]);
			assert_string_equal(numbers[j].steps[0].key, "args");
		}
		where_destroy(where);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_values),
		cmocka_unit_test(compares_exactly),
		cmocka_unit_test(matches_characters),
		cmocka_unit_test(matches_as_fnmatch),
		cmocka_unit_test(finds_headers_in_any_case),
		cmocka_unit_test(finds_wrong_globs),
		cmocka_unit_test(explains_operators),
		cmocka_unit_test(reads_any_depth),
		cmocka_unit_test(finds_what_is_inside),
		cmocka_unit_test(takes_a_value_for_truth),
		cmocka_unit_test(joins_conditions),
		cmocka_unit_test(refuses_what_is_no_condition),
		cmocka_unit_test(refuses_what_is_too_large),
		cmocka_unit_test(takes_what_is_at_the_limits),
		cmocka_unit_test(reads_elements),
		cmocka_unit_test(refuses_what_is_no_json),
		cmocka_unit_test(finds_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
