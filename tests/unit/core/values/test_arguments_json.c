/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "arguments_json.h"

/* ---- a shape and its cells, made by hand ---- */

static struct shape_node nodes[ARGUMENT_MAX_CUTS + 64];
static char names[8192];
static const struct redaction redaction;
static struct capture_spec spec;
static struct shape shape;
static struct probe_cell cells[PLAN_MAX_CELLS];
static struct hit_arguments arguments;
static struct argument_cuts cuts;

static struct shape_node *begin_named(enum shape_kind kind, const char *name)
{
	struct shape_node *node = &nodes[shape.node_count++];

	*node = (struct shape_node){ .kind = kind, .size = 1, .name = (uint16_t)shape.name_size };
	strcpy(names + shape.name_size, name);
	shape.name_size += strlen(name) + 1;
	return node;
}

/* Closes a node: all nodes after it are its children. */
static void end(struct shape_node *node)
{
	node->size = (uint16_t)(&nodes[shape.node_count] - node);
}

static struct shape_node *root;

static void start(void)
{
	spec = (struct capture_spec){ .redaction = &redaction };
	shape = (struct shape){ .nodes = nodes, .names = names, .spec = &spec };
	arguments = (struct hit_arguments){ .shape = &shape, .cells = cells };
	cuts.count = 0;
	root = begin_named(SHAPE_STRUCT, "");
}

static void leaf(const char *name, enum shape_kind kind, uint8_t cell, uint8_t second)
{
	struct shape_node *node = begin_named(kind, name);

	node->cell = cell;
	node->second = second;
}

static void know(uint8_t cell, enum cell_kind kind, uint8_t size, uint64_t value)
{
	cells[cell].cell = (struct cell){ kind, size };
	arguments.values[cell] = (struct hit_value){ .integer = (int64_t)value };
	arguments.known[cell / 64] |= 1ull << cell % 64;
}

static void know_string(uint8_t cell, const char *data, uint32_t length)
{
	know(cell, CELL_STRING, 16, 0);
	arguments.values[cell].data = data;
	arguments.values[cell].size = (uint32_t)strlen(data);
	arguments.values[cell].length = length;
}

static void assert_written(const char *wanted)
{
	struct json_writer *writer;
	struct bytes text;

	end(root);
	assert_int_equal(json_writer_create(&writer), 0);
	arguments_write(writer, &arguments, NULL, &cuts);
	assert_int_equal(json_writer_finish(writer, "", &text), 0);
	if (text.size != strlen(wanted) || memcmp(text.data, wanted, text.size) != 0)
		fail_msg("%.*s, not %s", (int)text.size, (const char *)text.data, wanted);
	json_writer_destroy(writer);
}

/* Checks the paths that were cut, as a comma-separated list. */
static void assert_cuts(const char *paths)
{
	char text[1024] = "";

	for (size_t i = 0; i < cuts.count; i++) {
		strcat(text, i ? "," : "");
		strcat(text, cuts.paths[i]);
	}
	assert_string_equal(text, paths);
}

/* ---- values of one or two cells ---- */

static void assert_cell(enum cell_kind kind, uint8_t size, uint64_t value, const char *wanted)
{
	char text[128];

	start();
	leaf("a", SHAPE_CELL, 200, 0);
	know(200, kind, size, value);
	snprintf(text, sizeof(text), "{\"a\":%s}", wanted);
	assert_written(text);
}

static void writes_cells(void **state)
{
	assert_cell(CELL_BOOL, 1, 0, "false");
	assert_cell(CELL_BOOL, 1, 1, "true");
	assert_cell(CELL_BOOL, 1, 0xff, "true");
	assert_cell(CELL_INT, 8, -5, "-5");
	assert_cell(CELL_INT, 8, INT64_C(1) << 53, "9007199254740992");
	assert_cell(CELL_INT, 8, (INT64_C(1) << 53) + 1, "\"9007199254740993\"");
	assert_cell(CELL_INT, 8, -(INT64_C(1) << 53), "-9007199254740992");
	assert_cell(CELL_INT, 8, (uint64_t)INT64_MIN, "\"-9223372036854775808\"");
	assert_cell(CELL_UINT, 8, UINT64_MAX, "\"18446744073709551615\"");
	assert_cell(CELL_UINT, 8, UINT64_C(1) << 53, "9007199254740992");
	assert_cell(CELL_UINT, 8, (UINT64_C(1) << 53) + 1, "\"9007199254740993\"");
	assert_cell(CELL_FLOAT, 8, UINT64_C(0x3ff8000000000000), "1.5");
	assert_cell(CELL_FLOAT, 8, UINT64_C(0x7ff8000000000001), "\"NaN\"");
	assert_cell(CELL_FLOAT, 4, 0xff800000, "\"-Inf\"");
	assert_cell(CELL_FLOAT, 4, 0x3dcccccd, "0.1");
	assert_cell(CELL_POINTER, 8, 0xc000012345, "\"0xc000012345\"");
	assert_cell(CELL_POINTER, 8, 0, "null");
}

static void writes_strings(void **state)
{
	start();
	leaf("a", SHAPE_CELL, 0, 0);
	leaf("b\"", SHAPE_CELL, 1, 0);
	leaf("c", SHAPE_CELL, 2, 0);
	leaf("d", SHAPE_CELL, 3, 0);
	know_string(0, "cup", 3);
	know_string(1, "\x1b\xff", 2);
	know_string(2, "cut caf\xc3", 4000);
	know_string(3, "", 7);
	assert_written(
		"{\"a\":\"cup\",\"b\\\"\":\"\\u001b\xef\xbf\xbd\",\"c\":\"cut caf\",\"d\":\"\"}");
	assert_cuts("c,d");
}

