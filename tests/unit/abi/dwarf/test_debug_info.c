/* SPDX-License-Identifier: MIT */
/* Reads the attributes of single entries: those that the entry has, and no others. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "debug_types.h"
#include "unit_builder.h"

#define LOW 0x401000u
#define UNIT 11u /* behind the header */

enum label { INT = 1, KEY, NODE, KIND, ARRAY, BOUNDED, FUNCTION, ABSTRACT, RESULT, PLACED, BARE };

struct fixture {
	struct elf_builder elf;
	struct unit_builder dwarf;
	struct image *image;
	struct debug_types *types;
	struct debug_info *info;
};

static void entries_write(struct unit_builder *dwarf)
{
	unit_base(dwarf, INT, "int", 8, 2);
	unit_base(dwarf, KEY, "uint8", 1, 8);
	unit_base_described(dwarf, "main.Described", 4, 5, 0x1234);
	unit_struct(dwarf, NODE, "main.Node", 48, 25, NO_LABEL);
	unit_member(dwarf, "plain", 16, INT, false);
	unit_member(dwarf, "inner", 24, KEY, true);
	unit_member_expression(dwarf, "old", 40, INT);
	unit_end(dwarf);
	unit_kind(dwarf, KIND, "map[uint8]int", 21, NODE, KEY, INT);
	unit_array(dwarf, ARRAY, "[3]int", 24, INT, 3, false);
	unit_array(dwarf, BOUNDED, "[5]int", 40, INT, 5, true);
	unit_function(dwarf, FUNCTION, "main.f", LOW);
	unit_parameter(dwarf, PLACED, "a", INT, false, 3);
	unit_parameter(dwarf, BARE, "b", INT, false, -1);
	unit_parameter(dwarf, RESULT, "r", KEY, true, -1);
	unit_end(dwarf);
	unit_function(dwarf, ABSTRACT, "main.small", 0);
	unit_end(dwarf);
	unit_instance(dwarf, ABSTRACT, LOW + 0x20);
	unit_end(dwarf);
}

static int setup(void **state)
{
	static struct fixture fixture;

	memset(&fixture, 0, sizeof(fixture));
	unit_init(&fixture.dwarf, LOW, LOW + 0x1000);
	entries_write(&fixture.dwarf);
	elf_init(&fixture.elf);
	elf_segment(&fixture.elf, PT_LOAD, PF_R | PF_X, 0x400000, 0, 64, 64);
	unit_finish(&fixture.dwarf, &fixture.elf);
	elf_finish(&fixture.elf, ET_EXEC, EM_X86_64);
	assert_int_equal(image_open(elf_save(&fixture.elf), &fixture.image, NULL), 0);
	assert_int_equal(debug_types_open(fixture.image, &fixture.types, NULL), 0);
	fixture.info = debug_types_info(fixture.types);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	debug_types_close(fixture->types);
	image_close(fixture->image);
	elf_release(&fixture->elf);
	return 0;
}

/* Names are compared as text; everything else has to be equal. */
static void assert_entry(struct debug_entry found, struct debug_entry wanted)
{
	if (wanted.name)
		assert_string_equal(found.name, wanted.name);
	else
		assert_null(found.name);
	assert_int_equal(found.tag, wanted.tag);
	assert_int_equal(found.type, wanted.type);
	assert_int_equal(found.origin, wanted.origin);
	assert_int_equal(found.size, wanted.size);
	assert_int_equal(found.has_size, wanted.size != 0);
	assert_int_equal(found.count, wanted.count);
	assert_int_equal(found.has_count, wanted.count != 0);
	assert_int_equal(found.member, wanted.member);
	assert_int_equal(found.low, wanted.low);
	assert_int_equal(found.has_low, wanted.low != 0);
	assert_int_equal(found.is_result, wanted.is_result);
	assert_int_equal(found.embedded, wanted.embedded);
	assert_int_equal(found.go_kind, wanted.go_kind);
	assert_int_equal(found.go_key, wanted.go_key);
	assert_int_equal(found.go_element, wanted.go_element);
	assert_int_equal(found.runtime_type, wanted.runtime_type);
}

static void assert_labeled(const struct fixture *fixture, enum label label,
			   struct debug_entry wanted)
{
	struct debug_entry entry;

	assert_int_equal(
		debug_info_entry(fixture->info, fixture->dwarf.labels[label], &entry, NULL), 0);
	assert_int_equal(entry.offset, fixture->dwarf.labels[label]);
	assert_entry(entry, wanted);
}

static void reads_each_attribute(void **state)
{
	const struct fixture *fixture = *state;
	const uint32_t *at = fixture->dwarf.labels;

	assert_labeled(fixture, INT,
		       (struct debug_entry){
			       .tag = DEBUG_TAG_BASE, .name = "int", .size = 8, .go_kind = 2 });
	assert_labeled(
		fixture, NODE,
		(struct debug_entry){
			.tag = DEBUG_TAG_STRUCT, .name = "main.Node", .size = 48, .go_kind = 25 });
	assert_labeled(fixture, KIND,
		       (struct debug_entry){ .tag = DEBUG_TAG_TYPEDEF,
					     .name = "map[uint8]int",
					     .go_kind = 21,
					     .type = at[NODE],
					     .go_key = at[KEY],
					     .go_element = at[INT] });
	assert_labeled(
		fixture, FUNCTION,
		(struct debug_entry){ .tag = DEBUG_TAG_FUNCTION, .name = "main.f", .low = LOW });
	assert_labeled(fixture, RESULT,
		       (struct debug_entry){ .tag = DEBUG_TAG_PARAMETER,
					     .name = "r",
					     .type = at[KEY],
					     .is_result = true });
	assert_labeled(
		fixture, PLACED,
		(struct debug_entry){ .tag = DEBUG_TAG_PARAMETER, .name = "a", .type = at[INT] });
}

