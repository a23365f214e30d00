/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report.h"

static void write_all(struct report *report)
{
	report_string(report, "name", "a \"b\"\n\xff");
	report_bytes(report, "key beyond the column", "x\0y", 3);
	report_number(report, "most", UINT64_MAX);
	report_address(report, "entry", 0x4011f0);
	report_open_object(report, "within");
	report_bool(report, "yes", true);
	report_null(report, "nothing");
	report_close_object(report);
	report_open_list(report, "list");
	report_string(report, NULL, "item");
	report_open_object(report, NULL);
	report_bool(report, "no", false);
	report_number(report, "second", 2);
	report_close_object(report);
	report_close_list(report);
	report_string(report, "last", "");
}

static void assert_report(bool json, const char *wanted)
{
	struct report *report;
	struct bytes document;

	assert_int_equal(report_create(json, &report), 0);
	write_all(report);
	assert_int_equal(report_finish(report, &document), 0);
	assert_int_equal(document.size, strlen(wanted));
	assert_memory_equal(document.data, wanted, document.size);
	report_destroy(report);
}

static void writes_json(void **state)
{
	assert_report(true, "{\"name\":\"a \\\"b\\\"\\u000a\xef\xbf\xbd\","
			    "\"key beyond the column\":\"x\\u0000y\",\"most\":18446744073709551615,"
			    "\"entry\":\"0x4011f0\",\"within\":{\"yes\":true,\"nothing\":null},"
			    "\"list\":[\"item\",{\"no\":false,\"second\":2}],\"last\":\"\"}\n");
}

static void writes_text(void **state)
{
	assert_report(false, "name          a \"b\"\\x0a\xef\xbf\xbd\n"
			     "key beyond the column x\\x00y\n"
			     "most          18446744073709551615\n"
			     "entry         0x4011f0\n"
			     "within\n"
			     "  yes           yes\n"
			     "  nothing       unknown\n"
			     "list\n"
			     "  item\n"
			     "  - no            no\n"
			     "    second        2\n"
			     "last          \n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_json),
		cmocka_unit_test(writes_text),
	};

	report_destroy(NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