/* A []byte is written like a string, except for nil. */
static void writes_bytes(void **state)
{
	start();
	leaf("a", SHAPE_BYTES, 0, 1);
	leaf("b", SHAPE_BYTES, 2, 3);
	leaf("c", SHAPE_BYTES, 4, 5);
	leaf("d", SHAPE_BYTES, 6, 7);
	leaf("e", SHAPE_BYTES, 8, 9);
	know(0, CELL_POINTER, 8, 1);
	know_string(1, "cup", 3);
	know(2, CELL_POINTER, 8, 0);
	know_string(3, "", 0);
	know(4, CELL_POINTER, 8, 1);
	know_string(7, "x", 1);
	know(8, CELL_POINTER, 8, 1);
	know_string(9, "cu", 3);
	assert_written("{\"a\":\"cup\",\"b\":null,\"c\":null,\"d\":null,\"e\":\"cu\"}");
	assert_cuts("e");
}

static void know_bytes(uint8_t cell, const char *data, uint32_t size, uint32_t length)
{
	know_string(cell, data, length);
	arguments.values[cell].size = size;
}

/* Bytes that are no text are written without loss. */
static void writes_bytes_that_are_no_text(void **state)
{
	start();
	leaf("a", SHAPE_BYTES, 0, 1);
	leaf("b", SHAPE_BYTES, 0, 2);
	leaf("c", SHAPE_BYTES, 0, 3);
	leaf("d", SHAPE_BYTES, 0, 4);
	leaf("e", SHAPE_BYTES, 0, 5);
	know(0, CELL_POINTER, 8, 1);
	know_bytes(1, "\xde\xad\xbe\xef", 4, 4);
	know_bytes(2, "a\0b\n", 4, 4);
	know_bytes(3, "caf\xc3", 4, 4);
	know_bytes(4, "caf\xc3", 4, 5);
	know_bytes(5, "\xff\xfe\xfd", 3, 9);
	assert_written("{\"a\":{\"hex\":\"deadbeef\"},\"b\":\"a\\u0000b\\u000a\","
		       "\"c\":{\"hex\":\"636166c3\"},\"d\":\"caf\",\"e\":{\"hex\":\"fffefd\"}}");
	assert_cuts("d,e");
	cuts.count = 0;
	spec.notation = BYTES_BASE64;
	assert_written(
		"{\"a\":{\"base64\":\"3q2+7w==\"},\"b\":\"a\\u0000b\\u000a\","
		"\"c\":{\"base64\":\"Y2Fmww==\"},\"d\":\"caf\",\"e\":{\"base64\":\"//79\"}}");
	assert_cuts("d,e");
}

static struct shape_node *byte_array(const char *name, uint8_t cell, uint8_t count, uint64_t length)
{
	struct shape_node *node = begin_named(SHAPE_BYTE_ARRAY, name);

	node->cell = cell;
	node->second = count;
	node->count = length;
	return node;
}

/* Only control characters make an array binary, because small numbers are valid UTF-8 as well. */
static void writes_byte_arrays(void **state)
{
	start();
	byte_array("a", 0, 3, 11);
	byte_array("b", 3, 1, 4);
	byte_array("c", 4, 1, 4);
	byte_array("d", 4, 1, 6);
	byte_array("e", 5, 2, 12);
	byte_array("f", 7, 1, 2);
	know(0, CELL_UINT, 8, UINT64_C(0x6867666564636261));
	know(1, CELL_UINT, 2, 0x0a69);
	know(2, CELL_UINT, 1, 'z');
	know(3, CELL_UINT, 4, 0x0100000a);
	know(4, CELL_UINT, 4, 0x81828384);
	know(5, CELL_UINT, 8, 0);
	know(7, CELL_UINT, 2, 0x7f41);
	assert_written("{\"a\":\"abcdefghi\\u000az\",\"b\":{\"hex\":\"0a000001\"},"
		       "\"c\":{\"hex\":\"84838281\"},\"d\":{\"hex\":\"84838281\"},\"e\":null,"
		       "\"f\":{\"hex\":\"417f\"}}");
	assert_cuts("d");
}

static void writes_pairs(void **state)
{
	start();
	leaf("z", SHAPE_COMPLEX, 0, 1);
	leaf("t", SHAPE_TIME, 2, 3);
	leaf("d", SHAPE_DURATION, 4, 0);
	leaf("l", SHAPE_LENGTH, 5, 6);
	leaf("n", SHAPE_LENGTH, 7, 8);
	leaf("m", SHAPE_NULL, 0, 0);
	know(0, CELL_FLOAT, 4, 0x3f800000);
	know(1, CELL_FLOAT, 4, 0x7fc00000);
	know(2, CELL_UINT, 8, 5);
	know(3, CELL_INT, 8, 0);
	know(4, CELL_INT, 8, 1500);
	know(5, CELL_POINTER, 8, 1);
	know(6, CELL_INT, 8, 3);
	know(7, CELL_POINTER, 8, 0);
	begin_named(SHAPE_NUMBER, "c")->count = UINT64_MAX;
	assert_written(
		"{\"z\":{\"re\":1,\"im\":\"NaN\"},\"t\":\"0001-01-01T00:00:00.000000005Z\","
		"\"d\":\"1.5\xc2\xb5s\",\"l\":3,\"n\":0,\"m\":null,\"c\":\"18446744073709551615\"}");
}

