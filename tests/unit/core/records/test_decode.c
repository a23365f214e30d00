/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "decode.h"
#include "record_builder.h"

enum { HEAD = sizeof(struct record_hit) };

static const struct schema one_string = {
	.cell_count = 1,
	.cells = { { { CELL_STRING, 16 }, FIELD_PATH } },
};

static struct schema one_integer(enum cell_kind kind, uint8_t size)
{
	return (struct schema){ .cell_count = 1, .cells = { { { kind, size }, FIELD_STATUS } } };
}

/* Decodes a copy of the bytes in memory of exactly their size. */
static int decode_copy(const void *data, size_t size, const struct schema *schema)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct hit_head head;
	struct hit hit;
	int r;

	memcpy(copy, data, size);
	r = decode_hit((struct bytes){ copy, size }, schema, &hit);
	if (decode_head((struct bytes){ copy, size }, &head) < 0)
		assert_int_equal(r, -EBADMSG);
	free(copy);
	return r;
}

static void reads_head(void **state)
{
	struct record_builder record;
	struct hit_head head;

	record_init(&record, 0xabcdef, 0xfedc, UINT64_MAX);
	record.head.cookie |= 0x123456ull << COOKIE_PROCESS_SHIFT;
	record.head.process = 0xfffffffeull << 32 | 0xfffffffd;
	assert_int_equal(decode_head(record_finish(&record), &head), 0);
	assert_int_equal(head.pid, 0xfffffffe);
	assert_int_equal(head.tid, 0xfffffffd);
	assert_int_equal(head.target, 0xabcdef);
	assert_int_equal(head.plan, 0xfedc);
	assert_true(head.time == UINT64_MAX);
	record_release(&record);
}

static void head_is_untouched_on_failure(void **state)
{
	struct record_builder record;
	struct hit_head head = { 1, 2, 3, 4, 5 };
	const struct hit_head before = head;

	record_init(&record, 7, 7, 7);
	record.head.kind = RECORD_HIT + 1;
	assert_int_equal(decode_head(record_finish(&record), &head), -EBADMSG);
	assert_memory_equal(&head, &before, sizeof(head));
	record_release(&record);
}

static void refuses_damaged_heads(void **state)
{
	static const struct schema empty = { 0 };
	struct record_builder record;
	struct bytes bytes;
	const uint16_t kinds[] = { 0, 2, 0x100, 0xffff };

	record_init(&record, 1, 1, 1);
	bytes = record_finish(&record);
	assert_int_equal(bytes.size, HEAD);
	assert_int_equal(decode_copy(bytes.data, HEAD, &empty), 0);
	for (uint32_t size = 0; size < HEAD; size++) {
		/* The record is cut; its size is unchanged, then reduced. */
		memcpy(record.bytes, &(uint32_t){ HEAD }, 4);
		assert_int_equal(decode_copy(bytes.data, size, &empty), -EBADMSG);
		memcpy(record.bytes, &size, 4);
		assert_int_equal(decode_copy(bytes.data, size, &empty), -EBADMSG);
	}
	for (uint64_t size = 0; size <= 2 * HEAD; size++) {
		memcpy(record.bytes, &size, 4);
		assert_int_equal(decode_copy(bytes.data, HEAD, &empty),
				 size == HEAD ? 0 : -EBADMSG);
	}
	memcpy(record.bytes, &(uint32_t){ HEAD }, 4);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		memcpy(record.bytes + 4, &kinds[i], 2);
		assert_int_equal(decode_copy(bytes.data, HEAD, &empty), -EBADMSG);
	}
	record_release(&record);
}

