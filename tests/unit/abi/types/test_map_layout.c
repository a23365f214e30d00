/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "go_types.h"
#include "map_layout.h"

static struct types binary;

static int forget_types(void **state)
{
	go_forget();
	return 0;
}

static struct map_layout layout_of(uint32_t minor, const struct type *key,
				   const struct type *element)
{
	struct go_version version = { .number = GO_VERSION(minor, 0) };
	struct map_layout layout;

	memset(&layout, 0x5a, sizeof(layout));
	assert_int_equal(map_layout_of(&binary, &version, go_map(key, element), &layout, NULL), 0);
	return layout;
}

/* Checks where keys and elements are in a group, and the group's size. */
static void assert_group(const struct map_layout *layout, uint32_t key, uint32_t key_stride,
			 uint32_t element, uint32_t element_stride, uint32_t size)
{
	assert_int_equal(layout->search.key, key);
	assert_int_equal(layout->search.key_stride, key_stride);
	assert_int_equal(layout->search.element, element);
	assert_int_equal(layout->search.element_stride, element_stride);
	assert_int_equal(layout->search.group_size, size);
}

/* net/http.Header, as observed in binaries of all releases. */
static void knows_the_header_map(void **state)
{
	const struct type *string = go_basic("string"), *list = go_slice(string);
	struct map_layout layout = layout_of(23, string, list);

	assert_int_equal(layout.search.layout, SEARCH_BUCKETS);
	assert_group(&layout, 8, 16, 136, 24, 336);
	assert_int_equal(layout.search.next, 328);
	assert_int_equal(layout.search.count_at, 9);
	assert_int_equal(layout.search.groups_at, 16);
	assert_int_equal(layout.search.older_at, 24);
	assert_int_equal(layout.search.flags_at, 8);
	assert_int_equal(layout.search.same_size, 8);
	assert_false(layout.key_is_pointer || layout.element_is_pointer);
	assert_int_equal(layout.search.match, SEARCH_ANY);
	layout = layout_of(24, string, list);
	assert_int_equal(layout.search.layout, SEARCH_TABLES);
	assert_group(&layout, 8, 40, 24, 40, 328);
	assert_int_equal(layout.search.directory_at, 16);
	assert_int_equal(layout.search.directory_size_at, 24);
	assert_int_equal(layout.search.groups_at, 16);
	assert_int_equal(layout.search.count_at, 24);
	assert_int_equal(layout.search.match, SEARCH_ANY);
}

/* Tables came with Go 1.24, unless an experiment switched them off. */
static void goes_by_the_version(void **state)
{
	const struct type *map = go_map(go_basic("int"), go_basic("int"));
	static const struct {
		struct go_version version;
		uint8_t layout;
	} rows[] = {
		{ { .number = GO_VERSION(12, 0) }, SEARCH_BUCKETS },
		{ { .number = GO_VERSION(23, 12) }, SEARCH_BUCKETS },
		{ { .number = GO_VERSION(24, 0) }, SEARCH_TABLES },
		{ { .number = GO_VERSION(27, 1) }, SEARCH_TABLES },
		{ { .number = GO_VERSION(25, 1), .no_swiss_map = true }, SEARCH_BUCKETS },
		{ { .number = GO_VERSION(18, 0), .from_pclntab = true }, SEARCH_BUCKETS },
		{ { .number = GO_VERSION(22, 0), .development = true }, SEARCH_BUCKETS },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct map_layout layout;

		assert_int_equal(map_layout_of(&binary, &rows[i].version, map, &layout, NULL), 0);
		assert_int_equal(layout.search.layout, rows[i].layout);
	}
}

/* With GOEXPERIMENT=mapsplitgroup all keys of a group come before all elements. */
static void splits_groups(void **state)
{
	const struct go_version version = { .number = GO_VERSION(27, 3), .map_split_group = true };
	const struct type *string = go_basic("string"), *byte = go_basic("uint8");
	const struct type *nothing = GO_STRUCT("struct {}", { NULL });
	struct map_layout layout;

	assert_int_equal(map_layout_of(&binary, &version, go_map(string, go_slice(string)), &layout,
				       NULL),
			 0);
	assert_int_equal(layout.search.layout, SEARCH_TABLES);
	assert_group(&layout, 8, 16, 136, 24, 328);
	assert_int_equal(
		map_layout_of(&binary, &version, go_map(byte, go_basic("int")), &layout, NULL), 0);
	assert_group(&layout, 8, 1, 16, 8, 80);
	assert_int_equal(map_layout_of(&binary, &version, go_map(byte, nothing), &layout, NULL), 0);
	assert_group(&layout, 8, 1, 16, 0, 24);
}

