/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hit_field.h"
#include "protocol_registry.h"

static void set_integer(struct hit *hit, enum hit_field field, int64_t value)
{
	hit_set_integer(hit, field, (struct integer){ PRESENT, value });
}

/* Returns the field after the rules of fasthttp were applied. */
static struct integer completed(const struct hit *hit, enum hit_field field)
{
	struct hit copy = *hit;

	protocol_fasthttp.complete(&copy);
	return hit_integer(&copy, field);
}

static void assert_known(struct integer integer, int64_t wanted)
{
	assert_int_equal(integer.presence, PRESENT);
	assert_true(integer.value == wanted);
}

static void says_the_version(void **state)
{
	struct hit hit = { 0 };

	assert_int_equal(completed(&hit, FIELD_PROTOCOL_MAJOR).presence, ABSENT);
	set_integer(&hit, FIELD_PROTOCOL_MINOR, 0);
	assert_known(completed(&hit, FIELD_PROTOCOL_MAJOR), 1);
	assert_known(completed(&hit, FIELD_PROTOCOL_MINOR), 1);
	set_integer(&hit, FIELD_PROTOCOL_MINOR, 1);
	assert_known(completed(&hit, FIELD_PROTOCOL_MINOR), 0);
}

static void says_the_size_of_the_request(void **state)
{
	struct hit hit = { 0 };

	assert_int_equal(completed(&hit, FIELD_REQUEST_BYTES).presence, ABSENT);
	set_integer(&hit, FIELD_REQUEST_BYTES, -2);
	assert_known(completed(&hit, FIELD_REQUEST_BYTES), 0);
	set_integer(&hit, FIELD_REQUEST_BYTES, -1);
	assert_known(completed(&hit, FIELD_REQUEST_BYTES), -1);
	set_integer(&hit, FIELD_REQUEST_BYTES, 23);
	assert_known(completed(&hit, FIELD_REQUEST_BYTES), 23);
}

static void says_the_status(void **state)
{
	struct hit hit = { 0 };

	assert_int_equal(completed(&hit, FIELD_STATUS).presence, ABSENT);
	set_integer(&hit, FIELD_STATUS, 0);
	assert_known(completed(&hit, FIELD_STATUS), 200);
	set_integer(&hit, FIELD_STATUS, 404);
	assert_known(completed(&hit, FIELD_STATUS), 404);
}

/* The body of this response is in the response's own buffer. */
static struct hit buffered_response(void)
{
	struct hit hit = { 0 };

	set_integer(&hit, FIELD_STATUS, 200);
	set_integer(&hit, FIELD_BODY_STREAM, 0);
	set_integer(&hit, FIELD_DECLARED_BYTES, -2);
	set_integer(&hit, FIELD_BORROWED_BYTES, 0);
	set_integer(&hit, FIELD_BUFFERED_BYTES, 7);
	set_integer(&hit, FIELD_BODY_BUFFER, 0xc000020000);
	return hit;
}

static void says_the_size_of_the_response(void **state)
{
	struct hit hit = buffered_response();

	assert_known(completed(&hit, FIELD_RESPONSE_BYTES), 7);
	/* A body in memory of the handler replaces the buffer. */
	set_integer(&hit, FIELD_BORROWED_BYTES, 5);
	assert_known(completed(&hit, FIELD_RESPONSE_BYTES), 5);
	set_integer(&hit, FIELD_BODY_STREAM, 0xc000010000);
	assert_int_equal(completed(&hit, FIELD_RESPONSE_BYTES).presence, UNREADABLE);
	set_integer(&hit, FIELD_DECLARED_BYTES, 23);
	assert_known(completed(&hit, FIELD_RESPONSE_BYTES), 23);
	/* Without a buffer nothing was written; the length of one that cannot be read is not known. */
	hit.known &= ~(1u << FIELD_BUFFERED_BYTES);
	hit.unreadable |= 1u << FIELD_BUFFERED_BYTES;
	set_integer(&hit, FIELD_BODY_STREAM, 0);
	set_integer(&hit, FIELD_BORROWED_BYTES, 0);
	set_integer(&hit, FIELD_BODY_BUFFER, 0);
	assert_known(completed(&hit, FIELD_RESPONSE_BYTES), 0);
	set_integer(&hit, FIELD_BODY_BUFFER, 0xc000020000);
	assert_int_equal(completed(&hit, FIELD_RESPONSE_BYTES).presence, UNREADABLE);
}

static void says_that_a_status_has_no_body(void **state)
{
	static const int64_t statuses[] = { 100, 199, 204, 304 };
	struct hit hit = buffered_response();

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		set_integer(&hit, FIELD_STATUS, statuses[i]);
		assert_known(completed(&hit, FIELD_RESPONSE_BYTES), 0);
	}
	set_integer(&hit, FIELD_STATUS, 305);
	assert_known(completed(&hit, FIELD_RESPONSE_BYTES), 7);
}

static void does_not_guess_the_size_of_a_response(void **state)
{
	static const enum hit_field fields[] = { FIELD_STATUS, FIELD_BODY_STREAM,
						 FIELD_BORROWED_BYTES };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct hit hit = buffered_response();

		hit.known &= ~(1u << fields[i]);
		assert_int_equal(completed(&hit, FIELD_RESPONSE_BYTES).presence, UNREADABLE);
		hit.unreadable |= 1u << fields[i];
		assert_int_equal(completed(&hit, FIELD_RESPONSE_BYTES).presence, UNREADABLE);
	}
}

static void takes_an_empty_method_for_get(void **state)
{
	struct hit hit = { 0 };
	struct text method;

	hit_set_text(&hit, FIELD_METHOD, (struct text){ PRESENT, "PUT", 3, 3 });
	protocol_fasthttp.complete(&hit);
	method = hit_text(&hit, FIELD_METHOD);
	assert_int_equal(method.size, 3);
	assert_memory_equal(method.data, "PUT", 3);
	hit_set_text(&hit, FIELD_METHOD, (struct text){ PRESENT, "", 0, 0 });
	protocol_fasthttp.complete(&hit);
	method = hit_text(&hit, FIELD_METHOD);
	assert_int_equal(method.size, 3);
	assert_memory_equal(method.data, "GET", 3);
	assert_int_equal(hit_text(&hit, FIELD_REMOTE).presence, UNREADABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_the_version),
		cmocka_unit_test(says_the_size_of_the_request),
		cmocka_unit_test(says_the_status),
		cmocka_unit_test(says_the_size_of_the_response),
		cmocka_unit_test(says_that_a_status_has_no_body),
		cmocka_unit_test(does_not_guess_the_size_of_a_response),
		cmocka_unit_test(takes_an_empty_method_for_get),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
