/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "request.h"

static struct request_room room;

static void set_text(struct resolved_hit *resolved, enum hit_field field, const char *text)
{
	resolved->hit.known |= UINT64_C(1) << field;
	resolved->hit.values[field] =
		(struct hit_value){ .data = text, .size = strlen(text), .length = strlen(text) };
}

static void set_integer(struct resolved_hit *resolved, enum hit_field field, int64_t value)
{
	resolved->hit.known |= UINT64_C(1) << field;
	resolved->hit.values[field] = (struct hit_value){ .integer = value };
}

static void assert_text(struct text text, const char *wanted)
{
	assert_int_equal(text.presence, PRESENT);
	assert_int_equal(text.size, strlen(wanted));
	assert_int_equal(text.length, strlen(wanted));
	assert_memory_equal(text.data, wanted, strlen(wanted));
}

static void assert_integer(struct integer integer, int64_t wanted)
{
	assert_int_equal(integer.presence, PRESENT);
	assert_true(integer.value == wanted);
}

/* Both sides have a value in each field, so that the test detects a value from the wrong side. */
static struct resolved_hit resolved_with(const char *side, uint64_t time, int64_t base)
{
	struct resolved_hit resolved = { .head = { .pid = 10, .tid = 20 + base, .time = time } };
	static const enum hit_field texts[] = { FIELD_METHOD, FIELD_PATH, FIELD_QUERY,
						FIELD_ROUTE,  FIELD_HOST, FIELD_REMOTE };
	static const enum hit_field integers[] = {
		FIELD_GOID,	     FIELD_PROTOCOL_MAJOR, FIELD_PROTOCOL_MINOR, FIELD_TLS,
		FIELD_REQUEST_BYTES, FIELD_STATUS,	   FIELD_RESPONSE_BYTES,
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		set_text(&resolved, texts[i], side);
	for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++)
		set_integer(&resolved, integers[i], base + integers[i]);
	return resolved;
}

static void assert_start(const struct event *event)
{
	assert_int_equal(event->tid, 120);
	assert_integer(event->goid, 100 + FIELD_GOID);
	assert_text(event->method, "start");
	assert_text(event->path, "start");
	assert_text(event->query, "start");
	assert_text(event->host, "start");
	assert_text(event->remote, "start");
	assert_integer(event->protocol_major, 100 + FIELD_PROTOCOL_MAJOR);
	assert_integer(event->protocol_minor, 100 + FIELD_PROTOCOL_MINOR);
	assert_integer(event->tls, 100 + FIELD_TLS);
	assert_integer(event->request_bytes, 100 + FIELD_REQUEST_BYTES);
}

static void joins_start_and_end(void **state)
{
	struct resolved_hit start = resolved_with("start", 1000, 100);
	struct resolved_hit end = resolved_with("end", 1555, 200);
	struct event event = request_event(&start, &end, OUTCOME_OK, 1000000, &room);

	assert_int_equal(event.type, EVENT_REQUEST);
	assert_int_equal(event.outcome, OUTCOME_OK);
	assert_true(event.time == 1001000);
	assert_null(event.process);
	assert_start(&event);
	assert_text(event.route, "end");
	assert_integer(event.status, 200 + FIELD_STATUS);
	assert_integer(event.response_bytes, 200 + FIELD_RESPONSE_BYTES);
	assert_integer(event.duration, 555);
}

static void has_no_status_without_an_end(void **state)
{
	static const enum outcome outcomes[] = { OUTCOME_PANIC, OUTCOME_HIJACKED, OUTCOME_EXITED,
						 OUTCOME_UNKNOWN };
	struct resolved_hit start = resolved_with("start", 1000, 100);

	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		struct event event = request_event(&start, NULL, outcomes[i], 0, &room);

		assert_int_equal(event.outcome, outcomes[i]);
		assert_start(&event);
		assert_int_equal(event.status.presence, UNREADABLE);
		assert_int_equal(event.route.presence, ABSENT);
		assert_int_equal(event.duration.presence, ABSENT);
		assert_int_equal(event.response_bytes.presence, ABSENT);
	}
}

/* What is known of the response when the connection is hijacked or the handler panics. */
static void has_no_status_unless_finished(void **state)
{
	static const enum outcome outcomes[] = { OUTCOME_PANIC, OUTCOME_HIJACKED };
	struct resolved_hit start = resolved_with("start", 1000, 100),
			    end = resolved_with("end", 1007, 200);

	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		struct event event = request_event(&start, &end, outcomes[i], 0, &room);

		assert_int_equal(event.outcome, outcomes[i]);
		assert_int_equal(event.status.presence, UNREADABLE);
		assert_integer(event.duration, 7);
		assert_integer(event.response_bytes, 200 + FIELD_RESPONSE_BYTES);
		assert_text(event.route, "end");
	}
}

/* A time.Time with a monotonic clock, so many nanoseconds after 2026-11-22T09:41:00Z. */
static void set_began(struct resolved_hit *resolved, uint64_t nanoseconds)
{
	set_integer(resolved, FIELD_BEGAN_WALL,
		    (int64_t)(1ull << 63 | 4477628460ull << 30 | nanoseconds));
	set_integer(resolved, FIELD_BEGAN_EXT, 7);
}