/* Describes the runtime's types as the DWARF of some release does. */
static struct types describe(uint64_t directory_at, const char *slots, const struct type *array)
{
	const struct type *word = go_basic("uint64"), *pointer = go_basic("unsafe.Pointer");
	const struct type *pad = go_array(go_basic("uint8"), directory_at);
	const struct type *reference = GO_STRUCT("internal/runtime/maps.groupsReference",
						 { "data", pointer }, { "lengthMask", word });
	struct types types = { 0 };

	go_know(&types, reference, 0);
	go_know(&types,
		GO_STRUCT("internal/runtime/maps.Map", { "used", pad }, { "dirPtr", pointer },
			  { "dirLen", go_basic("int") }),
		0);
	go_know(&types,
		GO_STRUCT("internal/runtime/maps.table", { "used", word },
			  { "index", go_basic("int") }, { "groups", reference }),
		0);
	go_know(&types, GO_STRUCT("noalg.map.group[string]int", { "ctrl", word }, { slots, array }),
		0);
	return types;
}

/* If a release may have several layouts, or was not examined, DWARF has to determine the layout. */
static void asks_where_the_version_does_not_tell(void **state)
{
	static const struct go_version versions[] = {
		{ .text = "go1.20 or later", .number = GO_VERSION(20, 0), .from_pclntab = true },
		{ .text = "go1.28", .number = GO_VERSION(28, 0) },
		{ .text = "devel go1.27-abc", .number = GO_VERSION(27, 0), .development = true },
	};
	const struct type *string = go_basic("string"), *integer = go_basic("int");
	const struct type *map = go_map(string, integer);
	const struct type *slot = GO_STRUCT("slot", { "key", string }, { "elem", integer });
	const struct type *slots = go_array(slot, 8), *more = go_array(slot, 9);
	struct types described[] = { describe(16, "slots", slots), describe(16, "keys", slots),
				     describe(24, "slots", slots), describe(16, "slots", more) };
	struct map_layout layout;
	struct error err = { 0 };

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		assert_int_equal(map_layout_of(&binary, &versions[i], map, &layout, &err),
				 -ENODATA);
		assert_non_null(strstr(err.what, versions[i].text));
		assert_int_equal(map_layout_of(&described[0], &versions[i], map, &layout, NULL), 0);
		assert_group(&layout, 8, 24, 24, 24, 200);
		assert_int_equal(map_layout_of(&described[1], &versions[i], map, &layout, NULL), 0);
		assert_group(&layout, 8, 16, 136, 8, 200);
		for (size_t j = 2; j < sizeof(described) / sizeof(described[0]); j++)
			assert_int_equal(map_layout_of(&described[j], &versions[i], map, &layout,
						       NULL),
					 -ENODATA);
	}
}

/* Keys and elements of other sizes, padded as arrays (buckets) and structs (tables) are. */
static void pads_small_parts(void **state)
{
	struct map_layout layout = layout_of(23, go_basic("uint8"), go_basic("bool"));

	assert_group(&layout, 8, 1, 16, 1, 32);
	assert_int_equal(layout.search.next, 24);
	layout = layout_of(24, go_basic("uint8"), go_basic("bool"));
	assert_group(&layout, 8, 2, 9, 2, 24);
	layout = layout_of(23, go_basic("int32"), go_basic("int64"));
	assert_group(&layout, 8, 4, 40, 8, 112);
	layout = layout_of(24, go_basic("int32"), go_basic("int64"));
	assert_group(&layout, 8, 16, 16, 16, 136);
	layout = layout_of(24, go_basic("int64"), go_basic("int32"));
	assert_group(&layout, 8, 16, 16, 16, 136);
	layout = layout_of(24, go_basic("int16"), go_array(go_basic("uint8"), 3));
	assert_group(&layout, 8, 6, 10, 6, 56);
	/* Eight elements of three bytes need no padding to end at a word. */
	layout = layout_of(23, go_basic("int16"), go_array(go_basic("uint8"), 3));
	assert_group(&layout, 8, 2, 24, 3, 56);
}

