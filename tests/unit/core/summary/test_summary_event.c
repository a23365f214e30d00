/* SPDX-License-Identifier: MIT */
/* What a summary takes of an event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "request_event.h"
#include "summary_input.h"

static struct {
	size_t count;
	struct summary_request request; /* the last one, without its texts */
	char method[16], route[64], path[64], outcome[16];
} taken;

static void keep_text(char *room, size_t size, const char *text)
{
	assert_true(!text || strlen(text) < size);
	strcpy(room, text ? text : "(none)");
}

static int keep(void *user, const struct summary_request *request)
{
	taken.count++;
	taken.request = *request;
	assert_string_equal(request->service, "shop");
	keep_text(taken.method, sizeof(taken.method), request->method);
	keep_text(taken.route, sizeof(taken.route), request->route);
	keep_text(taken.path, sizeof(taken.path), request->path);
	keep_text(taken.outcome, sizeof(taken.outcome), request->outcome);
	return 0;
}

static void take(const struct event *event)
{
	static const struct redaction redaction = { NULL, 0 };

	assert_int_equal(summary_take_event(event, &redaction, keep, NULL), 0);
}

static struct text text_of(const char *data)
{
	uint32_t size = (uint32_t)strlen(data);

	return (struct text){ .presence = PRESENT, .data = data, .size = size, .length = size };
}

static void takes_what_is_known(void **state)
{
	struct event event = request_event_of("/items/7");

	event.time = 5;
	take(&event);
	assert_int_equal(taken.request.time, 5);
	assert_string_equal(taken.path, "/items/7");
	assert_string_equal(taken.method, "(none)");
	assert_string_equal(taken.route, "(none)");
	assert_string_equal(taken.outcome, "ok");
	assert_int_equal(taken.request.duration, -1);
	assert_int_equal(taken.request.bytes, -1);
	assert_int_equal(taken.request.status, -1);
	assert_false(taken.request.is_client);
	event.type = EVENT_CLIENT;
	event.method = text_of("GET");
	event.route = text_of("/items/{id}");
	event.duration = (struct integer){ PRESENT, 7 };
	event.response_bytes = (struct integer){ PRESENT, 0 };
	event.status = (struct integer){ PRESENT, 204 };
	event.id = 9;
	take(&event);
	assert_true(taken.request.is_client);
	assert_string_equal(taken.method, "GET");
	assert_string_equal(taken.route, "/items/{id}");
	assert_int_equal(taken.request.duration, 7);
	assert_int_equal(taken.request.bytes, 0);
	assert_int_equal(taken.request.status, 204);
	assert_int_equal(taken.request.id, 9);
}

static void ignores_other_events(void **state)
{
	struct event event = request_event_of("/");

	taken.count = 0;
	for (event.type = 0; event.type <= EVENT_HELLO; event.type++)
		take(&event);
	assert_int_equal(taken.count, 2);
}

static void finds_failures(void **state)
{
	static const struct {
		enum outcome outcome;
		int64_t status, grpc_status; /* below 0: there is none */
		bool failed;
	} cases[] = {
		{ OUTCOME_OK, 399, -1, false },	  { OUTCOME_OK, 400, -1, true },
		{ OUTCOME_OK, 200, 0, false },	  { OUTCOME_OK, 200, 1, true },
		{ OUTCOME_OK, -1, -1, false },	  { OUTCOME_HIJACKED, -1, -1, false },
		{ OUTCOME_OPEN, -1, -1, false },  { OUTCOME_CANCELED, -1, -1, false },
		{ OUTCOME_PANIC, -1, -1, true },  { OUTCOME_ERROR, -1, -1, true },
		{ OUTCOME_EXITED, -1, -1, true }, { OUTCOME_UNKNOWN, -1, -1, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event event = request_event_of("/");

		event.outcome = cases[i].outcome;
		if (cases[i].status >= 0)
			event.status = (struct integer){ PRESENT, cases[i].status };
		if (cases[i].grpc_status >= 0)
			event.grpc_status = (struct integer){ PRESENT, cases[i].grpc_status };
		take(&event);
		if (taken.request.failed != cases[i].failed)
			fail_msg("case %zu", i);
	}
}

/* A link that is only a guess is none. */
static void takes_certain_links(void **state)
{
	static const struct {
		enum link_by by;
		uint64_t within;
	} cases[] = {
		{ LINK_NONE, 0 }, { LINK_CONTEXT, 3 }, { LINK_GOROUTINE, 3 }, { LINK_PARENT, 0 }
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event event = request_event_of("/");

		event.within = 3;
		event.within_by = cases[i].by;
		take(&event);
		assert_int_equal(taken.request.within, cases[i].within);
	}
}

/* What is cut may be a secret of which only the beginning is there. */
static void hides_secrets(void **state)
{
	struct event event = request_event_of("/a?token=abc");

	take(&event);
	assert_string_equal(taken.path, "/a?token=<redacted>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_is_known), cmocka_unit_test(ignores_other_events),
		cmocka_unit_test(finds_failures),      cmocka_unit_test(takes_certain_links),
		cmocka_unit_test(hides_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