static const int64_t WALL_OFFSET = 1795340460000000000;

/* The program's own time of the handler's call is used if it is between start and end. */
static void begins_when_the_program_says(void **state)
{
	static const struct {
		uint64_t start, end, began, told;
	} rows[] = {
		{ 5000000, 9000000, 6000000, 6000000 },
		{ 5000000, 9000000, 5000000, 5000000 },
		/* The clocks differ by a little. */
		{ 5000000, 9000000, 4999000, 5000000 },
		{ 5000000, 9000000, 9000700, 9000000 },
		/* The time of an earlier request, or no time. */
		{ 5000000, 9000000, 3999999, 5000000 },
		{ 5000000, 9000000, 10000001, 5000000 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct resolved_hit start = resolved_with("start", rows[i].start, 100);
		struct resolved_hit end = resolved_with("end", rows[i].end, 200);
		struct event event;

		set_began(&end, rows[i].began);
		event = request_event(&start, &end, OUTCOME_OK, WALL_OFFSET, &room);
		assert_true(event.time == WALL_OFFSET + (int64_t)rows[i].told);
		assert_integer(event.duration, (int64_t)(rows[i].end - rows[i].told));
		set_integer(&end, FIELD_BEGAN_WALL, 0);
		set_integer(&end, FIELD_BEGAN_EXT, 0);
		event = request_event(&start, &end, OUTCOME_OK, WALL_OFFSET, &room);
		assert_integer(event.duration, (int64_t)(rows[i].end - rows[i].start));
	}
}

static void tells_requests_seen_whole(void **state)
{
	struct resolved_hit end = resolved_with("start", 9000000, 100);
	struct event event = whole_event(&end, WALL_OFFSET, &room);

	assert_int_equal(event.type, EVENT_REQUEST);
	assert_int_equal(event.outcome, OUTCOME_OK);
	assert_start(&event);
	assert_integer(event.status, 100 + FIELD_STATUS);
	assert_integer(event.response_bytes, 100 + FIELD_RESPONSE_BYTES);
	assert_true(event.time == WALL_OFFSET + 9000000);
	assert_int_equal(event.duration.presence, ABSENT);
	set_began(&end, 2000000);
	event = whole_event(&end, WALL_OFFSET, &room);
	assert_true(event.time == WALL_OFFSET + 2000000);
	assert_integer(event.duration, 7000000);
	set_began(&end, 9000999);
	event = whole_event(&end, WALL_OFFSET, &room);
	assert_true(event.time == WALL_OFFSET + 9000000);
	assert_integer(event.duration, 0);
	set_began(&end, 19000000);
	assert_int_equal(whole_event(&end, WALL_OFFSET, &room).duration.presence, ABSENT);
}

static void makes_keys_of_the_target(void **state)
{
	struct resolved_hit start = resolved_with("start", 1, 100);
	struct event event;

	set_text(&start, FIELD_TARGET, "/a%20b?c=%20");
	event = request_event(&start, NULL, OUTCOME_OPEN, 0, &room);
	assert_text(event.path, "/a b");
	assert_text(event.query, "c=%20");
	start.hit.known &= ~(UINT64_C(1) << FIELD_TARGET);
	start.hit.unreadable |= UINT64_C(1) << FIELD_TARGET;
	event = whole_event(&start, 0, &room);
	assert_int_equal(event.path.presence, UNREADABLE);
	assert_int_equal(event.query.presence, UNREADABLE);
}

static void leaves_out_what_was_not_captured(void **state)
{
	struct resolved_hit start = { .head = { .time = 5 } }, end = { .head = { .time = 5 } };
	struct event event = request_event(&start, &end, OUTCOME_OK, -6, &room);

	assert_true(event.time == -1);
	assert_int_equal(event.goid.presence, ABSENT);
	assert_int_equal(event.method.presence, ABSENT);
	assert_int_equal(event.tls.presence, ABSENT);
	assert_int_equal(event.protocol_major.presence, ABSENT);
	assert_integer(event.duration, 0);
}

static void tells_calls(void **state)
{
	struct resolved_hit call = resolved_with("start", 7, 100);
	struct event event = call_event(&call, "main.ping", 3);

	assert_int_equal(event.type, EVENT_CALL);
	assert_string_equal(event.function, "main.ping");
	assert_true(event.time == 10);
	assert_start(&event);
	assert_text(event.route, "start");
	assert_int_equal(event.duration.presence, ABSENT);
	assert_int_equal(event.status.presence, ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_start_and_end),
		cmocka_unit_test(has_no_status_without_an_end),
		cmocka_unit_test(has_no_status_unless_finished),
		cmocka_unit_test(begins_when_the_program_says),
		cmocka_unit_test(tells_requests_seen_whole),
		cmocka_unit_test(makes_keys_of_the_target),
		cmocka_unit_test(leaves_out_what_was_not_captured),
		cmocka_unit_test(tells_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
