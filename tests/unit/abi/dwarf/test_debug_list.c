/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "debug_list.h"

#define BASE 0x401000u
#define BYTES(...) \
	((struct bytes){ (const uint8_t[]){ __VA_ARGS__ }, sizeof((uint8_t[]){ __VA_ARGS__ }) })
#define WORD(n) (n) & 0xff, (n) >> 8 & 0xff, (n) >> 16 & 0xff, (n) >> 24 & 0xff, 0, 0, 0, 0
#define MOST 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff

static struct debug_list list_of(enum debug_list_form form, struct bytes section)
{
	static const uint8_t addresses[] = { WORD(0x500000), WORD(0x500080) };

	return (struct debug_list){ .form = form,
				    .section = section,
				    .addresses = { addresses, sizeof(addresses) },
				    .base = BASE };
}

/* One span, then the end. */
static void assert_span(struct debug_list list, uint64_t low, uint64_t high, uint8_t operation)
{
	struct debug_span span;

	assert_int_equal(debug_list_next(&list, &span), 1);
	assert_int_equal(span.low, low);
	assert_int_equal(span.high, high);
	if (operation) {
		assert_int_equal(span.expression.size, 1);
		assert_int_equal(span.expression.data[0], operation);
	}
	assert_int_equal(debug_list_next(&list, &span), 0);
}

static void reads_version_4(void **state)
{
	struct bytes ranges = BYTES(WORD(16), WORD(32), WORD(0), WORD(0));
	struct bytes based = BYTES(MOST, WORD(0x600000), WORD(1), WORD(2), WORD(0), WORD(0));
	struct bytes locations = BYTES(WORD(0), WORD(8), 1, 0, 0x50, WORD(0), WORD(0));

	assert_span(list_of(DEBUG_RANGES_4, ranges), BASE + 16, BASE + 32, 0);
	assert_span(list_of(DEBUG_RANGES_4, based), 0x600001, 0x600002, 0);
	assert_span(list_of(DEBUG_LOCATIONS_4, locations), BASE, BASE + 8, 0x50);
}

static void reads_version_5_ranges(void **state)
{
	enum debug_list_form form = DEBUG_RANGES_5;

	assert_span(list_of(form, BYTES(2, 0, 1, 0)), 0x500000, 0x500080, 0);
	assert_span(list_of(form, BYTES(3, 1, 16, 0)), 0x500080, 0x500090, 0);
	assert_span(list_of(form, BYTES(4, 0x80, 1, 0x90, 1, 0)), BASE + 128, BASE + 144, 0);
	assert_span(list_of(form, BYTES(1, 0, 4, 1, 2, 0)), 0x500001, 0x500002, 0);
	assert_span(list_of(form, BYTES(5, WORD(0x600000), 4, 1, 2, 0)), 0x600001, 0x600002, 0);
	assert_span(list_of(form, BYTES(6, WORD(1), WORD(2), 0)), 1, 2, 0);
	assert_span(list_of(form, BYTES(7, WORD(1), 8, 0)), 1, 9, 0);
}

static void reads_version_5_locations(void **state)
{
	enum debug_list_form form = DEBUG_LOCATIONS_5;

	assert_span(list_of(form, BYTES(2, 0, 1, 1, 0x50, 0)), 0x500000, 0x500080, 0x50);
	assert_span(list_of(form, BYTES(3, 1, 16, 1, 0x51, 0)), 0x500080, 0x500090, 0x51);
	assert_span(list_of(form, BYTES(4, 0, 8, 1, 0x52, 0)), BASE, BASE + 8, 0x52);
	assert_span(list_of(form, BYTES(5, 1, 0x53, 0)), 0, 0, 0x53);
	assert_span(list_of(form, BYTES(6, WORD(0x600000), 4, 1, 2, 1, 0x54, 0)), 0x600001,
		    0x600002, 0x54);
	assert_span(list_of(form, BYTES(7, WORD(1), WORD(2), 1, 0x55, 0)), 1, 2, 0x55);
	assert_span(list_of(form, BYTES(8, WORD(1), 8, 1, 0x56, 0)), 1, 9, 0x56);
}

