/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net_http_rows.h"

static void set_integer(struct hit *hit, enum hit_field field, int64_t value)
{
	hit_set_integer(hit, field, (struct integer){ PRESENT, value });
}

static void assert_integer(struct integer integer, int64_t wanted)
{
	assert_int_equal(integer.presence, PRESENT);
	assert_true(integer.value == wanted);
}

static struct integer status_of_end(const struct hit *end)
{
	struct hit completed = *end;

	net_http_complete(&completed);
	return hit_integer(&completed, FIELD_STATUS);
}

static void says_200_where_nothing_was_written(void **state)
{
	struct hit end = { 0 };

	assert_int_equal(status_of_end(&end).presence, ABSENT);
	end.unreadable = UINT64_C(1) << FIELD_STATUS;
	assert_int_equal(status_of_end(&end).presence, UNREADABLE);
	assert_int_equal(status_of_end(&end).value, 0);
	end.unreadable = 0;
	set_integer(&end, FIELD_STATUS, 0);
	assert_integer(status_of_end(&end), 200);
	set_integer(&end, FIELD_STATUS, 101);
	assert_integer(status_of_end(&end), 101);
	set_integer(&end, FIELD_STATUS, -1);
	assert_integer(status_of_end(&end), -1);
}

static struct integer bytes_of_end(const struct hit *end)
{
	struct hit completed = *end;

	net_http_complete(&completed);
	return hit_integer(&completed, FIELD_RESPONSE_BYTES);
}

/* HTTP/1: written bytes, declared length, whether bytes were passed on, and buffered bytes. */
static void tells_what_was_taken(void **state)
{
	enum { NULL_BYTES = -1 };
	static const struct {
		int64_t written, declared, sent, buffered, told;
	} rows[] = {
		{ 3000, -1, 1, 0, 3000 },
		{ 3000, 3000, 0, 100, 3000 },
		{ 3000, 10, 0, 0, 0 },
		{ 3000, 10, 0, 7, 7 },
		{ 1, 0, 0, 0, 0 },
		{ 3000, 10, 1, 0, NULL_BYTES },
		{ 3000, 10, 1, 9, NULL_BYTES },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hit end = { 0 };

		set_integer(&end, FIELD_RESPONSE_BYTES, rows[i].written);
		set_integer(&end, FIELD_DECLARED_BYTES, rows[i].declared);
		set_integer(&end, FIELD_HEADER_SENT, rows[i].sent);
		set_integer(&end, FIELD_BUFFERED_BYTES, rows[i].buffered);
		if (rows[i].told == NULL_BYTES)
			assert_int_equal(bytes_of_end(&end).presence, UNREADABLE);
		else
			assert_integer(bytes_of_end(&end), rows[i].told);
	}
}

/*
 * When the response is closed, its buffer belongs to others already. If nothing was passed on, nothing was
 * taken.
 */
static void tells_what_was_taken_without_a_buffer(void **state)
{
	struct hit end = { 0 };

	set_integer(&end, FIELD_RESPONSE_BYTES, 3000);
	set_integer(&end, FIELD_DECLARED_BYTES, 10);
	set_integer(&end, FIELD_HEADER_SENT, 0);
	assert_integer(bytes_of_end(&end), 0);
	end.unreadable = UINT64_C(1) << FIELD_BUFFERED_BYTES;
	assert_int_equal(bytes_of_end(&end).presence, UNREADABLE);
}

static void tells_what_was_taken_over_http2(void **state)
{
	struct hit end = { 0 };

	set_integer(&end, FIELD_RESPONSE_BYTES, 3000);
	set_integer(&end, FIELD_SENT_LENGTH, 0);
	assert_integer(bytes_of_end(&end), 3000);
	set_integer(&end, FIELD_SENT_LENGTH, 3000);
	assert_integer(bytes_of_end(&end), 3000);
	set_integer(&end, FIELD_SENT_LENGTH, 2999);
	assert_int_equal(bytes_of_end(&end).presence, UNREADABLE);
}

/* Without these fields it is unknown whether the body was refused. */
static void does_not_guess_what_was_taken(void **state)
{
	static const enum hit_field fields[] = { FIELD_RESPONSE_BYTES, FIELD_DECLARED_BYTES,
						 FIELD_SENT_LENGTH };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct hit end = { 0 };

		set_integer(&end, FIELD_RESPONSE_BYTES, 3);
		end.known &= ~(UINT64_C(1) << fields[i]);
		end.unreadable = UINT64_C(1) << fields[i];
		assert_int_equal(bytes_of_end(&end).presence, UNREADABLE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_200_where_nothing_was_written),
		cmocka_unit_test(tells_what_was_taken),
		cmocka_unit_test(tells_what_was_taken_without_a_buffer),
		cmocka_unit_test(tells_what_was_taken_over_http2),
		cmocka_unit_test(does_not_guess_what_was_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