/*
 * Maps to an element without size: the struct of a slot is one byte longer, so that the address of its last
 * field is inside.
 */
static void knows_elements_without_size(void **state)
{
	const struct type *nothing = GO_STRUCT("struct {}", { NULL });
	struct map_layout layout = layout_of(23, go_basic("string"), nothing);

	assert_group(&layout, 8, 16, 136, 0, 144);
	layout = layout_of(24, go_basic("string"), nothing);
	assert_group(&layout, 8, 24, 24, 24, 200);
	layout = layout_of(24, go_basic("uint8"), nothing);
	assert_group(&layout, 8, 2, 9, 2, 24);
	layout = layout_of(24, go_basic("int32"), go_array(go_basic("int64"), 0));
	assert_group(&layout, 8, 16, 16, 16, 136);
	layout = layout_of(24, nothing, go_basic("int32"));
	assert_group(&layout, 8, 4, 8, 4, 40);
	layout = layout_of(24, nothing, nothing);
	assert_group(&layout, 8, 0, 8, 0, 8);
}

/* A group contains elements of up to 128 bytes, and pointers to larger ones. */
static void keeps_large_parts_elsewhere(void **state)
{
	const struct type *most = go_array(go_basic("uint8"), 128);
	const struct type *more = go_array(go_basic("uint8"), 129);
	struct map_layout layout = layout_of(23, most, most);

	assert_false(layout.key_is_pointer || layout.element_is_pointer);
	assert_group(&layout, 8, 128, 1032, 128, 2064);
	layout = layout_of(24, most, most);
	assert_false(layout.key_is_pointer || layout.element_is_pointer);
	assert_group(&layout, 8, 256, 136, 256, 2056);
	for (uint32_t minor = 23; minor <= 24; minor++) {
		layout = layout_of(minor, more, go_basic("int"));
		assert_true(layout.key_is_pointer);
		assert_false(layout.element_is_pointer);
		layout = layout_of(minor, go_basic("uint8"), more);
		assert_false(layout.key_is_pointer);
		assert_true(layout.element_is_pointer);
	}
	assert_group(&layout, 8, 16, 16, 16, 136);
	layout = layout_of(23, more, more);
	assert_group(&layout, 8, 8, 72, 8, 144);
}

static void refuses_what_is_not_described(void **state)
{
	const struct type *hidden = go_mystery("main.Hidden", TYPE_STRUCT, 8);
	struct go_version version = { .number = GO_VERSION(25, 0) };
	const struct type *integer = go_basic("int");
	struct map_layout layout;
	struct error err = { 0 };

	assert_int_equal(map_layout_of(&binary, &version, go_map(hidden, integer), &layout, &err),
			 -ENODATA);
	assert_non_null(strstr(err.what, "main.Hidden"));
	assert_int_equal(map_layout_of(&binary, &version, go_map(integer, hidden), &layout, NULL),
			 -ENODATA);
	assert_int_equal(map_layout_of(&binary, &version, go_mystery("map[int]int", TYPE_MAP, 8),
				       &layout, NULL),
			 -ENODATA);
	assert_int_equal(map_layout_of(&binary, &version, integer, &layout, &err), -ENODATA);
	assert_non_null(strstr(err.what, "the key and value types of int"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_header_map),
		cmocka_unit_test(goes_by_the_version),
		cmocka_unit_test(splits_groups),
		cmocka_unit_test(asks_where_the_version_does_not_tell),
		cmocka_unit_test(pads_small_parts),
		cmocka_unit_test(knows_elements_without_size),
		cmocka_unit_test(keeps_large_parts_elsewhere),
		cmocka_unit_test(refuses_what_is_not_described),
	};

	return cmocka_run_group_tests(tests, NULL, forget_types);
}
