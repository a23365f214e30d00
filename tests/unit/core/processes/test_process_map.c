/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "process_map.h"

static bool parse(const char *text, struct mapping *ret_mapping)
{
	static char line[512];

	snprintf(line, sizeof(line), "%s", text);
	return mapping_parse(line, ret_mapping);
}

static void parses_lines(void **state)
{
	struct mapping mapping;

	assert_true(parse("7f12a000-7f12b000 r-xp 0001a000 fe:01 12345      /usr/lib/a b.so\n",
			  &mapping));
	assert_int_equal(mapping.start, 0x7f12a000);
	assert_int_equal(mapping.end, 0x7f12b000);
	assert_int_equal(mapping.file_offset, 0x1a000);
	assert_true(mapping.is_executable);
	assert_string_equal(mapping.path, "/usr/lib/a b.so");
	assert_true(parse("c000000000-c000400000 rw-p 00000000 00:00 0 \n", &mapping));
	assert_false(mapping.is_executable);
	assert_string_equal(mapping.path, "");
	assert_true(parse("1000-2000 r--p 00000000 fe:01 7 /srv/x.so (deleted)\n", &mapping));
	assert_string_equal(mapping.path, "/srv/x.so (deleted)");
}

static void passes_over_other_lines(void **state)
{
	static const char *const lines[] = {
		"",
		"\n",
		"Size: 4 kB\n",
		"1000 r-xp 0 0:0 0",
		"2000-1000 r-xp 0 0:0 0 /x",
		"1000-2000",
		"1000-2000 r-xp",
		"/srv/x.so",
	};
	struct mapping mapping = { .start = 77 };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_false(parse(lines[i], &mapping));
	assert_int_equal(mapping.start, 77);
}

struct search {
	uint64_t address;
	size_t visits, found;
	bool stops;
};

static bool look(void *user, const struct mapping *mapping)
{
	struct search *search = user;

	search->visits++;
	search->found += mapping->is_executable && search->address >= mapping->start &&
			 search->address < mapping->end;
	return !search->stops;
}

static void walks_the_maps_of_a_process(void **state)
{
	struct search search = { .address = (uint64_t)(uintptr_t)look };

	assert_int_equal(process_map_walk((uint32_t)getpid(), look, &search), 0);
	assert_int_equal(search.found, 1);
	assert_true(search.visits > 1);
	search = (struct search){ .stops = true };
	assert_int_equal(process_map_walk((uint32_t)getpid(), look, &search), 0);
	assert_int_equal(search.visits, 1);
	assert_true(process_map_walk(UINT32_MAX, look, &search) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_lines),
		cmocka_unit_test(passes_over_other_lines),
		cmocka_unit_test(walks_the_maps_of_a_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
