/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hit_field.h"
#include "protocol_registry.h"

static void set_integer(struct hit *hit, enum hit_field field, int64_t value)
{
	hit_set_integer(hit, field, (struct integer){ PRESENT, value });
}

/* Returns the field after the rules of quic-go were applied. */
static struct integer completed(const struct hit *hit, enum hit_field field)
{
	struct hit copy = *hit;

	assert_ptr_equal(protocol_quic_go.complete, protocol_old_quic_go.complete);
	protocol_quic_go.complete(&copy);
	return hit_integer(&copy, field);
}

static void assert_known(struct integer integer, int64_t wanted)
{
	assert_int_equal(integer.presence, PRESENT);
	assert_true(integer.value == wanted);
}

static void says_the_size_of_the_request(void **state)
{
	struct hit begin = { 0 };

	set_integer(&begin, FIELD_REQUEST_BYTES, 0);
	assert_known(completed(&begin, FIELD_REQUEST_BYTES), 0);
	/* In old releases 0 may mean that the length is not declared. */
	set_integer(&begin, FIELD_DECLARED_BYTES, 0);
	assert_int_equal(completed(&begin, FIELD_REQUEST_BYTES).presence, UNREADABLE);
	set_integer(&begin, FIELD_REQUEST_BYTES, 23);
	set_integer(&begin, FIELD_DECLARED_BYTES, 23);
	assert_known(completed(&begin, FIELD_REQUEST_BYTES), 23);
}

static void begins_have_no_status(void **state)
{
	struct hit begin = { 0 };

	assert_int_equal(completed(&begin, FIELD_STATUS).presence, ABSENT);
	assert_int_equal(completed(&begin, FIELD_RESPONSE_BYTES).presence, ABSENT);
}

static void says_the_status(void **state)
{
	static const struct {
		int64_t stored, sent;
	} cases[] = { { 0, 200 }, { 103, 200 }, { 199, 200 }, { 200, 200 }, { 404, 404 } };
	struct hit end = { .unreadable = 1u << FIELD_STATUS };

	assert_int_equal(completed(&end, FIELD_STATUS).presence, UNREADABLE);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		set_integer(&end, FIELD_STATUS, cases[i].stored);
		assert_known(completed(&end, FIELD_STATUS), cases[i].sent);
	}
	set_integer(&end, FIELD_HEADER_SENT, 1);
	assert_known(completed(&end, FIELD_STATUS), 404);
	/* The handler took the stream. */
	set_integer(&end, FIELD_HEADER_SENT, 0);
	assert_int_equal(completed(&end, FIELD_STATUS).presence, UNREADABLE);
}

static void says_the_size_of_the_response(void **state)
{
	struct hit end = { 0 };

	set_integer(&end, FIELD_STATUS, 200);
	/* Old releases do not count. */
	assert_int_equal(completed(&end, FIELD_RESPONSE_BYTES).presence, UNREADABLE);
	set_integer(&end, FIELD_RESPONSE_BYTES, 23);
	assert_known(completed(&end, FIELD_RESPONSE_BYTES), 23);
	set_integer(&end, FIELD_SENT_LENGTH, 23);
	assert_known(completed(&end, FIELD_RESPONSE_BYTES), 23);
	/* More than the declared length was written. */
	set_integer(&end, FIELD_SENT_LENGTH, 22);
	assert_int_equal(completed(&end, FIELD_RESPONSE_BYTES).presence, UNREADABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_the_size_of_the_request),
		cmocka_unit_test(begins_have_no_status),
		cmocka_unit_test(says_the_status),
		cmocka_unit_test(says_the_size_of_the_response),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
