/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "filter.h"

static const char GOOD[] = "{\"status\":200}", BAD[] = "{\"status\":500}";
static const int64_t SECOND = 1000000000;

static struct filter *filter_of(const char *condition, uint64_t sample, uint64_t max_rate,
				struct where **where)
{
	struct filter_options options = { (const struct where *const *)where, condition != NULL,
					  sample, max_rate };
	struct filter *filter;

	if (condition)
		assert_int_equal(where_parse(condition, where, NULL), 0);
	assert_int_equal(filter_is_wanted(&options), condition || sample || max_rate);
	assert_int_equal(filter_create(&options, &filter), 0);
	return filter;
}

static enum filter_verdict judge(struct filter *filter, struct event event, const char *json,
				 int64_t now)
{
	return filter_judge(filter, &event, (struct bytes){ (const uint8_t *)json, strlen(json) },
			    now);
}

static struct event request_of(uint64_t id)
{
	return (struct event){ .type = EVENT_REQUEST, .id = id };
}

static struct event client_of(uint64_t within, enum link_by by)
{
	return (struct event){ .type = EVENT_CLIENT, .within = within, .within_by = by };
}

static void judges_by_conditions(void **state)
{
	struct where *where;
	struct filter *filter = filter_of("status >= 500", 0, 0, &where);

	assert_int_equal(judge(filter, request_of(1), GOOD, 0), FILTER_OUT);
	assert_int_equal(judge(filter, request_of(2), BAD, 0), FILTER_SHOW);
	assert_int_equal(judge(filter, client_of(0, LINK_NONE), BAD, 0), FILTER_SHOW);
	assert_int_equal(judge(filter, client_of(0, LINK_NONE), GOOD, 0), FILTER_OUT);
	/* About no request. */
	assert_int_equal(judge(filter, (struct event){ .type = EVENT_ATTACH }, GOOD, 0),
			 FILTER_SHOW);
	assert_int_equal(judge(filter, (struct event){ .type = EVENT_LOST }, GOOD, 0), FILTER_SHOW);
	filter_destroy(filter);
	where_destroy(where);
}

static void follows_the_request(void **state)
{
	static const enum link_by known[] = { LINK_CONTEXT, LINK_GOROUTINE };
	struct where *where;
	struct filter *filter = filter_of("status >= 500", 0, 0, &where);

	for (size_t i = 0; i < 2; i++) {
		uint64_t id = 10 * i;

		assert_int_equal(judge(filter, client_of(id + 1, known[i]), BAD, 0), FILTER_HOLD);
		judge(filter, request_of(id + 1), GOOD, 0);
		judge(filter, request_of(id + 2), BAD, 0);
		assert_int_equal(judge(filter, client_of(id + 1, known[i]), BAD, 0), FILTER_OUT);
		assert_int_equal(judge(filter, client_of(id + 2, known[i]), GOOD, 0), FILTER_SHOW);
		assert_int_equal(judge(filter, client_of(id + 3, known[i]), GOOD, 0), FILTER_HOLD);
	}
	/* A guess decides nothing. */
	assert_int_equal(judge(filter, client_of(2, LINK_PARENT), GOOD, 0), FILTER_OUT);
	filter_destroy(filter);
	where_destroy(where);
}

static void samples_by_the_id(void **state)
{
	struct where *where;
	struct filter *filter = filter_of(NULL, 100, 0, &where);
	size_t shown = 0;

	for (uint64_t id = 1; id <= 10000; id++)
		shown += judge(filter, request_of(id), GOOD, 0) == FILTER_SHOW;
	assert_int_equal(shown, 100);
	filter_destroy(filter);
}

static void limits_the_rate(void **state)
{
	struct where *where;
	struct filter *filter = filter_of("status >= 500", 0, 2, &where);

	for (int64_t second = 0; second < 3; second++) {
		int64_t now = 7 * SECOND + 2 * second * SECOND;

		/* What is filtered takes no place. */
		assert_int_equal(judge(filter, request_of(1), GOOD, now), FILTER_OUT);
		assert_int_equal(judge(filter, request_of(2), BAD, now), FILTER_SHOW);
		assert_int_equal(judge(filter, request_of(3), BAD, now + 1), FILTER_SHOW);
		assert_int_equal(judge(filter, request_of(4), BAD, now + SECOND - 1), FILTER_OVER);
		assert_int_equal(judge(filter, client_of(4, LINK_CONTEXT), BAD, now + SECOND - 1),
				 FILTER_OVER);
	}
	filter_destroy(filter);
	where_destroy(where);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_by_conditions),
		cmocka_unit_test(follows_the_request),
		cmocka_unit_test(samples_by_the_id),
		cmocka_unit_test(limits_the_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
