/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "build_flags.h"

static void assert_flags(const char *flags, const char *wanted)
{
	static const struct redaction listed;
	struct text_buffer text = { 0 };

	build_flags_add(&text, &listed, flags, strlen(flags));
	if (text.size != strlen(wanted) || memcmp(text.data, wanted, text.size) != 0)
		fail_msg("%s: %.*s, not %s", flags, (int)text.size, text.data, wanted);
	text_buffer_release(&text);
}

static void hides_values_of_variables(void **state)
{
	assert_flags("-s -w", "-s -w");
	assert_flags("-X main.version=1.2 -w", "-X main.version=1.2 -w");
	assert_flags("-X main.token=abc -w", "-X main.token=<redacted> -w");
	assert_flags("-X=main.token=abc -w", "-X=main.token=<redacted> -w");
	assert_flags("-w -X shop/config.APIKey=abc", "-w -X shop/config.APIKey=<redacted>");
	assert_flags("-X 'main.token=a b=c' -X \"main.secret=a 'b'\" -X main.a=b",
		     "-X 'main.token=<redacted>' -X \"main.secret=<redacted>\" -X main.a=b");
	assert_flags("-X main.token=", "-X main.token=<redacted>");
	assert_flags("-X 'main.token=abc", "-X 'main.token=<redacted>");
	assert_flags("-X main.tokenizer=abc", "-X main.tokenizer=abc");
	assert_flags("=", "=");
	assert_flags("token=abc", "token=<redacted>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hides_values_of_variables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
