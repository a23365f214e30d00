/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "request_target.h"

static struct request_target_room room;

static void assert_text(struct text text, const char *wanted)
{
	assert_int_equal(text.presence, wanted ? PRESENT : ABSENT);
	if (!wanted)
		return;
	assert_int_equal(text.size, strlen(wanted));
	assert_int_equal(text.length, text.size);
	assert_memory_equal(text.data, wanted, text.size);
}

/* The results of net/url.ParseRequestURI. */
static void splits_targets(void **state)
{
	static const struct {
		const char *target, *path, *query;
	} rows[] = {
		{ "/", "/", NULL },
		{ "/items/7?currency=EUR", "/items/7", "currency=EUR" },
		{ "/a%2Fb%20%e2%82%AC+c?x=%20", "/a/b \xe2\x82\xac+c", "x=%20" },
		{ "/?", "/", "" },
		{ "/a?b?c", "/a", "b?c" },
		{ "/%zz%4%", "/%zz%4%", NULL },
		{ "/%00", "/\0", NULL },
		{ "//double/../x", "//double/../x", NULL },
		{ "/to?u=http://other/p", "/to", "u=http://other/p" },
		{ "/http://other", "/http://other", NULL },
		{ "http://host:8080/p/q?r", "/p/q", "r" },
		{ "http://host", "", NULL },
		{ "http://host?a/b", "", "a/b" },
		{ "*", "*", NULL },
		{ "host:443", "", NULL },
		{ "", "", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t size = strlen(rows[i].target);
		/* A separate allocation, so that a read beyond its end is detected. */
		char *data = malloc(size ? size : 1);
		struct text path, query;

		memcpy(data, rows[i].target, size);
		request_target_split((struct text){ PRESENT, data, size, size }, &room, &path,
				     &query);
		if (strstr(rows[i].target, "%00")) {
			assert_int_equal(path.size, 2);
			assert_int_equal(path.data[1], 0);
		} else {
			assert_text(path, rows[i].path);
			assert_text(query, rows[i].query);
		}
		free(data);
	}
}

static void keeps_what_was_cut(void **state)
{
	struct text path, query;

	request_target_split((struct text){ PRESENT, "/a%20b", 6, 106 }, &room, &path, &query);
	assert_int_equal(path.size, 4);
	assert_int_equal(path.length, 104);
	assert_int_equal(query.presence, UNREADABLE);
	request_target_split((struct text){ PRESENT, "/a?bcd", 6, 106 }, &room, &path, &query);
	assert_int_equal(path.size, 2);
	assert_int_equal(path.length, 2);
	assert_int_equal(query.size, 3);
	assert_int_equal(query.length, 103);
}

static void is_not_known_when_the_target_is_not(void **state)
{
	static const enum presence presences[] = { ABSENT, UNREADABLE };

	for (size_t i = 0; i < 2; i++) {
		struct text path, query;

		request_target_split((struct text){ .presence = presences[i] }, &room, &path,
				     &query);
		assert_int_equal(path.presence, presences[i]);
		assert_int_equal(query.presence, presences[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_targets),
		cmocka_unit_test(keeps_what_was_cut),
		cmocka_unit_test(is_not_known_when_the_target_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