static void refuses_damage(void **state)
{
	const struct {
		enum debug_list_form form;
		struct bytes section;
		uint64_t at;
	} rows[] = {
		{ DEBUG_RANGES_4, BYTES(WORD(1)), 0 },
		{ DEBUG_RANGES_4, BYTES(WORD(0), WORD(0)), UINT64_MAX },
		{ DEBUG_RANGES_4, BYTES(WORD(0), WORD(0)), UINT64_MAX - 7 },
		{ DEBUG_LOCATIONS_4, BYTES(WORD(0), WORD(8)), 0 },
		{ DEBUG_LOCATIONS_4, BYTES(WORD(0), WORD(8), 0xff, 0xff, 0x50), 0 },
		{ DEBUG_RANGES_5, BYTES(8), 0 },
		{ DEBUG_RANGES_5, BYTES(1), 0 },
		{ DEBUG_RANGES_5, BYTES(2, 0, 2, 0), 0 },
		{ DEBUG_RANGES_5,
		  BYTES(2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0), 0 },
		{ DEBUG_RANGES_5, BYTES(4, 0x80, 0x80), 0 },
		{ DEBUG_RANGES_5, BYTES(0), UINT64_MAX },
		{ DEBUG_LOCATIONS_5, BYTES(9), 0 },
		{ DEBUG_LOCATIONS_5,
		  BYTES(4, 0, 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0), 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct debug_list list = list_of(rows[i].form, rows[i].section);
		struct debug_span span = { .low = 7 };

		list.at = rows[i].at;
		assert_int_equal(debug_list_next(&list, &span), -EBADMSG);
		assert_int_equal(span.low, 7);
	}
}

static void ends_endless_lists(void **state)
{
	const size_t size = 3 * 70000;
	uint8_t *data = malloc(size);
	struct debug_list list = list_of(DEBUG_RANGES_5, (struct bytes){ data, size });
	struct debug_span span;
	size_t count = 0;

	for (size_t i = 0; i < size; i++)
		data[i] = i % 3 ? 1 : 4;
	while (debug_list_next(&list, &span) > 0)
		count++;
	assert_int_equal(count, 65536);
	list = list_of(DEBUG_RANGES_5, (struct bytes){ data, size });
	/* A list of base addresses only gives no span. */
	for (size_t i = 0; i + 1 < size; i += 2)
		memcpy(data + i, (const uint8_t[]){ 1, 0 }, 2);
	assert_int_equal(debug_list_next(&list, &span), -E2BIG);
	free(data);
}

static void assert_place(struct bytes expression, int place, uint16_t reg, int64_t offset)
{
	struct debug_piece pieces[DEBUG_MAX_PIECES];
	size_t count = 0;

	assert_int_equal(debug_location_read(expression, pieces, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(pieces[0].place, place);
	assert_int_equal(pieces[0].reg, reg);
	assert_true(pieces[0].offset == offset);
}

static void reads_locations(void **state)
{
	struct bytes string = BYTES(0x50, 0x93, 8, 0x93, 4, 0x53, 0x93, 8);
	struct debug_piece pieces[DEBUG_MAX_PIECES];
	size_t count;

	assert_place(BYTES(0x53), DEBUG_IN_REGISTER, 3, 0);
	assert_place(BYTES(0x90, 0x81, 1), DEBUG_IN_REGISTER, 129, 0);
	assert_place(BYTES(0x9c), DEBUG_ON_STACK, 0, 0);
	assert_place(BYTES(0x91, 8), DEBUG_ON_STACK, 0, 8);
	assert_place(BYTES(0x91, 0x80, 0x7f), DEBUG_ON_STACK, 0, -128);
	assert_int_equal(debug_location_read(string, pieces, &count), 0);
	assert_int_equal(count, 3);
	assert_int_equal(pieces[0].size, 8);
	assert_int_equal(pieces[1].place, DEBUG_NOWHERE);
	assert_int_equal(pieces[2].reg, 3);
}

static void refuses_other_locations(void **state)
{
	const struct bytes rows[] = {
		BYTES(0x50, 0x51), /* two places at once */
		BYTES(0x03, WORD(0)),
		BYTES(0x90),
		BYTES(0x90, 0x80, 0x80, 0x04), /* a register beyond 65,535 */
		BYTES(0x91, 0x80),
		BYTES(0x91, MOST, MOST, 0),
		BYTES(0x50, 0x93),
	};
	struct debug_piece pieces[DEBUG_MAX_PIECES];
	uint8_t many[2 * (DEBUG_MAX_PIECES + 1)];
	size_t count = 7;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(debug_location_read(rows[i], pieces, &count), -EBADMSG);
	for (size_t i = 0; i < sizeof(many); i += 2)
		memcpy(many + i, (const uint8_t[]){ 0x93, 1 }, 2);
	assert_int_equal(debug_location_read((struct bytes){ many, sizeof(many) }, pieces, &count),
			 -E2BIG);
	assert_int_equal(count, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_version_4),
		cmocka_unit_test(reads_version_5_ranges),
		cmocka_unit_test(reads_version_5_locations),
		cmocka_unit_test(refuses_damage),
		cmocka_unit_test(ends_endless_lists),
		cmocka_unit_test(reads_locations),
		cmocka_unit_test(refuses_other_locations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
