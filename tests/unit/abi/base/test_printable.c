/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "printable.h"

static void escapes_what_acts_on_terminals(void **state)
{
	char text[64];

	printable_format(text, sizeof(text), "%s of %d", "a\x1b[2J\n\xff", 7);
	assert_string_equal(text, "a\\x1b[2J\\x0a\\xff of 7");
	printable_format(text, sizeof(text), "\xc3\xa4 \xe2\x80\xae");
	assert_string_equal(text, "\xc3\xa4 \\u202e");
}

/*
 * An escape, a character and a part are added as a whole or not at all. After the first that does not fit,
 * nothing more is added.
 */
static void leaves_out_what_does_not_fit(void **state)
{
	char buffer[6];
	struct printable text = { buffer, sizeof(buffer), 0 };

	printable_add(&text, "abc", 3);
	printable_add_escaped(&text, "\n", 1);
	printable_add(&text, "d", 1);
	printable_end(&text);
	assert_string_equal(buffer, "abc");
	text = (struct printable){ buffer, sizeof(buffer), 0 };
	printable_add_escaped(&text, "abcd\xc3\xa4", 6);
	printable_end(&text);
	assert_string_equal(buffer, "abcd");
	text = (struct printable){ buffer, 1, 0 };
	printable_add(&text, "a", 1);
	printable_end(&text);
	assert_string_equal(buffer, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_what_acts_on_terminals),
		cmocka_unit_test(leaves_out_what_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
