/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "go_text.h"

/* ---- durations: the results of time.Duration.String() ---- */

static void assert_duration(int64_t nanoseconds, const char *wanted)
{
	char text[GO_TEXT_SIZE];

	assert_int_equal(go_duration_text(nanoseconds, text), strlen(wanted));
	assert_string_equal(text, wanted);
}

/* The cases of golang/go src/time/time_test.go, durationTests, and similar ones. */
static void writes_durations(void **state)
{
	static const int64_t micro = 1000, milli = 1000000, second = 1000000000;
	const int64_t minute = 60 * second, hour = 60 * minute;

	assert_duration(0, "0s");
	assert_duration(1, "1ns");
	assert_duration(999, "999ns");
	assert_duration(1100, "1.1µs");
	assert_duration(micro, "1µs");
	assert_duration(999 * micro + 999, "999.999µs");
	assert_duration(2200 * micro, "2.2ms");
	assert_duration(milli, "1ms");
	assert_duration(milli + 1, "1.000001ms");
	assert_duration(second - 1, "999.999999ms");
	assert_duration(second, "1s");
	assert_duration(3300 * milli, "3.3s");
	assert_duration(second + 1, "1.000000001s");
	assert_duration(minute, "1m0s");
	assert_duration(minute - 1, "59.999999999s");
	assert_duration(4 * minute + 5 * second, "4m5s");
	assert_duration(4 * minute + 5001 * milli, "4m5.001s");
	assert_duration(hour, "1h0m0s");
	assert_duration(hour - 1, "59m59.999999999s");
	assert_duration(5 * hour + 6 * minute + 7001 * milli, "5h6m7.001s");
	assert_duration(8 * minute + 1, "8m0.000000001s");
	assert_duration(24 * hour, "24h0m0s");
	assert_duration(INT64_MAX, "2562047h47m16.854775807s");
	assert_duration(INT64_MIN, "-2562047h47m16.854775808s");
	assert_duration(INT64_MIN + 1, "-2562047h47m16.854775807s");
}

/* 2026-11-22T09:41:00.000000005Z. */
static void assert_zoned(int64_t offset, const char *wanted)
{
	char text[GO_TEXT_SIZE];

	assert_int_equal(go_time_zoned_text(5, 63930937260, offset, text), strlen(wanted));
	assert_string_equal(text, wanted);
}

static void writes_zones(void **state)
{
	char text[GO_TEXT_SIZE];

	assert_zoned(0, "2026-11-22T09:41:00.000000005Z");
	assert_zoned(3600, "2026-11-22T10:41:00.000000005+01:00");
	assert_zoned(19800, "2026-11-22T15:11:00.000000005+05:30");
	assert_zoned(-12600, "2026-11-22T06:11:00.000000005-03:30");
	assert_zoned(-1800, "2026-11-22T09:11:00.000000005-00:30");
	assert_zoned(-36000, "2026-11-21T23:41:00.000000005-10:00");
	/* RFC 3339 offsets have no seconds, and are shorter than a day. */
	assert_zoned(90, "2026-11-22T09:41:00.000000005Z");
	assert_zoned(86400, "2026-11-22T09:41:00.000000005Z");
	assert_zoned(INT64_MIN, "2026-11-22T09:41:00.000000005Z");
	go_time_zoned_text(0, INT64_MAX, 3600, text);
	assert_non_null(strchr(text, 'Z'));
}

/* A sign changes nothing else, and the parts of the text add up to the number. */
static void durations_add_up(void **state)
{
	uint64_t random = 88172645463325252u;

	for (int i = 0; i < 100000; i++) {
		char text[GO_TEXT_SIZE], negative[GO_TEXT_SIZE], *at = text;
		long double sum = 0;
		int64_t value;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		value = (int64_t)(random >> 1 >> (random % 62)) | 1;
		go_duration_text(value, text);
		go_duration_text(-value, negative);
		assert_int_equal(negative[0], '-');
		assert_string_equal(negative + 1, text);
		while (*at) {
			long double part = strtold(at, &at);
			size_t unit = strcspn(at, "0123456789");

			sum += part * (*at == 'h'		 ? 3600e9L :
				       strcmp(at, "ns") == 0	 ? 1 :
				       strncmp(at, "ms", 2) == 0 ? 1e6L :
				       *at == 'm'		 ? 60e9L :
				       *at == 's'		 ? 1e9L :
								   1e3L);
			at += unit;
		}
		assert_true((int64_t)(sum + 0.5L) == value);
	}
}