/* The record has `count` cells, the head says `told`, and the schema has `wanted`. */
static int decode_cells(size_t count, uint16_t told, uint16_t wanted)
{
	struct record_builder record;
	struct schema schema = { .cell_count = wanted };
	struct bytes bytes;
	int r;

	for (size_t i = 0; i < PLAN_MAX_CELLS; i++)
		schema.cells[i] = (struct probe_cell){ { CELL_UINT, 8 }, i % FIELD_COUNT };
	record_init(&record, 1, 1, 1);
	for (size_t i = 0; i < count; i++)
		record_word(&record, i);
	bytes = record_finish(&record);
	memcpy(record.bytes + offsetof(struct record_hit, cell_count), &told, sizeof(told));
	r = decode_copy(bytes.data, bytes.size, &schema);
	record_release(&record);
	return r;
}

static void refuses_wrong_cell_counts(void **state)
{
	assert_int_equal(decode_cells(0, 0, 0), 0);
	assert_int_equal(decode_cells(3, 3, 3), 0);
	assert_int_equal(decode_cells(256, 256, 256), 0);
	assert_int_equal(decode_cells(3, 3, 2), -EBADMSG);
	assert_int_equal(decode_cells(3, 3, 4), -EBADMSG);
	assert_int_equal(decode_cells(3, 2, 3), -EBADMSG);
	assert_int_equal(decode_cells(2, 3, 3), -EBADMSG);
	assert_int_equal(decode_cells(0, 1, 1), -EBADMSG);
	assert_int_equal(decode_cells(257, 257, 257), -EBADMSG);
	assert_int_equal(decode_cells(3, 0xffff, 0xffff), -EBADMSG);
	assert_int_equal(decode_cells(255, 256, 256), -EBADMSG);
}

static struct integer decode_integer(enum cell_kind kind, uint8_t size, uint64_t word)
{
	struct schema schema = one_integer(kind, size);
	struct record_builder record;
	struct integer integer;
	struct hit hit;

	record_init(&record, 1, 1, 1);
	record_word(&record, word);
	assert_int_equal(decode_hit(record_finish(&record), &schema, &hit), 0);
	integer = hit_integer(&hit, FIELD_STATUS);
	assert_int_equal(integer.presence, PRESENT);
	record_release(&record);
	return integer;
}

