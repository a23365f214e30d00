/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>

#include "address_text.h"

static void assert_text(struct text_buffer *text, const char *wanted)
{
	assert_false(text->failed);
	assert_int_equal(text->size, strlen(wanted));
	assert_memory_equal(text->data, wanted, text->size);
	text_buffer_release(text);
}

static void assert_v6(const char *written, const char *wanted)
{
	struct text_buffer text = { 0 };
	uint8_t bytes[16];

	assert_int_equal(inet_pton(AF_INET6, written, bytes), 1);
	address_text_v6(&text, bytes);
	assert_text(&text, wanted);
}

static void writes_v4(void **state)
{
	struct text_buffer text = { 0 };

	address_text_v4(&text, (const uint8_t[]){ 0, 255, 10, 1 });
	assert_text(&text, "0.255.10.1");
}

/* RFC 5952 shortens the longest run of zeros; of equal runs the first, but no run of one. */
static void writes_v6(void **state)
{
	assert_v6("::", "::");
	assert_v6("::1", "::1");
	assert_v6("1::", "1::");
	assert_v6("2001:DB8:0:0:0:0:2:1", "2001:db8::2:1");
	assert_v6("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1");
	assert_v6("2001:0:0:1:0:0:0:1", "2001:0:0:1::1");
	assert_v6("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1");
	assert_v6("0:0:1:2:3:4:5:6", "::1:2:3:4:5:6");
	assert_v6("1:2:3:4:5:6:0:0", "1:2:3:4:5:6::");
	assert_v6("0:1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7");
	assert_v6("1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7:0");
	assert_v6("::ffff:1.2.3.4", "::ffff:1.2.3.4");
	assert_v6("::1.2.3.4", "::102:304");
}

static void writes_digits(void **state)
{
	struct text_buffer text = { 0 };

	address_text_hex(&text, (const uint8_t[]){ 0, 0x1b, 0xff }, 3, ":");
	assert_text(&text, "00:1b:ff");
	address_text_hex(&text, NULL, 0, ":");
	assert_text(&text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_v4),
		cmocka_unit_test(writes_v6),
		cmocka_unit_test(writes_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
