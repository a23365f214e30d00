/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "backoff.h"
#include "endpoint.h"

static void parses_addresses(void **state)
{
	static const struct {
		const char *text, *host, *port;
	} cases[] = {
		{ "tcp:localhost:1", "localhost", "1" },
		{ "tcp:127.0.0.1:65535", "127.0.0.1", "65535" },
		{ "tcp:[::1]:9000", "::1", "9000" },
		{ "tcp:[fe80::1%lo]:9000", "fe80::1%lo", "9000" },
		{ "tcp:logs.example.org:09000", "logs.example.org", "09000" },
	};
	struct endpoint endpoint;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(endpoint_parse(cases[i].text, &endpoint, NULL), 0);
		assert_int_equal(endpoint.kind, ENDPOINT_TCP);
		assert_string_equal(endpoint.host, cases[i].host);
		assert_string_equal(endpoint.port, cases[i].port);
		assert_ptr_equal(endpoint.text, cases[i].text);
	}
	assert_int_equal(endpoint_parse("unix:/run/a:b", &endpoint, NULL), 0);
	assert_int_equal(endpoint.kind, ENDPOINT_UNIX);
	assert_string_equal(endpoint.path, "/run/a:b");
}

static void refuses_other_words(void **state)
{
	static const char *const cases[] = {
		"",	     "tcp",	     "tcp:",	  "tcp:a",	"tcp:a:",
		"tcp:a:0",   "tcp:a:65536",  "tcp:a:-1",  "tcp:a: 1",	"tcp:a:1x",
		"tcp::1",    "tcp:[]:1",     "tcp:[::1]", "tcp:[::1]1", "tcp:[::1:1",
		"tcp:::1:1", "tcp:a:b:1",    "unix:",	  "unix",	"UNIX:/a",
		"/run/a",    "tcp:a:123456", "udp:a:1",	  "tcp:a:１",
	};
	struct endpoint endpoint = { .text = "before" };
	char text[400] = "tcp:";
	struct error err;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err = (struct error){ 0 };
		assert_int_equal(endpoint_parse(cases[i], &endpoint, &err), -EINVAL);
		assert_true(strlen(err.what) > 0);
		assert_string_equal(endpoint.text, "before");
	}
	memset(text + 4, 'a', 254);
	strcpy(text + 4 + 254, ":1");
	assert_int_equal(endpoint_parse(text, &endpoint, NULL), -EINVAL);
}

static void bounds_lengths(void **state)
{
	char text[400];
	struct endpoint endpoint;

	memset(text, 'a', sizeof(text));
	memcpy(text, "tcp:", 4);
	strcpy(text + 4 + ENDPOINT_MOST_HOST, ":1");
	assert_int_equal(endpoint_parse(text, &endpoint, NULL), 0);
	assert_int_equal(strlen(endpoint.host), ENDPOINT_MOST_HOST);
	memset(text, 'a', sizeof(text));
	memcpy(text, "unix:", 5);
	text[5 + ENDPOINT_MOST_PATH] = '\0';
	assert_int_equal(endpoint_parse(text, &endpoint, NULL), 0);
	strcat(text, "a");
	assert_int_equal(endpoint_parse(text, &endpoint, NULL), -EINVAL);
}

static void check_pauses(uint32_t limit)
{
	struct backoff backoff = { 0 };
	uint32_t most = BACKOFF_LEAST;

	for (int i = 0; i < 20; i++) {
		struct backoff same = backoff;
		uint32_t longest = backoff_next(&same, limit, 0);

		assert_int_equal(longest, most);
		for (uint32_t random = 0; random < 30000; random += 7) {
			uint32_t delay;

			same = backoff;
			delay = backoff_next(&same, limit, random);
			assert_in_range(delay, most / 2, most);
		}
		backoff_next(&backoff, limit, UINT32_MAX);
		most = most * 2 < limit ? most * 2 : limit;
	}
	assert_int_equal(most, limit);
}

static void pauses_grow_up_to_a_limit(void **state)
{
	check_pauses(BACKOFF_MOST_LOCAL);
	check_pauses(BACKOFF_MOST_REMOTE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_addresses),
		cmocka_unit_test(refuses_other_words),
		cmocka_unit_test(bounds_lengths),
		cmocka_unit_test(pauses_grow_up_to_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