/* ---- times ---- */

static const uint64_t MONOTONIC = UINT64_C(1) << 63;
/* Seconds from the year 1 to 1970, and to 1885, the epoch of times with a monotonic clock. */
static const int64_t TO_1970 = 62135596800, TO_1885 = 59453308800;

static void assert_time(uint64_t wall, int64_t ext, const char *wanted)
{
	char text[GO_TEXT_SIZE];

	assert_int_equal(go_time_text(wall, ext, text), strlen(wanted));
	assert_string_equal(text, wanted);
}

/* In the form of time.Unix(). */
static void assert_unix(int64_t second, uint32_t nanosecond, const char *wanted)
{
	assert_time(nanosecond, second + TO_1970, wanted);
	/* In the form of time.Now(): 33 bits of seconds, and a reading of the monotonic clock. */
	if (second + TO_1970 >= TO_1885 && second + TO_1970 - TO_1885 < INT64_C(1) << 33)
		assert_time(MONOTONIC | (uint64_t)(second + TO_1970 - TO_1885) << 30 | nanosecond,
			    42, wanted);
}

static void writes_times(void **state)
{
	assert_unix(0, 0, "1970-01-01T00:00:00.000000000Z");
	assert_unix(1795340460, 123456789, "2026-11-22T09:41:00.123456789Z");
	assert_unix(951782400, 0, "2000-02-29T00:00:00.000000000Z");
	assert_unix(951868799, 999999999, "2000-02-29T23:59:59.999999999Z");
	assert_unix(951868800, 0, "2000-03-01T00:00:00.000000000Z");
	assert_unix(4107542399, 0, "2100-02-28T23:59:59.000000000Z");
	assert_unix(4107542400, 0, "2100-03-01T00:00:00.000000000Z");
	assert_unix(1709164800, 1, "2024-02-29T00:00:00.000000001Z");
	assert_unix(-1, 5, "1969-12-31T23:59:59.000000005Z");
	assert_unix(253402300799, 0, "9999-12-31T23:59:59.000000000Z");
	assert_unix(253402300800, 0, "10000-01-01T00:00:00.000000000Z");
	/* The first and last times of the form with a monotonic clock, and one second before. */
	assert_unix(TO_1885 - TO_1970, 0, "1885-01-01T00:00:00.000000000Z");
	assert_unix(TO_1885 - TO_1970 - 1, 0, "1884-12-31T23:59:59.000000000Z");
	assert_unix(TO_1885 - TO_1970 + (INT64_C(1) << 33) - 1, 0,
		    "2157-03-16T12:56:31.000000000Z");
}

static void writes_times_of_other_ages(void **state)
{
	assert_time(0, 0, "0001-01-01T00:00:00.000000000Z");
	assert_time(0, -1, "0000-12-31T23:59:59.000000000Z");
	assert_time(0, -366 * 86400LL, "0000-01-01T00:00:00.000000000Z");
	/* Go writes four digits of the year after a sign, too. */
	assert_time(0, -366 * 86400LL - 1, "-0001-12-31T23:59:59.000000000Z");
	assert_time(7, -62135596800 - 86400 * 366LL, "-1969-01-01T00:00:00.000000007Z");
	assert_time(0, INT64_MAX, "292277024627-12-06T15:30:07.000000000Z");
	assert_time(0, INT64_MIN, "-292277024626-01-27T08:29:52.000000000Z");
	/* Impossible nanoseconds are still written with nine digits. */
	assert_time((1 << 30) - 1, 0, "0001-01-01T00:00:00.073741823Z");
}