/* An unreadable value is null, if all its cells or one of them cannot be read. */
static void writes_null_for_the_unreadable(void **state)
{
	static const enum shape_kind kinds[] = { SHAPE_CELL,	  SHAPE_EMPTY,	  SHAPE_POINTER,
						 SHAPE_SLICE,	  SHAPE_BYTES,	  SHAPE_MAP,
						 SHAPE_INTERFACE, SHAPE_CHOICE,	  SHAPE_COMPLEX,
						 SHAPE_TIME,	  SHAPE_DURATION, SHAPE_LENGTH };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		start();
		leaf("a", kinds[i], 10, 20);
		assert_written("{\"a\":null}");
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		bool needs_second = kinds[i] == SHAPE_SLICE || kinds[i] == SHAPE_BYTES ||
				    kinds[i] == SHAPE_MAP || kinds[i] == SHAPE_COMPLEX ||
				    kinds[i] == SHAPE_TIME || kinds[i] == SHAPE_LENGTH ||
				    kinds[i] == SHAPE_CHOICE;

		start();
		leaf("a", kinds[i], 10, 20);
		know(10, CELL_UINT, 8, 1);
		if (needs_second)
			assert_written("{\"a\":null}");
	}
	assert_cuts("");
}

/* ---- values with parts ---- */

static void writes_structs(void **state)
{
	struct shape_node *order, *item;

	start();
	order = begin_named(SHAPE_STRUCT, "order");
	leaf("ID", SHAPE_CELL, 0, 0);
	item = begin_named(SHAPE_STRUCT, "Item");
	leaf("Name", SHAPE_CELL, 1, 0);
	item->cut = true;
	end(item);
	end(order);
	leaf("n", SHAPE_CELL, 2, 0);
	know(0, CELL_INT, 8, 7);
	know_string(1, "cu", 3);
	know(2, CELL_INT, 8, 1);
	assert_written("{\"order\":{\"ID\":7,\"Item\":{\"Name\":\"cu\"}},\"n\":1}");
	assert_cuts("order.Item.Name,order.Item");
}

/* A struct of which nothing could be read is null. */
static void writes_absent_structs(void **state)
{
	struct shape_node *order, *item;

	start();
	order = begin_named(SHAPE_STRUCT, "order");
	leaf("ID", SHAPE_CELL, 0, 0);
	item = begin_named(SHAPE_STRUCT, "Item");
	leaf("Name", SHAPE_CELL, 1, 0);
	end(item);
	end(order);
	assert_written("{\"order\":null}");
	know(0, CELL_INT, 8, 7);
	assert_written("{\"order\":{\"ID\":7,\"Item\":null}}");
}

static void writes_empty_structs(void **state)
{
	start();
	leaf("a", SHAPE_EMPTY, 0, 0);
	leaf("b", SHAPE_STRUCT, 0, 0);
	know(0, CELL_POINTER, 8, 0);
	assert_written("{\"a\":{},\"b\":{}}");
}

static void writes_pointers(void **state)
{
	struct shape_node *pointer;

	start();
	pointer = begin_named(SHAPE_POINTER, "a");
	leaf("", SHAPE_CELL, 1, 0);
	end(pointer);
	pointer = begin_named(SHAPE_POINTER, "b");
	pointer->cell = 2;
	leaf("", SHAPE_CELL, 1, 0);
	end(pointer);
	pointer = begin_named(SHAPE_POINTER, "c");
	know(0, CELL_POINTER, 8, 0xc000000000);
	know(1, CELL_INT, 8, 42);
	know(2, CELL_POINTER, 8, 0);
	/* The target of the pointer was left out. */
	assert_written("{\"a\":42,\"b\":null,\"c\":{}}");
	assert_cuts("c");
}

/* Checks a slice of `count` elements, of which two are captured. */
static void assert_slice(int64_t count, const char *wanted, const char *paths)
{
	struct shape_node *slice;

	start();
	slice = begin_named(SHAPE_SLICE, "a");
	slice->second = 1;
	leaf("", SHAPE_CELL, 2, 0);
	leaf("", SHAPE_CELL, 3, 0);
	end(slice);
	know(0, CELL_POINTER, 8, 1);
	know(1, CELL_INT, 8, (uint64_t)count);
	know(2, CELL_INT, 8, 10);
	assert_written(wanted);
	assert_cuts(paths);
}

static void writes_slices(void **state)
{
	assert_slice(0, "{\"a\":[]}", "");
	assert_slice(1, "{\"a\":[10]}", "");
	assert_slice(2, "{\"a\":[10,null]}", "");
	assert_slice(3, "{\"a\":[10,null]}", "a");
	/* Impossible lengths. */
	assert_slice(INT64_MAX, "{\"a\":[10,null]}", "a");
	assert_slice(-1, "{\"a\":[]}", "");
	assert_slice(INT64_MIN, "{\"a\":[]}", "");
}

