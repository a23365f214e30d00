/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "elf_builder.h"
#include "instance.h"

#define DICTIONARY 0x400800u

struct fixture {
	struct elf_builder elf;
	struct image *image;
	struct types *types;
};

/* A program of this release; its only symbol is four words long. */
static void fixture_open(struct fixture *fixture, const char *release, const char *symbol)
{
	struct go_version version;

	memset(fixture, 0, sizeof(*fixture));
	assert_int_equal(go_version_parse(release, &version, NULL), 0);
	elf_init(&fixture->elf);
	elf_segment(&fixture->elf, PT_LOAD, PF_R | PF_X, 0x400000, 0, 64, 64);
	elf_symbol(&fixture->elf, symbol, DICTIONARY, 32);
	elf_finish(&fixture->elf, ET_EXEC, EM_X86_64);
	assert_int_equal(image_open(elf_save(&fixture->elf), &fixture->image, NULL), 0);
	assert_int_equal(
		types_open(fixture->image, fixture->image, &version, &fixture->types, NULL), 0);
}

static void fixture_close(struct fixture *fixture)
{
	types_close(fixture->types);
	image_close(fixture->image);
	elf_release(&fixture->elf);
}

/*
 * Returns the name of the function in the symbol's instance; "" if the symbol is no dictionary of the
 * function.
 */
static const char *instance_of(const char *release, const char *symbol, const char *shared)
{
	static char text[256];
	struct signature signature = { .shared = shared };
	const struct instance_list *list = NULL;
	struct fixture fixture;

	text[0] = '\0';
	fixture_open(&fixture, release, symbol);
	assert_int_equal(instances_find(fixture.types, &signature, &list, NULL), 0);
	assert_in_range(list->count, 0, 1);
	if (list->count) {
		assert_int_equal(list->items[0].dictionary, DICTIONARY);
		assert_int_equal(list->items[0].word_count, 4);
		instance_format(&signature, &list->items[0], text, sizeof(text));
	}
	fixture_close(&fixture);
	return text;
}

static void dictionaries_are_those_of_the_function(void **state)
{
	static const struct {
		const char *release, *symbol, *shared, *instance;
	} rows[] = {
		{ "go1.24.4", "main..dict.Cache[*main.User]", "main.(*Cache[go.shape.*uint8]).Put",
		  "main.(*Cache[*main.User]).Put" },
		{ "go1.20", "main..dict.Cache[int]", "main.Cache[go.shape.int].Len",
		  "main.Cache[int].Len" },
		{ "go1.24.4", "ex.com/a.b/c..dict.Map[int,string]",
		  "ex.com/a.b/c.Map[go.shape.int,go.shape.string]",
		  "ex.com/a.b/c.Map[int,string]" },
		{ "go1.24.4", "main..dict.Map[int]", "main.Map[go.shape.int].func1",
		  "main.Map[int].func1" },
		{ "go1.19.8", "main..dict.(*Cache[*main.User]).Put",
		  "main.(*Cache[go.shape.*uint8_0]).Put", "main.(*Cache[*main.User]).Put" },
		{ "go1.19.8", "main..dict.Map[int]", "main.Map[go.shape.int_0]", "main.Map[int]" },
		/* Other functions and types. */
		{ "go1.19.8", "main..dict.(*Cache[*main.User]).Get",
		  "main.(*Cache[go.shape.*uint8_0]).Put", "" },
		{ "go1.24.4", "main..dict.CacheMap[int]", "main.(*Cache[go.shape.int]).Put", "" },
		{ "go1.24.4", "main..dict.Map[int", "main.Map[go.shape.int]", "" },
		{ "go1.24.4", "main.Map[int]", "main.Map[go.shape.int]", "" },
		/* Names that no compiler writes. */
		{ "go1.24.4", "main..dict.Map[int]", "main.Map", "" },
		{ "go1.24.4", "main..dict.Map[int]", "Map[", "" },
		{ "go1.24.4", "main..dict.Map[int]", "", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(instance_of(rows[i].release, rows[i].symbol, rows[i].shared),
				    rows[i].instance);
}

static void other_functions_have_no_instances(void **state)
{
	assert_string_equal(instance_of("go1.24.4", "main..dict.Map[int]", NULL), "");
}

/* Without a function table the descriptors cannot be found, so the type of a parameter is unknown. */
static void words_are_not_read_beyond_the_dictionary(void **state)
{
	const struct parameter parameter = { .name = "v", .dictionary_word = 5 };
	const struct instance instance = { "[int]", DICTIONARY, 4 };
	const struct type *type = NULL;
	struct fixture fixture;

	fixture_open(&fixture, "go1.24.4", "main..dict.Map[int]");
	assert_int_equal(instance_type(fixture.types, &instance, &parameter, &type, NULL),
			 -ENODATA);
	assert_null(type);
	fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dictionaries_are_those_of_the_function),
		cmocka_unit_test(other_functions_have_no_instances),
		cmocka_unit_test(words_are_not_read_beyond_the_dictionary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