static bool is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Counts the days of five centuries one by one. */
static void counts_days(void **state)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t day = 0;

	for (int year = 1; year <= 2500; year++) {
		for (int month = 0; month < 12; month++) {
			for (int i = 0; i < days[month] + (month == 1 && is_leap(year));
			     i++, day++) {
				char wanted[GO_TEXT_SIZE];

				snprintf(wanted, sizeof(wanted),
					 "%04d-%02d-%02dT12:00:00.000000000Z", year, month + 1,
					 i + 1);
				assert_time(0, day * 86400 + 43200, wanted);
			}
		}
	}
}

/* ---- floats ---- */

static void assert_double(double value, const char *wanted)
{
	char text[GO_TEXT_SIZE];
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	assert_true(go_float_text(bits, 8, text));
	assert_string_equal(text, wanted);
}

static void assert_single(float value, const char *wanted)
{
	char text[GO_TEXT_SIZE];
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	assert_true(go_float_text(bits, 4, text));
	assert_string_equal(text, wanted);
	/* The upper half of the cell is ignored. */
	assert_true(go_float_text(UINT64_C(0xdeadbeef) << 32 | bits, 4, text));
	assert_string_equal(text, wanted);
}

static void writes_shortest_floats(void **state)
{
	assert_double(0, "0");
	assert_double(-0.0, "-0");
	assert_double(1, "1");
	assert_double(0.1, "0.1");
	assert_double(0.1 + 0.2, "0.30000000000000004");
	assert_double(-1234.5, "-1234.5");
	assert_double(1e21, "1e+21");
	assert_double(5e-324, "5e-324");
	assert_double(2.2250738585072014e-308, "2.2250738585072014e-308");
	assert_double(1.7976931348623157e308, "1.7976931348623157e+308");
	assert_double(9007199254740993.0, "9007199254740992");
	assert_single(0.1f, "0.1");
	assert_single(16777216.0f, "16777216");
	assert_single(3.4028235e38f, "3.4028235e+38");
	assert_single(1e-45f, "1e-45");
}

static void writes_what_is_no_number(void **state)
{
	static const struct {
		uint64_t bits;
		uint8_t size;
		const char *text;
	} rows[] = {
		{ UINT64_C(0x7ff0000000000000), 8, "+Inf" },
		{ UINT64_C(0xfff0000000000000), 8, "-Inf" },
		{ UINT64_C(0x7ff8000000000001), 8, "NaN" },
		{ UINT64_C(0xfff8000000000001), 8, "NaN" },
		{ UINT64_C(0x7ff0000000000001), 8, "NaN" },
		{ 0x7f800000, 4, "+Inf" },
		{ 0xff800000, 4, "-Inf" },
		{ 0x7fc00000, 4, "NaN" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[GO_TEXT_SIZE];

		assert_false(go_float_text(rows[i].bits, rows[i].size, text));
		assert_string_equal(text, rows[i].text);
	}
}

/* Any bits of a number are written as a JSON number, which is read back as the same bits. */
static void floats_read_back(void **state)
{
	uint64_t random = 88172645463325252u;

	for (int i = 0; i < 200000; i++) {
		uint8_t size = i % 2 ? 8 : 4;
		char text[GO_TEXT_SIZE];
		double value;
		float single;
		uint64_t bits = 0;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		if (!go_float_text(random, size, text))
			continue;
		assert_true(text[strspn(text, "-0123456789.e+")] == '\0');
		assert_true(text[text[0] == '-'] >= '0' && text[text[0] == '-'] <= '9');
		value = strtod(text, NULL);
		single = strtof(text, NULL);
		memcpy(&bits, size == 8 ? (void *)&value : (void *)&single, size);
		assert_true(bits == (size == 8 ? random : (uint32_t)random));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_durations),
		cmocka_unit_test(durations_add_up),
		cmocka_unit_test(writes_zones),
		cmocka_unit_test(writes_times),
		cmocka_unit_test(writes_times_of_other_ages),
		cmocka_unit_test(counts_days),
		cmocka_unit_test(writes_shortest_floats),
		cmocka_unit_test(writes_what_is_no_number),
		cmocka_unit_test(floats_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