static void writes_arrays(void **state)
{
	struct shape_node *array, *item;

	start();
	array = begin_named(SHAPE_ARRAY, "a");
	array->count = 9;
	for (uint8_t i = 0; i < 2; i++) {
		item = begin_named(SHAPE_STRUCT, "");
		leaf("s", SHAPE_CELL, i, 0);
		end(item);
		know_string(i, "x", i ? 2 : 1);
	}
	end(array);
	array = begin_named(SHAPE_ARRAY, "none");
	assert_written("{\"a\":[{\"s\":\"x\"},{\"s\":\"x\"}],\"none\":[]}");
	assert_cuts("a[1].s,a");
}

static void add_entry(uint8_t key, uint8_t element)
{
	leaf("", SHAPE_CELL, key, 0);
	leaf("", SHAPE_CELL, element, 0);
}

/* Checks a map of `count` entries, of which two are captured. */
static void assert_map(int64_t count, const char *wanted, const char *paths)
{
	struct shape_node *map;

	start();
	map = begin_named(SHAPE_MAP, "m");
	map->second = 1;
	add_entry(2, 3);
	add_entry(4, 5);
	end(map);
	know(0, CELL_POINTER, 8, 1);
	know(1, CELL_INT, 8, (uint64_t)count);
	know_string(2, "k\"", 2);
	know(3, CELL_INT, 8, 1);
	know_string(4, "", 0);
	assert_written(wanted);
	assert_cuts(paths);
}

static void writes_maps(void **state)
{
	assert_map(0, "{\"m\":{}}", "");
	assert_map(1, "{\"m\":{\"k\\\"\":1}}", "");
	assert_map(2, "{\"m\":{\"k\\\"\":1,\"\":null}}", "");
	assert_map(3, "{\"m\":{\"k\\\"\":1,\"\":null}}", "m");
	assert_map(INT64_MAX, "{\"m\":{\"k\\\"\":1,\"\":null}}", "m");
	assert_map(-1, "{\"m\":{}}", "");
}

static void assert_key(enum cell_kind kind, uint8_t size, uint64_t value, const char *wanted)
{
	struct shape_node *map;
	char text[64];

	start();
	map = begin_named(SHAPE_MAP, "m");
	map->second = 1;
	add_entry(2, 3);
	end(map);
	know(0, CELL_POINTER, 8, 1);
	know(1, CELL_INT, 8, 1);
	know(2, kind, size, value);
	know(3, CELL_BOOL, 1, 1);
	snprintf(text, sizeof(text), "{\"m\":{\"%s\":true}}", wanted);
	assert_written(text);
}

static void writes_keys(void **state)
{
	assert_key(CELL_INT, 8, 7, "7");
	assert_key(CELL_INT, 8, (uint64_t)INT64_MIN, "-9223372036854775808");
	assert_key(CELL_INT, 8, INT64_MAX, "9223372036854775807");
	assert_key(CELL_UINT, 8, UINT64_MAX, "18446744073709551615");
	assert_key(CELL_BOOL, 1, 1, "true");
	assert_key(CELL_BOOL, 1, 0, "false");
	assert_key(CELL_FLOAT, 8, UINT64_C(0x3ff8000000000000), "1.5");
	assert_key(CELL_FLOAT, 8, UINT64_C(0x7ff0000000000000), "+Inf");
	assert_key(CELL_POINTER, 8, 0xc000000010, "0xc000000010");
}

/* Keys of more than a word: bytes as text or digits, others as the JSON text of the value. */
static void writes_other_keys(void **state)
{
	struct shape_node *map, *key;

	start();
	map = begin_named(SHAPE_MAP, "m");
	map->second = 1;
	byte_array("", 2, 1, 4);
	leaf("", SHAPE_CELL, 8, 0);
	byte_array("", 3, 1, 4);
	leaf("", SHAPE_CELL, 8, 0);
	key = begin_named(SHAPE_STRUCT, "");
	leaf("A", SHAPE_CELL, 4, 0);
	leaf("B", SHAPE_CELL, 5, 0);
	end(key);
	leaf("", SHAPE_CELL, 8, 0);
	key = begin_named(SHAPE_POINTER, "");
	key->cell = 6;
	leaf("", SHAPE_CELL, 4, 0);
	end(key);
	leaf("", SHAPE_CELL, 8, 0);
	leaf("", SHAPE_TIME, 9, 10);
	leaf("", SHAPE_CELL, 8, 0);
	end(map);
	know(0, CELL_POINTER, 8, 1);
	know(1, CELL_INT, 8, 5);
	know(2, CELL_UINT, 4, 0x01020304);
	know(3, CELL_UINT, 4, 0x64636261);
	know(4, CELL_INT, 8, 7);
	know_string(5, "x", 1);
	know(6, CELL_POINTER, 8, 0xc000010000);
	know(8, CELL_BOOL, 1, 1);
	know(9, CELL_UINT, 8, 0);
	know(10, CELL_INT, 8, 0);
	assert_written(
		"{\"m\":{\"04030201\":true,\"abcd\":true,\"{\\\"A\\\":7,\\\"B\\\":\\\"x\\\"}\":true,"
		"\"0xc000010000\":true,\"0001-01-01T00:00:00.000000000Z\":true}}");
	assert_cuts("");
}

/* A key that was cut may stand for several entries, so the cut is reported. */
static void cuts_keys(void **state)
{
	struct shape_node *map;

	start();
	map = begin_named(SHAPE_MAP, "m");
	map->second = 1;
	add_entry(2, 3);
	leaf("", SHAPE_DURATION, 4, 0);
	leaf("", SHAPE_CELL, 3, 0);
	end(map);
	know(0, CELL_POINTER, 8, 1);
	know(1, CELL_INT, 8, 2);
	know_string(2, "caf\xc3", 9);
	know(3, CELL_BOOL, 1, 1);
	know(4, CELL_INT, 8, 1000);
	assert_written("{\"m\":{\"caf\":true,\"1\xc2\xb5s\":true}}");
	assert_cuts("m");
}