/* The expected children of an entry, in order. */
struct expected {
	const struct debug_entry *entries;
	size_t count;
};

static int expect_next(void *context, const struct debug_entry *entry)
{
	struct expected *expected = context;

	assert_true(expected->count > 0);
	assert_entry(*entry, *expected->entries);
	expected->entries++;
	expected->count--;
	return 0;
}

static void assert_children(const struct fixture *fixture, uint64_t offset,
			    const struct debug_entry *entries, size_t count)
{
	struct expected expected = { entries, count };

	assert_int_equal(debug_info_children(fixture->info, offset, expect_next, &expected, NULL),
			 0);
	assert_int_equal(expected.count, 0);
}

static void reads_children(void **state)
{
	const struct fixture *fixture = *state;
	const uint32_t *at = fixture->dwarf.labels;
	const struct debug_entry members[] = {
		{ .tag = DEBUG_TAG_MEMBER, .name = "plain", .member = 16, .type = at[INT] },
		{ .tag = DEBUG_TAG_MEMBER,
		  .name = "inner",
		  .member = 24,
		  .type = at[KEY],
		  .embedded = true },
		{ .tag = DEBUG_TAG_MEMBER, .name = "old", .member = 40, .type = at[INT] },
	};
	const struct debug_entry three = { .tag = DEBUG_TAG_RANGE, .count = 3 };
	const struct debug_entry five = { .tag = DEBUG_TAG_RANGE, .count = 5 };

	assert_children(fixture, at[NODE], members, 3);
	assert_children(fixture, at[ARRAY], &three, 1);
	assert_children(fixture, at[BOUNDED], &five, 1);
	assert_children(fixture, at[INT], NULL, 0);
}

static int keep_described(void *context, const struct debug_entry *entry)
{
	if (!entry->name || strcmp(entry->name, "main.Described") != 0)
		return 0;
	*(struct debug_entry *)context = *entry;
	return 7;
}

static void a_visit_may_end_the_walk(void **state)
{
	const struct fixture *fixture = *state;
	struct debug_entry entry = { 0 };

	assert_int_equal(debug_info_children(fixture->info, UNIT, keep_described, &entry, NULL), 7);
	assert_entry(entry, (struct debug_entry){ .tag = DEBUG_TAG_BASE,
						  .name = "main.Described",
						  .size = 4,
						  .go_kind = 5,
						  .runtime_type = 0x1234 });
}

static int keep_instance(void *context, const struct debug_entry *entry)
{
	if (entry->origin)
		*(struct debug_entry *)context = *entry;
	return 0;
}

static void instances_lead_to_their_origin(void **state)
{
	const struct fixture *fixture = *state;
	struct debug_entry entry = { 0 };

	assert_int_equal(debug_info_children(fixture->info, UNIT, keep_instance, &entry, NULL), 0);
	assert_entry(entry, (struct debug_entry){ .tag = DEBUG_TAG_FUNCTION,
						  .origin = fixture->dwarf.labels[ABSTRACT],
						  .low = LOW + 0x20 });
}

static int keep_range(void *context, uint64_t low, uint64_t high)
{
	uint64_t *range = context;

	range[0] = low;
	range[1] = high;
	return 7;
}

/* The range of a unit that is contiguous; an entry without addresses has no range. */
static void visits_the_range_of_a_unit(void **state)
{
	const struct fixture *fixture = *state;
	uint64_t range[2] = { 0 };

	assert_int_equal(debug_info_ranges(fixture->info, UNIT, keep_range, range, NULL), 7);
	assert_int_equal(range[0], LOW);
	assert_int_equal(range[1], LOW + 0x1000);
	assert_int_equal(debug_info_ranges(fixture->info, fixture->dwarf.labels[INT], keep_range,
					   range, NULL),
			 0);
	assert_int_equal(range[0], LOW);
}

static void finds_where_parameters_are(void **state)
{
	const struct fixture *fixture = *state;
	struct debug_piece pieces[DEBUG_MAX_PIECES];
	struct error err = { 0 };
	size_t count = 0;

	assert_int_equal(debug_info_location(fixture->info, fixture->dwarf.labels[PLACED], LOW,
					     pieces, &count, &err),
			 0);
	assert_int_equal(count, 1);
	assert_int_equal(pieces[0].place, DEBUG_IN_REGISTER);
	assert_int_equal(pieces[0].reg, 3);
	assert_int_equal(err.code, 0);
	assert_int_equal(debug_info_location(fixture->info, fixture->dwarf.labels[BARE], LOW,
					     pieces, &count, &err),
			 -ENOENT);
	assert_non_null(strstr(err.what, "no location at entry for the parameter at 0x"));
}

static void refuses_references_to_no_entry(void **state)
{
	const struct fixture *fixture = *state;
	struct debug_entry entry;
	struct error err = { 0 };

	assert_int_equal(debug_info_entry(fixture->info, fixture->dwarf.size, &entry, &err),
			 -EBADMSG);
	assert_int_equal(debug_info_entry(fixture->info, UINT64_MAX, &entry, &err), -EBADMSG);
	assert_non_null(strstr(err.what, "a reference to no entry"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_each_attribute, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_children, setup, teardown),
		cmocka_unit_test_setup_teardown(a_visit_may_end_the_walk, setup, teardown),
		cmocka_unit_test_setup_teardown(instances_lead_to_their_origin, setup, teardown),
		cmocka_unit_test_setup_teardown(visits_the_range_of_a_unit, setup, teardown),
		cmocka_unit_test_setup_teardown(finds_where_parameters_are, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_references_to_no_entry, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
