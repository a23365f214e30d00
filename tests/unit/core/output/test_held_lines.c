/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "held_lines.h"

/* More than one request with a short line takes, and less than two do. */
enum { MEMORY_OF_ONE = 700 };

static int64_t hold(struct held_lines *held, uint64_t id, const char *line)
{
	return held_lines_add(held, id, (struct bytes){ (const uint8_t *)line, strlen(line) });
}

static void assert_taken(struct held_lines *held, uint64_t id, const char *wanted, uint64_t count)
{
	struct batch lines;

	assert_int_equal(held_lines_take(held, id, &lines), count);
	assert_int_equal(lines.size, strlen(wanted));
	if (lines.size)
		assert_memory_equal(lines.data, wanted, lines.size);
	batch_finish(&lines);
}

static void returns_lines_by_request(void **state)
{
	struct held_lines *held;

	assert_int_equal(held_lines_create(10 * MEMORY_OF_ONE, &held), 0);
	/* Two of them are in the same bucket. */
	assert_int_equal(hold(held, 1, "a\n"), 0);
	assert_int_equal(hold(held, 4097, "b\n"), 0);
	assert_int_equal(hold(held, 1, "c\n"), 0);
	assert_int_equal(hold(held, 2, "d\n"), 0);
	assert_int_equal(held_lines_count(held), 4);
	assert_taken(held, 1, "a\nc\n", 2);
	assert_taken(held, 1, "", 0);
	assert_taken(held, 3, "", 0);
	assert_int_equal(held_lines_count(held), 2);
	assert_taken(held, 4097, "b\n", 1);
	assert_int_equal(hold(held, 1, "e\n"), 0);
	assert_taken(held, 2, "d\n", 1);
	assert_taken(held, 1, "e\n", 1);
	assert_int_equal(held_lines_count(held), 0);
	held_lines_destroy(held);
}

/* A short line takes more memory than it has bytes. */
static void gives_up_the_oldest(void **state)
{
	static const char long_line[3 * MEMORY_OF_ONE] = "";
	struct held_lines *held;

	assert_int_equal(held_lines_create(3 * MEMORY_OF_ONE, &held), 0);
	assert_int_equal(hold(held, 1, "12"), 0);
	assert_int_equal(hold(held, 2, "345"), 0);
	assert_int_equal(hold(held, 1, "67"), 0);
	assert_int_equal(hold(held, 3, "89a"), 0);
	/* Request 1 is held longest, with two lines. */
	assert_int_equal(hold(held, 4, "b"), 2);
	assert_taken(held, 1, "", 0);
	assert_taken(held, 2, "345", 1);
	assert_int_equal(
		held_lines_add(held, 5,
			       (struct bytes){ (const uint8_t *)long_line, sizeof(long_line) }),
		3);
	assert_int_equal(held_lines_count(held), 0);
	assert_int_equal(hold(held, 5, "x"), 0);
	held_lines_destroy(held);
}

/* A request whose first line could not be held has no age. */
static void forgets_what_it_cannot_hold(void **state)
{
	static const struct bytes endless = { (const uint8_t *)"x", SIZE_MAX / 2 + 2 };
	struct held_lines *held;

	assert_int_equal(held_lines_create(2 * MEMORY_OF_ONE, &held), 0);
	assert_int_equal(held_lines_add(held, 1, endless), -ENOMEM);
	assert_int_equal(held_lines_count(held), 0);
	assert_int_equal(hold(held, 2, "345"), 0);
	assert_int_equal(held_lines_add(held, 2, endless), -ENOMEM);
	assert_int_equal(hold(held, 1, "67"), 0);
	assert_int_equal(hold(held, 3, "8"), 1);
	assert_taken(held, 2, "", 0);
	assert_taken(held, 1, "67", 1);
	assert_taken(held, 3, "8", 1);
	held_lines_destroy(held);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(returns_lines_by_request),
		cmocka_unit_test(gives_up_the_oldest),
		cmocka_unit_test(forgets_what_it_cannot_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
