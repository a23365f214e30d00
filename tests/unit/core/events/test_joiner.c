/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "joiner.h"

static struct bytes text_bytes(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static void assert_record(struct bytes record, const char *wanted)
{
	assert_int_equal(record.size, strlen(wanted));
	assert_memory_equal(record.data, wanted, record.size);
}

enum { MAX_BYTES = 1 << 20, NOTE_SIZE = 16 };

static struct joiner *joiner_of(uint32_t limit)
{
	struct joiner *joiner;

	assert_int_equal(joiner_create(limit, MAX_BYTES, NOTE_SIZE, &joiner), 0);
	assert_int_equal(joiner_count(joiner), 0);
	return joiner;
}

static int open_owned(struct joiner *joiner, uint32_t target, uint64_t key, uint64_t owner,
		      struct bytes record, struct bytes *ret_displaced)
{
	struct joiner_identity identity = { .target = target, .key = key, .owner = owner };

	return joiner_open(joiner, &identity, record, ret_displaced);
}

/* For most tests the owner of a request does not matter. */
static uint64_t owner_of(uint64_t key)
{
	return key % 5;
}

static void open_new(struct joiner *joiner, uint32_t target, uint64_t key, const char *record)
{
	struct bytes untouched = { 0 };

	assert_int_equal(
		open_owned(joiner, target, key, owner_of(key), text_bytes(record), &untouched), 0);
	assert_null(untouched.data);
}

static void finds_by_target_and_key(void **state)
{
	struct joiner *joiner = joiner_of(10);
	struct bytes record;

	open_new(joiner, 1, 0xc000100000, "one");
	open_new(joiner, 2, 0xc000100000, "two");
	open_new(joiner, 1, UINT64_MAX, "three");
	open_new(joiner, 1, 0, "four");
	assert_int_equal(joiner_count(joiner), 4);
	assert_false(joiner_take(joiner, 3, 0xc000100000, &record));
	assert_false(joiner_take(joiner, 1, 0xc000100008, &record));
	assert_false(joiner_take(joiner, 2, UINT64_MAX, &record));
	assert_true(joiner_take(joiner, 2, 0xc000100000, &record));
	assert_record(record, "two");
	assert_false(joiner_take(joiner, 2, 0xc000100000, &record));
	assert_true(joiner_take(joiner, 1, 0xc000100000, &record));
	assert_record(record, "one");
	assert_true(joiner_take(joiner, 1, 0, &record));
	assert_record(record, "four");
	assert_true(joiner_take(joiner, 1, UINT64_MAX, &record));
	assert_record(record, "three");
	assert_int_equal(joiner_count(joiner), 0);
	joiner_destroy(joiner);
}

static void keeps_a_copy(void **state)
{
	struct joiner *joiner = joiner_of(10);
	char text[] = "before";
	struct bytes record;

	open_new(joiner, 1, 1, text);
	memcpy(text, "after!", 6);
	assert_true(joiner_take(joiner, 1, 1, &record));
	assert_record(record, "before");
	joiner_destroy(joiner);
}

static void same_key_displaces(void **state)
{
	struct joiner *joiner = joiner_of(10);
	struct bytes record;

	open_new(joiner, 1, 7, "a request that never ended");
	assert_int_equal(open_owned(joiner, 1, 7, 9, text_bytes("the next"), &record), 1);
	assert_record(record, "a request that never ended");
	assert_int_equal(joiner_count(joiner), 1);
	assert_true(joiner_take(joiner, 1, 7, &record));
	assert_record(record, "the next");
	joiner_destroy(joiner);
}

static void limit_displaces_the_oldest(void **state)
{
	struct joiner *joiner = joiner_of(3);
	struct bytes record;

	open_new(joiner, 1, 1, "1");
	open_new(joiner, 1, 2, "2");
	open_new(joiner, 1, 3, "3");
	/* A request that was taken from the middle and opened again is the youngest. */
	assert_true(joiner_take(joiner, 1, 2, &record));
	open_new(joiner, 1, 2, "2 again");
	assert_int_equal(open_owned(joiner, 1, 4, 9, text_bytes("4"), &record), 1);
	assert_record(record, "1");
	assert_int_equal(open_owned(joiner, 1, 5, 9, text_bytes("5"), &record), 1);
	assert_record(record, "3");
	/* At the limit, a request with a known key replaces only the request of this key. */
	assert_int_equal(open_owned(joiner, 1, 4, 9, text_bytes("4 again"), &record), 1);
	assert_record(record, "4");
	assert_int_equal(open_owned(joiner, 1, 6, 9, text_bytes("6"), &record), 1);
	assert_record(record, "2 again");
	assert_int_equal(joiner_count(joiner), 3);
	joiner_destroy(joiner);
}

static void takes_all_of_a_target(void **state)
{
	struct joiner *joiner = joiner_of(10);
	uint32_t passed = JOINER_NONE, passed_for_none = JOINER_NONE;
	struct bytes record;

	open_new(joiner, 2, 1, "other");
	open_new(joiner, 1, 1, "first");
	open_new(joiner, 2, 2, "other too");
	open_new(joiner, 1, 2, "second");
	open_new(joiner, 1, 3, "third");
	assert_true(joiner_take(joiner, 1, 2, &record));
	assert_true(joiner_take_of_target(joiner, 1, &passed, &record));
	assert_record(record, "first");
	assert_true(joiner_take_of_target(joiner, 1, &passed, &record));
	assert_record(record, "third");
	assert_false(joiner_take_of_target(joiner, 1, &passed, &record));
	assert_false(joiner_take_of_target(joiner, 0, &passed_for_none, &record));
	assert_int_equal(joiner_count(joiner), 2);
	assert_true(joiner_take(joiner, 2, 1, &record));
	assert_true(joiner_take(joiner, 2, 2, &record));
	assert_record(record, "other too");
	joiner_destroy(joiner);
}

static void finds_by_owner(void **state)
{
	struct joiner *joiner = joiner_of(10);
	struct bytes record;

	assert_int_equal(open_owned(joiner, 1, 1, 34, text_bytes("first"), &record), 0);
	assert_int_equal(open_owned(joiner, 1, 2, 34, text_bytes("second"), &record), 0);
	assert_int_equal(open_owned(joiner, 1, 3, 35, text_bytes("another's"), &record), 0);
	assert_int_equal(open_owned(joiner, 2, 1, 34, text_bytes("of another"), &record), 0);
	assert_int_equal(open_owned(joiner, 1, 4, 0, text_bytes("nobody's"), &record), 0);
	assert_false(joiner_take_owned(joiner, 1, 36, &record));
	assert_false(joiner_take_owned(joiner, 2, 35, &record));
	/* An unknown owner has no requests. */
	assert_false(joiner_take_owned(joiner, 1, 0, &record));
	assert_true(joiner_take_owned(joiner, 1, 34, &record));
	assert_record(record, "second");
	assert_false(joiner_take(joiner, 1, 2, &record));
	assert_true(joiner_take_owned(joiner, 1, 34, &record));
	assert_record(record, "first");
	assert_false(joiner_take_owned(joiner, 1, 34, &record));
	assert_true(joiner_take(joiner, 1, 3, &record));
	assert_false(joiner_take_owned(joiner, 1, 35, &record));
	assert_int_equal(joiner_count(joiner), 2);
	joiner_destroy(joiner);
}

static void looks_without_taking(void **state)
{
	struct joiner *joiner = joiner_of(10);
	struct bytes record;

	open_new(joiner, 1, 1, "one");
	assert_false(joiner_look(joiner, 1, 2, &record));
	assert_false(joiner_look(joiner, 2, 1, &record));
	assert_true(joiner_look(joiner, 1, 1, &record));
	assert_record(record, "one");
	assert_true(joiner_look(joiner, 1, 1, &record));
	assert_int_equal(joiner_count(joiner), 1);
	joiner_destroy(joiner);
}

/* The last entry and the buffer that was handed out swap places; their sizes must be swapped as well. */
static void reuses_buffers(void **state)
{
	static char large[70000];
	struct joiner *joiner = joiner_of(4);
	struct bytes record;

	memset(large, 'x', sizeof(large) - 1);
	for (int round = 0; round < 20; round++) {
		open_new(joiner, 1, 1, large);
		open_new(joiner, 1, 2, "s");
		assert_true(joiner_take(joiner, 1, 1, &record));
		assert_record(record, large);
		open_new(joiner, 1, 3, "middle");
		assert_true(joiner_take(joiner, 1, 2, &record));
		assert_record(record, "s");
		assert_int_equal(open_owned(joiner, 1, 3, 9, text_bytes(large), &record), 1);
		assert_record(record, "middle");
		assert_true(joiner_take(joiner, 1, 3, &record));
		assert_record(record, large);
	}
	joiner_destroy(joiner);
}

/* A simple implementation to compare with: an array in the order of age. */
struct model {
	struct {
		uint32_t target;
		uint64_t key;
		uint32_t serial;
	} open[128];
	size_t count;
};

static size_t model_find(const struct model *model, uint32_t target, uint64_t key)
{
	size_t i = 0;

	while (i < model->count && (model->open[i].target != target || model->open[i].key != key))
		i++;
	return i;
}

static uint32_t model_remove(struct model *model, size_t index)
{
	uint32_t serial = model->open[index].serial;

	memmove(&model->open[index], &model->open[index + 1],
		(model->count - index - 1) * sizeof(model->open[0]));
	model->count--;
	return serial;
}

static void assert_serial(struct bytes record, uint32_t wanted)
{
	uint32_t serial;

	assert_int_equal(record.size, 4 + wanted % 61);
	memcpy(&serial, record.data, sizeof(serial));
	assert_int_equal(serial, wanted);
	for (size_t i = 4; i < record.size; i++)
		assert_int_equal(record.data[i], wanted & 0xff);
}

/* All of them, in the order in which they began. */
static void assert_shows(const struct joiner *joiner, const struct model *model)
{
	uint32_t at = JOINER_NONE;
	struct bytes record;

	for (size_t i = 0; i < model->count; i++) {
		assert_true(joiner_look_next(joiner, &at, &record));
		assert_serial(record, model->open[i].serial);
	}
	assert_false(joiner_look_next(joiner, &at, &record));
}

static void step_take_oldest(struct joiner *joiner, struct model *model)
{
	struct bytes record;
	bool taken = joiner_take_oldest(joiner, &record);

	assert_int_equal(taken, model->count > 0);
	if (taken)
		assert_serial(record, model_remove(model, 0));
}

static void step_open(struct joiner *joiner, struct model *model, uint32_t target, uint64_t key,
		      uint32_t serial, uint32_t limit)
{
	uint8_t data[64];
	struct bytes displaced;
	size_t index = model_find(model, target, key);
	int r;

	memset(data, (int)(serial & 0xff), sizeof(data));
	memcpy(data, &serial, sizeof(serial));
	r = open_owned(joiner, target, key, owner_of(key), (struct bytes){ data, 4 + serial % 61 },
		       &displaced);
	if (index == model->count)
		index = model->count == limit ? 0 : SIZE_MAX;
	assert_int_equal(r, index != SIZE_MAX);
	if (r)
		assert_serial(displaced, model_remove(model, index));
	model->open[model->count].target = target;
	model->open[model->count].key = key;
	model->open[model->count++].serial = serial;
}

static void step_take(struct joiner *joiner, struct model *model, uint32_t target, uint64_t key)
{
	size_t index = model_find(model, target, key);
	struct bytes record;
	bool taken = joiner_take(joiner, target, key, &record);

	assert_int_equal(taken, index < model->count);
	if (taken)
		assert_serial(record, model_remove(model, index));
}

/* Returns the owner's youngest request, or nothing if there is no owner. */
static void step_take_owned(struct joiner *joiner, struct model *model, uint32_t target,
			    uint64_t owner)
{
	struct bytes record;
	size_t index = model->count;
	bool taken = joiner_take_owned(joiner, target, owner, &record);

	while (index > 0 && (model->open[index - 1].target != target ||
			     owner_of(model->open[index - 1].key) != owner))
		index--;
	assert_int_equal(taken, owner && index > 0);
	if (taken)
		assert_serial(record, model_remove(model, index - 1));
}

static void step_take_of_target(struct joiner *joiner, struct model *model, uint32_t target)
{
	uint32_t passed = JOINER_NONE;
	struct bytes record;
	size_t index = 0;

	while (joiner_take_of_target(joiner, target, &passed, &record)) {
		while (index < model->count && model->open[index].target != target)
			index++;
		assert_true(index < model->count);
		assert_serial(record, model_remove(model, index));
	}
	while (index < model->count)
		assert_int_not_equal(model->open[index++].target, target);
}

static void agrees_with_a_model(void **state)
{
	static const uint32_t limits[] = { 1, 2, 63, 64, 65, 120 };
	uint64_t random = 88172645463325252u;

	for (size_t l = 0; l < sizeof(limits) / sizeof(limits[0]); l++) {
		struct joiner *joiner = joiner_of(limits[l]);
		struct model model = { 0 };

		for (uint32_t serial = 1; serial < 40000; serial++) {
			uint32_t target, what;
			uint64_t key;

			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			target = random >> 8 & 3;
			key = 0xc000000000 + (random >> 16) % 60 * 0x101;
			what = random >> 40 & 31;
			if (what < 20)
				step_open(joiner, &model, target, key, serial, limits[l]);
			else if (what < 28)
				step_take(joiner, &model, target, key);
			else if (what < 30)
				step_take_owned(joiner, &model, target, random >> 50 & 7);
			else if (what < 31)
				step_take_of_target(joiner, &model, target);
			else
				step_take_oldest(joiner, &model);
			assert_int_equal(joiner_count(joiner), model.count);
			if (serial % 64 == 0)
				assert_shows(joiner, &model);
		}
		joiner_destroy(joiner);
	}
}

/* The kept memory is bounded, however large the records are or were; this includes buffers for later use. */
/* Of several requests with one context the latest is found. A note is zeroed, and belongs to one request. */
static void finds_by_context_and_keeps_notes(void **state)
{
	struct joiner_identity identity = { .target = 1, .key = 1, .context = 0xc000 };
	struct joiner *joiner = joiner_of(10);
	struct bytes record;
	uint64_t *note;

	assert_int_equal(joiner_open(joiner, &identity, text_bytes("first"), &record), 0);
	identity.key = 2;
	assert_int_equal(joiner_open(joiner, &identity, text_bytes("second"), &record), 0);
	identity.key = 3;
	identity.context = 0;
	assert_int_equal(joiner_open(joiner, &identity, text_bytes("without"), &record), 0);
	assert_true(joiner_look_context(joiner, 1, 0xc000, &record));
	assert_record(record, "second");
	note = joiner_note(joiner, record);
	assert_int_equal(note[0], 0);
	assert_int_equal(note[1], 0);
	note[0] = 7;
	note[1] = 8;
	assert_false(joiner_look_context(joiner, 1, 0, &record));
	assert_false(joiner_look_context(joiner, 2, 0xc000, &record));
	assert_true(joiner_take(joiner, 1, 2, &record));
	note = joiner_note(joiner, record);
	assert_int_equal(note[0], 7);
	assert_int_equal(note[1], 8);
	assert_true(joiner_look_context(joiner, 1, 0xc000, &record));
	assert_record(record, "first");
	assert_int_equal(*(uint64_t *)joiner_note(joiner, record), 0);
	identity.key = 4;
	assert_int_equal(joiner_open(joiner, &identity, text_bytes("in the same buffer"), &record),
			 0);
	assert_true(joiner_look(joiner, 1, 4, &record));
	assert_int_equal(*(uint64_t *)joiner_note(joiner, record), 0);
	joiner_destroy(joiner);
}

static void gives_bytes_up(void **state)
{
	enum { SIZE = MAX_BYTES / 8, ROUNDS = 100 };
	static uint8_t data[SIZE];
	struct joiner *joiner = joiner_of(ROUNDS);
	struct bytes record;
	uint32_t excess = 0;

	for (uint64_t key = 1; key <= ROUNDS; key++) {
		data[0] = (uint8_t)key;
		assert_int_equal(
			open_owned(joiner, 1, key, 9, (struct bytes){ data, SIZE }, &record), 0);
		while (joiner_take_excess(joiner, &record))
			assert_int_equal(record.data[0], ++excess);
		assert_in_range(joiner_count(joiner), key < 7 ? key : 4, 8);
	}
	assert_int_equal(joiner_count(joiner) + excess, ROUNDS);
	assert_false(joiner_take_excess(joiner, &record));
	joiner_destroy(joiner);
}

static void grows_to_its_limit(void **state)
{
	enum { LIMIT = 5000 };
	struct joiner *joiner = joiner_of(LIMIT);
	struct bytes record;

	for (uint64_t key = 0; key < LIMIT; key++)
		assert_int_equal(open_owned(joiner, 1, key << 12, key,
					    (struct bytes){ (void *)&key, 8 }, &record),
				 0);
	assert_int_equal(joiner_count(joiner), LIMIT);
	for (uint64_t key = 0; key < LIMIT; key++) {
		assert_true(joiner_take(joiner, 1, key << 12, &record));
		assert_int_equal(record.size, 8);
		assert_memory_equal(record.data, &key, 8);
	}
	assert_int_equal(joiner_count(joiner), 0);
	joiner_destroy(joiner);
	joiner_destroy(NULL);
}

static void assert_helped(const struct joiner *joiner, uint64_t helper, const char *wanted)
{
	struct bytes record;

	assert_int_equal(joiner_look_helped(joiner, 1, helper, &record), wanted != NULL);
	if (wanted)
		assert_record(record, wanted);
}

static void open_in_context(struct joiner *joiner, uint64_t key, uint64_t context,
			    const char *record)
{
	struct joiner_identity identity = { .target = 1, .key = key, .context = context };
	struct bytes untouched = { 0 };

	assert_int_equal(joiner_open(joiner, &identity, text_bytes(record), &untouched), 0);
}

static void finds_by_helper(void **state)
{
	struct joiner *joiner = joiner_of(10);
	struct bytes record;

	open_in_context(joiner, 1, 100, "one");
	open_in_context(joiner, 2, 200, "two");
	open_in_context(joiner, 3, 0, "none");
	assert_helped(joiner, 50, NULL);
	assert_true(joiner_set_helper(joiner, 1, 100, 50));
	assert_false(joiner_set_helper(joiner, 2, 100, 50));
	assert_false(joiner_set_helper(joiner, 1, 0, 50));
	assert_helped(joiner, 50, "one");
	/* One request has one helper, and the other way round. */
	assert_true(joiner_set_helper(joiner, 1, 200, 50));
	assert_helped(joiner, 50, "two");
	assert_true(joiner_set_helper(joiner, 1, 200, 51));
	assert_helped(joiner, 50, NULL);
	assert_helped(joiner, 51, "two");
	joiner_drop_helper(joiner, 1, 51);
	assert_helped(joiner, 51, NULL);
	assert_true(joiner_set_helper(joiner, 1, 100, 50));
	assert_true(joiner_take(joiner, 1, 1, &record));
	assert_helped(joiner, 50, NULL);
	/* The entry that is used again has none. */
	open_in_context(joiner, 4, 100, "four");
	assert_helped(joiner, 50, NULL);
	assert_helped(joiner, 0, NULL);
	joiner_destroy(joiner);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_by_target_and_key),
		cmocka_unit_test(keeps_a_copy),
		cmocka_unit_test(same_key_displaces),
		cmocka_unit_test(limit_displaces_the_oldest),
		cmocka_unit_test(finds_by_context_and_keeps_notes),
		cmocka_unit_test(gives_bytes_up),
		cmocka_unit_test(takes_all_of_a_target),
		cmocka_unit_test(finds_by_owner),
		cmocka_unit_test(finds_by_helper),
		cmocka_unit_test(looks_without_taking),
		cmocka_unit_test(reuses_buffers),
		cmocka_unit_test(agrees_with_a_model),
		cmocka_unit_test(grows_to_its_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
