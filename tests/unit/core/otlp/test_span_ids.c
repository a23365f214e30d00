/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "span_ids.h"

#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define OTHER_TRACE "4bf92f3577b34da6a3ce929d0e0e4736"
#define PARENT "b7ad6b7169203331"
#define SPAN "00f067aa0ba902b7"

enum { ID = 0x1234 };

static const struct traceparent caller = { PRESENT, TRACE, PARENT, true };
static const struct trace_copy callers = { true, TRACE, PARENT };

static struct span_links choose(struct span_ids *ids, const struct event *event)
{
	struct span_links links;

	span_ids_choose(ids, event, &links);
	return links;
}

static void assert_id(const char *id, const char *wanted)
{
	assert_memory_equal(id, wanted, strlen(wanted));
}

static struct event client_within(enum link_by by)
{
	return (struct event){ .type = EVENT_CLIENT, .within = ID, .within_by = by };
}

static void places_a_request_below_its_caller(void **state)
{
	struct span_ids ids = { .seed = 5 };
	struct event event = { .type = EVENT_REQUEST, .id = ID, .trace = caller };
	struct span_links links = choose(&ids, &event);

	assert_id(links.self.trace_id, TRACE);
	assert_id(links.self.span_id, "0000000000001234");
	assert_id(links.parent_id, PARENT);
	assert_true(links.has_parent && links.is_remote && links.is_sampled);
}

/* The trace is not sent: it follows from the id, so that the order of the events does not matter. */
static void makes_up_one_trace_for_a_request_and_what_is_done_for_it(void **state)
{
	struct span_ids ids = { .seed = 5 }, others = { .seed = 6 };
	struct event request = { .type = EVENT_REQUEST, .id = ID },
		     client = client_within(LINK_CONTEXT), call = client;
	struct span_links a = choose(&ids, &client), b = choose(&ids, &request), c, d;

	call.type = EVENT_CALL;
	c = choose(&ids, &call);
	d = choose(&others, &request);
	assert_memory_equal(a.self.trace_id, b.self.trace_id, TRACE_ID_SIZE);
	assert_memory_equal(c.self.trace_id, b.self.trace_id, TRACE_ID_SIZE);
	assert_memory_not_equal(d.self.trace_id, b.self.trace_id, TRACE_ID_SIZE);
	assert_true(a.has_parent && c.has_parent && !b.has_parent && !a.has_link);
	assert_memory_equal(a.parent_id, b.self.span_id, SPAN_ID_SIZE);
	assert_memory_not_equal(a.self.span_id, c.self.span_id, SPAN_ID_SIZE);
}

static void takes_the_trace_of_the_request(void **state)
{
	struct span_ids ids = { .seed = 5 };
	struct event client = client_within(LINK_GOROUTINE);
	struct span_links links;

	client.linked_trace = &callers;
	links = choose(&ids, &client);
	assert_id(links.self.trace_id, TRACE);
	assert_id(links.parent_id, "0000000000001234");
	assert_true(links.has_parent && !links.is_remote && !links.has_link);
}

/* The other side has the span of the header as its parent. */
static void keeps_the_span_that_a_program_sends(void **state)
{
	struct span_ids ids = { .seed = 5 };
	struct event client = client_within(LINK_CONTEXT);
	struct span_links links;

	client.linked_trace = &callers;
	client.trace = (struct traceparent){ PRESENT, TRACE, SPAN, false };
	links = choose(&ids, &client);
	assert_id(links.self.trace_id, TRACE);
	assert_id(links.self.span_id, SPAN);
	assert_true(links.has_parent && !links.is_sampled);
	/* The same one again is not the span of both. */
	links = choose(&ids, &client);
	assert_memory_not_equal(links.self.span_id, SPAN, SPAN_ID_SIZE);
	assert_true(links.has_parent);
}

/* A header that is passed on has the span of the caller. */
static void does_not_take_the_span_of_the_caller(void **state)
{
	static const enum link_by ways[] = { LINK_CONTEXT, LINK_NONE, LINK_PARENT };
	struct span_ids ids = { .seed = 5 };

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct event client = client_within(ways[i]);
		struct span_links links;

		client.linked_trace = ways[i] == LINK_NONE ? NULL : &callers;
		client.trace = caller;
		links = choose(&ids, &client);
		assert_memory_not_equal(links.self.span_id, PARENT, SPAN_ID_SIZE);
		assert_id(links.self.trace_id, TRACE);
	}
}

static void links_what_is_in_another_trace(void **state)
{
	struct span_ids ids = { .seed = 5 };
	struct event client = client_within(LINK_CONTEXT);
	struct span_links links;

	client.linked_trace = &callers;
	client.trace = (struct traceparent){ PRESENT, OTHER_TRACE, SPAN, true };
	links = choose(&ids, &client);
	assert_id(links.self.trace_id, OTHER_TRACE);
	assert_true(!links.has_parent && links.has_link);
	assert_id(links.link.trace_id, TRACE);
	assert_id(links.link.span_id, "0000000000001234");
}

static void links_what_may_belong_to_a_request(void **state)
{
	struct span_ids ids = { .seed = 5 };
	struct event client = client_within(LINK_PARENT),
		     request = { .type = EVENT_REQUEST, .id = ID };
	struct span_links links = choose(&ids, &client), of_request = choose(&ids, &request);

	assert_true(!links.has_parent && links.has_link);
	assert_memory_equal(&links.link, &of_request.self, sizeof(links.link));
	assert_memory_not_equal(links.self.trace_id, of_request.self.trace_id, TRACE_ID_SIZE);
}

/* A program that begins a trace sends it with what it asks for; the request that causes that is in it, too. */
static void gives_a_request_the_trace_that_a_program_begins_for_it(void **state)
{
	static const struct trace_copy begun = { true, OTHER_TRACE, SPAN };
	struct span_ids ids = { .seed = 5 };
	struct event client = client_within(LINK_CONTEXT),
		     request = { .type = EVENT_REQUEST, .id = ID, .linked_trace = &begun };
	struct span_links first, served;

	client.trace = (struct traceparent){ PRESENT, OTHER_TRACE, SPAN, true };
	first = choose(&ids, &client);
	served = choose(&ids, &request);
	assert_id(first.self.span_id, SPAN);
	assert_true(first.has_parent && !first.has_link && !served.has_parent);
	assert_memory_equal(first.self.trace_id, served.self.trace_id, TRACE_ID_SIZE);
	assert_memory_equal(first.parent_id, served.self.span_id, SPAN_ID_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_a_request_below_its_caller),
		cmocka_unit_test(makes_up_one_trace_for_a_request_and_what_is_done_for_it),
		cmocka_unit_test(takes_the_trace_of_the_request),
		cmocka_unit_test(keeps_the_span_that_a_program_sends),
		cmocka_unit_test(does_not_take_the_span_of_the_caller),
		cmocka_unit_test(links_what_is_in_another_trace),
		cmocka_unit_test(links_what_may_belong_to_a_request),
		cmocka_unit_test(gives_a_request_the_trace_that_a_program_begins_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