/* The path of a cut in an entry has the entry's key if that is short and plain, otherwise its index. */
static void cuts_within_entries_have_their_key(void **state)
{
	struct shape_node *map;

	start();
	map = begin_named(SHAPE_MAP, "m");
	map->second = 1;
	add_entry(2, 3);
	add_entry(4, 5);
	add_entry(6, 7);
	leaf("", SHAPE_DURATION, 8, 0);
	leaf("", SHAPE_CELL, 9, 0);
	end(map);
	know(0, CELL_POINTER, 8, 1);
	know(1, CELL_INT, 8, 4);
	know(2, CELL_INT, 8, (uint64_t)-42);
	know_string(3, "a", 9);
	know_string(4, "gift", 4);
	know_string(5, "b", 9);
	know_string(6, "g\"t", 3);
	know_string(7, "c", 9);
	know(8, CELL_INT, 8, 1000);
	know_string(9, "d", 9);
	assert_written(
		"{\"m\":{\"-42\":\"a\",\"gift\":\"b\",\"g\\\"t\":\"c\",\"1\xc2\xb5s\":\"d\"}}");
	assert_cuts("m[-42],m[\"gift\"],m[2],m[3]");
}

/* The map changed while it was read: a counted entry is not found. */
static void ends_with_the_entries_found(void **state)
{
	struct shape_node *map;

	start();
	map = begin_named(SHAPE_MAP, "m");
	map->second = 1;
	add_entry(2, 3);
	add_entry(4, 5);
	end(map);
	know(0, CELL_POINTER, 8, 1);
	know(1, CELL_INT, 8, 2);
	know_string(2, "k", 1);
	assert_written("{\"m\":{\"k\":null}}");
	assert_cuts("m");
}

/* A secret is shown as present, without its value. */
static void hides_secrets(void **state)
{
	struct shape_node *map;

	start();
	for (uint8_t i = 0; i < 6; i++)
		leaf((char[]){ (char)('a' + i), '\0' }, SHAPE_SECRET, 10 + i, 0);
	nodes[shape.node_count - 1].count = 1;
	know(10, CELL_INT, 8, 7);
	know(11, CELL_INT, 8, 0);
	know(13, CELL_POINTER, 8, 0xc000012340);
	know(14, CELL_POINTER, 8, 0);
	map = begin_named(SHAPE_MAP, "m");
	map->second = 1;
	add_entry(3, 2);
	add_entry(4, 2);
	end(map);
	know(0, CELL_POINTER, 8, 1);
	know(1, CELL_INT, 8, 2);
	know_string(2, "hunter2", 7);
	know_string(3, "cookie", 6);
	know_string(4, "Accept", 6);
	assert_written("{\"a\":\"<redacted>\",\"b\":\"<redacted>\",\"c\":null,\"d\":\"<redacted>\","
		       "\"e\":null,\"f\":\"<redacted>\","
		       "\"m\":{\"cookie\":\"<redacted>\",\"Accept\":\"hunter2\"}}");
	spec.redaction = NULL;
	assert_written("{\"a\":\"<redacted>\",\"b\":\"<redacted>\",\"c\":null,\"d\":\"<redacted>\","
		       "\"e\":null,\"f\":\"<redacted>\","
		       "\"m\":{\"cookie\":\"hunter2\",\"Accept\":\"hunter2\"}}");
}

static void start_guarded(const char *key, uint32_t length)
{
	struct shape_node *guarded;

	start();
	guarded = begin_named(SHAPE_GUARDED, "v");
	guarded->cell = 1;
	leaf("", SHAPE_CELL, 2, 0);
	end(guarded);
	cells[1].cell = (struct cell){ CELL_STRING, 16 };
	if (key)
		know_string(1, key, length);
	know_string(2, "hunter2", 7);
}

/* The key beside a value decides whether the value is secret; an unreadable key may be a secret one. */
static void hides_by_the_key_beside(void **state)
{
	start_guarded("Accept", 6);
	assert_written("{\"v\":\"hunter2\"}");
	start_guarded("authorization", 13);
	assert_written("{\"v\":\"<redacted>\"}");
	start_guarded("autho", 13);
	assert_written("{\"v\":\"<redacted>\"}");
	start_guarded(NULL, 0);
	assert_written("{\"v\":\"<redacted>\"}");
	arguments.known[0] = 0;
	assert_written("{\"v\":null}");
}

/* Of some values only the type is shown, unless the pointer is nil or unreadable. */
static void hides_the_inside(void **state)
{
	static const char type[] = "*bufio.Reader";

	start();
	for (uint8_t cell = 0; cell < 4; cell++) {
		leaf((char[]){ (char)('a' + cell), '\0' }, SHAPE_OPAQUE, cell, 0);
		nodes[shape.node_count - 1].count = shape.name_size;
		strcpy(names + shape.name_size, type);
		shape.name_size += sizeof(type);
	}
	know(0, CELL_POINTER, 8, 0xc000012340);
	know(1, CELL_POINTER, 8, 0);
	know(3, CELL_UINT, 8, 0);
	assert_written("{\"a\":{\"type\":\"*bufio.Reader\"},\"b\":null,\"c\":null,"
		       "\"d\":{\"type\":\"*bufio.Reader\"}}");
	assert_cuts("");
}

