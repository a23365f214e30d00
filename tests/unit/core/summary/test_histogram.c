/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "histogram.h"

static const double PERCENTS[] = { 0, 1, 10, 50, 90, 99, 99.9, 100 };

static int compare(const void *a, const void *b)
{
	int64_t first = *(const int64_t *)a, second = *(const int64_t *)b;

	return (first > second) - (first < second);
}

/* The value of which `percent` of the sorted values are not larger. */
static uint64_t exact_percentile(const int64_t *sorted, size_t count, double percent)
{
	double place = (double)count * percent / 100;
	size_t rank = (size_t)place + ((double)(size_t)place < place);

	return (uint64_t)sorted[rank ? rank - 1 : 0];
}

static void assert_percentiles(int64_t *values, size_t count)
{
	struct histogram histogram = { 0 };

	for (size_t i = 0; i < count; i++)
		assert_int_equal(histogram_add(&histogram, values[i]), 0);
	qsort(values, count, sizeof(*values), compare);
	assert_int_equal(histogram.count, count);
	assert_int_equal(histogram.max, values[count - 1]);
	for (size_t i = 0; i < sizeof(PERCENTS) / sizeof(PERCENTS[0]); i++) {
		uint64_t exact = exact_percentile(values, count, PERCENTS[i]);
		uint64_t found = histogram_percentile(&histogram, PERCENTS[i]);

		assert_in_range(found, exact, exact < 256 ? exact : exact + exact / 128);
	}
	histogram_finish(&histogram);
}

static void agrees_with_sorted_values(void **state)
{
	enum { COUNT = 10007 };
	int64_t *values = calloc(COUNT, sizeof(*values));

	srandom(1);
	for (int bits = 1; bits < 63; bits++) {
		for (size_t i = 0; i < COUNT; i++)
			values[i] = (int64_t)(((uint64_t)random() << 32 ^ (uint64_t)random()) &
					      ((UINT64_C(1) << bits) - 1));
		assert_percentiles(values, COUNT);
	}
	free(values);
}

static void counts_single_values_of_any_size(void **state)
{
	for (int bits = 0; bits < 63; bits++) {
		int64_t power = (int64_t)(UINT64_C(1) << bits);
		int64_t values[] = { power - 1, power, power + 1 };

		for (size_t i = 0; i < 3; i++)
			assert_percentiles(&values[i], 1);
	}
	assert_percentiles(&(int64_t){ INT64_MAX }, 1);
}

static void has_nothing_at_first(void **state)
{
	struct histogram histogram = { 0 };

	assert_int_equal(histogram_percentile(&histogram, 50), 0);
	assert_int_equal(histogram_add(&histogram, -5), 0);
	assert_int_equal(histogram_percentile(&histogram, 50), 0);
	assert_int_equal(histogram.count, 1);
	histogram_finish(&histogram);
	assert_int_equal(histogram.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_sorted_values),
		cmocka_unit_test(counts_single_values_of_any_size),
		cmocka_unit_test(has_nothing_at_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