static void extends_signs(void **state)
{
	static const struct {
		enum cell_kind kind;
		uint8_t size;
		uint64_t word;
		int64_t value;
	} cases[] = {
		{ CELL_INT, 1, 0x7f, 127 },
		{ CELL_INT, 1, 0x80, -128 },
		{ CELL_INT, 1, 0xff, -1 },
		/* The kernel side fills up with zeros; other upper bits are ignored. */
		{ CELL_INT, 1, 0xffffffffffffff01, 1 },
		{ CELL_INT, 2, 0x7fff, 32767 },
		{ CELL_INT, 2, 0x8000, -32768 },
		{ CELL_INT, 4, 0x7fffffff, 2147483647 },
		{ CELL_INT, 4, 0x80000000, INT32_MIN },
		{ CELL_INT, 8, UINT64_MAX, -1 },
		{ CELL_INT, 8, UINT64_C(1) << 63, INT64_MIN },
		{ CELL_INT, 8, INT64_MAX, INT64_MAX },
		{ CELL_UINT, 1, 0xff, 255 },
		{ CELL_UINT, 4, 0xffffffff, 4294967295 },
		{ CELL_UINT, 8, INT64_MAX, INT64_MAX },
		{ CELL_BOOL, 1, 1, 1 },
		{ CELL_POINTER, 8, 0xc000012340, 0xc000012340 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct integer integer =
			decode_integer(cases[i].kind, cases[i].size, cases[i].word);

		assert_true(integer.value == cases[i].value);
	}
}

static void reads_strings(void **state)
{
	static const struct schema schema = {
		.cell_count = 4,
		.cells = { { { CELL_STRING, 16 }, FIELD_METHOD },
			   { { CELL_STRING, 16 }, FIELD_PATH },
			   { { CELL_STRING, 16 }, FIELD_QUERY },
			   { { CELL_STRING, 16 }, FIELD_HOST } },
	};
	struct record_builder record;
	struct text path, query, host;
	struct bytes bytes;
	struct hit hit;

	record_init(&record, 1, 1, 1);
	record_string(&record, "GET /items", 10, 10);
	record_word(&record, record_string_cell(4, 6, 6)); /* shares bytes with the one before */
	record_string(&record, "q\0=", 3, UINT32_MAX);
	record_string(&record, "", 0, 0);
	bytes = record_finish(&record);
	assert_int_equal(decode_hit(bytes, &schema, &hit), 0);
	assert_memory_equal(hit_text(&hit, FIELD_METHOD).data, "GET /items", 10);
	path = hit_text(&hit, FIELD_PATH);
	assert_int_equal(path.presence, PRESENT);
	assert_int_equal(path.size, 6);
	assert_int_equal(path.length, 6);
	assert_ptr_equal(path.data, bytes.data + HEAD + 4 * 8 + 4);
	query = hit_text(&hit, FIELD_QUERY);
	assert_int_equal(query.size, 3);
	assert_true(query.length == UINT32_MAX);
	assert_memory_equal(query.data, "q\0=", 3);
	host = hit_text(&hit, FIELD_HOST);
	assert_int_equal(host.presence, PRESENT);
	assert_int_equal(host.size, 0);
	assert_int_equal(host.length, 0);
	record_release(&record);
}

/* One string cell over a payload of `payload` bytes. */
static int decode_string_cell(uint64_t cell, size_t payload)
{
	struct record_builder record;
	int r;

	record_init(&record, 1, 1, 1);
	record_word(&record, cell);
	record.payload_size = payload;
	r = decode_copy(record_finish(&record).data, HEAD + 8 + payload, &one_string);
	record_release(&record);
	return r;
}

static void bounds_strings(void **state)
{
	assert_int_equal(decode_string_cell(record_string_cell(0, 10, 10), 10), 0);
	assert_int_equal(decode_string_cell(record_string_cell(9, 1, 1), 10), 0);
	assert_int_equal(decode_string_cell(record_string_cell(10, 0, 0), 10), 0);
	assert_int_equal(decode_string_cell(record_string_cell(0, 0, 0), 0), 0);
	assert_int_equal(decode_string_cell(record_string_cell(0, 65535, UINT32_MAX), 65535), 0);
	assert_int_equal(decode_string_cell(record_string_cell(65535, 1, 1), 65536), 0);

	assert_int_equal(decode_string_cell(record_string_cell(0, 11, 11), 10), -EBADMSG);
	assert_int_equal(decode_string_cell(record_string_cell(1, 10, 10), 10), -EBADMSG);
	assert_int_equal(decode_string_cell(record_string_cell(10, 1, 1), 10), -EBADMSG);
	assert_int_equal(decode_string_cell(record_string_cell(11, 0, 0), 10), -EBADMSG);
	assert_int_equal(decode_string_cell(record_string_cell(1, 0, 0), 0), -EBADMSG);
	assert_int_equal(decode_string_cell(record_string_cell(65535, 65535, 65535), 10), -EBADMSG);
	assert_int_equal(decode_string_cell(UINT64_MAX, 10), -EBADMSG);
	assert_int_equal(decode_string_cell(UINT64_MAX, 65536), -EBADMSG);
	assert_int_equal(decode_string_cell(UINT64_C(1) << 63, 10), -EBADMSG);
	/* More captured bytes than the string has. */
	assert_int_equal(decode_string_cell(record_string_cell(0, 5, 4), 10), -EBADMSG);
	assert_int_equal(decode_string_cell(record_string_cell(0, 1, 0), 10), -EBADMSG);
}

static void unreadable_cells_do_not_count(void **state)
{
	static const struct schema schema = {
		.cell_count = 3,
		.cells = { { { CELL_STRING, 16 }, FIELD_PATH },
			   { { CELL_INT, 8 }, FIELD_STATUS },
			   { { CELL_UINT, 8 }, FIELD_GOID } },
	};
	struct record_builder record;
	struct hit hit;

	record_init(&record, 1, 1, 1);
	record_word(&record, UINT64_MAX); /* would be refused */
	record_word(&record, 500);
	record_word(&record, 34);
	/* Bits beyond the last cell are ignored. */
	memset(record.head.unreadable, 0xff, sizeof(record.head.unreadable));
	record.head.unreadable[0] ^= 4;
	assert_int_equal(decode_hit(record_finish(&record), &schema, &hit), 0);
	assert_int_equal(hit_text(&hit, FIELD_PATH).presence, UNREADABLE);
	assert_null(hit_text(&hit, FIELD_PATH).data);
	assert_int_equal(hit_text(&hit, FIELD_PATH).length, 0);
	assert_int_equal(hit_integer(&hit, FIELD_STATUS).presence, UNREADABLE);
	assert_int_equal(hit_integer(&hit, FIELD_STATUS).value, 0);
	assert_int_equal(hit_integer(&hit, FIELD_GOID).value, 34);
	assert_int_equal(hit_text(&hit, FIELD_HOST).presence, ABSENT);
	assert_null(hit_text(&hit, FIELD_HOST).data);
	assert_int_equal(hit_integer(&hit, FIELD_KEY).presence, ABSENT);
	assert_int_equal(hit.known, UINT64_C(1) << FIELD_GOID);
	assert_int_equal(hit.unreadable, UINT64_C(1) << FIELD_PATH | UINT64_C(1) << FIELD_STATUS);
	record_release(&record);
}

/* If a plan could not capture a wanted field, the field is unreadable in each record. */
static void unknown_fields_are_unreadable(void **state)
{
	static const struct schema schema = {
		.cell_count = 1,
		.unknown = UINT64_C(1) << FIELD_ROUTE | UINT64_C(1) << FIELD_GOID,
		.cells = { { { CELL_INT, 8 }, FIELD_STATUS } },
	};
	struct record_builder record;
	struct hit hit;

	record_init(&record, 1, 1, 1);
	record_word(&record, 200);
	assert_int_equal(decode_hit(record_finish(&record), &schema, &hit), 0);
	assert_int_equal(hit_text(&hit, FIELD_ROUTE).presence, UNREADABLE);
	assert_int_equal(hit_integer(&hit, FIELD_GOID).presence, UNREADABLE);
	assert_int_equal(hit_integer(&hit, FIELD_STATUS).value, 200);
	assert_int_equal(hit_integer(&hit, FIELD_RESPONSE_BYTES).presence, ABSENT);
	record_release(&record);
}

/* Cells of arguments are returned with the arguments, cells of fields with the fields. */
static void keeps_arguments_apart(void **state)
{
	static const struct shape shape;
	static const struct schema schema = {
		.cell_count = 4,
		.cells = { { { CELL_UINT, 8 }, FIELD_GOID },
			   { { CELL_STRING, 16 }, PROBE_NO_FIELD },
			   { { CELL_INT, 2 }, PROBE_NO_FIELD },
			   { { CELL_INT, 8 }, PROBE_NO_FIELD } },
		.arguments = &shape,
	};
	struct hit_arguments arguments;
	struct record_builder record;
	struct bytes bytes;
	struct hit hit;

	record_init(&record, 1, 1, 1);
	record_word(&record, 34);
	record_string(&record, "cup", 3, 9);
	record_word(&record, 0xffff);
	record_unreadable(&record);
	bytes = record_finish(&record);
	assert_int_equal(decode_hit(bytes, &schema, &hit), 0);
	assert_int_equal(hit.known, UINT64_C(1) << FIELD_GOID);
	assert_int_equal(hit.unreadable, 0);
	assert_int_equal(decode_arguments(bytes, &schema, &arguments), 0);
	assert_ptr_equal(arguments.shape, &shape);
	assert_ptr_equal(arguments.cells, schema.cells);
	assert_int_equal(arguments.known[0], 2 | 4);
	assert_memory_equal(arguments.values[1].data, "cup", 3);
	assert_int_equal(arguments.values[1].size, 3);
	assert_int_equal(arguments.values[1].length, 9);
	assert_int_equal(arguments.values[2].integer, -1);
	record_release(&record);
}

/* The bit of the last possible cell is in the last word. */
static void reads_as_many_cells_as_there_can_be(void **state)
{
	static struct schema schema = { .cell_count = PLAN_MAX_CELLS };
	struct hit_arguments arguments;
	struct record_builder record;

	record_init(&record, 1, 1, 1);
	for (size_t i = 0; i < PLAN_MAX_CELLS; i++) {
		schema.cells[i] = (struct probe_cell){ { CELL_UINT, 8 }, PROBE_NO_FIELD };
		if (i % 3)
			record_word(&record, i);
		else
			record_unreadable(&record);
	}
	assert_int_equal(decode_arguments(record_finish(&record), &schema, &arguments), 0);
	for (size_t i = 0; i < PLAN_MAX_CELLS; i++) {
		assert_int_equal(arguments.known[i / 64] >> i % 64 & 1, i % 3 != 0);
		if (i % 3)
			assert_int_equal(arguments.values[i].integer, i);
	}
	record_release(&record);
}

/* A string beyond the record makes the record invalid, unless the string was unreadable anyway. */
static void refuses_damaged_arguments(void **state)
{
	static const struct schema schema = {
		.cell_count = 1,
		.cells = { { { CELL_STRING, 16 }, PROBE_NO_FIELD } },
	};
	struct hit_arguments arguments;
	struct record_builder record;
	struct hit hit;

	record_init(&record, 1, 1, 1);
	record_word(&record, record_string_cell(1, 1, 1));
	assert_int_equal(decode_arguments(record_finish(&record), &schema, &arguments), -EBADMSG);
	assert_int_equal(decode_hit(record_finish(&record), &schema, &hit), 0);
	record.head.unreadable[0] = 1;
	assert_int_equal(decode_arguments(record_finish(&record), &schema, &arguments), 0);
	assert_int_equal(arguments.known[0], 0);
	record_release(&record);
}

/* A record that is cut anywhere is refused, whether or not its size was adapted. */
static void refuses_every_prefix(void **state)
{
	static const struct schema schema = {
		.cell_count = 2,
		.cells = { { { CELL_INT, 8 }, FIELD_STATUS }, { { CELL_STRING, 16 }, FIELD_PATH } },
	};
	struct record_builder record;
	struct bytes bytes;

	record_init(&record, 1, 1, 1);
	record_word(&record, 200);
	record_string(&record, "/items/7", 8, 8);
	bytes = record_finish(&record);
	assert_int_equal(decode_copy(bytes.data, bytes.size, &schema), 0);
	for (uint32_t size = 0; size < bytes.size; size++) {
		assert_int_equal(decode_copy(bytes.data, size, &schema), -EBADMSG);
		memcpy(record.bytes, &size, sizeof(size));
		assert_int_equal(decode_copy(bytes.data, size, &schema), -EBADMSG);
		memcpy(record.bytes, &(uint32_t){ (uint32_t)bytes.size }, sizeof(size));
	}
	record_release(&record);
}

/* The ring aligns records to 8 bytes; the decoder does not rely on it. */
static void takes_any_alignment(void **state)
{
	struct record_builder record;
	struct bytes bytes;
	struct hit_head head;
	struct hit hit;

	record_init(&record, 9, 1, 1);
	record_string(&record, "/x", 2, 2);
	bytes = record_finish(&record);
	for (size_t shift = 0; shift < 8; shift++) {
		uint8_t *copy = malloc(bytes.size + shift);
		struct bytes moved = { copy + shift, bytes.size };

		memcpy(copy + shift, bytes.data, bytes.size);
		assert_int_equal(decode_head(moved, &head), 0);
		assert_int_equal(head.target, 9);
		assert_int_equal(decode_hit(moved, &one_string, &hit), 0);
		assert_memory_equal(hit_text(&hit, FIELD_PATH).data, "/x", 2);
		free(copy);
	}
	record_release(&record);
}

/* ---- types in interfaces ---- */

/* In cells 0 to 3: an interface of type 5, whose values of type 7 are decoded. */
static struct shape_node one_interface[] = {
	{ .kind = SHAPE_STRUCT, .size = 3 },
	{ .kind = SHAPE_INTERFACE, .size = 2, .second = 1, .count = 2, .interface = 5 },
	{ .kind = SHAPE_CELL, .size = 1, .cell = 3, .hash = 7 },
};

static struct type_names *names_of_two(void)
{
	struct type_names *names = type_names_create();

	assert_non_null(names);
	assert_int_equal(type_names_add(names, 7, "int"), 0);
	assert_int_equal(type_names_add(names, 8, "main.T"), 0);
	assert_int_equal(type_names_add(names, 9, "main.U"), 0);
	assert_int_equal(type_names_add(names, 9, "main.V"), 0);
	type_names_sort(names);
	return names;
}

/* Learns from a record with this word of the interface (0: nil) and this hash; negative: unreadable. */
static int types_of(int64_t word, int64_t hash, struct learned_types *types)
{
	struct type_names *names = names_of_two();
	struct shape shape = { .nodes = one_interface, .node_count = 3, .type_names = names };
	struct schema schema = { .cell_count = 4, .arguments = &shape };
	struct record_builder record;
	int r;

	record_init(&record, 1, 1, 1);
	record_word(&record, (uint64_t)word);
	if (hash < 0)
		record_unreadable(&record);
	else
		record_word(&record, (uint64_t)hash);
	record_word(&record, 1);
	record_word(&record, 1);
	r = decode_types(record_finish(&record), &schema, types);
	assert_int_equal(decode_types((struct bytes){ record.bytes, 3 }, &schema, types), -EBADMSG);
	record_release(&record);
	type_names_release(names);
	return r;
}

static void finds_types_that_are_not_decoded(void **state)
{
	struct learned_types types = { .count = 0 };

	assert_int_equal(types_of(1, 8, &types), 1);
	assert_int_equal(types.count, 1);
	assert_int_equal(types.items[0].interface, 5);
	assert_int_equal(types.items[0].hash, 8);
	/* A type is learned only once. */
	assert_int_equal(types_of(1, 8, &types), 0);
	/* A type whose values are decoded is learned as well. */
	assert_int_equal(types_of(1, 7, &types), 0);
	assert_int_equal(types.count, 2);
}

/* Nil, unreadable, a hash of no type of the program, and a hash of two types. */
static void takes_no_other_hashes_for_types(void **state)
{
	struct learned_types types = { .count = 0 };

	assert_int_equal(types_of(0, 8, &types), 0);
	assert_int_equal(types_of(1, -1, &types), 0);
	assert_int_equal(types_of(1, 10, &types), 0);
	assert_int_equal(types_of(1, 9, &types), 0);
	assert_int_equal(types.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_head),
		cmocka_unit_test(head_is_untouched_on_failure),
		cmocka_unit_test(refuses_damaged_heads),
		cmocka_unit_test(refuses_wrong_cell_counts),
		cmocka_unit_test(extends_signs),
		cmocka_unit_test(reads_strings),
		cmocka_unit_test(bounds_strings),
		cmocka_unit_test(unreadable_cells_do_not_count),
		cmocka_unit_test(unknown_fields_are_unreadable),
		cmocka_unit_test(keeps_arguments_apart),
		cmocka_unit_test(finds_types_that_are_not_decoded),
		cmocka_unit_test(takes_no_other_hashes_for_types),
		cmocka_unit_test(reads_as_many_cells_as_there_can_be),
		cmocka_unit_test(refuses_damaged_arguments),
		cmocka_unit_test(refuses_every_prefix),
		cmocka_unit_test(takes_any_alignment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