/* ---- interfaces ---- */

static void start_interface(enum shape_kind kind, uint32_t held)
{
	struct shape_node *interface, *pointer;

	start();
	interface = begin_named(kind, "i");
	interface->second = 1;
	interface->count = 3;
	leaf("int", SHAPE_CELL, 2, 0);
	nodes[shape.node_count - 1].hash = 0xfeedbeef;
	leaf("main.T", SHAPE_NULL, 0, 0);
	nodes[shape.node_count - 1].hash = 7;
	pointer = begin_named(SHAPE_POINTER, "**main.U");
	pointer->hash = 9;
	pointer->cell = 3;
	pointer = begin_named(SHAPE_POINTER, "");
	pointer->cell = 4;
	leaf("", SHAPE_CELL, 2, 0);
	end(pointer);
	end(pointer - 1);
	end(interface);
	know(0, CELL_POINTER, 8, 1);
	know(1, CELL_UINT, 4, held);
	know(2, CELL_INT, 8, 42);
	know(3, CELL_POINTER, 8, 0xc000010000);
	know(4, CELL_POINTER, 8, 0xc000020000);
}

static void writes_interfaces(void **state)
{
	start_interface(SHAPE_INTERFACE, 0xfeedbeef);
	assert_written("{\"i\":{\"type\":\"int\",\"value\":42}}");
	/* The type is known by name, but its values are not captured. */
	start_interface(SHAPE_INTERFACE, 7);
	assert_written("{\"i\":{\"type\":\"main.T\"}}");
	assert_cuts("");
	/* The value could not be read. */
	start_interface(SHAPE_INTERFACE, 0xfeedbeef);
	arguments.known[0] &= ~4ull;
	assert_written("{\"i\":{\"type\":\"int\"}}");
	assert_cuts("");
	/* The type is unknown, or its hash could not be read. */
	start_interface(SHAPE_INTERFACE, 8);
	assert_written("{\"i\":{\"type\":null}}");
	assert_cuts("i");
	arguments.known[0] &= ~2ull;
	assert_written("{\"i\":{\"type\":null}}");
	/* Nil. */
	start_interface(SHAPE_INTERFACE, 7);
	know(0, CELL_POINTER, 8, 0);
	assert_written("{\"i\":null}");
	assert_cuts("");
}

/* A nil pointer in an interface differs from a nil interface; so does a pointer to a nil pointer. */
static void writes_typed_nil(void **state)
{
	start_interface(SHAPE_INTERFACE, 9);
	assert_written("{\"i\":{\"type\":\"**main.U\",\"value\":42}}");
	know(4, CELL_POINTER, 8, 0);
	assert_written("{\"i\":{\"type\":\"**main.U\",\"value\":null}}");
	know(3, CELL_POINTER, 8, 0);
	assert_written("{\"i\":{\"type\":\"**main.U\",\"value\":null}}");
	assert_cuts("");
}

static struct shape_node *start_held(enum shape_kind kind, const char *type)
{
	struct shape_node *interface, *held;

	start();
	interface = begin_named(SHAPE_INTERFACE, "i");
	interface->second = 1;
	interface->count = 3;
	held = begin_named(kind, type);
	held->hash = 7;
	held->cell = 2;
	know(0, CELL_POINTER, 8, 1);
	know(1, CELL_UINT, 4, 7);
	know(2, CELL_POINTER, 8, 0xc000010000);
	return held;
}

static void end_held(struct shape_node *held)
{
	end(held);
	end(held - 1);
}

/* Errors of the standard library are shown by their text, which is written like any string. */
static void writes_texts_of_errors(void **state)
{
	struct shape_node *held = start_held(SHAPE_ERROR, "*errors.errorString");

	leaf("", SHAPE_CELL, 4, 0);
	end_held(held);
	know_string(4, "EOF", 3);
	assert_written("{\"i\":{\"type\":\"*errors.errorString\",\"text\":\"EOF\"}}");
	assert_cuts("");
	know_string(4, "EO", 3);
	assert_written("{\"i\":{\"type\":\"*errors.errorString\",\"text\":\"EO\"}}");
	assert_cuts("i");
	know(2, CELL_POINTER, 8, 0);
	assert_written("{\"i\":{\"type\":\"*errors.errorString\",\"value\":null}}");
}

/* A struct without fields is written as a value; so is a value of which nothing was captured. */
static void writes_bare_values(void **state)
{
	struct shape_node *held = start_held(SHAPE_EMPTY, "struct {}");

	end_held(held);
	assert_written("{\"i\":{\"type\":\"struct {}\",\"value\":{}}}");
	assert_cuts("");
	held = start_held(SHAPE_STRUCT, "main.T");
	held->cut = true;
	end_held(held);
	assert_written("{\"i\":{\"type\":\"main.T\",\"value\":{}}}");
	assert_cuts("i");
}

/* A value that is shown by its type alone has no value in JSON, unless it is nil. */
static void writes_opaque_values(void **state)
{
	struct shape_node *held = start_held(SHAPE_POINTER, "*bufio.Reader");

	leaf("", SHAPE_OPAQUE, 2, 0);
	nodes[shape.node_count - 1].count = nodes[shape.node_count - 2].name;
	end_held(held);
	assert_written("{\"i\":{\"type\":\"*bufio.Reader\"}}");
	know(2, CELL_POINTER, 8, 0);
	assert_written("{\"i\":{\"type\":\"*bufio.Reader\",\"value\":null}}");
	assert_cuts("");
}

