/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "grpc_status.h"
#include "span_format.h"

static const struct event call_of_grpc = {
	.type = EVENT_REQUEST,
	.protocol = "gRPC",
	.method = { PRESENT, "POST", 4, 4 },
	.path = { PRESENT, "/shop.Orders/Get", 16, 16 },
};

static void assert_route(int64_t status, bool is_there)
{
	const struct span_format_options options = { .version = "1" };
	struct event event = call_of_grpc;
	struct span_format *format;
	struct bytes line;

	event.grpc_status = (struct integer){ PRESENT, status };
	assert_int_equal(span_format_create(&options, &format), 0);
	assert_int_equal(span_format_measured(format, &event, &line), 0);
	assert_int_equal(bytes_find(line, 0,
				    (struct bytes){ (const uint8_t *)"/shop.Orders/Get", 16 },
				    1) != SIZE_MAX,
			 is_there);
	span_format_destroy(format);
}

static void counts_grpc_by_method(void **state)
{
	assert_route(0, true);
	assert_route(5, true);
}

/* Otherwise a client could use up all histograms. */
static void counts_unknown_methods_together(void **state)
{
	assert_route(GRPC_UNIMPLEMENTED, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_grpc_by_method),
		cmocka_unit_test(counts_unknown_methods_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