/* The name of a type is shown even if its values are not captured. */
static void names_other_types(void **state)
{
	struct type_names *types = type_names_create();

	assert_int_equal(type_names_add(types, 12, "*main.V"), 0);
	assert_int_equal(type_names_add(types, 13, "main.\"W"), 0);
	type_names_sort(types);
	start_interface(SHAPE_INTERFACE, 12);
	shape.type_names = types;
	assert_written("{\"i\":{\"type\":\"*main.V\"}}");
	assert_cuts("i");
	cuts.count = 0;
	know(3, CELL_POINTER, 8, 0);
	assert_written("{\"i\":{\"type\":\"*main.V\",\"value\":null}}");
	assert_cuts("");
	/* The word of a value that is no pointer may be zero without the value being nil. */
	know(1, CELL_UINT, 4, 13);
	assert_written("{\"i\":{\"type\":\"main.\\\"W\"}}");
	assert_cuts("i");
	type_names_release(types);
}

static void start_instance(uint32_t held)
{
	start_interface(SHAPE_INSTANCE, held);
	nodes[1].count = 0;
}

/*
 * The value is that of the running instance. For other instances the last child, the general shape, is used.
 */
static void writes_instances(void **state)
{
	start_instance(0xfeedbeef);
	assert_written("{\"i\":42}");
	start_instance(7);
	assert_written("{\"i\":null}");
	start_instance(8);
	assert_written("{\"i\":42}");
	know(3, CELL_POINTER, 8, 0);
	assert_written("{\"i\":null}");
	start_instance(0xfeedbeef);
	arguments.known[0] &= ~2ull;
	know(4, CELL_POINTER, 8, 0);
	assert_written("{\"i\":null}");
	assert_cuts("");
}

static void writes_choices(void **state)
{
	start_interface(SHAPE_CHOICE, 0xfeedbeef);
	assert_written("{\"i\":42}");
	/* The type has no such field. */
	start_interface(SHAPE_CHOICE, 7);
	assert_written("{\"i\":null}");
	assert_cuts("");
	/* The type was not examined. */
	start_interface(SHAPE_CHOICE, 8);
	assert_written("{\"i\":null}");
	assert_cuts("i");
	start_interface(SHAPE_CHOICE, 8);
	know(0, CELL_POINTER, 8, 0);
	assert_written("{\"i\":null}");
	assert_cuts("");
}

/* ---- cuts ---- */

/* The number of reported cuts and the length of their paths are bounded. */
static void bounds_the_cuts(void **state)
{
	char name[ARGUMENT_MAX_PATH + 50], number[8];
	struct json_writer *writer;
	struct bytes text;

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	start();
	leaf(name, SHAPE_CELL, 0, 0);
	for (int i = 0; i < ARGUMENT_MAX_CUTS + 5; i++) {
		snprintf(number, sizeof(number), "%d", i);
		leaf(number, SHAPE_CELL, 0, 0);
	}
	/* A path is reported once. */
	leaf("0", SHAPE_CELL, 0, 0);
	know_string(0, "x", 2);
	end(root);
	assert_int_equal(json_writer_create(&writer), 0);
	arguments_write(writer, &arguments, NULL, &cuts);
	assert_int_equal(json_writer_finish(writer, "", &text), 0);
	assert_int_equal(cuts.count, ARGUMENT_MAX_CUTS);
	assert_int_equal(strlen(cuts.paths[0]), ARGUMENT_MAX_PATH - 1);
	assert_string_equal(cuts.paths[1], "0");
	assert_string_equal(cuts.paths[ARGUMENT_MAX_CUTS - 1], "1022");
	json_writer_destroy(writer);
}

/* ---- results ---- */

static void assert_results(const char *wanted)
{
	struct json_writer *writer;
	struct bytes text;

	end(root);
	assert_int_equal(json_writer_create(&writer), 0);
	arguments_write_results(writer, NULL, &arguments, &cuts);
	assert_int_equal(json_writer_finish(writer, "", &text), 0);
	assert_int_equal(text.size, strlen(wanted));
	assert_memory_equal(text.data, wanted, text.size);
	json_writer_destroy(writer);
}

static void writes_results(void **state)
{
	start();
	arguments.returned_count = 1;
	leaf("ret0", SHAPE_CELL, 0, 0);
	know_string(0, "x", 2);
	assert_results("\"x\"");
	assert_cuts("ret0");
	leaf("ret1", SHAPE_CELL, 1, 0);
	know(1, CELL_INT, 8, 3);
	cuts.count = 0;
	arguments.returned_count = 2;
	assert_results("[\"x\",3]");
	assert_cuts("ret0");
}

static void assert_merged(const struct hit_arguments *at_call, const struct hit_arguments *results,
			  const char *wanted)
{
	struct json_writer *writer;
	struct bytes text;

	assert_int_equal(json_writer_create(&writer), 0);
	arguments_write(writer, at_call, results, &cuts);
	arguments_write_text(writer, at_call, results, &cuts);
	assert_int_equal(json_writer_finish(writer, "", &text), 0);
	if (text.size != strlen(wanted) || memcmp(text.data, wanted, text.size) != 0)
		fail_msg("%.*s, not %s", (int)text.size, (const char *)text.data, wanted);
	json_writer_destroy(writer);
}

static struct shape_node number_at(const char *name, uint8_t cell, uint16_t position)
{
	struct shape_node node = *begin_named(SHAPE_CELL, name);

	know(cell, CELL_INT, 8, cell);
	node.cell = cell;
	node.position = position;
	return node;
}

/* Named results are written among the arguments, in the order of the request. */
static void merges_arguments_and_results(void **state)
{
	static struct shape_node of_results[4];
	static struct shape results_shape = { .nodes = of_results, .names = names, .spec = &spec };
	struct hit_arguments results;

	start();
	of_results[0] = (struct shape_node){ .kind = SHAPE_STRUCT, .size = 4 };
	of_results[1] = number_at("ret0", 0, 0);
	of_results[2] = number_at("b", 1, 1);
	of_results[3] = number_at("c", 2, 3);
	nodes[1] = number_at("a", 3, 2);
	shape.node_count = 2;
	end(root);
	results = arguments;
	results.shape = &results_shape;
	results.returned_count = 1;
	assert_true(arguments_have_named(&results));
	assert_merged(&arguments, &results, "{\"b\":1,\"a\":3,\"c\":2} b=1 a=3 c=2 ret0=0");
	assert_merged(NULL, &results, "{\"b\":1,\"c\":2} b=1 c=2 ret0=0");
	assert_merged(&arguments, NULL, "{\"a\":3} a=3");
	results.returned_count = 3;
	assert_false(arguments_have_named(&results));
	assert_false(arguments_have_named(NULL));
	assert_merged(&arguments, &results, "{\"a\":3} a=3 ret0=0 b=1 c=2");
	results.returned_count = 1;
	assert_merged(&results, &results, "{\"b\":1,\"c\":2} b=1 c=2 ret0=0");
}

/* The start of the call tells which type a result of a generic function has. */
static void writes_results_by_their_call(void **state)
{
	static struct shape_node no_captures[] = { { .kind = SHAPE_STRUCT, .size = 1 } };
	static struct shape call_shape = { .nodes = no_captures, .names = names, .spec = &spec };
	struct hit_arguments call;

	start_interface(SHAPE_INSTANCE, 0xfeedbeef);
	end(root);
	nodes[1].count = 2;
	call = arguments;
	call.shape = &call_shape;
	call_shape.result_hashes[1] = 1 + 1; /* the second cell contains the hash */
	know(1, CELL_UINT, 4, 7); /* in the record of the return, that cell has another meaning */
	assert_merged(&call, &arguments, "{\"i\":42} i=42");
	call.values[1].integer = 7;
	assert_merged(&call, &arguments, "{\"i\":null} i=null");
	/* For another, an unknown or no instance, the general shape is used. */
	call.values[1].integer = 8;
	assert_merged(&call, &arguments, "{\"i\":42} i=42");
	know(4, CELL_POINTER, 8, 0);
	assert_merged(&call, &arguments, "{\"i\":null} i=null");
	call_shape.result_hashes[1] = 0;
	assert_merged(&call, &arguments, "{\"i\":null} i=null");
	assert_merged(NULL, &arguments, "{\"i\":null} i=null");
	nodes[1].count = UINT64_MAX;
	assert_merged(&call, &arguments, "{\"i\":null} i=null");
}

/* Captures for which the plan had no room. */
static void tells_of_what_was_left_out(void **state)
{
	start();
	begin_named(SHAPE_NULL, "a");
	begin_named(SHAPE_NULL, "b")->cut = true;
	assert_written("{\"a\":null,\"b\":null}");
	assert_cuts("b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_cells),
		cmocka_unit_test(writes_strings),
		cmocka_unit_test(writes_bytes),
		cmocka_unit_test(writes_bytes_that_are_no_text),
		cmocka_unit_test(writes_byte_arrays),
		cmocka_unit_test(writes_pairs),
		cmocka_unit_test(writes_null_for_the_unreadable),
		cmocka_unit_test(writes_structs),
		cmocka_unit_test(writes_absent_structs),
		cmocka_unit_test(writes_empty_structs),
		cmocka_unit_test(writes_pointers),
		cmocka_unit_test(writes_slices),
		cmocka_unit_test(writes_arrays),
		cmocka_unit_test(writes_maps),
		cmocka_unit_test(writes_keys),
		cmocka_unit_test(writes_other_keys),
		cmocka_unit_test(cuts_keys),
		cmocka_unit_test(cuts_within_entries_have_their_key),
		cmocka_unit_test(ends_with_the_entries_found),
		cmocka_unit_test(hides_secrets),
		cmocka_unit_test(hides_by_the_key_beside),
		cmocka_unit_test(hides_the_inside),
		cmocka_unit_test(writes_interfaces),
		cmocka_unit_test(writes_typed_nil),
		cmocka_unit_test(writes_texts_of_errors),
		cmocka_unit_test(writes_bare_values),
		cmocka_unit_test(writes_opaque_values),
		cmocka_unit_test(names_other_types),
		cmocka_unit_test(writes_choices),
		cmocka_unit_test(writes_instances),
		cmocka_unit_test(bounds_the_cuts),
		cmocka_unit_test(writes_results),
		cmocka_unit_test(merges_arguments_and_results),
		cmocka_unit_test(writes_results_by_their_call),
		cmocka_unit_test(tells_of_what_was_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
